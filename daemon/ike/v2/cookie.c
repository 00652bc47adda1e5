// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Our cookies: a version octet, then the start of PRF(secret, Ni | address | port | SPIi).
 * The secret changes every minute; cookies made with the previous one are still good.
 */
#include <string.h>

#include "crypto/prf.h"
#include "ike/v2/v2.h"

#define COOKIE_N	17
#define SECRET_MS	SECONDS(60)
#define PRF_SHA2_256	5

/*
 * After a longer calm, and the first time, there is no previous secret that a cookie could
 * still be good for: both are made then, as anybody may guess one that nobody drew.
 */
static bool renew_secret(struct ike_core *core)
{
	bool both = !core->cookie_since || core->now >= core->cookie_since + 2 * SECRET_MS;

	if (core->cookie_since && core->now < core->cookie_since + SECRET_MS)
		return true;
	if (both && !core_random(core, core->cookie_secret[0], sizeof(core->cookie_secret[0])))
		return false;
	memcpy(core->cookie_secret[1], core->cookie_secret[0], sizeof(core->cookie_secret[1]));
	if (!core_random(core, core->cookie_secret[0], sizeof(core->cookie_secret[0])))
		return false;
	core->cookie_version++;
	core->cookie_since = core->now ? core->now : 1;
	return true;
}

static bool make_cookie(const struct ike_core *core, uint8_t version, const struct v2_in *in,
			struct bytes ni, uint8_t out[COOKIE_N])
{
	unsigned int age = (uint8_t)(core->cookie_version - version);
	uint8_t port[2], mac[ALG_PRF_MAX];
	const struct bytes parts[] = {
		ni,
		bytes_of(in->remote.addr.b, addr_len(&in->remote.addr)),
		bytes_of(port, sizeof(port)),
		bytes_of(in->message->header.spi_i, IKE_SPI_LEN),
	};

	if (age > 1)
		return false;
	put_be16(port, in->remote.port);
	if (prf(alg_prf_by_id(PRF_SHA2_256),
		bytes_of(core->cookie_secret[age], sizeof(core->cookie_secret[age])), parts,
		sizeof(parts) / sizeof(parts[0]), mac))
		return false;
	out[0] = version;
	memcpy(out + 1, mac, COOKIE_N - 1);
	return true;
}

static bool cookie_good(struct ike_core *core, const struct v2_in *in, struct bytes ni)
{
	struct bytes theirs = in->notes.cookie;
	uint8_t ours[COOKIE_N];

	return theirs.n == COOKIE_N && make_cookie(core, theirs.p[0], in, ni, ours) &&
	       secret_equal(ours, theirs.p, COOKIE_N);
}

/* The same payloads in the same order behind the first one, which is a cookie (section 2.6). */
static bool same_but_cookie(const struct wire_payloads *a, const struct wire_payloads *b)
{
	if (a->n != b->n || a->list[0].type != IKE_PL_NOTIFY || b->list[0].type != IKE_PL_NOTIFY)
		return false;
	for (unsigned int i = 1; i < a->n; i++)
		if (a->list[i].type != b->list[i].type ||
		    !bytes_equal(a->list[i].body, b->list[i].body))
			return false;
	return true;
}

bool v2_cookie_renewed(struct ike_sa *ike, const struct v2_in *in)
{
	struct handshake *hs = ike->hs;
	struct wire_message before;
	struct wire_notify notify;
	struct packet *request;
	struct wire_error error;

	if (ike->state != IKE_HALF_OPEN || !in->notes.has_cookie || !renew_secret(ike->core) ||
	    !cookie_good(ike->core, in, bytes_of(hs->ni, hs->ni_n)) ||
	    wire_message_parse(packet_bytes(hs->request), &before, &error) ||
	    !wire_notify_find(&before.clear, IKE_N_COOKIE, &notify) ||
	    !same_but_cookie(&before.clear, in->payloads))
		return false;
	request = packet_new(in->message->data);
	if (!request)
		return false;
	packet_free(hs->request);
	hs->request = request;
	return true;
}

bool v2_cookie_demand(struct ike_core *core, const struct v2_in *in, struct bytes ni)
{
	struct wire_header header = in->message->header;
	uint8_t cookie[COOKIE_N];
	struct wire_writer w;

	if (!renew_secret(core))
		return true;
	if (cookie_good(core, in, ni))
		return false;
	if (!make_cookie(core, core->cookie_version, in, ni, cookie))
		return true;
	header.flags = IKE_FLAG_RESPONSE;
	wire_begin(&w, core->scratch, MESSAGE_MAX, &header);
	wire_put_notify(&w, IKE_N_COOKIE, bytes_of(cookie, COOKIE_N));
	action_send(&core->actions, &in->local, &in->remote, wire_end(&w), 0, 0);
	return true;
}
