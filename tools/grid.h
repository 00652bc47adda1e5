/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table for people: columns on a wide terminal or in a pipe, paragraphs on a narrow one.
 *
 * Cells are ASCII once grid_cell() has them, so that an octet is a column and the layout needs no
 * more than their lengths.  libsmartcols, which asks the locale for the width of each character
 * several times, took half of the time of "pantunctl show" with a thousand tunnels.
 */
#ifndef PANTUN_TOOLS_GRID_H
#define PANTUN_TOOLS_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRID_COLUMNS	24	/* of a table, at most */

/* A table under way: columns first, then cell after cell, row after row. */
struct grid {
	char *cells;			/* names of the columns, then all rows, each with its NUL */
	size_t cells_n, cells_room;	/* octets */
	size_t rows;			/* without the names */
	size_t columns, column;		/* how many there are, and which comes next */
	size_t width[GRID_COLUMNS];
	bool right[GRID_COLUMNS];
};

/*
 * All of these end the program where there is no memory.  Columns are "NAME" or ">NAME"
 * (numbers, to the right), ended by NULL.
 */
struct grid grid_new(const char *const *columns);
/* Begins a row; cells that it does not get are shown as "-". */
void grid_row(struct grid *grid);
/* "" is shown as "-", and what is not printable ASCII as \xNN. */
void grid_cell(struct grid *grid, const char *text);
void grid_print(struct grid *grid, const char *format, ...) __attribute__((format(printf, 2, 3)));
void grid_number(struct grid *grid, uint64_t number);
/* Eight digits; "-" for 0. */
void grid_spi(struct grid *grid, uint32_t spi);
/* "2h05m", "3m20s", "17s". */
void grid_age(struct grid *grid, uint64_t seconds);
/* The same where 0 means that there is none: "-". */
void grid_span(struct grid *grid, uint64_t seconds);
/* Prints the table below a title, or @none where it has no row, and frees it. */
void grid_end(struct grid *grid, const char *title, const char *none);
/* Frees it unprinted. */
void grid_drop(struct grid *grid);

#endif
