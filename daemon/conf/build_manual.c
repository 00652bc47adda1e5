// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Manual keys.  As in PAN-OS's own schema, local-spi is the outbound SPI, which this gateway
 * sends with, and remote-spi the inbound one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "conf/build.h"
#include "conf/keyfile.h"

#define SPI_N		4	/* octets */
#define GROUP		4	/* octets of a group of 8 hex digits */

/* The tunnel being read. */
struct reader {
	struct build *b;
	const struct tree_node *node;		/* manual-key */
	struct policy_manual *manual;
};

static const struct tree_value *manual_value(const struct reader *r, const char *path)
{
	return tree_value(r->b->tree, r->node, path);
}

static void missing(const struct reader *r, const char *leaf)
{
	if (!r->node->broken)
		conf_error(r->b->report, r->node->at, "manual-key of tunnel \"%s\" has no %s",
			   r->manual->tunnel.name, leaf);
}

static void read_ends(const struct reader *r)
{
	struct policy_manual *manual = r->manual;

	build_address(r->b, r->node->parent, "manual-key local-address ip", &manual->local);
	build_address(r->b, r->node->parent, "manual-key peer-address ip", &manual->peer);
	if (!manual_value(r, "local-address ip"))
		missing(r, "local-address ip");
	if (!manual_value(r, "peer-address ip"))
		missing(r, "peer-address ip");
	build_link_of(r->b, r->node->parent, manual_value(r, "peer-address ip"), &manual->peer,
		      &manual->tunnel);
	build_check_ends(r->b, manual_value(r, "local-address ip"), &manual->local,
			 &manual->peer);
}

static uint32_t read_spi(const struct reader *r, const char *leaf, const char *direction)
{
	const struct tree_value *value = manual_value(r, leaf);
	uint8_t spi[SPI_N];

	if (!value) {
		if (!r->node->broken)
			conf_error(r->b->report, r->node->at,
				   "manual-key of tunnel \"%s\" has no %s (%s)",
				   r->manual->tunnel.name, leaf, direction);
		return 0;
	}
	if (strlen(value->text) != 2 * SPI_N || !bytes_from_hex(value->text, spi, SPI_N) ||
	    get_be32(spi) < ESP_SPI_MIN) {
		conf_error(r->b->report, value->at,
			   "\"%s\" is not an SPI: 8 hex digits from 00000100 on; %s is %s",
			   value->text, leaf, direction);
		return 0;
	}
	return get_be32(spi);
}

static unsigned int line_of(const struct reader *r, const char *tunnel, const char *leaf)
{
	const struct tree_node *top = tree_find(r->b->tree, r->b->tree->root, TUNNEL_LEVEL);
	const struct tree_node *node = tree_named(r->b->tree, top, tunnel);
	const struct tree_value *value =
		tree_value(r->b->tree, tree_find(r->b->tree, node, "manual-key"), leaf);

	return value ? value->at.line : 0;
}

/* Two tunnels cannot receive with one SPI at one address, nor send with one to one. */
static void check_spis_free(const struct reader *r)
{
	const struct policy_manual *own = r->manual;
	const struct policy *policy = r->b->policy;

	for (unsigned int m = 0; m < policy->n_manual; m++) {
		const struct policy_manual *other = &policy->manual[m];

		if (other == own || other->ah != own->ah)
			continue;
		if (own->spi_in && other->spi_in == own->spi_in &&
		    addr_equal(&other->local, &own->local))
			conf_error(r->b->report, manual_value(r, "remote-spi")->at,
				   "remote-spi %08x (inbound) belongs to tunnel \"%s\" already, on "
				   "line %u", own->spi_in, other->tunnel.name,
				   line_of(r, other->tunnel.name, "remote-spi"));
		if (own->spi_out && other->spi_out == own->spi_out &&
		    addr_equal(&other->peer, &own->peer))
			conf_error(r->b->report, manual_value(r, "local-spi")->at,
				   "local-spi %08x (outbound) belongs to tunnel \"%s\" with the "
				   "same peer-address already, on line %u", own->spi_out,
				   other->tunnel.name,
				   line_of(r, other->tunnel.name, "local-spi"));
	}
}

/* Into @key of @n octets: groups of 8 hex digits, with or without hyphens between them. */
static bool parse_key(struct bytes text, uint8_t *key, size_t n)
{
	size_t at = 0, i;

	for (i = 0; i < n; i += GROUP) {
		if (i && at < text.n && text.p[at] == '-')
			at++;
		if (text.n - at < 2 * GROUP ||
		    !bytes_from_hex((const char *)text.p + at, key + i, GROUP))
			return false;
		at += 2 * GROUP;
	}
	return at == text.n;
}

