// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates of gateways: our own with its key, and the authorities that a peer's is to be of. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/key_file.h"
#include "base/text.h"
#include "base/url.h"
#include "conf/build.h"
#include "conf/keyfile.h"
#include "crypto/cert_file.h"
#include "crypto/cert_form.h"
#include "crypto/cert_rules.h"
#include "crypto/crl_file.h"
#include "policy/id.h"

#define OWN	"authentication certificate local-certificate name"
#define PROFILE	"authentication certificate certificate-profile"
#define SHA1	"authentication certificate allow-sha1"
#define PADDING	"authentication certificate rsa-padding"
#define ANY_ID	"authentication certificate allow-id-payload-mismatch"
#define STRICT	"authentication certificate strict-validation-revocation"
#define PROFILE_LEVEL	"certificate-profile"
#define PATIENCE_MOST	15	/* seconds for lists to be fetched */
#define DAYS	30	/* before a certificate ends a warning begins */

_Static_assert(POLICY_AUTHORITY == CERT_SPKI, "authorities are known by something else");
_Static_assert(POLICY_AUTHORITIES == CERT_ROOTS_MAX, "some authorities have no room");

struct content {
	uint8_t octets[CERT_FILE_MAX + 1];
	size_t n;
};

static void content_free(struct content *content)
{
	if (content)
		secret_wipe(content, sizeof(*content));
	free(content);
}

static struct bytes octets_of(const struct content *content)
{
	return bytes_of(content->octets, content->n);
}

/* Whether a private key is in a file, which then nobody else may be able to read. */
enum holds { HOLDS_CERTS, HOLDS_MAYBE, HOLDS_KEY };

static void take_all(int fd, enum holds holds, struct content *content, char *why, size_t n)
{
	struct stat st;
	ssize_t got;

	if (holds == HOLDS_KEY && !key_file_trusted(fd, why, n))
		return;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		snprintf(why, n, "not a regular file");
		return;
	}
	got = key_file_read(fd, content->octets, sizeof(content->octets));
	if (got < 0)
		snprintf(why, n, "%s", strerror(errno));
	else if (got > CERT_FILE_MAX)
		snprintf(why, n, "longer than %d octets", CERT_FILE_MAX);
	else
		content->n = (size_t)got;
	if (holds == HOLDS_MAYBE && cert_form_has_key(octets_of(content)))
		key_file_trusted(fd, why, n);
}

/* What is in the file that @value names; NULL after a complaint. */
static struct content *load(const struct build *b, const struct tree_value *value,
			    enum holds holds)
{
	struct content *content = calloc(1, sizeof(*content));
	char why[160] = "";
	int fd;

	if (!content) {
		snprintf(why, sizeof(why), "out of memory");
	} else if (value->text[0] != '/') {
		snprintf(why, sizeof(why), "not an absolute path");
	} else {
		fd = open(value->text, KEY_FILE_FLAGS);
		if (fd < 0)
			snprintf(why, sizeof(why), "%s%s", strerror(errno), errno == EACCES ?
				 ": chown it to the user that pantund runs as" : "");
		else
			take_all(fd, holds, content, why, sizeof(why));
		if (fd >= 0)
			close(fd);
	}
	if (!why[0])
		return content;
	conf_error(b->report, value->at, "%s %s: %s", holds == HOLDS_KEY ? "key-file" : "file",
		   value->text, why);
	content_free(content);
	return NULL;
}

/* The certificate of that name, as @value has it; NULL after a complaint. */
static const struct tree_node *find_cert(const struct build *b, const struct tree_value *value,
					 const char *level)
{
	const struct tree_node *top = tree_find(b->tree, b->tree->root, level);
	const struct tree_node *node = tree_named(b->tree, top, value->text);
	struct conf_near near = { .word = value->text };
	char hint[CONF_HINT];

	if (node)
		return node;
	tree_near(top, &near);
	conf_error(b->report, value->at, "there is no %s \"%s\"%s", level, value->text,
		   conf_near_hint(&near, hint));
	return NULL;
}

