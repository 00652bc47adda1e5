// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl show: what the kernel and the daemon know, in one picture. */
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "ctl_client.h"
#include "out.h"

/* What one word after "show" asks for. */
struct subject {
	unsigned int views;
	bool by_gateway;		/* the name is a gateway's */
};

/*
 * Of a thousand tunnels the kernel is asked for one.  It may be called by the name of its
 * interface, or by one that the daemon alone knows.
 */
static void fill_by_name(const struct options *options, const char *name, struct model *model)
{
	const char *interface;
	char ifname[IFNAMSIZ];

	if (strlen(name) < sizeof(ifname))
		nl_fill(model, options->ctl, name);
	interface = model->tunnels_n || *model->kernel_error ? NULL : model_interface(model, name);
	if (!interface)
		return;
	text_copy(ifname, sizeof(ifname), interface);
	nl_fill(model, options->ctl, ifname);
}

/* @name NULL: everything. */
static void fill(const struct options *options, const struct subject *subject, const char *name,
		 struct model *model)
{
	bool one = name && !subject->by_gateway;

	if (subject->views & (VIEW_PROXIES | VIEW_IKE) || name)
		ctl_fill(options->ctl, model);
	if (subject->views & VIEW_OF_KERNEL && one)
		fill_by_name(options, name, model);
	else if (subject->views & VIEW_OF_KERNEL)
		nl_fill(model, options->ctl, NULL);
	if (subject->views & VIEW_PROCESSES)
		ctl_fill_processes(options->ctl, model);
	if (subject->views & VIEW_CERTIFICATES)
		ctl_fill_certificates(options->ctl, model);
}

/* False after a message where there is nothing of that name. */
static bool narrow(struct model *model, const struct subject *subject, const char *name)
{
	const char *interface;
	char ifname[IFNAMSIZ];

	if (subject->by_gateway) {
		model_keep_gateway(model, name);
		if (model->gateways_n || model->children_n || model->ike_sas_n)
			return true;
		fprintf(stderr, "pantunctl: there is no gateway \"%s\"; \"pantunctl show ike-sa\" "
			"lists them\n", name);
		return false;
	}
	interface = model_interface(model, name);
	if (!interface) {
		fprintf(stderr, "pantunctl: there is no tunnel \"%s\"; \"pantunctl show\" lists "
			"them\n", name);
		return false;
	}
	text_copy(ifname, sizeof(ifname), interface);
	model_keep_interface(model, ifname);
	return true;
}

/* Whether something that was asked for could not be had at all. */
static bool failed(const struct model *model, unsigned int views)
{
	bool kernel = views & VIEW_OF_KERNEL && !*model->kernel_error;
	bool daemon = views & VIEW_OF_DAEMON && !*model->daemon_error;

	return !kernel && !daemon;
}

static int show(const struct options *options, const struct subject *subject, int argc,
		char **argv)
{
	struct model model = { 0 };
	int status = 0;

	if (argc > 1)
		return usage_error("\"%s\": nothing may follow the name", argv[1]);
	fill(options, subject, argc ? argv[0] : NULL, &model);
	if (argc && !failed(&model, subject->views) && !narrow(&model, subject, argv[0])) {
		status = 1;
	} else {
		if (options->json)
			out_json(&model, subject->views);
		else
			out_tables(&model, subject->views);
		status = failed(&model, subject->views);
	}
	model_free(&model);
	return status;
}

static int show_tunnel(const struct options *options, int argc, char **argv)
{
	static const struct subject subject = { .views = VIEW_ALL };

	return show(options, &subject, argc, argv);
}

static int show_ike_sa(const struct options *options, int argc, char **argv)
{
	static const struct subject subject = { .views = VIEW_IKE, .by_gateway = true };

	return show(options, &subject, argc, argv);
}

static int show_ipsec_sa(const struct options *options, int argc, char **argv)
{
	static const struct subject subject = { .views = VIEW_IPSEC };

	return show(options, &subject, argc, argv);
}

static int show_flow(const struct options *options, int argc, char **argv)
{
	static const struct subject subject = {
		.views = VIEW_TUNNELS | VIEW_PROXIES | VIEW_DROPS };

	return show(options, &subject, argc, argv);
}

static int show_monitor(const struct options *options, int argc, char **argv)
{
	static const struct subject subject = { .views = VIEW_MONITORS };

	return show(options, &subject, argc, argv);
}

static int show_daemon(const struct options *options, int argc, char **argv)
{
	static const struct subject subject = { .views = VIEW_PROCESSES };

	if (argc)
		return usage_error("\"%s\": show daemon takes no name", argv[0]);
	return show(options, &subject, argc, argv);
}

static int show_certificates(const struct options *options, int argc, char **argv)
{
	static const struct subject subject = { .views = VIEW_CERTIFICATES };

	if (argc)
		return usage_error("\"%s\": show certificates takes no name", argv[0]);
	return show(options, &subject, argc, argv);
}

static const struct command subjects[] = {
	{ .name = "tunnel", .run = show_tunnel },
	{ .name = "ike-sa", .run = show_ike_sa },
	{ .name = "ipsec-sa", .run = show_ipsec_sa },
	{ .name = "flow", .run = show_flow },
	{ .name = "monitor", .run = show_monitor },
	{ .name = "daemon", .run = show_daemon },
	{ .name = "certificates", .run = show_certificates },
};

static const size_t subjects_n = sizeof(subjects) / sizeof(subjects[0]);

static bool is_gateway(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->gateways_n; i++) {
		if (!strcmp(model->gateways[i].gateway, name))
			return true;
	}
	return false;
}

/* "show hq": the tunnel or the gateway of that name, if there is one. */
static int show_by_name(const struct options *options, int argc, char **argv)
{
	const char *names[sizeof(subjects) / sizeof(subjects[0])];
	char error[MODEL_ERROR];
	struct model model = { 0 };
	bool tunnel, gateway;

	fill(options, &(struct subject){ .views = VIEW_ALL }, argv[0], &model);
	tunnel = model_interface(&model, argv[0]);
	gateway = is_gateway(&model, argv[0]);
	text_copy(error, sizeof(error), model.daemon_error);
	model_free(&model);
	if (tunnel)
		return show_tunnel(options, argc, argv);
	if (gateway)
		return show_ike_sa(options, argc, argv);
	for (size_t i = 0; i < subjects_n; i++)
		names[i] = subjects[i].name;
	words_unknown("show", "subject, tunnel or gateway", argv[0], names, subjects_n);
	if (*error)
		fprintf(stderr, "pantunctl: tunnels and gateways of the configuration could not be "
			"asked for: %s\n", error);
	return EXIT_USAGE;
}

int cmd_show(const struct options *options, int argc, char **argv)
{
	if (!argc)
		return show_tunnel(options, 0, argv);
	for (size_t i = 0; i < subjects_n; i++) {
		if (!strcmp(subjects[i].name, argv[0]))
			return subjects[i].run(options, argc - 1, argv + 1);
	}
	return show_by_name(options, argc, argv);
}
