// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/peers_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ike_const.h"

struct addr site_address(const char *text)
{
	struct addr a = { .family = 0 };

	if (text && addr_parse(text, &a))
		abort();
	return a;
}

struct site peers_site(int side)
{
	struct site site = {
		.local = side == A ? "192.0.2.1" : "198.51.100.2",
		.peer = side == A ? "198.51.100.2" : "192.0.2.1",
		.local_id = side == A ? "a.example" : "b.example",
		.peer_id = side == A ? "b.example" : "a.example",
		.psk = SITE_PSK,
		.nat_traversal = true,
		.fragmentation = true,
		.start = side == A ? POLICY_START_ALWAYS : POLICY_START_PASSIVE,
		.passive = side == B,
		.ike_life = 28800,
		.child_life = 3600,
		.keepalive = 20,
		.n_proxies = 1,
		.proxies[0] = {
			.name = "net",
			.local = side == A ? "10.1.0.0/16" : "10.2.0.0/16",
			.remote = side == A ? "10.2.0.0/16" : "10.1.0.0/16",
		},
	};

	site.ike = peers_props(PROP_IKE, "aes-256-gcm,aes-128-gcm", "sha256", "group31,group19");
	site.esp = peers_props(PROP_ESP, "aes-256-gcm,aes-128-gcm", NULL, "group31,group19");
	return site;
}

struct site peers_site6(int side)
{
	struct site site = peers_site(side);

	site.local = side == A ? "2001:db8::1" : "2001:db8::2";
	site.peer = side == A ? "2001:db8::2" : "2001:db8::1";
	return site;
}

struct site peers_site_v1(int side, const char *pfs)
{
	struct site site = peers_site(side);

	site.version = POLICY_IKEV1;
	site.ike = peers_props(PROP_IKE, "aes-256-cbc,aes-128-cbc", "sha256", "group19,group14");
	site.esp = peers_props(PROP_ESP, "aes-256-gcm,aes-128-gcm", NULL, pfs);
	return site;
}

/* The next word of a list with @separator; false: no more. */
static bool next_word(const char **list, char separator, char out[64])
{
	size_t n;

	if (!*list || !**list)
		return false;
	n = (size_t)(strchrnul(*list, separator) - *list);
	snprintf(out, 64, "%.*s", (int)n, *list);
	*list += n + ((*list)[n] ? 1 : 0);
	return true;
}

struct prop_list peers_props(enum prop_proto proto, const char *encr, const char *hash,
			     const char *dh)
{
	struct prop sets = { .proto = proto };
	struct prop_list list = { .n = 0 };
	char word[64], why[PROP_WHY];

	while (next_word(&encr, ',', word))
		sets.encr[sets.n_encr++] = alg_encr_by_conf(word);
	while (next_word(&hash, ',', word)) {
		sets.integ[sets.n_integ++] = alg_integ_by_conf(word);
		if (proto == PROP_IKE)
			sets.prf[sets.n_prf++] = alg_prf_by_conf(word);
	}
	while (next_word(&dh, ',', word))
		sets.dh[sets.n_dh++] = alg_dh_by_conf(word);
	if (prop_list_add(&list, &sets, why, sizeof(why)))
		fail_msg("proposal of a test: %s", why);
	return list;
}

static struct prop_round round_of(const char *words)
{
	struct prop_round round = { .n = 0 };
	char word[64];

	while (next_word(&words, ',', word)) {
		if (!strcmp(word, "none"))
			round.optional = true;
		else
			round.dh[round.n++] = alg_dh_by_conf(word);
	}
	return round;
}

void peers_rounds(struct prop_list *list, const char *rounds)
{
	char words[64];

	for (unsigned int i = 0; next_word(&rounds, ' ', words); i++)
		for (unsigned int j = 0; j < list->n; j++)
			list->prop[j].rounds[i] = round_of(words);
}

static struct ts_list selectors(const char *ranges)
{
	struct ts_list list = { .n = 0 };
	char word[64];

	while (next_word(&ranges, ' ', word)) {
		struct ts *ts = &list.ts[list.n++];

		ts->port_last = UINT16_MAX;
		if (addr_range_parse(word, &ts->first, &ts->last))
			abort();
	}
	return list;
}

void site_id(struct ike_id *kept, const struct ike_id *as, const char *name)
{
	struct ike_id id = { .type = 0 };

	if (as) {
		id = *as;
	} else if (name) {
		id.type = IKE_ID_FQDN;
		id.n = (uint16_t)strlen(name);
		id.b = (const uint8_t *)name;
	}
	if (!policy_id_keep(kept, &id))
		abort();
}

