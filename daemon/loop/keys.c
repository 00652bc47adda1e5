// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/keys.h"

#include "auth/answer.h"
#include "loop/daemon_priv.h"

static int set(void *ctx, uint64_t number, struct bytes octets)
{
	return auth_keys_set(ctx, number, octets);
}

static void forget(void *ctx, uint64_t number)
{
	auth_keys_forget(ctx, number);
}

bool keys_open(struct daemon *d)
{
	struct keyring_user store = { .set = set, .forget = forget };

	d->keys = auth_keys_new();
	store.ctx = d->keys;
	d->keyring = keyring_new(&store);
	return d->keys && d->keyring;
}

void keys_answer(const struct daemon *d, struct ike_job *job)
{
	struct ike_auth_answer answer;

	auth_answer(d->keys, ike_job_auth_request(job), &answer);
	ike_job_set_auth_answer(job, &answer);
	secret_wipe(&answer, sizeof(answer));
}

void keys_close(struct daemon *d)
{
	keyring_free(d->keyring);
	auth_keys_free(d->keys);
}
