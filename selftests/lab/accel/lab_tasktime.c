// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /proc/lab_tasktime: write a process id to it, and it counts the CPU time that this process
 * and its descendants get from the lab kernel's host, threads included.  It reads as
 * nanoseconds in user space and nanoseconds in the kernel.
 *
 * The lab kernel has no clock but a tick of 10 ms, and what a tick wakes is over before the
 * next one.  On the host, though, each address space of the lab is a process of its own, and
 * the kernel a thread: their clocks are exact, and do not count what others there do.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/time64.h>
#include <linux/tracepoint.h>
#include <asm/unistd.h>

#define HOST_CLOCK_THREAD_CPUTIME	3
#define HOST_CLOCK_OF(pid)		((~(long)(pid) << 3) | 2)

struct host_timespec {
	s64 sec;
	s64 nsec;
};

static struct tracepoint *switched;
static pid_t watched;
static s64 in_kernel, last;

static s64 host_clock(long which)
{
	struct host_timespec now = {};
	long err;

	asm volatile("syscall" : "=a" (err)
		     : "0" (__NR_clock_gettime), "D" (which), "S" (&now)
		     : "rcx", "r11", "memory");
	return err ? 0 : now.sec * NSEC_PER_SEC + now.nsec;
}

/* Within rcu_read_lock(). */
static bool is_watched(const struct task_struct *task)
{
	while (task->tgid > 1) {
		if (task->tgid == watched)
			return true;
		task = rcu_dereference(task->real_parent);
	}
	return false;
}

/* The kernel has one CPU, so nobody else is here. */
static void charge(const struct task_struct *task)
{
	s64 now = host_clock(HOST_CLOCK_THREAD_CPUTIME);

	rcu_read_lock();
	if (is_watched(task))
		in_kernel += now - last;
	rcu_read_unlock();
	last = now;
}

static void on_switch(void *unused, bool preempt, struct task_struct *prev,
		      struct task_struct *next, unsigned int prev_state)
{
	charge(prev);
}

static s64 in_user(void)
{
	struct task_struct *task;
	s64 sum = 0;

	rcu_read_lock();
	for_each_process(task) {
		if (!is_watched(task))
			continue;
		task_lock(task);
		if (task->mm)
			sum += host_clock(HOST_CLOCK_OF(task->mm->context.id.pid));
		task_unlock(task);
	}
	rcu_read_unlock();
	return sum;
}

static int show(struct seq_file *file, void *unused)
{
	charge(current);
	seq_printf(file, "%lld %lld\n", in_user(), in_kernel);
	return 0;
}

static int tasktime_open(struct inode *inode, struct file *file)
{
	return single_open(file, show, NULL);
}

static ssize_t tasktime_write(struct file *file, const char __user *text, size_t n, loff_t *at)
{
	pid_t pid;
	int err = kstrtoint_from_user(text, n, 10, &pid);

	if (err)
		return err;
	charge(current);
	watched = pid;
	in_kernel = 0;
	return n;
}

static const struct proc_ops tasktime_ops = {
	.proc_open = tasktime_open,
	.proc_read = seq_read,
	.proc_write = tasktime_write,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static void find_switched(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, "sched_switch"))
		switched = tp;
}

static int __init tasktime_init(void)
{
	int err;

	for_each_kernel_tracepoint(find_switched, NULL);
	if (!switched)
		return -ENOENT;
	if (!proc_create("lab_tasktime", 0600, NULL, &tasktime_ops))
		return -ENOMEM;
	err = tracepoint_probe_register(switched, on_switch, NULL);
	if (err)
		remove_proc_entry("lab_tasktime", NULL);
	return err;
}

static void __exit tasktime_exit(void)
{
	tracepoint_probe_unregister(switched, on_switch, NULL);
	tracepoint_synchronize_unregister();
	remove_proc_entry("lab_tasktime", NULL);
}

module_init(tasktime_init);
module_exit(tasktime_exit);
MODULE_DESCRIPTION("CPU time of a process of the lab");
MODULE_LICENSE("GPL");
