// SPDX-License-Identifier: GPL-2.0
/* The module's work queue: made first, ended last. */
#include <linux/rcupdate.h>
#include "core/work.h"

struct workqueue_struct *pantun_wq;

/**
 * pantun_work_start - makes the work queue
 *
 * Return: 0 or -ENOMEM.
 * Context: process, loading the module.
 */
int pantun_work_start(void)
{
	pantun_wq = alloc_workqueue("pantun", 0, 0);
	return pantun_wq ? 0 : -ENOMEM;
}

/**
 * pantun_work_stop - waits for all work and frees the queue
 *
 * Context: process, unloading the module; nothing queues work any more but RCU callbacks.
 */
void pantun_work_stop(void)
{
	/* callbacks that queue work after a grace period have done so afterwards */
	rcu_barrier();
	destroy_workqueue(pantun_wq);
}
