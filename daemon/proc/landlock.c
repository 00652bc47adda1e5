// SPDX-License-Identifier: GPL-2.0-or-later
#include "proc/landlock.h"

#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Headers may be older than the running kernel, so define it here.  A kernel takes the fields that
 * it knows.
 */
struct ruleset {
	uint64_t fs, net, scoped;
};

/* Access rights that can be denied, with the first Landlock ABI version that has them. */
static const struct {
	int version;
	struct ruleset bits;
} known[] = {
	{ 1, { .fs = 0x1fff } },
	{ 2, { .fs = 1 << 13 } },	/* to another directory */
	{ 3, { .fs = 1 << 14 } },	/* truncate */
	{ 4, { .net = 3 } },		/* TCP: bind, connect */
	{ 5, { .fs = 1 << 15 } },	/* ioctl() of devices */
	{ 6, { .scoped = 3 } },		/* abstract sockets, signals */
};

static int version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool landlock_there(void)
{
	return version() >= 1;
}

int landlock_close(bool tcp)
{
	struct ruleset rules = { 0 };
	int last = version(), fd, status;

	if (last < 0)
		return -1;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].version > last)
			break;
		rules.fs |= known[i].bits.fs;
		rules.scoped |= known[i].bits.scoped;
		rules.net |= tcp ? 0 : known[i].bits.net;
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);
	if (fd < 0)
		return -1;
	status = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	close(fd);
	return status;
}
