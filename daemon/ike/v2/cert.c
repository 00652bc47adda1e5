// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v2/cert.h"

#include <stdio.h>
#include <string.h>

#include "base/items.h"

#define HASH_MAX	5	/* the highest number that has a meaning to us: Identity */
#define INIT_MOST	1200	/* octets of an IKE_SA_INIT, which fragments of IKE are not for */
#define CANDIDATES	8	/* gateways that a peer may be, of those we look at */

/* SHA-2, and what has no hash apart (RFC 8420). */
static const uint8_t hashes[] = { 0, 2, 0, 3, 0, 4, 0, 5 };

void v2_cert_put_hashes(struct wire_writer *w)
{
	wire_put_notify(w, IKE_N_SIGNATURE_HASH_ALGORITHMS, bytes_of(hashes, sizeof(hashes)));
}

uint32_t v2_cert_hashes(struct bytes data)
{
	uint32_t bits = 0;

	for (size_t i = 0; i + 2 <= data.n; i += 2) {
		uint16_t hash = get_be16(data.p + i);

		/* SHA-1 is not among them, whatever the peer can do. */
		if (hash > 1 && hash <= HASH_MAX)
			bits |= 1U << hash;
	}
	return bits;
}

uint32_t v2_cert_how(const struct handshake *hs, const struct policy_gateway *conf)
{
	uint32_t how = hs->hashes ? hs->hashes : SIGN_OLD;

	if (conf->allow_sha1)
		how |= 1U << SIGN_SHA1;
	if (conf->rsa_pkcs1 || hs->no_pss)
		how |= SIGN_NO_PSS;
	return how;
}

/* RFC 9593 section 3.2: length, method, link to a CERTREQ, and the algorithm in DER. */
bool v2_cert_lacks_pss(struct bytes data)
{
	/* Names of algorithms of RSA (RFC 8017 appendix A.2) begin by this; one octet follows. */
	static const uint8_t rsa[] = { 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1 };
	bool pkcs1 = false, pss = false;

	while (data.n >= 2 && data.p[0] >= 2 && data.p[0] <= data.n) {
		struct bytes one = bytes_of(data.p, data.p[0]);
		const uint8_t *oid = one.p + 5;

		data = bytes_of(data.p + one.n, data.n - one.n);
		if (one.p[1] != IKE_AUTH_DIGITAL_SIGNATURE || one.n < 5 + sizeof(rsa) + 1 ||
		    memcmp(oid, rsa, sizeof(rsa)) != 0)
			continue;
		pss |= oid[sizeof(rsa)] == 10;
		pkcs1 |= oid[sizeof(rsa)] >= 11 && oid[sizeof(rsa)] <= 13;
	}
	return pkcs1 && !pss;
}

void v2_cert_announce(const struct policy_gateway *conf, struct wire_writer *w)
{
	/* Without the certificate of anybody. */
	static const uint8_t psk[] = { 2, IKE_AUTH_PSK };
	uint8_t all[sizeof(psk) + SIGN_ANNOUNCED];
	size_t n = 0;

	if (conf && !conf->trust)
		return;
	if (!conf) {
		memcpy(all, psk, sizeof(psk));
		n = sizeof(psk);
	}
	n += sign_announce(conf && conf->allow_sha1, all + n);
	if (conf || w->buf.n + n <= INIT_MOST)
		wire_put_notify(w, IKE_N_SUPPORTED_AUTH_METHODS, bytes_of(all, n));
}

bool v2_cert_meant(const struct ike_sa *ike)
{
	const struct addr *local = &ike->path->local.addr, *remote = &ike->path->remote.addr;
	struct gateway *gw = gateway_for_peer(ike->core, NULL, local, remote);

	for (unsigned int i = 0; gw && i < CANDIDATES; i++) {
		if (gw->conf->cert || gw->conf->trust)
			return true;
		gw = gateway_for_peer(ike->core, gw, local, remote);
	}
	return ike->conf->cert || ike->conf->trust;
}

void v2_cert_put(const struct policy_gateway *conf, struct wire_writer *w)
{
	struct bytes chain, cert;

	if (!conf->cert || !conf->chain)
		return;
	chain = secret_bytes(conf->chain);
	while (items_next(&chain, &cert))
		wire_put_cert(w, IKE_PL_CERT, IKE_CERT_X509_SIGNATURE, cert);
}

static void put_request(const struct policy_gateway *conf, struct wire_writer *w)
{
	if (conf->trust)
		wire_put_cert(w, IKE_PL_CERTREQ, IKE_CERT_X509_SIGNATURE,
			      bytes_of(conf->authorities,
				       (size_t)conf->n_authorities * POLICY_AUTHORITY));
}

/* We fetch certificates, for anybody who may be the peer (RFC 7296 section 3.6). */
static void put_looks_up(struct wire_writer *w)
{
	wire_put_notify(w, IKE_N_HTTP_CERT_LOOKUP_SUPPORTED, bytes_of(NULL, 0));
}

void v2_cert_ask(const struct policy_gateway *conf, struct wire_writer *w)
{
	put_request(conf, w);
	if (conf->trust && conf->looks_up)
		put_looks_up(w);
}

void v2_cert_ask_all(const struct ike_sa *ike, struct wire_writer *w)
{
	const struct addr *local = &ike->path->local.addr, *remote = &ike->path->remote.addr;
	struct gateway *gw = gateway_for_peer(ike->core, NULL, local, remote);
	uint64_t asked = 0;
	bool looks_up = false;

	for (unsigned int i = 0; gw && i < CANDIDATES; i++) {
		if (gw->conf->trust != asked)
			put_request(gw->conf, w);
		looks_up |= gw->conf->trust && gw->conf->looks_up;
		asked = gw->conf->trust;
		gw = gateway_for_peer(ike->core, gw, local, remote);
	}
	if (looks_up)
		put_looks_up(w);
}

const char *v2_cert_method(uint8_t method, char out[32])
{
	if (method == IKE_AUTH_PSK)
		return "a pre-shared key";
	if (sign_known(method))
		return "a certificate";
	snprintf(out, 32, "method %u", method);
	return out;
}
