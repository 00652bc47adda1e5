// SPDX-License-Identifier: GPL-2.0-or-later
/* The exporter: what Prometheus gets of an answer, and answers that are none. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "exporter/ask.h"
#include "exporter/metrics.h"

static const char answer[] =
	"{\"kernel_error\": null, \"daemon_error\": \"pantund is not running\","
	" \"tunnels\": [{\"interface\": \"tunnel1\", \"state\": \"half-up\", \"carrier\": true,"
	" \"mtu\": 1446, \"rx_packets\": 7, \"rx_bytes\": 9007199254740991, \"tx_packets\": 8,"
	" \"tx_bytes\": 0, \"drops\": {\"rx_replay\": 3, \"tx_no_sa\": 2}},"
	" {\"interface\": \"tunnel2\", \"state\": \"down\"}],"
	" \"proxies\": [{\"interface\": \"tunnel1\", \"name\": \"a\\\\b\\\"c\\nd\","
	" \"in_sas\": 1}],"
	" \"monitors\": [{\"interface\": \"tunnel1\", \"destination\": \"10.255.0.2\","
	" \"state\": \"up\", \"rtt_last\": 1234}]}";

/* The text for @json; the caller frees it. */
static char *text_of(const char *json)
{
	json_t *show = json_loads(json, 0, NULL);
	struct evbuffer *out = evbuffer_new();
	size_t n;
	char *text;

	assert_non_null(show);
	assert_non_null(out);
	assert_int_equal(metrics_write(out, show), 0);
	n = evbuffer_get_length(out);
	text = calloc(1, n + 1);
	assert_non_null(text);
	assert_int_equal(evbuffer_remove(out, text, n), n);
	evbuffer_free(out);
	json_decref(show);
	return text;
}

static void test_lines(void **state)
{
	static const char *const lines[] = {
		"# TYPE pantun_up gauge\n"
		"pantun_up{part=\"module\"} 1\npantun_up{part=\"daemon\"} 0\n",
		"\npantun_tunnel_state{interface=\"tunnel1\",state=\"half-up\"} 1\n"
		"pantun_tunnel_state{interface=\"tunnel2\",state=\"down\"} 1\n",
		"\npantun_tunnel_carrier{interface=\"tunnel1\"} 1\n# ",
		"# TYPE pantun_tunnel_packets_total counter\n"
		"pantun_tunnel_packets_total{interface=\"tunnel1\",direction=\"rx\"} 7\n"
		"pantun_tunnel_packets_total{interface=\"tunnel1\",direction=\"tx\"} 8\n",
		"\npantun_tunnel_bytes_total{interface=\"tunnel1\",direction=\"rx\"}"
		" 9007199254740991\n",
		"\npantun_tunnel_drops_total{interface=\"tunnel1\",reason=\"rx_replay\"} 3\n",
		"\npantun_proxy_inbound_sas{interface=\"tunnel1\",proxy=\"a\\\\b\\\"c\\nd\"} 1\n",
		"\npantun_monitor_rtt_seconds{interface=\"tunnel1\",destination=\"10.255.0.2\"}"
		" 0.001234\n",
	};
	char *text = text_of(answer);

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (!strstr(text, lines[i]))
			fail_msg("lacks \"%s\":\n%s", lines[i], text);
	}
	free(text);
}

/* Prometheus refuses a name that is described twice, or whose lines do not stand together. */
static void test_families_stand_together(void **state)
{
	char *text = text_of(answer), *line, *rest = text;
	char names[64][64] = { "" };
	unsigned int n = 0;

	(void)state;
	while ((line = strsep(&rest, "\n")) && *line) {
		char name[64];

		if (sscanf(line, "# HELP %63s", name) == 1) {
			for (unsigned int i = 0; i < n; i++)
				assert_string_not_equal(name, names[i]);
			assert_in_range(n, 0, 63);
			snprintf(names[n++], sizeof(*names), "%s", name);
		} else if (line[0] != '#') {
			assert_int_equal(sscanf(line, "%63[a-z_]", name), 1);
			assert_true(n > 0);
			assert_string_equal(name, names[n - 1]);
		}
	}
	assert_in_range(n, 20, 63);
	free(text);
}

static void test_nothing_known(void **state)
{
	char *text = text_of("{\"kernel_error\": \"no module\", \"tunnels\": 5}");

	(void)state;
	assert_non_null(strstr(text, "\npantun_up{part=\"module\"} 0\n# HELP"));
	assert_null(strstr(text, "interface="));
	free(text);
}

/* Asks a tool that is this shell script. */
static json_t *ask(const char *script, int patience)
{
	char name[] = "/tmp/test_exporter.XXXXXX";
	int fd = mkstemp(name);
	json_t *show;

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "#!/bin/sh\n%s\n", script) > 0);
	assert_int_equal(fchmod(fd, 0700), 0);
	close(fd);
	show = ask_show(name, patience);
	unlink(name);
	return show;
}

static void test_ask(void **state)
{
	json_t *show = ask("[ \"$*\" = '--json show' ] && echo '{\"a\": \"'$(head -c 300000 "
			   "/dev/zero | tr '\\0' x)'\"}'", 60000);

	(void)state;
	assert_int_equal(strlen(json_string_value(json_object_get(show, "a"))), 300000);
	json_decref(show);
	assert_null(ask("echo '[1]'", 60000));
	assert_null(ask("echo '{\"a\": '", 60000));
	assert_null(ask("exit 1", 60000));
	assert_null(ask_show("/nonexistent/tool", 60000));
}

/* One that does not end is ended: the test would not. */
static void test_ask_in_vain(void **state)
{
	(void)state;
	assert_null(ask("exec sleep 1000", 50));
	assert_null(ask("while :; do echo x; sleep 0.01; done", 50));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_families_stand_together),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_ask),
		cmocka_unit_test(test_ask_in_vain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
