// SPDX-License-Identifier: GPL-2.0-or-later
#include "fetch/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "fetch/reach.h"
#include "fetch/resolver.h"

#define RESOLVE_ROOM	(NAME_ROOM + 9 + NAME_ADDRS * ADDR_TEXT)

struct transfer {
	LIST_ENTRY(transfer) list;
	struct http *http;
	struct event *timer;		/* the whole of it takes too long */
	CURL *easy;			/* NULL: its host is being looked up */
	bool naming, over;		/* over: told, and freed once it is not naming any more */
	struct curl_slist *headers, *addresses;
	unsigned int redirects;
	char why[HTTP_WHY];		/* it is given up; "": it is not */
	char host[NAME_ROOM], port[8];
	char url[URL_ROOM];
	size_t n;			/* octets so far */
	struct http_request *request;
	struct http_result *result;	/* with room for as many octets as are allowed */
};

struct http {
	struct event_base *base;
	struct resolver *resolver;
	CURLM *multi;
	struct event *timer;		/* libcurl's */
	http_done *done;
	void *ctx;
	unsigned int n;			/* transfers that are not over */
	LIST_HEAD(transfers, transfer) transfers;
};

/* --- its end --- */

static void end_easy(struct transfer *t)
{
	if (t->easy) {
		curl_multi_remove_handle(t->http->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	t->easy = NULL;
	curl_slist_free_all(t->headers);
	curl_slist_free_all(t->addresses);
	t->headers = NULL;
	t->addresses = NULL;
}

static void transfer_free(struct transfer *t)
{
	end_easy(t);
	if (t->timer)
		event_free(t->timer);
	LIST_REMOVE(t, list);
	free(t->request);
	free(t->result);
	free(t);
}

/* Not out of a callback of libcurl. */
static void finish(struct transfer *t, const char *why)
{
	struct http *http = t->http;

	if (!t->why[0])
		text_copy(t->why, sizeof(t->why), why);
	end_easy(t);
	text_copy(t->result->why, sizeof(t->result->why), t->why);
	t->result->n = t->why[0] ? 0 : (uint32_t)t->n;
	t->over = true;
	http->n--;
	http->done(http->ctx, t->result);
	if (!t->naming)
		transfer_free(t);
}

static void on_late(evutil_socket_t fd, short what, void *ctx)
{
	struct transfer *t = ctx;

	(void)fd;
	(void)what;
	if (!t->over)
		finish(t, "it takes too long");
}

/* --- what libcurl asks --- */

static void to_addr(const struct curl_sockaddr *from, struct addr *to)
{
	const struct sockaddr_in6 *v6 = (const void *)&from->addr;
	const struct sockaddr_in *v4 = (const void *)&from->addr;

	memset(to, 0, sizeof(*to));
	to->family = (uint8_t)from->family;
	if (from->family == AF_INET)
		memcpy(to->b, &v4->sin_addr, 4);
	else
		memcpy(to->b, &v6->sin6_addr, 16);
}

/* The last that happens before a connection: whatever led here, this address is what counts. */
static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = ctx;
	const char *why = NULL;
	struct addr addr;
	char text[ADDR_TEXT];

	(void)purpose;
	if (to->family != AF_INET && to->family != AF_INET6)
		return CURL_SOCKET_BAD;
	to_addr(to, &addr);
	if (!t->request->local || t->redirects)
		why = reach_refuses(&addr, t->redirects);
	if (why) {
		snprintf(t->why, sizeof(t->why), "%s is %s", addr_text(&addr, text), why);
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->protocol);
}

static size_t on_octets(char *octets, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	n *= size;
	if (n > t->request->most - t->n) {
		snprintf(t->why, sizeof(t->why), "it is longer than %u octets", t->request->most);
		return 0;
	}
	memcpy(t->result->body + t->n, octets, n);
	t->n += n;
	return n;
}

/* --- one request --- */

static bool set_up(struct transfer *t)
{
	const struct http_request *request = t->request;
	char type[sizeof(request->type) + 16];
	CURL *easy = t->easy;
	bool good = true;

#define SET(option, value) \
	(good &= curl_easy_setopt(easy, CURLOPT_##option, value) == CURLE_OK)
	SET(URL, t->url);
	SET(PRIVATE, t);
	SET(PROTOCOLS_STR, "http");
	SET(PROXY, "");
	SET(NOSIGNAL, 1L);
	SET(FOLLOWLOCATION, 0L);
	SET(FRESH_CONNECT, 1L);
	SET(FORBID_REUSE, 1L);
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(USERAGENT, "pantund");
	SET(OPENSOCKETFUNCTION, on_open);
	SET(OPENSOCKETDATA, t);
	SET(WRITEFUNCTION, on_octets);
	SET(WRITEDATA, t);
	SET(RESOLVE, t->addresses);
	if (request->n) {
		snprintf(type, sizeof(type), "Content-Type: %s", request->type);
		t->headers = curl_slist_append(NULL, type);
		SET(HTTPHEADER, t->headers);
		SET(POSTFIELDSIZE, (long)request->n);
		SET(POSTFIELDS, (const char *)request->body);
	}
#undef SET
	return good && !t->headers == !request->n;
}

static void begin_easy(struct transfer *t)
{
	t->easy = curl_easy_init();
	if (!t->easy || !set_up(t) || curl_multi_add_handle(t->http->multi, t->easy))
		finish(t, "out of memory");
}

static void on_host(void *ctx, const struct name_answer *answer)
{
	char list[RESOLVE_ROOM], addr[ADDR_TEXT], why[HTTP_WHY];
	struct transfer *t = ctx;
	struct text text;

	t->naming = false;
	if (t->over) {
		transfer_free(t);
		return;
	}
	if (answer->failure) {
		snprintf(why, sizeof(why), "%.60s: %s", t->host,
			 name_failure_text(answer->failure));
		finish(t, why);
		return;
	}
	text_init(&text, list, sizeof(list));
	/* The plus: libcurl, which keeps it, forgets it again. */
	text_add(&text, "+%s:%s:", t->host, t->port);
	for (unsigned int i = 0; i < answer->n; i++)
		text_add(&text, "%s%s", i ? "," : "", addr_text(&answer->addrs[i], addr));
	t->addresses = curl_slist_append(NULL, list);
	if (t->addresses)
		begin_easy(t);
	else
		finish(t, "out of memory");
}

/* The part @what of the URL to @out; false: it has none, or one that is too long. */
static bool part_of(CURLU *url, CURLUPart what, unsigned int flags, char *out, size_t room)
{
	char *part = NULL;
	bool good = !curl_url_get(url, what, &part, flags) && strlen(part) < room;

	if (good)
		text_copy(out, room, part);
	curl_free(part);
	return good;
}

static bool read_url(struct transfer *t)
{
	CURLU *url = curl_url();
	char scheme[8];
	bool good = url && !curl_url_set(url, CURLUPART_URL, t->url, CURLU_NO_AUTHORITY) &&
		    part_of(url, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)) &&
		    !strcmp(scheme, "http") &&
		    part_of(url, CURLUPART_HOST, 0, t->host, sizeof(t->host)) &&
		    part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, t->port, sizeof(t->port));

	curl_url_cleanup(url);
	return good;
}

/* To t->url. */
static void go(struct transfer *t)
{
	struct name_question question = { .ticket = 1 };
	struct addr addr;

	t->n = 0;
	if (!read_url(t)) {
		finish(t, "not a URL of HTTP");
	} else if (t->host[0] == '[' || !addr_parse(t->host, &addr)) {
		begin_easy(t);
	} else {
		text_copy(question.name, sizeof(question.name), t->host);
		t->naming = true;
		resolver_ask(t->http->resolver, &question, on_host, t);
	}
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static void redirected(struct transfer *t, const char *where)
{
	if (t->request->n)
		finish(t, "a redirect of a POST");
	else if (t->redirects == HTTP_REDIRECTS)
		finish(t, "too many redirects");
	else if (!where || strlen(where) >= sizeof(t->url))
		finish(t, "a redirect to nowhere");
	else {
		text_copy(t->url, sizeof(t->url), where);
		t->redirects++;
		end_easy(t);
		go(t);
	}
}

static void answered(struct transfer *t, CURLcode code)
{
	char *where = NULL, why[HTTP_WHY] = "";
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &where);
	t->result->status = (uint32_t)status;
	/* One address of the host was refused, and another is fine. */
	if (code == CURLE_OK)
		t->why[0] = '\0';
	if (code == CURLE_OK && is_redirect(status)) {
		redirected(t, where);
		return;
	}
	if (code != CURLE_OK)
		text_copy(why, sizeof(why), curl_easy_strerror(code));
	else if (status != 200)
		snprintf(why, sizeof(why), "the server answers with status %ld", status);
	finish(t, why);
}

/* --- libcurl and the event loop --- */

static void take_answers(struct http *http)
{
	const CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(http->multi, &left))) {
		struct transfer *t = NULL;
		CURLcode code = msg->data.result;

		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
		answered(t, code);
	}
}

