// SPDX-License-Identifier: GPL-2.0-or-later
/* Characters as editors and web pages leave them in a file, and what is said of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "conf_try.h"

#define GATEWAY	"set network ike gateway g "
#define TUNNEL	"set network tunnel ipsec T "
#define PEER	GATEWAY "peer-address ip 192.0.2.9\n"
#define KEY	GATEWAY "authentication pre-shared-key key \"a key of more than twenty octets\"\n"
#define DEVICE	TUNNEL "tunnel-interface tunnel.1\n"
#define VIA	TUNNEL "auto-key ike-gateway g\n"
#define BASE	PEER KEY DEVICE VIA
#define BOM	"\xef\xbb\xbf"
#define NBSP	"\xc2\xa0"

static void test_byte_order_mark(void **state)
{
	(void)state;
	good(BOM BASE, "");
	good(BOM, "");
	/* Columns are those that an editor shows. */
	bad(BOM "st network\n", "f:1:1: unknown word \"st\"; a line begins with \"set\"\n");
	/* As it stands where two files were joined. */
	bad(PEER KEY DEVICE BOM VIA,
	    "f:4:1: character U+FEFF is a byte order mark: delete it\n"
	    "f:3:26: tunnel \"T\" has no auto-key ike-gateway\n"
	    "f:1:25: warning: no tunnel uses gateway \"g\"\n");
}

static void test_utf16(void **state)
{
	static char little[] = "\xff\xfes\0e\0t\0\n", big[] = "\xfe\xff\0s\0e\0t\0\n";
	struct conf_report report = { 0 };

	(void)state;
	bad(little, "f:1:1: the file is UTF-16: save it as UTF-8\n");
	/* All of it is passed over. */
	assert_null(conf_parse(little, sizeof(little), &report));
	assert_null(conf_parse(big, sizeof(big), &report));
	assert_int_equal(report.errors, 2);
}

static void test_no_break_spaces(void **state)
{
	(void)state;
	/* Nothing is said to be missing because its line could not be read. */
	bad(GATEWAY "peer-address" NBSP "ip 192.0.2.9\n" KEY DEVICE VIA,
	    "f:1:39: character U+00A0 is a no-break space: write a plain blank\n");
	bad(PEER KEY TUNNEL "tunnel-interface" NBSP "tunnel.1\n" VIA,
	    "f:3:44: character U+00A0 is a no-break space: write a plain blank\n");
	bad(PEER KEY DEVICE TUNNEL "auto-key ike-gateway " NBSP "g\n",
	    "f:4:49: character U+00A0 is a no-break space: write a plain blank\n");
	bad("set" NBSP "network ike\n",
	    "f:1:4: character U+00A0 is a no-break space: write a plain blank\n");
	bad(BASE TUNNEL "comment \"two words\"" NBSP "\n",
	    "f:5:47: character U+00A0 is a no-break space: write a plain blank\n");
	bad(BASE TUNNEL "comment a\xe2\x80\xaf" "b\n",
	    "f:5:37: character U+202F is a narrow no-break space: write a plain blank\n");
	bad(BASE TUNNEL "comment a\xe2\x80\x87" "b\n",
	    "f:5:37: character U+2007 is a figure space: write a plain blank\n");
	bad(BASE TUNNEL "comment a\xe2\x80\x8b" "b\n",
	    "f:5:37: character U+200B is an invisible space: delete it\n");
	/* A list that breaks off is not said to be open, too. */
	bad(BASE "set network ike crypto-profiles ike-crypto-profiles P dh-group [ group14" NBSP
	    "group19 ]\n",
	    "f:5:73: character U+00A0 is a no-break space: write a plain blank\n");
	/* Where a text may have anything, it may have these. */
	good(BASE "#" NBSP "comment\n" TUNNEL "comment \"a" NBSP "b\" # c" NBSP "d\n"
	     GATEWAY "comment Br\xc3\xbc" "cke\n", "");
}

static void test_quotes(void **state)
{
	(void)state;
	bad(BASE GATEWAY "comment 'two words'\n",
	    "f:5:35: single quotes do not quote: use double quotes (\")\n");
	bad(BASE "set network ike gateway 'g' comment x\n",
	    "f:5:25: single quotes do not quote: use double quotes (\")\n");
	bad(BASE GATEWAY "comment \xe2\x80\x9ctwo words\xe2\x80\x9d\n",
	    "f:5:35: character U+201C is a typographic quote: use double quotes (\")\n");
	bad(BASE GATEWAY "comment \xe2\x80\x98two words\xe2\x80\x99\n",
	    "f:5:35: character U+2018 is a typographic quote: use double quotes (\")\n");
	good(BASE GATEWAY "comment \"it's \xe2\x80\x9cquoted\xe2\x80\x9d\"\n"
	     TUNNEL "comment it's\n", "");
	/* A key that cannot be read is not repeated. */
	bad(PEER DEVICE VIA GATEWAY "authentication pre-shared-key key 'S3CR3T'\n",
	    "f:4:61: single quotes do not quote: use double quotes (\")\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_order_mark),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_no_break_spaces),
		cmocka_unit_test(test_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
