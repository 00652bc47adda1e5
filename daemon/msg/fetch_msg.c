// SPDX-License-Identifier: GPL-2.0-or-later
#include "msg/fetch_msg.h"

#include <sys/socket.h>

bool name_answer_whole(const struct name_answer *answer)
{
	if (!answer->ticket || answer->failure >= NAME_FAILURES || answer->n > NAME_ADDRS ||
	    !answer->n == !answer->failure)
		return false;
	for (unsigned int i = 0; i < answer->n; i++)
		if (answer->addrs[i].family != AF_INET && answer->addrs[i].family != AF_INET6)
			return false;
	return true;
}

const char *name_failure_text(enum name_failure failure)
{
	static const char *const texts[NAME_FAILURES] = {
		[NAME_FOUND] = "found",
		[NAME_UNKNOWN] = "there is no such name",
		[NAME_BARE] = "it has no address",
		[NAME_UNANSWERED] = "the name server does not answer, or fails",
		[NAME_REFUSED] = "the name server does not say",
	};

	return texts[failure];
}
