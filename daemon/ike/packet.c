// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/packet.h"

#include <stdlib.h>
#include <string.h>

struct packet *packet_new(struct bytes data)
{
	struct packet *packet = malloc(sizeof(*packet) + data.n);

	if (!packet)
		return NULL;
	packet->next = NULL;
	packet->n = data.n;
	memcpy(packet->b, data.p, data.n);
	return packet;
}

void packet_free(struct packet *packet)
{
	while (packet) {
		struct packet *next = packet->next;

		free(packet);
		packet = next;
	}
}

struct bytes packet_bytes(const struct packet *packet)
{
	return packet ? bytes_of(packet->b, packet->n) : bytes_of(NULL, 0);
}
