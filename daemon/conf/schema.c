// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/schema.h"

#define NAME_MAX_LEN	63	/* octets of an object's name */

/* The word of @row that follows @path; NULL: the row does not begin with @path. */
static const char *next_word(const struct schema_row *row, const struct schema_path *path)
{
	const char *rest = row->path + path->n;

	if (strncmp(row->path, path->text, path->n) != 0)
		return NULL;
	if (!path->n)
		return rest;
	return *rest == ' ' ? rest + 1 : NULL;
}

static bool same_word(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && !memcmp(text, word, n);
}

static void descend(struct schema_path *path, const char *word, size_t n)
{
	size_t gap = path->n ? 1 : 0;

	if (path->n + gap + n >= sizeof(path->text))
		return;
	if (gap)
		path->text[path->n++] = ' ';
	memcpy(path->text + path->n, word, n);
	path->n += n;
	path->text[path->n] = '\0';
}

struct schema_step schema_step(struct schema_path *path, const char *word)
{
	struct schema_step step = { 0 };
	const char *next;
	size_t i, n;

	for (i = 0; i < schema_n; i++) {
		next = next_word(&schema_rows[i], path);
		if (!next)
			continue;
		n = strcspn(next, " ");
		step.name = same_word(next, n, "*");
		if (!step.name && !same_word(next, n, word))
			continue;
		step.known = true;
		if (next[n] == '\0')
			step.leaf = &schema_rows[i];
		descend(path, next, n);
		break;
	}
	return step;
}

/*
 * What else PAN-OS has, by level.  None of it changes what the tunnels protect, and how; any
 * other word is a typing error.
 */
static const struct {
	const char *level, *words;
} elsewhere[] = {
	{ "", "address address-group alg-override application application-filter "
	      "application-group application-status application-tag authentication-object "
	      "authentication-profile authentication-sequence botnet captive-portal certificate "
	      "certificate-profile cloud-identity-engine content-preview device-object "
	      "deviceconfig display-name dns-proxy dynamic-user-group email-scheduler "
	      "external-list global-protect group-mapping import iot local-user-database "
	      "log-collector log-settings mgt-config ocsp-responder pdf-summary-report "
	      "profile-group profiles redistribution-agent redistribution-collector region "
	      "report-group reports scep schedule sdwan-interface-profile server-profile service "
	      "service-group setting shared ssl-decrypt ssl-tls-service-profile tag threats "
	      "ts-agent url-admin-override url-content-types user-context-segment "
	      "user-id-agent user-id-agent-sequence user-id-collector user-id-hub "
	      "user-id-ssl-auth vm-info-source vsys" },
	{ "certificate *", "algorithm ca ca-or-ee common-name csr expiry-epoch issuer "
			   "issuer-hash not-valid-after not-valid-before private-key public-key "
			   "status subject subject-hash subject-int" },
	{ "certificate-profile *", "domain username-field" },
	{ "network", "dhcp dns-proxy lldp proxy qos routing-profile secure-web-gateway "
		     "shared-gateway underlay-net virtual-wire vlan" },
	{ "network interface", "aggregate-ethernet cellular fail-open poe sdwan vlan" },
	{ "network profiles", "bfd-profile lldp-profile macsec-crypto-profile netflow-profile "
			      "qos-profile zone-protection-profile" },
	{ "network ike crypto-profiles", "global-protect-app-crypto-profiles" },
	{ "network tunnel", "global-protect-gateway global-protect-site-to-site" },
};

bool schema_elsewhere(const struct schema_path *path, const char *word)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (!strcmp(path->text, elsewhere[i].level))
			return schema_has(elsewhere[i].words, word);
	return false;
}

void schema_up(struct schema_path *path)
{
	while (path->n && path->text[path->n - 1] != ' ')
		path->n--;
	if (path->n)
		path->n--;
	path->text[path->n] = '\0';
}

void schema_near(const struct schema_path *path, struct conf_near *near)
{
	const char *next;
	size_t i;

	for (i = 0; i < schema_n; i++) {
		next = next_word(&schema_rows[i], path);
		if (next && *next != '*')
			conf_near_offer(near, next, strcspn(next, " "));
	}
}

/* Whether a row before number @i has the same word there. */
static bool seen_before(const struct schema_path *path, size_t i, const char *word, size_t n)
{
	const char *next;

	while (i--) {
		next = next_word(&schema_rows[i], path);
		if (next && !strncmp(next, word, n) && (next[n] == ' ' || !next[n]))
			return true;
	}
	return false;
}

const char *schema_words(const struct schema_path *path, char *out, size_t n)
{
	size_t i, len, used = 0;
	const char *next;

	out[0] = '\0';
	for (i = 0; i < schema_n; i++) {
		next = next_word(&schema_rows[i], path);
		len = next ? strcspn(next, " ") : 0;
		if (!len || seen_before(path, i, next, len))
			continue;
		if (used + len + 3 > n)
			break;
		used += (size_t)snprintf(out + used, n - used, "%s%.*s", used ? ", " : "", (int)len,
					 next);
	}
	return out;
}

const struct schema_row *schema_find(const char *path)
{
	size_t i;

	for (i = 0; i < schema_n; i++)
		if (!strcmp(schema_rows[i].path, path))
			return &schema_rows[i];
	return NULL;
}

bool schema_has(const char *list, const char *word)
{
	size_t n;

	for (; list && *list; list += n + (list[n] == ' ')) {
		n = strcspn(list, " ");
		if (same_word(list, n, word))
			return true;
	}
	return false;
}

