// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's answers, good and bad, as the model gets them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/bytes.h"
#include "base/version.h"
#include "ctl_client.h"
#include "nl_relay.h"

#define PATH "/tmp/pantun-test-ctl.%d"
#define NOBODY	65534	/* a user who is not root */

struct server {
	char path[64];
	pid_t pid;
};

/*
 * A daemon for one connection: expects @request as JSON, answers with @n octets of
 * @answer as they are and hangs up.  Exit status 0 if the request was that.
 */
static void serve(int listener, const char *request, const void *answer, size_t n)
{
	char got[512] = "";
	int fd = accept(listener, NULL, NULL);
	ssize_t length = recv(fd, got, 4 + strlen(request), MSG_WAITALL);
	bool right = length > 4 && !strcmp(got + 4, request) &&
		     get_be32((uint8_t *)got) == strlen(request);

	if (write(fd, answer, n) != (ssize_t)n)
		right = false;
	_exit(right ? 0 : 1);
}

static void start(struct server *server, const char *request, const void *answer, size_t n)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(server->path, sizeof(server->path), PATH, (int)getpid());
	unlink(server->path);
	text_copy(at.sun_path, sizeof(at.sun_path), server->path);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listener, 1), 0);
	server->pid = fork();
	if (!server->pid)
		serve(listener, request, answer, n);
	close(listener);
}

static void end(struct server *server)
{
	int status;

	unlink(server->path);
	assert_int_equal(waitpid(server->pid, &status, 0), server->pid);
	assert_int_equal(status, 0);
}

/* An answer with its length in front; returns the octets of both. */
static size_t framed(const char *json, uint8_t *out)
{
	put_be32(out, (uint32_t)strlen(json));
	memcpy(out + 4, json, strlen(json));
	return 4 + strlen(json);
}

/* Fills @model, empty at first, with what a daemon answers. */
static void fill(struct model *model, const char *json)
{
	struct server server = { 0 };
	uint8_t octets[2048];

	start(&server, "{\"verb\":\"show\"}", octets, framed(json, octets));
	ctl_fill(server.path, model);
	end(&server);
}

static void test_show(void **state)
{
	static const char json[] =
		"{\"ok\":true,\"daemon\":{\"version\":\"" PANTUN_VERSION "\"},"
		"\"ike_sas\":[{\"gateway\":\"hq\","
		"\"state\":\"established\",\"role\":\"initiator\",\"nat_remote\":true,"
		"\"fragment_size\":1280,"
		"\"age\":61,\"life\":28800,\"new-member\":[1]}],\"children\":[{\"gateway\":\"hq\","
		"\"tunnel\":\"t\",\"interface\":\"tunnel1\",\"proxy\":\"lan\",\"state\":\"down\","
		"\"last_error\":\"no common proposal\",\"age\":null},{\"gateway\":\"g2\","
		"\"interface\":\"tunnel2\"}]}";
	struct model model = { 0 };

	(void)state;
	fill(&model, json);
	assert_string_equal(model.daemon_error, "");
	assert_int_equal(model.ike_sas_n, 1);
	assert_string_equal(model.ike_sas[0].state, "established");
	assert_true(model.ike_sas[0].nat_remote);
	assert_false(model.ike_sas[0].nat_local);
	assert_int_equal(model.ike_sas[0].fragment_size, 1280);
	assert_int_equal(model.ike_sas[0].life, 28800);
	assert_int_equal(model.children_n, 2);
	assert_string_equal(model.children[0].history.last_error, "no common proposal");
	assert_int_equal(model.children[0].age, 0);
	assert_string_equal(model_interface(&model, "t"), "tunnel1");
	assert_null(model_interface(&model, "u"));
	model_keep_gateway(&model, "g2");
	assert_int_equal(model.children_n, 1);
	assert_int_equal(model.ike_sas_n, 0);
	model_free(&model);
}

/* Texts as long as the daemon's may be are not cut: it has them in buffers of 288 and 192. */
static void test_long_texts(void **state)
{
	struct model model = { 0 };
	char json[1024], id[288], proposal[192];

	(void)state;
	memset(id, 'i', sizeof(id));
	id[sizeof(id) - 1] = '\0';
	memset(proposal, 'p', sizeof(proposal));
	proposal[sizeof(proposal) - 1] = '\0';
	snprintf(json, sizeof(json), "{\"ok\":true,\"ike_sas\":[{\"remote_id\":\"%s\","
		 "\"proposal\":\"%s\"}]}", id, proposal);
	fill(&model, json);
	assert_int_equal(model.ike_sas_n, 1);
	assert_string_equal(model.ike_sas[0].remote_id, id);
	assert_string_equal(model.ike_sas[0].proposal, proposal);
	model_free(&model);
}

