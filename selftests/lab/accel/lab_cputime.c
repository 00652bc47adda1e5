// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /proc/lab_cputime: nanoseconds of CPU that the lab kernel has had from its host.
 * The kernel is one thread of a process there; its own clocks show wall time, in
 * which other processes of the host have their share.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/time.h>
#include <linux/time64.h>
#include <asm/unistd.h>

#define HOST_CLOCK_THREAD_CPUTIME	3

struct host_timespec {
	s64 sec;
	s64 nsec;
};

static int show(struct seq_file *file, void *unused)
{
	struct host_timespec now = {};
	long err;

	asm volatile("syscall" : "=a" (err)
		     : "0" (__NR_clock_gettime), "D" (HOST_CLOCK_THREAD_CPUTIME), "S" (&now)
		     : "rcx", "r11", "memory");
	if (err)
		return -EIO;
	seq_printf(file, "%lld\n", now.sec * NSEC_PER_SEC + now.nsec);
	return 0;
}

static int __init cputime_init(void)
{
	return proc_create_single("lab_cputime", 0444, NULL, show) ? 0 : -ENOMEM;
}

static void __exit cputime_exit(void)
{
	remove_proc_entry("lab_cputime", NULL);
}

module_init(cputime_init);
module_exit(cputime_exit);
MODULE_DESCRIPTION("CPU time of the lab kernel");
MODULE_LICENSE("GPL");
