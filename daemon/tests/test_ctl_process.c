// SPDX-License-Identifier: GPL-2.0-or-later
/* What "show daemon" says of a process that /proc hides. */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/caps.h"
#include "ctl/process.h"
#include "proc/status.h"

enum { GOOD, BAD, CANNOT };

/* False: it may not be done here. */
static bool hide_proc(void)
{
	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return false;
	return !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("tmpfs", "/proc", "tmpfs", 0, NULL);
}

static bool told(const json_t *json, const char *member)
{
	return json_object_get(json, member);
}

/* @status: -1, or what is told by it as well. */
static bool ask_by(pid_t pid, int status)
{
	const struct ctl_process process = { .name = "ike", .pid = pid, .status = status,
					     .may = "IKE" };
	json_t *json = process_json(&process);
	bool more = status >= 0;
	const char *caps = json_string_value(json_object_get(json, "capabilities"));
	bool good = caps && !strcmp(caps, "none") && told(json, "uid") == more &&
		    told(json, "threads") == more && told(json, "memory") == more;

	json_decref(json);
	return good;
}

/* Whatever is shown as it was once is shown as it is now, too. */
static int ask_about(pid_t pid, int status)
{
	return ask_by(pid, -1) && ask_by(pid, status) && ask_by(pid, status) ? GOOD : BAD;
}

static pid_t incapable(int *status)
{
	const struct caps none = { 0 };
	int ready[2], way[2];
	char octet;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_true(status_way(way));
	assert_int_equal(status_take(way[0]), -1);
	pid = fork();
	if (!pid) {
		status_hand_over(way[1]);
		if (!caps_set(&none) && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &octet, 1), 1);
	close(ready[0]);
	*status = status_take(way[0]);
	assert_true(*status >= 0);
	close(way[0]);
	close(way[1]);
	return pid;
}

static void test_hidden(void **state)
{
	int shown, status = 0;
	pid_t asked = incapable(&shown), asks = fork();

	(void)state;
	if (!asks)
		_exit(hide_proc() ? ask_about(asked, shown) : CANNOT);
	assert_int_equal(waitpid(asks, &status, 0), asks);
	assert_int_equal(kill(asked, SIGKILL), 0);
	assert_int_equal(waitpid(asked, NULL, 0), asked);
	close(shown);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == CANNOT)
		skip();
	assert_int_equal(WEXITSTATUS(status), GOOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