static void assert_not_filled(const char *json, const char *why)
{
	struct model model = { 0 };

	fill(&model, json);
	if (!strstr(model.daemon_error, why))
		fail_msg("\"%s\" is said of %s", model.daemon_error, json);
	model_free(&model);
}

/* An answer is gone through in parts, each of which may be wrong. */
static void test_not_shown(void **state)
{
	(void)state;
	assert_not_filled("{\"ok\":false,\"error\":\"not for you\"}", "not for you");
	assert_not_filled("{\"ok\":false,\"children\":[{}]}", "without a reason");
	assert_not_filled("{\"children\":[{}]}", "without a reason");
	assert_not_filled("[{\"ok\":true}]", "not a JSON object");
	assert_not_filled("{\"ok\":true,\"children\":[{}]", "not a JSON object");
	assert_not_filled("{\"ok\":yes}", "not a JSON object");
	assert_not_filled("{\"ok\":true,\"children\":[{},1]}", "something else than rows");
	assert_not_filled("{\"ok\":true,\"children\":[{\"gateway\":1x}]}",
			  "something else than rows");
	assert_not_filled("{\"ok\":true,\"gateways\":[{} {}]}", "something else than rows");
}

/* Blocks that the JSON library has, and at most had. */
static unsigned int blocks, blocks_most;

static void *count_block(size_t n)
{
	if (++blocks > blocks_most)
		blocks_most = blocks;
	return malloc(n);
}

static void discount_block(void *block)
{
	blocks -= block != NULL;
	free(block);
}

static unsigned int blocks_for(unsigned int n)
{
	static const char row[] = "{\"gateway\":\"hq\",\"interface\":\"tunnel1\",\"age\":7},";
	size_t size = 64 + n * sizeof(row), at;
	uint8_t *octets = malloc(size + 4);
	char *json = malloc(size);
	struct server server = { 0 };
	struct model model = { 0 };

	assert_non_null(octets);
	assert_non_null(json);
	at = (size_t)snprintf(json, size, "{\"ok\":true,\"children\":[");
	for (unsigned int i = 0; i < n; i++)
		at += (size_t)snprintf(json + at, size - at, "%s", row);
	snprintf(json + at - 1, size - at, "]}");
	blocks = 0;
	blocks_most = 0;
	start(&server, "{\"verb\":\"show\"}", octets, framed(json, octets));
	ctl_fill(server.path, &model);
	end(&server);
	assert_string_equal(model.daemon_error, "");
	assert_int_equal(model.children_n, n);
	model_free(&model);
	free(octets);
	free(json);
	return blocks_most;
}

/* A thousand rows as JSON would take more memory than all else; one does at a time. */
static void test_rows_one_at_a_time(void **state)
{
	unsigned int few, many;

	(void)state;
	json_set_alloc_funcs(count_block, discount_block);
	few = blocks_for(2);
	many = blocks_for(1000);
	json_set_alloc_funcs(malloc, free);
	assert_in_range(few, 4, 100);
	assert_int_equal(many, few);
}

static void fill_processes(struct model *model, const char *version)
{
	struct server server = { 0 };
	uint8_t octets[2048];
	char json[1024];

	snprintf(json, sizeof(json), "{\"ok\":true,\"version\":\"%s\",\"processes\":["
		 "{\"name\":\"parent\",\"pid\":7,\"since\":9,\"starts\":1,\"may\":\"all\","
		 "\"uid\":0,\"capabilities\":\"net_admin\",\"threads\":3,\"memory\":4096},"
		 "{\"name\":\"ike\",\"pid\":8,\"uid\":987654321},{\"name\":\"fetch\",\"pid\":0}],"
		 "\"strangers\":{\"half_open\":3,\"missed\":4,\"cookies\":true,"
		 "\"cookies_from\":500,\"per_source\":64,\"most\":4096,\"asked\":6,\"dropped\":5}}",
		 version);
	start(&server, "{\"verb\":\"daemon\"}", octets, framed(json, octets));
	ctl_fill_processes(server.path, model);
	end(&server);
}

