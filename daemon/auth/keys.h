/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and certificates, by number.  The process that holds them has no network access. */
#ifndef PANTUN_AUTH_KEYS_H
#define PANTUN_AUTH_KEYS_H

#include "base/bytes.h"
#include "crypto/cert.h"

struct auth_keys;

/* NULL: out of memory. */
struct auth_keys *auth_keys_new(void);
/* Wipes all; NULL is fine. */
void auth_keys_free(struct auth_keys *keys);
/*
 * Stores a copy of @octets as key @number, replacing a former one.  Returns 0, or -1: out of
 * memory, @number is 0, or the key is empty or too long.
 */
int auth_keys_set(struct auth_keys *keys, uint64_t number, struct bytes octets);
/*
 * Likewise a private key, or, with @roots, authorities, from the items that crypto/cert_file.h
 * has of them.  -1 also where they are malformed.
 */
int auth_keys_set_cert(struct auth_keys *keys, uint64_t number, bool roots, struct bytes items);
/* Wipes that key.  An unknown number is fine. */
void auth_keys_forget(struct auth_keys *keys, uint64_t number);
/*
 * Returns the key's octets, valid until it is set again or forgotten; empty if there is no such
 * key.
 */
struct bytes auth_keys_octets(const struct auth_keys *keys, uint64_t number);
/* The private key or authorities of that number, valid as long; NULL: there are none. */
struct cert_own *auth_keys_own(const struct auth_keys *keys, uint64_t number);
struct cert_roots *auth_keys_roots(const struct auth_keys *keys, uint64_t number);
/* What was fetched to check certificates by. */
struct documents *auth_keys_documents(const struct auth_keys *keys);
size_t auth_keys_count(const struct auth_keys *keys);

#endif
