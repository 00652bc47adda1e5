// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "conf/build.h"
#include "conf/keyfile.h"

#define LEVEL		GATEWAY_LEVEL " *"
#define PPK_SHORT	32	/* octets: 256 bits, of which such a machine leaves half */
#define PSK_SHORT	20	/* octets below which a key is worth a warning */
#define HOST_MAX	253	/* octets of a name in DNS, without a dot at its end */
#define LABEL_MAX	63	/* and of each of its parts */

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

/* Letters, digits and hyphens (RFC 1123 section 2.1); many zones have underscores besides. */
static bool is_host_name(const char *text)
{
	static const char of_labels[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789-_";
	const char *p = text;
	size_t n;

	do {
		n = strspn(p, of_labels);
		if (!n || n > LABEL_MAX || p[0] == '-' || p[n - 1] == '-')
			return false;
		p += n;
	} while (*p == '.' && *++p);
	n = (size_t)(p - text);
	return !*p && n - (p[-1] == '.') <= HOST_MAX;
}

static void read_fqdn(const struct reader *r)
{
	const struct tree_value *value = gateway_value(r, "peer-address fqdn");
	struct addr addr;

	if (!value)
		return;
	if (!addr_parse(value->text, &addr))
		conf_error(r->b->report, value->at, "\"%s\" is an address: use peer-address ip",
			   value->text);
	else if (!is_host_name(value->text))
		conf_error(r->b->report, value->at, "\"%s\" is not a name of a host in DNS",
			   value->text);
	else
		text_copy(r->gateway->fqdn, sizeof(r->gateway->fqdn), value->text);
}

static void read_addresses(const struct reader *r)
{
	static const char *const words[] = { "ip", "fqdn", "dynamic" };
	const struct tree_node *peer;
	size_t which = 0;

	peer = tree_one_of(r->b->tree, r->node, "peer-address", words, 3, &which, r->b->report);
	if (!peer && !r->node->broken)
		conf_error(r->b->report, r->node->at,
			   "gateway \"%s\" has no peer-address: give ip, fqdn or dynamic",
			   r->gateway->name);
	else if (peer && which == 0)
		build_address(r->b, r->node, "peer-address ip", &r->gateway->peer);
	else if (peer && which == 1)
		read_fqdn(r);
	build_address(r->b, r->node, "local-address ip", &r->gateway->local);
	check_families(r);
	if (gateway_value(r, "local-address interface") &&
	    !tree_find(r->b->tree, r->node, "local-address ip"))
		conf_error(r->b->report, gateway_value(r, "local-address interface")->at,
			   "local-address interface alone is not supported: add local-address ip");
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
	secret = secret_new(bytes_of((const uint8_t *)value->text, strlen(value->text)));
	if (!secret)
		r->b->short_of_memory = true;
	return secret;
}

/* What the digits of the key, with or without 0x before them, stand for; false: it has others. */
static bool from_hex(struct secret *secret)
{
	const char *digits = (const char *)secret->b;
	uint8_t octets[SECRET_MAX / 2];
	size_t n = secret->n;
	bool good;

	if (n > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
		digits += 2;
		n -= 2;
	}
	good = n % 2 == 0 && n / 2 <= sizeof(octets) && bytes_from_hex(digits, octets, n / 2);
	if (good) {
		secret_wipe(secret->b, secret->n);
		secret->n = n / 2;
		memcpy(secret->b, octets, secret->n);
	}
	secret_wipe(octets, sizeof(octets));
	return good;
}

static void read_psk(const struct reader *r)
{
	static const char *const words[] = { "key-file", "key" };
	const char *level = "authentication pre-shared-key";
	const struct tree_node *leaf;
	struct secret *secret;
	size_t which = 0;
	bool hex;

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
	hex = !strcmp(tree_text(r->b->tree, r->node, LEVEL,
				"authentication pre-shared-key key-format"), "hex");
	secret = which == 0 ? keyfile_read(leaf->value, hex ? KEYFILE_HEX_MAX : KEYFILE_MAX,
					   r->b->report) :
			      inline_key(r, leaf->value);
	r->gateway->psk = secret;
	if (secret && hex && !from_hex(secret))
		conf_error(r->b->report, leaf->value->at,
			   "the pre-shared key is not written as pairs of hex digits");
	else if (secret && secret->n < PSK_SHORT)
		conf_warning(r->b->report, leaf->value->at,
			     "the pre-shared key has %zu octet%s; below %d it can be guessed",
			     secret->n, text_plural(secret->n), PSK_SHORT);
}

/* One of the keys; false: there is none, which has been said. */
static bool read_ppk(const struct reader *r, const struct tree_node *node, struct policy_ppk *ppk)
{
	const struct tree_value *file = tree_value(r->b->tree, node, "key-file");
	const struct tree_value *key = tree_value(r->b->tree, node, "key");

	snprintf(ppk->id, sizeof(ppk->id), "%s", node->word);
	if (!file == !key) {
		if (!node->broken)
			conf_error(r->b->report, node->at,
				   "post-quantum key \"%s\" needs either key-file or key", ppk->id);
		return false;
	}
	ppk->secret = file ? keyfile_read(file, KEYFILE_MAX, r->b->report) : inline_key(r, key);
	if (ppk->secret && ppk->secret->n < PPK_SHORT)
		conf_warning(r->b->report, file ? file->at : key->at,
			     "the post-quantum key has %zu octet%s; it takes %d at least to be as "
			     "safe as it is meant to be",
			     ppk->secret->n, text_plural(ppk->secret->n), PPK_SHORT);
	return ppk->secret;
}

static void read_ppks(const struct reader *r)
{
	const struct tree *tree = r->b->tree;
	const struct tree_node *top = tree_find(tree, r->node, "protocol ikev2 pq-ppk keys"), *node;
	const struct tree_value *enabled = gateway_value(r, "protocol ikev2 pq-ppk enabled");
	struct policy_ppks *ppk = &r->gateway->ppk;

	if (!tree_yes(tree, r->node, LEVEL, "protocol ikev2 pq-ppk enabled"))
		return;
	ppk->mode = !strcmp(tree_text(tree, r->node, LEVEL,
				      "protocol ikev2 pq-ppk negotiation-mode"), "mandatory") ?
		    POLICY_PPK_MANDATORY : POLICY_PPK_PREFERRED;
	if (tree_count(top) > POLICY_PPKS_MAX) {
		conf_error(r->b->report, top->at, "more than %d post-quantum keys",
			   POLICY_PPKS_MAX);
		return;
	}
	for (node = top ? top->first : NULL; node; node = node->next)
		if (read_ppk(r, node, &ppk->list[ppk->n]))
			ppk->n++;
	if (!top)
		conf_error(r->b->report, enabled->at,
			   "gateway \"%s\" has no pq-ppk keys ID key-file", r->gateway->name);
}

static enum policy_childless read_childless(const struct reader *r)
{
	const char *word = tree_text(r->b->tree, r->node, LEVEL, "protocol ikev2 childless");

	if (!strcmp(word, "force"))
		return POLICY_CHILDLESS_FORCE;
	return strcmp(word, "never") ? POLICY_CHILDLESS_ALLOW : POLICY_CHILDLESS_NEVER;
}

/* Who moves has to find out about NATs anew (RFC 4555 section 3.5). */
static enum policy_mobike read_mobike(const struct reader *r)
{
	const char *word = tree_text(r->b->tree, r->node, LEVEL, "protocol ikev2 mobike");
	const struct tree_value *value = gateway_value(r, "protocol ikev2 mobike");

	if (!strcmp(word, "no") || r->gateway->version == POLICY_IKEV1)
		return POLICY_MOBIKE_NO;
	if (!r->gateway->nat_traversal)
		conf_error(r->b->report, value ? value->at : r->node->at, "gateway \"%s\": mobike "
			   "%s needs protocol-common nat-traversal enable yes, as an end that "
			   "moves may come behind a NAT", r->gateway->name, word);
	return strcmp(word, "yes") ? POLICY_MOBIKE_ALLOW : POLICY_MOBIKE_YES;
}

/* Phase 1 has no proposal of that profile that it can say. */
static bool says_nothing(const struct prop_list *list)
{
	for (unsigned int i = 0; i < list->n; i++)
		if (list->prop[i].n_encr && !list->prop[i].encr[0]->aead)
			return false;
	return true;
}

static enum policy_exchange read_exchange(const struct reader *r)
{
	const struct tree *tree = r->b->tree;
	const char *word = tree_text(tree, r->node, LEVEL, "protocol ikev1 exchange-mode");

	if (!strcmp(word, "aggressive"))
		return POLICY_EXCHANGE_AGGRESSIVE;
	return strcmp(word, "main") ? POLICY_EXCHANGE_AUTO : POLICY_EXCHANGE_MAIN;
}

/* Where it is used, or may be: the first answer holds what a key can be tried against. */
static void warn_aggressive(const struct reader *r)
{
	const struct tree_value *mode = gateway_value(r, "protocol ikev1 exchange-mode");
	const struct policy_gateway *gateway = r->gateway;

	if (gateway->credential || !policy_gateway_takes(gateway, 1, true))
		return;
	conf_warning(r->b->report, mode ? mode->at : r->node->at,
		     "gateway \"%s\": %s aggressive mode with a pre-shared key: whoever asks by "
		     "the peer's name, or listens, can try keys at leisure against the answer, "
		     "and names go in clear: use a long random key, or %s", gateway->name,
		     gateway->exchange == POLICY_EXCHANGE_AUTO ? "it takes" : "it uses",
		     gateway->exchange == POLICY_EXCHANGE_AUTO ?
		     "exchange-mode main where no peer needs it" : "IKEv2 or main mode");
}

/* What signatures of IKEv1 are not for. */
static void check_v1_cert(const struct reader *r)
{
	const struct policy_gateway *gateway = r->gateway;

	if (!gateway->credential || !gateway->anchors)
		conf_error(r->b->report, r->node->at, "gateway \"%s\": in IKEv1 both ends have "
						      "certificates, or both a pre-shared key",
			   gateway->name);
	else if (!gateway->v1_auth)
		conf_error(r->b->report, r->node->at, "gateway \"%s\": IKEv1 knows no such keys: "
						      "use a certificate with RSA or ECDSA, or "
						      "protocol version ikev2",
			   gateway->name);
}

/* What is refused of IKEv1; @at: the profile, or where the gateway begins. */
static void check_v1(const struct reader *r, struct conf_place at)
{
	const struct policy_gateway *gateway = r->gateway;
	const struct prop_list *list = policy_gateway_ike(gateway, 1);

	if (gateway->credential || gateway->anchors)
		check_v1_cert(r);
	if (list->n && says_nothing(list))
		conf_error(r->b->report, at, "gateway \"%s\": IKEv1 has no combined modes for "
					     "phase 1: add a cipher in CBC mode, such as "
					     "aes-256-cbc, and a hash to its ike-crypto-profile",
			   gateway->name);
	warn_aggressive(r);
}

/* The leaves of one version, below @leaf. */
#define V(leaf)	(v1 ? "protocol ikev1 " leaf : "protocol ikev2 " leaf)

/* What each version has of its own; returns the place of its profile. */
static struct conf_place read_version(const struct reader *r, bool v1, struct prop_list *ike,
				      uint64_t *life_seconds, uint32_t *liveness_seconds)
{
	const struct tree *tree = r->b->tree;
	const struct tree_value *name = gateway_value(r, V("ike-crypto-profile"));
	struct conf_place at = name ? name->at : r->node->at;
	const struct profile *profile;

	profile = profile_get(&r->b->ike, &r->b->esp,
			      tree_text(tree, r->node, LEVEL, V("ike-crypto-profile")), at,
			      r->b->report);
	if (profile) {
		*ike = profile->props;
		*life_seconds = profile->life_seconds;
	}
	if (profile && !v1)
		r->gateway->reauth_seconds = profile->reauth_seconds;
	if (tree_yes(tree, r->node, LEVEL, V("dpd enable")))
		*liveness_seconds =
			(uint32_t)tree_number(tree, r->node, LEVEL, V("dpd interval"));
	return at;
}

static enum policy_version version_of(const struct reader *r)
{
	const char *word = tree_text(r->b->tree, r->node, LEVEL, "protocol version");

	if (!strcmp(word, "ikev1"))
		return POLICY_IKEV1;
	return strcmp(word, "ikev2") ? POLICY_IKEV2_PREFERRED : POLICY_IKEV2;
}

static void read_versions(const struct reader *r)
{
	struct policy_gateway *gateway = r->gateway;
	struct conf_place at;

	gateway->version = version_of(r);
	if (gateway->version != POLICY_IKEV1)
		read_version(r, false, &gateway->ike, &gateway->life_seconds,
			     &gateway->liveness_seconds);
	if (gateway->version == POLICY_IKEV2)
		return;
	gateway->exchange = read_exchange(r);
	if (gateway->version == POLICY_IKEV1)
		at = read_version(r, true, &gateway->ike, &gateway->life_seconds,
				  &gateway->liveness_seconds);
	else
		at = read_version(r, true, &gateway->older_ike, &gateway->older_life_seconds,
				  &gateway->older_liveness_seconds);
	check_v1(r, at);
}

/* The peer's first message of IKEv1 is dropped where only a cookie could let it in. */
static void warn_cookie(const struct reader *r)
{
	const struct tree_value *cookie = gateway_value(r, "protocol ikev2 require-cookie");

	if (r->gateway->version == POLICY_IKEV2_PREFERRED && r->gateway->require_cookie && cookie)
		conf_warning(r->b->report, cookie->at,
			     "gateway \"%s\": require-cookie: IKEv1 has no cookies, so the peer "
			     "can begin by IKEv2 alone", r->gateway->name);
}

static void read_protocol(const struct reader *r)
{
	const struct tree *tree = r->b->tree;

	read_versions(r);
	r->gateway->require_cookie =
		tree_yes(tree, r->node, LEVEL, "protocol ikev2 require-cookie");
	warn_cookie(r);
	r->gateway->childless = read_childless(r);
	r->gateway->keepalive_seconds =
		(uint32_t)tree_number(tree, r->node, LEVEL,
				      "protocol-common nat-traversal keep-alive-interval");
	r->gateway->dscp = (uint8_t)tree_number(tree, r->node, LEVEL, "protocol-common dscp");
	r->gateway->nat_traversal =
		tree_yes(tree, r->node, LEVEL, "protocol-common nat-traversal enable");
	r->gateway->mobike = read_mobike(r);
	r->gateway->udp_csum =
		tree_yes(tree, r->node, LEVEL, "protocol-common nat-traversal udp-checksum-enable");
	r->gateway->fragmentation =
		tree_yes(tree, r->node, LEVEL, "protocol ikev2 ikev2-fragment enable");
	r->gateway->v1_fragmentation =
		tree_yes(tree, r->node, LEVEL, "protocol-common fragmentation enable");
	if (gateway_value(r, "protocol ikev2 ikev2-fragment size"))
		r->gateway->fragment_n = (uint16_t)tree_number(
			tree, r->node, LEVEL, "protocol ikev2 ikev2-fragment size");
	r->gateway->passive = tree_yes(tree, r->node, LEVEL, "protocol-common passive-mode");
}

static void read_gateway(struct build *b, const struct tree_node *node,
			 struct policy_gateway *gateway)
{
	struct reader r = { .b = b, .node = node, .gateway = gateway };

	snprintf(gateway->name, sizeof(gateway->name), "%s", node->word);
	read_addresses(&r);
	build_id(b, node, "local-id", &gateway->local_id);
	build_id(b, node, "peer-id", &gateway->peer_id);
	gateway->peer_pattern = build_id_pattern(b, node, &gateway->peer_id);
	if (!build_certificates(b, node, gateway))
		read_psk(&r);
	read_ppks(&r);
	read_protocol(&r);
	/* There is no peer to call. */
	if (policy_gateway_dynamic(gateway))
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
