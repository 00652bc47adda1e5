// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor_fsm_test.c"
