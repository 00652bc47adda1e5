// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl_relay.h"
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/bytes.h"
#include "ctl_client.h"

#define NONSENSE	"pantund's answer makes no sense"

/*
 * Links are asked for in our own network namespace, so the tunnels must be of that one.  There is
 * one module for all of them.
 */
static bool same_netns(const char *what, json_t *answer)
{
	json_t *theirs = json_object_get(answer, "netns");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t ours;
	socklen_t n = sizeof(ours);
	bool known = fd >= 0 && !getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &ours, &n);

	if (fd >= 0)
		close(fd);
	return !known || !theirs || json_integer_value(theirs) == (json_int_t)ours ||
	       !strcmp(what, "module");
}

bool nl_relay_ask(int fd, const char *what, char *error)
{
	json_t *answer = ctl_exchange(fd, json_pack("{s:s, s:s}", "verb", "kernel", "what", what),
				      error);
	bool good = answer && same_netns(what, answer);

	if (answer && !good)
		text_copy(error, MODEL_ERROR, "pantund runs in another network namespace, and only "
			  "root may ask the kernel about this one");
	json_decref(answer);
	return good;
}

/* The last message of a dump; false with @error where the kernel failed. */
static bool take_end(const struct nlmsghdr *header, char *error)
{
	int code = 0;

	if (nlmsg_datalen(header) >= (int)sizeof(code))
		memcpy(&code, nlmsg_data(header), sizeof(code));
	if (code)
		text_copy(error, MODEL_ERROR, strerror(-code));
	return !code;
}

bool nl_relay_take(void *octets, size_t n, nl_answer *answer, void *ctx, struct nl_relay *relay,
		   char *error)
{
	struct nlmsghdr *header;
	int left = (int)n;

	for (header = octets; nlmsg_ok(header, left); header = nlmsg_next(header, &left)) {
		if (header->nlmsg_flags & NLM_F_DUMP_INTR)
			relay->lost = true;
		if (header->nlmsg_type != NLMSG_DONE && header->nlmsg_type != NLMSG_ERROR) {
			if (header->nlmsg_type >= NLMSG_MIN_TYPE)
				nl_take(header, answer, ctx);
			continue;
		}
		relay->ended = true;
		if (!take_end(header, error))
			return false;
	}
	return true;
}

static bool take_hex(const char *hex, nl_answer *answer, void *ctx, struct nl_relay *relay,
		     char *error)
{
	size_t n = strlen(hex) / 2;
	void *octets = malloc(n + 1);
	bool good = octets && bytes_from_hex(hex, octets, n);

	if (good)
		good = nl_relay_take(octets, n, answer, ctx, relay, error);
	else
		text_copy(error, MODEL_ERROR, NONSENSE);
	free(octets);
	return good;
}

bool nl_relay_read(int fd, nl_answer *answer, void *ctx, struct nl_relay *relay, char *error)
{
	json_t *message = ctl_receive(fd, error);
	const char *hex = json_string_value(json_object_get(message, "netlink"));
	const char *failure = json_string_value(json_object_get(message, "error"));
	bool good = false;

	if (hex)
		good = take_hex(hex, answer, ctx, relay, error);
	else if (json_is_true(json_object_get(message, "lost")))
		good = relay->lost = true;
	else if (message)
		text_copy(error, MODEL_ERROR, failure ? failure : NONSENSE);
	json_decref(message);
	return good;
}

int nl_relay_dump(int fd, const char *what, nl_answer *answer, void *ctx, char *error)
{
	struct nl_relay relay = { 0 };

	if (!nl_relay_ask(fd, what, error))
		return -1;
	while (!relay.ended) {
		if (nl_relay_read(fd, answer, ctx, &relay, error))
			continue;
		if (!*error)
			text_copy(error, MODEL_ERROR, "pantund hung up in the middle of an answer");
		return -1;
	}
	return relay.lost ? -2 : 0;
}