bool schema_check_name(const char *name, struct conf_place at, struct conf_report *report)
{
	const char *p;

	for (p = name; *p; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9') || strchr(" -_.", *p))
			continue;
		conf_error(report, at,
			   "a name has letters, digits, blanks, \"-\", \"_\" and \".\", not \"%s\"",
			   name);
		return false;
	}
	if (p == name || p - name > NAME_MAX_LEN) {
		conf_error(report, at, "name \"%s\" has %zu characters; 1 to %d are allowed", name,
			   (size_t)(p - name), NAME_MAX_LEN);
		return false;
	}
	return true;
}

static bool check_word(const struct schema_row *row, const char *value, struct conf_place at,
		       struct conf_report *report)
{
	struct conf_near near = { .word = value };
	const char *word;
	char hint[CONF_HINT];
	size_t n;

	if (schema_has(row->values, value))
		return true;
	for (word = row->values; *word; word += n + (word[n] == ' ')) {
		n = strcspn(word, " ");
		conf_near_offer(&near, word, n);
	}
	if (near.best[0])
		conf_error(report, at, "unknown value \"%s\"%s", value,
			   conf_near_hint(&near, hint));
	else
		conf_error(report, at, "unknown value \"%s\"; it is one of: %s", value,
			   row->values);
	return false;
}

static bool check_number(const struct schema_row *row, const char *value, struct conf_place at,
			 struct conf_report *report)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || number < row->min ||
	    number > row->max) {
		conf_error(report, at, "\"%s\" is not a number from %llu to %llu", value,
			   (unsigned long long)row->min, (unsigned long long)row->max);
		return false;
	}
	return true;
}

static bool check_text(const struct schema_row *row, const char *value, struct conf_place at,
		       struct conf_report *report)
{
	size_t n = strlen(value);

	if (n >= row->min && n <= row->max)
		return true;
	conf_error(report, at, "value has %zu character%s; %llu to %llu are allowed", n,
		   text_plural(n), (unsigned long long)row->min, (unsigned long long)row->max);
	return false;
}

/* What is wrong: PAN-OS allows names of address objects, for one; "": no need to say. */
static const char *why_no_address(const char *value)
{
	const char *zone = strchr(value, '%');

	if (zone && if_nametoindex(zone + 1))
		return ": only link-local addresses have a link";
	if (zone)
		return ": there is no such interface";
	if (!value[strspn(value, "0123456789abcdefABCDEF.:/")])
		return "";
	return ": names of address objects are not looked up, write the address itself";
}

bool schema_address(const char *value, struct addr *out)
{
	char text[ADDR_TEXT];
	size_t n = strcspn(value, "/");

	if (n >= sizeof(text))
		return false;
	memcpy(text, value, n);
	text[n] = '\0';
	return !addr_parse(text, out);
}

static bool check_address(const char *value, struct conf_place at, struct conf_report *report)
{
	struct addr addr, first, last;

	if (schema_address(value, &addr) &&
	    (!strchr(value, '/') || !addr_range_parse(value, &first, &last)))
		return true;
	conf_error(report, at, "\"%s\" is not an IP address%s", value, why_no_address(value));
	return false;
}

/* Whether the address before the slash of @prefix is its first. */
static bool begins_at(const char *prefix, const struct addr *first)
{
	struct addr addr;

	return schema_address(prefix, &addr) && addr_equal(&addr, first);
}

static bool check_subnet(const char *value, struct conf_place at, struct conf_report *report)
{
	char text[2 * ADDR_TEXT];
	struct addr first, last;

	if (strchr(value, '%') || addr_range_parse(value, &first, &last)) {
		conf_error(report, at, "\"%s\" is not an address, prefix or range of addresses",
			   value);
		return false;
	}
	if (strchr(value, '/') && !begins_at(value, &first))
		conf_warning(report, at, "\"%s\" has bits set after its prefix: taken as %s",
			     value, addr_range_text(&first, &last, text));
	return true;
}

static bool check_kind(const struct schema_row *row, const char *value, struct conf_place at,
		       struct conf_report *report)
{
	switch (row->kind) {
	case SCHEMA_WORD:
		return check_word(row, value, at, report);
	case SCHEMA_NUMBER:
		return check_number(row, value, at, report);
	case SCHEMA_NAME:
		return schema_check_name(value, at, report);
	case SCHEMA_TEXT:
	case SCHEMA_SECRET:
		return check_text(row, value, at, report);
	case SCHEMA_ADDRESS:
		return check_address(value, at, report);
	case SCHEMA_SUBNET:
		return check_subnet(value, at, report);
	case SCHEMA_FLAG:
	case SCHEMA_REST:
		break;
	}
	return true;
}

/* The last two words of its path, which are enough to know a leaf by; never a name's "*". */
static const char *short_path(const struct schema_row *row)
{
	const char *p = row->path + strlen(row->path);
	int words = 0;

	while (p > row->path) {
		if (p[-1] == ' ' && (++words == 2 || p[-2] == '*'))
			break;
		p--;
	}
	return p;
}

static bool check_lack(const struct schema_row *row, const char *value, struct conf_place at,
		       struct conf_report *report)
{
	const char *shown = row->kind == SCHEMA_SECRET ? "" : value;
	const char *gap = *shown ? " " : "";
	const char *colon = row->instead ? ": " : "";
	const char *instead = row->instead ? row->instead : "";

	if (row->lack == LACK_NOTHING || schema_has(row->works, value))
		return true;
	if (row->lack == LACK_REFUSE) {
		conf_error(report, at, "\"%s%s%s\" is not supported in this version%s%s",
			   short_path(row), gap, shown, colon, instead);
		return false;
	}
	conf_warning(report, at, "\"%s%s%s\" has no effect in this version%s%s", short_path(row),
		     gap, shown, colon, instead);
	return true;
}

bool schema_check(const struct schema_row *row, const char *value, struct conf_place at,
		  struct conf_report *report)
{
	return check_kind(row, value, at, report) && check_lack(row, value, at, report);
}