static void warn_days(const struct build *b, const struct tree_value *file, struct bytes certs)
{
	long days = cert_days_left(certs);

	if (days < 0)
		conf_warning(b->report, file->at, "file %s: a certificate in it has expired",
			     file->text);
	else if (days < DAYS)
		conf_warning(b->report, file->at, "file %s: a certificate in it expires in %ld "
			     "day%s", file->text, days, text_plural((size_t)days));
}

/* --- our own --- */

static void take_own(struct build *b, struct policy_gateway *gateway, struct cert_own_file *own)
{
	const struct ike_id subject = {
		.type = IKE_ID_DER_ASN1_DN, .n = (uint16_t)own->subject->n, .b = own->subject->b,
	};

	/* What it is for is who we are, unless something else is said. */
	if (!gateway->local_id.n && own->subject->n <= POLICY_ID_MAX &&
	    !policy_id_keep(&gateway->local_id, &subject))
		b->short_of_memory = true;
	gateway->credential = own->credential;
	gateway->chain = own->chain;
	gateway->v1_auth = own->v1_method;
	own->credential = NULL;
	own->chain = NULL;
}

/* The files of a certificate of ours. */
struct own_files {
	const struct tree_value *file;
	struct content *certs, *key;	/* key NULL: it is with the certificates */
	struct secret *passphrase;	/* NULL: there is none */
};

static void close_own(struct own_files *files)
{
	content_free(files->certs);
	content_free(files->key);
	secret_free(files->passphrase);
}

/* Reads them; false after a complaint, or more.  close_own() in any case. */
static bool open_own(const struct build *b, const struct tree_node *node, struct own_files *files)
{
	const struct tree_value *file = tree_value(b->tree, node, "file");
	const struct tree_value *key = tree_value(b->tree, node, "key-file");
	const struct tree_value *passphrase = tree_value(b->tree, node, "passphrase-file");

	*files = (struct own_files){ .file = file };
	if (!file) {
		if (!node->broken)
			conf_error(b->report, node->at, "certificate \"%s\" has no file",
				   node->word);
		return false;
	}
	files->certs = load(b, file, HOLDS_MAYBE);
	if (key)
		files->key = load(b, key, HOLDS_KEY);
	if (passphrase)
		files->passphrase = keyfile_read_passphrase(passphrase, b->report);
	if (!files->certs || (key && !files->key) || (passphrase && !files->passphrase))
		return false;
	if (key || cert_form_has_key(octets_of(files->certs)))
		return true;
	if (!node->broken)
		conf_error(b->report, node->at, "certificate \"%s\" has no key-file, which a "
			   "local-certificate needs", node->word);
	return false;
}

static void read_own(struct build *b, const struct tree_value *name,
		     struct policy_gateway *gateway)
{
	const struct tree_node *node = find_cert(b, name, "certificate");
	struct cert_own_input in = { .key = bytes_of(NULL, 0) };
	struct own_files files;
	struct cert_own_file own;
	char why[160];

	if (!node)
		return;
	if (open_own(b, node, &files)) {
		in.certs = octets_of(files.certs);
		if (files.key)
			in.key = octets_of(files.key);
		if (files.passphrase)
			in.passphrase = secret_bytes(files.passphrase);
		if (!cert_own_read(&in, &own, why, sizeof(why))) {
			conf_error(b->report, files.file->at, "certificate \"%s\": %s",
				   node->word, why);
		} else {
			warn_days(b, files.file, secret_bytes(own.chain));
			take_own(b, gateway, &own);
			cert_own_drop(&own);
		}
	}
	close_own(&files);
}

/* --- authorities --- */

/* @before, which may be NULL, and @more, both of which it frees; NULL: no memory. */
static struct secret *joined(struct build *b, struct secret *before, struct secret *more)
{
	struct secret *all;

	if (!before)
		return more;
	all = malloc(sizeof(*all) + before->n + more->n);
	if (all) {
		all->n = before->n + more->n;
		memcpy(all->b, before->b, before->n);
		memcpy(all->b + before->n, more->b, more->n);
	} else {
		b->short_of_memory = true;
	}
	secret_free(before);
	secret_free(more);
	return all;
}

