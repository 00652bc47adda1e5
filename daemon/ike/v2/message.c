// SPDX-License-Identifier: GPL-2.0-or-later
/* A message of ours, from its header to the seal. */
#include <string.h>

#include "base/log.h"
#include "ike/v2/v2.h"

void v2_begin(struct wire_writer *w, uint8_t *buf, const struct ike_sa *ike, uint8_t exchange,
	      uint32_t message_id, bool response)
{
	struct wire_header header = { .exchange = exchange, .message_id = message_id };

	header.flags = (ike->initiator ? IKE_FLAG_INITIATOR : 0) |
		       (response ? IKE_FLAG_RESPONSE : 0);
	memcpy(header.spi_i, ike->spi_i, IKE_SPI_LEN);
	memcpy(header.spi_r, ike->spi_r, IKE_SPI_LEN);
	wire_begin(w, buf, MESSAGE_MAX, &header);
}

struct bytes v2_seal(struct ike_sa *ike, struct wire_writer *w, uint8_t *buf)
{
	struct cipher_key *key = ike_key_out(ike);
	struct ike_hooks *hooks = &ike->core->hooks;
	struct bytes message;

	wire_sk_end(w, cipher_pad_len(key, wire_sk_plain_len(w)), cipher_icv_len(key));
	message = wire_end(w);
	if (!message.n || cipher_seal(key, hooks->random, hooks->ctx, buf, message.n,
				      wire_sk_body(w))) {
		log_error(ike->gw->subject, "a message could not be built");
		return bytes_of(NULL, 0);
	}
	return message;
}

void v2_clear_begin(struct ike_core *core, const struct v2_in *in, struct wire_writer *w)
{
	const struct wire_header *theirs = &in->message->header;
	struct wire_header header = *theirs;

	header.flags = IKE_FLAG_RESPONSE | (wire_from_initiator(theirs) ? 0 : IKE_FLAG_INITIATOR);
	wire_begin(w, core->scratch, MESSAGE_MAX, &header);
}

void v2_say_clear(struct ike_core *core, const struct v2_in *in, uint16_t type, struct bytes data)
{
	struct wire_writer w;

	v2_clear_begin(core, in, &w);
	wire_put_notify(&w, type, data);
	action_send(&core->actions, &in->local, &in->remote, wire_end(&w), 0, 0);
}
