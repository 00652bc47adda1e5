// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/action.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"

struct action {
	struct action *next;
	struct ike_job *job;	/* JOB: until the caller takes it */
	struct ike_action a;
	size_t n;		/* octets of what it owns */
	uint8_t owned[];
};

void action_init(struct action_queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
	queue->given = NULL;
}

static void action_free(struct action *action)
{
	if (!action)
		return;
	ike_job_free(action->job);
	secret_wipe(action, sizeof(*action) + action->n);
	free(action);
}

static struct action *action_new(enum ike_action_type type, size_t owned)
{
	struct action *action = calloc(1, sizeof(*action) + owned);

	if (!action) {
		log_error(NULL, "out of memory: an action of the IKE core is lost");
		return NULL;
	}
	action->a.type = type;
	action->n = owned;
	return action;
}

static void action_append(struct action_queue *queue, struct action *action)
{
	*queue->last = action;
	queue->last = &action->next;
}

const struct ike_action *action_take(struct action_queue *queue)
{
	action_free(queue->given);
	queue->given = queue->first;
	if (!queue->given)
		return NULL;
	queue->first = queue->given->next;
	if (!queue->first)
		queue->last = &queue->first;
	return &queue->given->a;
}

void action_clear(struct action_queue *queue)
{
	while (action_take(queue))
		;
}

/* Copies @text to *@at and moves on; NULL stays NULL. */
static const char *own_text(uint8_t **at, const char *text)
{
	char *copy = (char *)*at;
	size_t n;

	if (!text)
		return NULL;
	n = strlen(text) + 1;
	memcpy(copy, text, n);
	*at += n;
	return copy;
}

static size_t text_room(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

void action_send(struct action_queue *queue, const struct endpoint *local,
		 const struct endpoint *remote, struct bytes data, uint8_t dscp, uint64_t after)
{
	struct action *action = action_new(IKE_ACTION_SEND, data.n);

	if (!action)
		return;
	memcpy(action->owned, data.p, data.n);
	action->a.send.local = *local;
	action->a.send.remote = *remote;
	action->a.send.data = bytes_of(action->owned, data.n);
	action->a.send.dscp = dscp;
	action->a.send.after = after;
	action_append(queue, action);
}

uint64_t action_sa(struct action_queue *queue, enum ike_action_type type,
		   const struct ike_sa_spec *spec)
{
	struct action *action = action_new(type, text_room(spec->ifname) + text_room(spec->proxy));
	uint8_t *at;

	if (!action)
		return queue->wishes;
	at = action->owned;
	action->a.sa = *spec;
	action->a.sa.ifname = own_text(&at, spec->ifname);
	action->a.sa.proxy = own_text(&at, spec->proxy);
	action_append(queue, action);
	return ++queue->wishes;
}

void action_fail(struct action_queue *queue, const char *ifname, const char *proxy)
{
	struct action *action = action_new(IKE_ACTION_PROXY_FAIL,
					   text_room(ifname) + text_room(proxy));
	uint8_t *at;

	if (!action)
		return;
	at = action->owned;
	action->a.fail.ifname = own_text(&at, ifname);
	action->a.fail.proxy = own_text(&at, proxy);
	action_append(queue, action);
}

void action_name(struct action_queue *queue, uint64_t ticket, const char *name)
{
	struct action *action = action_new(IKE_ACTION_NAME, text_room(name));
	uint8_t *at;

	if (!action)
		return;
	at = action->owned;
	action->a.name.ticket = ticket;
	action->a.name.name = own_text(&at, name);
	action_append(queue, action);
}

bool action_job(struct action_queue *queue, struct ike_job *job)
{
	struct action *action = action_new(IKE_ACTION_JOB, 0);

	if (!action)
		return false;
	action->job = job;
	action_append(queue, action);
	return true;
}

struct ike_job *action_take_job(struct action_queue *queue)
{
	struct ike_job *job = queue->given ? queue->given->job : NULL;

	if (job)
		queue->given->job = NULL;
	return job;
}

void action_event(struct action_queue *queue, const struct ike_event *event)
{
	struct action *action = action_new(IKE_ACTION_EVENT, 0);

	if (!action)
		return;
	action->a.event = *event;
	action_append(queue, action);
}
