// SPDX-License-Identifier: GPL-2.0-or-later
/* Notifications: a row each, with its name, where it may come, and what becomes of it. */
#include <stddef.h>
#include <stdio.h>

#include "ike/v2/v2.h"

/* The messages that a notification may come in; in others it means nothing. */
#define PLACE(number)		((number) - ((number) < IKE_EXCH_IKE_INTERMEDIATE ? \
				 IKE_EXCH_IKE_SA_INIT : IKE_EXCH_IKE_INTERMEDIATE - 4))
#define REQUEST(exchange)	(1u << PLACE(IKE_EXCH_##exchange))
#define ANSWER(exchange)	(REQUEST(exchange) << 6)
#define BOTH(exchange)		(REQUEST(exchange) | ANSWER(exchange))

/* Members of struct v2_notes: that the notification is there, and what is in it. */
#define FLAG(member)		.flag = offsetof(struct v2_notes, member)
#define DATA(member)		.data = offsetof(struct v2_notes, member)

/* @notify is from the payload at the place @at of its message.  The first of a kind counts. */
typedef void reader(struct v2_notes *notes, const struct wire_notify *notify, unsigned int at);

/* There may be several, and what is hashed the message does not say: natd.c. */
static void read_source(struct v2_notes *notes, const struct wire_notify *notify, unsigned int at)
{
	(void)notify;
	notes->natd_source |= 1ull << at;
}

static void read_destination(struct v2_notes *notes, const struct wire_notify *notify,
			     unsigned int at)
{
	(void)notify;
	notes->natd_destination |= 1ull << at;
}

static void read_rekey(struct v2_notes *notes, const struct wire_notify *notify, unsigned int at)
{
	(void)at;
	if (!notes->rekeys)
		notes->rekey = *notify;
	notes->rekeys = true;
}

static void read_auth_life(struct v2_notes *notes, const struct wire_notify *notify,
			   unsigned int at)
{
	(void)at;
	if (notify->data.n != 4)
		return;
	notes->has_auth_life = true;
	notes->auth_life = get_be32(notify->data.p);
}

