/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of an algorithm: the columns of the registry (prop/alg_registry.h),
 * whose rows are constant and live as long as the program.  Sizes are in octets.
 */
#ifndef PANTUN_CRYPTO_ALG_H
#define PANTUN_CRYPTO_ALG_H

#include "base/bytes.h"

#define ALG_KEY_MAX	64	/* of any one key */
#define ALG_SALT_MAX	4
#define ALG_IV_MAX	16
#define ALG_ICV_MAX	32
#define ALG_PRF_MAX	64	/* what a PRF gives */
#define ALG_PUBLIC_MAX	1568	/* a KE payload's data */
#define ALG_SHARED_MAX	1024	/* what comes of a key exchange */
#define ALG_PRIVATE_MAX	66	/* a private key of an alg_dh */

/* How a PRF or an integrity algorithm is made. */
enum alg_mac {
	ALG_MAC_HMAC,		/* of a digest, RFC 2104 */
	ALG_MAC_XCBC,		/* of AES, RFC 3566 */
	ALG_MAC_CMAC,		/* of AES, RFC 4493 */
};

/* One row a transform id and key length.  The key of key_n octets is followed by a salt. */
struct alg_encr {
	const char *conf;	/* word of the configuration, "aes-256-gcm" */
	const char *name;	/* for people, "AES_GCM_16-256" */
	const char *evp;	/* NULL: for ESP alone */
	uint8_t repeat;		/* times that the key is given to OpenSSL; 0: once */
	uint16_t id;		/* IANA, transform type 1 */
	uint16_t key_bits;	/* Key Length attribute; 0: none on the wire */
	uint32_t kernel;	/* PANTUN_ENC_*; 0: not in the kernel */
	uint8_t key_n;
	uint8_t salt_n;		/* of the key material, after the key */
	uint8_t iv_n;		/* on the wire */
	uint8_t icv_n;		/* of combined modes; 0: needs an alg_integ */
	uint8_t block;		/* plaintext is padded to multiples of this */
	bool aead;
	bool counter;		/* a nonce that comes twice under a key gives secrets away */
	bool weak;		/* does not protect any more */
};

struct alg_integ {
	const char *conf;	/* "sha256" */
	const char *name;	/* "HMAC_SHA2_256_128" */
	const char *evp;	/* digest or cipher below the MAC; NULL: for ESP and AH alone */
	enum alg_mac mac;
	uint16_t id;		/* IANA, transform type 3 */
	uint32_t kernel;	/* PANTUN_AUTH_*; 0: not in the kernel */
	uint8_t key_n;
	uint8_t icv_n;
	bool weak;		/* does not protect any more */
};

struct alg_prf {
	const char *conf;	/* "sha256" */
	const char *name;	/* "PRF_HMAC_SHA2_256" */
	const char *evp;	/* digest or cipher below the MAC */
	enum alg_mac mac;
	uint16_t id;		/* IANA, transform type 2 */
	uint8_t out_n;		/* also the length of SK_d, SK_pi, SK_pr */
};

enum alg_dh_kind { ALG_DH_MODP = 1, ALG_DH_ECP, ALG_DH_CURVE, ALG_DH_KEM };

struct alg_dh {
	const char *conf;	/* "group19" */
	const char *name;	/* "ECP_256" */
	const char *evp;	/* name of the curve, or of the KEM; NULL: MODP */
	enum alg_dh_kind kind;
	uint16_t id;		/* IANA, transform type 4 */
	uint16_t public_n;	/* data of a KE payload, */
	uint16_t answer_n;	/* and of the responder's, where that is a KEM's ciphertext; or 0 */
	uint16_t shared_n;
	uint16_t private_n;	/* of a fresh private key */
	bool quick;		/* takes no longer than to read and answer a message */
	bool weak;		/* does not protect any more */
};

#endif
