// SPDX-License-Identifier: GPL-2.0-or-later
#include "selector_test.c"
