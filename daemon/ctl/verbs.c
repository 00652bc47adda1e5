// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "base/version.h"
#include "ctl/json.h"
#include "ctl/process.h"
#include "ike/info.h"

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
	json_t *(*answer)(struct request *r);	/* NULL: r->follow has a question */
};

static const char *member(const struct request *r, const char *name)
{
	return json_string_value(json_object_get(r->json, name));
}

json_t *verbs_daemon(const struct ctl_ops *ops)
{
	return json_pack("{s:s, s:i, s:I, s:o, s:b}", "version", PANTUN_VERSION,
			 "pid", (int)getpid(),
			 "uptime", (json_int_t)((ops->now(ops->ctx) - ops->started) / 1000),
			 "config", text_json(ops->config), "kernel", 1);
}

/* There is no tunnel of that name, or none that IKE has to do with. */
static json_t *no_tunnel(const struct ctl_ops *ops, const char *name)
{
	char text[384];

	if (ops->manual(ops->ctx, name))
		snprintf(text, sizeof(text), "tunnel \"%.64s\" has manual keys: its SAs come "
			 "from the configuration, not from IKE", name);
	else
		snprintf(text, sizeof(text), "there is no tunnel \"%.64s\" in %.200s; "
			 "\"pantunctl show\" lists them", name, ops->config);
	return refusal_json(text);
}

static json_t *no_gateway(const struct ctl_ops *ops, const char *name)
{
	char text[384];

	snprintf(text, sizeof(text), "there is no gateway \"%.64s\" in %.200s; "
		 "\"pantunctl show ike-sa\" lists them", name, ops->config);
	return refusal_json(text);
}

json_t *verbs_reply(const struct ctl_ops *ops, const struct ctl_question *question,
		    const struct ctl_reply *reply)
{
	if (reply->error == -ENOENT)
		return question->kind == CTL_CLEAR_IKE ? no_gateway(ops, question->name) :
		       no_tunnel(ops, question->name);
	if (reply->error)
		return refusal_json(strerror(-reply->error));
	if (question->kind != CTL_INITIATE)
		return json_pack("{s:b, s:I}", "ok", 1, "count", (json_int_t)reply->count);
	return json_pack("{s:b, s:I, s:I, s:I}", "ok", 1, "count", (json_int_t)reply->count,
			 "up", (json_int_t)reply->up, "passive", (json_int_t)reply->passive);
}

/* Nothing has a name that is longer, or empty: IKE is not asked for it.  @name NULL: all. */
static json_t *ask(struct request *r, enum ctl_kind kind, const char *name)
{
	struct ctl_question *question = &r->follow->question;
	size_t n = name ? strlen(name) : 0;

	if (name && (!n || n >= sizeof(question->name)))
		return kind == CTL_CLEAR_IKE ? no_gateway(r->ops, name) : no_tunnel(r->ops, name);
	*question = (struct ctl_question){ .kind = kind };
	text_copy(question->name, sizeof(question->name), name ? name : "");
	return NULL;
}

static json_t *answer_show(struct request *r)
{
	return ask(r, CTL_SHOW, NULL);
}

static json_t *answer_initiate(struct request *r)
{
	return ask(r, CTL_INITIATE, member(r, "tunnel"));
}

static json_t *answer_clear(struct request *r)
{
	const char *what = member(r, "what");

	if (what && !strcmp(what, "ike-sa"))
		return ask(r, CTL_CLEAR_IKE, member(r, "name"));
	if (what && !strcmp(what, "ipsec-sa"))
		return ask(r, CTL_CLEAR_IPSEC, member(r, "name"));
	return refusal_json("what to clear is \"ike-sa\" or \"ipsec-sa\"");
}

static void add_process(void *to, const struct ctl_process *process)
{
	json_array_append_new(to, process_json(process));
}

