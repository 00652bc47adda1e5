// SPDX-License-Identifier: GPL-2.0-or-later
#include "pure/selector_test.c"
