/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the processes of the daemon may say to each other: one row a type of message, and nobody
 * may say anything that has no row.  Bodies are flat C structs, as all processes run the same
 * program; a struct may be followed by octets whose number it tells.  Zero a body before you
 * fill it: the octets between its members cross the wall, too.
 */
#ifndef PANTUN_MSG_MSG_H
#define PANTUN_MSG_MSG_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets of the longest body.  A socket's send buffer has room for one, whatever else waits. */
#define MSG_MOST	(128 * 1024)

/* Who somebody is.  MSG_CHILD stands in rows alone: anybody but the parent. */
enum msg_role { MSG_PARENT, MSG_IKE, MSG_AUTH, MSG_FETCH, MSG_ROLES, MSG_CHILD = MSG_ROLES };

enum msg_type {
	MSG_READY,	/* set up and confined */
	MSG_STOP,	/* end in order, and soon */
	MSG_PEER,	/* struct msg_peer: an end of a channel to another process */
	MSG_LOG,	/* struct msg_log: a line for the parent to write */
	MSG_AUTH_KEY,	/* struct msg_auth_key: a pre-shared key, for `auth` alone */
	MSG_AUTH_FORGET,	/* struct msg_auth_forget */
	MSG_AUTH_ASK,	/* struct ike_auth_request, with its octets */
	MSG_AUTH_ANSWER,	/* struct ike_auth_answer */

	/* From the parent to ike; bodies are in ike_msg.h and policy_msg.h. */
	MSG_SOCKET,		/* one of IKE's */
	MSG_POLICY_BEGIN,	/* a new configuration; what follows is of it */
	MSG_POLICY_GATEWAY,
	MSG_POLICY_TUNNEL,
	MSG_POLICY_PROXY,
	MSG_POLICY_END,
	MSG_ACQUIRE,		/* the kernel holds a packet */
	MSG_EXPIRE,
	MSG_MOVED,
	MSG_PATH_LOST,		/* struct msg_place; answered by MSG_RENEWED */
	MSG_PATH_BACK,
	MSG_AWAY,
	MSG_ADOPT,
	MSG_SA_RESULT,
	MSG_HEARD,
	MSG_CARRIED,
	MSG_ASK,		/* of the control socket */
	MSG_END,		/* tell peers or not, and then end */
	MSG_TOKEN_KEY,		/* before the first configuration */
	MSG_ROUTES,		/* addresses or routes of this host have changed */

	/* From ike to the parent. */
	MSG_SA,
	MSG_PROXY_FAIL,		/* struct msg_place */
	MSG_RENEWED,
	MSG_POLICY_SET,
	MSG_EVENT,		/* struct ike_event */
	MSG_SHOW_IKE,		/* rows of the answer to MSG_ASK, */
	MSG_SHOW_CHILD,
	MSG_SHOW_GATEWAY,
	MSG_REPLY,		/* which ends with this */
	MSG_STRANGERS,		/* struct ike_strangers */

	MSG_AUTH_MARK,		/* struct msg_auth_mark: comes back as MSG_AUTH_MARKED */
	MSG_AUTH_MARKED,

	/* Names in DNS: ike asks the parent, and the parent `fetch`; bodies are in fetch_msg.h. */
	MSG_NAME,		/* struct name_question, of ike */
	MSG_NAMED,		/* struct name_answer, to ike */
	MSG_SERVERS,		/* struct msg_servers: whom `fetch` is to ask */
	MSG_LOOK_UP,		/* struct name_question, of the parent */
	MSG_LOOKED_UP,		/* struct name_answer, of `fetch` */
	MSG_HTTP,		/* struct http_request, of the parent */
	MSG_HTTP_DONE,		/* struct http_result, of `fetch` */

	/* Certificates. */
	MSG_AUTH_CERT,		/* struct msg_auth_cert, with its octets, for `auth` alone */
	MSG_POLICY_CHAIN,	/* struct msg_chain, with its octets: of the last gateway */
	MSG_LIST_WANTED,	/* struct msg_list_wanted, of `auth` */
	MSG_LIST,		/* struct msg_list, with its octets, to `auth` */
	MSG_TYPES
};

/*
 * Stands before each body in a datagram, which may have several messages one behind the other.
 * Bodies are aligned for any struct, so each takes msg_room() octets with its head.
 */
struct msg_head {
	alignas(max_align_t) uint32_t type;
	uint32_t n;		/* octets of the body */
};

static inline size_t msg_room(size_t n)
{
	size_t more = alignof(max_align_t) - 1;

	return sizeof(struct msg_head) + ((n + more) & ~more);
}

struct msg_row {
	const char *name;
	enum msg_role from, to;
	size_t least, most;	/* octets of its body */
	bool fd;		/* it carries a file descriptor; the others carry none */
	bool config;		/* as much is sent as the configuration has: see CHAN_BEHIND */
};

/* In talk/rows.c, above all folders that have bodies. */
extern const struct msg_row msg_rows[MSG_TYPES];

/* "ike" and the like, for options, log lines and the names of processes. */
const char *msg_role_name(enum msg_role role);
/* The role of that name; MSG_ROLES: there is none. */
enum msg_role msg_role_named(const char *name);
/* A message of @type may go from @from to @to. */
bool msg_goes(enum msg_type type, enum msg_role from, enum msg_role to);
/*
 * NULL: @from may send @to a message of @type with a body of @n octets and @fds file
 * descriptors.  Else what is wrong with it.
 */
const char *msg_check(uint32_t type, enum msg_role from, enum msg_role to, size_t n,
		      unsigned int fds);
/* A text in a body, with @room octets there, ends within them. */
bool msg_text_ok(const char *text, size_t room);

#endif