/* NULL: there is none. */
static json_t *strangers_json(const struct ike_strangers *strangers)
{
	if (!strangers)
		return NULL;
	return json_pack("{s:I, s:I, s:b, s:I, s:I, s:I, s:I, s:I}",
			 "half_open", (json_int_t)strangers->half_open,
			 "missed", (json_int_t)strangers->missed,
			 "cookies", (int)strangers->cookies,
			 "cookies_from", (json_int_t)strangers->free_most,
			 "per_source", (json_int_t)strangers->source_most,
			 "most", (json_int_t)strangers->most,
			 "asked", (json_int_t)strangers->asked,
			 "dropped", (json_int_t)strangers->dropped);
}

static json_t *answer_daemon(struct request *r)
{
	json_t *processes = json_array();

	r->ops->processes(r->ops->ctx, add_process, processes);
	return json_pack("{s:b, s:s, s:o, s:o*}", "ok", 1, "version", PANTUN_VERSION,
			 "processes", processes,
			 "strangers", strangers_json(r->ops->strangers(r->ops->ctx)));
}

static void add_certificate(void *to, const struct ctl_certificate *certificate)
{
	json_array_append_new(to, json_pack(
		"{s:o, s:I, s:s, s:o, s:o, s:o, s:I, s:I}",
		"gateway", text_json(certificate->gateway),
		"gateways", (json_int_t)certificate->gateways, "use", certificate->use,
		"subject", text_json(certificate->subject),
		"issuer", text_json(certificate->issuer),
		"identities", text_json(certificate->identities),
		"until", (json_int_t)certificate->until, "days", (json_int_t)certificate->days));
}

static json_t *answer_certificates(struct request *r)
{
	json_t *all = json_array();

	r->ops->certificates(r->ops->ctx, add_certificate, all);
	return json_pack("{s:b, s:s, s:o}", "ok", 1, "version", PANTUN_VERSION,
			 "certificates", all);
}

void ctl_reloaded_free(struct ctl_reloaded *said)
{
	free(said->errors);
	free(said->warnings);
	free(said->changes);
	memset(said, 0, sizeof(*said));
}

/* An array of the lines of @text; NULL: of none. */
static json_t *lines_json(const char *text)
{
	char *copy = text ? strdup(text) : NULL, *rest = NULL;
	json_t *lines = json_array();

	for (char *line = copy ? strtok_r(copy, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest))
		json_array_append_new(lines, text_json(line));
	free(copy);
	return lines;
}

json_t *verbs_reloaded(const struct ctl_reloaded *said)
{
	if (said->failed)
		return json_pack("{s:b, s:o}", "ok", 0, "error",
				 text_json(said->errors ? said->errors : "out of memory"));
	return json_pack("{s:b, s:o, s:o}", "ok", 1, "changes", lines_json(said->changes),
			 "warnings", lines_json(said->warnings));
}

static json_t *answer_reload(struct request *r)
{
	return ask(r, CTL_RELOAD, NULL);
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
		return refusal_json("what to read is \"tunnel\", \"proxy-id\", \"ipsec-sa\", "
			       "\"monitor\", \"module\" or \"events\"");
	if (fd < 0)
		return refusal_json(strerror(-fd));
	r->follow->kernel = fd;
	return json_pack("{s:b, s:o*}", "ok", 1, "netns", netns_json(fd));
}

static const struct verb verbs[] = {
	{ "show", false, { NULL }, answer_show },
	{ "daemon", false, { NULL }, answer_daemon },
	{ "certificates", false, { NULL }, answer_certificates },
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

json_t *verbs_answer(const struct ctl_ops *ops, struct bytes request, bool may_change,
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
		return refusal_json("the request is not a JSON object");
	}
	verb = find_verb(member(&r, "verb"));
	reason = wrong(verb, r.json, may_change);
	answer = reason ? refusal_json(reason) : verb->answer(&r);
	json_decref(r.json);
	return answer;
}

static json_t *optional_json(const char *text)
{
	return *text ? text_json(text) : json_null();
}

json_t *verbs_event(const struct ike_event *event, double time)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:f}", "event", event->kind,
			 "gateway", optional_json(event->gateway),
			 "tunnel", optional_json(event->tunnel),
			 "proxy", optional_json(event->proxy),
			 "text", optional_json(event->text), "time", time);
}
