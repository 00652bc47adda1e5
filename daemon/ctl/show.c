// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/show.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "ctl/ctl.h"
#include "ctl/json.h"

enum part { IKE_SAS, CHILDREN, GATEWAYS, PARTS };

struct show {
	struct evbuffer *rows[PARTS];	/* with commas between them */
	bool failed;
};

struct show *show_new(void)
{
	struct show *show = calloc(1, sizeof(*show));

	for (int i = 0; show && i < PARTS; i++) {
		show->rows[i] = evbuffer_new();
		if (!show->rows[i]) {
			show_free(show);
			return NULL;
		}
	}
	return show;
}

void show_free(struct show *show)
{
	if (!show)
		return;
	for (int i = 0; i < PARTS; i++)
		if (show->rows[i])
			evbuffer_free(show->rows[i]);
	free(show);
}

/* Takes the reference to @row. */
static void add_row(struct show *show, enum part part, json_t *row)
{
	struct evbuffer *rows = show->rows[part];
	char *text = row && !show->failed ? json_dumps(row, JSON_COMPACT) : NULL;

	if (!text || evbuffer_get_length(rows) > CTL_ANSWER_MAX ||
	    (evbuffer_get_length(rows) && evbuffer_add(rows, ",", 1)) ||
	    evbuffer_add(rows, text, strlen(text)))
		show->failed = true;
	free(text);
	json_decref(row);
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

void show_ike(struct show *show, const struct ike_sa_info *sa)
{
	add_row(show, IKE_SAS, json_pack(
		"{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:I, s:I, s:I}",
		"gateway", text_json(sa->gateway), "state", text_json(sa->state),
		"role", sa->initiator ? "initiator" : "responder",
		"spi_i", cookie_json(sa->spi_i), "spi_r", cookie_json(sa->spi_r),
		"local", endpoint_json(&sa->local), "remote", endpoint_json(&sa->remote),
		"local_id", text_json(sa->local_id), "remote_id", text_json(sa->remote_id),
		"proposal", text_json(sa->proposal),
		"nat_local", sa->nat_local, "nat_remote", sa->nat_remote,
		"ppk_id", text_json(sa->ppk), "fragment_size", (json_int_t)sa->fragment_n,
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

void show_child(struct show *show, const struct ike_child_info *child)
{
	json_t *json = json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I}",
		"gateway", text_json(child->gateway), "tunnel", text_json(child->tunnel),
		"interface", text_json(child->ifname), "proxy", text_json(child->proxy),
		"state", text_json(child->state),
		"spi_in", spi_json(child->spi_in), "spi_out", spi_json(child->spi_out),
		"proposal", text_json(child->proposal), "ts_local", text_json(child->ts_local),
		"ts_remote", text_json(child->ts_remote),
		"age", (json_int_t)child->age_seconds, "life", (json_int_t)child->life_seconds);

	add_history(json, child->last_error, child->error_seconds, child->retry_seconds,
		    &child->counts);
	add_row(show, CHILDREN, json);
}

void show_gateway(struct show *show, const struct ike_gateway_info *gateway)
{
	char peer[ADDR_TEXT] = "";
	json_t *json;

	if (gateway->peer.family)
		addr_text(&gateway->peer, peer);
	json = json_pack("{s:o, s:o, s:o, s:o}", "gateway", text_json(gateway->gateway),
			 "state", text_json(gateway->state), "peer", text_json(peer),
			 "fqdn", text_json(gateway->fqdn));

	add_history(json, gateway->last_error, gateway->error_seconds, gateway->retry_seconds,
		    &gateway->counts);
	add_row(show, GATEWAYS, json);
}

struct evbuffer *show_text(struct show *show, json_t *daemon)
{
	static const char *const members[PARTS] = {
		",\"ike_sas\":[", "],\"children\":[", "],\"gateways\":[",
	};
	struct evbuffer *out = evbuffer_new();
	char *text = daemon ? json_dumps(daemon, JSON_COMPACT) : NULL;
	bool good = out && text && !show->failed &&
		    evbuffer_add_printf(out, "{\"ok\":true,\"daemon\":%s", text) > 0;

	for (int i = 0; good && i < PARTS; i++)
		good = !evbuffer_add(out, members[i], strlen(members[i])) &&
		       !evbuffer_add_buffer(out, show->rows[i]);
	good = good && !evbuffer_add(out, "]}", 2);
	free(text);
	json_decref(daemon);
	if (good)
		return out;
	if (out)
		evbuffer_free(out);
	return NULL;
}
