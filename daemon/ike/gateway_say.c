// SPDX-License-Identifier: GPL-2.0-or-later
/* What the log, observers and show get to know of gateways and proxy-IDs. */
#include "ike/gateway.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "ike/pathref.h"

static void say_event(struct ike_core *core, struct ike_event *event, const char *kind,
		      const char *text)
{
	text_copy(event->kind, sizeof(event->kind), kind);
	text_copy(event->text, sizeof(event->text), text);
	action_event(&core->actions, event);
}

static void gateway_event(struct gateway *gw, const char *kind, const char *text)
{
	struct ike_event event = { 0 };

	text_copy(event.gateway, sizeof(event.gateway), gw->conf->name);
	say_event(gw->core, &event, kind, text);
}

static void slot_event(struct slot *slot, const char *kind, const char *text)
{
	struct ike_event event = { 0 };

	text_copy(event.gateway, sizeof(event.gateway), slot->gw->conf->name);
	text_copy(event.tunnel, sizeof(event.tunnel), slot->tunnel->name);
	text_copy(event.proxy, sizeof(event.proxy), slot->proxy->name);
	say_event(slot->gw->core, &event, kind, text);
}

static void arm_chorus(struct ike_core *core)
{
	uint64_t due = chorus_due(&core->chorus);

	if (due != UINT64_MAX)
		timer_set(&core->timers, &core->chorus_end, due);
}

void chorus_ends(struct ike_core *core, struct timer *timer)
{
	(void)timer;
	chorus_rest(&core->chorus, core->now);
	arm_chorus(core);
}

/* With a thousand others that say the same. */
static void log_with_others(struct ike_core *core, enum log_level level, const char *subject,
			    const char *cause, const char *text)
{
	chorus_log(&core->chorus, core->now, cause, level, subject, text);
	arm_chorus(core);
}

/* Whoever fails tries again every few seconds. */
static void log_failure(struct ike_core *core, struct repeat *said, const char *subject,
			const char *cause, const char *text)
{
	char left_out[REPEAT_TEXT], line[IKE_EVENT_TEXT + REPEAT_TEXT];
	unsigned int held;

	if (!repeat_due(said, core->now, cause, text, &held)) {
		log_debug(subject, "%s", text);
		return;
	}
	snprintf(line, sizeof(line), "%s%s", text, repeat_text(held, left_out));
	log_with_others(core, LOG_LEVEL_ERROR, subject, cause, line);
}

void gateway_warn(struct gateway *gw, const char *format, ...)
{
	char text[IKE_EVENT_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_with_others(gw->core, LOG_LEVEL_WARNING, gw->subject, format, text);
}

static void gateway_error(struct gateway *gw, const char *kind, const char *format, va_list args)
{
	char text[IKE_EVENT_TEXT];

	vsnprintf(text, sizeof(text), format, args);
	text_copy(gw->last_error, sizeof(gw->last_error), text);
	gw->failed_at = gw->core->now;
	gw->counts.failures++;
	log_failure(gw->core, &gw->said, gw->subject, format, text);
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
	char text[IKE_EVENT_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_copy(slot->last_error, sizeof(slot->last_error), text);
	slot->failed_at = slot->gw->core->now;
	slot->counts.failures++;
	log_failure(slot->gw->core, &slot->said, slot->subject, format, text);
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

void gateway_followed(struct gateway *gw, const struct pathref *path)
{
	char peer[ADDR_TEXT];

	gateway_tell(gw, "ike-up", "peer moved to %s%s: its SAs follow",
		     endpoint_text(&path->remote, peer),
		     path->nat_local ? ", we are behind a NAT" :
		     path->nat_remote ? ", behind a NAT" : "");
}
