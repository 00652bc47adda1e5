// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl_client.h"
#include <err.h>
#include <errno.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/secret.h"
#include "base/version.h"
#include "ctl_client.h"
#include "nl_relay.h"

#define EVENT_BUFFER	(1 << 20)	/* octets of socket buffer for events */

struct nl_client {
	struct nl_sock *sock;
	int family;
	char error[MODEL_ERROR];
	int code;			/* errno behind it, 0: not the kernel's */
};

/* One request under way. */
struct exchange {
	struct nl_client *client;
	nl_answer *answer;
	void *ctx;
	bool done;
	int code;			/* errno of the kernel, 0 for none */
	char text[MODEL_ERROR / 2];	/* its explanation */
};

const char *nl_error(const struct nl_client *client)
{
	return client->error;
}

bool nl_denied(const struct nl_client *client)
{
	return client->code == EPERM;
}

/* The text behind an error or the end of a dump, if the kernel gave one. */
static void take_extack(struct exchange *x, struct nlattr *attrs, int length)
{
	struct nlattr *text = nla_find(attrs, length, NLMSGERR_ATTR_MSG);

	if (text)
		text_copy(x->text, sizeof(x->text), nla_get_string(text));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct nlmsghdr *header = (struct nlmsghdr *)((char *)error - NLMSG_HDRLEN);
	size_t skip = sizeof(*error);
	struct exchange *x = arg;

	(void)from;
	x->done = true;
	x->code = -error->error;
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(error->msg.nlmsg_len) - sizeof(error->msg);
	skip = NLMSG_ALIGN(skip);
	if (header->nlmsg_flags & NLM_F_ACK_TLVS && skip < (size_t)nlmsg_datalen(header))
		take_extack(x, (struct nlattr *)((char *)error + skip),
			    nlmsg_datalen(header) - (int)skip);
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct exchange *x = arg;

	(void)msg;
	x->done = true;
	return NL_STOP;
}

static int on_dump_end(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct exchange *x = arg;
	int code;

	x->done = true;
	if (nlmsg_datalen(header) < (int)sizeof(code))
		return NL_STOP;
	memcpy(&code, nlmsg_data(header), sizeof(code));
	x->code = -code;
	if (header->nlmsg_flags & NLM_F_ACK_TLVS)
		take_extack(x, (struct nlattr *)((char *)nlmsg_data(header) + sizeof(code)),
			    nlmsg_datalen(header) - (int)sizeof(code));
	return NL_STOP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *header = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attrs[PANTUN_A_MAX + 1];
	struct exchange *x = arg;

	if (nlmsg_hdr(msg)->nlmsg_type != x->client->family || !x->answer)
		return NL_OK;
	if (genlmsg_parse(nlmsg_hdr(msg), 0, attrs, PANTUN_A_MAX, NULL))
		return NL_SKIP;
	x->answer(x->ctx, header->cmd, attrs);
	return NL_OK;
}

/* Notifications answer no request. */
static int on_any_sequence(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

struct nl_msg *nl_begin(const struct nl_client *client, uint8_t cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family, 0, flags, cmd,
				 PANTUN_GENL_VERSION))
		errx(1, "out of memory");
	return msg;
}

static struct nl_cb *exchange_callbacks(struct exchange *x)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	if (!cb)
		errx(1, "out of memory");
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, x);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, x);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_dump_end, x);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, x);
	return cb;
}

/* Says in one line what the kernel did not like. */
static void explain(struct nl_client *client, const struct exchange *x)
{
	if (*x->text)
		snprintf(client->error, sizeof(client->error), "%s (%s)", x->text,
			 strerror(x->code));
	else if (x->code == EPERM)
		snprintf(client->error, sizeof(client->error),
			 "not permitted: this needs CAP_NET_ADMIN");
	else
		snprintf(client->error, sizeof(client->error), "%s", strerror(x->code));
}

