// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads lines into the tree, guided by the schema. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/lex.h"
#include "conf/tree.h"

/* Position within a line, and within schema and tree. */
struct walk {
	struct tree *tree;
	struct lex *lex;
	struct conf_report *report;
	unsigned int i;			/* next word */
	struct schema_path path;
	struct tree_node *node;
	struct elsewhere *elsewhere;
	bool passed;			/* the rest of the line does not concern us */
};

/* Lines about other things than tunnels, as in a complete export of a firewall. */
struct elsewhere {
	unsigned int n;
	struct conf_place first;
	size_t used;			/* octets of words */
	char words[2048];		/* their first words, each once */
};

static const struct lex_word *peek(const struct walk *w)
{
	return w->i < w->lex->n ? &w->lex->words[w->i] : NULL;
}

/* Whether @word is among @words, which are separated by ", ". */
static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);
	const char *p;

	for (p = words; p; p = strchr(p, ','), p = p ? p + 2 : NULL)
		if (!strncmp(p, word, n) && (p[n] == ',' || !p[n]))
			return true;
	return false;
}

/* Skips the rest of the line, and notes what it begins with, which ends with @word. */
static void pass_over(struct walk *w, const struct lex_word *word)
{
	struct elsewhere *e = w->elsewhere;
	char begin[SCHEMA_PATH_MAX + 64];

	w->passed = true;
	w->i = w->lex->n;
	if (!e->n++)
		e->first = w->lex->words[0].at;
	snprintf(begin, sizeof(begin), "%s%s%.60s", w->path.text, w->path.n ? " " : "",
		 word->text);
	if (has_word(e->words, begin) || e->used + strlen(begin) + 3 > sizeof(e->words))
		return;
	e->used += (size_t)snprintf(e->words + e->used, sizeof(e->words) - e->used, "%s%s",
				    e->used ? ", " : "", begin);
}

static void unknown_word(const struct walk *w, const struct lex_word *word)
{
	struct conf_near near = { .word = word->text };
	char hint[CONF_HINT], words[512];

	schema_near(&w->path, &near);
	if (near.best[0])
		conf_error(w->report, word->at, "unknown word \"%s\"%s", word->text,
			   conf_near_hint(&near, hint));
	else
		conf_error(w->report, word->at, "unknown word \"%s\"; expected one of: %s",
			   word->text, schema_words(&w->path, words, sizeof(words)));
}

/* A leaf that takes one value is given a second one, which has to be the same. */
static bool same_again(const struct walk *w, const struct tree_node *leaf,
		       const struct lex_word *word)
{
	const struct tree_value *before = leaf->value;

	if (strcmp(before->text, word->text) == 0)
		return true;
	if (leaf->row->kind == SCHEMA_SECRET)
		conf_error(w->report, word->at, "\"%s\" has another value on line %u", leaf->word,
			   before->at.line);
	else
		conf_error(w->report, word->at, "\"%s\" is \"%s\" here, but \"%s\" on line %u",
			   leaf->word, word->text, before->text, before->at.line);
	return false;
}

static bool put_value(const struct walk *w, struct tree_node *leaf, const struct lex_word *word)
{
	if (!schema_check(leaf->row, word->text, word->at, w->report))
		return false;
	if (leaf->value && !leaf->row->list)
		return same_again(w, leaf, word);
	return tree_add_value(w->tree, leaf, word->text, word->at);
}

/* Reads the values after the opening bracket, and the closing one. */
static bool read_list(struct walk *w, struct tree_node *leaf, const struct lex_word *open)
{
	const struct lex_word *word;
	bool good = true;

	for (word = peek(w); word && word->kind == LEX_WORD; word = peek(w)) {
		good &= put_value(w, leaf, word);
		w->i++;
	}
	if (!word || word->kind != LEX_CLOSE) {
		if (word || !w->lex->wrong.line)
			conf_error(w->report, word ? word->at : open->at,
				   "list is not closed by \"]\"");
		return false;
	}
	w->i++;
	if (word == open + 1) {
		conf_error(w->report, open->at, "list is empty");
		return false;
	}
	return good;
}

