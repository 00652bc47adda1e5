/* SPDX-License-Identifier: GPL-2.0-or-later */
/* URLs that came from elsewhere. */
#ifndef PANTUN_BASE_URL_H
#define PANTUN_BASE_URL_H

#include <stdbool.h>

#include "base/bytes.h"

/*
 * Whether @url, which has no NUL, is one of HTTP, with printable characters alone: it becomes a
 * line of a request.
 */
bool url_is_http(struct bytes url);

#endif
