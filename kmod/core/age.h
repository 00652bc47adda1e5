/* SPDX-License-Identifier: GPL-2.0 */
/* What becomes of SAs by their age alone, without a packet. */
#ifndef _PANTUN_AGE_H
#define _PANTUN_AGE_H

struct work_struct;

/* tunnel->age_work: limits in seconds, reservations and former paths, without traffic. */
void pantun_age_work(struct work_struct *work);

#endif