static void test_certificates(void **state)
{
	struct server server = { 0 };
	struct model model = { 0 };
	uint8_t octets[2048];
	char json[1024];

	(void)state;
	snprintf(json, sizeof(json), "{\"ok\":true,\"version\":\"%s\",\"certificates\":["
		 "{\"gateway\":\"hq\",\"gateways\":2,\"use\":\"own\",\"subject\":\"CN=hq\","
		 "\"issuer\":\"CN=root\",\"identities\":\"CN=hq, hq.example\","
		 "\"until\":8589934592,\"days\":-3}]}", PANTUN_VERSION);
	start(&server, "{\"verb\":\"certificates\"}", octets, framed(json, octets));
	ctl_fill_certificates(server.path, &model);
	end(&server);
	assert_string_equal(model.daemon_error, "");
	assert_int_equal(model.certificates_n, 1);
	assert_string_equal(model.certificates[0].gateway, "hq");
	assert_string_equal(model.certificates[0].use, "own");
	assert_string_equal(model.certificates[0].subject, "CN=hq");
	assert_string_equal(model.certificates[0].issuer, "CN=root");
	assert_string_equal(model.certificates[0].identities, "CN=hq, hq.example");
	assert_int_equal(model.certificates[0].gateways, 2);
	assert_int_equal(model.certificates[0].until, 8589934592);
	assert_int_equal(model.certificates[0].days, -3);
	model_free(&model);
}

/* Users have names here, or numbers where they have none; what has ended has no user. */
static void test_processes(void **state)
{
	struct model model = { 0 };

	(void)state;
	fill_processes(&model, PANTUN_VERSION);
	assert_string_equal(model.daemon_error, "");
	assert_true(model.strangers.known && model.strangers.cookies);
	assert_int_equal(model.strangers.half_open, 3);
	assert_int_equal(model.strangers.missed, 4);
	assert_int_equal(model.strangers.cookies_from, 500);
	assert_int_equal(model.strangers.per_source, 64);
	assert_int_equal(model.strangers.most, 4096);
	assert_int_equal(model.strangers.asked, 6);
	assert_int_equal(model.strangers.dropped, 5);
	assert_int_equal(model.processes_n, 3);
	assert_string_equal(model.processes[0].name, "parent");
	assert_string_equal(model.processes[0].user, "root");
	assert_string_equal(model.processes[0].capabilities, "net_admin");
	assert_string_equal(model.processes[0].may, "all");
	assert_int_equal(model.processes[0].pid, 7);
	assert_int_equal(model.processes[0].since, 9);
	assert_int_equal(model.processes[0].starts, 1);
	assert_int_equal(model.processes[0].threads, 3);
	assert_int_equal(model.processes[0].memory, 4096);
	assert_string_equal(model.processes[1].user, "987654321");
	assert_string_equal(model.processes[2].user, "");
	model_free(&model);
	fill_processes(&model, "99.0.1");
	assert_int_equal(model.processes_n, 0);
	assert_non_null(strstr(model.daemon_error, "99.0.1"));
	model_free(&model);
}

/* A daemon of another major version is not understood; its version is told all the same. */
static void test_foreign(void **state)
{
	static const char json[] = "{\"ok\":true,\"daemon\":{\"version\":\"99.0.1\"},"
		"\"children\":[{\"gateway\":\"hq\",\"interface\":\"tunnel1\"}]}";
	char version[VERSION_TEXT], error[MODEL_ERROR];
	struct model model = { 0 };
	struct server server = { 0 };
	uint8_t octets[2048];

	(void)state;
	fill(&model, json);
	assert_int_equal(model.children_n, 0);
	assert_non_null(strstr(model.daemon_error, "99.0.1"));
	assert_non_null(strstr(model.daemon_error, PANTUN_VERSION));
	model_free(&model);
	start(&server, "{\"verb\":\"show\"}", octets, framed(json, octets));
	ctl_version(server.path, version, error);
	end(&server);
	assert_string_equal(version, "99.0.1");
	assert_string_equal(error, "");
}

