/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which version of the module is loaded. */
#ifndef PANTUN_GENL_MODULE_H
#define PANTUN_GENL_MODULE_H

#include <stddef.h>

struct nl_sock;

/*
 * Asks the module of @family into @version of VERSION_TEXT octets: "" where it does not tell.  0
 * or a negative errno, with what the kernel said of it in @text of @n octets.
 */
int genl_module_version(struct nl_sock *sock, int family, char *version, char *text, size_t n);

#endif