/* The lists of revoked certificates of that profile; NULL: there are none. */
static struct secret *read_lists(struct build *b, const struct tree_node *profile)
{
	const struct tree_node *leaf = tree_find(b->tree, profile, "crl-file");
	struct secret *all = NULL, *lists;
	struct content *content;
	char why[160];
	bool ended;

	for (const struct tree_value *file = leaf ? leaf->value : NULL; file; file = file->next) {
		content = load(b, file, HOLDS_CERTS);
		if (!content)
			continue;
		lists = crl_file_read(octets_of(content), &ended, why, sizeof(why));
		content_free(content);
		if (!lists) {
			conf_error(b->report, file->at, "crl-file %s: %s", file->text, why);
			continue;
		}
		if (ended)
			conf_warning(b->report, file->at, "crl-file %s: a list in it has ended: a "
				     "new one is due", file->text);
		all = joined(b, all, lists);
	}
	return all;
}

/* Adds those of one file to @gateway's. */
static void add_roots(struct build *b, const struct tree_value *name,
		      struct policy_gateway *gateway)
{
	const struct tree_node *node = find_cert(b, name, "certificate");
	const struct tree_value *file = node ? tree_value(b->tree, node, "file") : NULL;
	struct content *certs = file ? load(b, file, HOLDS_CERTS) : NULL;
	struct secret *before = gateway->anchors, *roots;
	unsigned int n = gateway->n_authorities;
	char why[160];

	if (node && !file && !node->broken)
		conf_error(b->report, node->at, "certificate \"%s\" has no file", node->word);
	if (!certs)
		return;
	roots = cert_roots_read(octets_of(certs), gateway->authorities, &n, why, sizeof(why));
	content_free(certs);
	if (!roots) {
		conf_error(b->report, file->at, "certificate \"%s\": %s", node->word, why);
		return;
	}
	warn_days(b, file, secret_bytes(roots));
	gateway->n_authorities = (uint8_t)n;
	gateway->anchors = joined(b, before, roots);
}

/* Whether it names a server: all that begins so is there. */
static bool names_server(const char *url)
{
	const char *host = strstr(url, "//");
	const char *end = host ? strchr(host + 2, '/') : NULL;

	return url_is_http(bytes_of(url, strlen(url))) && end && end > host + 2;
}

/* Where certificates may be fetched from, as rules have it; the caller's, NULL: no memory. */
static struct secret *read_from(const struct build *b, const struct tree_node *profile)
{
	const struct tree_node *leaf = tree_find(b->tree, profile, "hash-and-url-from");
	const struct tree_value *first = leaf ? leaf->value : NULL;
	struct secret *all;
	size_t room = 1;

	for (const struct tree_value *url = first; url; url = url->next)
		room += strlen(url->text) + 1;
	all = calloc(1, sizeof(*all) + room);
	for (const struct tree_value *url = first; all && url; url = url->next) {
		if (!names_server(url->text))
			conf_error(b->report, url->at, "hash-and-url-from %s: not a URL of HTTP "
				   "with a path, as http://certs.example/", url->text);
		all->n += (size_t)sprintf((char *)all->b + all->n, "%s\n", url->text);
	}
	return all;
}

/* Whoever began waits no longer than that for our answer. */
static uint8_t patience_of(const struct build *b, const struct tree_node *profile)
{
	uint64_t seconds = tree_number(b->tree, profile, PROFILE_LEVEL " *", "crl-receive-timeout");

	return seconds < PATIENCE_MOST ? (uint8_t)seconds : PATIENCE_MOST;
}

