// SPDX-License-Identifier: GPL-2.0-or-later
/* The pair of addresses that a child is for, which IKEv1 names by identities (RFC 2407 4.6.2). */
#include "ike/v1/v1.h"

static bool any_port(const struct ts *ts)
{
	return ts->port_first == 0 && ts->port_last == UINT16_MAX;
}

static bool sayable(const struct ts *ts)
{
	return any_port(ts) || (ts->port_first == ts->port_last && ts->port_first);
}

bool v1_pair_of(const struct slot *slot, bool initiator, struct v1_pair *out, const char **why)
{
	const struct ts_pair *ts = &slot->proxy->ts;
	const struct ts *local = &ts->local.ts[0], *remote = &ts->remote.ts[0];
	struct ts_pair any;

	ts_pair_any(&any);
	*why = "IKEv1 has one pair of addresses an SA: configure a proxy-id for each";
	/* All of both versions of IP is all of the one that comes first. */
	if ((ts->local.n != 1 || ts->remote.n != 1) &&
	    !(ts_list_equal(&ts->local, &any.local) && ts_list_equal(&ts->remote, &any.remote)))
		return false;
	*why = "IKEv1 has one port or all of them: configure a proxy-id for each";
	if (!sayable(local) || !sayable(remote))
		return false;
	out->initiator = initiator ? *local : *remote;
	out->responder = initiator ? *remote : *local;
	return true;
}

static void put_end(struct isakmp_writer *w, const struct ts *ts)
{
	isakmp_put_range(w, ts->proto, any_port(ts) ? 0 : ts->port_first, &ts->first, &ts->last);
}

void v1_pair_put(struct isakmp_writer *w, const struct v1_pair *pair)
{
	put_end(w, &pair->initiator);
	put_end(w, &pair->responder);
}

static bool read_end(const struct isakmp_payload *payload, struct ts *out)
{
	struct wire_error error;
	struct isakmp_id id;

	if (isakmp_read_id(payload, &id, &error) || !isakmp_id_range(&id, &out->first, &out->last))
		return false;
	out->proto = id.protocol;
	out->port_first = id.port;
	out->port_last = id.port ? id.port : UINT16_MAX;
	return true;
}

bool v1_pair_read(const struct v1_in *in, const struct addr *initiator,
		  const struct addr *responder, struct v1_pair *out)
{
	const struct isakmp_payload *first = isakmp_find(&in->payloads, ISAKMP_PL_ID, NULL);
	const struct isakmp_payload *second = NULL;

	if (!first) {
		out->initiator = (struct ts){
			.port_last = UINT16_MAX, .first = *initiator, .last = *initiator,
		};
		out->responder = (struct ts){
			.port_last = UINT16_MAX, .first = *responder, .last = *responder,
		};
		return true;
	}
	second = isakmp_find(&in->payloads, ISAKMP_PL_ID, first);
	return second && read_end(first, &out->initiator) && read_end(second, &out->responder);
}

static struct ts_list list_of(const struct ts *ts)
{
	return (struct ts_list){ .n = 1, .ts[0] = *ts };
}

bool v1_pair_equal(const struct v1_pair *a, const struct v1_pair *b)
{
	struct ts_list ai = list_of(&a->initiator), bi = list_of(&b->initiator);
	struct ts_list ar = list_of(&a->responder), br = list_of(&b->responder);

	return ts_list_equal(&ai, &bi) && ts_list_equal(&ar, &br);
}

bool v1_pair_set(struct child_sa *child, const struct v1_pair *pair)
{
	struct ts_pair ts = {
		.local = list_of(child->initiator ? &pair->initiator : &pair->responder),
		.remote = list_of(child->initiator ? &pair->responder : &pair->initiator),
	};

	return child_set_ts(child, &ts);
}

void v1_pair_text(const struct v1_pair *pair, char initiator[TS_TEXT], char responder[TS_TEXT])
{
	ts_text(&pair->initiator, initiator, TS_TEXT);
	ts_text(&pair->responder, responder, TS_TEXT);
}
