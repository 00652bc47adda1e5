// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Feeds octets to the configuration reader.  Besides memory errors it looks for a
 * policy that the IKE core could not work with, and for errors that go unsaid.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool good)
{
	if (!good)
		abort();
}

static void check_tunnel(const struct policy_tunnel *tunnel)
{
	require(tunnel->name[0] && tunnel->ifname[0]);
	require(tunnel->esp.n && tunnel->life_seconds);
	require(tunnel->start >= POLICY_START_ALWAYS && tunnel->start <= POLICY_START_PASSIVE);
	require(tunnel->n_proxies && tunnel->proxies);
	for (unsigned int i = 0; i < tunnel->n_proxies; i++) {
		const struct ts_pair *ts = &tunnel->proxies[i].ts;

		require(tunnel->proxies[i].name[0]);
		require(ts->local.n && ts->local.n <= TS_MAX);
		require(ts->remote.n && ts->remote.n <= TS_MAX);
	}
}

static void check_policy(const struct policy *policy)
{
	for (unsigned int g = 0; g < policy->n_gateways; g++) {
		const struct policy_gateway *gateway = &policy->gateways[g];

		require(gateway->name[0] && gateway->ike.n && gateway->life_seconds);
		require(gateway->psk && gateway->psk->n);
		require(gateway->peer.family || gateway->fqdn[0] || gateway->passive);
		for (unsigned int t = 0; t < gateway->n_tunnels; t++)
			check_tunnel(&gateway->tunnels[t]);
	}
}

/* A complaint is one line of printable text, and says where. */
static void on_line(void *ctx, enum conf_severity severity, const char *text)
{
	(void)ctx;
	(void)severity;
	require(!strncmp(text, "f:", 2));
	require(!strchr(text, '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_report report = { .line = on_line, .file = "f" };
	char *text = malloc(size + 1);
	struct policy *policy;

	if (!text)
		return 0;
	memcpy(text, data, size);
	policy = conf_parse(text, size, &report);
	require(!policy == (report.errors > 0));
	if (policy)
		check_policy(policy);
	policy_free(policy);
	free(text);
	return 0;
}
