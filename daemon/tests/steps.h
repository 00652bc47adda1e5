/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much work something is, as a number that does not depend on the machine.  A step is a basic
 * block of the daemon's base/, ctl/, engine/, ike/, kern/, loop/ and policy/, or of the tools,
 * which the compiler has instrumented for that; the other parts, libraries and the tests
 * themselves do not count.  A loop takes a step each turn.
 */
#ifndef PANTUN_TESTS_STEPS_H
#define PANTUN_TESTS_STEPS_H

#include <stdint.h>

/* Steps since the process began. */
uint64_t steps(void);

#endif
