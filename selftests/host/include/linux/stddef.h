/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include_next <linux/stddef.h>
