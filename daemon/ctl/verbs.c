// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "ike/core.h"
#include "policy/policy.h"

#define MEMBERS_MAX	3	/* of a request beside "verb" */

/* One request under way. */
struct request {
	const struct ctl_ops *ops;
	json_t *json;
	struct ctl_follow *follow;
};

struct verb {
	const char *name;
	bool changes;			/* needs root */
	const char *members[MEMBERS_MAX];	/* that the request may have */
	json_t *(*answer)(struct request *r);
};

static json_t *refusal(const char *text)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", text);
}

static const char *member(const struct request *r, const char *name)
{
	return json_string_value(json_object_get(r->json, name));
}

/* What a peer sent may be no UTF-8; then the octets outside ASCII are left out. */
static json_t *text_json(const char *text)
{
	json_t *json = json_string(text);
	char plain[1024];
	size_t n = 0;

	if (json)
		return json;
	for (; *text && n < sizeof(plain) - 1; text++)
		if ((unsigned char)*text < 0x80)
			plain[n++] = *text;
	plain[n] = '\0';
	return json_string(plain);
}

static json_t *endpoint_json(const struct endpoint *endpoint)
{
	char text[ADDR_TEXT];

	return json_string(endpoint->addr.family ? endpoint_text(endpoint, text) : "");
}

static json_t *cookie_json(const uint8_t *spi)
{
	char text[17];

	bytes_to_hex(bytes_of(spi, 8), text);
	return json_string(text);
}

static json_t *spi_json(uint32_t spi)
{
	char text[9] = "";

	if (spi)
		snprintf(text, sizeof(text), "%08x", spi);
	return json_string(text);
}

static void add_ike(void *ctx, const struct ike_sa_info *sa)
{
	json_array_append_new(ctx, json_pack(
		"{s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:b, s:I, s:I}",
		"gateway", text_json(sa->gateway), "state", sa->state,
		"role", sa->initiator ? "initiator" : "responder",
		"spi_i", cookie_json(sa->spi_i), "spi_r", cookie_json(sa->spi_r),
		"local", endpoint_json(&sa->local), "remote", endpoint_json(&sa->remote),
		"local_id", text_json(sa->local_id), "remote_id", text_json(sa->remote_id),
		"proposal", sa->proposal, "nat_local", sa->nat_local, "nat_remote", sa->nat_remote,
		"age", (json_int_t)sa->age_seconds, "life", (json_int_t)sa->life_seconds));
}

/* What children and gateways have alike: the last error, and how often what went how. */
static void add_history(json_t *json, const char *last_error, uint64_t error_seconds,
			uint64_t retry_seconds, const struct ike_counts *counts)
{
	json_t *history = json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I}",
				    "last_error", text_json(last_error),
				    "error_age", (json_int_t)error_seconds,
				    "retry", (json_int_t)retry_seconds,
				    "attempts", (json_int_t)counts->attempts,
				    "successes", (json_int_t)counts->successes,
				    "rekeys", (json_int_t)counts->rekeys,
				    "failures", (json_int_t)counts->failures);

	json_object_update(json, history);
	json_decref(history);
}

static void add_child(void *ctx, const struct ike_child_info *child)
{
	json_t *json = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:I, s:I}",
		"gateway", child->gateway, "tunnel", child->tunnel, "interface", child->ifname,
		"proxy", child->proxy, "state", child->state,
		"spi_in", spi_json(child->spi_in), "spi_out", spi_json(child->spi_out),
		"proposal", child->proposal, "ts_local", text_json(child->ts_local),
		"ts_remote", text_json(child->ts_remote),
		"age", (json_int_t)child->age_seconds, "life", (json_int_t)child->life_seconds);

	add_history(json, child->last_error, child->error_seconds, child->retry_seconds,
		    &child->counts);
	json_array_append_new(ctx, json);
}

static void add_gateway(void *ctx, const struct ike_gateway_info *gateway)
{
	json_t *json = json_pack("{s:s, s:s}", "gateway", gateway->gateway,
				 "state", gateway->state);

	add_history(json, gateway->last_error, gateway->error_seconds, gateway->retry_seconds,
		    &gateway->counts);
	json_array_append_new(ctx, json);
}

