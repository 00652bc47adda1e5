/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registry of algorithms: one row joins the word of the configuration, the
 * name for people, the IANA id, OpenSSL's name, the kernel's id and the sizes.
 * Only what works has a row.  Rows stay in place for the life of the program, so
 * pointers to them may be kept and compared.
 */
#ifndef PANTUN_PROP_ALG_REGISTRY_H
#define PANTUN_PROP_ALG_REGISTRY_H

#include "crypto/alg.h"

/* By transform id, NULL where there is no row; @key_bits as in the Key Length attribute. */
const struct alg_encr *alg_encr_by_id(uint16_t id, uint16_t key_bits);
const struct alg_integ *alg_integ_by_id(uint16_t id);
const struct alg_prf *alg_prf_by_id(uint16_t id);
const struct alg_dh *alg_dh_by_id(uint16_t id);

/* By the word of the configuration, NULL where there is no row. */
const struct alg_encr *alg_encr_by_conf(const char *word);
const struct alg_integ *alg_integ_by_conf(const char *word);
const struct alg_prf *alg_prf_by_conf(const char *word);
const struct alg_dh *alg_dh_by_conf(const char *word);

/* The rows in order, NULL behind the last: for lists of words, completion. */
const struct alg_encr *alg_encr_row(unsigned int i);
const struct alg_integ *alg_integ_row(unsigned int i);
const struct alg_prf *alg_prf_row(unsigned int i);
const struct alg_dh *alg_dh_row(unsigned int i);

/*
 * The name of any transform, with or without a row, for the text of what a peer
 * offers: "AES_GCM_16-256", "MODP_1024", "encryption 65001".  @type is the IANA
 * transform type, @key_bits 0 without a Key Length attribute.  Writes into and
 * returns @out of @n octets.
 */
const char *alg_transform_text(uint8_t type, uint16_t id, uint16_t key_bits, char *out, size_t n);

#endif
