// SPDX-License-Identifier: GPL-2.0-or-later
#include "algorithms.h"
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAMES_TEXT	256	/* octets of a list of all names */

static const struct algorithm encs[] = {
	[PANTUN_ENC_AES_CBC] = { "aes-cbc", { 16, 24, 32 }, 0, 0, false, NULL },
	[PANTUN_ENC_AES_GCM_16] = { "aes-gcm-16", { 16, 24, 32 }, 4, 16, false, NULL },
	[PANTUN_ENC_AES_GCM_12] = { "aes-gcm-12", { 16, 24, 32 }, 4, 12, false, NULL },
	[PANTUN_ENC_AES_GCM_8] = { "aes-gcm-8", { 16, 24, 32 }, 4, 8, false, NULL },
	[PANTUN_ENC_AES_CCM_16] = { "aes-ccm-16", { 16, 24, 32 }, 3, 16, false, NULL },
	[PANTUN_ENC_AES_CCM_12] = { "aes-ccm-12", { 16, 24, 32 }, 3, 12, false, NULL },
	[PANTUN_ENC_AES_CCM_8] = { "aes-ccm-8", { 16, 24, 32 }, 3, 8, false, NULL },
	[PANTUN_ENC_AES_GMAC] = { "aes-gmac", { 16, 24, 32 }, 4, 16, false, NULL },
	[PANTUN_ENC_CHACHA20_POLY1305] = { "chacha20-poly1305", { 32 }, 4, 16, false, NULL },
	[PANTUN_ENC_AES_CTR] = { "aes-ctr", { 16, 24, 32 }, 4, 0, false, NULL },
	[PANTUN_ENC_NULL] = { "null", { 0 }, 0, 0, false, NULL },
	[PANTUN_ENC_3DES_CBC] = { "3des-cbc", { 24 }, 0, 0, false,
		"its blocks of 64 bits repeat, and then give plain text away; use aes-gcm-16 or "
		"aes-cbc" },
	[PANTUN_ENC_DES_CBC] = { "des-cbc", { 8 }, 0, 0, false,
		"its keys of 56 bits are found by trying all of them; use aes-gcm-16 or aes-cbc" },
};

static const struct algorithm auths[] = {
	[PANTUN_AUTH_HMAC_SHA2_256_128] = { "hmac-sha2-256-128", { 32 }, 0, 16, false, NULL },
	[PANTUN_AUTH_HMAC_SHA2_384_192] = { "hmac-sha2-384-192", { 48 }, 0, 24, false, NULL },
	[PANTUN_AUTH_HMAC_SHA2_512_256] = { "hmac-sha2-512-256", { 64 }, 0, 32, false, NULL },
	[PANTUN_AUTH_HMAC_SHA1_96] = { "hmac-sha1-96", { 20 }, 0, 12, false, NULL },
	[PANTUN_AUTH_HMAC_MD5_96] = { "hmac-md5-96", { 16 }, 0, 12, false,
		"MD5 is broken; use hmac-sha2-256-128" },
	[PANTUN_AUTH_HMAC_SHA2_256_96] = { "hmac-sha2-256-96", { 32 }, 0, 12, false,
		"a draft's cut to 96 bits that RFC 4868 has replaced, for old peers only; use "
		"hmac-sha2-256-128" },
	[PANTUN_AUTH_AES_XCBC_96] = { "aes-xcbc-96", { 16 }, 0, 12, false, NULL },
	[PANTUN_AUTH_AES_CMAC_96] = { "aes-cmac-96", { 16 }, 0, 12, false, NULL },
	[PANTUN_AUTH_AES_GMAC] = { "aes-gmac", { 16, 24, 32 }, 4, 16, true, NULL },
};

static const struct algorithm *row(const struct algorithm *table, size_t n, uint32_t number)
{
	return number < n && table[number].name ? &table[number] : NULL;
}

static uint32_t algorithm_number(const struct algorithm *table, size_t n, const char *name)
{
	for (uint32_t i = 0; i < n; i++) {
		if (table[i].name && !strcmp(table[i].name, name))
			return i;
	}
	return 0;
}

static const char *unknown(const struct algorithm *table, size_t n, char *out)
{
	size_t used = (size_t)snprintf(out, NAMES_TEXT, "not one of");

	for (uint32_t i = 0; i < n && used < NAMES_TEXT; i++) {
		if (table[i].name)
			used += (size_t)snprintf(out + used, NAMES_TEXT - used, "%s %s",
						 i > 1 ? "," : "", table[i].name);
	}
	return out;
}

const struct algorithm *algorithm_enc(uint32_t enc)
{
	return row(encs, COUNT(encs), enc);
}

const struct algorithm *algorithm_auth(uint32_t auth)
{
	return row(auths, COUNT(auths), auth);
}

uint32_t enc_number(const char *name)
{
	return algorithm_number(encs, COUNT(encs), name);
}

uint32_t auth_number(const char *name)
{
	return algorithm_number(auths, COUNT(auths), name);
}

