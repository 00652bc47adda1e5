// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of the numbers in linux/pantun.h, as people read and write them. */
#include <linux/if.h>
#include <stdio.h>
#include <string.h>
#include "model.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const start_names[] = {
	[PANTUN_START_ALWAYS] = "always",
	[PANTUN_START_ON_DEMAND] = "on-demand",
	[PANTUN_START_PASSIVE] = "passive",
};

static const char *const state_names[] = {
	[PANTUN_STATE_DOWN] = "down",
	[PANTUN_STATE_HALF_UP] = "half-up",
	[PANTUN_STATE_UP] = "up",
};

static const char *const dir_names[] = {
	[PANTUN_DIR_IN] = "in",
	[PANTUN_DIR_OUT] = "out",
};

static const char *const enc_names[] = {
	[PANTUN_ENC_AES_CBC] = "aes-cbc",
	[PANTUN_ENC_AES_GCM_16] = "aes-gcm-16",
};

static const char *const auth_names[] = {
	[PANTUN_AUTH_HMAC_SHA2_256_128] = "hmac-sha2-256-128",
};

static const char *const operstate_names[] = {
	[IF_OPER_UNKNOWN] = "unknown",
	[IF_OPER_NOTPRESENT] = "notpresent",
	[IF_OPER_DOWN] = "down",
	[IF_OPER_LOWERLAYERDOWN] = "lowerlayerdown",
	[IF_OPER_TESTING] = "testing",
	[IF_OPER_DORMANT] = "dormant",
	[IF_OPER_UP] = "up",
};

static const char *name_of(const char *const *names, size_t n, uint32_t number)
{
	return number < n && names[number] ? names[number] : "?";
}

static uint32_t number_of(const char *const *names, size_t n, const char *name)
{
	for (uint32_t i = 0; i < n; i++) {
		if (names[i] && !strcmp(names[i], name))
			return i;
	}
	return 0;
}

const char *start_name(uint32_t start)
{
	return name_of(start_names, COUNT(start_names), start);
}

const char *state_name(uint32_t state)
{
	return name_of(state_names, COUNT(state_names), state);
}

const char *dir_name(uint32_t dir)
{
	return name_of(dir_names, COUNT(dir_names), dir);
}

const char *operstate_name(uint8_t operstate)
{
	return name_of(operstate_names, COUNT(operstate_names), operstate);
}

uint32_t start_number(const char *name)
{
	return number_of(start_names, COUNT(start_names), name);
}

uint32_t enc_number(const char *name)
{
	return number_of(enc_names, COUNT(enc_names), name);
}

uint32_t auth_number(const char *name)
{
	return number_of(auth_names, COUNT(auth_names), name);
}

const char *sa_algorithm(const struct sa *sa, char *out, size_t n)
{
	if (!sa->enc)
		snprintf(out, n, "-");
	else if (!sa->auth)
		snprintf(out, n, "%s-%u", name_of(enc_names, COUNT(enc_names), sa->enc),
			 sa->key_bits);
	else
		snprintf(out, n, "%s-%u/%s", name_of(enc_names, COUNT(enc_names), sa->enc),
			 sa->key_bits, name_of(auth_names, COUNT(auth_names), sa->auth));
	return out;
}

const char *sa_state(const struct sa *sa)
{
	if (sa->larval)
		return "larval";
	if (sa->dir == PANTUN_DIR_IN)
		return "receiving";
	if (sa->active)
		return "active";
	return sa->standby ? "standby" : "old";
}
