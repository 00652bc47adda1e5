// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/core_names.h>
#include <openssl/objects.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "crypto/fetched.h"

#define ENTRIES	32	/* more than the registry has names of one kind */

struct entry {
	const char *name;
	void *what;
};

/* Entries are written under the lock, and counted once they are whole. */
struct kind {
	void *(*fetch)(const char *name);
	pthread_mutex_t lock;
	atomic_uint n;
	struct entry entries[ENTRIES];
};

static void *find(const struct kind *kind, const char *name)
{
	unsigned int n = atomic_load_explicit(&kind->n, memory_order_acquire);

	for (unsigned int i = 0; i < n; i++) {
		if (!strcmp(kind->entries[i].name, name))
			return kind->entries[i].what;
	}
	return NULL;
}

static void *fetch(struct kind *kind, const char *name)
{
	unsigned int n;
	void *what;

	pthread_mutex_lock(&kind->lock);
	what = find(kind, name);
	n = atomic_load_explicit(&kind->n, memory_order_relaxed);
	if (!what && n < ENTRIES) {
		what = kind->fetch(name);
		if (what) {
			kind->entries[n] = (struct entry){ name, what };
			atomic_store_explicit(&kind->n, n + 1, memory_order_release);
		}
	}
	pthread_mutex_unlock(&kind->lock);
	return what;
}

static void *get(struct kind *kind, const char *name)
{
	void *what = find(kind, name);

	return what ? what : fetch(kind, name);
}

static void *fetch_cipher(const char *name)
{
	return EVP_CIPHER_fetch(NULL, name, NULL);
}

static void *fetch_digest(const char *name)
{
	return EVP_MD_fetch(NULL, name, NULL);
}

static void *fetch_curve(const char *name)
{
	int nid = EC_curve_nist2nid(name);

	return EC_GROUP_new_by_curve_name_ex(NULL, NULL, nid != NID_undef ? nid : OBJ_sn2nid(name));
}

static void *fetch_kem(const char *name)
{
	return EVP_KEM_fetch(NULL, name, NULL);
}

static void *fetch_hmac(const char *digest)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *method = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
	EVP_MAC_CTX *ctx = method ? EVP_MAC_CTX_new(method) : NULL;

	EVP_MAC_free(method);
	if (ctx && EVP_MAC_CTX_set_params(ctx, params) == 1)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

static struct kind ciphers = { .fetch = fetch_cipher, .lock = PTHREAD_MUTEX_INITIALIZER };
static struct kind digests = { .fetch = fetch_digest, .lock = PTHREAD_MUTEX_INITIALIZER };
static struct kind curves = { .fetch = fetch_curve, .lock = PTHREAD_MUTEX_INITIALIZER };
static struct kind kems = { .fetch = fetch_kem, .lock = PTHREAD_MUTEX_INITIALIZER };
static struct kind hmacs = { .fetch = fetch_hmac, .lock = PTHREAD_MUTEX_INITIALIZER };

const EVP_CIPHER *fetched_cipher(const char *name)
{
	return get(&ciphers, name);
}

const EVP_MD *fetched_digest(const char *name)
{
	return get(&digests, name);
}

const EC_GROUP *fetched_curve(const char *name)
{
	return get(&curves, name);
}

const EVP_KEM *fetched_kem(const char *name)
{
	return get(&kems, name);
}

EVP_MAC_CTX *fetched_hmac(const char *digest)
{
	const EVP_MAC_CTX *model = get(&hmacs, digest);

	return model ? EVP_MAC_CTX_dup(model) : NULL;
}
