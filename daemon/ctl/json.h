/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Helpers for JSON on the control socket. */
#ifndef PANTUN_CTL_JSON_H
#define PANTUN_CTL_JSON_H

#include <jansson.h>

struct evbuffer;

/*
 * Makes a string.  If @text is not valid UTF-8, as it may come from a peer, octets outside ASCII
 * are dropped.  NULL: out of memory.
 */
json_t *text_json(const char *text);
/* {"ok":false,"error":"@text"} */
json_t *refusal_json(const char *text);
/* Returns the text, owned by the caller; steals the reference to @json.  NULL: out of memory. */
struct evbuffer *json_written(json_t *json);

#endif
