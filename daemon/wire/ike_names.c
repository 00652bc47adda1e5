// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/ike_const.h"

#include <stddef.h>

struct name {
	uint16_t number;
	const char *text;
};

static const struct name exchanges[] = {
	{ IKE_EXCH_IKE_SA_INIT, "IKE_SA_INIT" },
	{ IKE_EXCH_IKE_AUTH, "IKE_AUTH" },
	{ IKE_EXCH_CREATE_CHILD_SA, "CREATE_CHILD_SA" },
	{ IKE_EXCH_INFORMATIONAL, "INFORMATIONAL" },
	{ IKE_EXCH_IKE_INTERMEDIATE, "IKE_INTERMEDIATE" },
	{ IKE_EXCH_IKE_FOLLOWUP_KE, "IKE_FOLLOWUP_KE" },
};

static const struct name payloads[] = {
	{ IKE_PL_SA, "SA" },
	{ IKE_PL_KE, "KE" },
	{ IKE_PL_IDI, "IDi" },
	{ IKE_PL_IDR, "IDr" },
	{ IKE_PL_CERT, "CERT" },
	{ IKE_PL_CERTREQ, "CERTREQ" },
	{ IKE_PL_AUTH, "AUTH" },
	{ IKE_PL_NONCE, "Nonce" },
	{ IKE_PL_NOTIFY, "Notify" },
	{ IKE_PL_DELETE, "Delete" },
	{ IKE_PL_VENDOR, "Vendor ID" },
	{ IKE_PL_TSI, "TSi" },
	{ IKE_PL_TSR, "TSr" },
	{ IKE_PL_SK, "SK" },
	{ IKE_PL_CP, "CP" },
	{ IKE_PL_EAP, "EAP" },
	{ IKE_PL_SKF, "SKF" },
};

static const char *lookup(const struct name *names, size_t n, uint16_t number)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (names[i].number == number)
			return names[i].text;
	return NULL;
}

const char *ike_exchange_name(uint8_t exchange)
{
	return lookup(exchanges, sizeof(exchanges) / sizeof(exchanges[0]), exchange);
}

const char *ike_payload_name(uint8_t type)
{
	return lookup(payloads, sizeof(payloads) / sizeof(payloads[0]), type);
}