/* Reads the values that follow the word of a leaf. */
static bool read_values(struct walk *w, struct tree_node *leaf, const struct lex_word *name)
{
	const struct lex_word flag = { .kind = LEX_WORD, .text = "", .at = name->at };
	const struct lex_word *word = peek(w);

	if (leaf->row->kind == SCHEMA_FLAG)
		return put_value(w, leaf, &flag);
	if (leaf->row->kind == SCHEMA_REST) {
		w->passed = true;
		w->i = w->lex->n;
		/* There may be many such lines; one complaint is enough. */
		return leaf->value || (!leaf->broken && put_value(w, leaf, &flag));
	}
	if (!word && w->lex->wrong.line)
		return false;
	if (!word || word->kind == LEX_CLOSE) {
		conf_error(w->report, name->at, "\"%s\" needs a value", name->text);
		return false;
	}
	w->i++;
	if (word->kind == LEX_WORD)
		return put_value(w, leaf, word);
	if (leaf->row->list)
		return read_list(w, leaf, word);
	conf_error(w->report, word->at, "\"%s\" takes one value, not a list", name->text);
	return false;
}

/* Reads one word of the path, and a leaf's values.  @ended: the line may end here. */
static bool read_step(struct walk *w, bool *ended)
{
	const struct lex_word *word = peek(w);
	struct schema_step step = { 0 };
	struct tree_node *node;

	if (word->kind == LEX_WORD)
		step = schema_step(&w->path, word->text);
	if (!step.known && word->kind == LEX_WORD && schema_elsewhere(&w->path, word->text)) {
		pass_over(w, word);
		*ended = true;
		return true;
	}
	if (!step.known) {
		unknown_word(w, word);
		return false;
	}
	if (step.name && !schema_check_name(word->text, word->at, w->report))
		return false;
	node = tree_add(w->tree, w->node, word->text, word->at);
	if (!node)
		return false;
	w->node = node;
	w->i++;
	*ended = step.name;
	if (!step.leaf)
		return true;
	w->node->row = step.leaf;
	if (!read_values(w, w->node, word))
		return false;
	/* Further leaves of the same level may follow. */
	schema_up(&w->path);
	w->node = w->node->parent;
	*ended = true;
	return true;
}

/* What is missing at these nodes may have been on the line that could not be read. */
static void mark_broken(struct tree_node *node)
{
	for (; node; node = node->parent)
		node->broken = true;
}

/* False after a complaint, or if the line ends too early. */
static bool read_steps(struct walk *w)
{
	const struct lex_word *word = peek(w);
	char words[512];
	bool ended = false;

	if (word->kind != LEX_WORD || strcmp(word->text, "set") != 0) {
		conf_error(w->report, word->at, "unknown word \"%s\"; a line begins with \"set\"",
			   word->text);
		return false;
	}
	w->i++;
	while (peek(w))
		if (!read_step(w, &ended))
			return false;
	if (!ended && !w->lex->wrong.line) {
		word = &w->lex->words[w->i - 1];
		conf_error(w->report, word->at, "the line ends after \"%s\"; expected one of: %s",
			   word->text, schema_words(&w->path, words, sizeof(words)));
	}
	return ended && (w->passed || !w->lex->wrong.line);
}

static void read_line(struct walk *w)
{
	if (!read_steps(w))
		mark_broken(w->node);
	/* Lines that do not concern us may be anything, even quotes over several lines. */
	if (w->passed && (!w->lex->open || lex_skip_quoted(w->lex)))
		return;
	if (w->lex->wrong.line)
		conf_error(w->report, w->lex->wrong, "%s", w->lex->why);
}

static void tell_elsewhere(const struct elsewhere *e, struct conf_report *report)
{
	if (e->n)
		conf_warning(report, e->first, "%u line%s that %s not about IPsec tunnels %s "
			     "skipped: %s", e->n, text_plural(e->n), e->n == 1 ? "is" : "are",
			     e->n == 1 ? "is" : "are", e->words);
}

void tree_read(struct tree *tree, char *text, size_t n, struct conf_report *report)
{
	struct elsewhere elsewhere = { 0 };
	struct lex *lex = malloc(sizeof(*lex));

	if (!lex) {
		tree->short_of_memory = true;
		return;
	}
	if (n >= 2 && (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2))) {
		conf_error(report, (struct conf_place){ .line = 1, .column = 1 },
			   "the file is UTF-16: save it as UTF-8");
		n = 0;
	}
	lex_init(lex, text, n, report);
	while (!tree->short_of_memory && lex_line(lex)) {
		struct walk w = {
			.tree = tree, .lex = lex, .report = report, .node = tree->root,
			.elsewhere = &elsewhere,
		};

		read_line(&w);
	}
	tell_elsewhere(&elsewhere, report);
	free(lex);
}
