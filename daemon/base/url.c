// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/url.h"

#include <string.h>
#include <strings.h>

#define HTTP	"http://"

bool url_is_http(struct bytes url)
{
	if (url.n < sizeof(HTTP) || strncasecmp((const char *)url.p, HTTP, sizeof(HTTP) - 1) != 0)
		return false;
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~')
			return false;
	return true;
}
