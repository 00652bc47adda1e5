// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/dn.h"

#include <string.h>

/* Tags of DER. */
enum {
	DER_OID = 0x06, DER_UTF8 = 0x0c, DER_PRINTABLE = 0x13, DER_T61 = 0x14, DER_IA5 = 0x16,
	DER_SEQUENCE = 0x30, DER_SET = 0x31,
};

/* Takes one element, whose value is in *@value, from the front of @in; false: there is none. */
static bool take(struct bytes *in, const uint8_t **tag, struct bytes *value)
{
	size_t head = 2, n;

	if (in->n < 2)
		return false;
	n = in->p[1];
	if (n & 0x80) {
		size_t octets = n & 0x7f;

		/* No name is as long as three octets of length can say. */
		if (octets < 1 || octets > 2 || in->n < 2 + octets)
			return false;
		n = octets == 1 ? in->p[2] : get_be16(in->p + 2);
		head += octets;
	}
	if (in->n - head < n)
		return false;
	*tag = in->p;
	*value = bytes_of(in->p + head, n);
	*in = bytes_of(in->p + head + n, in->n - head - n);
	return true;
}

static bool take_tagged(struct bytes *in, uint8_t wanted, struct bytes *value)
{
	const uint8_t *tag;

	return take(in, &tag, value) && *tag == wanted;
}

void dn_begin(struct dn_walk *walk, struct bytes name)
{
	*walk = (struct dn_walk){ .bad = false };
	walk->bad = !take_tagged(&name, DER_SEQUENCE, &walk->rest) || name.n;
}

bool dn_next(struct dn_walk *walk, struct dn_part *part)
{
	struct bytes attribute;

	if (walk->bad || (!walk->set.n && !walk->rest.n))
		return false;
	part->joined = walk->set.n;
	walk->bad = (!walk->set.n && !take_tagged(&walk->rest, DER_SET, &walk->set)) ||
		    !take_tagged(&walk->set, DER_SEQUENCE, &attribute) ||
		    !take_tagged(&attribute, DER_OID, &part->oid) || !part->oid.n ||
		    !take(&attribute, &part->tag, &part->value) || attribute.n;
	return !walk->bad;
}

bool dn_is_text(const struct dn_part *part)
{
	return *part->tag == DER_UTF8 || *part->tag == DER_PRINTABLE || *part->tag == DER_T61 ||
	       *part->tag == DER_IA5;
}

/* What the attribute is called (RFC 4519), or its number. */
static void add_type(struct bytes oid, struct text *t)
{
	static const struct {
		const char *name;
		uint8_t n, oid[10];
	} types[] = {
		{ "CN", 3, { 85, 4, 3 } }, { "SN", 3, { 85, 4, 4 } },
		{ "serialNumber", 3, { 85, 4, 5 } }, { "C", 3, { 85, 4, 6 } },
		{ "L", 3, { 85, 4, 7 } }, { "ST", 3, { 85, 4, 8 } }, { "street", 3, { 85, 4, 9 } },
		{ "O", 3, { 85, 4, 10 } }, { "OU", 3, { 85, 4, 11 } },
		{ "title", 3, { 85, 4, 12 } }, { "GN", 3, { 85, 4, 42 } },
		{ "emailAddress", 9, { 42, 134, 72, 134, 247, 13, 1, 9, 1 } },
		{ "UID", 10, { 9, 146, 38, 137, 147, 242, 44, 100, 1, 1 } },
		{ "DC", 10, { 9, 146, 38, 137, 147, 242, 44, 100, 1, 25 } },
	};
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (bytes_equal(oid, bytes_of(types[i].oid, types[i].n))) {
			text_add(t, "%s=", types[i].name);
			return;
		}
	}
	text_add(t, "%u.%u", oid.p[0] < 80 ? oid.p[0] / 40 : 2,
		 oid.p[0] < 80 ? oid.p[0] % 40 : oid.p[0] - 80);
	for (size_t i = 1; i < oid.n; i++) {
		number = number << 7 | (oid.p[i] & 0x7f);
		if (oid.p[i] & 0x80)
			continue;
		text_add(t, ".%llu", (unsigned long long)number);
		number = 0;
	}
	text_add(t, "=");
}

bool dn_text(struct bytes name, struct text *t)
{
	const char *before = "";
	struct dn_walk walk;
	struct dn_part part;

	dn_begin(&walk, name);
	while (dn_next(&walk, &part)) {
		text_add(t, "%s", part.joined ? " + " : before);
		add_type(part.oid, t);
		text_add_octets(t, part.value);
		before = ", ";
	}
	return !walk.bad;
}
