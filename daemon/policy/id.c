// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/id.h"

#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

struct ike_id id_or_addr(const struct ike_id *id, const struct addr *used)
{
	struct ike_id out = { .type = IKE_ID_IPV4_ADDR };

	if (id->n)
		return *id;
	if (used->family == AF_INET6)
		out.type = IKE_ID_IPV6_ADDR;
	out.n = (uint16_t)addr_len(used);
	memcpy(out.b, used->b, out.n);
	return out;
}

bool id_from_wire(const struct wire_id *wire, struct ike_id *id)
{
	memset(id, 0, sizeof(*id));
	if (wire->data.n > sizeof(id->b))
		return false;
	id->type = wire->type;
	id->n = (uint16_t)wire->data.n;
	memcpy(id->b, wire->data.p, wire->data.n);
	return true;
}

static bool id_addr(const struct ike_id *id, struct addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (id->type == IKE_ID_IPV4_ADDR)
		addr->family = AF_INET;
	else if (id->type == IKE_ID_IPV6_ADDR)
		addr->family = AF_INET6;
	else
		return false;
	if (id->n != addr_len(addr))
		return false;
	memcpy(addr->b, id->b, id->n);
	return true;
}

const char *id_text(const struct ike_id *id, char *out)
{
	char addr_out[ADDR_TEXT];
	struct addr addr;
	struct text t;

	text_init(&t, out, ID_TEXT);
	if (id_addr(id, &addr)) {
		text_add(&t, "%s", addr_text(&addr, addr_out));
		return out;
	}
	if (id->type == IKE_ID_FQDN || id->type == IKE_ID_RFC822_ADDR) {
		text_add(&t, "%.*s", (int)id->n, (const char *)id->b);
		return out;
	}
	text_add(&t, "%s ", id->type == IKE_ID_KEY_ID ? "key-id" : "id of another type:");
	for (unsigned int i = 0; i < id->n; i++)
		text_add(&t, "%02x", id->b[i]);
	return out;
}
