/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked of the process `fetch`, which speaks DNS and HTTP, and the answers.  `ike` asks the
 * parent, which lets it ask for names of the configuration alone, and remembers the answers.
 */
#ifndef PANTUN_MSG_FETCH_MSG_H
#define PANTUN_MSG_FETCH_MSG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

#define NAME_ROOM	256	/* octets of a name with its NUL */
#define NAME_ADDRS	8	/* of a name, at most; the rest is left out */
#define SERVERS_MOST	3	/* as the C library has it */

struct name_question {
	uint64_t ticket;	/* comes back in the answer; never 0 */
	char name[NAME_ROOM];
};

enum name_failure {
	NAME_FOUND,
	NAME_UNKNOWN,		/* there is no such name */
	NAME_BARE,		/* there is, but it has no address */
	NAME_UNANSWERED,	/* no name server answers, or all say that they fail */
	NAME_REFUSED,		/* one answers that it does not want to */
	NAME_FAILURES
};

struct name_answer {
	uint64_t ticket;
	uint32_t failure;	/* enum name_failure; FOUND: there is an address at least */
	uint32_t ttl;		/* seconds that the addresses are good for */
	uint32_t n;
	struct addr addrs[NAME_ADDRS];	/* IPv4 first; the rest is 0 */
};

/* Name servers, in order; one at least, or questions would wait for ever. */
struct msg_servers {
	uint32_t n;
	struct addr addrs[SERVERS_MOST];
};

#define URL_ROOM	1024	/* octets with the NUL */
#define HTTP_WHY	160
#define HTTP_MOST	(64U << 10)	/* octets of a document, of ours or of theirs */
#define HTTP_MS_MOST	60000

/* A document that is wanted, by GET, or by POST if there is a body. */
struct http_request {
	uint64_t ticket;	/* comes back in the result; never 0 */
	uint32_t most;		/* octets that it may have */
	uint32_t ms;		/* that it may take in all */
	uint32_t local;		/* 1: the server may be this host, or on a link */
	uint32_t n;		/* octets of the body */
	char type[64];		/* of the body, as "application/ocsp-request" */
	char url[URL_ROOM];
	uint8_t body[];
};

struct http_result {
	uint64_t ticket;
	uint32_t status;	/* of HTTP, the last; 0: there was none */
	uint32_t n;		/* octets of the document */
	char why[HTTP_WHY];	/* why there is none; "": there is one */
	uint8_t body[];
};

/* Whether @n octets, aligned for the struct, are a whole request, or a whole result. */
bool http_request_whole(const struct http_request *request, size_t n);
bool http_result_whole(const struct http_result *result, size_t n);

/* Whether its members fit each other. */
bool name_answer_whole(const struct name_answer *answer);
/* "there is no such name", and so on. */
const char *name_failure_text(enum name_failure failure);

#endif
