// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Post-quantum pre-shared keys (RFC 8784): whoever records a key exchange now, and computes it once
 * there are the machines for that, still lacks this one.  It goes into the keys of children and of
 * later IKE SAs, and into AUTH; those that protect this IKE SA's own messages stay.  The key never
 * comes here: whoever has it mixes it into ours.
 */
#include <string.h>

#include "base/secret.h"
#include "ike/v2/v2.h"

#define PPK_FIXED	2	/* type of an identity: the key is always the same */

const struct policy_ppk *v2_ppk_ours(const struct ike_sa *ike)
{
	return ike->use_ppk && ike->conf->ppk.n ? &ike->conf->ppk.list[0] : NULL;
}

const struct policy_ppk *v2_ppk_named(const struct policy_gateway *conf, struct bytes identity)
{
	if (!conf->ppk.mode || identity.n < 2 || identity.p[0] != PPK_FIXED)
		return NULL;
	for (unsigned int i = 0; i < conf->ppk.n; i++) {
		const char *id = conf->ppk.list[i].id;

		if (bytes_equal(bytes_of(id, strlen(id)),
				bytes_of(identity.p + 1, identity.n - 1)))
			return &conf->ppk.list[i];
	}
	return NULL;
}

void v2_ppk_put(struct wire_writer *w, const struct policy_ppk *ppk)
{
	uint8_t identity[1 + POLICY_NAME] = { PPK_FIXED };
	size_t n = strlen(ppk->id);

	memcpy(identity + 1, ppk->id, n);
	wire_put_notify(w, IKE_N_PPK_IDENTITY, bytes_of(identity, 1 + n));
}

bool v2_ppk_mix(struct ike_sa *ike, enum job_side side, const struct policy_ppk *ppk,
		struct keymat_ike *out)
{
	size_t n = ike->keys.prf->out_n;
	struct ike_auth_request *request = ike_auth_request_new(AUTH_MIX, AUTH_MIX_KEYS * n);
	struct ike_auth_answer answer;
	bool good;

	*out = ike->keys;
	if (request) {
		request->prf = ike->keys.prf->id;
		memcpy(request->octets, ike->keys.sk_d, n);
		memcpy(request->octets + n, ike->keys.sk_pi, n);
		memcpy(request->octets + 2 * n, ike->keys.sk_pr, n);
		ike_auth_request_add(request, ppk->key);
	}
	good = job_auth(ike, side, request, &answer) && !answer.failed &&
	       answer.n == AUTH_MIX_KEYS * n;
	if (good) {
		memcpy(out->sk_d, answer.octets, n);
		memcpy(out->sk_pi, answer.octets + n, n);
		memcpy(out->sk_pr, answer.octets + 2 * n, n);
	}
	secret_wipe(&answer, sizeof(answer));
	return good;
}

void v2_ppk_adopt(struct ike_sa *ike, const struct policy_ppk *ppk, const struct keymat_ike *keys)
{
	if (!ppk)
		return;
	memcpy(ike->keys.sk_d, keys->sk_d, sizeof(keys->sk_d));
	memcpy(ike->keys.sk_pi, keys->sk_pi, sizeof(keys->sk_pi));
	memcpy(ike->keys.sk_pr, keys->sk_pr, sizeof(keys->sk_pr));
	memcpy(ike->ppk, ppk->id, sizeof(ike->ppk));
}
