// SPDX-License-Identifier: GPL-2.0-or-later
#include "grid.h"
#include <assert.h>
#include <err.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/text.h"

#define CELL_TEXT	1200	/* octets */
#define CELLS_FIRST	4096	/* octets of cells that there is room for at first */
#define ESCAPED		4	/* octets that one may become */
#define INDENT		4	/* columns before the lines of a paragraph but the first */

struct grid grid_new(const char *const *columns)
{
	struct grid grid = { .columns = 0 };

	while (columns[grid.columns])
		grid.columns++;
	assert(grid.columns <= GRID_COLUMNS);
	for (size_t i = 0; i < grid.columns; i++) {
		grid.right[i] = *columns[i] == '>';
		grid_cell(&grid, columns[i] + grid.right[i]);
	}
	return grid;
}

/* Room for @n octets behind the cells; valid until the next call. */
static char *room_for(struct grid *grid, size_t n)
{
	if (grid->cells_room - grid->cells_n < n) {
		grid->cells_room = 2 * grid->cells_room + n + CELLS_FIRST;
		grid->cells = realloc(grid->cells, grid->cells_room);
		if (!grid->cells)
			errx(1, "out of memory");
	}
	return grid->cells + grid->cells_n;
}

void grid_row(struct grid *grid)
{
	while (grid->column < grid->columns)
		grid_cell(grid, "");
	grid->column = 0;
	grid->rows++;
}

void grid_cell(struct grid *grid, const char *text)
{
	size_t n = strlen(text);
	struct text cell;

	assert(grid->column < grid->columns);
	if (!n) {
		text = "-";
		n = 1;
	}
	text_init(&cell, room_for(grid, n * ESCAPED + 1), n * ESCAPED + 1);
	text_add_octets(&cell, bytes_of(text, n));
	grid->cells_n += cell.n + 1;
	if (cell.n > grid->width[grid->column])
		grid->width[grid->column] = cell.n;
	grid->column++;
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

/* One row: its first cell, then "NAME value" of the others as they fit.  Returns the next row. */
static const char *print_paragraph(const struct grid *grid, const char *cell, size_t width)
{
	const char *name = grid->cells;
	size_t at = strlen(cell);

	fputs(cell, stdout);
	for (size_t i = 1; i < grid->columns; i++) {
		size_t length;

		name += strlen(name) + 1;
		cell += strlen(cell) + 1;
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
	return cell + strlen(cell) + 1;
}

static void print_paragraphs(const struct grid *grid, size_t width)
{
	const char *row = grid->cells;

	for (size_t i = 0; i < grid->columns; i++)
		row += strlen(row) + 1;
	for (size_t i = 0; i < grid->rows; i++)
		row = print_paragraph(grid, row, width);
}

/* Columns of a line, which are as wide as their widest cells, with a space between them. */
static size_t line_width(const struct grid *grid)
{
	size_t width = grid->columns - 1;

	for (size_t i = 0; i < grid->columns; i++)
		width += grid->width[i];
	return width;
}

/* One row, with @line as the place to put it together.  Returns the next row. */
static const char *print_line(const struct grid *grid, const char *cell, char *line, size_t width)
{
	char *column = line, *end = line;

	memset(line, ' ', width);
	for (size_t i = 0; i < grid->columns; i++) {
		size_t n = strlen(cell);
		char *at = grid->right[i] ? column + grid->width[i] - n : column;

		memcpy(at, cell, n);
		end = at + n;
		cell += n + 1;
		column += grid->width[i] + 1;
	}
	*end++ = '\n';
	fwrite(line, 1, (size_t)(end - line), stdout);
	return cell;
}

/* Nothing is cut off: into a pipe go lines of any length. */
static void print_rows(struct grid *grid)
{
	size_t width = line_width(grid), most = terminal_width();
	const char *row;
	char *line;

	if (most && width > most) {
		print_paragraphs(grid, most);
		return;
	}
	line = room_for(grid, width + 1);
	row = grid->cells;
	for (size_t i = 0; i <= grid->rows; i++)
		row = print_line(grid, row, line, width);
}

void grid_end(struct grid *grid, const char *title, const char *none)
{
	static bool second;

	if (second)
		putchar('\n');
	second = true;
	puts(title);
	while (grid->column < grid->columns)
		grid_cell(grid, "");
	if (grid->rows)
		print_rows(grid);
	else
		puts(none);
	grid_drop(grid);
}

void grid_drop(struct grid *grid)
{
	free(grid->cells);
	grid->cells = NULL;
}