/* Reads the key at @level of algorithm @name, which takes @n octets. */
static void read_key(const struct reader *r, const char *level, const char *name, uint8_t *key,
		     size_t n)
{
	static const char *const words[] = { "key", "key-file" };
	const struct tree_node *leaf;
	struct secret *secret = NULL;
	struct bytes text;
	char path[96];
	size_t which = 0;

	leaf = tree_one_of(r->b->tree, r->node, level, words, 2, &which, r->b->report);
	if (!leaf || !leaf->value) {
		snprintf(path, sizeof(path), "%s key-file", level);
		missing(r, path);
		return;
	}
	text = bytes_of((const uint8_t *)leaf->value->text, strlen(leaf->value->text));
	if (which == 1) {
		secret = keyfile_read(leaf->value, KEYFILE_MAX, r->b->report);
		if (!secret)
			return;
		text = secret_bytes(secret);
	}
	if (!parse_key(text, key, n))
		conf_error(r->b->report, leaf->value->at,
			   "a key of %s has %zu groups of 8 hex digits, joined by hyphens", name,
			   n / GROUP);
	secret_free(secret);
}

static void warn_weak(const struct reader *r, struct conf_place at, const char *name, bool weak)
{
	if (weak)
		conf_warning(r->b->report, at,
			     "\"%s\" is no longer secure: use it for old peers only", name);
}

/* Reads which of the algorithms at @level is chosen, and its key. */
static void read_integ(const struct reader *r, const char *level)
{
	static const char *const words[] = { "md5", "sha1", "sha256", "sha384", "sha512" };
	struct policy_manual *manual = r->manual;
	const struct tree_node *node;
	char path[96];
	size_t which = 0;

	node = tree_one_of(r->b->tree, r->node, level, words, 5, &which, r->b->report);
	if (!node) {
		snprintf(path, sizeof(path), "%s, such as %s sha256 key-file", level, level);
		missing(r, path);
		return;
	}
	manual->integ = alg_integ_by_conf(words[which]);
	warn_weak(r, node->at, words[which], manual->integ->weak);
	snprintf(path, sizeof(path), "%s %s", level, words[which]);
	read_key(r, path, words[which], manual->keys->integ, manual->integ->key_n);
}

/*
 * Both directions share one key, and after a restart neither end knows which nonces were used
 * before.  One that is used twice gives plaintext away and lets packets be forged (RFC 8221
 * section 3).
 */
static void read_encr(const struct reader *r)
{
	const char *path = "esp encryption algorithm";
	const struct tree_value *value = manual_value(r, path);
	const char *name = tree_text(r->b->tree, r->node->parent, TUNNEL_LEVEL " *",
				     "manual-key esp encryption algorithm");
	const struct alg_encr *encr = alg_encr_by_conf(name);

	if (value && encr->counter) {
		conf_error(r->b->report, value->at,
			   "%s must not be used with static keys: its nonces would repeat "
			   "(RFC 8221 section 3); use auto-key, or aes-256-cbc with sha256", name);
		return;
	}
	r->manual->encr = encr;
	if (value)
		warn_weak(r, value->at, name, encr->weak);
	if (encr->key_n) {
		read_key(r, "esp encryption", name, r->manual->keys->encr, encr->key_n);
		return;
	}
	value = manual_value(r, "esp encryption key");
	if (!value)
		value = manual_value(r, "esp encryption key-file");
	if (value)
		conf_error(r->b->report, value->at, "%s has no key", name);
}

void build_manual(struct build *b, const struct tree_node *node, struct policy_manual *manual)
{
	struct reader r = {
		.b = b, .node = tree_find(b->tree, node, "manual-key"), .manual = manual,
	};
	const struct tree_node *esp = tree_find(b->tree, r.node, "esp");
	const struct tree_node *ah = tree_find(b->tree, r.node, "ah");

	manual->keys = calloc(1, sizeof(*manual->keys));
	if (!manual->keys) {
		b->short_of_memory = true;
		return;
	}
	read_ends(&r);
	manual->ah = ah;
	manual->spi_out = read_spi(&r, "local-spi", "outbound: of packets that we send");
	manual->spi_in = read_spi(&r, "remote-spi", "inbound: of packets that we receive");
	check_spis_free(&r);
	manual->overlap = (uint32_t)tree_number(b->tree, node, TUNNEL_LEVEL " *",
						"manual-key overlap");
	if (esp && ah)
		conf_error(b->report, ah->at, "ah beside esp on line %u: only one is allowed",
			   esp->at.line);
	if (ah) {
		read_integ(&r, "ah");
		return;
	}
	read_encr(&r);
	read_integ(&r, "esp authentication");
}
