// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/parent_stage.h"

#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "talk/ike_msg.h"

#define ROUNDS	50	/* of the loop, in which all is done that can be done */

static char dir[] = "/tmp/pantun-test-parent-XXXXXX";
static char config[64], ctl[64];

int parent_stage_open(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(config, sizeof(config), "%s/pantun.conf", dir);
	snprintf(ctl, sizeof(ctl), "%s/ctl", dir);
	return 0;
}

int parent_stage_close(void **state)
{
	(void)state;
	unlink(config);
	unlink(ctl);
	return rmdir(dir);
}

void parent_stage_configure(const char *text)
{
	int fd = open(config, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

struct parent_fake *parent_stage_begin(void)
{
	struct event_base *base = event_base_new();
	struct parent_fake *parent;

	assert_non_null(base);
	parent = parent_fake_new(base, config, ctl);
	assert_non_null(parent);
	return parent;
}

void parent_stage_end(struct parent_fake *parent)
{
	struct event_base *base = parent->d.base;

	parent_fake_free(parent);
	event_base_free(base);
}

static void ended(void *ctx, const char *reason)
{
	(void)ctx;
	(void)reason;
}

void parent_stage_meet(const struct parent_fake *parent, struct chan **chan, enum msg_role role,
		       int end, chan_handler *const *handlers)
{
	assert_true(end >= 0);
	chan_free(*chan);
	*chan = chan_new(parent->d.base, end, role, MSG_PARENT, handlers, NULL, ended);
	assert_non_null(*chan);
}

void parent_stage_take_policy(const struct parent_fake *parent, struct chan *chan)
{
	/* One that is in force is given to each `ike` anew, by no number. */
	const struct msg_policy_set set = { .number = parent->d.policy ? 0 : 1 };

	parent_stage_rounds(parent);
	chan_send(chan, MSG_POLICY_SET, &set, sizeof(set));
	parent_stage_rounds(parent);
	assert_null(parent->ike_gone);
	assert_non_null(parent->d.policy);
}

void parent_stage_round(const struct parent_fake *parent)
{
	event_base_loop(parent->d.base, EVLOOP_NONBLOCK);
}

void parent_stage_rounds(const struct parent_fake *parent)
{
	for (int i = 0; i < ROUNDS; i++)
		parent_stage_round(parent);
}
