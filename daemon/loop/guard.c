// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/guard.h"

#include <string.h>
#include <sys/socket.h>

#include "loop/manual.h"
#include "loop/names.h"

static const struct policy_proxy *find_proxy(const struct policy_tunnel *tunnel, const char *name)
{
	for (unsigned int i = 0; i < tunnel->n_proxies; i++)
		if (!strcmp(tunnel->proxies[i].name, name))
			return &tunnel->proxies[i];
	return NULL;
}

static bool has_encr(const struct prop *prop, const struct alg_encr *encr)
{
	for (unsigned int i = 0; i < prop->n_encr; i++)
		if (prop->encr[i] == encr)
			return true;
	return !encr && !prop->n_encr;
}

static bool has_integ(const struct prop *prop, const struct alg_integ *integ)
{
	for (unsigned int i = 0; i < prop->n_integ; i++)
		if (prop->integ[i] == integ)
			return true;
	return !integ && !prop->n_integ;
}

static bool proposed(const struct prop_list *list, const struct ike_sa_spec *sa)
{
	uint8_t esn = sa->esn ? PROP_ESN_YES : PROP_ESN_NO;

	for (unsigned int i = 0; i < list->n; i++) {
		const struct prop *prop = &list->prop[i];

		if (sa->ah == (prop->proto == PROP_AH) && has_encr(prop, sa->encr) &&
		    has_integ(prop, sa->integ) && prop->esn & esn)
			return true;
	}
	return false;
}

static bool is_host(const struct endpoint *end)
{
	return end->addr.family == AF_INET || end->addr.family == AF_INET6;
}

static bool is_peer(const struct policy_gateway *gateway, const struct names *names,
		    const struct addr *addr)
{
	if (gateway->fqdn[0])
		return names && names_had(names, gateway->fqdn, addr);
	return !gateway->peer.family || addr_equal(&gateway->peer, addr);
}

/* A peer behind a NAT may have any address that the NAT gives it, one that moves any at all. */
static bool between_them(const struct policy_gateway *gateway, const struct names *names,
			 const struct endpoint *local, const struct endpoint *remote,
			 bool udp_encap)
{
	if (!is_host(local) || !is_host(remote) || local->addr.family != remote->addr.family)
		return false;
	if (udp_encap && !gateway->nat_traversal)
		return false;
	if (gateway->local.family && !addr_equal(&gateway->local, &local->addr))
		return false;
	return udp_encap || gateway->mobike != POLICY_MOBIKE_NO ||
	       is_peer(gateway, names, &remote->addr);
}

/* Allow inbound SAs twice the octets, as the peer may stop later than we would. */
static bool lives_within(const struct policy_tunnel *tunnel, const struct ike_sa_spec *sa)
{
	uint64_t most = sa->inbound ? 2 * tunnel->life_bytes : tunnel->life_bytes;

	if (tunnel->life_seconds && (!sa->hard_seconds || sa->hard_seconds > tunnel->life_seconds))
		return false;
	return !tunnel->life_bytes ||
	       (sa->hard_bytes && sa->hard_bytes <= most);
}

static const char no_tunnel[] = "IKE has no such tunnel";
static const char elsewhere[] = "its addresses are not those of the gateway and its peer";

const char *guard_refuses(const struct policy *policy, const struct names *names,
			  const struct ike_sa_spec *sa)
{
	const struct policy_gateway *gateway = NULL;
	const struct policy_tunnel *tunnel = policy_tunnel_on(policy, sa->ifname, &gateway);
	const struct policy_proxy *proxy;

	if (!tunnel || !gateway)
		return no_tunnel;
	proxy = find_proxy(tunnel, sa->proxy);
	if (!proxy)
		return "its tunnel has no such proxy-ID";
	if (!sa->token || sa->token & MANUAL_COOKIE)
		return "its cookie is not one of IKE's";
	if (sa->spi < ESP_SPI_MIN)
		return "its SPI is reserved";
	if (sa->transport != tunnel->transport)
		return "its mode is not the tunnel's";
	if (!proposed(&tunnel->esp, sa))
		return "its algorithms are not configured";
	if (!sa->ts.local.n || !sa->ts.remote.n ||
	    !ts_list_within(&sa->ts.local, &proxy->ts.local) ||
	    !ts_list_within(&sa->ts.remote, &proxy->ts.remote))
		return "its selectors are not within the proxy-ID";
	if (!between_them(gateway, names, &sa->local, &sa->remote, sa->udp_encap))
		return elsewhere;
	if (sa->replay_window != tunnel->replay_window || !lives_within(tunnel, sa))
		return "its replay window or its life is not the tunnel's";
	return NULL;
}

const char *guard_refuses_path(const struct policy *policy, const struct names *names,
			       const struct ike_sa_spec *sa)
{
	const struct policy_gateway *gateway = NULL;

	policy_tunnel_on(policy, sa->ifname, &gateway);
	if (!gateway)
		return no_tunnel;
	if (!between_them(gateway, names, &sa->new_local, &sa->new_remote, sa->udp_encap))
		return elsewhere;
	return NULL;
}

const char *guard_refuses_encap(const struct policy *policy, const struct names *names,
				const struct ike_sa_spec *sa)
{
	const struct policy_gateway *gateway = NULL;

	(void)names;
	policy_tunnel_on(policy, sa->ifname, &gateway);
	if (!gateway)
		return no_tunnel;
	if (gateway->mobike == POLICY_MOBIKE_NO)
		return "it was made with another encapsulation";
	return NULL;
}

bool guard_has_proxy(const struct policy *policy, const char *ifname, const char *proxy)
{
	const struct policy_gateway *gateway = NULL;
	const struct policy_tunnel *tunnel = policy_tunnel_on(policy, ifname, &gateway);

	return gateway && find_proxy(tunnel, proxy);
}
