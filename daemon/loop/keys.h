/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store of pre-shared keys, and AUTH made with them. */
#ifndef PANTUN_LOOP_KEYS_H
#define PANTUN_LOOP_KEYS_H

#include <stdbool.h>

struct daemon;
struct ike_job;

/* An empty store; false: no memory or randomness. */
bool keys_open(struct daemon *d);
/* Wipes it. */
void keys_close(struct daemon *d);
/* Makes or checks the AUTH that @job is about. */
void keys_answer(const struct daemon *d, struct ike_job *job);

#endif
