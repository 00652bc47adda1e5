/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netlink attributes into the model. */
#ifndef PANTUN_TOOLS_NL_PARSE_H
#define PANTUN_TOOLS_NL_PARSE_H

#include <netlink/attr.h>
#include "model.h"

/* From the top-level attributes; false where the object's nest is missing or broken. */
bool nl_parse_tunnel(struct nlattr **attrs, struct tunnel *tunnel);
bool nl_parse_proxy(struct nlattr **attrs, struct proxy *proxy);
bool nl_parse_sa(struct nlattr **attrs, struct sa *sa);
bool nl_parse_monitor(struct nlattr **attrs, struct tunnel_monitor *monitor);

struct event {
	uint64_t seq;
	uint32_t kind;			/* enum pantun_event */
	bool has_flow;
	struct genl_selector flow;
};

/* What PANTUN_A_EVENT holds; zeroes where it lacks. */
void nl_parse_event(struct nlattr **attrs, struct event *event);
/* PANTUN_A_IFNAME, "" if absent. */
const char *nl_parse_ifname(struct nlattr **attrs);

#endif
