// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Feeds octets to the IKEv2 codec: as a datagram, and as the payloads within SK
 * (first octet: type of the first).  Besides memory errors it looks for payloads
 * that, once read, are not written as they are read.
 */
#include <stdlib.h>
#include <string.h>

#include "wire/payload_rules.h"
#include "wire/v2_build.h"
#include "wire/v2_codec.h"

#define BUF_MAX	(UINT16_MAX + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool rebuild_sa(struct wire_writer *w, const struct wire_payload *payload)
{
	struct wire_error error;
	struct wire_sa sa;

	if (wire_read_sa(payload, &sa, &error))
		return false;
	wire_put_sa(w, &sa);
	return true;
}

static bool rebuild_ke(struct wire_writer *w, const struct wire_payload *payload)
{
	struct wire_error error;
	struct wire_ke ke;

	if (wire_read_ke(payload, &ke, &error))
		return false;
	wire_put_ke(w, ke.group, ke.data);
	return true;
}

static bool rebuild_id(struct wire_writer *w, const struct wire_payload *payload)
{
	struct wire_error error;
	struct wire_id id;

	if (wire_read_id(payload, &id, &error))
		return false;
	wire_put_id(w, payload->type, id.type, id.data);
	return true;
}

static bool rebuild_auth(struct wire_writer *w, const struct wire_payload *payload)
{
	struct wire_error error;
	struct wire_auth auth;

	if (wire_read_auth(payload, &auth, &error))
		return false;
	wire_put_auth(w, auth.method, auth.data);
	return true;
}

static bool rebuild_cert(struct wire_writer *w, const struct wire_payload *payload)
{
	struct wire_error error;
	struct wire_cert cert;

	if (wire_read_cert(payload, &cert, &error))
		return false;
	wire_put_cert(w, payload->type, cert.encoding, cert.data);
	return true;
}

static bool rebuild_nonce(struct wire_writer *w, const struct wire_payload *payload)
{
	struct wire_error error;
	struct bytes nonce;

	if (wire_read_nonce(payload, &nonce, &error))
		return false;
	wire_put_nonce(w, nonce);
	return true;
}

static bool rebuild_notify(struct wire_writer *w, const struct wire_payload *payload)
{
	struct wire_notify notify;
	struct wire_error error;

	if (wire_read_notify(payload, &notify, &error))
		return false;
	wire_put_notify_spi(w, notify.protocol, notify.spi, notify.type, notify.data);
	return true;
}

static bool rebuild_delete(struct wire_writer *w, const struct wire_payload *payload)
{
	static uint32_t spis[BUF_MAX / 4];
	struct wire_error error;
	struct wire_delete del;
	unsigned int i;

	if (wire_read_delete(payload, &del, &error))
		return false;
	for (i = 0; i < del.count; i++)
		spis[i] = wire_delete_spi(&del, i);
	wire_put_delete(w, del.protocol, spis, del.count);
	return true;
}

/* Selectors of unknown types are not written again, nor a list without any. */
static bool rebuild_ts(struct wire_writer *w, const struct wire_payload *payload)
{
	struct wire_ts_list list;
	struct wire_error error;

	if (wire_read_ts(payload, &list, &error) || list.n == 0)
		return false;
	wire_put_ts(w, payload->type, &list);
	return true;
}

/* Reads @payload and writes what was read; false where either is impossible. */
static bool rebuild(struct wire_writer *w, const struct wire_payload *payload)
{
	switch (payload->type) {
	case IKE_PL_SA:
		return rebuild_sa(w, payload);
	case IKE_PL_KE:
		return rebuild_ke(w, payload);
	case IKE_PL_IDI:
	case IKE_PL_IDR:
		return rebuild_id(w, payload);
	case IKE_PL_CERT:
	case IKE_PL_CERTREQ:
		return rebuild_cert(w, payload);
	case IKE_PL_AUTH:
		return rebuild_auth(w, payload);
	case IKE_PL_NONCE:
		return rebuild_nonce(w, payload);
	case IKE_PL_NOTIFY:
		return rebuild_notify(w, payload);
	case IKE_PL_DELETE:
		return rebuild_delete(w, payload);
	case IKE_PL_VENDOR:
		wire_put_vendor(w, payload->body);
		return true;
	case IKE_PL_TSI:
	case IKE_PL_TSR:
		return rebuild_ts(w, payload);
	default:
		return false;
	}
}

/* What was written must be read again, and give the same octets. */
static void try_payload(const struct wire_payload *payload)
{
	static uint8_t first[BUF_MAX], second[BUF_MAX];
	static struct wire_payloads again;
	struct wire_error error;
	struct wire_writer w;
	struct bytes a, b;

	wire_begin_bare(&w, first, sizeof(first));
	if (!rebuild(&w, payload))
		return;
	a = wire_end(&w);
	if (a.n == 0 || wire_payloads_parse(payload->type, a, &again, &error) || again.n != 1)
		abort();
	wire_begin_bare(&w, second, sizeof(second));
	if (!rebuild(&w, &again.list[0]))
		abort();
	b = wire_end(&w);
	if (!bytes_equal(a, b))
		abort();
}

static void try_payloads(const struct wire_payloads *payloads)
{
	struct wire_notify notify;
	unsigned int i;

	for (i = 0; i < payloads->n; i++)
		try_payload(&payloads->list[i]);
	wire_notify_find(payloads, IKE_N_COOKIE, &notify);
	wire_notify_find_error(payloads, &notify);
}

static void try_rules(struct wire_message *message, const struct wire_payloads *inner)
{
	static const uint8_t exchanges[] = {
		IKE_EXCH_IKE_AUTH,
		IKE_EXCH_CREATE_CHILD_SA,
		IKE_EXCH_INFORMATIONAL,
	};
	char text[WIRE_ERROR_TEXT];
	struct wire_error error;
	size_t i;

	for (i = 0; i < 2 * sizeof(exchanges); i++) {
		message->header.exchange = exchanges[i / 2];
		message->header.flags = i % 2 ? IKE_FLAG_RESPONSE : 0;
		wire_rules_check(message, inner, &error);
		wire_error_text(&error, text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wire_message message;
	static struct wire_payloads inner;
	char text[WIRE_ERROR_TEXT];
	struct wire_error error;

	if (!wire_message_parse(bytes_of(data, size), &message, &error)) {
		wire_rules_check_clear(&message, &error);
		try_payloads(&message.clear);
	}
	wire_error_text(&error, text);
	if (size == 0 || size > UINT16_MAX)
		return 0;
	if (!wire_payloads_parse(data[0], bytes_of(data + 1, size - 1), &inner, &error)) {
		try_rules(&message, &inner);
		try_payloads(&inner);
	}
	wire_error_text(&error, text);
	return 0;
}
