/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The version of all parts, MAJOR.MINOR.PATCH: the module, the daemon and the tool.
 * Parts of one major version understand one another.
 */
#ifndef _UAPI_PANTUN_VERSION_H
#define _UAPI_PANTUN_VERSION_H

#define PANTUN_VERSION	"0.1.0"

#endif
