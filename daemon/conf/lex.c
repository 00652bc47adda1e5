// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "lex.h"

/* Where the reading of one line stands. */
struct cursor {
	char *p, *end;
	const char *begin;
	unsigned int line;
};

static struct conf_place place(const struct cursor *c)
{
	unsigned int column = (unsigned int)(c->p - c->begin) + 1;

	return (struct conf_place){ .line = c->line, .column = column };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_bracket(char c)
{
	return c == '[' || c == ']';
}

/* What editors and web pages put where a plain blank or quote was meant. */
static const struct {
	const char *octets;		/* UTF-8 */
	unsigned int code;
	const char *what;
} lookalikes[] = {
	{ "\xc2\xa0", 0x00a0, "a no-break space: write a plain blank" },
	{ "\xe2\x80\x87", 0x2007, "a figure space: write a plain blank" },
	{ "\xe2\x80\xaf", 0x202f, "a narrow no-break space: write a plain blank" },
	{ "\xe2\x80\x8b", 0x200b, "an invisible space: delete it" },
	{ "\xef\xbb\xbf", 0xfeff, "a byte order mark: delete it" },
	{ "\xe2\x80\x98", 0x2018, "a typographic quote: use double quotes (\")" },
	{ "\xe2\x80\x99", 0x2019, "a typographic quote: use double quotes (\")" },
	{ "\xe2\x80\x9c", 0x201c, "a typographic quote: use double quotes (\")" },
	{ "\xe2\x80\x9d", 0x201d, "a typographic quote: use double quotes (\")" },
};

static bool begins_with(const struct cursor *c, const char *octets)
{
	size_t n = strlen(octets);

	return (size_t)(c->end - c->p) >= n && !memcmp(c->p, octets, n);
}

/* Complains, outside quotes and comments, about a character that only looks right. */
static bool check_lookalike(const struct lex *lex, const struct cursor *c)
{
	for (size_t i = 0; i < sizeof(lookalikes) / sizeof(lookalikes[0]); i++) {
		if (!begins_with(c, lookalikes[i].octets))
			continue;
		conf_error(lex->report, place(c), "character U+%04X is %s", lookalikes[i].code,
			   lookalikes[i].what);
		return false;
	}
	return true;
}

void lex_init(struct lex *lex, char *text, size_t n, struct conf_report *report)
{
	struct cursor c = { .p = text, .end = text + n };

	/* A byte order mark says that the file is UTF-8, which it is anyway. */
	lex->p = begins_with(&c, "\xef\xbb\xbf") ? text + 3 : text;
	lex->end = text + n;
	lex->line = 0;
	lex->n = 0;
	lex->report = report;
}

static bool push(struct lex *lex, enum lex_kind kind, const char *text, struct conf_place at)
{
	if (lex->n == LEX_WORDS_MAX) {
		conf_error(lex->report, at, "more than %d words on a line", LEX_WORDS_MAX);
		return false;
	}
	lex->words[lex->n++] = (struct lex_word){ .kind = kind, .text = text, .at = at };
	return true;
}

static bool push_bracket(struct lex *lex, char c, struct conf_place at)
{
	return c == '[' ? push(lex, LEX_OPEN, "[", at) : push(lex, LEX_CLOSE, "]", at);
}

/* From the opening quote; the text is moved over what escapes leave free. */
static bool quoted_word(struct lex *lex, struct cursor *c)
{
	struct conf_place at = place(c);
	char *out = ++c->p;
	const char *text = out;

	while (c->p < c->end && *c->p != '"') {
		if (*c->p == '\\' && c->p + 1 < c->end && (c->p[1] == '"' || c->p[1] == '\\'))
			c->p++;
		*out++ = *c->p++;
	}
	if (c->p == c->end) {
		conf_error(lex->report, at, "quote is not closed");
		return false;
	}
	c->p++;
	if (!check_lookalike(lex, c))
		return false;
	if (c->p < c->end && !is_blank(*c->p) && !is_bracket(*c->p)) {
		conf_error(lex->report, place(c), "no blank behind the closing quote");
		return false;
	}
	*out = '\0';
	return push(lex, LEX_WORD, text, at);
}

/* An unquoted word and the bracket that may end it. */
static bool plain_word(struct lex *lex, struct cursor *c)
{
	struct conf_place at = place(c);
	const char *text = c->p;
	char stop;

	if (*c->p == '\'') {
		conf_error(lex->report, at, "single quotes do not quote: use double quotes (\")");
		return false;
	}
	while (c->p < c->end && !is_blank(*c->p) && !is_bracket(*c->p)) {
		if (!check_lookalike(lex, c))
			return false;
		c->p++;
	}
	stop = c->p < c->end ? *c->p : '\0';
	if (!push(lex, LEX_WORD, text, at))
		return false;
	at = place(c);
	*c->p = '\0';
	if (c->p < c->end)
		c->p++;
	return is_bracket(stop) ? push_bracket(lex, stop, at) : true;
}

static bool clean(struct lex *lex, struct cursor *c)
{
	struct cursor at = *c;

	for (; at.p < at.end; at.p++) {
		unsigned char octet = (unsigned char)*at.p;

		if ((octet < 0x20 && !is_blank(*at.p)) || octet == 0x7f) {
			conf_error(lex->report, place(&at), "control character 0x%02x", octet);
			return false;
		}
	}
	return true;
}

static bool words(struct lex *lex, struct cursor *c)
{
	bool good = clean(lex, c);

	while (good) {
		while (c->p < c->end && is_blank(*c->p))
			c->p++;
		if (c->p == c->end || *c->p == '#')
			break;
		if (*c->p == '"') {
			good = quoted_word(lex, c);
		} else if (is_bracket(*c->p)) {
			good = push_bracket(lex, *c->p, place(c));
			c->p++;
		} else {
			good = plain_word(lex, c);
		}
	}
	return good;
}

bool lex_line(struct lex *lex)
{
	while (lex->p < lex->end) {
		struct cursor c = { .p = lex->p, .begin = lex->p, .line = ++lex->line };

		c.end = memchr(lex->p, '\n', (size_t)(lex->end - lex->p));
		if (!c.end)
			c.end = lex->end;
		lex->p = c.end < lex->end ? c.end + 1 : lex->end;
		lex->n = 0;
		lex->cut = !words(lex, &c);
		if (lex->n)
			return true;
	}
	return false;
}
