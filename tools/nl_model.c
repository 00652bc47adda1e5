// SPDX-License-Identifier: GPL-2.0-or-later
/* Fills the kernel's part of the model by dumps. */
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "ctl_client.h"
#include "genl/read.h"
#include "nl_client.h"
#include "nl_links.h"
#include "nl_parse.h"
#include "nl_relay.h"

#define TRIES	10		/* dumps disturbed one after another before giving up */

static void take_tunnel(void *ctx, uint8_t cmd, struct nlattr **attrs)
{
	struct model *model = ctx;
	struct tunnel *tunnel = model_add(model->tunnels, model->tunnels_n);

	(void)cmd;
	if (!nl_parse_tunnel(attrs, tunnel))
		model->tunnels_n--;
}

static void add_proxy(void *ctx, uint8_t cmd, struct nlattr **attrs)
{
	struct model *model = ctx;
	struct proxy *proxy = model_add(model->proxies, model->proxies_n);

	(void)cmd;
	if (!nl_parse_proxy(attrs, proxy))
		model->proxies_n--;
}

static void take_sa(void *ctx, uint8_t cmd, struct nlattr **attrs)
{
	struct model *model = ctx;
	struct sa *sa = model_add(model->sas, model->sas_n);

	(void)cmd;
	if (!nl_parse_sa(attrs, sa))
		model->sas_n--;
}

static void take_monitor(void *ctx, uint8_t cmd, struct nlattr **attrs)
{
	struct model *model = ctx;
	struct tunnel_monitor *monitor = model_add(model->monitors, model->monitors_n);

	(void)cmd;
	if (!nl_parse_monitor(attrs, monitor))
		model->monitors_n--;
}

/* Who answers: the kernel, or else the daemon in its stead. */
struct source {
	struct nl_client *kernel;
	const char *ifname;		/* what the kernel is asked for; NULL: all */
	int daemon;			/* connected; -1: not asked */
	char *error;			/* of MODEL_ERROR octets */
};

/* 0, -1 with an error, or -2: something changed meanwhile. */
static int dump_all(const struct source *source, struct model *model)
{
	static const struct {
		const char *what;
		nl_answer *take;
	} dumps[] = {
		{ "tunnel", take_tunnel },
		{ "proxy-id", add_proxy },
		{ "ipsec-sa", take_sa },
		{ "monitor", take_monitor },
	};
	int status = 0;

	for (size_t i = 0; !status && i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		if (source->daemon >= 0)
			status = nl_relay_dump(source->daemon, dumps[i].what, dumps[i].take, model,
					       source->error);
		else
			status = nl_finish(source->kernel,
					   nl_begin(source->kernel, genl_read_cmd(dumps[i].what),
						    NLM_F_DUMP, source->ifname),
					   dumps[i].take, model);
	}
	return status;
}

static int dump_undisturbed(const struct source *source, struct model *model)
{
	int status = -2;

	for (int i = 0; status == -2 && i < TRIES; i++) {
		model_forget_kernel(model);
		status = dump_all(source, model);
	}
	if (status == -2) {
		text_copy(source->error, MODEL_ERROR,
			  "it changes faster than it can be read; try again");
	} else if (status && source->daemon < 0 && source->ifname &&
		   nl_missing(source->kernel)) {
		/* It may have gone between two dumps. */
		model_forget_kernel(model);
		status = 0;
	} else if (status && source->daemon < 0) {
		text_copy(source->error, MODEL_ERROR, nl_error(source->kernel));
	}
	return status;
}

static int dump_by_daemon(struct source *source, const char *ctl, struct model *model)
{
	int status;

	source->daemon = ctl_connect(ctl, source->error);
	if (source->daemon < 0)
		return -1;
	status = dump_undisturbed(source, model);
	close(source->daemon);
	return status;
}

void nl_fill(struct model *model, const char *ctl, const char *ifname)
{
	struct source source = { .ifname = ifname, .daemon = -1, .error = model->kernel_error };
	int status;

	source.kernel = nl_client_open(model->kernel_error);
	if (!source.kernel)
		return;
	status = dump_undisturbed(&source, model);
	if (status && nl_denied(source.kernel))
		status = dump_by_daemon(&source, ctl, model);
	nl_client_close(source.kernel);
	if (status)
		return;
	*model->kernel_error = '\0';
	nl_links_fill(model);
}
