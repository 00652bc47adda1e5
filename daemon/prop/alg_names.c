// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts of the transforms that peers may offer, with or without a row in the registry. */
#include <stdio.h>

#include "prop/alg_iana.h"
#include "prop/alg_registry.h"

struct transform_name {
	uint8_t type;
	uint16_t id;
	const char *name;
};

#define ENCR_NAME(id, name)	{ 1, id, #name },
#define PRF_NAME(id, name)	{ 2, id, "PRF_" #name },
#define INTEG_NAME(id, name)	{ 3, id, #name },
#define GROUP_NAME(id, name)	{ 4, id, #name },
#define FIRST_ADDKE	6	/* types 6 to 12 have the groups of type 4 (RFC 9370) */
#define LAST_ADDKE	12
#define GROUP		4

#define ESN_NAME(id, name)	{ 5, id, #name },

static const struct transform_name names[] = {
	ENCR_TRANSFORMS(ENCR_NAME)
	PRF_TRANSFORMS(PRF_NAME)
	INTEG_TRANSFORMS(INTEG_NAME)
	GROUP_TRANSFORMS(GROUP_NAME)
	ESN_TRANSFORMS(ESN_NAME)
};

static const char *const kinds[] = {
	"transform", "encryption", "PRF", "integrity", "group", "sequence numbers",
};

const char *alg_transform_text(uint8_t type, uint16_t id, uint16_t key_bits, char *out, size_t n)
{
	const char *kind, *name = NULL;

	if (type >= FIRST_ADDKE && type <= LAST_ADDKE)
		type = GROUP;
	kind = kinds[type < sizeof(kinds) / sizeof(kinds[0]) ? type : 0];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type && names[i].id == id)
			name = names[i].name;
	if (name && key_bits)
		snprintf(out, n, "%s-%u", name, key_bits);
	else if (name)
		snprintf(out, n, "%s", name);
	else if (key_bits)
		snprintf(out, n, "%s %u-%u", kind, id, key_bits);
	else
		snprintf(out, n, "%s %u", kind, id);
	return out;
}
