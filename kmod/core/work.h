/* SPDX-License-Identifier: GPL-2.0 */
/* The module's work queue. */
#ifndef _PANTUN_WORK_H
#define _PANTUN_WORK_H

#include <linux/workqueue.h>

/* For all work of the module, above all freeing in process context after a grace period. */
extern struct workqueue_struct *pantun_wq;

int pantun_work_start(void);
void pantun_work_stop(void);

#endif