static void act(struct http *http, curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(http->multi, fd, what, &running);
	take_answers(http);
}

static void on_ready(evutil_socket_t fd, short what, void *ctx)
{
	act(ctx, fd, (what & EV_READ ? CURL_CSELECT_IN : 0) |
		     (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

static int on_watch(CURL *easy, curl_socket_t fd, int what, void *ctx, void *own)
{
	short events = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
			       (what & CURL_POLL_OUT ? EV_WRITE : 0));
	struct http *http = ctx;
	struct event *event = own;

	(void)easy;
	if (event)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		event = event_new(http->base, fd, events | EV_PERSIST, on_ready, http);
		if (event)
			event_add(event, NULL);
	}
	curl_multi_assign(http->multi, fd, event);
	return 0;
}

static int on_wait(CURLM *multi, long ms, void *ctx)
{
	const struct timeval wait = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	struct http *http = ctx;

	(void)multi;
	if (ms < 0)
		event_del(http->timer);
	else
		event_add(http->timer, &wait);
	return 0;
}

/* --- begin and end --- */

struct http *http_new(struct event_base *base, struct resolver *resolver, http_done *done,
		      void *ctx)
{
	struct http *http = calloc(1, sizeof(*http));

	if (!http)
		return NULL;
	*http = (struct http){ .base = base, .resolver = resolver, .done = done, .ctx = ctx };
	curl_global_init(CURL_GLOBAL_NOTHING);
	http->timer = event_new(base, -1, 0, on_timer, http);
	http->multi = curl_multi_init();
	if (http->timer && http->multi) {
		curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_watch);
		curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
		curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_wait);
		curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
		return http;
	}
	http_free(http);
	return NULL;
}

