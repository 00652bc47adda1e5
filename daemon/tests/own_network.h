/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network namespace of the test's own. */
#ifndef PANTUN_TESTS_OWN_NETWORK_H
#define PANTUN_TESTS_OWN_NETWORK_H

/*
 * From now on the process is in a new one, where `lo` is up.  Without the right to have one there
 * is nothing to test with: the test is skipped.
 */
void own_network(void);

#endif
