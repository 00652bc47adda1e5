/* SPDX-License-Identifier: GPL-2.0 */
/* The way in from GRO, before the IP layer. */
#ifndef _PANTUN_GRO_H
#define _PANTUN_GRO_H

int pantun_gro_register(void);
void pantun_gro_unregister(void);

#endif
