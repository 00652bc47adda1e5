// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/caps.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct __user_cap_header_struct header(void)
{
	return (struct __user_cap_header_struct){ .version = _LINUX_CAPABILITY_VERSION_3 };
}

static uint64_t join(uint32_t low, uint32_t high)
{
	return low | (uint64_t)high << 32;
}

int caps_of(pid_t pid, struct caps *caps)
{
	struct __user_cap_header_struct head = header();
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	head.pid = pid;
	if (syscall(SYS_capget, &head, data))
		return -1;
	caps->effective = join(data[0].effective, data[1].effective);
	caps->permitted = join(data[0].permitted, data[1].permitted);
	caps->inheritable = join(data[0].inheritable, data[1].inheritable);
	return 0;
}

int caps_get(struct caps *caps)
{
	return caps_of(0, caps);
}

int caps_set(const struct caps *caps)
{
	struct __user_cap_header_struct head = header();
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	for (unsigned int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].effective = (uint32_t)(caps->effective >> 32 * i);
		data[i].permitted = (uint32_t)(caps->permitted >> 32 * i);
		data[i].inheritable = (uint32_t)(caps->inheritable >> 32 * i);
	}
	return (int)syscall(SYS_capset, &head, data);
}

bool caps_effective(unsigned int capability)
{
	struct caps caps;

	return !caps_get(&caps) && caps.effective & CAPS(capability);
}

int caps_bound(uint64_t keep)
{
	for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (!(keep & CAPS(i)) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0))
			return -1;
	return 0;
}
