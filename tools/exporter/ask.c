// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHUNK	65536

extern char **environ;

struct answer {
	char *text;
	size_t n, room;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* The tool with its standard output at @out; its pid, or -1. */
static pid_t start(const char *tool, int out)
{
	char *argv[] = { (char *)tool, "--json", "show", NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	if (posix_spawn_file_actions_init(&actions))
		return -1;
	if (posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) ||
	    posix_spawnp(&pid, tool, &actions, NULL, argv, environ))
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static bool make_room(struct answer *answer)
{
	char *more;

	if (answer->room - answer->n >= CHUNK)
		return true;
	more = realloc(answer->text, 2 * answer->room + CHUNK);
	if (!more)
		return false;
	answer->text = more;
	answer->room = 2 * answer->room + CHUNK;
	return true;
}

/* All of @in until its end; false: not until @end, or no memory. */
static bool read_all(int in, int64_t end, struct answer *answer)
{
	struct pollfd wait = { .fd = in, .events = POLLIN };

	while (make_room(answer)) {
		int64_t left = end - now_ms();
		ssize_t n;

		if (left <= 0 || poll(&wait, 1, (int)left) == 0)
			return false;
		n = read(in, answer->text + answer->n, CHUNK);
		if (n == 0)
			return true;
		if (n > 0)
			answer->n += (size_t)n;
		else if (errno != EINTR)
			return false;
	}
	return false;
}

json_t *ask_show(const char *tool, int patience)
{
	int64_t end = now_ms() + patience;
	struct answer answer = { 0 };
	json_t *show = NULL;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return NULL;
	pid = start(tool, ends[1]);
	close(ends[1]);
	if (pid > 0) {
		if (read_all(ends[0], end, &answer))
			show = json_loadb(answer.text, answer.n, 0, NULL);
		else
			kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
	free(answer.text);
	if (json_is_object(show))
		return show;
	json_decref(show);
	return NULL;
}
