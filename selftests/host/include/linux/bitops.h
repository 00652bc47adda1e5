/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _HOST_LINUX_BITOPS_H
#define _HOST_LINUX_BITOPS_H

#define __ffs64(word)	((unsigned int)__builtin_ctzll(word))

#endif
