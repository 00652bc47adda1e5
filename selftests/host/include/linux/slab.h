/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's allocations, out of the C library's. */
#ifndef _HOST_LINUX_SLAB_H
#define _HOST_LINUX_SLAB_H

#include <stdlib.h>

#define kzalloc(size, flags)		calloc(1, size)
#define kvcalloc(count, size, flags)	calloc(count, size)
#define kfree(p)			free(p)
#define kvfree(p)			free(p)

#endif
