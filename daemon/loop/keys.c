// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/keys.h"

#include <stdlib.h>
#include <string.h>

#include "conf/keyring.h"
#include "loop/daemon_priv.h"
#include "msg/auth_msg.h"

/* If `auth` is not running, it gets this key with all others when it starts. */
static int set(void *ctx, uint64_t number, struct bytes octets)
{
	struct daemon *d = ctx;
	struct msg_auth_key body;

	if (octets.n > sizeof(body.octets))
		return -1;
	memset(&body, 0, sizeof(body));
	body.number = number;
	body.n = (uint32_t)octets.n;
	memcpy(body.octets, octets.p, octets.n);
	if (d->auth)
		chan_send(d->auth, MSG_AUTH_KEY, &body, sizeof(body));
	secret_wipe(&body, sizeof(body));
	return 0;
}

static int set_cert(void *ctx, uint64_t number, bool roots, struct bytes octets)
{
	struct daemon *d = ctx;
	struct msg_auth_cert *body = octets.n <= AUTH_CERT_MOST ?
				     calloc(1, sizeof(*body) + octets.n) : NULL;

	if (!body)
		return -1;
	body->number = number;
	body->roots = roots;
	body->n = (uint32_t)octets.n;
	memcpy(body->octets, octets.p, octets.n);
	if (d->auth)
		chan_send(d->auth, MSG_AUTH_CERT, body, sizeof(*body) + octets.n);
	secret_wipe(body, sizeof(*body) + octets.n);
	free(body);
	return 0;
}

static void forget(void *ctx, uint64_t number)
{
	const struct msg_auth_forget body = { .number = number };
	struct daemon *d = ctx;

	if (d->auth)
		chan_send(d->auth, MSG_AUTH_FORGET, &body, sizeof(body));
}

bool keys_open(struct daemon *d)
{
	const struct keyring_user user = { .ctx = d, .set = set, .set_cert = set_cert,
					   .forget = forget };

	d->keyring = keyring_new(&user);
	return d->keyring;
}

void keys_close(struct daemon *d)
{
	keyring_free(d->keyring);
	d->keyring = NULL;
}

static void send_keys(struct daemon *d, const struct policy *policy)
{
	for (unsigned int i = 0; policy && i < policy->n_gateways; i++) {
		const struct policy_gateway *gateway = &policy->gateways[i];
		const struct policy_ppks *ppk = &gateway->ppk;

		if (gateway->psk)
			set(d, gateway->key, secret_bytes(gateway->psk));
		if (gateway->credential)
			set_cert(d, gateway->cert, false, secret_bytes(gateway->credential));
		if (gateway->anchors)
			set_cert(d, gateway->trust, true, secret_bytes(gateway->anchors));
		for (unsigned int j = 0; j < ppk->n; j++)
			set(d, ppk->list[j].key, secret_bytes(ppk->list[j].secret));
	}
}

void keys_send_all(struct daemon *d)
{
	const struct pending *pending;

	send_keys(d, d->policy);
	for (pending = TAILQ_FIRST(&d->pending); pending; pending = TAILQ_NEXT(pending, list))
		send_keys(d, pending->policy);
}

bool keys_mark(struct daemon *d, uint64_t number)
{
	const struct msg_auth_mark body = { .number = number };

	if (d->auth)
		chan_send(d->auth, MSG_AUTH_MARK, &body, sizeof(body));
	return d->auth;
}
