// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/id.h"

#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "policy/dn.h"

#define PLAIN_TAG	0x0c	/* UTF8String, for every text in a plain name */
#define CUT_OFF		"..."

struct ike_id id_or_addr(const struct ike_id *id, const struct addr *used)
{
	if (id->n)
		return *id;
	return (struct ike_id){
		.type = used->family == AF_INET6 ? IKE_ID_IPV6_ADDR : IKE_ID_IPV4_ADDR,
		.n = (uint16_t)addr_len(used), .b = used->b,
	};
}

bool id_from_wire(const struct wire_id *wire, struct ike_id *id)
{
	if (wire->data.n > POLICY_ID_MAX)
		return false;
	id->type = wire->type;
	id->n = (uint16_t)wire->data.n;
	id->b = wire->data.p;
	return true;
}

/* --- which are the same --- */

/* Of ASCII alone, in every locale. */
static void lower(uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (b[i] >= 'A' && b[i] <= 'Z')
			b[i] = (uint8_t)(b[i] + ('a' - 'A'));
}

static bool is_name(const struct ike_id *id)
{
	return id->type == IKE_ID_FQDN || id->type == IKE_ID_RFC822_ADDR;
}

static struct bytes octets(const struct ike_id *id)
{
	return bytes_of(id->b, id->n);
}

/* What is found in @id is in the same place of @out, as a plain name is as long as it was. */
static void plain_dn(const struct ike_id *id, uint8_t *out)
{
	struct dn_walk walk;
	struct dn_part part;

	dn_begin(&walk, octets(id));
	while (dn_next(&walk, &part)) {
		if (!dn_is_text(&part))
			continue;
		out[part.tag - id->b] = PLAIN_TAG;
		lower(out + (part.value.p - id->b), part.value.n);
	}
}

struct ike_id id_plain(const struct ike_id *id, struct id_room *room)
{
	if (!id->n || !id_may_be_pattern(id))
		return *id;
	memcpy(room->b, id->b, id->n);
	if (is_name(id))
		lower(room->b, id->n);
	else
		plain_dn(id, room->b);
	return (struct ike_id){ .type = id->type, .n = id->n, .b = room->b };
}

bool id_same(const struct ike_id *a, const struct ike_id *b)
{
	struct id_room room_a, room_b;
	struct ike_id plain_a = id_plain(a, &room_a), plain_b = id_plain(b, &room_b);

	return policy_id_equal(&plain_a, &plain_b);
}

/* After a mismatch the last '*' takes one octet more: no earlier one can help. */
static bool like(struct bytes pattern, struct bytes text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = ++p;
			from = t;
		} else if (p < pattern.n && pattern.p[p] == text.p[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

static bool dn_like(struct bytes pattern, struct bytes name)
{
	struct dn_walk of_pattern, of_name;
	struct dn_part wanted, part;

	dn_begin(&of_pattern, pattern);
	dn_begin(&of_name, name);
	while (dn_next(&of_pattern, &wanted)) {
		if (!dn_next(&of_name, &part) || part.joined != wanted.joined ||
		    !bytes_equal(part.oid, wanted.oid) || *part.tag != *wanted.tag ||
		    !like(wanted.value, part.value))
			return false;
	}
	return !of_pattern.bad && !dn_next(&of_name, &part) && !of_name.bad;
}

bool id_like(const struct ike_id *pattern, const struct ike_id *id)
{
	struct id_room room_wanted, room;
	struct ike_id wanted = id_plain(pattern, &room_wanted), plain = id_plain(id, &room);

	if (wanted.type != plain.type)
		return false;
	if (wanted.type == IKE_ID_DER_ASN1_DN)
		return dn_like(octets(&wanted), octets(&plain));
	return like(octets(&wanted), octets(&plain));
}

bool id_may_be_pattern(const struct ike_id *id)
{
	return is_name(id) || id->type == IKE_ID_DER_ASN1_DN;
}

/* --- text --- */

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

static bool add_name(struct text *t, const struct ike_id *id)
{
	char addr_out[ADDR_TEXT];
	struct addr addr;

	if (!id->n) {
		text_add(t, "nobody (an identity without octets)");
		return true;
	}
	if (id_addr(id, &addr)) {
		text_add(t, "%s", addr_text(&addr, addr_out));
		return true;
	}
	if (is_name(id)) {
		text_add_octets(t, octets(id));
		return true;
	}
	return id->type == IKE_ID_DER_ASN1_DN && dn_text(octets(id), t);
}

const char *id_text(const struct ike_id *id, char *out)
{
	struct text t;

	text_init(&t, out, ID_TEXT);
	if (!add_name(&t, id)) {
		text_init(&t, out, ID_TEXT);
		if (id->type == IKE_ID_KEY_ID)
			text_add(&t, "key-id ");
		else
			text_add(&t, "id of type %u: ", id->type);
		for (unsigned int i = 0; i < id->n; i++)
			text_add(&t, "%02x", id->b[i]);
	}
	if (t.n == ID_TEXT - 1)
		memcpy(out + ID_TEXT - sizeof(CUT_OFF), CUT_OFF, sizeof(CUT_OFF));
	return out;
}
