// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/json.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

json_t *text_json(const char *text)
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

json_t *refusal_json(const char *text)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", text);
}

struct evbuffer *json_written(json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	struct evbuffer *out = text ? evbuffer_new() : NULL;

	if (out && evbuffer_add(out, text, strlen(text))) {
		evbuffer_free(out);
		out = NULL;
	}
	free(text);
	json_decref(json);
	return out;
}
