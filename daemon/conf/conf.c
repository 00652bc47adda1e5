// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/key_file.h"
#include "base/secret.h"
#include "conf/build.h"
#include "conf/conf.h"

static const struct conf_place whole_file;

static void build(struct build *b)
{
	if (!profile_set_build(&b->ike, PROP_IKE, b->tree, b->report) ||
	    !profile_set_build(&b->esp, PROP_ESP, b->tree, b->report)) {
		b->short_of_memory = true;
		return;
	}
	build_gateways(b);
	if (!b->short_of_memory)
		build_tunnels(b);
	/* After errors, gateways may seem alike for what could not be read. */
	if (!b->short_of_memory && !b->report->errors)
		build_check_gateways(b);
}

/* A file that others can read must not hold secrets.  @fd: the file; -1: there is none. */
static void check_secrets(const struct tree *tree, int fd, struct conf_report *report)
{
	char why[160];

	if (tree->secret.line && fd >= 0 && !key_file_trusted(fd, why, sizeof(why)))
		conf_error(report, tree->secret, "this file contains a key, but %s", why);
}

static struct policy *parse(char *text, size_t n, int fd, struct conf_report *report)
{
	struct tree *tree = tree_new();
	struct build b = { .tree = tree, .report = report };

	b.policy = calloc(1, sizeof(*b.policy));
	b.short_of_memory = !tree || !b.policy;
	if (!b.short_of_memory) {
		tree_read(tree, text, n, report);
		check_secrets(tree, fd, report);
		b.short_of_memory = tree->short_of_memory;
	}
	if (!b.short_of_memory)
		build(&b);
	if (!b.short_of_memory && policy_index(b.policy))
		b.short_of_memory = true;
	if (b.short_of_memory)
		conf_error(report, whole_file, "out of memory");
	profile_set_free(&b.ike);
	profile_set_free(&b.esp);
	tree_free(tree);
	if (!report->errors)
		return b.policy;
	policy_free(b.policy);
	return NULL;
}

struct policy *conf_parse(char *text, size_t n, struct conf_report *report)
{
	return parse(text, n, -1, report);
}

/*
 * Reads all of an open file, into memory with room for one octet more that the caller wipes and
 * frees.  It may hold keys, so stdio does not buffer it, and memory that got too small is wiped.
 */
static char *read_file(FILE *file, size_t *n, struct conf_report *report)
{
	size_t room = 65536, got = 0, more;
	char *text = malloc(room), *grown;

	setvbuf(file, NULL, _IONBF, 0);
	while (text) {
		more = fread(text + got, 1, room - 1 - got, file);
		got += more;
		if (!more || got < room - 1)
			break;
		grown = room < CONF_FILE_MAX ? malloc(room * 2) : NULL;
		if (grown)
			memcpy(grown, text, got);
		secret_wipe(text, got);
		free(text);
		text = grown;
		room *= 2;
	}
	if (!text) {
		conf_error(report, whole_file, "too large");
	} else if (ferror(file)) {
		conf_error(report, whole_file, "%s", strerror(errno));
		secret_wipe(text, got);
		free(text);
		text = NULL;
	}
	*n = got;
	return text;
}

struct policy *conf_load(const char *path, struct conf_report *report)
{
	struct policy *policy = NULL;
	FILE *file;
	char *text;
	size_t n;

	report->file = path;
	file = fopen(path, "re");
	if (!file) {
		conf_error(report, whole_file, "%s", strerror(errno));
		return NULL;
	}
	text = read_file(file, &n, report);
	if (text) {
		policy = parse(text, n, fileno(file), report);
		secret_wipe(text, n);
		free(text);
	}
	fclose(file);
	return policy;
}
