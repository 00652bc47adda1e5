// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "ike/v1/v1.h"
#include "prop/prop_v1.h"

uint16_t v1_auth(const struct ike_sa *ike)
{
	return v1_of(ike)->auth ? v1_of(ike)->auth : ISAKMP_AUTH_PSK;
}

bool v1_offer_put(struct isakmp_writer *w, struct ike_sa *ike, const struct prop_list *list)
{
	const struct prop_v1_terms terms = {
		.auth = v1_auth(ike),
		.life_seconds = (uint32_t)policy_gateway_life(ike->conf, V1_MAJOR),
	};
	size_t at = w->buf.n + IKE_PAYLOAD_HDR_LEN;
	struct v1_sa *own = v1_of(ike);

	if (!prop_v1_offer(list, &terms, w) || w->buf.overflow)
		return false;
	packet_free(own->offer);
	own->offer = packet_new(bytes_of(w->buf.p + at, w->buf.n - at));
	return own->offer;
}

bool v1_answer_good(const struct ike_sa *ike, const struct v1_in *in,
		    const struct prop_list *offered, uint16_t encap, struct prop_chosen *chosen,
		    char *why, size_t n)
{
	const struct isakmp_payload *payload = isakmp_find(&in->payloads, ISAKMP_PL_SA, NULL);
	enum prop_proto proto = prop_list_proto(offered);
	const struct prop_query query = {
		.proto = proto, .local = offered, .spi_n = proto == PROP_IKE ? 0 : 4,
	};
	struct wire_error error;
	struct isakmp_sa sa;
	struct wire_sa wire;

	if (!payload || isakmp_read_sa(payload, &sa, &error)) {
		snprintf(why, n, "peer answered without a proposal");
		return false;
	}
	if (sa.n_proposals != 1 || sa.n_transforms != 1) {
		snprintf(why, n, "peer answered with %u transforms instead of one",
			 sa.n_transforms);
		return false;
	}
	prop_v1_to_wire(&sa, proto, v1_auth(ike), encap, &wire);
	return prop_select(&query, &wire, chosen, why, n);
}

uint16_t v1_encap(const struct ike_sa *ike, bool transport)
{
	if (!pathref_encap(ike->path))
		return transport ? ISAKMP_ENCAP_TRANSPORT : ISAKMP_ENCAP_TUNNEL;
	if (v1_of(ike)->natt == V1_NATT_RFC)
		return transport ? ISAKMP_ENCAP_UDP_TRANSPORT : ISAKMP_ENCAP_UDP_TUNNEL;
	return transport ? ISAKMP_ENCAP_UDP_TRANSPORT_DRAFT : ISAKMP_ENCAP_UDP_TUNNEL_DRAFT;
}

bool v1_encap_transport(uint16_t encap)
{
	return encap == ISAKMP_ENCAP_TRANSPORT || encap == ISAKMP_ENCAP_UDP_TRANSPORT ||
	       encap == ISAKMP_ENCAP_UDP_TRANSPORT_DRAFT;
}

bool v1_encap_udp(uint16_t encap)
{
	return encap == ISAKMP_ENCAP_UDP_TUNNEL || encap == ISAKMP_ENCAP_UDP_TRANSPORT ||
	       encap == ISAKMP_ENCAP_UDP_TUNNEL_DRAFT || encap == ISAKMP_ENCAP_UDP_TRANSPORT_DRAFT;
}
