/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all makers of JSON for the control socket need. */
#ifndef PANTUN_CTL_JSON_H
#define PANTUN_CTL_JSON_H

#include <jansson.h>

struct evbuffer;

/*
 * A string.  What a peer sent may be no UTF-8; then the octets outside ASCII are left out.  NULL
 * on lack of memory.
 */
json_t *text_json(const char *text);
/* {"ok":false,"error":"@text"} */
json_t *refusal_json(const char *text);
/* Its text, the caller's to free; takes the reference to @json.  NULL on lack of memory. */
struct evbuffer *json_written(json_t *json);

#endif
