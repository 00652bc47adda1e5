/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines and words of a set-format file in UTF-8.  Words stand between blanks or in
 * double quotes (\" and \\ inside); [ and ] are words of their own; a word that begins
 * with # starts a comment.
 */
#ifndef PANTUN_CONF_LEX_H
#define PANTUN_CONF_LEX_H

#include "report.h"

#define LEX_WORDS_MAX	512	/* words a line */

enum lex_kind { LEX_WORD, LEX_OPEN, LEX_CLOSE };

struct lex_word {
	enum lex_kind kind;
	const char *text;	/* within the file's text, NUL-terminated; brackets: "[" */
	struct conf_place at;
};

struct lex {
	char *p, *end;		/* what is left */
	unsigned int line;	/* of words[] */
	unsigned int n;
	struct conf_place wrong;	/* what ended words[] before the line; line 0: nothing */
	char why[96];		/* it is wrong, for conf_error() */
	bool open;		/* it is a quote that the line does not close */
	struct lex_word words[LEX_WORDS_MAX];
	struct conf_report *report;
};

/* @text of @n octets with one more writable behind it; overwritten while read. */
void lex_init(struct lex *lex, char *text, size_t n, struct conf_report *report);
/*
 * The next line that has words; false at the end.  What is wrong with the line is not
 * reported yet, unless it is wrong from its first word on.
 */
bool lex_line(struct lex *lex);
/*
 * Goes on behind the line on which the open quote is closed; false, without moving, where
 * no such line comes before the next one that begins with "set".
 */
bool lex_skip_quoted(struct lex *lex);

#endif
