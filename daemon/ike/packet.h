/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message as it went over the wire. */
#ifndef PANTUN_IKE_PACKET_H
#define PANTUN_IKE_PACKET_H

#include "base/bytes.h"

struct packet {
	size_t n;
	uint8_t b[];
};

/* Copies @data; NULL on lack of memory. */
struct packet *packet_new(struct bytes data);
struct bytes packet_bytes(const struct packet *packet);

#endif