void http_free(struct http *http)
{
	struct transfer *t, *next;

	if (!http)
		return;
	for (t = LIST_FIRST(&http->transfers); t; t = next) {
		next = LIST_NEXT(t, list);
		transfer_free(t);
	}
	if (http->multi)
		curl_multi_cleanup(http->multi);
	if (http->timer)
		event_free(http->timer);
	curl_global_cleanup();
	free(http);
}

static void refuse(const struct http *http, const struct http_request *request, const char *why)
{
	struct http_result result = { .ticket = request->ticket };

	text_copy(result.why, sizeof(result.why), why);
	http->done(http->ctx, &result);
}

static struct transfer *transfer_new(struct http *http, const struct http_request *request)
{
	struct transfer *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	LIST_INSERT_HEAD(&http->transfers, t, list);
	t->http = http;
	t->request = malloc(sizeof(*request) + request->n);
	t->result = calloc(1, sizeof(*t->result) + request->most);
	t->timer = event_new(http->base, -1, 0, on_late, t);
	if (t->request && t->result && t->timer)
		return t;
	transfer_free(t);
	return NULL;
}

void http_begin(struct http *http, const struct http_request *request)
{
	const struct timeval most = { .tv_sec = request->ms / 1000,
				      .tv_usec = request->ms % 1000 * 1000 };
	struct transfer *t = http->n < HTTP_AT_ONCE ? transfer_new(http, request) : NULL;

	if (!t) {
		refuse(http, request, http->n < HTTP_AT_ONCE ? "out of memory" :
		       "too many requests at a time");
		return;
	}
	memcpy(t->request, request, sizeof(*request) + request->n);
	t->result->ticket = request->ticket;
	text_copy(t->url, sizeof(t->url), request->url);
	http->n++;
	event_add(t->timer, &most);
	go(t);
}
