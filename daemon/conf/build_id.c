// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "conf/build.h"
#include "crypto/dn_make.h"
#include "policy/id.h"

static bool key_id_from_hex(struct ike_id *id, const char *text, struct id_room *room)
{
	size_t n = strlen(text);

	if (n % 2 || n > 2 * sizeof(room->b) || !bytes_from_hex(text, room->b, n / 2))
		return false;
	id->type = IKE_ID_KEY_ID;
	id->n = (uint16_t)(n / 2);
	id->b = room->b;
	return true;
}

static bool id_from_address(struct ike_id *id, const char *text, struct addr *addr)
{
	static const struct ike_id none;

	if (addr_parse(text, addr))
		return false;
	*id = id_or_addr(&none, addr);
	return true;
}

static bool id_from_text(struct ike_id *id, uint8_t type, const char *text)
{
	size_t n = strlen(text);

	if (n > POLICY_ID_MAX)
		return false;
	id->type = type;
	id->n = (uint16_t)n;
	id->b = (const uint8_t *)text;
	return true;
}

static bool id_from_dn(struct ike_id *id, const char *text, struct id_room *room, char *why,
		       size_t n)
{
	id->type = IKE_ID_DER_ASN1_DN;
	id->n = (uint16_t)dn_make(text, room->b, sizeof(room->b), why, n);
	id->b = room->b;
	return id->n;
}

/* The type of an identity that is given without one. */
static const char *guess_type(const char *text)
{
	struct addr addr;

	if (!addr_parse(text, &addr))
		return "ipaddr";
	if (strchr(text, '='))
		return "dn";
	return strchr(text, '@') ? "ufqdn" : "fqdn";
}

void build_id(struct build *b, const struct tree_node *node, const char *side,
	      struct ike_id *kept)
{
	const struct tree_value *type, *value;
	struct ike_id id = { .type = 0 };
	struct id_room room;
	struct addr addr;
	char path[32], why[160] = "";
	const char *name;
	bool good;

	snprintf(path, sizeof(path), "%s type", side);
	type = tree_value(b->tree, node, path);
	snprintf(path, sizeof(path), "%s id", side);
	value = tree_value(b->tree, node, path);
	if (!value) {
		if (type && strcmp(type->text, "ipaddr") != 0)
			conf_error(b->report, type->at, "%s type %s needs an id", side,
				   type->text);
		return;
	}
	name = type ? type->text : guess_type(value->text);
	if (!strcmp(name, "dn")) {
		good = id_from_dn(&id, value->text, &room, why, sizeof(why));
	} else if (!strcmp(name, "ipaddr")) {
		good = id_from_address(&id, value->text, &addr);
	} else if (!strcmp(name, "keyid")) {
		good = key_id_from_hex(&id, value->text, &room);
		snprintf(why, sizeof(why), "it is written as pairs of hex digits");
	} else {
		good = id_from_text(&id, !strcmp(name, "fqdn") ? IKE_ID_FQDN : IKE_ID_RFC822_ADDR,
				 value->text);
	}
	if (!good)
		conf_error(b->report, value->at, "\"%s\" is not an identity of type %s%s%s",
			   value->text, name, why[0] ? ": " : "", why);
	else if (!policy_id_keep(kept, &id))
		b->short_of_memory = true;
}

bool build_id_pattern(const struct build *b, const struct tree_node *node,
		      const struct ike_id *id)
{
	const struct tree_value *matching = tree_value(b->tree, node, "peer-id matching");

	if (!matching || strcmp(matching->text, "wildcard") != 0)
		return false;
	if (id->n && id_may_be_pattern(id))
		return true;
	/* An id that is wrong was refused. */
	if (id->n || !tree_value(b->tree, node, "peer-id id"))
		conf_error(b->report, matching->at,
			   "peer-id matching wildcard needs a peer-id of type fqdn, ufqdn or dn");
	return false;
}
