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
#include "json_walk.h"
#include "out.h"

#define PATIENCE	30		/* seconds for an answer to come */
#define NAME_TEXT	32		/* octets of the name of a member */
#define NO_OBJECT	"pantund's answer is not a JSON object"

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

static char *receive_body(int fd, size_t n, char *error)
{
	char *text = malloc(n);

	if (!text) {
		snprintf(error, MODEL_ERROR, "out of memory");
		return NULL;
	}
	if (read_all(fd, text, n) == n)
		return text;
	snprintf(error, MODEL_ERROR, "pantund hung up in the middle of an answer");
	free(text);
	return NULL;
}

/* The next message as it stands, of @n octets: as ctl_receive(). */
static char *receive_text(int fd, size_t *n, char *error)
{
	uint8_t header[CTL_HEADER];
	size_t got = read_all(fd, header, sizeof(header));

	error[0] = '\0';
	if (got != sizeof(header)) {
		if (errno)
			fail(error, "no answer from pantund");
		return NULL;
	}
	*n = get_be32(header);
	if (*n && *n <= CTL_ANSWER_MAX)
		return receive_body(fd, *n, error);
	snprintf(error, MODEL_ERROR, "an answer of %zu octets is not pantund's", *n);
	return NULL;
}

json_t *ctl_receive(int fd, char *error)
{
	json_error_t where;
	json_t *answer;
	size_t n;
	char *text = receive_text(fd, &n, error);

	if (!text)
		return NULL;
	answer = json_loadb(text, n, 0, &where);
	free(text);
	if (json_is_object(answer))
		return answer;
	json_decref(answer);
	text_copy(error, MODEL_ERROR, NO_OBJECT);
	return NULL;
}

/* Whether @answer says ok; otherwise @error has why not. */
static bool is_ok(json_t *answer, char *error)
{
	const char *refusal = json_string_value(json_object_get(answer, "error"));

	if (json_is_true(json_object_get(answer, "ok")))
		return true;
	text_copy(error, MODEL_ERROR, refusal ? refusal : "pantund refused without a reason");
	return false;
}

static void hung_up(char *error)
{
	if (!*error)
		snprintf(error, MODEL_ERROR, "pantund hung up without an answer");
}

json_t *ctl_exchange(int fd, json_t *request, char *error)
{
	json_t *answer;

	if (!ctl_send(fd, request, error))
		return NULL;
	answer = ctl_receive(fd, error);
	if (!answer)
		hung_up(error);
	if (!answer || is_ok(answer, error))
		return answer;
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

static void take_certificate(json_t *from, struct certificate *certificate)
{
	TAKE_TEXT(from, certificate, gateway);
	TAKE_TEXT(from, certificate, use);
	TAKE_TEXT(from, certificate, subject);
	TAKE_TEXT(from, certificate, issuer);
	TAKE_TEXT(from, certificate, identities);
	certificate->gateways = member_number(from, "gateways");
	certificate->until = json_integer_value(json_object_get(from, "until"));
	certificate->days = json_integer_value(json_object_get(from, "days"));
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

/* --- the answer to "show", which may be long --- */

/* Its text of @n octets, or NULL with @error. */
static char *ask_show(const char *path, size_t *n, char *error)
{
	int fd = ctl_connect(path, error);
	char *text = NULL;

	if (fd < 0)
		return NULL;
	if (ctl_send(fd, json_pack("{s:s}", "verb", "show"), error)) {
		text = receive_text(fd, n, error);
		if (!text)
			hung_up(error);
	}
	close(fd);
	return text;
}

static bool is_list(struct bytes value)
{
	return *value.p == '[';
}

static bool is_named(struct bytes name, const char *wanted)
{
	return bytes_equal(name, bytes_of(wanted, strlen(wanted)));
}

/* An object of all that is no list; NULL: it is not one. */
static json_t *without_lists(struct bytes text)
{
	struct json_walk walk = json_walk_begin(text);
	bool good = walk.object;
	json_t *head = json_object();
	struct bytes name, value;
	char member[NAME_TEXT];
	json_error_t where;

	while (good && json_walk_next(&walk, &name, &value)) {
		if (is_list(value) || name.n >= sizeof(member))
			continue;
		memcpy(member, name.p, name.n);
		member[name.n] = '\0';
		good = !json_object_set_new(head, member,
					    json_loadb((const char *)value.p, value.n,
						       JSON_DECODE_ANY, &where));
	}
	if (good && !walk.bad)
		return head;
	json_decref(head);
	return NULL;
}

static void take_row(struct model *model, struct bytes list, json_t *row)
{
	if (is_named(list, "ike_sas"))
		take_ike_sa(row, model_add(model->ike_sas, model->ike_sas_n));
	else if (is_named(list, "children"))
		take_child(row, model_add(model->children, model->children_n));
	else if (is_named(list, "gateways"))
		take_gateway(row, model_add(model->gateways, model->gateways_n));
}

/* False where one of @rows is no object. */
static bool take_rows(struct model *model, struct bytes list, struct bytes rows)
{
	struct json_walk walk = json_walk_begin(rows);
	struct bytes name, value;
	json_error_t where;
	json_t *row;

	while (json_walk_next(&walk, &name, &value)) {
		row = json_loadb((const char *)value.p, value.n, 0, &where);
		if (!json_is_object(row)) {
			json_decref(row);
			return false;
		}
		take_row(model, list, row);
		json_decref(row);
	}
	return !walk.bad;
}

static bool take_lists(struct model *model, struct bytes text)
{
	struct json_walk walk = json_walk_begin(text);
	struct bytes name, value;

	while (json_walk_next(&walk, &name, &value))
		if (is_list(value) && !take_rows(model, name, value))
			return false;
	return true;
}

void ctl_fill(const char *path, struct model *model)
{
	char *error = model->daemon_error, *text;
	json_t *head;
	size_t n;

	text = ask_show(path, &n, error);
	if (!text)
		return;
	head = without_lists(bytes_of(text, n));
	if (!head)
		text_copy(error, MODEL_ERROR, NO_OBJECT);
	else if (is_ok(head, error) && understood(version_of(head), error) &&
		 !take_lists(model, bytes_of(text, n)))
		text_copy(error, MODEL_ERROR, "pantund's answer has something else than rows");
	json_decref(head);
	free(text);
}

static void take_strangers(json_t *object, struct strangers *strangers)
{
	strangers->known = json_is_object(object);
	strangers->cookies = json_is_true(json_object_get(object, "cookies"));
	strangers->half_open = member_number(object, "half_open");
	strangers->missed = member_number(object, "missed");
	strangers->cookies_from = member_number(object, "cookies_from");
	strangers->per_source = member_number(object, "per_source");
	strangers->most = member_number(object, "most");
	strangers->asked = member_number(object, "asked");
	strangers->dropped = member_number(object, "dropped");
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
		take_strangers(json_object_get(answer, "strangers"), &model->strangers);
	}
	json_decref(answer);
}

void ctl_fill_certificates(const char *path, struct model *model)
{
	json_t *answer = ctl_ask(path, json_pack("{s:s}", "verb", "certificates"),
				 model->daemon_error);
	const char *version = json_string_value(json_object_get(answer, "version"));
	json_t *one;
	size_t i;

	if (answer && understood(version ? version : "", model->daemon_error)) {
		json_array_foreach(json_object_get(answer, "certificates"), i, one)
			take_certificate(one, model_add(model->certificates,
							model->certificates_n));
	}
	json_decref(answer);
}
