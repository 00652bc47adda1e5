// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fragments of IKEv1, as Cisco and Microsoft have them: the octets of a whole message, which may be
 * encrypted, are cut, and each part goes in a message of its own, in clear.  So nothing proves that
 * a part is the peer's, and a foreign one among them spoils the message.  We take parts for SAs
 * that we know alone, within the limits of ike/fragments.h, and put together one message at a time.
 */
#include "ike/fragments.h"

#include <string.h>

#include "base/log.h"
#include "ike/packet_size.h"
#include "ike/v1/v1.h"

#define HEAD_N	(IKE_HDR_LEN + IKE_PAYLOAD_HDR_LEN + 4)	/* before the octets of a part */

/* --- out --- */

/* Its header tells as little as others' do: no message id, and one of two exchanges. */
static struct packet *put_part(const struct wire_header *of, const struct isakmp_fragment *part)
{
	struct wire_header header = {
		.exchange = of->exchange == ISAKMP_EXCH_AGGRESSIVE ? ISAKMP_EXCH_AGGRESSIVE :
								    ISAKMP_EXCH_MAIN,
	};
	uint8_t buf[MESSAGE_MAX];
	struct isakmp_writer w;
	struct bytes message;

	memcpy(header.spi_i, of->spi_i, IKE_SPI_LEN);
	memcpy(header.spi_r, of->spi_r, IKE_SPI_LEN);
	isakmp_begin(&w, buf, sizeof(buf), &header);
	isakmp_put_fragment(&w, part);
	message = isakmp_end(&w, 1);
	return message.n ? packet_new(message) : NULL;
}

static struct packet *cut(struct ike_sa *ike, struct bytes message, size_t room)
{
	struct isakmp_fragment part = { .id = ++v1_of(ike)->fragment_id };
	struct packet *first = NULL, **end = &first;
	struct wire_header header;
	struct wire_error error;

	if (wire_header_parse_v1(message, &header, &error))
		return NULL;
	for (size_t at = 0; at < message.n; at += part.data.n) {
		size_t left = message.n - at;

		part.number++;
		part.last = left <= room;
		part.data = bytes_of(message.p + at, part.last ? left : room);
		*end = put_part(&header, &part);
		if (!*end) {
			packet_free(first);
			return NULL;
		}
		end = &(*end)->next;
	}
	return first;
}

struct packet *v1_packet(struct ike_sa *ike, struct bytes message)
{
	size_t around = packet_around(ike->path), most = packet_most(ike->path, 0);
	size_t room = most - around - HEAD_N;

	if (!ike->fragmentation || around + message.n <= most ||
	    message.n > FRAGMENTS_MOST * room)
		return packet_new(message);
	return cut(ike, message, room);
}

/* @packet, a message of ours, as it was before it was cut; empty: it does not fit. */
static struct bytes joined(const struct packet *packet, uint8_t *out)
{
	size_t head = packet->next ? HEAD_N : 0, n = 0;

	for (; packet; packet = packet->next) {
		if (packet->n - head > MESSAGE_MAX - n)
			return bytes_of(NULL, 0);
		memcpy(out + n, packet->b + head, packet->n - head);
		n += packet->n - head;
	}
	return bytes_of(out, n);
}

void v1_fragment_smaller(struct ike_sa *ike, struct packet **packet)
{
	size_t least = packet_least(ike->path), n;
	struct packet *anew;

	if (!ike->fragmentation || !*packet)
		return;
	n = packet_longest(ike->path, *packet);
	if (!packet_lower(ike->path, least, n) && packet_most(ike->path, 0) >= n)
		return;
	anew = v1_packet(ike, joined(*packet, ike->core->plain));
	if (!anew)
		return;
	packet_free(*packet);
	*packet = anew;
}

void v1_answer_again(struct ike_sa *ike, const struct endpoint *local,
		     const struct endpoint *remote)
{
	if (++ike->ex.repeated >= SILENT_SENDS)
		v1_fragment_smaller(ike, &ike->ex.response);
	exchange_respond_again(ike, local, remote);
}

size_t v1_fragment_size(const struct ike_sa *ike)
{
	return ike->fragmentation ? packet_most(ike->path, 0) : 0;
}

/* --- in --- */

/* What is there belongs to another message by the same id: its last part has another number. */
static bool differs(const struct fragments *f, const struct fragment *one)
{
	return f && one->total && f->total && f->total != one->total;
}

struct packet *v1_fragment_take(struct ike_sa *ike, const struct v1_in *in)
{
	struct isakmp_fragment part;
	struct wire_error error;
	struct fragment one;
	struct packet *whole;

	if (!ike->conf->v1_fragmentation || ike->state >= IKE_CLOSED || in->payloads.n != 1 ||
	    isakmp_read_fragment(&in->payloads.list[0], &part, &error)) {
		log_debug(ike->gw->subject, "fragment dropped: it is malformed, or fragmentation "
					    "is off");
		return NULL;
	}
	one = (struct fragment){
		.message_id = part.id, .exchange = in->header.exchange, .number = part.number,
		.total = part.last ? part.number : 0, .datagram_n = in->data.n, .plain = part.data,
	};
	if (differs(ike->fragments[JOB_PEERS], &one))
		fragments_drop(ike, JOB_PEERS);
	if (!fragments_put(ike, JOB_PEERS, &one) ||
	    !fragments_whole(ike->fragments[JOB_PEERS], one.message_id))
		return NULL;
	whole = packet_new(fragments_join(ike->fragments[JOB_PEERS], ike->core->plain));
	fragments_drop(ike, JOB_PEERS);
	return whole;
}
