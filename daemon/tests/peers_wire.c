// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/peers_wire.h"

#include "wire/v2_codec.h"

static bool peers_wire_tap(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct peers_wire *wire = net->tap_ctx;
	const struct wire_payload *sk;
	struct wire_message message;
	struct wire_error error;

	if (wire_message_parse(bytes_of(data, n), &message, &error))
		return true;
	sk = wire_message_sk(&message);
	if (!wire_is_response(&message.header))
		wire->seen[message.header.exchange]++;
	wire->fragments += sk && sk->type == IKE_PL_SKF;
	if (!wire->lose || wire->lose != message.header.exchange || from != wire->from)
		return true;
	wire->lose = 0;
	wire->lost = true;
	return false;
}

void peers_wire_watch(struct peers *net, struct peers_wire *wire)
{
	*wire = (struct peers_wire){ .lose = 0 };
	net->tap = peers_wire_tap;
	net->tap_ctx = wire;
}
