// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/text.h"
#include "prop/ts_wire.h"

void ts_list_to_wire(const struct ts_list *list, struct wire_ts_list *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned int i = 0; i < list->n; i++) {
		const struct ts *ts = &list->ts[i];

		out->ts[out->n++] = (struct wire_ts){
			.proto = ts->proto,
			.port_first = ts->port_first,
			.port_last = ts->port_last,
			.first = ts->first,
			.last = ts->last,
		};
	}
}

static struct ts ts_from_wire(const struct wire_ts *ts)
{
	return (struct ts){
		.proto = ts->proto,
		.port_first = ts->port_first,
		.port_last = ts->port_last,
		.first = ts->first,
		.last = ts->last,
	};
}

bool ts_list_from_wire(const struct wire_ts_list *list, const struct ts_list *within,
		       struct ts_list *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned int i = 0; i < list->n; i++) {
		struct ts ts = ts_from_wire(&list->ts[i]);

		ts_list_narrow(&ts, within, out);
	}
	return out->n > 0;
}

bool ts_wire_opaque(const struct wire_ts_list *list)
{
	for (unsigned int i = 0; i < list->n; i++)
		if (list->ts[i].port_first > list->ts[i].port_last)
			return true;
	return false;
}

const char *ts_wire_text(const struct wire_ts_list *list, char *out, size_t n)
{
	struct text t;

	text_init(&t, out, n);
	if (!list->n)
		text_add(&t, "none");
	for (unsigned int i = 0; i < list->n; i++) {
		struct ts ts = ts_from_wire(&list->ts[i]);

		ts_text_add(&t, &ts);
	}
	return out;
}
