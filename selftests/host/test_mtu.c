// SPDX-License-Identifier: GPL-2.0-or-later
#include "pure/mtu_test.c"
