// SPDX-License-Identifier: GPL-2.0-or-later
#include "pure/monitor_fsm_test.c"
