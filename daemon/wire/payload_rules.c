// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/payload_rules.h"

enum direction {
	REQUEST = 1,
	RESPONSE = 2,
	BOTH = REQUEST | RESPONSE,
};

enum place {
	IN_CLEAR,
	IN_SK,
};

/*
 * RFC 7296 sections 1.2 (the first two exchanges), 1.3 (CREATE_CHILD_SA: new and
 * rekeyed SAs in one), 1.4 and 2.23; certificates by sections 3.6 and 3.7; key exchanges
 * one after the other by RFC 9370 sections 2.2.2 and 2.2.4.
 * "Any number" is bounded by what a message can hold.
 */
struct rule {
	uint8_t exchange;
	uint8_t direction;
	uint8_t payload;
	uint8_t min, max;
	uint8_t place;
};

#define ANY	WIRE_PAYLOADS_MAX

static const struct rule rules[] = {
	{ IKE_EXCH_IKE_SA_INIT, BOTH, IKE_PL_SA, 1, 1, IN_CLEAR },
	{ IKE_EXCH_IKE_SA_INIT, BOTH, IKE_PL_KE, 1, 1, IN_CLEAR },
	{ IKE_EXCH_IKE_SA_INIT, BOTH, IKE_PL_NONCE, 1, 1, IN_CLEAR },
	{ IKE_EXCH_IKE_SA_INIT, RESPONSE, IKE_PL_CERTREQ, 0, ANY, IN_CLEAR },
	{ IKE_EXCH_IKE_SA_INIT, BOTH, IKE_PL_NOTIFY, 0, ANY, IN_CLEAR },
	{ IKE_EXCH_IKE_SA_INIT, BOTH, IKE_PL_VENDOR, 0, ANY, IN_CLEAR },

	{ IKE_EXCH_IKE_AUTH, REQUEST, IKE_PL_IDI, 1, 1, IN_SK },
	{ IKE_EXCH_IKE_AUTH, BOTH, IKE_PL_CERT, 0, ANY, IN_SK },
	{ IKE_EXCH_IKE_AUTH, REQUEST, IKE_PL_CERTREQ, 0, ANY, IN_SK },
	{ IKE_EXCH_IKE_AUTH, REQUEST, IKE_PL_IDR, 0, 1, IN_SK },
	{ IKE_EXCH_IKE_AUTH, RESPONSE, IKE_PL_IDR, 1, 1, IN_SK },
	{ IKE_EXCH_IKE_AUTH, BOTH, IKE_PL_AUTH, 1, 1, IN_SK },
	{ IKE_EXCH_IKE_AUTH, BOTH, IKE_PL_CP, 0, 1, IN_SK },
	{ IKE_EXCH_IKE_AUTH, BOTH, IKE_PL_SA, 0, 1, IN_SK },
	{ IKE_EXCH_IKE_AUTH, BOTH, IKE_PL_TSI, 0, 1, IN_SK },
	{ IKE_EXCH_IKE_AUTH, BOTH, IKE_PL_TSR, 0, 1, IN_SK },
	{ IKE_EXCH_IKE_AUTH, BOTH, IKE_PL_NOTIFY, 0, ANY, IN_SK },
	{ IKE_EXCH_IKE_AUTH, BOTH, IKE_PL_VENDOR, 0, ANY, IN_SK },

	{ IKE_EXCH_CREATE_CHILD_SA, BOTH, IKE_PL_SA, 1, 1, IN_SK },
	{ IKE_EXCH_CREATE_CHILD_SA, BOTH, IKE_PL_NONCE, 1, 1, IN_SK },
	{ IKE_EXCH_CREATE_CHILD_SA, BOTH, IKE_PL_KE, 0, 1, IN_SK },
	{ IKE_EXCH_CREATE_CHILD_SA, BOTH, IKE_PL_TSI, 0, 1, IN_SK },
	{ IKE_EXCH_CREATE_CHILD_SA, BOTH, IKE_PL_TSR, 0, 1, IN_SK },
	{ IKE_EXCH_CREATE_CHILD_SA, BOTH, IKE_PL_CP, 0, 1, IN_SK },
	{ IKE_EXCH_CREATE_CHILD_SA, BOTH, IKE_PL_NOTIFY, 0, ANY, IN_SK },
	{ IKE_EXCH_CREATE_CHILD_SA, BOTH, IKE_PL_VENDOR, 0, ANY, IN_SK },

	{ IKE_EXCH_INFORMATIONAL, BOTH, IKE_PL_NOTIFY, 0, ANY, IN_SK },
	{ IKE_EXCH_INFORMATIONAL, BOTH, IKE_PL_DELETE, 0, ANY, IN_SK },
	{ IKE_EXCH_INFORMATIONAL, BOTH, IKE_PL_CP, 0, 1, IN_SK },
	{ IKE_EXCH_INFORMATIONAL, BOTH, IKE_PL_VENDOR, 0, ANY, IN_SK },

	{ IKE_EXCH_IKE_INTERMEDIATE, BOTH, IKE_PL_KE, 1, 1, IN_SK },
	{ IKE_EXCH_IKE_INTERMEDIATE, BOTH, IKE_PL_NOTIFY, 0, ANY, IN_SK },
	{ IKE_EXCH_IKE_INTERMEDIATE, BOTH, IKE_PL_VENDOR, 0, ANY, IN_SK },

	{ IKE_EXCH_IKE_FOLLOWUP_KE, BOTH, IKE_PL_KE, 1, 1, IN_SK },
	{ IKE_EXCH_IKE_FOLLOWUP_KE, BOTH, IKE_PL_NOTIFY, 0, ANY, IN_SK },
	{ IKE_EXCH_IKE_FOLLOWUP_KE, BOTH, IKE_PL_VENDOR, 0, ANY, IN_SK },
};

