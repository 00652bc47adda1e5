/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of revoked certificates, which `auth` asks the parent for, and the parent `fetch`. */
#ifndef PANTUN_MSG_LIST_MSG_H
#define PANTUN_MSG_LIST_MSG_H

#include "msg/fetch_msg.h"

struct msg_list_wanted {
	uint64_t ticket;	/* comes back with the list; never 0 */
	uint32_t ms;		/* that it may take */
	uint32_t reserved;
	char url[URL_ROOM];
};

struct msg_list {
	uint64_t ticket;
	uint32_t n;		/* octets of the list, as they came */
	char why[HTTP_WHY];	/* why there is none; "": there is one */
	uint32_t reserved;
	uint8_t octets[];
};

#endif
