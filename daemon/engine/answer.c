// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/answer.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

static struct ctl_reply reply_of(int count)
{
	if (count < 0)
		return (struct ctl_reply){ .error = -ENOENT };
	return (struct ctl_reply){ .count = (uint32_t)count };
}

static struct ctl_reply show(const struct ike_core *core, ike_time now,
			     const struct answer_rows *rows)
{
	ike_core_each_ike(core, now, rows->ike, rows->ctx);
	ike_core_each_child(core, now, rows->child, rows->ctx);
	ike_core_each_gateway(core, now, rows->gateway, rows->ctx);
	return (struct ctl_reply){ 0 };
}

static struct ctl_reply initiate(struct ike_core *core, ike_time now, const char *tunnel)
{
	struct ike_standing standing = ike_core_standing(core, tunnel);
	struct ctl_reply reply = reply_of(ike_core_initiate(core, now, tunnel));

	if (reply.error)
		return reply;
	reply.up = standing.up;
	reply.passive = standing.passive;
	log_info(NULL, "test of %s by command: %u negotiation%s started",
		 tunnel ? tunnel : "all tunnels", reply.count, text_plural(reply.count));
	return reply;
}

/*
 * Logs that @count SAs of the kind @what were cleared, and returns @count.  @name is NULL for @all
 * of them.
 */
static struct ctl_reply cleared(int count, const char *what, const char *name, const char *all)
{
	struct ctl_reply reply = reply_of(count);

	if (!reply.error)
		log_info(NULL, "clear %s of %s by command: %u SA%s deleted", what,
			 name ? name : all, reply.count, text_plural(reply.count));
	return reply;
}

struct ctl_reply answer_question(struct ike_core *core, ike_time now,
				 const struct ctl_question *question,
				 const struct answer_rows *rows)
{
	const char *name = *question->name ? question->name : NULL;

	if (memchr(question->name, '\0', sizeof(question->name))) {
		switch (question->kind) {
		case CTL_SHOW:
			return show(core, now, rows);
		case CTL_INITIATE:
			return initiate(core, now, name);
		case CTL_CLEAR_IKE:
			return cleared(ike_core_clear_ike(core, now, name), "ike-sa", name,
				       "all gateways");
		case CTL_CLEAR_IPSEC:
			return cleared(ike_core_clear_ipsec(core, now, name), "ipsec-sa", name,
				       "all tunnels");
		}
	}
	return (struct ctl_reply){ .error = -EINVAL };
}
