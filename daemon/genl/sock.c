// SPDX-License-Identifier: GPL-2.0-or-later
#include "genl/sock.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/pantun.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/secret.h"

#define RECEIVE_BUFFER	(1 << 20)	/* octets; large dumps come in bursts */
/* The kernel makes no message of an answer longer; libnl would ask for the length of each. */
#define ANSWER_MOST	(32 << 10)

/* A request whose answer is being read. */
struct transaction {
	genl_answer *answer;
	void *ctx;
	bool done;
	int error;		/* negative errno of the kernel */
	char *text;
	size_t n;
};

struct nl_sock *genl_sock_open(int protocol)
{
	struct nl_sock *sock = nl_socket_alloc();
	int on = 1, fd, error;

	if (!sock) {
		errno = ENOMEM;
		return NULL;
	}
	errno = 0;
	if (nl_connect(sock, protocol) < 0) {
		error = errno;
		nl_socket_free(sock);
		errno = error ? error : EPROTONOSUPPORT;
		return NULL;
	}
	fd = nl_socket_get_fd(sock);
	/* What an old kernel lacks of these costs explanations, not function. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	nl_socket_set_buffer_size(sock, RECEIVE_BUFFER, 0);
	nl_socket_set_msg_buf_size(sock, ANSWER_MOST);
	return sock;
}

void genl_sock_close(struct nl_sock *sock)
{
	if (sock)
		nl_socket_free(sock);
}

struct nl_msg *genl_begin(int family, uint8_t cmd, int flags, const char *ifname)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg &&
	    genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, cmd,
			PANTUN_GENL_VERSION) &&
	    (!ifname || !nla_put_string(msg, PANTUN_A_IFNAME, ifname)))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/* The text among the attributes behind an ack, @skip octets into its payload. */
static void take_text(struct transaction *t, const struct nlmsghdr *header, int skip)
{
	int left = nlmsg_datalen(header) - skip;
	const struct nlattr *text;

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS) || left <= 0)
		return;
	text = nla_find((const struct nlattr *)((const char *)nlmsg_data(header) + skip), left,
			NLMSGERR_ATTR_MSG);
	if (text && t->n)
		snprintf(t->text, t->n, "%.*s", nla_len(text), (const char *)nla_data(text));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	const struct nlmsghdr *header =
		(const struct nlmsghdr *)((const char *)error - NLMSG_HDRLEN);
	struct transaction *t = arg;
	int skip = sizeof(*error);

	(void)from;
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		skip += (int)NLMSG_ALIGN(error->msg.nlmsg_len) - (int)NLMSG_HDRLEN;
	t->done = true;
	t->error = error->error;
	take_text(t, header, skip);
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct transaction *t = arg;

	(void)msg;
	t->done = true;
	return NL_STOP;
}

/* The end of a dump carries an error of its own. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	const struct nlmsghdr *header = nlmsg_hdr(msg);
	struct transaction *t = arg;

	t->done = true;
	if (nlmsg_datalen(header) < (int)sizeof(t->error))
		return NL_STOP;
	memcpy(&t->error, nlmsg_data(header), sizeof(t->error));
	take_text(t, header, sizeof(t->error));
	return NL_STOP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct transaction *t = arg;

	if (t->answer)
		t->answer(t->ctx, nlmsg_hdr(msg));
	return NL_OK;
}

/* Says what libnl says of @status, which is no error of the kernel's. */
static int failed(char *text, size_t n, int status)
{
	snprintf(text, n, "netlink: %s", nl_geterror(status));
	return -EIO;
}

static int read_answer(struct nl_sock *sock, struct transaction *t)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int status = 0;

	if (!cb)
		return -ENOMEM;
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, t);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, t);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, t);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, t);
	while (status >= 0 && !t->done)
		status = nl_recvmsgs(sock, cb);
	nl_cb_put(cb);
	if (t->error)
		return t->error;
	/* Something changed while it was dumped. */
	if (status == -NLE_DUMP_INTR)
		return -EINTR;
	return status < 0 ? failed(t->text, t->n, status) : 0;
}

int genl_transact(struct nl_sock *sock, struct nl_msg *msg, genl_answer *answer, void *ctx,
		  char *text, size_t n)
{
	struct transaction t = { .answer = answer, .ctx = ctx, .text = text, .n = n };
	int status;

	if (n)
		text[0] = '\0';
	if (!msg)
		return -ENOMEM;
	status = nl_send_auto(sock, msg);
	/* It may hold keys. */
	secret_wipe(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	nlmsg_free(msg);
	if (status < 0)
		return status == -NLE_PERM ? -EPERM : failed(text, n, status);
	return read_answer(sock, &t);
}

void genl_explain(int error, const char *text, char *out, size_t n)
{
	if (*text)
		snprintf(out, n, "%s (%s)", text, strerror(-error));
	else if (error == -EPERM)
		snprintf(out, n, "not permitted: this needs CAP_NET_ADMIN");
	else
		snprintf(out, n, "%s", strerror(-error));
}
