// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE SAs by their SPIs, and those of a gateway. */
#include "ike/ike_sa.h"

#include <string.h>

#include "ike/agenda.h"

static const uint8_t *our_spi_of(const struct ike_sa *ike)
{
	return ike->initiator ? ike->spi_i : ike->spi_r;
}

static uint64_t spi_key(const uint8_t *spi)
{
	uint64_t key;

	memcpy(&key, spi, sizeof(key));
	return key;
}

struct ike_sa *ike_find(struct ike_core *core, const uint8_t *our_spi)
{
	struct table_node *node = table_find(&core->by_spi, spi_key(our_spi));

	return node ? container_of(node, struct ike_sa, node) : NULL;
}

uint64_t ike_key(const struct ike_sa *ike)
{
	return spi_key(our_spi_of(ike));
}

struct ike_sa *ike_by_key(struct ike_core *core, uint64_t key)
{
	struct table_node *node = table_find(&core->by_spi, key);
	struct ike_sa *ike = node ? container_of(node, struct ike_sa, node) : NULL;

	return ike && ike->state != IKE_DEAD ? ike : NULL;
}

static struct ike_sa *from_peer_node(struct table_node *node)
{
	return node ? container_of(node, struct ike_sa, peer_node) : NULL;
}

struct ike_sa *ike_peer_first(struct ike_core *core, const uint8_t *spi_i)
{
	return from_peer_node(table_find(&core->by_peer_spi, spi_key(spi_i)));
}

struct ike_sa *ike_peer_next(const struct ike_sa *ike)
{
	return from_peer_node(table_next(&ike->peer_node));
}

void ike_set_peer_spi(struct ike_sa *ike, const uint8_t *spi)
{
	if (ike->initiator) {
		memcpy(ike->spi_r, spi, IKE_SPI_LEN);
		return;
	}
	memcpy(ike->spi_i, spi, IKE_SPI_LEN);
	table_add(&ike->core->by_peer_spi, &ike->peer_node, spi_key(spi));
}

bool ike_choose_spi(struct ike_core *core, uint8_t *spi)
{
	do {
		if (!core_random(core, spi, IKE_SPI_LEN))
			return false;
	} while (!spi_key(spi) || ike_find(core, spi));
	return true;
}

void ike_join_gateway(struct ike_sa *ike, struct gateway *gw)
{
	ike->gw = gw;
	if (ike->stranger) {
		gw->strangers++;
		return;
	}
	ike->gw_next = gw->ikes;
	ike->gw_prev = &gw->ikes;
	if (ike->gw_next)
		ike->gw_next->gw_prev = &ike->gw_next;
	gw->ikes = ike;
}

void ike_leave_gateway(struct ike_sa *ike)
{
	gateway_ended(ike->gw);
	if (ike->stranger) {
		ike->gw->strangers--;
		return;
	}
	*ike->gw_prev = ike->gw_next;
	if (ike->gw_next)
		ike->gw_next->gw_prev = ike->gw_prev;
}

void ike_set_stranger(struct ike_sa *ike, bool stranger)
{
	ike_leave_gateway(ike);
	ike->stranger = stranger;
	ike_join_gateway(ike, ike->gw);
}
