// SPDX-License-Identifier: GPL-2.0-or-later
/* What the log, observers and show get to know of gateways and proxy-IDs. */
#include "ike/gateway.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "ike/pathref.h"

#define FAIL_TEXT	1536		/* of a failure, with proposals of both sides */

/* Cut off where it is too long for show. */
static void set_error(char last_error[ERROR_TEXT], const char *text)
{
	struct text t;

	text_init(&t, last_error, ERROR_TEXT);
	text_add(&t, "%s", text);
}

static void gateway_event(struct gateway *gw, const char *kind, const char *text)
{
	struct ike_event event = { .kind = kind, .gateway = gw->conf->name, .text = text };

	action_event(&gw->core->actions, &event);
}

static void slot_event(struct slot *slot, const char *kind, const char *text)
{
	struct ike_event event = {
		.kind = kind,
		.gateway = slot->gw->conf->name,
		.tunnel = slot->tunnel->name,
		.proxy = slot->proxy->name,
		.text = text,
	};

	action_event(&slot->gw->core->actions, &event);
}

/* Whoever fails tries again every few seconds. */
static void log_failure(struct repeat *said, ike_time now, const char *subject, const char *cause,
			const char *text)
{
	char left_out[REPEAT_TEXT];
	unsigned int held;

	if (repeat_due(said, now, cause, text, &held))
		log_error(subject, "%s%s", text, repeat_text(held, left_out));
	else
		log_debug(subject, "%s", text);
}

static void gateway_error(struct gateway *gw, const char *kind, const char *format, va_list args)
{
	char text[FAIL_TEXT];

	vsnprintf(text, sizeof(text), format, args);
	set_error(gw->last_error, text);
	gw->failed_at = gw->core->now;
	gw->counts.failures++;
	log_failure(&gw->said, gw->core->now, gw->subject, format, text);
	gateway_event(gw, kind, text);
}

void gateway_fail(struct gateway *gw, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	gateway_error(gw, "ike-fail", format, args);
	va_end(args);
	for (struct slot *slot = gw->slots; slot; slot = slot->next) {
		if (slot->current)
			continue;
		memcpy(slot->last_error, gw->last_error, sizeof(slot->last_error));
		slot->failed_at = gw->failed_at;
		slot->counts.failures++;
	}
}

void gateway_refuse(struct gateway *gw, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	gateway_error(gw, "child-fail", format, args);
	va_end(args);
}

void slot_fail(struct slot *slot, const char *format, ...)
{
	char text[FAIL_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	set_error(slot->last_error, text);
	slot->failed_at = slot->gw->core->now;
	slot->counts.failures++;
	log_failure(&slot->said, slot->gw->core->now, slot->subject, format, text);
	slot_event(slot, "child-fail", text);
}

void gateway_tell(struct gateway *gw, const char *kind, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_info(gw->subject, "%s", text);
	gateway_event(gw, kind, text);
}

void slot_tell(struct slot *slot, const char *kind, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_info(slot->subject, "%s", text);
	slot_event(slot, kind, text);
}

void gateway_moved(struct gateway *gw, const struct pathref *path)
{
	char peer[ADDR_TEXT];

	gateway_tell(gw, "ike-up", "peer moved behind its NAT, to %s: its SAs follow",
		     endpoint_text(&path->remote, peer));
}
