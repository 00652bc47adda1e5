// SPDX-License-Identifier: GPL-2.0-or-later
/* How a table is laid out in a pipe.  test_out.c has the narrow terminals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "grid.h"

#define OUTPUT	65536	/* octets */

static const char *const columns[] = { "NAME", ">OCTETS", "WHAT", NULL };

/* What grid_end() prints; valid until the next call. */
static const char *printed(struct grid *grid, const char *none)
{
	int saved = dup(STDOUT_FILENO);
	FILE *file = tmpfile();
	static char text[OUTPUT];
	char *title;

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	grid_end(grid, "Title", none);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	/* An empty line parts it from the table before. */
	title = strstr(text, "Title\n");
	assert_non_null(title);
	return title + strlen("Title\n");
}

static void add(struct grid *grid, const char *name, uint64_t octets, const char *what)
{
	grid_row(grid);
	grid_cell(grid, name);
	grid_number(grid, octets);
	grid_cell(grid, what);
}

static void test_columns(void **state)
{
	struct grid grid = grid_new(columns);

	(void)state;
	add(&grid, "a", 0, "short");
	add(&grid, "longest", UINT64_MAX, "longer than its name");
	assert_string_equal(printed(&grid, ""),
			    "NAME                  OCTETS WHAT\n"
			    "a                          0 short\n"
			    "longest 18446744073709551615 longer than its name\n");
}

/* Also in the last row, and in one that has no cell at all. */
static void test_cells_not_given(void **state)
{
	struct grid grid = grid_new(columns);

	(void)state;
	grid_row(&grid);
	grid_row(&grid);
	grid_cell(&grid, "one");
	grid_spi(&grid, 0);
	grid_row(&grid);
	grid_cell(&grid, "");
	assert_string_equal(printed(&grid, ""),
			    "NAME OCTETS WHAT\n"
			    "-         - -\n"
			    "one       - -\n"
			    "-         - -\n");
}

static void test_no_row(void **state)
{
	struct grid grid = grid_new(columns);

	(void)state;
	assert_string_equal(printed(&grid, "There is none."), "There is none.\n");
}

/* A peer may call itself anything: no escape sequence of it reaches the terminal. */
static void test_escapes(void **state)
{
	struct grid grid = grid_new(columns);

	(void)state;
	add(&grid, "\033[2J\n\177", 1, "\303\244");
	assert_string_equal(printed(&grid, ""),
			    "NAME            OCTETS WHAT\n"
			    "\\x1b[2J\\x0a\\x7f      1 \\xc3\\xa4\n");
}

/* More than there is room for at first, and a cell that alone is. */
static void test_grows(void **state)
{
	struct grid grid = grid_new(columns);
	static char name[20000];
	const char *text;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	for (unsigned int i = 0; i < 1000; i++)
		add(&grid, "x", i, "what");
	grid_drop(&grid);
	grid = grid_new(columns);
	add(&grid, name, 1, "what");
	add(&grid, "x", 2, "what");
	text = printed(&grid, "");
	assert_int_equal(strlen(text), strlen(" OCTETS WHAT\n") * 3 + 3 * (sizeof(name) - 1));
}

static void test_times(void **state)
{
	struct grid grid = grid_new(columns);

	(void)state;
	grid_row(&grid);
	grid_age(&grid, 59);
	grid_age(&grid, 60);
	grid_age(&grid, 7505);
	grid_row(&grid);
	grid_age(&grid, 0);
	grid_span(&grid, 0);
	grid_spi(&grid, 0xabc);
	assert_string_equal(printed(&grid, ""),
			    "NAME OCTETS WHAT\n"
			    "59s   1m00s 2h05m\n"
			    "0s        - 00000abc\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_cells_not_given),
		cmocka_unit_test(test_no_row),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
