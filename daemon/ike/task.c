// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/task.h"

#include <stdlib.h>

#include "ike/agenda.h"
#include "ike/gateway.h"

struct task *task_new(enum task_kind kind)
{
	struct task *task = calloc(1, sizeof(*task));

	if (task)
		task->kind = kind;
	return task;
}

/* The proxy-ID that it was for may get another. */
void task_leave_slot(struct task *task)
{
	if (!task->slot)
		return;
	task->slot->queued = false;
	slot_ended(task->slot);
	task->slot = NULL;
}

void task_free(struct task *task)
{
	if (!task)
		return;
	task_leave_slot(task);
	dh_free(task->dh);
	chain_free(task->chain);
	free(task->offered);
	secret_wipe(task, sizeof(*task));
	free(task);
}
