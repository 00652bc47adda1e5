/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family, for main.c alone. */
#ifndef _PANTUN_NL_H
#define _PANTUN_NL_H

int pantun_nl_register(void);
void pantun_nl_unregister(void);

#endif
