// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "conf/build.h"
#include "conf/keyfile.h"

#define LEVEL		GATEWAY_LEVEL " *"
#define PSK_SHORT	20	/* octets below which a key is worth a warning */
#define KEYID_MAX	128	/* octets */

/* IANA identification types (RFC 7296 section 3.5). */
enum { ID_IPV4 = 1, ID_FQDN = 2, ID_RFC822 = 3, ID_IPV6 = 5, ID_KEY = 11 };

/* The gateway being read. */
struct reader {
	struct build *b;
	const struct tree_node *node;
	struct policy_gateway *gateway;
};

static const struct tree_value *gateway_value(const struct reader *r, const char *path)
{
	return tree_value(r->b->tree, r->node, path);
}

/* Only the leaf ipv6 can say which family a dynamic peer has. */
static void check_families(const struct reader *r)
{
	const struct tree_value *ipv6 = gateway_value(r, "ipv6");
	struct policy_gateway *gateway = r->gateway;

	if (ipv6)
		gateway->family = !strcmp(ipv6->text, "yes") ? AF_INET6 : AF_INET;
	build_check_ends(r->b, gateway_value(r, "local-address ip"), &gateway->local,
			 &gateway->peer);
}

static void read_addresses(const struct reader *r)
{
	static const char *const words[] = { "ip", "fqdn", "dynamic" };
	const struct tree_node *peer;
	size_t which = 0;

	peer = tree_one_of(r->b->tree, r->node, "peer-address", words, 3, &which, r->b->report);
	if (!peer && !r->node->broken)
		conf_error(r->b->report, r->node->at,
			   "gateway \"%s\" has no peer-address: give ip or dynamic",
			   r->gateway->name);
	else if (peer && which == 0)
		build_address(r->b, r->node, "peer-address ip", &r->gateway->peer);
	build_address(r->b, r->node, "local-address ip", &r->gateway->local);
	check_families(r);
	if (gateway_value(r, "local-address interface") &&
	    !tree_find(r->b->tree, r->node, "local-address ip"))
		conf_error(r->b->report, gateway_value(r, "local-address interface")->at,
			   "local-address interface alone is not supported: add local-address ip");
}

static bool id_from_hex(struct ike_id *id, const char *text)
{
	size_t n = strlen(text);

	if (n % 2 || n > 2 * KEYID_MAX || !bytes_from_hex(text, id->b, n / 2))
		return false;
	id->n = (uint16_t)(n / 2);
	return true;
}

static bool id_from_address(struct ike_id *id, const char *text)
{
	struct addr addr;

	if (addr_parse(text, &addr))
		return false;
	id->type = addr.family == AF_INET ? ID_IPV4 : ID_IPV6;
	id->n = (uint16_t)addr_len(&addr);
	memcpy(id->b, addr.b, id->n);
	return true;
}

static bool id_from_text(struct ike_id *id, uint8_t type, const char *text)
{
	size_t n = strlen(text);

	if (n > sizeof(id->b))
		return false;
	id->type = type;
	id->n = (uint16_t)n;
	memcpy(id->b, text, n);
	return true;
}

/* The type of an identity that is given without one. */
static const char *guess_type(const char *text)
{
	struct addr addr;

	if (!addr_parse(text, &addr))
		return "ipaddr";
	return strchr(text, '@') ? "ufqdn" : "fqdn";
}

static void read_id(const struct reader *r, const char *side, struct ike_id *id)
{
	const struct tree_value *type, *value;
	const char *name;
	char path[32];
	bool good;

	snprintf(path, sizeof(path), "%s type", side);
	type = gateway_value(r, path);
	snprintf(path, sizeof(path), "%s id", side);
	value = gateway_value(r, path);
	if (!value) {
		if (type && strcmp(type->text, "ipaddr") != 0)
			conf_error(r->b->report, type->at, "%s type %s needs an id", side,
				   type->text);
		return;
	}
	name = type ? type->text : guess_type(value->text);
	if (!strcmp(name, "dn")) {
		conf_error(r->b->report, type->at,
			   "\"%s type dn\" is not supported in this version", side);
		return;
	}
	if (!strcmp(name, "ipaddr")) {
		good = id_from_address(id, value->text);
	} else if (!strcmp(name, "keyid")) {
		id->type = ID_KEY;
		good = id_from_hex(id, value->text);
	} else {
		good = id_from_text(id, !strcmp(name, "fqdn") ? ID_FQDN : ID_RFC822, value->text);
	}
	if (!good)
		conf_error(r->b->report, value->at, "\"%s\" is not an identity of type %s%s",
			   value->text, name,
			   !strcmp(name, "keyid") ? ": it is written as pairs of hex digits" : "");
}

