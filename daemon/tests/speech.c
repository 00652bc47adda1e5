// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/speech.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "prop/prop_wire.h"
#include "prop/ts_wire.h"

struct speech speech;

struct ike_sa *sa_of(const struct peers *net, int side)
{
	struct ike_sa *ike = net->peer[side].core->ikes;

	while (ike && ((!ike->keyed && ike->state != IKE_HALF_OPEN) || ike->state > IKE_UP))
		ike = ike->next;
	assert_non_null(ike);
	return ike;
}

struct wire_writer *say(struct peers *net, int from, uint8_t exchange, bool response)
{
	struct ike_sa *ike = sa_of(net, from), *other = sa_of(net, !from);
	uint32_t id = response ? other->ex.send_id : other->ex.recv_id;

	speech.net = net;
	speech.from = from;
	speech.response = response;
	v2_begin(&speech.w, speech.buf, ike, exchange, id, response);
	wire_sk_begin(&speech.w, cipher_iv_len(ike_key_out(ike)));
	return &speech.w;
}

struct heard {
	int from;
	size_t n;
	uint8_t data[MESSAGE_MAX];
};

static bool tap_hear(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct heard *heard = net->tap_ctx;

	if (from != heard->from)
		return true;
	assert_true(n <= sizeof(heard->data));
	memcpy(heard->data, data, n);
	heard->n = n;
	return false;
}

static void open_answer(struct ike_sa *ike, const struct heard *heard)
{
	struct wire_message message;
	const struct wire_payload *sk;
	struct wire_error error;
	struct bytes plain;

	assert_true(heard->n > 0);
	assert_int_equal(wire_message_parse(bytes_of(heard->data, heard->n), &message, &error), 0);
	sk = wire_message_sk(&message);
	assert_non_null(sk);
	assert_int_equal(cipher_open(ike_key_in(ike), message.data, wire_payload_body_offset(sk),
				     speech.plain, &plain), 0);
	assert_int_equal(wire_payloads_parse(sk->next, plain, &speech.payloads, &error), 0);
}

void said(void)
{
	static struct heard heard;
	struct peers *net = speech.net;
	struct ike_sa *ike = sa_of(net, speech.from);
	struct bytes message = v2_seal(ike, &speech.w, speech.buf);
	struct endpoint local = ike->path->remote, remote = ike->path->local;

	assert_true(message.n > 0);
	if (speech.response)
		ike->ex.recv_id++;
	else
		ike->ex.send_id++;
	heard.from = !speech.from;
	heard.n = 0;
	if (!speech.response) {
		net->tap = tap_hear;
		net->tap_ctx = &heard;
	}
	peers_inject(net, !speech.from, &local, &remote, message);
	net->tap = NULL;
	if (!speech.response)
		open_answer(ike, &heard);
}

bool answered(uint16_t type)
{
	struct wire_notify notify;

	return wire_notify_find(&speech.payloads, type, &notify);
}

void put_notify(struct wire_writer *w, uint16_t type)
{
	wire_put_notify(w, type, bytes_of(NULL, 0));
}

void put_nonce(struct wire_writer *w)
{
	wire_put_nonce(w, bytes_of("0123456789abcdef0123456789abcdef", 32));
}

void put_sa(struct wire_writer *w, const struct prop_list *list, uint32_t spi)
{
	uint8_t octets[IKE_SPI_LEN] = { 0x77 };
	struct wire_sa sa;

	put_be32(octets + 4, spi);
	if (list->prop[0].proto == PROP_IKE)
		prop_offer(list, bytes_of(octets, IKE_SPI_LEN), &sa);
	else
		prop_offer(list, bytes_of(octets + 4, 4), &sa);
	wire_put_sa(w, &sa);
}

void put_child(struct wire_writer *w, uint32_t spi)
{
	struct prop_list list = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group31");

	put_sa(w, &list, spi);
	put_nonce(w);
	wire_put_ke(w, 31, bytes_of("0123456789abcdef0123456789abcdef", 32));
}

void put_range(struct wire_writer *w, uint8_t type, const char *range)
{
	struct ts_list list = { .n = 1, .ts = { { .port_last = UINT16_MAX } } };
	struct wire_ts_list wire;

	assert_int_equal(addr_range_parse(range, &list.ts[0].first, &list.ts[0].last), 0);
	ts_list_to_wire(&list, &wire);
	wire_put_ts(w, type, &wire);
}

void put_selectors(struct wire_writer *w)
{
	put_range(w, IKE_PL_TSI, "10.1.0.0/16");
	put_range(w, IKE_PL_TSR, "10.2.0.0/16");
}

unsigned int said_in_vain(uint32_t id)
{
	struct peers *net = speech.net;
	struct ike_sa *ike = sa_of(net, speech.from);
	struct endpoint local = ike->path->remote, remote = ike->path->local;
	unsigned int sent = net->peer[!speech.from].sent;
	struct bytes message;

	/* The header is authentic, too, so the message is sealed with that id. */
	put_be32(speech.buf + MESSAGE_ID_AT, id);
	message = v2_seal(ike, &speech.w, speech.buf);
	assert_true(message.n > 0);
	ike_core_datagram(net->peer[!speech.from].core, net->now, &local, &remote, message);
	peers_settle(net, !speech.from);
	return net->peer[!speech.from].sent - sent;
}
