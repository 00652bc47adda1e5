/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a parent is made of besides its kernel, its loop and those that it speaks to: the same in
 * the daemon and in tests (parent_fake.c).
 */
#ifndef PANTUN_LOOP_PARTS_H
#define PANTUN_LOOP_PARTS_H

#include <stdbool.h>

struct daemon;
struct daemon_options;

/* A parent of which nothing is there yet. */
void parts_begin(struct daemon *d, const struct daemon_options *options);
/* In the loop d->base.  False: out of memory; then, too, parts_close() has to come. */
bool parts_open(struct daemon *d);
void parts_close(struct daemon *d);

#endif
