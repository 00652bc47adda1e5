// SPDX-License-Identifier: GPL-2.0-or-later
/* INITIAL-CONTACT (RFC 2407 section 4.6.3.3): whoever says so has nothing of what there was. */
#include "ike/peer_gone.h"
#include "ike/v1/v1.h"

bool v1_initial_due(const struct gateway *gw)
{
	return (!gw->contacted || !gw->ikes->gw_next) && gateway_is_sole(gw);
}

void v1_initial_put(struct isakmp_writer *w, const struct ike_sa *ike)
{
	uint8_t spis[V1_SPIS_N];
	const struct isakmp_notify notify = {
		.protocol = ISAKMP_PROTO_ISAKMP, .type = ISAKMP_N_INITIAL_CONTACT,
		.spi = bytes_of(spis, sizeof(spis)),
	};

	v1_spis(ike, spis);
	isakmp_put_notify(w, &notify);
}

void v1_initial_take(struct ike_sa *ike, const struct v1_in *in)
{
	const struct isakmp_payload *payload = NULL;
	struct isakmp_notify notify;
	struct wire_error error;

	while ((payload = isakmp_find(&in->payloads, ISAKMP_PL_NOTIFY, payload)))
		if (!isakmp_read_notify(payload, &notify, &error) &&
		    notify.type == ISAKMP_N_INITIAL_CONTACT)
			ike_initial_contact(ike);
}
