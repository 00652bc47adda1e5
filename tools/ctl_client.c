// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl_client.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/bytes.h"
#include "base/version.h"
#include "ctl/ctl.h"
#include "out.h"

#define PATIENCE	30		/* seconds for an answer to come */

static int fail(char *error, const char *what)
{
	snprintf(error, MODEL_ERROR, "%s: %s", what, strerror(errno));
	return -1;
}

/* Who may open the socket, and what to do about it. */
static void explain_denied(const char *path, char *error)
{
	const struct passwd *user = getpwuid(geteuid());
	const struct group *group = NULL;
	struct stat st;

	if (!stat(path, &st) && st.st_gid && st.st_mode & S_IWGRP)
		group = getgrgid(st.st_gid);
	if (group)
		snprintf(error, MODEL_ERROR, "only root and members of group %s may ask pantund; "
			 "root makes you one by \"adduser %s %s\", from your next login on",
			 group->gr_name, user ? user->pw_name : "USER", group->gr_name);
	else
		snprintf(error, MODEL_ERROR, "only root may ask pantund; its option --group lets "
			 "members of a group look");
}

int ctl_connect(const char *path, char *error)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = PATIENCE };
	int fd;

	if (strlen(path) >= sizeof(to.sun_path)) {
		snprintf(error, MODEL_ERROR, "%s: too long for the path of a socket", path);
		return -1;
	}
	text_copy(to.sun_path, sizeof(to.sun_path), path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(error, "socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	if (errno == ENOENT || errno == ECONNREFUSED)
		snprintf(error, MODEL_ERROR, "pantund is not running (nobody listens at %s)",
			 path);
	else if (errno == EACCES)
		explain_denied(path, error);
	else
		fail(error, path);
	close(fd);
	return -1;
}

static bool write_all(int fd, const void *data, size_t n)
{
	const char *at = data;

	while (n) {
		ssize_t done = send(fd, at, n, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

/* How much came before the end of the stream or an error (errno, 0 at the end). */
static size_t read_all(int fd, void *data, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t done = recv(fd, (char *)data + got, n - got, 0);

		if (done < 0 && errno == EINTR)
			continue;
		if (!done)
			errno = 0;
		if (done <= 0)
			break;
		got += (size_t)done;
	}
	return got;
}

bool ctl_send(int fd, json_t *request, char *error)
{
	char *text = json_dumps(request, JSON_COMPACT);
	uint8_t header[CTL_HEADER];
	bool sent;

	json_decref(request);
	if (!text) {
		snprintf(error, MODEL_ERROR, "out of memory");
		return false;
	}
	put_be32(header, (uint32_t)strlen(text));
	sent = write_all(fd, header, sizeof(header)) && write_all(fd, text, strlen(text));
	free(text);
	if (!sent)
		fail(error, "cannot write to pantund");
	return sent;
}

static json_t *receive_body(int fd, size_t n, char *error)
{
	char *text = malloc(n);
	json_error_t where;
	json_t *answer;

	if (!text) {
		snprintf(error, MODEL_ERROR, "out of memory");
		return NULL;
	}
	if (read_all(fd, text, n) != n) {
		snprintf(error, MODEL_ERROR, "pantund hung up in the middle of an answer");
		free(text);
		return NULL;
	}
	answer = json_loadb(text, n, 0, &where);
	free(text);
	if (json_is_object(answer))
		return answer;
	json_decref(answer);
	snprintf(error, MODEL_ERROR, "pantund's answer is not a JSON object");
	return NULL;
}

json_t *ctl_receive(int fd, char *error)
{
	uint8_t header[CTL_HEADER];
	size_t got = read_all(fd, header, sizeof(header));
	uint32_t n;

	error[0] = '\0';
	if (got != sizeof(header)) {
		if (errno)
			fail(error, "no answer from pantund");
		return NULL;
	}
	n = get_be32(header);
	if (n && n <= CTL_ANSWER_MAX)
		return receive_body(fd, n, error);
	snprintf(error, MODEL_ERROR, "an answer of %u octets is not pantund's", n);
	return NULL;
}

json_t *ctl_exchange(int fd, json_t *request, char *error)
{
	json_t *answer = NULL;
	const char *refusal;

	if (ctl_send(fd, request, error)) {
		answer = ctl_receive(fd, error);
		if (!answer && !*error)
			snprintf(error, MODEL_ERROR, "pantund hung up without an answer");
	}
	if (!answer || json_is_true(json_object_get(answer, "ok")))
		return answer;
	refusal = json_string_value(json_object_get(answer, "error"));
	text_copy(error, MODEL_ERROR, refusal ? refusal : "pantund refused without a reason");
	json_decref(answer);
	return NULL;
}

json_t *ctl_ask(const char *path, json_t *request, char *error)
{
	int fd = ctl_connect(path, error);
	json_t *answer;

	if (fd < 0) {
		json_decref(request);
		return NULL;
	}
	answer = ctl_exchange(fd, request, error);
	close(fd);
	return answer;
}

json_t *ctl_command(const struct options *options, json_t *request, int *status)
{
	char error[MODEL_ERROR];
	json_t *answer = ctl_ask(options->ctl, request, error);

	*status = answer ? 0 : 1;
	if (!answer) {
		fprintf(stderr, "pantunctl: %s\n", error);
		return NULL;
	}
	if (!options->json)
		return answer;
	json_line(answer);
	return NULL;
}

static void member_text(json_t *object, const char *member, char *out, size_t n)
{
	const char *text = json_string_value(json_object_get(object, member));

	text_copy(out, n, text ? text : "");
}

#define TAKE_TEXT(object, to, member) \
	member_text((object), #member, (to)->member, sizeof((to)->member))

static uint64_t member_number(json_t *object, const char *member)
{
	json_int_t value = (json_int_t)json_number_value(json_object_get(object, member));

	return value > 0 ? (uint64_t)value : 0;
}

static void take_ike_sa(json_t *from, struct ike_sa *sa)
{
	TAKE_TEXT(from, sa, gateway);
	TAKE_TEXT(from, sa, state);
	TAKE_TEXT(from, sa, role);
	TAKE_TEXT(from, sa, spi_i);
	TAKE_TEXT(from, sa, spi_r);
	TAKE_TEXT(from, sa, local);
	TAKE_TEXT(from, sa, remote);
	TAKE_TEXT(from, sa, local_id);
	TAKE_TEXT(from, sa, remote_id);
	TAKE_TEXT(from, sa, proposal);
	TAKE_TEXT(from, sa, ppk_id);
	sa->nat_local = json_is_true(json_object_get(from, "nat_local"));
	sa->nat_remote = json_is_true(json_object_get(from, "nat_remote"));
	sa->fragment_size = member_number(from, "fragment_size");
	sa->age = member_number(from, "age");
	sa->life = member_number(from, "life");
}

static void take_history(json_t *from, struct history *history)
{
	TAKE_TEXT(from, history, last_error);
	history->error_age = member_number(from, "error_age");
	history->retry = member_number(from, "retry");
	history->attempts = member_number(from, "attempts");
	history->successes = member_number(from, "successes");
	history->rekeys = member_number(from, "rekeys");
	history->failures = member_number(from, "failures");
}

static void take_child(json_t *from, struct child *child)
{
	TAKE_TEXT(from, child, gateway);
	TAKE_TEXT(from, child, tunnel);
	TAKE_TEXT(from, child, interface);
	TAKE_TEXT(from, child, proxy);
	TAKE_TEXT(from, child, state);
	TAKE_TEXT(from, child, spi_in);
	TAKE_TEXT(from, child, spi_out);
	TAKE_TEXT(from, child, proposal);
	TAKE_TEXT(from, child, ts_local);
	TAKE_TEXT(from, child, ts_remote);
	child->age = member_number(from, "age");
	child->life = member_number(from, "life");
	take_history(from, &child->history);
}

static void take_gateway(json_t *from, struct gateway *gateway)
{
	TAKE_TEXT(from, gateway, gateway);
	TAKE_TEXT(from, gateway, state);
	TAKE_TEXT(from, gateway, peer);
	TAKE_TEXT(from, gateway, fqdn);
	take_history(from, &gateway->history);
}

static void take_process(json_t *from, struct process *process)
{
	json_t *uid = json_object_get(from, "uid");
	const struct passwd *user = uid ? getpwuid((uid_t)json_integer_value(uid)) : NULL;

	TAKE_TEXT(from, process, name);
	TAKE_TEXT(from, process, capabilities);
	TAKE_TEXT(from, process, may);
	if (user)
		text_copy(process->user, sizeof(process->user), user->pw_name);
	else if (uid)
		snprintf(process->user, sizeof(process->user), "%lld",
			 (long long)json_integer_value(uid));
	process->pid = member_number(from, "pid");
	process->since = member_number(from, "since");
	process->starts = member_number(from, "starts");
	process->threads = member_number(from, "threads");
	process->memory = member_number(from, "memory");
}

static const char *version_of(json_t *answer)
{
	json_t *daemon = json_object_get(answer, "daemon");
	const char *version = json_string_value(json_object_get(daemon, "version"));

	return version ? version : "";
}

void ctl_version(const char *path, char *version, char *error)
{
	json_t *answer;

	*error = '\0';
	answer = ctl_ask(path, json_pack("{s:s}", "verb", "show"), error);
	text_copy(version, VERSION_TEXT, version_of(answer));
	json_decref(answer);
}

/* Whether an answer of a daemon of that version may be read; otherwise @error says why not. */
static bool understood(const char *version, char *error)
{
	char text[MODEL_ERROR];

	if (version_of_daemon("pantunctl", version, text, sizeof(text)) ==
	    VERSION_FOREIGN) {
		text_copy(error, MODEL_ERROR, text);
		return false;
	}
	if (*text)
		fprintf(stderr, "pantunctl: warning: %s\n", text);
	return true;
}

void ctl_fill(const char *path, struct model *model)
{
	json_t *answer = ctl_ask(path, json_pack("{s:s}", "verb", "show"),
				 model->daemon_error);
	json_t *one;
	size_t i;

	if (answer && !understood(version_of(answer), model->daemon_error)) {
		json_decref(answer);
		return;
	}
	json_array_foreach(json_object_get(answer, "ike_sas"), i, one)
		take_ike_sa(one, model_add(model->ike_sas, model->ike_sas_n));
	json_array_foreach(json_object_get(answer, "children"), i, one)
		take_child(one, model_add(model->children, model->children_n));
	json_array_foreach(json_object_get(answer, "gateways"), i, one)
		take_gateway(one, model_add(model->gateways, model->gateways_n));
	json_decref(answer);
}

void ctl_fill_processes(const char *path, struct model *model)
{
	json_t *answer = ctl_ask(path, json_pack("{s:s}", "verb", "daemon"), model->daemon_error);
	const char *version = json_string_value(json_object_get(answer, "version"));
	json_t *one;
	size_t i;

	if (answer && understood(version ? version : "", model->daemon_error)) {
		json_array_foreach(json_object_get(answer, "processes"), i, one)
			take_process(one, model_add(model->processes, model->processes_n));
	}
	json_decref(answer);
}
