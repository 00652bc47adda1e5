/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked of the process `fetch`, which speaks DNS, and the answers.  `ike` asks the
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

/* Name servers, in order; none: this host's own. */
struct msg_servers {
	uint32_t n;
	struct addr addrs[SERVERS_MOST];
};

/* Whether its members fit each other. */
bool name_answer_whole(const struct name_answer *answer);
/* "there is no such name", and so on. */
const char *name_failure_text(enum name_failure failure);

#endif