static json_t *answer_show(struct request *r)
{
	const struct ike_core *core = r->ops->core(r->ops->ctx);
	json_t *ikes = json_array(), *children = json_array(), *gateways = json_array();
	uint64_t now = r->ops->now(r->ops->ctx);
	json_t *daemon;

	daemon = json_pack("{s:s, s:i, s:I, s:o, s:b}", "version", PANTUN_VERSION,
			   "pid", (int)getpid(),
			   "uptime", (json_int_t)((now - r->ops->started) / 1000),
			   "config", text_json(r->ops->config), "kernel", 1);
	ike_core_each_ike(core, now, add_ike, ikes);
	ike_core_each_child(core, now, add_child, children);
	ike_core_each_gateway(core, now, add_gateway, gateways);
	return json_pack("{s:b, s:o, s:o, s:o, s:o}", "ok", 1, "daemon", daemon, "ike_sas", ikes,
			 "children", children, "gateways", gateways);
}

static bool has_manual_key(const struct policy *policy, const char *name)
{
	for (unsigned int i = 0; policy && i < policy->n_manual; i++) {
		const struct policy_tunnel *tunnel = &policy->manual[i].tunnel;

		if (!strcmp(tunnel->name, name) || !strcmp(tunnel->ifname, name))
			return true;
	}
	return false;
}

/* There is no tunnel of that name, or none that IKE has to do with. */
static json_t *no_tunnel(struct request *r, const char *name)
{
	const struct policy *policy = ike_core_policy(r->ops->core(r->ops->ctx));
	char text[384];

	if (has_manual_key(policy, name))
		snprintf(text, sizeof(text), "tunnel \"%.64s\" has manual keys: its SAs come "
			 "from the configuration, not from IKE", name);
	else
		snprintf(text, sizeof(text), "there is no tunnel \"%.64s\" in %.200s; "
			 "\"pantunctl show\" lists them", name, r->ops->config);
	return refusal(text);
}

static json_t *no_gateway(struct request *r, const char *name)
{
	char text[384];

	snprintf(text, sizeof(text), "there is no gateway \"%.64s\" in %.200s; "
		 "\"pantunctl show ike-sa\" lists them", name, r->ops->config);
	return refusal(text);
}

static json_t *answer_initiate(struct request *r)
{
	const char *tunnel = member(r, "tunnel");
	struct ike_standing standing =
		ike_core_standing(r->ops->core(r->ops->ctx), tunnel);
	int count = r->ops->initiate(r->ops->ctx, tunnel);

	if (count < 0)
		return no_tunnel(r, tunnel ? tunnel : "");
	log_info(NULL, "test of %s by command: %d negotiation%s started",
		 tunnel ? tunnel : "all tunnels", count, text_plural((unsigned int)count));
	return json_pack("{s:b, s:i, s:i, s:i}", "ok", 1, "count", count,
			 "up", (int)standing.up, "passive", (int)standing.passive);
}

static json_t *answer_clear(struct request *r)
{
	const char *what = member(r, "what"), *name = member(r, "name");
	bool ike = what && !strcmp(what, "ike-sa");
	int count;

	if (!ike && (!what || strcmp(what, "ipsec-sa") != 0))
		return refusal("what to clear is \"ike-sa\" or \"ipsec-sa\"");
	if (ike)
		count = r->ops->clear_ike(r->ops->ctx, name);
	else
		count = r->ops->clear_ipsec(r->ops->ctx, name);
	if (count < 0)
		return ike ? no_gateway(r, name ? name : "") : no_tunnel(r, name ? name : "");
	log_info(NULL, "clear %s of %s by command: %d SA%s deleted", what,
		 name ? name : ike ? "all gateways" : "all tunnels", count,
		 text_plural((unsigned int)count));
	return json_pack("{s:b, s:i}", "ok", 1, "count", count);
}

void ctl_reloaded_free(struct ctl_reloaded *said)
{
	free(said->errors);
	free(said->warnings);
	free(said->changes);
	memset(said, 0, sizeof(*said));
}

