// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may say what to whom, and how long it is. */
#include "msg/auth_msg.h"
#include "msg/basic.h"
#include "msg/fetch_msg.h"
#include "msg/list_msg.h"
#include "msg/msg.h"
#include "talk/ike_msg.h"
#include "talk/policy_msg.h"

#define EXACTLY(n)	.least = (n), .most = (n)
#define TO_IKE(what, body)	\
	{ .name = (what), .from = MSG_PARENT, .to = MSG_IKE, EXACTLY(sizeof(struct body)) }
#define CONFIG_TO_IKE(what, body)	\
	{ .name = (what), .from = MSG_PARENT, .to = MSG_IKE, EXACTLY(sizeof(struct body)), \
	  .config = true }
#define FROM_IKE(what, body)	\
	{ .name = (what), .from = MSG_IKE, .to = MSG_PARENT, EXACTLY(sizeof(struct body)) }

const struct msg_row msg_rows[MSG_TYPES] = {
	[MSG_READY] = { .name = "READY", .from = MSG_CHILD, .to = MSG_PARENT },
	[MSG_STOP] = { .name = "STOP", .from = MSG_PARENT, .to = MSG_CHILD },
	[MSG_PEER] = { .name = "PEER", .from = MSG_PARENT, .to = MSG_CHILD,
		       EXACTLY(sizeof(struct msg_peer)), .fd = true },
	[MSG_LOG] = { .name = "LOG", .from = MSG_CHILD, .to = MSG_PARENT,
		      EXACTLY(sizeof(struct msg_log)) },
	[MSG_SOCKET] = { .name = "SOCKET", .from = MSG_PARENT, .to = MSG_IKE,
			 EXACTLY(sizeof(struct msg_socket)), .fd = true },
	[MSG_POLICY_BEGIN] = TO_IKE("POLICY_BEGIN", msg_policy),
	[MSG_POLICY_GATEWAY] = CONFIG_TO_IKE("POLICY_GATEWAY", msg_gateway),
	[MSG_POLICY_CHAIN] = { .name = "POLICY_CHAIN", .from = MSG_PARENT, .to = MSG_IKE,
			       .least = sizeof(struct msg_chain),
			       .most = sizeof(struct msg_chain) + AUTH_CERT_MOST,
			       .config = true },
	[MSG_POLICY_TUNNEL] = CONFIG_TO_IKE("POLICY_TUNNEL", msg_tunnel),
	[MSG_POLICY_PROXY] = CONFIG_TO_IKE("POLICY_PROXY", msg_proxy),
	[MSG_POLICY_END] = { .name = "POLICY_END", .from = MSG_PARENT, .to = MSG_IKE },
	[MSG_ACQUIRE] = TO_IKE("ACQUIRE", msg_acquire),
	[MSG_EXPIRE] = TO_IKE("EXPIRE", msg_expire),
	[MSG_MOVED] = TO_IKE("MOVED", msg_moved),
	[MSG_PATH_LOST] = TO_IKE("PATH_LOST", msg_place),
	[MSG_PATH_BACK] = TO_IKE("PATH_BACK", msg_place),
	[MSG_AWAY] = TO_IKE("AWAY", msg_away),
	[MSG_ADOPT] = TO_IKE("ADOPT", msg_adopt),
	[MSG_SA_RESULT] = TO_IKE("SA_RESULT", msg_sa_result),
	[MSG_HEARD] = TO_IKE("HEARD", msg_heard),
	[MSG_CARRIED] = TO_IKE("CARRIED", msg_carried),
	[MSG_ASK] = TO_IKE("ASK", msg_ask),
	[MSG_END] = TO_IKE("END", msg_end),
	[MSG_TOKEN_KEY] = TO_IKE("TOKEN_KEY", msg_token_key),
	[MSG_ROUTES] = { .name = "ROUTES", .from = MSG_PARENT, .to = MSG_IKE },
	[MSG_SA] = FROM_IKE("SA", msg_sa),
	[MSG_PROXY_FAIL] = FROM_IKE("PROXY_FAIL", msg_place),
	[MSG_RENEWED] = FROM_IKE("RENEWED", msg_renewed),
	[MSG_POLICY_SET] = FROM_IKE("POLICY_SET", msg_policy_set),
	[MSG_EVENT] = FROM_IKE("EVENT", ike_event),
	[MSG_SHOW_IKE] = FROM_IKE("SHOW_IKE", msg_show_ike),
	[MSG_SHOW_CHILD] = FROM_IKE("SHOW_CHILD", msg_show_child),
	[MSG_SHOW_GATEWAY] = FROM_IKE("SHOW_GATEWAY", msg_show_gateway),
	[MSG_REPLY] = FROM_IKE("REPLY", msg_reply),
	[MSG_STRANGERS] = FROM_IKE("STRANGERS", ike_strangers),
	[MSG_AUTH_KEY] = { .name = "AUTH_KEY", .from = MSG_PARENT, .to = MSG_AUTH,
			   EXACTLY(sizeof(struct msg_auth_key)), .config = true },
	[MSG_AUTH_CERT] = { .name = "AUTH_CERT", .from = MSG_PARENT, .to = MSG_AUTH,
			    .least = sizeof(struct msg_auth_cert),
			    .most = sizeof(struct msg_auth_cert) + AUTH_CERT_MOST,
			    .config = true },
	[MSG_AUTH_FORGET] = { .name = "AUTH_FORGET", .from = MSG_PARENT, .to = MSG_AUTH,
			      EXACTLY(sizeof(struct msg_auth_forget)) },
	[MSG_AUTH_MARK] = { .name = "AUTH_MARK", .from = MSG_PARENT, .to = MSG_AUTH,
			    EXACTLY(sizeof(struct msg_auth_mark)) },
	[MSG_AUTH_MARKED] = { .name = "AUTH_MARKED", .from = MSG_AUTH, .to = MSG_PARENT,
			      EXACTLY(sizeof(struct msg_auth_mark)) },
	[MSG_AUTH_ASK] = { .name = "AUTH_ASK", .from = MSG_IKE, .to = MSG_AUTH,
			   .least = sizeof(struct ike_auth_request),
			   .most = sizeof(struct ike_auth_request) + AUTH_OCTETS_MOST },
	[MSG_AUTH_ANSWER] = { .name = "AUTH_ANSWER", .from = MSG_AUTH, .to = MSG_IKE,
			      EXACTLY(sizeof(struct ike_auth_answer)) },
	[MSG_LIST_WANTED] = { .name = "LIST_WANTED", .from = MSG_AUTH, .to = MSG_PARENT,
			      EXACTLY(sizeof(struct msg_list_wanted)) },
	[MSG_LIST] = { .name = "LIST", .from = MSG_PARENT, .to = MSG_AUTH,
		       .least = sizeof(struct msg_list),
		       .most = sizeof(struct msg_list) + HTTP_MOST },
	[MSG_NAME] = FROM_IKE("NAME", name_question),
	[MSG_NAMED] = TO_IKE("NAMED", name_answer),
	[MSG_SERVERS] = { .name = "SERVERS", .from = MSG_PARENT, .to = MSG_FETCH,
			  EXACTLY(sizeof(struct msg_servers)) },
	[MSG_LOOK_UP] = { .name = "LOOK_UP", .from = MSG_PARENT, .to = MSG_FETCH,
			  EXACTLY(sizeof(struct name_question)) },
	[MSG_HTTP] = { .name = "HTTP", .from = MSG_PARENT, .to = MSG_FETCH,
		       .least = sizeof(struct http_request),
		       .most = sizeof(struct http_request) + HTTP_MOST },
	[MSG_HTTP_DONE] = { .name = "HTTP_DONE", .from = MSG_FETCH, .to = MSG_PARENT,
			    .least = sizeof(struct http_result),
			    .most = sizeof(struct http_result) + HTTP_MOST },
	[MSG_LOOKED_UP] = { .name = "LOOKED_UP", .from = MSG_FETCH, .to = MSG_PARENT,
			    EXACTLY(sizeof(struct name_answer)) },
};
