/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process `auth`, or what is in it, between a parent and an `ike` that are the test. */
#ifndef PANTUN_TESTS_AUTH_STAGE_H
#define PANTUN_TESTS_AUTH_STAGE_H

#include "crypto/cert_rules.h"
#include "msg/auth_msg.h"
#include "msg/list_msg.h"
#include "tests/child_stage.h"

#define AUTH_STAGE_KEY		"a secret that two ends share"	/* number 7 */
#define AUTH_STAGE_COVERED	164	/* octets of a request */
#define AUTH_STAGE_TICKET	99	/* of a request */

struct auth_stage {
	struct event_base *base;
	struct auth_process *process;
	struct child_stage parent;
	struct chan *ike;
	/* What has come: */
	unsigned int answers, marks, ike_gone;
	uint64_t marked;		/* the last */
	struct ike_auth_answer answer;	/* the last */
	unsigned int wanted;		/* documents */
	struct msg_list_wanted list;	/* the last */
};

extern struct auth_stage auth_stage;
extern chan_handler *const auth_stage_parent[MSG_TYPES];

/* Parent, what is in the process, and `ike`, with one key; and their end.  For cmocka. */
int auth_stage_set_up(void **state);
int auth_stage_tear_down(void **state);
/* The loop goes on until it is left, or *@count is not 0; false: neither. */
bool auth_stage_run(const unsigned int *count);
/* What there is to do is done, and the loop goes on. */
bool auth_stage_goes_on(void);
/* An `ike`, in place of the one before. */
void auth_stage_connect_ike(void);
void auth_stage_give_key(uint64_t number, const char *octets);
void auth_stage_give_cert(uint64_t number, bool roots, struct bytes items);
/* Authorities, with rules. */
void auth_stage_give_roots(const struct cert_rules *rules, uint64_t number, struct bytes items);
/* A request by that key, which the caller frees or asks. */
struct ike_auth_request *auth_stage_request(enum auth_kind kind, uint64_t number);
/* What @made, by key 21, is to be checked by: the same octets, and identity and @chain behind. */
struct ike_auth_request *auth_stage_verification(const struct ike_auth_answer *made,
						 struct bytes chain, uint64_t roots);
/* Sends @request, frees it, and waits for the answer. */
const struct ike_auth_answer *auth_stage_ask(struct ike_auth_request *request);

#endif
