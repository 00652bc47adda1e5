// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Feeds octets to the codec of IKEv1: as a datagram in clear, and as one that was decrypted, so
 * that padding may follow.  Besides memory errors it looks for payloads that, once read, are not
 * written as they are read.
 */
#include <stdlib.h>
#include <string.h>

#include "wire/v1_build.h"

#define OCTETS_MAX	4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* SA with the attributes as they came. */
static void rebuild_v1_sa(struct isakmp_writer *w, const struct isakmp_sa *sa)
{
	isakmp_sa_begin(w);
	for (unsigned int i = 0; i < sa->n_proposals; i++) {
		const struct isakmp_proposal *p = &sa->proposals[i];

		isakmp_proposal(w, p->number, p->protocol, p->spi);
		for (unsigned int j = p->first; j < p->first + p->n; j++) {
			isakmp_transform(w, sa->transforms[j].number, sa->transforms[j].id);
			isakmp_attrs(w, sa->transforms[j].octets);
		}
	}
	isakmp_sa_end(w);
}

/* Reads @payload and writes what was read; false where either is impossible. */
static bool rebuild_v1(struct isakmp_writer *w, const struct isakmp_payload *payload)
{
	static struct isakmp_sa sa;
	struct isakmp_fragment fragment;
	struct isakmp_notify notify;
	struct isakmp_delete del;
	struct wire_error error;
	struct isakmp_id id;
	struct bytes nonce;
	struct addr addr;

	switch (payload->type) {
	case ISAKMP_PL_SA:
		if (isakmp_read_sa(payload, &sa, &error))
			return false;
		rebuild_v1_sa(w, &sa);
		return true;
	case ISAKMP_PL_ID:
		if (isakmp_read_id(payload, &id, &error))
			return false;
		isakmp_put_id(w, &id);
		return true;
	case ISAKMP_PL_NOTIFY:
		if (isakmp_read_notify(payload, &notify, &error))
			return false;
		isakmp_put_notify(w, &notify);
		return true;
	case ISAKMP_PL_DELETE:
		if (isakmp_read_delete(payload, &del, &error))
			return false;
		isakmp_put_delete(w, del.protocol, del.spis, del.spi_n);
		return true;
	case ISAKMP_PL_NATOA:
		if (isakmp_read_natoa(payload, &addr, &error))
			return false;
		isakmp_put_natoa(w, &addr);
		return true;
	case ISAKMP_PL_FRAGMENT:
		if (isakmp_read_fragment(payload, &fragment, &error))
			return false;
		isakmp_put_fragment(w, &fragment);
		return true;
	case ISAKMP_PL_NONCE:
		if (isakmp_read_nonce(payload, &nonce, &error))
			return false;
		isakmp_put(w, payload->type, nonce);
		return true;
	default:
		isakmp_put(w, payload->type, payload->body);
		return true;
	}
}

/* Into @buf of OCTETS_MAX octets, as the only payload of a message; empty: it is not to be read. */
static struct bytes rebuilt(const struct isakmp_payload *payload, uint8_t *buf)
{
	const struct wire_header header = { .exchange = ISAKMP_EXCH_QUICK };
	struct isakmp_writer w;

	isakmp_begin(&w, buf, OCTETS_MAX, &header);
	return rebuild_v1(&w, payload) ? isakmp_end(&w, 1) : bytes_of(NULL, 0);
}

/* What was written must be read again, and give the same octets. */
static void try_v1_payload(const struct isakmp_payload *payload)
{
	static uint8_t first[OCTETS_MAX], second[OCTETS_MAX];
	static struct isakmp_payloads again;
	struct wire_error error;
	struct bytes a, b;

	a = rebuilt(payload, first);
	if (!a.n)
		return;
	if (isakmp_payloads_parse(a.p[16], a, false, &again, &error) || again.n != 1)
		abort();
	b = rebuilt(&again.list[0], second);
	if (!bytes_equal(a, b))
		abort();
}

/* A range must be read as it was written. */
static void try_v1_range(const struct isakmp_payload *payload)
{
	const struct wire_header header = { .exchange = ISAKMP_EXCH_QUICK };
	static uint8_t buf[OCTETS_MAX];
	static struct isakmp_payloads again;
	struct addr first, last, a, b;
	struct isakmp_id id, read;
	struct isakmp_writer w;
	struct wire_error error;
	struct bytes message;

	if (payload->type != ISAKMP_PL_ID || isakmp_read_id(payload, &id, &error) ||
	    !isakmp_id_range(&id, &first, &last))
		return;
	isakmp_begin(&w, buf, sizeof(buf), &header);
	isakmp_put_range(&w, id.protocol, id.port, &first, &last);
	message = isakmp_end(&w, 1);
	if (isakmp_payloads_parse(message.p[16], message, false, &again, &error) ||
	    isakmp_read_id(&again.list[0], &read, &error) || !isakmp_id_range(&read, &a, &b) ||
	    !addr_equal(&a, &first) || !addr_equal(&b, &last))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct isakmp_payloads payloads;
	struct wire_header header;
	struct wire_error error;
	char text[32];

	if (size > OCTETS_MAX || wire_header_parse_v1(bytes_of(data, size), &header, &error))
		return 0;
	for (int padded = 0; padded < 2; padded++) {
		if (isakmp_payloads_parse(header.next, bytes_of(data, size), padded, &payloads,
					  &error))
			continue;
		for (unsigned int i = 0; i < payloads.n; i++) {
			try_v1_payload(&payloads.list[i]);
			try_v1_range(&payloads.list[i]);
		}
	}
	isakmp_notify_text((uint16_t)header.message_id, text);
	return 0;
}
