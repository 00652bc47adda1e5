// SPDX-License-Identifier: GPL-2.0-or-later
#include "pure/classify_test.c"
