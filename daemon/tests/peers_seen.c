// SPDX-License-Identifier: GPL-2.0-or-later
/* What has become of two peers: what tests ask of them. */
#include "tests/peers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ike/core_priv.h"
#include "ike/ike_sa.h"

static bool same_keys(const struct ike_sa_spec *a, const struct ike_sa_spec *b)
{
	return a->encr == b->encr && a->integ == b->integ && a->key_bits == b->key_bits &&
	       a->encr_key_n == b->encr_key_n && a->integ_key_n == b->integ_key_n &&
	       a->salt_n == b->salt_n && !memcmp(a->encr_key, b->encr_key, a->encr_key_n) &&
	       !memcmp(a->integ_key, b->integ_key, a->integ_key_n) &&
	       !memcmp(a->salt, b->salt, a->salt_n);
}

bool peers_flows(const struct peers *net, int from, const char *proxy)
{
	const struct ike_sa_spec *out = kern_fake_out(net->peer[from].kern, PEERS_IFNAME, proxy);
	const struct ike_sa_spec *in = out ? kern_fake_in(net->peer[!from].kern, out->spi) : NULL;

	return in && same_keys(out, in) && out->udp_encap == in->udp_encap &&
	       out->esn == in->esn && out->transport == in->transport &&
	       ts_list_equal(&out->ts.local, &in->ts.remote) &&
	       ts_list_equal(&out->ts.remote, &in->ts.local);
}

struct find_child {
	const char *proxy;
	struct ike_child_info found;
	const struct peers *net;
	int side;
	unsigned int n, flowing;
};

static void on_child(void *ctx, const struct ike_child_info *info)
{
	struct find_child *f = ctx;

	f->n++;
	f->flowing += peers_flows(f->net, f->side, info->proxy);
	if (f->proxy && !strcmp(f->proxy, info->proxy))
		f->found = *info;
}

const struct ike_child_info *peers_child(const struct peers *net, int side, const char *proxy)
{
	static struct find_child f;

	f = (struct find_child){ .proxy = proxy, .net = net, .side = side };
	ike_core_each_child(net->peer[side].core, net->now, on_child, &f);
	if (!*f.found.proxy)
		fail_msg("side %c shows no proxy-ID %s", 'A' + side, proxy);
	return &f.found;
}

uint64_t peers_token(const struct peers *net, int side)
{
	const struct ike_sa_spec *out = kern_fake_out(net->peer[side].kern, PEERS_IFNAME, "net");

	assert_non_null(out);
	return out->token;
}

void peers_soften(struct peers *net, int side)
{
	struct kern *kern = net->peer[side].kern;

	assert_int_equal(kern_fake_expire(kern, peers_token(net, side), false, false), 0);
}

struct ike_sa *peers_standing(const struct peers *net, int side)
{
	struct ike_sa *ike = net->peer[side].core->ikes;

	while (ike && ike->state != IKE_UP)
		ike = ike->next;
	assert_non_null(ike);
	return ike;
}

bool peers_all_flow(struct peers *net)
{
	for (int side = A; side <= B; side++) {
		struct find_child f = { .net = net, .side = side };

		ike_core_each_child(net->peer[side].core, net->now, on_child, &f);
		if (!f.n || f.flowing != f.n)
			return false;
	}
	return true;
}

struct find_ike {
	struct ike_sa_info found;
	unsigned int n, established;
};

static void on_ike(void *ctx, const struct ike_sa_info *info)
{
	struct find_ike *f = ctx;

	f->n++;
	if (strcmp(info->state, "established") != 0)
		return;
	f->established++;
	f->found = *info;
}

unsigned int peers_ikes(const struct peers *net, int side)
{
	struct find_ike f = { .n = 0 };

	ike_core_each_ike(net->peer[side].core, net->now, on_ike, &f);
	return f.established;
}

const struct ike_sa_info *peers_ike(const struct peers *net, int side)
{
	static struct find_ike f;

	f = (struct find_ike){ .n = 0 };
	ike_core_each_ike(net->peer[side].core, net->now, on_ike, &f);
	return f.established ? &f.found : NULL;
}

bool peers_quiet(struct peers *net)
{
	for (int side = A; side <= B; side++) {
		const struct kern *kern = net->peer[side].kern;
		struct find_child children = { .net = net, .side = side };
		struct find_ike ikes = { .n = 0 };

		ike_core_each_ike(net->peer[side].core, net->now, on_ike, &ikes);
		ike_core_each_child(net->peer[side].core, net->now, on_child, &children);
		if (ikes.n != 1 || ikes.established != 1 || !children.n ||
		    children.flowing != children.n ||
		    kern_fake_count(kern, true, NULL) != children.n ||
		    kern_fake_count(kern, false, NULL) != children.n)
			return false;
	}
	return true;
}
