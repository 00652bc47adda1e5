// SPDX-License-Identifier: GPL-2.0-or-later
#include "proc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/caps.h"
#include "base/log.h"
#include "proc/status.h"

/* File descriptors: of the channel, of the root, and above what is wanted at these. */
#define END		3
#define ROOT		4
#define ABOVE		5
#define NAME_ROOM	24	/* "pantund: auth" */
#define STATUS_NO_EXEC	127	/* as of a shell */

/*
 * What we may hand on, and do not use ourselves, is to be effective behind exec(), whoever we are.
 * What we do use stays here: a unit's ambient CAP_NET_ADMIN is inheritable, and its list of
 * system calls has none by which a process could drop it.
 */
static void hand_on(void)
{
	struct caps caps;

	if (caps_get(&caps))
		return;
	for (unsigned int i = 0; i < 64; i++)
		if (caps.inheritable & caps.permitted & ~caps.effective & CAPS(i))
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0);
}

/* Puts them where they belong; each may be in the other's place now. */
static bool place(int end, int root)
{
	end = fcntl(end, F_DUPFD, ABOVE);
	if (end < 0)
		return false;
	if (root >= 0) {
		root = fcntl(root, F_DUPFD, ABOVE);
		if (root < 0)
			return false;
	}
	if (dup2(end, END) < 0)
		return false;
	if (root < 0)
		return !close_range(ROOT, ~0U, 0);
	return dup2(root, ROOT) >= 0 && !close_range(ROOT + 1, ~0U, 0);
}

/* Between fork and exec: what is async-signal-safe alone. */
static void become(const char *program, char *const *argv, int end, int root, pid_t parent)
{
	static const int group_signals[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t none;
	int null;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		return;
	for (size_t i = 0; i < sizeof(group_signals) / sizeof(*group_signals); i++)
		signal(group_signals[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return;
	hand_on();
	if (place(end, root))
		execv(program, argv);
}

pid_t spawn(enum msg_role role, const struct spawn *how, int end, int *status)
{
	char title[NAME_ROOM];
	size_t n = 0, args = 0;
	pid_t parent = getpid(), pid;
	int way[2] = { -1, -1 };
	const char **argv;

	if (status)
		*status = -1;

	while (how->arguments && how->arguments[n])
		n++;
	argv = calloc(n + 4, sizeof(*argv));
	if (!argv)
		return -1;
	snprintf(title, sizeof(title), "pantund: %s", msg_role_name(role));
	argv[args++] = title;
	argv[args++] = "--role";
	argv[args++] = msg_role_name(role);
	if (n)
		memcpy(argv + args, how->arguments, n * sizeof(*argv));
	if (status && !status_way(way))
		way[0] = way[1] = -1;
	pid = fork();
	if (pid == 0) {
		status_hand_over(way[1]);
		become(how->program ? how->program : "/proc/self/exe", (char *const *)argv, end,
		       how->root, parent);
		_exit(STATUS_NO_EXEC);
	}
	free(argv);
	if (way[1] >= 0)
		close(way[1]);
	if (pid > 0 && status)
		*status = way[0];
	else if (way[0] >= 0)
		close(way[0]);
	return pid;
}

int spawn_take(enum msg_role role, int *root)
{
	char name[NAME_ROOM];
	int type = 0;
	socklen_t n = sizeof(type);

	if (getsockopt(END, SOL_SOCKET, SO_TYPE, &type, &n) || type != SOCK_SEQPACKET) {
		log_error(NULL, "--role %s is for pantund itself, which starts its processes "
			  "with it", msg_role_name(role));
		return -1;
	}
	fcntl(END, F_SETFD, FD_CLOEXEC);
	*root = fcntl(ROOT, F_SETFD, FD_CLOEXEC) < 0 ? -1 : ROOT;
	snprintf(name, sizeof(name), "pantund-%s", msg_role_name(role));
	prctl(PR_SET_NAME, name);
	return END;
}
