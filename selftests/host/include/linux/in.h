/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C library's, as the two do not go together. */
#include <netinet/in.h>