#define N_RULES	(sizeof(rules) / sizeof(rules[0]))

static bool applies(const struct rule *rule, const struct wire_header *header)
{
	return rule->exchange == header->exchange &&
	       rule->direction & (wire_is_response(header) ? RESPONSE : REQUEST);
}

static const struct rule *find(const struct wire_header *header, uint8_t payload)
{
	size_t i;

	for (i = 0; i < N_RULES; i++)
		if (applies(&rules[i], header) && rules[i].payload == payload)
			return &rules[i];
	return NULL;
}

static int fail_at(const struct wire_payload *payload, enum wire_error_code code,
		   struct wire_error *error)
{
	return wire_fail(error, code, payload->type, payload->offset);
}

/* Critical flags first: their notification is due whatever else is wrong. */
static int check_critical(const struct wire_payloads *payloads, struct wire_error *error)
{
	unsigned int i;

	for (i = 0; i < payloads->n; i++) {
		const struct wire_payload *payload = &payloads->list[i];

		if (payload->critical && !ike_payload_name(payload->type))
			return fail_at(payload, WIRE_ERR_CRITICAL, error);
	}
	return 0;
}

static int check_each(const struct wire_header *header, const struct wire_payloads *payloads,
		      enum place place, struct wire_error *error)
{
	uint8_t seen[256] = { 0 };
	unsigned int i;

	for (i = 0; i < payloads->n; i++) {
		const struct wire_payload *payload = &payloads->list[i];
		const struct rule *rule = find(header, payload->type);

		if (!ike_payload_name(payload->type))
			continue;
		if (!rule)
			return fail_at(payload, WIRE_ERR_UNEXPECTED, error);
		if (rule->place == IN_SK && place == IN_CLEAR)
			return fail_at(payload, WIRE_ERR_CLEAR, error);
		if (seen[payload->type]++ == rule->max)
			return fail_at(payload, WIRE_ERR_DUPLICATE, error);
	}
	return 0;
}

/*
 * Whether a response says that something did not work and so need not be whole:
 * an error, or COOKIE, which asks for another try (section 2.6).
 */
static bool is_refusal(const struct wire_header *header, const struct wire_payloads *payloads)
{
	struct wire_notify notify;

	return wire_is_response(header) &&
	       (wire_notify_find_error(payloads, &notify) ||
		wire_notify_find(payloads, IKE_N_COOKIE, &notify));
}

/* What makes a child SA in IKE_AUTH is there as a whole, or not at all (RFC 6023 section 4). */
static int check_child(const struct wire_payloads *payloads, struct wire_error *error)
{
	static const uint8_t parts[] = { IKE_PL_SA, IKE_PL_TSI, IKE_PL_TSR };
	unsigned int n = 0;
	uint8_t missing = IKE_PL_NONE;

	for (size_t i = 0; i < sizeof(parts); i++) {
		if (wire_payload_find(payloads, parts[i]))
			n++;
		else if (!missing)
			missing = parts[i];
	}
	return n && missing ? wire_fail(error, WIRE_ERR_MISSING, missing, 0) : 0;
}

static int check_missing(const struct wire_header *header, const struct wire_payloads *payloads,
			 struct wire_error *error)
{
	size_t i;

	if (is_refusal(header, payloads))
		return 0;
	for (i = 0; i < N_RULES; i++)
		if (applies(&rules[i], header) && rules[i].min > 0 &&
		    !wire_payload_find(payloads, rules[i].payload))
			return wire_fail(error, WIRE_ERR_MISSING, rules[i].payload, 0);
	return header->exchange == IKE_EXCH_IKE_AUTH ? check_child(payloads, error) : 0;
}

/* A protected exchange: SK, and besides it at most what we don't know. */
static int check_protected(const struct wire_message *message, struct wire_error *error)
{
	struct wire_payloads outside = message->clear;

	if (!wire_message_sk(message)) {
		if (check_each(&message->header, &message->clear, IN_CLEAR, error))
			return -1;
		return wire_fail(error, WIRE_ERR_SK_MISSING, IKE_PL_NONE, 0);
	}
	outside.n--;
	return check_each(&message->header, &outside, IN_CLEAR, error);
}

int wire_rules_check_clear(const struct wire_message *message, struct wire_error *error)
{
	const struct wire_header *header = &message->header;

	*error = (struct wire_error){ .code = WIRE_OK };
	if (!ike_exchange_name(header->exchange))
		return wire_fail(error, WIRE_ERR_EXCHANGE, IKE_PL_NONE, 0);
	if (check_critical(&message->clear, error))
		return -1;
	if (header->exchange != IKE_EXCH_IKE_SA_INIT)
		return check_protected(message, error);
	if (check_each(header, &message->clear, IN_CLEAR, error))
		return -1;
	return check_missing(header, &message->clear, error);
}

int wire_rules_check(const struct wire_message *message, const struct wire_payloads *inner,
		     struct wire_error *error)
{
	*error = (struct wire_error){ .code = WIRE_OK };
	if (check_critical(inner, error))
		return -1;
	if (check_each(&message->header, inner, IN_SK, error))
		return -1;
	return check_missing(&message->header, inner, error);
}