/* Whatever is changed in them is another number, by which who checks certificates has them. */
static void add_rules(struct build *b, const struct tree_node *node,
		      const struct tree_node *profile, struct policy_gateway *gateway)
{
	struct secret *from = read_from(b, profile);
	const struct cert_rules rules = {
		.from = from ? secret_bytes(from) : bytes_of(NULL, 0),
		.kept = (uint16_t)tree_number(b->tree, profile, PROFILE_LEVEL " *",
					      "certificate-cache-size"),
		.sha1 = gateway->allow_sha1,
		.any_id = tree_yes(b->tree, node, GATEWAY_LEVEL " *", ANY_ID),
		.strict_usage = tree_yes(b->tree, node, GATEWAY_LEVEL " *", STRICT),
		.block_unknown = tree_yes(b->tree, profile, PROFILE_LEVEL " *",
					  "block-unknown-cert"),
		.fetch = tree_yes(b->tree, profile, PROFILE_LEVEL " *", "use-crl"),
		.block_timeout = tree_yes(b->tree, profile, PROFILE_LEVEL " *",
					  "block-timeout-cert"),
		.patience = patience_of(b, profile),
		.tolerance = (uint32_t)tree_number(b->tree, profile, PROFILE_LEVEL " *",
						   "clock-tolerance"),
	};
	struct secret *lists = read_lists(b, profile);
	struct secret *all = cert_rules_put(&rules, secret_bytes(gateway->anchors),
					    lists ? secret_bytes(lists) : bytes_of(NULL, 0));

	if (!all || !from)
		b->short_of_memory = true;
	gateway->looks_up = rules.from.n;
	if (rules.block_unknown && !lists && !rules.fetch && !profile->broken)
		conf_error(b->report, profile->at, "certificate-profile \"%s\" has neither a "
			   "crl-file nor use-crl, so block-unknown-cert would refuse every "
			   "certificate", profile->word);
	secret_free(from);
	secret_free(lists);
	secret_free(gateway->anchors);
	gateway->anchors = all;
}

/* Those of the profile of that name, for the peer of the gateway at @gateway_node. */
static void read_authorities(struct build *b, const struct tree_value *name,
			     const struct tree_node *gateway_node, struct policy_gateway *gateway)
{
	const struct tree_node *node = find_cert(b, name, PROFILE_LEVEL);
	const struct tree_node *list = node ? tree_find(b->tree, node, "CA") : NULL;

	if (node && !list && !node->broken)
		conf_error(b->report, node->at, "certificate-profile \"%s\" has no CA",
			   node->word);
	for (const struct tree_value *ca = list ? list->value : NULL; ca; ca = ca->next)
		add_roots(b, ca, gateway);
	if (gateway->anchors)
		add_rules(b, gateway_node, node, gateway);
	if (gateway->anchors && gateway->anchors->n > CERT_FILE_MAX)
		conf_error(b->report, name->at, "certificate-profile \"%s\" is longer than %d "
			   "octets", name->text, CERT_FILE_MAX);
}

bool build_certificates(struct build *b, const struct tree_node *node,
			struct policy_gateway *gateway)
{
	const struct tree_value *own = tree_value(b->tree, node, OWN);
	const struct tree_value *profile = tree_value(b->tree, node, PROFILE);
	const struct tree_node *key = tree_find(b->tree, node, "authentication pre-shared-key");

	if (!own && !profile)
		return false;
	if (own && profile && key)
		conf_error(b->report, own->at, "gateway \"%s\" has a pre-shared-key that neither "
			   "end would use beside certificates", gateway->name);
	gateway->allow_sha1 = tree_yes(b->tree, node, GATEWAY_LEVEL " *", SHA1);
	if (gateway->allow_sha1)
		conf_warning(b->report, tree_value(b->tree, node, SHA1)->at, "signatures with "
			     "SHA-1 are no longer secure: allow them for old peers only");
	gateway->rsa_pkcs1 = !strcmp(tree_text(b->tree, node, GATEWAY_LEVEL " *", PADDING),
				     "pkcs1");
	if (own)
		read_own(b, own, gateway);
	if (profile)
		read_authorities(b, profile, node, gateway);
	/* The end without a certificate has the key. */
	if ((!own || !profile) && !key && !node->broken)
		conf_error(b->report, node->at, "gateway \"%s\" has no %s, nor a pre-shared-key in "
			   "place of it", gateway->name, own ? PROFILE : OWN);
	return (own && profile) || !key;
}