const char *enc_unknown(void)
{
	static char text[NAMES_TEXT];

	return unknown(encs, COUNT(encs), text);
}

const char *auth_unknown(void)
{
	static char text[NAMES_TEXT];

	return unknown(auths, COUNT(auths), text);
}

static const char *unfit_in_ah(const struct algorithm *enc, const struct algorithm *auth,
			       char *out, size_t n)
{
	if (enc)
		snprintf(out, n, "enc %s: AH does not encrypt; leave \"enc\" out, or use "
			 "\"proto esp\"", enc->name);
	else if (!auth)
		snprintf(out, n, "\"auth ALGORITHM\" is missing: AH needs one, such as "
			 "hmac-sha2-256-128");
	else
		return NULL;
	return out;
}

static const char *unfit_in_esp(const struct algorithm *enc, const struct algorithm *auth,
				char *out, size_t n)
{
	if (!enc)
		snprintf(out, n, "\"enc ALGORITHM\" is missing: ESP needs one, such as "
			 "aes-gcm-16; \"enc null\" does not encrypt");
	else if (auth && auth->ah_only)
		snprintf(out, n, "auth %s: of AH alone; in ESP it is \"enc aes-gmac\" without "
			 "\"auth\"", auth->name);
	else if (enc->icv && auth)
		snprintf(out, n, "auth %s: enc %s authenticates, too; leave \"auth\" out",
			 auth->name, enc->name);
	else if (!enc->icv && !auth)
		snprintf(out, n, "\"auth ALGORITHM\" is missing: enc %s does not authenticate; "
			 "add one, such as hmac-sha2-256-128", enc->name);
	else
		return NULL;
	return out;
}

const char *algorithms_unfit(uint8_t proto, uint32_t enc, uint32_t auth, char *out, size_t n)
{
	if (proto == IPPROTO_AH)
		return unfit_in_ah(algorithm_enc(enc), algorithm_auth(auth), out, n);
	return unfit_in_esp(algorithm_enc(enc), algorithm_auth(auth), out, n);
}

static bool takes(const struct algorithm *alg, size_t octets)
{
	for (size_t i = 0; i < KEY_LENGTHS_MAX; i++) {
		if (octets && alg->key[i] == octets)
			return true;
	}
	return false;
}

/* "16, 24 or 32" */
static const char *lengths_text(const struct algorithm *alg, char *out, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < KEY_LENGTHS_MAX && alg->key[i] && used < n; i++) {
		bool last = i + 1 == KEY_LENGTHS_MAX || !alg->key[i + 1];

		used += (size_t)snprintf(out + used, n - used, "%s%u",
					 !i ? "" : last ? " or " : ", ", alg->key[i]);
	}
	return out;
}

/* @alg may be NULL: the line must not be there. */
static const char *key_unfit(const char *word, const struct algorithm *alg,
			     const struct key_octets *key, char *out, size_t n)
{
	const char *name = alg ? alg->name : "this SA";
	char lengths[32] = "";

	if (alg && alg->key[0]) {
		if (takes(alg, key->n))
			return NULL;
		lengths_text(alg, lengths, sizeof(lengths));
		if (!key->n)
			snprintf(out, n, "no line \"%s HEX\": %s needs a key of %s octets", word,
				 name, lengths);
		else if (alg->salt && key->n > alg->salt && takes(alg, key->n - alg->salt))
			snprintf(out, n, "line \"%s\" has %zu octets, but %s wants %s; put the "
				 "last %u into a line \"salt\"", word, key->n, name, lengths,
				 alg->salt);
		else
			snprintf(out, n, "line \"%s\" has %zu octets, but %s wants %s", word,
				 key->n, name, lengths);
		return out;
	}
	if (!key->n)
		return NULL;
	snprintf(out, n, "line \"%s\" is not allowed: %s takes no such key", word, name);
	return out;
}

static const char *salt_unfit(const struct algorithm *alg, const struct key_octets *salt,
			      char *out, size_t n)
{
	if (salt->n == alg->salt)
		return NULL;
	if (!alg->salt)
		snprintf(out, n, "line \"salt\" is not allowed: %s takes none", alg->name);
	else if (!salt->n)
		snprintf(out, n, "no line \"salt HEX\": %s wants %u octets, the same at both "
			 "ends", alg->name, alg->salt);
	else
		snprintf(out, n, "line \"salt\" has %zu octets, but %s wants %u", salt->n,
			 alg->name, alg->salt);
	return out;
}

const char *keys_unfit(uint32_t enc, uint32_t auth, const struct keys *keys, char *out,
		       size_t n)
{
	const struct algorithm *e = algorithm_enc(enc), *a = algorithm_auth(auth);
	const char *wrong = key_unfit("enc", e, &keys->enc, out, n);

	if (!wrong)
		wrong = key_unfit("auth", a, &keys->auth, out, n);
	if (!wrong && (e || a))
		wrong = salt_unfit(e ? e : a, &keys->salt, out, n);
	return wrong;
}