/* Whether we read @what of the kernel through a daemon of network namespace @netns. */
static bool relays(const char *what, uint64_t netns, char *error)
{
	char request[64], answer[64];
	struct server server = { 0 };
	uint8_t octets[128];
	bool good;
	int fd;

	snprintf(request, sizeof(request), "{\"verb\":\"kernel\",\"what\":\"%s\"}", what);
	snprintf(answer, sizeof(answer), "{\"ok\":true,\"netns\":%llu}",
		 (unsigned long long)netns);
	start(&server, request, octets, framed(answer, octets));
	fd = ctl_connect(server.path, error);
	assert_true(fd >= 0);
	good = nl_relay_ask(fd, what, error);
	close(fd);
	end(&server);
	return good;
}

/* The tunnels of another network namespace are not ours; the module is everybody's. */
static void test_netns(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	socklen_t n = sizeof(uint64_t);
	char error[MODEL_ERROR] = "";
	uint64_t ours;
	bool known = !getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &ours, &n);

	(void)state;
	close(fd);
	if (!known)
		skip();
	assert_true(relays("tunnel", ours, error));
	assert_true(relays("module", ours + 1, error));
	assert_false(relays("tunnel", ours + 1, error));
	assert_non_null(strstr(error, "another network namespace"));
}

/* Of IKE SAs those stay that a tunnel's children use. */
static void test_keep_interface(void **state)
{
	static const char json[] =
		"{\"ok\":true,\"ike_sas\":[{\"gateway\":\"a\"},{\"gateway\":\"b\"}],"
		"\"children\":[{\"gateway\":\"a\",\"interface\":\"tunnel1\"},"
		"{\"gateway\":\"b\",\"interface\":\"tunnel2\"}]}";
	struct model model = { 0 };

	(void)state;
	fill(&model, json);
	model_keep_interface(&model, "tunnel2");
	assert_int_equal(model.children_n, 1);
	assert_int_equal(model.ike_sas_n, 1);
	assert_string_equal(model.ike_sas[0].gateway, "b");
	model_free(&model);
}

static void assert_fails(const void *answer, size_t n, const char *why)
{
	char error[MODEL_ERROR] = "";
	struct server server = { 0 };

	start(&server, "{\"verb\":\"show\"}", answer, n);
	assert_null(ctl_ask(server.path, json_pack("{s:s}", "verb", "show"), error));
	end(&server);
	assert_non_null(strstr(error, why));
}

static void test_refusals(void **state)
{
	static const uint8_t huge[] = { 0xff, 0xff, 0xff, 0xff, '{' };
	static const uint8_t none[] = { 0, 0, 0, 0 };
	static const uint8_t half[] = { 0, 0, 0, 20, '{', '}' };
	uint8_t octets[256];

	(void)state;
	assert_fails(octets, framed("{\"ok\":false,\"error\":\"not for you\"}", octets),
		     "not for you");
	assert_fails(octets, framed("{\"ok\":false}", octets), "without a reason");
	assert_fails(octets, framed("[1,2]", octets), "not a JSON object");
	assert_fails(octets, framed("{\"ok\":true", octets), "not a JSON object");
	assert_fails(huge, sizeof(huge), "is not pantund's");
	assert_fails(none, sizeof(none), "is not pantund's");
	assert_fails(half, sizeof(half), "in the middle of an answer");
	assert_fails(none, 0, "without an answer");
}

static void test_nobody(void **state)
{
	struct model model = { 0 };
	char path[300];

	(void)state;
	ctl_fill("/tmp/pantun-test-nobody", &model);
	assert_non_null(strstr(model.daemon_error, "pantund is not running"));
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	ctl_fill(path, &model);
	assert_non_null(strstr(model.daemon_error, "too long"));
	model_free(&model);
}

/* Whoever may not open the socket is told who may; root is let in whatever its mode is. */
static void test_denied(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	bool root = !geteuid();
	char error[MODEL_ERROR];

	(void)state;
	snprintf(at.sun_path, sizeof(at.sun_path), PATH, (int)getpid());
	unlink(at.sun_path);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(chmod(at.sun_path, 0), 0);
	if (root)
		assert_int_equal(seteuid(NOBODY), 0);
	assert_int_equal(ctl_connect(at.sun_path, error), -1);
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_string_equal(error, "only root may ask pantund; its option --group lets members of "
			    "a group look");
	unlink(at.sun_path);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_not_shown),
		cmocka_unit_test(test_rows_one_at_a_time),
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_netns),
		cmocka_unit_test(test_keep_interface),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_denied),
	};

	return cmocka_run_group_tests_name("ctl_client", tests, NULL, NULL);
}
