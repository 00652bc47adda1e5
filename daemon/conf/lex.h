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
	bool cut;		/* an error ended the line behind words[], and is reported */
	struct lex_word words[LEX_WORDS_MAX];
	struct conf_report *report;
};

/* @text of @n octets with one more writable behind it; overwritten while read. */
void lex_init(struct lex *lex, char *text, size_t n, struct conf_report *report);
/* The next line that has words, those before its first error; false at the end. */
bool lex_line(struct lex *lex);

#endif
