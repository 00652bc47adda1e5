/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of keys and certificates, which stand for them wherever the octets have no business.
 * Who reads the configuration numbers them, and hands number and octets to whoever makes AUTH.
 */
#ifndef PANTUN_CONF_KEYRING_H
#define PANTUN_CONF_KEYRING_H

#include "policy/policy.h"

struct keyring;

/* Who makes AUTH. */
struct keyring_user {
	void *ctx;
	int (*set)(void *ctx, uint64_t number, struct bytes octets);	/* 0; -1: no memory */
	/* Likewise a private key with certificates, or, with @roots, authorities. */
	int (*set_cert)(void *ctx, uint64_t number, bool roots, struct bytes octets);
	void (*forget)(void *ctx, uint64_t number);
};

/* NULL, with a log line: no memory or randomness.  @user is copied. */
struct keyring *keyring_new(const struct keyring_user *user);
/* The user's keys stay with it.  NULL is fine. */
void keyring_free(struct keyring *ring);
/*
 * Gives the keys of @policy their numbers.  Octets keep theirs as long as @ring is there, whatever
 * was configured in between: an IKE SA may outlive the configuration that it was made by.  What
 * the user does not have yet is handed to it.  0, or -1: no memory.  Call keyring_settle() in
 * any case.
 */
int keyring_add(struct keyring *ring, struct policy *policy);
/* The next keyring_settle() leaves the user the keys of @policy; NULL is fine. */
void keyring_keep(struct keyring *ring, const struct policy *policy);
/*
 * The user forgets all keys but those that are to be kept.  Keep those of the policy that the core
 * has, as it asks for its keys, and of all that it is going to have.
 */
void keyring_settle(struct keyring *ring);

#endif
