// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fragmentation of messages (RFC 7383): a message that is longer than the path takes goes as
 * several, each sealed for itself.  They also get smaller where the peer cuts its own smaller.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "ike/fragments.h"
#include "ike/packet_size.h"
#include "ike/v2/v2.h"

#define SKF_HEADER	8	/* of the payload */

_Static_assert(MESSAGE_MAX == FRAGMENTS_OCTETS, "peers of ours put together what we send");

/* --- sizes --- */

static size_t most_of(const struct ike_sa *ike)
{
	return packet_most(ike->path, ike->conf->fragment_n);
}

size_t v2_fragment_size(const struct ike_sa *ike)
{
	return ike->fragmentation ? most_of(ike) : 0;
}

/* Octets of payloads that go into a fragment. */
static size_t room_within(const struct ike_sa *ike, const struct cipher_key *key)
{
	size_t head = packet_around(ike->path) + IKE_HDR_LEN + SKF_HEADER + cipher_iv_len(key) +
		      cipher_icv_len(key);
	size_t most = most_of(ike), block = key->encr->block;

	/* A size that has room for nothing at all is as good as the least that is of use. */
	if (most < head + block + 1)
		return block;
	return (most - head) / block * block - 1;
}

/* --- out --- */

static struct packet *seal_one(struct ike_sa *ike, const struct wire_header *header, uint8_t next,
			       uint16_t number, uint16_t total, struct bytes part)
{
	struct ike_hooks *hooks = &ike->core->hooks;
	struct cipher_key *key = ike_key_out(ike);
	uint8_t buf[MESSAGE_MAX];
	struct wire_writer w;
	struct bytes message;

	wire_begin(&w, buf, sizeof(buf), header);
	wire_skf_begin(&w, number == 1 ? next : IKE_PL_NONE, number, total, cipher_iv_len(key));
	wbuf_bytes(&w.buf, part);
	wire_sk_end(&w, cipher_pad_len(key, part.n), cipher_icv_len(key));
	message = wire_end(&w);
	if (!message.n || cipher_seal(key, hooks->random, hooks->ctx, buf, message.n,
				      wire_sk_body(&w)))
		return NULL;
	return packet_new(message);
}

/*
 * @plain, which begins with a payload of type @next, in as many messages as it takes; in more than
 * @before, as parts of another cut would not fit to what the peer has (section 2.5.1).
 */
static struct packet *seal_parts(struct ike_sa *ike, const struct wire_header *header,
				 uint8_t next, struct bytes plain, size_t before)
{
	size_t room = room_within(ike, ike_key_out(ike));
	struct packet *first = NULL, **end = &first;
	size_t total;

	total = (plain.n + room - 1) / room;
	if (total <= before) {
		room = plain.n > before ? plain.n / (before + 1) : 1;
		total = (plain.n + room - 1) / room;
	}
	if (total > FRAGMENTS_MOST)
		return NULL;
	for (size_t i = 0; i < total; i++) {
		size_t at = i * room, n = plain.n - at < room ? plain.n - at : room;

		*end = seal_one(ike, header, next, (uint16_t)(i + 1), (uint16_t)total,
				bytes_of(plain.p + at, n));
		if (!*end) {
			packet_free(first);
			return NULL;
		}
		end = &(*end)->next;
	}
	return first;
}

/* What is in @w and as yet unprotected fits into a packet, or must. */
static bool fits(struct ike_sa *ike, const struct wire_writer *w)
{
	const struct cipher_key *key = ike_key_out(ike);
	size_t plain_n = wire_sk_plain_len(w);

	return !ike->fragmentation || !plain_n ||
	       packet_around(ike->path) + w->buf.n + cipher_pad_len(key, plain_n) +
	       cipher_icv_len(key) <= most_of(ike);
}

struct packet *v2_pack(struct ike_sa *ike, struct wire_writer *w, uint8_t *buf)
{
	struct wire_header header;
	struct packet *packet;
	struct wire_error error;
	struct bytes message;
	uint8_t *plain;
	size_t plain_n;

	if (w->buf.overflow || fits(ike, w)) {
		message = v2_seal(ike, w, buf);
		return message.n ? packet_new(message) : NULL;
	}
	/* The header is whole but for its length. */
	message = wire_end(w);
	if (wire_header_parse(message, &header, &error))
		return NULL;
	plain_n = wire_sk_plain_len(w);
	plain = buf + message.n - plain_n;
	packet = seal_parts(ike, &header, wire_sk_next(w), bytes_of(plain, plain_n), 0);
	secret_wipe(plain, plain_n);
	if (!packet)
		log_error(ike->gw->subject, "a message could not be built");
	return packet;
}

/* --- once more, in smaller parts --- */

/* Adds what is in @datagram, of ours, to the @n octets in core->plain; false: it is not there. */
static bool reopen(struct ike_sa *ike, struct bytes datagram, struct wire_message *message,
		   size_t *n)
{
	const struct wire_payload *sk;
	struct wire_error error;
	struct wire_skf skf;
	struct bytes plain;

	if (wire_message_parse(datagram, message, &error))
		return false;
	sk = wire_message_sk(message);
	if (!sk)
		return false;
	skf.body = wire_payload_body_offset(sk);
	if (sk->type == IKE_PL_SKF && wire_read_skf(sk, &skf, &error))
		return false;
	if (cipher_open(ike_key_out(ike), datagram, skf.body, ike->core->plain + *n, &plain))
		return false;
	*n += plain.n;
	return true;
}

