// SPDX-License-Identifier: GPL-2.0-or-later
#include "msg/fetch_msg.h"

#include <sys/socket.h>

#include "msg/msg.h"

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

/* A type is of letters, digits and the like: no line of a header can follow it. */
static bool is_type(const char *type)
{
	for (; *type; type++)
		if (*type <= ' ' || *type > '~')
			return false;
	return true;
}

bool http_request_whole(const struct http_request *request, size_t n)
{
	return n == sizeof(*request) + request->n && request->ticket && request->most &&
	       request->most <= HTTP_MOST && request->ms && request->ms <= HTTP_MS_MOST &&
	       request->local <= 1 && msg_text_ok(request->type, sizeof(request->type)) &&
	       is_type(request->type) && !request->n == !request->type[0] &&
	       msg_text_ok(request->url, sizeof(request->url));
}

bool http_result_whole(const struct http_result *result, size_t n)
{
	return n == sizeof(*result) + result->n && result->ticket &&
	       msg_text_ok(result->why, sizeof(result->why)) && !(result->n && result->why[0]);
}