/* Errors are noted in any message, whether they have a row or not. */
static const struct row {
	uint16_t type;
	uint16_t in;
	const char *name;		/* the registry's */
	size_t flag, data;		/* 0: there is none */
	reader *read;			/* NULL: that is all, or it is passed over */
} rows[] = {
	{ .type = IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, .name = "UNSUPPORTED_CRITICAL_PAYLOAD" },
	{ .type = IKE_N_INVALID_IKE_SPI, .name = "INVALID_IKE_SPI" },
	{ .type = IKE_N_INVALID_MAJOR_VERSION, .name = "INVALID_MAJOR_VERSION" },
	{ .type = IKE_N_INVALID_SYNTAX, .name = "INVALID_SYNTAX" },
	{ .type = IKE_N_INVALID_MESSAGE_ID, .name = "INVALID_MESSAGE_ID" },
	{ .type = IKE_N_INVALID_SPI, .name = "INVALID_SPI" },
	{ .type = IKE_N_NO_PROPOSAL_CHOSEN, .name = "NO_PROPOSAL_CHOSEN" },
	{ IKE_N_INVALID_KE_PAYLOAD, ANSWER(IKE_SA_INIT), "INVALID_KE_PAYLOAD",
	  FLAG(has_group), DATA(group) },
	{ .type = IKE_N_AUTHENTICATION_FAILED, .name = "AUTHENTICATION_FAILED" },
	{ .type = IKE_N_SINGLE_PAIR_REQUIRED, .name = "SINGLE_PAIR_REQUIRED" },
	{ .type = IKE_N_NO_ADDITIONAL_SAS, .name = "NO_ADDITIONAL_SAS" },
	{ .type = IKE_N_INTERNAL_ADDRESS_FAILURE, .name = "INTERNAL_ADDRESS_FAILURE" },
	{ .type = IKE_N_FAILED_CP_REQUIRED, .name = "FAILED_CP_REQUIRED" },
	{ .type = IKE_N_TS_UNACCEPTABLE, .name = "TS_UNACCEPTABLE" },
	{ .type = IKE_N_INVALID_SELECTORS, .name = "INVALID_SELECTORS" },
	{ .type = IKE_N_UNACCEPTABLE_ADDRESSES, .name = "UNACCEPTABLE_ADDRESSES" },
	{ .type = IKE_N_UNEXPECTED_NAT_DETECTED, .name = "UNEXPECTED_NAT_DETECTED" },
	{ .type = IKE_N_TEMPORARY_FAILURE, .name = "TEMPORARY_FAILURE" },
	{ .type = IKE_N_CHILD_SA_NOT_FOUND, .name = "CHILD_SA_NOT_FOUND" },
	{ .type = IKE_N_STATE_NOT_FOUND, .name = "STATE_NOT_FOUND" },
	{ IKE_N_INITIAL_CONTACT, REQUEST(IKE_AUTH), "INITIAL_CONTACT", FLAG(initial_contact) },
	{ .type = IKE_N_SET_WINDOW_SIZE, .name = "SET_WINDOW_SIZE" },
	{ .type = IKE_N_ADDITIONAL_TS_POSSIBLE, .name = "ADDITIONAL_TS_POSSIBLE" },
	{ .type = IKE_N_IPCOMP_SUPPORTED, .name = "IPCOMP_SUPPORTED" },
	{ IKE_N_NAT_DETECTION_SOURCE_IP, BOTH(IKE_SA_INIT) | BOTH(INFORMATIONAL),
	  "NAT_DETECTION_SOURCE_IP", .read = read_source },
	{ IKE_N_NAT_DETECTION_DESTINATION_IP, BOTH(IKE_SA_INIT) | BOTH(INFORMATIONAL),
	  "NAT_DETECTION_DESTINATION_IP", .read = read_destination },
	{ IKE_N_COOKIE, BOTH(IKE_SA_INIT), "COOKIE", FLAG(has_cookie), DATA(cookie) },
	{ IKE_N_USE_TRANSPORT_MODE, BOTH(IKE_AUTH) | BOTH(CREATE_CHILD_SA),
	  "USE_TRANSPORT_MODE", FLAG(transport) },
	{ .type = IKE_N_HTTP_CERT_LOOKUP_SUPPORTED, .name = "HTTP_CERT_LOOKUP_SUPPORTED" },
	{ IKE_N_REKEY_SA, REQUEST(CREATE_CHILD_SA), "REKEY_SA", .read = read_rekey },
	{ IKE_N_ESP_TFC_PADDING_NOT_SUPPORTED, BOTH(IKE_AUTH) | BOTH(CREATE_CHILD_SA),
	  "ESP_TFC_PADDING_NOT_SUPPORTED", FLAG(no_tfc) },
	{ .type = IKE_N_NON_FIRST_FRAGMENTS_ALSO, .name = "NON_FIRST_FRAGMENTS_ALSO" },
	{ IKE_N_MOBIKE_SUPPORTED, BOTH(IKE_AUTH), "MOBIKE_SUPPORTED", FLAG(mobike) },
	{ .type = IKE_N_ADDITIONAL_IP4_ADDRESS, .name = "ADDITIONAL_IP4_ADDRESS" },
	{ .type = IKE_N_ADDITIONAL_IP6_ADDRESS, .name = "ADDITIONAL_IP6_ADDRESS" },
	{ .type = IKE_N_NO_ADDITIONAL_ADDRESSES, .name = "NO_ADDITIONAL_ADDRESSES" },
	{ IKE_N_UPDATE_SA_ADDRESSES, REQUEST(INFORMATIONAL), "UPDATE_SA_ADDRESSES", FLAG(update) },
	{ IKE_N_COOKIE2, BOTH(INFORMATIONAL), "COOKIE2", DATA(cookie2) },
	{ IKE_N_NO_NATS_ALLOWED, REQUEST(IKE_AUTH) | REQUEST(INFORMATIONAL), "NO_NATS_ALLOWED",
	  FLAG(has_no_nats), DATA(no_nats) },
	{ IKE_N_AUTH_LIFETIME, ANSWER(IKE_AUTH) | REQUEST(INFORMATIONAL), "AUTH_LIFETIME",
	  .read = read_auth_life },
	{ .type = IKE_N_MULTIPLE_AUTH_SUPPORTED, .name = "MULTIPLE_AUTH_SUPPORTED" },
	{ .type = IKE_N_REDIRECT_SUPPORTED, .name = "REDIRECT_SUPPORTED" },
	{ IKE_N_CHILDLESS_IKEV2_SUPPORTED, ANSWER(IKE_SA_INIT), "CHILDLESS_IKEV2_SUPPORTED",
	  FLAG(childless) },
	{ IKE_N_QUICK_CRASH_DETECTION,
	  BOTH(IKE_AUTH) | ANSWER(CREATE_CHILD_SA) | REQUEST(INFORMATIONAL),
	  "QUICK_CRASH_DETECTION", DATA(token) },
	{ IKE_N_FRAGMENTATION_SUPPORTED, BOTH(IKE_SA_INIT), "IKEV2_FRAGMENTATION_SUPPORTED",
	  FLAG(fragmentation) },
	{ IKE_N_SIGNATURE_HASH_ALGORITHMS, BOTH(IKE_SA_INIT), "SIGNATURE_HASH_ALGORITHMS",
	  DATA(hashes) },
	{ IKE_N_SUPPORTED_AUTH_METHODS, ANSWER(IKE_SA_INIT) | REQUEST(IKE_AUTH),
	  "SUPPORTED_AUTH_METHODS", FLAG(has_methods), DATA(methods) },
	{ IKE_N_USE_PPK, BOTH(IKE_SA_INIT), "USE_PPK", FLAG(use_ppk) },
	{ IKE_N_PPK_IDENTITY, BOTH(IKE_AUTH), "PPK_IDENTITY", FLAG(has_ppk), DATA(ppk) },
	{ IKE_N_NO_PPK_AUTH, REQUEST(IKE_AUTH), "NO_PPK_AUTH", DATA(no_ppk_auth) },
	{ IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED, BOTH(IKE_SA_INIT),
	  "INTERMEDIATE_EXCHANGE_SUPPORTED", FLAG(intermediate) },
	{ IKE_N_ADDITIONAL_KEY_EXCHANGE, ANSWER(CREATE_CHILD_SA) | BOTH(IKE_FOLLOWUP_KE),
	  "ADDITIONAL_KEY_EXCHANGE", FLAG(has_link), DATA(link) },
};

