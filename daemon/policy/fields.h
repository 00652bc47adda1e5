/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every field of what is configured, once, with what it takes to change it: the comparisons in
 * equal.c are made of these lists, so none of them can forget a field.  A test fails when a struct
 * of policy.h has a field that is not listed here.
 *
 * F(field, CHANGE, HOW): HOW to compare it, as SAME_HOW in equal.c has it.
 * APART(field): not compared with the rest; the comment says why.
 */
#ifndef PANTUN_POLICY_FIELDS_H
#define PANTUN_POLICY_FIELDS_H

/* What it takes to go from one value to another, from most to least. */
enum policy_change {
	POLICY_ANEW,	/* other SAs: the peer has to agree, or the kernel sorts packets anew */
	POLICY_REKEY,	/* a rekey */
	POLICY_LIVE,	/* nothing: it changes under SAs that stand */
};

/*
 * key, cert and trust stand for the secrets, and for what the core has of certificates.  These
 * are renewed without harm to what stands; whom authorities have let in, another one does not
 * expel, unless a list of its has revoked them (ike/certified.h).  The tunnels are compared one by
 * one.
 */
#define POLICY_GATEWAY_FIELDS(F, APART) \
	F(name, POLICY_LIVE, TEXT) \
	F(version, POLICY_ANEW, VALUE) \
	F(exchange, POLICY_LIVE, VALUE) \
	F(passive, POLICY_LIVE, VALUE) \
	F(nat_traversal, POLICY_ANEW, VALUE) \
	F(udp_csum, POLICY_LIVE, VALUE) \
	F(fragmentation, POLICY_LIVE, VALUE) \
	F(fragment_n, POLICY_LIVE, VALUE) \
	F(v1_fragmentation, POLICY_LIVE, VALUE) \
	F(family, POLICY_ANEW, VALUE) \
	F(local, POLICY_ANEW, ADDR) \
	F(peer, POLICY_ANEW, ADDR) \
	F(fqdn, POLICY_ANEW, TEXT) \
	F(local_id, POLICY_ANEW, ID) \
	F(peer_id, POLICY_ANEW, ID) \
	F(peer_pattern, POLICY_ANEW, VALUE) \
	APART(psk) \
	F(key, POLICY_ANEW, VALUE) \
	APART(credential) \
	APART(chain) \
	F(cert, POLICY_LIVE, VALUE) \
	F(v1_auth, POLICY_LIVE, VALUE) \
	F(allow_sha1, POLICY_LIVE, VALUE) \
	F(rsa_pkcs1, POLICY_LIVE, VALUE) \
	APART(anchors) \
	F(trust, POLICY_LIVE, VALUE) \
	F(looks_up, POLICY_LIVE, VALUE) \
	APART(n_authorities) \
	APART(authorities) \
	F(ppk, POLICY_ANEW, PPKS) \
	F(ike, POLICY_ANEW, PROPOSALS) \
	F(childless, POLICY_LIVE, VALUE) \
	F(mobike, POLICY_LIVE, VALUE) \
	F(require_cookie, POLICY_LIVE, VALUE) \
	F(life_seconds, POLICY_LIVE, VALUE) \
	F(reauth_seconds, POLICY_LIVE, VALUE) \
	F(liveness_seconds, POLICY_LIVE, VALUE) \
	F(older_ike, POLICY_ANEW, PROPOSALS) \
	F(older_life_seconds, POLICY_LIVE, VALUE) \
	F(older_liveness_seconds, POLICY_LIVE, VALUE) \
	F(keepalive_seconds, POLICY_LIVE, VALUE) \
	F(dscp, POLICY_LIVE, VALUE) \
	APART(n_tunnels) \
	APART(tunnels)

/* The proxy-IDs are an array of their own. */
#define POLICY_TUNNEL_FIELDS(F, APART) \
	F(name, POLICY_ANEW, TEXT) \
	F(ifname, POLICY_ANEW, TEXT) \
	F(start, POLICY_LIVE, VALUE) \
	F(transport, POLICY_ANEW, VALUE) \
	F(outer, POLICY_ANEW, OUTER) \
	F(carrier, POLICY_LIVE, VALUE) \
	F(monitor, POLICY_LIVE, MONITOR) \
	F(esp, POLICY_REKEY, PROPOSALS) \
	F(replay_window, POLICY_REKEY, VALUE) \
	F(life_seconds, POLICY_REKEY, VALUE) \
	F(life_bytes, POLICY_REKEY, VALUE) \
	APART(n_proxies) \
	APART(proxies)

#define POLICY_OUTER_FIELDS(F) \
	F(df, POLICY_LIVE, VALUE) \
	F(copy_tos, POLICY_LIVE, VALUE) \
	F(dscp, POLICY_LIVE, VALUE) \
	F(ttl, POLICY_LIVE, VALUE) \
	F(copy_flow_label, POLICY_LIVE, VALUE) \
	F(gre, POLICY_ANEW, VALUE) \
	F(tfc, POLICY_LIVE, VALUE) \
	F(dummy_ms, POLICY_LIVE, VALUE) \
	F(mark, POLICY_LIVE, VALUE) \
	F(underlay, POLICY_LIVE, TEXT)

/* With no probes the rest means nothing. */
#define POLICY_MONITOR_FIELDS(F, APART) \
	APART(n) \
	APART(probes) \
	F(proxy, POLICY_LIVE, TEXT) \
	F(action, POLICY_LIVE, VALUE) \
	F(interval_ms, POLICY_LIVE, VALUE) \
	F(threshold, POLICY_LIVE, VALUE) \
	F(recovery, POLICY_LIVE, VALUE)

#define POLICY_PROBE_FIELDS(F) \
	F(destination, POLICY_LIVE, ADDR) \
	F(source, POLICY_LIVE, ADDR)

#define POLICY_PROXY_FIELDS(F) \
	F(name, POLICY_ANEW, TEXT) \
	F(ts, POLICY_ANEW, SELECTORS)

/* The tunnel is compared as any other. */
#define POLICY_MANUAL_FIELDS(F, APART) \
	APART(tunnel) \
	F(local, POLICY_LIVE, ADDR) \
	F(peer, POLICY_LIVE, ADDR) \
	F(spi_out, POLICY_LIVE, VALUE) \
	F(spi_in, POLICY_LIVE, VALUE) \
	F(overlap, POLICY_LIVE, VALUE) \
	F(ah, POLICY_LIVE, VALUE) \
	F(encr, POLICY_LIVE, VALUE) \
	F(integ, POLICY_LIVE, VALUE) \
	F(keys, POLICY_LIVE, KEYS)

#define POLICY_ID_FIELDS(F, APART) \
	F(type, POLICY_ANEW, VALUE) \
	F(n, POLICY_ANEW, VALUE) \
	APART(b)

#endif
