/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines and words of a set-format file in UTF-8.  Blanks separate words; double quotes hold one
 * word, with \" and \\ inside; [ and ] are words of their own; # at the beginning of a word
 * starts a comment.
 */
#ifndef PANTUN_CONF_LEX_H
#define PANTUN_CONF_LEX_H

#include "conf/report.h"

#define LEX_WORDS_MAX	512	/* words a line */

enum lex_kind { LEX_WORD, LEX_OPEN, LEX_CLOSE };

struct lex_word {
	enum lex_kind kind;
	const char *text;	/* within the file's text, NUL-terminated; brackets: "[" */
	struct conf_place at;
};

struct lex {
	char *p, *end;		/* the text still to be read */
	unsigned int line;	/* of words[] */
	unsigned int n;
	struct conf_place wrong;	/* where an error ended words[]; line 0: nowhere */
	char why[96];		/* that is an error, for conf_error() */
	bool open;		/* it is that the line does not close a quote */
	struct lex_word words[LEX_WORDS_MAX];
	struct conf_report *report;
};

/* @text of @n octets with one more writable behind it; overwritten while read. */
void lex_init(struct lex *lex, char *text, size_t n, struct conf_report *report);
/*
 * Reads the next line that has words; false at the end.  An error in it is for the caller to
 * report, unless it is at the first word: such a line is reported and passed over.
 */
bool lex_line(struct lex *lex);
/*
 * Skips to the line after the one that closes the open quote.  False, without moving, if the
 * next line that begins with "set" comes first.
 */
bool lex_skip_quoted(struct lex *lex);

#endif
