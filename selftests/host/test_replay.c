// SPDX-License-Identifier: GPL-2.0-or-later
#include "pure/replay_test.c"
