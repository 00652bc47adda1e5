/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The collision matrix: what may cross what, by the names that strongSwan gave its cases.  Each
 * suite is a test of its own, test_crossing_SUITE.c, which plays exactly those that its row has;
 * test_crossings.c counts them all.
 */
#ifndef PANTUN_TESTS_CROSSINGS_H
#define PANTUN_TESTS_CROSSINGS_H

#define CROSSINGS_MOST	32	/* of a suite */

struct crossings {
	const char *suite;
	const char *names[CROSSINGS_MOST];	/* ended by NULL */
	/* Those that need what is not spoken: RFC 6311. */
	const char *unspoken[CROSSINGS_MOST];
};

#define CROSSINGS_SUITES	7
#define CROSSINGS_ALL		69

extern const struct crossings crossings[CROSSINGS_SUITES];

#endif
