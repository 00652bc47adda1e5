// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/table.h"
#include "crypto/hmac.h"
#include "crypto/rand.h"

#define TAG_DIGEST	"SHA256"
#define TAG_N		32

/*
 * Octets are known again by an HMAC of them, so that they need not be kept.  Its key is random
 * and never leaves, hence how long a search takes tells nothing of them.
 */
struct key {
	struct table_node node;		/* by the start of the tag */
	struct table_node number_node;
	struct key *next;
	uint8_t tag[HMAC_OUT_MAX];
	uint64_t number;
	bool out;			/* the user has it */
	bool wanted;			/* by the next keyring_settle() */
};

struct keyring {
	struct keyring_user user;
	uint8_t secret[TAG_N];
	struct table by_tag, by_number;
	struct key *keys;
	uint64_t last;			/* number */
};

struct keyring *keyring_new(const struct keyring_user *user)
{
	struct keyring *ring = calloc(1, sizeof(*ring));

	if (!ring || table_init(&ring->by_tag) || table_init(&ring->by_number) ||
	    crypto_random_os(NULL, ring->secret, sizeof(ring->secret))) {
		log_error(NULL, "out of memory or randomness");
		keyring_free(ring);
		return NULL;
	}
	ring->user = *user;
	return ring;
}

void keyring_free(struct keyring *ring)
{
	if (!ring)
		return;
	while (ring->keys) {
		struct key *key = ring->keys;

		ring->keys = key->next;
		secret_wipe(key, sizeof(*key));
		free(key);
	}
	table_free(&ring->by_tag);
	table_free(&ring->by_number);
	secret_wipe(ring, sizeof(*ring));
	free(ring);
}

static uint64_t tag_key(const uint8_t *tag)
{
	uint64_t key;

	memcpy(&key, tag, sizeof(key));
	return key;
}

static struct key *find_tag(const struct keyring *ring, const uint8_t *tag)
{
	struct table_node *node = table_find(&ring->by_tag, tag_key(tag));

	for (; node; node = table_next(node)) {
		struct key *key = container_of(node, struct key, node);

		if (secret_equal(key->tag, tag, TAG_N))
			return key;
	}
	return NULL;
}

static struct key *find_number(const struct keyring *ring, uint64_t number)
{
	struct table_node *node = table_find(&ring->by_number, number);

	return node ? container_of(node, struct key, number_node) : NULL;
}

static struct key *add_key(struct keyring *ring, const uint8_t *tag)
{
	struct key *key = calloc(1, sizeof(*key));

	if (!key)
		return NULL;
	memcpy(key->tag, tag, TAG_N);
	key->number = ++ring->last;
	key->next = ring->keys;
	ring->keys = key;
	table_add(&ring->by_tag, &key->node, tag_key(tag));
	table_add(&ring->by_number, &key->number_node, key->number);
	return key;
}

/* What octets stand for: those of one kind are never taken for those of another. */
enum kind { KIND_SHARED, KIND_OWN, KIND_ROOTS };

static int hand_out(const struct keyring *ring, enum kind kind, uint64_t number,
		    struct bytes octets)
{
	const struct keyring_user *user = &ring->user;

	if (kind == KIND_SHARED)
		return user->set(user->ctx, number, octets);
	return user->set_cert(user->ctx, number, kind == KIND_ROOTS, octets);
}

/* Numbers one key, and hands it out; NULL: there is none, and no number. */
static int add(struct keyring *ring, enum kind kind, const struct secret *secret, uint64_t *number)
{
	const uint8_t mark = (uint8_t)kind;
	struct bytes parts[2] = { bytes_of(&mark, 1) };
	uint8_t tag[HMAC_OUT_MAX];
	struct key *key;

	if (!secret)
		return 0;
	parts[1] = secret_bytes(secret);
	if (hmac(TAG_DIGEST, bytes_of(ring->secret, sizeof(ring->secret)), parts, 2, tag))
		return -1;
	key = find_tag(ring, tag);
	if (!key)
		key = add_key(ring, tag);
	if (!key)
		return -1;
	*number = key->number;
	if (!key->out && hand_out(ring, kind, key->number, parts[1]))
		return -1;
	key->out = true;
	return 0;
}

static int add_gateway(struct keyring *ring, struct policy_gateway *gateway)
{
	if (add(ring, KIND_SHARED, gateway->psk, &gateway->key) ||
	    add(ring, KIND_OWN, gateway->credential, &gateway->cert) ||
	    add(ring, KIND_ROOTS, gateway->anchors, &gateway->trust))
		return -1;
	for (unsigned int i = 0; i < gateway->ppk.n; i++) {
		struct policy_ppk *ppk = &gateway->ppk.list[i];

		if (add(ring, KIND_SHARED, ppk->secret, &ppk->key))
			return -1;
	}
	return 0;
}

int keyring_add(struct keyring *ring, struct policy *policy)
{
	for (unsigned int g = 0; g < policy->n_gateways; g++)
		if (add_gateway(ring, &policy->gateways[g]))
			return -1;
	return 0;
}

static void keep(struct keyring *ring, uint64_t number)
{
	struct key *key = find_number(ring, number);

	if (key)
		key->wanted = true;
}

void keyring_keep(struct keyring *ring, const struct policy *policy)
{
	for (unsigned int g = 0; policy && g < policy->n_gateways; g++) {
		const struct policy_gateway *gateway = &policy->gateways[g];

		keep(ring, gateway->key);
		keep(ring, gateway->cert);
		keep(ring, gateway->trust);
		for (unsigned int i = 0; i < gateway->ppk.n; i++)
			keep(ring, gateway->ppk.list[i].key);
	}
}

void keyring_settle(struct keyring *ring)
{
	for (struct key *key = ring->keys; key; key = key->next) {
		if (key->out && !key->wanted) {
			ring->user.forget(ring->user.ctx, key->number);
			key->out = false;
		}
		key->wanted = false;
	}
}
