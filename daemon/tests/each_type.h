/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handlers of a channel are not told what type their message is, as each is for one.  Where a
 * test wants to see all types with one function, took(ctx, type, body, fd), it defines it and
 * includes this file, which has a handler for each type that calls it.
 */
#ifndef PANTUN_TESTS_EACH_TYPE_H
#define PANTUN_TESTS_EACH_TYPE_H

#include "msg/chan.h"

#define EACH_TYPE(X) \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) \
	X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) \
	X(30) X(31) X(32) X(33) X(34) X(35) X(36) X(37) X(38) X(39) X(40) X(41) X(42) X(43) \
	X(44) X(45) X(46) X(47) X(48) X(49) X(50) X(51) X(52) X(53) X(54) X(55) X(56) X(57) \
	X(58) X(59) X(60) X(61) X(62) X(63)

#define EACH_TYPE_FUNCTION(type) \
	static void take_##type(void *ctx, struct bytes body, int fd) \
	{ \
		took(ctx, type, body, fd); \
	}
#define EACH_TYPE_POINTER(type)	take_##type,

EACH_TYPE(EACH_TYPE_FUNCTION)

static chan_handler *const each_type[] = { EACH_TYPE(EACH_TYPE_POINTER) };

_Static_assert(MSG_TYPES <= sizeof(each_type) / sizeof(*each_type), "EACH_TYPE ends too early");

#endif
