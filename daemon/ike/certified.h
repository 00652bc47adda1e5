/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom a certificate has let in may be revoked while the IKE SA stands.  The certificates are kept
 * with that, and held against the authorities of its gateway whenever those, or their lists of
 * revoked certificates, are others than before.
 */
#ifndef PANTUN_IKE_CERTIFIED_H
#define PANTUN_IKE_CERTIFIED_H

#include "ike/ike_sa.h"

/*
 * The peer has proved itself by @certs, items (base/items.h) which it takes over, to the
 * authorities of number @trust.
 */
void certified_keep(struct ike_sa *ike, struct secret *certs, uint64_t trust);
/* Asks whether @ike, which is up, is still good by what its gateway has now. */
void certified_look(struct ike_sa *ike);
/* @heir replaces @old, and has its certificates. */
void certified_inherit(struct ike_sa *heir, struct ike_sa *old);
/* The answer to certified_look() is there: deletes the IKE SA of who is revoked.  Frees @job. */
void certified_done(struct ike_core *core, struct ike_job *job);

#endif
