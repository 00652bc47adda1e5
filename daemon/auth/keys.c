// SPDX-License-Identifier: GPL-2.0-or-later
#include "auth/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/table.h"

struct key {
	struct table_node node;
	struct key *next, **prev;	/* in all */
	/* One of them: */
	struct secret *secret;
	struct cert_own *own;
	struct cert_roots *roots;
};

struct auth_keys {
	struct table by_number;
	struct key *all;
	struct documents *documents;
};

struct auth_keys *auth_keys_new(void)
{
	struct auth_keys *keys = calloc(1, sizeof(*keys));

	if (!keys)
		return NULL;
	keys->documents = documents_new();
	if (keys->documents && !table_init(&keys->by_number))
		return keys;
	documents_free(keys->documents);
	free(keys);
	return NULL;
}

static struct key *key_find(const struct auth_keys *keys, uint64_t number)
{
	struct table_node *node = table_find(&keys->by_number, number);

	return node ? container_of(node, struct key, node) : NULL;
}

static void key_empty(struct key *key)
{
	secret_free(key->secret);
	cert_own_free(key->own);
	cert_roots_free(key->roots);
	key->secret = NULL;
	key->own = NULL;
	key->roots = NULL;
}

static void key_drop(struct auth_keys *keys, struct key *key)
{
	table_remove(&keys->by_number, &key->node);
	*key->prev = key->next;
	if (key->next)
		key->next->prev = key->prev;
	key_empty(key);
	free(key);
}

static struct key *key_add(struct auth_keys *keys, uint64_t number)
{
	struct key *key = calloc(1, sizeof(*key));

	if (!key)
		return NULL;
	table_add(&keys->by_number, &key->node, number);
	key->prev = &keys->all;
	key->next = keys->all;
	if (key->next)
		key->next->prev = &key->next;
	keys->all = key;
	return key;
}

int auth_keys_set(struct auth_keys *keys, uint64_t number, struct bytes octets)
{
	struct secret *secret;
	struct key *key;

	if (!number || !octets.n || octets.n > SECRET_MAX)
		return -1;
	secret = secret_new(octets);
	if (!secret)
		return -1;
	key = key_find(keys, number);
	if (!key)
		key = key_add(keys, number);
	if (!key) {
		secret_free(secret);
		return -1;
	}
	key_empty(key);
	key->secret = secret;
	return 0;
}

int auth_keys_set_cert(struct auth_keys *keys, uint64_t number, bool roots, struct bytes items)
{
	struct cert_roots *trusted = number && roots ? cert_roots_new(items) : NULL;
	struct cert_own *own = number && !roots ? cert_own_new(items) : NULL;
	struct key *key = own || trusted ? key_find(keys, number) : NULL;

	if ((own || trusted) && !key)
		key = key_add(keys, number);
	if (!key) {
		cert_own_free(own);
		cert_roots_free(trusted);
		return -1;
	}
	key_empty(key);
	key->own = own;
	key->roots = trusted;
	return 0;
}

void auth_keys_forget(struct auth_keys *keys, uint64_t number)
{
	struct key *key = key_find(keys, number);

	if (key)
		key_drop(keys, key);
}

struct bytes auth_keys_octets(const struct auth_keys *keys, uint64_t number)
{
	const struct key *key = key_find(keys, number);

	return key && key->secret ? secret_bytes(key->secret) : bytes_of(NULL, 0);
}

struct cert_own *auth_keys_own(const struct auth_keys *keys, uint64_t number)
{
	const struct key *key = key_find(keys, number);

	return key ? key->own : NULL;
}

struct cert_roots *auth_keys_roots(const struct auth_keys *keys, uint64_t number)
{
	const struct key *key = key_find(keys, number);

	return key ? key->roots : NULL;
}

struct documents *auth_keys_documents(const struct auth_keys *keys)
{
	return keys->documents;
}

size_t auth_keys_count(const struct auth_keys *keys)
{
	return keys->by_number.n;
}

void auth_keys_free(struct auth_keys *keys)
{
	if (!keys)
		return;
	while (keys->all)
		key_drop(keys, keys->all);
	table_free(&keys->by_number);
	documents_free(keys->documents);
	free(keys);
}
