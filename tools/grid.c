// SPDX-License-Identifier: GPL-2.0-or-later
#include "grid.h"
#include <err.h>
#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CELL_TEXT	1200	/* octets */
#define INDENT		4	/* columns before the lines of a paragraph but the first */

struct grid grid_new(const char *const *columns)
{
	struct grid grid = { .table = scols_new_table() };

	if (!grid.table)
		errx(1, "out of memory");
	for (; *columns; columns++) {
		bool right = **columns == '>';

		if (!scols_table_new_column(grid.table, *columns + right, 0,
					    right ? SCOLS_FL_RIGHT : 0))
			errx(1, "out of memory");
	}
	return grid;
}

void grid_row(struct grid *grid)
{
	size_t n = scols_table_get_ncols(grid->table);

	grid->line = scols_table_new_line(grid->table, NULL);
	if (!grid->line)
		errx(1, "out of memory");
	grid->column = 0;
	while (grid->column < n)
		grid_cell(grid, "");
	grid->column = 0;
}

void grid_cell(struct grid *grid, const char *text)
{
	if (scols_line_set_data(grid->line, grid->column++, *text ? text : "-"))
		errx(1, "out of memory");
}

void grid_print(struct grid *grid, const char *format, ...)
{
	char text[CELL_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	grid_cell(grid, text);
}

void grid_number(struct grid *grid, uint64_t number)
{
	grid_print(grid, "%" PRIu64, number);
}

void grid_spi(struct grid *grid, uint32_t spi)
{
	if (spi)
		grid_print(grid, "%08x", spi);
	else
		grid_cell(grid, "");
}

void grid_age(struct grid *grid, uint64_t seconds)
{
	if (seconds >= 3600)
		grid_print(grid, "%" PRIu64 "h%02" PRIu64 "m", seconds / 3600,
			   seconds / 60 % 60);
	else if (seconds >= 60)
		grid_print(grid, "%" PRIu64 "m%02" PRIu64 "s", seconds / 60, seconds % 60);
	else
		grid_print(grid, "%" PRIu64 "s", seconds);
}

void grid_span(struct grid *grid, uint64_t seconds)
{
	if (seconds)
		grid_age(grid, seconds);
	else
		grid_cell(grid, "");
}

/* Columns of the terminal that standard output is; 0: it is none. */
static size_t terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return 0;
	return size.ws_col;
}

static size_t longest_line(const char *text)
{
	size_t longest = 0;

	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n > longest)
			longest = n;
		text += n + (text[n] == '\n');
	}
	return longest;
}

/* One row: its first cell, then "NAME value" of the others as they fit. */
static void print_paragraph(const struct grid *grid, struct libscols_line *line, size_t width)
{
	size_t n = scols_table_get_ncols(grid->table);
	const char *cell = scols_cell_get_data(scols_line_get_cell(line, 0));
	size_t at = strlen(cell);

	fputs(cell, stdout);
	for (size_t i = 1; i < n; i++) {
		struct libscols_column *column = scols_table_get_column(grid->table, i);
		const char *name = scols_column_get_name(column);
		size_t length;

		cell = scols_cell_get_data(scols_line_get_cell(line, i));
		if (!strcmp(cell, "-"))
			continue;
		length = strlen(name) + 1 + strlen(cell);
		if (at + 2 + length > width) {
			printf("\n%*s%s %s", INDENT, "", name, cell);
			at = INDENT + length;
		} else {
			printf("  %s %s", name, cell);
			at += 2 + length;
		}
	}
	putchar('\n');
}

static void print_paragraphs(const struct grid *grid, size_t width)
{
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;

	if (!iter)
		errx(1, "out of memory");
	/* A line by its number would be a walk from the first one on. */
	while (!scols_table_next_line(grid->table, iter, &line))
		print_paragraph(grid, line, width);
	scols_free_iter(iter);
}

/* Nothing is cut off: into a pipe go lines of any length. */
static void print_rows(const struct grid *grid)
{
	size_t width = terminal_width();
	char *text = NULL;

	scols_table_enable_nowrap(grid->table, 1);
	scols_table_set_termforce(grid->table, SCOLS_TERMFORCE_NEVER);
	if (scols_print_table_to_string(grid->table, &text))
		errx(1, "out of memory");
	if (width && longest_line(text) > width) {
		print_paragraphs(grid, width);
	} else {
		fputs(text, stdout);
		if (*text && text[strlen(text) - 1] != '\n')
			putchar('\n');
	}
	free(text);
}

void grid_end(struct grid *grid, const char *title, const char *none)
{
	static bool second;

	if (second)
		putchar('\n');
	second = true;
	puts(title);
	if (scols_table_get_nlines(grid->table))
		print_rows(grid);
	else
		puts(none);
	grid_drop(grid);
}

void grid_drop(struct grid *grid)
{
	scols_unref_table(grid->table);
}
