// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/lex.h"

/* Position within a line. */
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

/* Characters that editors and web pages put in place of a plain blank or quote. */
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

/* Notes the first thing that is wrong with the line; always false. */
__attribute__((format(printf, 3, 4)))
static bool fail(struct lex *lex, struct conf_place at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(lex->why, sizeof(lex->why), format, args);
	va_end(args);
	lex->wrong = at;
	return false;
}

/* False at a character that only looks right; for use outside quotes and comments. */
static bool check_lookalike(struct lex *lex, const struct cursor *c)
{
	for (size_t i = 0; i < sizeof(lookalikes) / sizeof(lookalikes[0]); i++) {
		if (!begins_with(c, lookalikes[i].octets))
			continue;
		return fail(lex, place(c), "character U+%04X is %s", lookalikes[i].code,
			    lookalikes[i].what);
	}
	return true;
}

void lex_init(struct lex *lex, char *text, size_t n, struct conf_report *report)
{
	struct cursor c = { .p = text, .end = text + n };

	/* A byte order mark says that the file is UTF-8; all of them are. */
	lex->p = begins_with(&c, "\xef\xbb\xbf") ? text + 3 : text;
	lex->end = text + n;
	lex->line = 0;
	lex->n = 0;
	lex->report = report;
}

static bool push(struct lex *lex, enum lex_kind kind, const char *text, struct conf_place at)
{
	if (lex->n == LEX_WORDS_MAX)
		return fail(lex, at, "more than %d words on a line", LEX_WORDS_MAX);
	lex->words[lex->n++] = (struct lex_word){ .kind = kind, .text = text, .at = at };
	return true;
}

static bool push_bracket(struct lex *lex, char c, struct conf_place at)
{
	return c == '[' ? push(lex, LEX_OPEN, "[", at) : push(lex, LEX_CLOSE, "]", at);
}

/* Reads from the opening quote on, and removes the backslashes of escapes. */
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
		lex->open = true;
		return fail(lex, at, "quote is not closed");
	}
	c->p++;
	if (!check_lookalike(lex, c))
		return false;
	if (c->p < c->end && !is_blank(*c->p) && !is_bracket(*c->p))
		return fail(lex, place(c), "no blank after the closing quote");
	*out = '\0';
	return push(lex, LEX_WORD, text, at);
}

/* Reads an unquoted word and the bracket that may end it. */
static bool plain_word(struct lex *lex, struct cursor *c)
{
	struct conf_place at = place(c);
	const char *text = c->p;
	char stop;

	if (*c->p == '\'')
		return fail(lex, at, "single quotes do not quote: use double quotes (\")");
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

/* The first control character of the line, or its end. */
static char *control(const struct cursor *c)
{
	char *p = c->p;

	while (p < c->end && ((unsigned char)*p >= 0x20 || is_blank(*p)) && *p != 0x7f)
		p++;
	return p;
}

static bool words(struct lex *lex, struct cursor *c)
{
	bool good = true;

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

/* Reads the words of the line at @c up to its end or a control character. */
static void read_words(struct lex *lex, struct cursor *c)
{
	struct cursor odd = *c;
	const char *end = c->end;
	unsigned char octet;

	odd.p = control(c);
	c->end = odd.p;
	octet = odd.p < end ? (unsigned char)*odd.p : 0;
	lex->wrong.line = 0;
	lex->open = false;
	lex->n = 0;
	words(lex, c);
	if (odd.p == end)
		return;
	lex->open = false;
	fail(lex, place(&odd), "control character 0x%02x", octet);
}

bool lex_line(struct lex *lex)
{
	while (lex->p < lex->end) {
		struct cursor c = { .p = lex->p, .begin = lex->p, .line = ++lex->line };

		c.end = memchr(lex->p, '\n', (size_t)(lex->end - lex->p));
		if (!c.end)
			c.end = lex->end;
		lex->p = c.end < lex->end ? c.end + 1 : lex->end;
		read_words(lex, &c);
		if (lex->n)
			return true;
		if (lex->wrong.line)
			conf_error(lex->report, lex->wrong, "%s", lex->why);
	}
	return false;
}

/* Whether a new "set" line begins here. */
static bool begins_line(const struct lex *lex, const char *p)
{
	return p[-1] == '\n' && lex->end - p > 4 && !memcmp(p, "set ", 4);
}

bool lex_skip_quoted(struct lex *lex)
{
	unsigned int line = lex->line;
	bool inside = true;
	char *p;

	for (p = lex->p; p < lex->end; p++) {
		if (*p == '\n') {
			line++;
			if (!inside)
				break;
		} else if (*p == '\\' && p + 1 < lex->end && p[1] != '\n') {
			p++;
		} else if (*p == '"') {
			inside = !inside;
		} else if (inside && begins_line(lex, p)) {
			return false;
		}
	}
	if (inside)
		return false;
	lex->p = p < lex->end ? p + 1 : p;
	lex->line = line;
	return true;
}
