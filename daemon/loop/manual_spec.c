// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/manual_spec.h"

#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "crypto/hmac.h"
#include "loop/manual.h"

#define DIGEST_N	32

uint64_t manual_cookie(const struct policy_manual *manual)
{
	const struct policy_tunnel *tunnel = &manual->tunnel;
	const uint32_t numbers[] = {
		manual->spi_in, manual->spi_out, manual->ah, tunnel->transport,
		tunnel->replay_window, manual->encr ? manual->encr->kernel : 0,
		manual->encr ? manual->encr->key_n : 0, manual->integ->kernel,
	};
	static const char label[] = "pantun manual keys";
	const struct bytes parts[] = {
		bytes_of(tunnel->ifname, sizeof(tunnel->ifname)),
		bytes_of(&manual->local, sizeof(manual->local)),
		bytes_of(&manual->peer, sizeof(manual->peer)),
		bytes_of(numbers, sizeof(numbers)),
		bytes_of(manual->keys, sizeof(*manual->keys)),
	};
	uint8_t digest[DIGEST_N] = { 0 };
	uint64_t cookie;

	if (hmac("SHA2-256", bytes_of(label, sizeof(label)), parts,
		 sizeof(parts) / sizeof(parts[0]), digest))
		log_error(NULL, "no SHA2-256: SAs with manual keys are not told apart");
	memcpy(&cookie, digest, sizeof(cookie));
	secret_wipe(digest, sizeof(digest));
	return cookie | MANUAL_COOKIE;
}

struct ike_sa_spec manual_spec(const struct policy_manual *manual, uint64_t cookie, bool inbound)
{
	const struct policy_tunnel *tunnel = &manual->tunnel;

	return (struct ike_sa_spec){
		.token = cookie,
		.inbound = inbound,
		.spi = inbound ? manual->spi_in : manual->spi_out,
		.ifname = tunnel->ifname,
		.proxy = tunnel->proxies[0].name,
		.local.addr = manual->local,
		.remote.addr = manual->peer,
		.ah = manual->ah,
		.transport = tunnel->transport,
		.encr = manual->encr,
		.integ = manual->integ,
		.key_bits = manual->encr ? manual->encr->key_bits : 0,
		.ts = tunnel->proxies[0].ts,
		.replay_window = tunnel->replay_window,
	};
}

void manual_set_keys(struct ike_sa_spec *spec, const struct policy_manual *manual)
{
	spec->encr_key_n = manual->encr ? manual->encr->key_n : 0;
	spec->integ_key_n = manual->integ->key_n;
	memcpy(spec->encr_key, manual->keys->encr, spec->encr_key_n);
	memcpy(spec->integ_key, manual->keys->integ, spec->integ_key_n);
}
