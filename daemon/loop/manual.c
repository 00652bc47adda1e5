// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/manual.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "crypto/hmac.h"

#define DIGEST_N	32
#define SUBJECT		(POLICY_NAME + 8)

/* An SA that should stand. */
struct wanted {
	const struct policy_manual *manual;
	struct ike_sa_spec spec;	/* but for its keys */
	bool there;
};

struct sync {
	struct kern *kern;
	struct wanted *wanted;		/* in-SA and out-SA of each tunnel */
	size_t n;
	struct kern_sa *stale;		/* to be deleted */
	size_t n_stale, room;
};

static void set_keys(struct ike_sa_spec *spec, const struct policy_manual *manual)
{
	spec->encr_key_n = manual->encr ? manual->encr->key_n : 0;
	spec->integ_key_n = manual->integ->key_n;
	memcpy(spec->encr_key, manual->keys->encr, spec->encr_key_n);
	memcpy(spec->integ_key, manual->keys->integ, spec->integ_key_n);
}

/* From all that makes the pair what it is; nobody learns a key from 63 bits of this. */
static uint64_t cookie_of(const struct policy_manual *manual)
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

static void fill(struct wanted *wanted, const struct policy_manual *manual, bool inbound)
{
	const struct policy_tunnel *tunnel = &manual->tunnel;

	*wanted = (struct wanted){
		.manual = manual,
		.spec = {
			.token = cookie_of(manual),
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
		},
	};
}

static void on_sa(void *ctx, const struct kern_sa *sa)
{
	struct sync *sync = ctx;

	if (!(sa->cookie & MANUAL_COOKIE))
		return;
	for (size_t i = 0; i < sync->n; i++) {
		struct wanted *wanted = &sync->wanted[i];

		if (wanted->spec.token != sa->cookie || wanted->spec.inbound != sa->inbound ||
		    wanted->spec.spi != sa->spi || strcmp(wanted->spec.ifname, sa->ifname) != 0)
			continue;
		wanted->there = true;
		return;
	}
	if (sync->n_stale == sync->room) {
		size_t room = sync->room ? 2 * sync->room : 16;
		struct kern_sa *more = reallocarray(sync->stale, room, sizeof(*more));

		/* It is found again by the next call. */
		if (!more)
			return;
		sync->stale = more;
		sync->room = room;
	}
	sync->stale[sync->n_stale++] = *sa;
}

static void delete_stale(struct sync *sync)
{
	for (size_t i = 0; i < sync->n_stale; i++) {
		const struct kern_sa *sa = &sync->stale[i];
		const struct ike_sa_spec spec = kern_sa_name(sa);

		if (sync->kern->ops->sa_del(sync->kern, &spec))
			log_warning(NULL, "%s: SA %08x with manual keys cannot be deleted: %s",
				    sa->ifname, sa->spi, sync->kern->error);
		else
			log_info(NULL, "%s: %s SA %08x with manual keys is deleted", sa->ifname,
				 sa->inbound ? "inbound" : "outbound", sa->spi);
	}
}

static void add(struct sync *sync, struct wanted *wanted)
{
	const struct policy_manual *manual = wanted->manual;
	struct ike_sa_spec *spec = &wanted->spec;
	char subject[SUBJECT], peer[ADDR_TEXT];
	int error;

	snprintf(subject, sizeof(subject), "tunnel %s", manual->tunnel.name);
	set_keys(spec, manual);
	error = sync->kern->ops->sa_add(sync->kern, spec);
	secret_wipe(spec->encr_key, sizeof(spec->encr_key));
	secret_wipe(spec->integ_key, sizeof(spec->integ_key));
	addr_text(&manual->peer, peer);
	if (error)
		log_error(subject, "manual keys: kernel refused the %s SA %08x: %s",
			  spec->inbound ? "inbound" : "outbound", spec->spi, sync->kern->error);
	else if (spec->inbound)
		log_info(subject, "manual keys: receives from %s with SPI %08x (remote-spi)", peer,
			 spec->spi);
	else
		log_info(subject, "manual keys: sends to %s with SPI %08x (local-spi)", peer,
			 spec->spi);
}

void manual_sync(struct kern *kern, const struct policy *policy)
{
	size_t n = policy ? policy->n_manual : 0;
	struct sync sync = { .kern = kern, .n = 2 * n };

	sync.wanted = calloc(n ? 2 * n : 1, sizeof(*sync.wanted));
	if (!sync.wanted) {
		log_error(NULL, "out of memory");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		fill(&sync.wanted[2 * i], &policy->manual[i], true);
		fill(&sync.wanted[2 * i + 1], &policy->manual[i], false);
	}
	if (kern->ops->sa_each(kern, on_sa, &sync)) {
		log_error(NULL, "SAs cannot be read: %s", kern->error);
		sync.n = 0;
	}
	delete_stale(&sync);
	for (size_t i = 0; i < sync.n; i++)
		if (!sync.wanted[i].there)
			add(&sync, &sync.wanted[i]);
	free(sync.stale);
	free(sync.wanted);
}