int nl_finish(struct nl_client *client, struct nl_msg *msg, nl_answer *answer, void *ctx)
{
	struct exchange x = { .client = client, .answer = answer, .ctx = ctx };
	struct nl_cb *cb = exchange_callbacks(&x);
	int status = nl_send_auto(client->sock, msg);

	secret_wipe(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	nlmsg_free(msg);
	while (status >= 0 && !x.done)
		status = nl_recvmsgs(client->sock, cb);
	nl_cb_put(cb);
	client->code = x.code;
	if (x.done && x.code) {
		explain(client, &x);
		return -1;
	}
	if (status == -NLE_DUMP_INTR)
		return -2;
	if (status < 0) {
		snprintf(client->error, sizeof(client->error), "netlink: %s",
			 nl_geterror(status));
		return -1;
	}
	return 0;
}

/* Finds the module, of whatever version. */
static struct nl_client *connect_module(char *error)
{
	struct nl_client *client = calloc(1, sizeof(*client));
	int on = 1;

	if (!client)
		errx(1, "out of memory");
	client->sock = nl_socket_alloc();
	if (!client->sock)
		errx(1, "out of memory");
	if (genl_connect(client->sock)) {
		snprintf(error, MODEL_ERROR, "generic netlink: %s", strerror(errno));
		nl_client_close(client);
		return NULL;
	}
	setsockopt(nl_socket_get_fd(client->sock), SOL_NETLINK, NETLINK_EXT_ACK, &on,
		   sizeof(on));
	nl_socket_set_buffer_size(client->sock, EVENT_BUFFER, 0);
	client->family = genl_ctrl_resolve(client->sock, PANTUN_GENL_NAME);
	if (client->family < 0) {
		text_copy(error, MODEL_ERROR,
			  "the module is not loaded; modprobe pantun, or insmod kmod/pantun.ko");
		nl_client_close(client);
		return NULL;
	}
	return client;
}

/* @ctx: VERSION_TEXT octets. */
static void on_module(void *ctx, uint8_t cmd, struct nlattr **attrs)
{
	(void)cmd;
	if (attrs[PANTUN_A_MODULE_VERSION])
		text_copy(ctx, VERSION_TEXT, nla_get_string(attrs[PANTUN_A_MODULE_VERSION]));
}

/* False where it may not be asked, or fails. */
static bool ask_version(struct nl_client *client, char *version)
{
	struct nl_msg *msg = nl_begin(client, PANTUN_CMD_MODULE_GET, NLM_F_ACK);

	*version = '\0';
	/* A module that does not know the command does not tell its version. */
	return !nl_finish(client, msg, on_module, version) || client->code == EOPNOTSUPP;
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
	nl_socket_free(client->sock);
	free(client);
}

int nl_subscribe(struct nl_client *client)
{
	static const char *const groups[] = { PANTUN_MCGRP_EVENTS, PANTUN_MCGRP_CONFIG };

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		int group = genl_ctrl_resolve_grp(client->sock, PANTUN_GENL_NAME, groups[i]);
		int status = group < 0 ? group :
					 nl_socket_add_membership(client->sock, group);

		client->code = status == -NLE_PERM ? EPERM : 0;
		if (status < 0) {
			snprintf(client->error, sizeof(client->error),
				 "cannot listen to group %s: %s", groups[i],
				 status == -NLE_PERM ? "this needs CAP_NET_ADMIN" :
						       nl_geterror(status));
			return -1;
		}
	}
	nl_socket_set_nonblocking(client->sock);
	return 0;
}

int nl_fd(const struct nl_client *client)
{
	return nl_socket_get_fd(client->sock);
}

int nl_read_events(struct nl_client *client, nl_answer *event, void *ctx, bool *lost)
{
	struct exchange x = { .client = client, .answer = event, .ctx = ctx };
	struct nl_cb *cb = exchange_callbacks(&x);
	int status;

	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_any_sequence, NULL);
	do {
		status = nl_recvmsgs(client->sock, cb);
	} while (status >= 0);
	nl_cb_put(cb);
	*lost = status == -NLE_NOMEM;
	if (status == -NLE_AGAIN)
		return 0;
	snprintf(client->error, sizeof(client->error), "netlink: %s", nl_geterror(status));
	return -1;
}
