/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One document from a web server, by HTTP alone: what is fetched is signed or hashed, and needs no
 * TLS.  Strangers choose some of the URLs, so nothing is unbounded: time, octets, redirects, and
 * requests at a time.  Whatever name leads there, this host and its links are refused unless the
 * request allows them, and private networks where a redirect leads into one.
 */
#ifndef PANTUN_FETCH_HTTP_H
#define PANTUN_FETCH_HTTP_H

#include "msg/fetch_msg.h"

#define HTTP_AT_ONCE	16	/* requests */
#define HTTP_REDIRECTS	3

struct event_base;
struct http;
struct resolver;

/* @result is valid until it returns. */
typedef void http_done(void *ctx, const struct http_result *result);

/* Names go to @resolver, which outlives it.  NULL: out of memory. */
struct http *http_new(struct event_base *base, struct resolver *resolver, http_done *done,
		      void *ctx);
/* What is under way is not told.  To be called after resolver_free().  NULL is fine. */
void http_free(struct http *http);
/* done() is called once, later or at once.  @request is whole (http_request_whole()). */
void http_begin(struct http *http, const struct http_request *request);

#endif