/* @packet, a message of ours, anew by the size that is known now; it stays as it is otherwise. */
static void cut_anew(struct ike_sa *ike, struct packet **packet)
{
	const struct packet *one = *packet;
	struct wire_message message;
	struct wire_header header;
	struct packet *anew;
	uint8_t next = IKE_PL_NONE;
	size_t n = 0, parts = 0;

	for (; one; one = one->next, parts++) {
		if (!reopen(ike, packet_bytes(one), &message, &n))
			break;
		if (one == *packet) {
			header = message.header;
			next = wire_message_sk(&message)->next;
		}
	}
	if (!one && n) {
		anew = seal_parts(ike, &header, next, bytes_of(ike->core->plain, n), parts);
		if (anew) {
			packet_free(*packet);
			*packet = anew;
		}
	}
	secret_wipe(ike->core->plain, n);
}

/* Has @packet be cut smaller where it may be too long for the path. */
static void shrink(struct ike_sa *ike, struct packet **packet, size_t to)
{
	size_t n = packet_longest(ike->path, *packet);

	if (!ike->fragmentation || !*packet)
		return;
	if (packet_lower(ike->path, to, n) || most_of(ike) < n)
		cut_anew(ike, packet);
}

void v2_repeats(struct ike_sa *ike)
{
	if (ike->ex.sends > SILENT_SENDS && !v2_row(ike->ex.current->kind)->clear)
		shrink(ike, &ike->ex.request, packet_least(ike->path));
}

/* --- in --- */

/* Opens @in, a repetition, of which @at is what it says in clear. */
static bool open_one(struct ike_sa *ike, const struct v2_in *in, const struct wire_skf *at,
		     struct bytes *plain)
{
	if (!cipher_open(ike_key_in(ike), in->message->data, at->body, ike->core->plain, plain))
		return true;
	log_debug(ike->gw->subject, "fragment dropped: it is not authentic");
	return false;
}

/* False: it is malformed, or nobody has agreed on that. */
static bool read_one(const struct ike_sa *ike, const struct v2_in *in, struct wire_skf *at)
{
	const struct wire_payload *sk = wire_message_sk(in->message);
	struct wire_error error;
	char text[WIRE_ERROR_TEXT];

	if (!ike->fragmentation) {
		log_debug(ike->gw->subject, "fragment dropped: it was not agreed on");
		return false;
	}
	if (!wire_read_skf(sk, at, &error)) {
		/* Section 2.5: what is not protected goes with the first. */
		if (at->number == 1 || in->message->clear.n == 1)
			return true;
		wire_fail(&error, WIRE_ERR_UNEXPECTED, sk->type, sk->offset);
	}
	log_debug(ike->gw->subject, "fragment dropped: %s", wire_error_text(&error, text));
	return false;
}

/* The peer knows the path the other way, which is seldom any better. */
static void learn(struct ike_sa *ike, const struct fragments *f)
{
	if (f->total > 1)
		packet_lower(ike->path, f->longest + packet_around(ike->path), most_of(ike));
}

bool v2_fragment_take(struct ike_sa *ike, enum job_side side, const struct v2_in *in,
		      struct bytes *plain, uint8_t *next)
{
	const struct wire_header *header = &in->message->header;
	struct fragment one = {
		.message_id = header->message_id, .exchange = header->exchange,
		.next = wire_message_sk(in->message)->next, .datagram_n = in->message->data.n,
	};
	bool whole = fragments_whole(ike->fragments[side], header->message_id);
	struct wire_skf at;

	if (!read_one(ike, in, &at))
		return false;
	one.number = at.number;
	one.total = at.total;
	if (!whole && !fragments_want(ike, side, &one))
		return false;
	if (!v2_intermediate_open(ike, in, at.body, &one.plain)) {
		log_debug(ike->gw->subject, "fragment dropped: it is not authentic");
		return false;
	}
	if (!whole)
		fragments_put(ike, side, &one);
	secret_wipe(ike->core->plain, one.plain.n);
	if (!fragments_whole(ike->fragments[side], header->message_id))
		return false;
	learn(ike, ike->fragments[side]);
	*plain = fragments_join(ike->fragments[side], ike->core->plain);
	*next = ike->fragments[side]->next;
	return true;
}

/*
 * Section 2.6.1.  Where the request has come in smaller parts than before, or has come twice, its
 * answer may have been too long for the path.
 */
void v2_fragment_answer_again(struct ike_sa *ike, const struct v2_in *in)
{
	const struct wire_payload *sk = wire_message_sk(in->message);
	size_t least = packet_least(ike->path), n = in->message->data.n + packet_around(ike->path);
	struct wire_skf at = { .body = wire_payload_body_offset(sk), .number = 1, .total = 1 };
	struct bytes plain;

	if (sk->type == IKE_PL_SKF && (!read_one(ike, in, &at) || at.number != 1))
		return;
	if (!open_one(ike, in, &at, &plain))
		return;
	secret_wipe(ike->core->plain, plain.n);
	ike->ex.repeated++;
	if (ike->ex.repeated >= SILENT_SENDS)
		shrink(ike, &ike->ex.response, least);
	else if (at.total > 1)
		shrink(ike, &ike->ex.response, n);
	exchange_respond_again(ike, &in->local, &in->remote);
}