/* An array of the lines of @text, which are cut apart. */
static json_t *lines_json(char *text)
{
	json_t *lines = json_array();
	char *rest = NULL;

	for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest))
		json_array_append_new(lines, text_json(line));
	return lines;
}

static json_t *answer_reload(struct request *r)
{
	struct ctl_reloaded said = { 0 };
	json_t *json;

	if (!r->ops->reload(r->ops->ctx, &said))
		json = json_pack("{s:b, s:o, s:o}", "ok", 1, "changes", lines_json(said.changes),
				 "warnings", lines_json(said.warnings));
	else
		json = json_pack("{s:b, s:o}", "ok", 0, "error",
				 text_json(said.errors ? said.errors : "out of memory"));
	ctl_reloaded_free(&said);
	return json;
}

static json_t *answer_monitor(struct request *r)
{
	r->follow->monitor = true;
	return json_pack("{s:b}", "ok", 1);
}

/* Which network namespace the kernel is asked in, for askers who may be in another one. */
static json_t *netns_json(int fd)
{
	uint64_t cookie;
	socklen_t n = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &n))
		return NULL;
	return json_integer((json_int_t)cookie);
}

static json_t *answer_kernel(struct request *r)
{
	const char *what = member(r, "what");
	int fd = what ? r->ops->kernel(r->ops->ctx, what) : -EINVAL;

	if (fd == -EINVAL)
		return refusal("what to read is \"tunnel\", \"proxy-id\", \"ipsec-sa\", "
			       "\"monitor\", \"module\" or \"events\"");
	if (fd < 0)
		return refusal(strerror(-fd));
	r->follow->kernel = fd;
	return json_pack("{s:b, s:o*}", "ok", 1, "netns", netns_json(fd));
}

static const struct verb verbs[] = {
	{ "show", false, { NULL }, answer_show },
	{ "monitor", false, { NULL }, answer_monitor },
	{ "kernel", false, { "what" }, answer_kernel },
	{ "initiate", true, { "tunnel" }, answer_initiate },
	{ "clear", true, { "what", "name" }, answer_clear },
	{ "reload", true, { NULL }, answer_reload },
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; name && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static bool may_have(const struct verb *verb, const char *name)
{
	if (!strcmp(name, "verb"))
		return true;
	for (int i = 0; i < MEMBERS_MAX && verb->members[i]; i++)
		if (!strcmp(verb->members[i], name))
			return true;
	return false;
}

/* Why the request cannot be served, or NULL. */
static const char *wrong(const struct verb *verb, json_t *json, bool may_change)
{
	const char *name;
	json_t *value;

	if (!verb)
		return "unknown verb";
	if (verb->changes && !may_change)
		return "that needs root; members of the socket's group may look: show, monitor";
	json_object_foreach(json, name, value)
		if (!may_have(verb, name) || !json_is_string(value))
			return "the request has an unknown member";
	return NULL;
}

json_t *ctl_answer(const struct ctl_ops *ops, struct bytes request, bool may_change,
		   struct ctl_follow *follow)
{
	struct request r = { .ops = ops, .follow = follow };
	const struct verb *verb;
	const char *reason;
	json_t *answer;

	*follow = (struct ctl_follow){ .kernel = -1 };
	r.json = json_loadb((const char *)request.p, request.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(r.json)) {
		json_decref(r.json);
		return refusal("the request is not a JSON object");
	}
	verb = find_verb(member(&r, "verb"));
	reason = wrong(verb, r.json, may_change);
	answer = reason ? refusal(reason) : verb->answer(&r);
	json_decref(r.json);
	return answer;
}

static json_t *optional_json(const char *text)
{
	return *text ? text_json(text) : json_null();
}

json_t *ctl_event_json(const struct ike_event *event, double time)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:f}", "event", event->kind,
			 "gateway", optional_json(event->gateway),
			 "tunnel", optional_json(event->tunnel),
			 "proxy", optional_json(event->proxy),
			 "text", optional_json(event->text), "time", time);
}