_Static_assert(WIRE_PAYLOADS_MAX <= 64, "a payload's place has no bit");

static const struct row *row_of(uint16_t type)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].type == type)
			return &rows[i];
	}
	return NULL;
}

const char *v2_notify_text(uint16_t type, char out[32])
{
	const struct row *row = row_of(type);

	if (row)
		return row->name;
	snprintf(out, 32, "notification %u", type);
	return out;
}

/* The bit of the message, among those of rows. */
static unsigned int bit_of(const struct wire_header *header)
{
	if (!ike_exchange_name(header->exchange))
		return 0;
	return 1u << (PLACE(header->exchange) + (wire_is_response(header) ? 6 : 0));
}

/* What is in several of a kind is that of the first. */
static void note(struct v2_notes *notes, const struct row *row, const struct wire_notify *notify,
		 unsigned int at)
{
	bool *flag = row->flag ? (bool *)((char *)notes + row->flag) : NULL;
	struct bytes *data = row->data ? (struct bytes *)((char *)notes + row->data) : NULL;

	if (data && (flag ? !*flag : !data->n))
		*data = notify->data;
	if (flag)
		*flag = true;
	if (row->read)
		row->read(notes, notify, at);
}

void v2_notify_read(struct v2_in *in)
{
	unsigned int bit = bit_of(&in->message->header);
	struct v2_notes *notes = &in->notes;

	*notes = (struct v2_notes){ .failed = false };
	for (unsigned int i = 0; i < in->payloads->n; i++) {
		struct wire_notify notify;
		struct wire_error error;
		const struct row *row;

		if (in->payloads->list[i].type != IKE_PL_NOTIFY ||
		    wire_read_notify(&in->payloads->list[i], &notify, &error))
			continue;
		if (!notes->failed && notify.type < IKE_N_STATUS) {
			notes->failed = true;
			notes->error = notify;
		}
		row = row_of(notify.type);
		if (row && row->in & bit)
			note(notes, row, &notify, i);
	}
}

struct child_sa *v2_notify_child(const struct ike_sa *ike, uint32_t spi)
{
	struct child_sa *child = child_by_spi_out(ike, IKE_PROTO_ESP, spi);

	return child ? child : child_by_spi_out(ike, IKE_PROTO_AH, spi);
}
