// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of the numbers in linux/pantun.h, as people read and write them. */
#include <linux/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "algorithms.h"
#include "genl/monitor.h"
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

static const char *const path_names[] = {
	[PANTUN_PATH_UNKNOWN] = "unknown",
	[PANTUN_PATH_UP] = "up",
	[PANTUN_PATH_DOWN] = "down",
};

static const char *const monitor_action_names[] = {
	[PANTUN_MONITOR_WAIT_RECOVER] = "wait-recover",
	[PANTUN_MONITOR_FAIL_OVER] = "fail-over",
};

static const char *const dir_names[] = {
	[PANTUN_DIR_IN] = "in",
	[PANTUN_DIR_OUT] = "out",
};

static const char *const mode_names[] = {
	[PANTUN_MODE_TUNNEL] = "tunnel",
	[PANTUN_MODE_TRANSPORT] = "transport",
};

static const char *const carrier_names[] = {
	[PANTUN_CARRIER_ANY] = "any",
	[PANTUN_CARRIER_ALL] = "all",
};

static const char *const df_names[] = {
	[PANTUN_DF_COPY] = "copy",
	[PANTUN_DF_CLEAR] = "clear",
	[PANTUN_DF_SET] = "set",
};

static const char *const tos_names[] = {
	[PANTUN_TOS_FIXED] = "fixed",
	[PANTUN_TOS_COPY] = "copy",
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

const char *path_name(uint32_t path)
{
	return name_of(path_names, COUNT(path_names), path);
}

const char *monitor_action_name(uint32_t action)
{
	return name_of(monitor_action_names, COUNT(monitor_action_names), action);
}

const char *monitor_error_name(uint32_t error)
{
	const char *name = genl_monitor_error(error);

	return name ? name : "?";
}

const char *dir_name(uint32_t dir)
{
	return name_of(dir_names, COUNT(dir_names), dir);
}

const char *operstate_name(uint8_t operstate)
{
	return name_of(operstate_names, COUNT(operstate_names), operstate);
}

const char *mode_name(uint32_t mode)
{
	return name_of(mode_names, COUNT(mode_names), mode);
}

const char *carrier_name(uint32_t carrier)
{
	return name_of(carrier_names, COUNT(carrier_names), carrier);
}

const char *df_name(uint32_t df)
{
	return name_of(df_names, COUNT(df_names), df);
}

const char *tos_name(uint32_t tos)
{
	return name_of(tos_names, COUNT(tos_names), tos);
}

const char *ipsec_proto_name(uint8_t proto)
{
	if (proto == IPPROTO_ESP)
		return "esp";
	return proto == IPPROTO_AH ? "ah" : "?";
}

uint32_t start_number(const char *name)
{
	return number_of(start_names, COUNT(start_names), name);
}

uint32_t mode_number(const char *name)
{
	return number_of(mode_names, COUNT(mode_names), name);
}

uint32_t carrier_number(const char *name)
{
	return number_of(carrier_names, COUNT(carrier_names), name);
}

uint32_t monitor_action_number(const char *name)
{
	return number_of(monitor_action_names, COUNT(monitor_action_names), name);
}

uint32_t df_number(const char *name)
{
	return number_of(df_names, COUNT(df_names), name);
}

uint8_t ipsec_proto_number(const char *name)
{
	if (!strcmp(name, "esp"))
		return IPPROTO_ESP;
	return strcmp(name, "ah") ? 0 : IPPROTO_AH;
}

const char *sa_algorithm(const struct sa *sa, char *out, size_t n)
{
	const struct algorithm *enc = algorithm_enc(sa->enc), *auth = algorithm_auth(sa->auth);
	char bits[16] = "";

	/* Where there is one length, the name says all. */
	if (enc && enc->key[0] && enc->key[1])
		snprintf(bits, sizeof(bits), "-%u", sa->key_bits);
	if (!sa->enc && !sa->auth)
		snprintf(out, n, "-");
	else
		snprintf(out, n, "%s%s%s%s", enc ? enc->name : sa->enc ? "?" : "", bits,
			 sa->enc && sa->auth ? "/" : "",
			 auth ? auth->name : sa->auth ? "?" : "");
	return out;
}

const char *sa_state(const struct sa *sa)
{
	if (sa->larval)
		return "larval";
	if (sa->expired)
		return "expired";
	if (sa->dir == PANTUN_DIR_IN)
		return "receiving";
	if (sa->active)
		return "active";
	return sa->standby ? "standby" : "old";
}

const char *monitor_history(const struct tunnel_monitor *monitor, char *out, size_t n)
{
	uint64_t probes = monitor->received + monitor->lost;
	size_t i;

	for (i = 0; i < probes && i < 64 && i + 1 < n; i++)
		out[i] = monitor->history >> i & 1 ? '1' : '0';
	out[i] = '\0';
	return out;
}
