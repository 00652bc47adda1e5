// SPDX-License-Identifier: GPL-2.0-or-later
#include "talk/sa_msg.h"

#include <string.h>

#include "base/text.h"
#include "msg/msg.h"
#include "talk/numbers.h"

void sa_msg_pack(const struct ike_sa_spec *sa, enum msg_wish wish, struct msg_sa *out)
{
	memset(out, 0, sizeof(*out));
	out->wish = wish;
	out->spi = sa->spi;
	out->token = sa->token;
	text_copy(out->ifname, sizeof(out->ifname), sa->ifname);
	text_copy(out->proxy, sizeof(out->proxy), sa->proxy);
	out->local = sa->local;
	out->remote = sa->remote;
	out->new_local = sa->new_local;
	out->new_remote = sa->new_remote;
	out->inbound = sa->inbound;
	out->udp_encap = sa->udp_encap;
	out->udp_csum = sa->udp_csum;
	out->ah = sa->ah;
	out->transport = sa->transport;
	out->esn = sa->esn;
	out->standby = sa->standby;
	out->encr = encr_number(sa->encr);
	out->integ = integ_number(sa->integ);
	memcpy(out->encr_key, sa->encr_key, sizeof(out->encr_key));
	memcpy(out->integ_key, sa->integ_key, sizeof(out->integ_key));
	memcpy(out->salt, sa->salt, sizeof(out->salt));
	out->encr_key_n = sa->encr_key_n;
	out->integ_key_n = sa->integ_key_n;
	out->salt_n = sa->salt_n;
	out->replay_window = sa->replay_window;
	out->ts = sa->ts;
	out->soft_seconds = sa->soft_seconds;
	out->hard_seconds = sa->hard_seconds;
	out->soft_bytes = sa->soft_bytes;
	out->hard_bytes = sa->hard_bytes;
}

static bool flags_ok(const struct msg_sa *sa)
{
	const uint8_t flags[] = {
		sa->inbound, sa->udp_encap, sa->udp_csum, sa->ah, sa->transport, sa->esn,
		sa->standby, sa->tfc_refused,
	};

	for (size_t i = 0; i < sizeof(flags); i++)
		if (flags[i] > 1)
			return false;
	return true;
}

static const char *wrong_algorithms(const struct msg_sa *sa, const struct ike_sa_spec *spec)
{
	if ((sa->encr && !spec->encr) || (sa->integ && !spec->integ))
		return "an unknown algorithm";
	if (sa->wish != MSG_SA_ADD)
		return NULL;
	if (sa->ah ? sa->encr || !sa->integ : !sa->encr)
		return "no algorithm for its protocol";
	if (!sa->ah && spec->encr->aead == (sa->integ != 0))
		return "integrity twice, or not at all";
	if (sa->encr_key_n != (spec->encr ? spec->encr->key_n : 0) ||
	    sa->salt_n != (spec->encr ? spec->encr->salt_n : 0) ||
	    sa->integ_key_n != (spec->integ ? spec->integ->key_n : 0))
		return "a key of a wrong length";
	return NULL;
}

static bool counts_ok(const struct msg_sa *sa)
{
	return sa->ts.local.n <= TS_MAX && sa->ts.remote.n <= TS_MAX;
}

const char *sa_msg_unpack(const struct msg_sa *sa, struct ike_sa_spec *out)
{
	memset(out, 0, sizeof(*out));
	if (!msg_text_ok(sa->ifname, sizeof(sa->ifname)) ||
	    !msg_text_ok(sa->proxy, sizeof(sa->proxy)))
		return "a name without an end";
	if (!flags_ok(sa))
		return "a flag that is neither 0 nor 1";
	if (!counts_ok(sa))
		return "too many selectors";
	*out = (struct ike_sa_spec){
		.token = sa->token, .inbound = sa->inbound, .spi = sa->spi, .ifname = sa->ifname,
		.proxy = sa->proxy, .local = sa->local, .remote = sa->remote,
		.new_local = sa->new_local, .new_remote = sa->new_remote,
		.udp_encap = sa->udp_encap, .udp_csum = sa->udp_csum, .ah = sa->ah,
		.transport = sa->transport, .esn = sa->esn, .standby = sa->standby,
		.encr = encr_numbered(sa->encr),
		.integ = integ_numbered(sa->integ),
		.encr_key_n = sa->encr_key_n, .integ_key_n = sa->integ_key_n, .salt_n = sa->salt_n,
		.ts = sa->ts, .replay_window = sa->replay_window,
		.soft_seconds = sa->soft_seconds, .hard_seconds = sa->hard_seconds,
		.soft_bytes = sa->soft_bytes, .hard_bytes = sa->hard_bytes,
	};
	out->key_bits = out->encr ? out->encr->key_bits : 0;
	memcpy(out->encr_key, sa->encr_key, sizeof(out->encr_key));
	memcpy(out->integ_key, sa->integ_key, sizeof(out->integ_key));
	memcpy(out->salt, sa->salt, sizeof(out->salt));
	return wrong_algorithms(sa, out);
}
