/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the module could not send a probe of a tunnel's monitor. */
#ifndef PANTUN_GENL_MONITOR_H
#define PANTUN_GENL_MONITOR_H

#include <stdint.h>

#define GENL_NO_SA	"no SA"
#define GENL_NO_SOURCE	"the interface has no address of this family"

/* The words for @error of enum pantun_monitor_error: "" for 0, NULL for one not known here. */
const char *genl_monitor_error(uint32_t error);

#endif
