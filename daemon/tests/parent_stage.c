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

void parent_stage_round(const struct parent_fake *parent)
{
	event_base_loop(parent->d.base, EVLOOP_NONBLOCK);
}

void parent_stage_rounds(const struct parent_fake *parent)
{
	for (int i = 0; i < ROUNDS; i++)
		parent_stage_round(parent);
}