static struct secret *inline_key(const struct reader *r, const struct tree_value *value)
{
	struct secret *secret;

	/* PAN-OS marks what it has encrypted with its master key like this. */
	if (!strncmp(value->text, "-AQ==", 5)) {
		conf_error(r->b->report, value->at,
			   "this pre-shared key is encrypted by a firewall: give the key itself");
		return NULL;
	}
	conf_warning(r->b->report, value->at,
		     "the pre-shared key is readable here: put it into a key-file");
	secret = calloc(1, sizeof(*secret));
	if (!secret) {
		r->b->short_of_memory = true;
		return NULL;
	}
	secret->n = strlen(value->text);
	memcpy(secret->b, value->text, secret->n);
	return secret;
}

static void read_psk(const struct reader *r)
{
	static const char *const words[] = { "key-file", "key" };
	const char *level = "authentication pre-shared-key";
	const struct tree_node *leaf;
	struct secret *secret;
	size_t which = 0;

	leaf = tree_one_of(r->b->tree, r->node, level, words, 2, &which, r->b->report);
	if (!leaf) {
		/*
		 * Most leaves that may be there instead were refused when they were read, which
		 * is enough.  Others cause a mere warning, and do not replace a key.
		 */
		if (!r->node->broken &&
		    !(r->b->report->errors &&
		      tree_find(r->b->tree, r->node, "authentication certificate")))
			conf_error(r->b->report, r->node->at,
				   "gateway \"%s\" has no %s key-file", r->gateway->name, level);
		return;
	}
	if (!leaf->value)
		return;
	secret = which == 0 ? keyfile_read(leaf->value, r->b->report) :
			      inline_key(r, leaf->value);
	r->gateway->psk = secret;
	if (secret && secret->n < PSK_SHORT)
		conf_warning(r->b->report, leaf->value->at,
			     "the pre-shared key has %zu octet%s; below %d it can be guessed",
			     secret->n, text_plural(secret->n), PSK_SHORT);
}

static void read_protocol(const struct reader *r)
{
	const struct tree *tree = r->b->tree;
	const struct tree_value *name = gateway_value(r, "protocol ikev2 ike-crypto-profile");
	const struct profile *profile;

	profile = profile_get(&r->b->ike, &r->b->esp,
			      tree_text(tree, r->node, LEVEL, "protocol ikev2 ike-crypto-profile"),
			      name ? name->at : r->node->at, r->b->report);
	if (profile) {
		r->gateway->ike = profile->props;
		r->gateway->life_seconds = profile->life_seconds;
	}
	if (tree_yes(tree, r->node, LEVEL, "protocol ikev2 dpd enable"))
		r->gateway->liveness_seconds =
			(uint32_t)tree_number(tree, r->node, LEVEL, "protocol ikev2 dpd interval");
	r->gateway->nat_traversal =
		tree_yes(tree, r->node, LEVEL, "protocol-common nat-traversal enable");
	r->gateway->udp_csum =
		tree_yes(tree, r->node, LEVEL, "protocol-common nat-traversal udp-checksum-enable");
	r->gateway->passive = tree_yes(tree, r->node, LEVEL, "protocol-common passive-mode");
}

static void read_gateway(struct build *b, const struct tree_node *node,
			 struct policy_gateway *gateway)
{
	struct reader r = { .b = b, .node = node, .gateway = gateway };

	snprintf(gateway->name, sizeof(gateway->name), "%s", node->word);
	read_addresses(&r);
	read_id(&r, "local-id", &gateway->local_id);
	read_id(&r, "peer-id", &gateway->peer_id);
	read_psk(&r);
	read_protocol(&r);
	/* There is no peer to call. */
	if (!gateway->peer.family)
		gateway->passive = true;
}

void build_gateways(struct build *b)
{
	const struct tree_node *top = tree_find(b->tree, b->tree->root, GATEWAY_LEVEL), *node;
	unsigned int n = tree_count(top);

	b->policy->gateways = calloc(n ? n : 1, sizeof(*b->policy->gateways));
	if (!b->policy->gateways) {
		b->short_of_memory = true;
		return;
	}
	for (node = top ? top->first : NULL; node; node = node->next)
		if (!tree_yes(b->tree, node, LEVEL, "disabled"))
			read_gateway(b, node, &b->policy->gateways[b->policy->n_gateways++]);
}
