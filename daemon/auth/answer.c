// SPDX-License-Identifier: GPL-2.0-or-later
#include "auth/answer.h"

#include <string.h>

#include "base/items.h"
#include "base/secret.h"
#include "base/text.h"
#include "crypto/cert.h"
#include "crypto/keymat_v1.h"
#include "crypto/keymat_v2.h"
#include "crypto/sign.h"
#include "prop/alg_registry.h"

_Static_assert(AUTH_ANSWER_MOST >= AUTH_MIX_KEYS * AUTH_DATA_MOST, "keys have no room");
_Static_assert(AUTH_ANSWER_MOST >= SIGN_MAX, "some signature has no room");
_Static_assert(AUTH_DATA_MOST >= ALG_PRF_MAX, "AUTH data of some PRF has no room");

/*
 * Computes AUTH data of prf->out_n octets with that key.  False: there is no such key, or it
 * cannot be used.
 */
static bool auth_data(const struct auth_keys *keys, uint64_t number, const struct alg_prf *prf,
		      const struct ike_auth_request *request, uint8_t *out)
{
	struct bytes psk = auth_keys_octets(keys, number);

	return psk.n && prf &&
	       !keymat_auth_psk(prf, psk, bytes_of(request->octets, request->octets_n), out);
}

static void make(const struct auth_keys *keys, const struct ike_auth_request *request,
		 const struct alg_prf *prf, struct ike_auth_answer *answer)
{
	uint64_t number = request->keys[0];

	if (!auth_data(keys, number, prf, request, answer->octets)) {
		answer->failed = true;
		return;
	}
	answer->key = number;
	answer->n = prf->out_n;
}

static void check(const struct auth_keys *keys, const struct ike_auth_request *request,
		  const struct alg_prf *prf, struct ike_auth_answer *answer)
{
	uint8_t data[ALG_PRF_MAX];

	for (unsigned int i = 0; i < request->n_keys && !answer->key; i++) {
		if (!auth_data(keys, request->keys[i], prf, request, data))
			answer->failed = true;
		else if (request->proof_n == prf->out_n &&
			 secret_equal(data, request->proof, prf->out_n))
			answer->key = request->keys[i];
	}
	if (answer->key)
		answer->failed = false;
	secret_wipe(data, sizeof(data));
}

static void mix(const struct auth_keys *keys, const struct ike_auth_request *request,
		const struct alg_prf *prf, struct ike_auth_answer *answer)
{
	struct bytes ppk = auth_keys_octets(keys, request->keys[0]);
	bool good = ppk.n && prf && request->octets_n == (uint32_t)AUTH_MIX_KEYS * prf->out_n;

	for (unsigned int i = 0; i < AUTH_MIX_KEYS && good; i++) {
		size_t at = (size_t)i * prf->out_n;

		good = !keymat_ppk(prf, ppk, bytes_of(request->octets + at, prf->out_n),
				   answer->octets + at);
	}
	if (!good) {
		secret_wipe(answer->octets, sizeof(answer->octets));
		answer->failed = true;
		return;
	}
	answer->key = request->keys[0];
	answer->n = request->octets_n;
}

static void sign(const struct auth_keys *keys, const struct ike_auth_request *request,
		 struct ike_auth_answer *answer)
{
	struct cert_own *own = auth_keys_own(keys, request->keys[0]);
	uint8_t method = 0;

	if (own)
		answer->n = (uint32_t)cert_own_sign(own, request->how,
						    bytes_of(request->octets, request->octets_n),
						    answer->octets, &method);
	answer->method = method;
	answer->failed = !answer->n;
	if (answer->n)
		answer->key = request->keys[0];
}

/*
 * @items, which a peer has sent, with what they refer to: the caller's, in *@all.  It is enough
 * that one of the authorities allows to fetch that.
 */
static enum document_state gather(const struct auth_keys *keys,
				  const struct ike_auth_request *request, struct bytes items,
				  struct secret **all, struct text *why)
{
	enum document_state state = DOCUMENT_FAILED;

	*all = NULL;
	text_add(why, "the authorities are not known here");
	for (unsigned int i = 0; i < request->n_keys && state == DOCUMENT_FAILED; i++) {
		struct cert_roots *roots = auth_keys_roots(keys, request->keys[i]);

		if (!roots)
			continue;
		text_init(why, why->p, why->max);
		state = cert_roots_fetch(roots, auth_keys_documents(keys), items, all, why);
	}
	if (state != DOCUMENT_FAILED)
		text_init(why, why->p, why->max);
	return state;
}

/* Reads them; NULL: some are on their way, @settled false, or the reason is in @why. */
static struct cert_peer *read_peer(const struct auth_keys *keys,
				   const struct ike_auth_request *request, struct bytes items,
				   bool *settled, struct text *why)
{
	struct cert_peer *peer = NULL;
	enum document_state state;
	struct secret *all;

	*settled = true;
	if (!cert_urls_some(items))
		return cert_peer_read(items, why);
	state = gather(keys, request, items, &all, why);
	if (state == DOCUMENT_THERE)
		peer = cert_peer_read(secret_bytes(all), why);
	*settled = state != DOCUMENT_ASKED;
	secret_free(all);
	return peer;
}

/* The first of the authorities that the certificate leads to; 0: none, and @why. */
static uint64_t trusted_by(const struct auth_keys *keys, const struct ike_auth_request *request,
			   struct cert_peer *peer, struct text *why)
{
	for (unsigned int i = 0; i < request->n_keys; i++) {
		struct cert_roots *roots = auth_keys_roots(keys, request->keys[i]);

		why->n = 0;
		if (roots && cert_peer_trusted(peer, roots, why))
			return request->keys[i];
		if (!roots)
			text_add(why, "the authorities are not known here");
	}
	return 0;
}

