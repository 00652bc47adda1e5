// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl_client.h"
#include <err.h>
#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/version.h"
#include "ctl_client.h"
#include "genl/attr.h"
#include "genl/module.h"
#include "genl/read.h"
#include "genl/sock.h"
#include "nl_relay.h"

#define EVENT_BUFFER	(1 << 20)	/* octets of socket buffer for events */
#define DATAGRAM_MAX	32768		/* octets; the kernel makes none that are larger */

struct nl_client {
	struct nl_sock *sock;
	int family;
	int events;			/* a socket of its own; -1: not listening */
	char error[MODEL_ERROR];
	int code;			/* errno behind it, 0: not the kernel's */
};

const char *nl_error(const struct nl_client *client)
{
	return client->error;
}

bool nl_denied(const struct nl_client *client)
{
	return client->code == EPERM;
}

bool nl_missing(const struct nl_client *client)
{
	return client->code == ENODEV;
}

struct nl_msg *nl_begin(const struct nl_client *client, uint8_t cmd, int flags,
			const char *ifname)
{
	struct nl_msg *msg = genl_begin(client->family, cmd, flags, ifname);

	if (!msg)
		errx(1, "out of memory");
	return msg;
}

/* What is to be done with answers. */
struct taker {
	nl_answer *answer;
	void *ctx;
};

static void on_answer(void *ctx, struct nlmsghdr *header)
{
	const struct taker *taker = ctx;

	nl_take(header, taker->answer, taker->ctx);
}

/* 0, or -1 with @error and what the kernel @said of it in words. */
static int settle(struct nl_client *client, int error, const char *said)
{
	client->code = -error;
	if (!error)
		return 0;
	genl_explain(error, said, client->error, sizeof(client->error));
	return -1;
}

int nl_finish(struct nl_client *client, struct nl_msg *msg, nl_answer *answer, void *ctx)
{
	struct taker taker = { .answer = answer, .ctx = ctx };
	char said[GENL_TEXT];
	int error = genl_transact(client->sock, msg, answer ? on_answer : NULL, &taker, said,
				  sizeof(said));

	if (!settle(client, error, said))
		return 0;
	return error == -EINTR ? -2 : -1;
}

/* Finds the module, of whatever version. */
static struct nl_client *connect_module(char *error)
{
	struct nl_client *client = calloc(1, sizeof(*client));

	if (!client)
		errx(1, "out of memory");
	client->events = -1;
	client->sock = genl_sock_open(NETLINK_GENERIC);
	if (!client->sock) {
		snprintf(error, MODEL_ERROR, "generic netlink: %s", strerror(errno));
		nl_client_close(client);
		return NULL;
	}
	client->family = genl_ctrl_resolve(client->sock, PANTUN_GENL_NAME);
	if (client->family < 0) {
		text_copy(error, MODEL_ERROR, GENL_NOT_LOADED);
		nl_client_close(client);
		return NULL;
	}
	return client;
}

/* False where it may not be asked, or fails. */
static bool ask_version(struct nl_client *client, char *version)
{
	char said[GENL_TEXT];

	return !settle(client, genl_module_version(client->sock, client->family, version, said,
						   sizeof(said)), said);
}

struct nl_client *nl_client_open(char *error)
{
	struct nl_client *client = connect_module(error);
	char version[VERSION_TEXT], text[MODEL_ERROR];

	/* What may not ask for the version may do nothing else, and is told so there. */
	if (!client || !ask_version(client, version))
		return client;
	if (version_of_module("pantunctl", version, text, sizeof(text)) == VERSION_FOREIGN) {
		text_copy(error, MODEL_ERROR, text);
		nl_client_close(client);
		return NULL;
	}
	if (*text)
		fprintf(stderr, "pantunctl: warning: %s\n", text);
	return client;
}

static void on_module(void *ctx, uint8_t cmd, struct nlattr **attrs)
{
	(void)cmd;
	genl_attr_text(attrs[PANTUN_A_MODULE_VERSION], ctx, VERSION_TEXT);
}

static void version_by_daemon(const char *ctl, char *version, char *error)
{
	int fd = ctl_connect(ctl, error);

	if (fd < 0)
		return;
	if (!nl_relay_dump(fd, "module", on_module, version, error))
		*error = '\0';
	close(fd);
}

void nl_module_version(const char *ctl, char *version, char *error)
{
	struct nl_client *client = connect_module(error);

	if (!client)
		return;
	if (ask_version(client, version))
		*error = '\0';
	else if (nl_denied(client))
		version_by_daemon(ctl, version, error);
	else
		text_copy(error, MODEL_ERROR, nl_error(client));
	nl_client_close(client);
}

void nl_client_close(struct nl_client *client)
{
	if (!client)
		return;
	if (client->events >= 0)
		close(client->events);
	genl_sock_close(client->sock);
	free(client);
}

int nl_subscribe(struct nl_client *client)
{
	const int room = EVENT_BUFFER;

	client->events = genl_read_open(client->sock, client->family, "events");
	client->code = client->events < 0 ? -client->events : 0;
	if (client->code) {
		snprintf(client->error, sizeof(client->error), "cannot listen to events: %s",
			 nl_denied(client) ? "this needs CAP_NET_ADMIN" : strerror(client->code));
		return -1;
	}
	setsockopt(client->events, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return 0;
}

int nl_fd(const struct nl_client *client)
{
	return client->events;
}

int nl_read_events(struct nl_client *client, nl_answer *event, void *ctx, bool *lost)
{
	_Alignas(struct nlmsghdr) char datagram[DATAGRAM_MAX];
	struct nl_relay relay = { 0 };
	ssize_t n;

	for (;;) {
		n = recv(client->events, datagram, sizeof(datagram), 0);
		if (n >= 0)
			nl_relay_take(datagram, (size_t)n, event, ctx, &relay, client->error);
		else if (errno != EINTR)
			break;
	}
	*lost = errno == ENOBUFS;
	if (errno == EAGAIN)
		return 0;
	snprintf(client->error, sizeof(client->error), "netlink: %s", strerror(errno));
	return -1;
}
