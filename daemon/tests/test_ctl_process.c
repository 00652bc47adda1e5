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

static int ask_about(pid_t pid)
{
	const struct ctl_process process = { .name = "ike", .pid = pid, .may = "IKE" };
	json_t *json = process_json(&process);
	const char *caps = json_string_value(json_object_get(json, "capabilities"));
	bool good = caps && !strcmp(caps, "none") && !told(json, "uid") && !told(json, "memory");

	json_decref(json);
	return good ? GOOD : BAD;
}

static pid_t incapable(void)
{
	const struct caps none = { 0 };
	int ready[2];
	char octet;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		if (!caps_set(&none) && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &octet, 1), 1);
	close(ready[0]);
	return pid;
}

static void test_hidden(void **state)
{
	pid_t asked = incapable(), asks = fork();
	int status = 0;

	(void)state;
	if (!asks)
		_exit(hide_proc() ? ask_about(asked) : CANNOT);
	assert_int_equal(waitpid(asks, &status, 0), asks);
	assert_int_equal(kill(asked, SIGKILL), 0);
	assert_int_equal(waitpid(asked, NULL, 0), asked);
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