/*
 * The certificate comes before the signature: how much work a key makes, only who has a
 * certificate of ours says.
 */
static bool verify(const struct auth_keys *keys, const struct ike_auth_request *request,
		   struct ike_auth_answer *answer)
{
	size_t covered = request->octets_n - request->tail_n;
	struct bytes rest = bytes_of(request->octets + covered, request->tail_n), data, id;
	struct cert_proof proof = {
		.v1 = request->how & SIGN_V1, .octets = bytes_of(request->octets, covered),
	};
	struct cert_peer *peer = NULL;
	struct cert_roots *roots;
	struct text why;
	bool good, settled = true;
	uint64_t key;

	text_init(&why, (char *)answer->octets, sizeof(answer->octets));
	if (!items_next(&rest, &data) || !items_next(&rest, &id) || data.n < 1 || id.n < 1)
		text_add(&why, "its proof is malformed");
	else if (!rest.n)
		text_add(&why, "it did not send its certificate");
	else
		peer = read_peer(keys, request, rest, &settled, &why);
	key = peer ? trusted_by(keys, request, peer, &why) : 0;
	roots = key ? auth_keys_roots(keys, key) : NULL;
	if (roots) {
		proof.method = data.p[0];
		proof.data = bytes_of(data.p + 1, data.n - 1);
	}
	good = roots && cert_peer_is(peer, roots, id.p[0], bytes_of(id.p + 1, id.n - 1), &why) &&
	       cert_peer_signed(peer, roots, &proof, &why);
	/* Nothing else is fetched for whoever has not proved that he is somebody. */
	if (good)
		settled = cert_peer_fetch(peer, roots, auth_keys_documents(keys));
	if (good && settled && cert_peer_listed(peer, roots, &why)) {
		answer->key = key;
		why.n = 0;
		answer->octets[0] = '\0';
	}
	answer->n = (uint32_t)why.n;
	cert_peer_free(peer);
	return settled;
}

/* The authorities may have changed since the certificate was let in, and whom they revoke. */
static bool look(const struct auth_keys *keys, const struct ike_auth_request *request,
		 struct ike_auth_answer *answer)
{
	struct cert_roots *roots = auth_keys_roots(keys, request->keys[0]);
	bool revoked, settled;
	struct cert_peer *peer;
	struct text why;

	text_init(&why, (char *)answer->octets, sizeof(answer->octets));
	peer = read_peer(keys, request, bytes_of(request->octets, request->octets_n), &settled,
			 &why);
	revoked = roots && !peer && settled && cert_roots_insist(roots);
	answer->failed = !roots || (!peer && !revoked);
	if (peer && roots)
		revoked = cert_peer_revoked(peer, roots, &why);
	if (!answer->failed && !revoked) {
		settled = cert_peer_fetch(peer, roots, auth_keys_documents(keys));
		revoked = settled && cert_peer_revoked(peer, roots, &why);
	}
	if (!answer->failed && !revoked) {
		answer->key = request->keys[0];
		text_init(&why, (char *)answer->octets, sizeof(answer->octets));
	}
	answer->n = (uint32_t)why.n;
	cert_peer_free(peer);
	return settled;
}

/*
 * Whoever asks chooses the octets.  Those of which IKEv2 makes its own key of this one (RFC 7296
 * section 2.15), and which would so give it away, are fewer than two nonces are.
 */
static void skeyid(const struct auth_keys *keys, const struct ike_auth_request *request,
		   const struct alg_prf *prf, struct ike_auth_answer *answer)
{
	struct bytes psk = auth_keys_octets(keys, request->keys[0]);
	struct bytes nonces = bytes_of(request->octets, request->octets_n);

	if (!psk.n || !prf || prf->mac != ALG_MAC_HMAC || nonces.n < AUTH_NONCES_LEAST ||
	    nonces.n > AUTH_NONCES_MOST ||
	    keymat_v1_skeyid_psk(prf, psk, nonces, answer->octets)) {
		answer->failed = true;
		return;
	}
	answer->key = request->keys[0];
	answer->n = prf->out_n;
}

bool auth_answer(const struct auth_keys *keys, const struct ike_auth_request *request,
		 struct ike_auth_answer *answer)
{
	const struct alg_prf *prf = alg_prf_by_id(request->prf);
	bool settled = true;

	memset(answer, 0, sizeof(*answer));
	answer->ticket = request->ticket;
	if (request->kind == AUTH_MAKE)
		make(keys, request, prf, answer);
	else if (request->kind == AUTH_MIX)
		mix(keys, request, prf, answer);
	else if (request->kind == AUTH_SIGN)
		sign(keys, request, answer);
	else if (request->kind == AUTH_VERIFY)
		settled = verify(keys, request, answer);
	else if (request->kind == AUTH_SKEYID)
		skeyid(keys, request, prf, answer);
	else if (request->kind == AUTH_LOOK)
		settled = look(keys, request, answer);
	else
		check(keys, request, prf, answer);
	return settled;
}

void auth_answer_prepare(void)
{
	const struct alg_prf *prf;
	uint8_t data[ALG_PRF_MAX];

	for (unsigned int i = 0; (prf = alg_prf_row(i)); i++)
		keymat_auth_psk(prf, bytes_of("any key", 7), bytes_of("any octets", 10), data);
}
