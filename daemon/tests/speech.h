/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a peer says that has the keys and no sense: a test writes a message, which is sealed with
 * the keys of one core and handed to the other.
 */
#ifndef PANTUN_TESTS_SPEECH_H
#define PANTUN_TESTS_SPEECH_H

#include "ike/v2/v2.h"
#include "tests/peers.h"

#define MESSAGE_ID_AT	20	/* in a header */

struct speech {
	struct peers *net;
	int from;
	bool response;
	uint8_t buf[MESSAGE_MAX];
	struct wire_writer w;
	uint8_t plain[MESSAGE_MAX];
	struct wire_payloads payloads;	/* of the answer */
};

/* The one that is being written, or was said last. */
extern struct speech speech;

/* The side's IKE SA: half-open ones too, as long as it has keys, or will when it needs them. */
struct ike_sa *sa_of(const struct peers *net, int side);
/* Starts a request of @from, or the response to what the other side has asked. */
struct wire_writer *say(struct peers *net, int from, uint8_t exchange, bool response);
/*
 * Hands it over.  A request's answer is caught and opened.  Both ends count the
 * exchange, so that they understand each other afterwards.
 */
void said(void);
/*
 * Hands over a request with that message id, which neither end counts; how many datagrams the
 * other sends because of it, before it has computed anything.
 */
unsigned int said_in_vain(uint32_t id);
/* The answer has a notification of that type. */
bool answered(uint16_t type);

/* Payloads that make sense. */
void put_notify(struct wire_writer *w, uint16_t type);
void put_nonce(struct wire_writer *w);
void put_sa(struct wire_writer *w, const struct prop_list *list, uint32_t spi);
/* What is within a request for a child besides the selectors. */
void put_child(struct wire_writer *w, uint32_t spi);
void put_range(struct wire_writer *w, uint8_t type, const char *range);
void put_selectors(struct wire_writer *w);

#endif