static void fill_tunnel(struct policy_tunnel *tunnel, const struct site *site)
{
	snprintf(tunnel->name, sizeof(tunnel->name), "lan");
	snprintf(tunnel->ifname, sizeof(tunnel->ifname), PEERS_IFNAME);
	tunnel->start = site->start;
	tunnel->transport = site->transport;
	tunnel->outer.gre = site->gre;
	tunnel->outer.tfc = site->tfc;
	tunnel->esp = site->esp;
	tunnel->replay_window = 64;
	tunnel->life_seconds = site->child_life;
	tunnel->life_bytes = site->child_bytes;
	if (site->probed)
		tunnel->monitor = (struct policy_monitor){
			.n = 1, .probes[0].destination = site_address(site->probed),
			.action = site->action, .interval_ms = 3000, .threshold = 5,
			.recovery = 2,
		};
	tunnel->n_proxies = site->n_proxies;
	tunnel->proxies = calloc(site->n_proxies, sizeof(*tunnel->proxies));
	if (!tunnel->proxies)
		abort();
	for (unsigned int i = 0; i < site->n_proxies; i++) {
		struct policy_proxy *proxy = &tunnel->proxies[i];

		snprintf(proxy->name, sizeof(proxy->name), "%s", site->proxies[i].name);
		proxy->ts.local = selectors(site->proxies[i].local);
		proxy->ts.remote = selectors(site->proxies[i].remote);
	}
}

static struct secret *shared_key(const char *text)
{
	struct secret *secret = secret_new(bytes_of((const uint8_t *)text, strlen(text)));

	if (!secret)
		abort();
	return secret;
}

struct policy *peers_policy(const struct site *site)
{
	struct policy *policy = calloc(1, sizeof(*policy));
	struct policy_gateway *gw = calloc(1, sizeof(*gw));
	struct policy_tunnel *tunnel = calloc(1, sizeof(*tunnel));

	if (!policy || !gw || !tunnel)
		abort();
	policy->n_gateways = 1;
	policy->gateways = gw;
	snprintf(gw->name, sizeof(gw->name), "hq");
	gw->version = site->version;
	gw->exchange = site->exchange;
	gw->passive = site->passive;
	gw->nat_traversal = site->nat_traversal;
	gw->udp_csum = site->udp_csum;
	gw->ppk.mode = site->ppk_mode;
	if (site->ppk) {
		gw->ppk.n = 1;
		snprintf(gw->ppk.list[0].id, sizeof(gw->ppk.list[0].id), "%s", site->ppk_id);
		gw->ppk.list[0].secret = shared_key(site->ppk);
	}
	gw->fragmentation = site->fragmentation;
	gw->v1_fragmentation = site->v1_fragmentation;
	gw->fragment_n = site->fragment_n;
	gw->local = site_address(site->local);
	gw->peer = site_address(site->peer);
	if (site->fqdn)
		snprintf(gw->fqdn, sizeof(gw->fqdn), "%s", site->fqdn);
	site_id(&gw->local_id, site->local_as, site->local_id);
	site_id(&gw->peer_id, site->peer_as, site->peer_id);
	gw->peer_pattern = site->peer_pattern;
	gw->psk = shared_key(site->psk);
	gw->ike = site->ike;
	gw->older_ike = site->older_ike;
	gw->older_life_seconds = site->ike_life;
	gw->older_liveness_seconds = site->liveness;
	gw->require_cookie = site->require_cookie;
	gw->childless = site->childless;
	gw->mobike = site->mobike;
	gw->life_seconds = site->ike_life;
	gw->reauth_seconds = site->reauth;
	gw->liveness_seconds = site->liveness;
	gw->keepalive_seconds = site->keepalive;
	gw->dscp = site->dscp;
	gw->n_tunnels = 1;
	gw->tunnels = tunnel;
	fill_tunnel(tunnel, site);
	return policy;
}

struct policy *peers_policy_join(struct policy *policy, struct policy *other)
{
	unsigned int n = policy->n_gateways;

	policy->gateways = realloc(policy->gateways, (n + 1) * sizeof(*policy->gateways));
	if (!policy->gateways)
		abort();
	policy->gateways[n] = other->gateways[0];
	policy->n_gateways = n + 1;
	free(other->gateways);
	free(other);
	return policy;
}
