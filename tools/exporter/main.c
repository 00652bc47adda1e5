// SPDX-License-Identifier: GPL-2.0-or-later
/* pantun-exporter: pantun's counters for Prometheus; see pantun-exporter(8). */
#include <err.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exporter/ask.h"
#include "exporter/metrics.h"
#include "pantun_version.h"

#define ADDRESS		"127.0.0.1"
#define PORT		"9732"
#define PATIENCE_MS	8000	/* Prometheus gives up after ten seconds */
#define REQUEST_MOST	8192	/* octets of a request's headers */
#define SLOW_SECONDS	10	/* for a client that does not go on */
#define FIRST_PASSED	3	/* file descriptor of systemd's socket */

static const char usage[] =
	"Usage: pantun-exporter [OPTION]...\n"
	"Gives pantun's state and counters to Prometheus,\n"
	"at http://" ADDRESS ":" PORT "/metrics.\n\n"
	"      --address ADDRESS   where to listen (" ADDRESS ")\n"
	"      --port PORT         (" PORT "); a socket of systemd's wins over both\n"
	"      --tool FILE         what is asked (pantunctl)\n"
	"  -h, --help              this text\n"
	"      --version           the version\n";

struct exporter {
	const char *address, *port, *tool;
};

static void on_metrics(struct evhttp_request *request, void *ctx)
{
	const struct exporter *exporter = ctx;
	struct evbuffer *out = evbuffer_new();
	json_t *show = ask_show(exporter->tool, PATIENCE_MS);

	if (!out || !show || metrics_write(out, show)) {
		warnx("%s --json show gave no answer", exporter->tool);
		evhttp_send_error(request, HTTP_SERVUNAVAIL, "pantunctl gave no answer");
	} else {
		evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
				  "text/plain; version=0.0.4; charset=utf-8");
		evhttp_send_reply(request, HTTP_OK, "OK", out);
	}
	json_decref(show);
	if (out)
		evbuffer_free(out);
}

static void on_other(struct evhttp_request *request, void *ctx)
{
	(void)ctx;
	evhttp_send_error(request, HTTP_NOTFOUND, "the path is /metrics");
}

/* Whether systemd has passed a socket (sd_listen_fds(3)). */
static bool is_passed(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");

	return pid && fds && strtol(pid, NULL, 10) == getpid() && strtol(fds, NULL, 10) >= 1;
}

static void listen_on(struct evhttp *http, const struct exporter *exporter)
{
	char *end;
	unsigned long port = strtoul(exporter->port, &end, 10);

	if (is_passed()) {
		if (evutil_make_socket_nonblocking(FIRST_PASSED) ||
		    evutil_make_socket_closeonexec(FIRST_PASSED) ||
		    evhttp_accept_socket(http, FIRST_PASSED))
			errx(1, "systemd's socket cannot be used");
		return;
	}
	if (*end || !port || port > 65535)
		errx(2, "--port %s: not a number from 1 to 65535", exporter->port);
	if (evhttp_bind_socket(http, exporter->address, (ev_uint16_t)port))
		err(1, "%s, TCP port %lu", exporter->address, port);
}

static void run(struct exporter *exporter)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = base ? evhttp_new(base) : NULL;

	if (!http)
		errx(1, "out of memory");
	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(http, REQUEST_MOST);
	evhttp_set_max_body_size(http, 0);
	evhttp_set_timeout(http, SLOW_SECONDS);
	evhttp_set_cb(http, "/metrics", on_metrics, exporter);
	evhttp_set_gencb(http, on_other, NULL);
	listen_on(http, exporter);
	event_base_dispatch(base);
	evhttp_free(http);
	event_base_free(base);
}

enum { OPT_ADDRESS = 256, OPT_PORT, OPT_TOOL, OPT_VERSION };

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "address", required_argument, NULL, OPT_ADDRESS },
		{ "port", required_argument, NULL, OPT_PORT },
		{ "tool", required_argument, NULL, OPT_TOOL },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ 0 },
	};
	struct exporter exporter = { .address = ADDRESS, .port = PORT, .tool = "pantunctl" };
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case OPT_ADDRESS:
			exporter.address = optarg;
			break;
		case OPT_PORT:
			exporter.port = optarg;
			break;
		case OPT_TOOL:
			exporter.tool = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case OPT_VERSION:
			puts("pantun-exporter " PANTUN_VERSION);
			return 0;
		default:
			fputs("Try 'pantun-exporter --help'.\n", stderr);
			return 2;
		}
	}
	if (optind < argc)
		errx(2, "unexpected argument \"%s\"", argv[optind]);
	signal(SIGPIPE, SIG_IGN);
	run(&exporter);
	return 0;
}
