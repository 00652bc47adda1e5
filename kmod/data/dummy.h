/* SPDX-License-Identifier: GPL-2.0 */
/* Dummy packets (RFC 4303 section 2.6), so that nobody learns when there is traffic. */
#ifndef _PANTUN_DUMMY_H
#define _PANTUN_DUMMY_H

struct work_struct;

/* tunnel->dummy_work: sends one by every outbound SA, and again after the interval. */
void pantun_dummy_work(struct work_struct *work);

#endif
