// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hub has thousands of tunnels, and whoever looks at it waits.  What is shown may take so many
 * steps (daemon/tests/steps.h) for each of them, and not more for each the more there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "out.h"
#include "tests/steps.h"

#define FEW	128
#define TIMES	8
#define MANY	(FEW * TIMES)

static void add_drops(struct drop_list *drops)
{
	drops->drop = calloc(2, sizeof(*drops->drop));
	assert_non_null(drops->drop);
	drops->n = 2;
	text_copy(drops->drop[0].reason, sizeof(drops->drop[0].reason), "rx_short");
	text_copy(drops->drop[1].reason, sizeof(drops->drop[1].reason), "tx_no_sa");
	drops->drop[1].count = 3;
}

static void add_sa(struct model *model, uint32_t id, const char *ifname, uint32_t dir)
{
	struct sa *sa = model_add(model->sas, model->sas_n);

	text_copy(sa->ifname, sizeof(sa->ifname), ifname);
	sa->tunnel_id = id;
	sa->dir = dir;
	sa->proto = IPPROTO_ESP;
	sa->spi = 1000 + id;
	sa->whole = true;
	add_drops(&sa->drops);
}

/* What the daemon knows of a tunnel. */
static void add_child(struct model *model, uint32_t id, const char *ifname)
{
	struct ike_sa *ike = model_add(model->ike_sas, model->ike_sas_n);
	struct gateway *gateway = model_add(model->gateways, model->gateways_n);
	struct child *child = model_add(model->children, model->children_n);

	snprintf(ike->gateway, sizeof(ike->gateway), "gateway%u", id);
	text_copy(gateway->gateway, sizeof(gateway->gateway), ike->gateway);
	text_copy(gateway->history.last_error, sizeof(gateway->history.last_error), "no answer");
	text_copy(child->gateway, sizeof(child->gateway), ike->gateway);
	snprintf(child->tunnel, sizeof(child->tunnel), "site%u", id);
	text_copy(child->interface, sizeof(child->interface), ifname);
	text_copy(child->proxy, sizeof(child->proxy), "net");
}

static void add_tunnel(struct model *model, uint32_t id)
{
	struct tunnel *tunnel = model_add(model->tunnels, model->tunnels_n);
	struct proxy *proxy = model_add(model->proxies, model->proxies_n);
	struct tunnel_monitor *monitor = model_add(model->monitors, model->monitors_n);

	snprintf(tunnel->ifname, sizeof(tunnel->ifname), "tunnel%u", id);
	tunnel->id = id;
	tunnel->path = PANTUN_PATH_DOWN;
	tunnel->state = PANTUN_STATE_UP;
	tunnel->whole = true;
	add_drops(&tunnel->drops);
	proxy->tunnel_id = id;
	text_copy(proxy->ifname, sizeof(proxy->ifname), tunnel->ifname);
	text_copy(proxy->name, sizeof(proxy->name), "net");
	proxy->whole = true;
	monitor->tunnel_id = id;
	text_copy(monitor->ifname, sizeof(monitor->ifname), tunnel->ifname);
	monitor->action = PANTUN_MONITOR_WAIT_RECOVER;
	add_sa(model, id, tunnel->ifname, PANTUN_DIR_IN);
	add_sa(model, id, tunnel->ifname, PANTUN_DIR_OUT);
	add_child(model, id, tunnel->ifname);
}

static void show_tables(struct model *model)
{
	out_tables(model, VIEW_ALL);
}

static void show_json(struct model *model)
{
	out_json(model, VIEW_ALL);
}

static void show_one(struct model *model)
{
	assert_non_null(model_interface(model, "site7"));
	model_keep_interface(model, "tunnel7");
	assert_int_equal(model->ike_sas_n, 1);
	out_tables(model, VIEW_ALL);
}

static uint64_t steps_of(void (*show)(struct model *model), uint32_t n)
{
	int saved = dup(STDOUT_FILENO);
	struct model model = { 0 };
	uint64_t before;

	for (uint32_t i = 1; i <= n; i++)
		add_tunnel(&model, i);
	fflush(stdout);
	assert_non_null(freopen("/dev/null", "w", stdout));
	before = steps();
	show(&model);
	before = steps() - before;
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	model_free(&model);
	return before;
}

static void compare(void **state)
{
	void (*show)(struct model *model) = *(void (**)(struct model *))*state;
	uint64_t few = steps_of(show, FEW), many = steps_of(show, MANY);

	print_message("# %llu steps for %d, %llu for %d\n", (unsigned long long)few, FEW,
		      (unsigned long long)many, MANY);
	assert_in_range(few, FEW, UINT64_MAX);
	assert_in_range(many, MANY, few * TIMES * 5 / 4);
}

/* There are thousands of them: what few have, such as sixteen selectors, is not in all. */
static void test_size(void **state)
{
	(void)state;
	assert_in_range(sizeof(struct sa), 1, 512);
	assert_in_range(sizeof(struct child), 1, 1400);
}

#define SHOWN(what, function) \
	{ .name = what, .test_func = compare, \
	  .initial_state = &(void (*[])(struct model *)){ function } }

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHOWN("tables", show_tables),
		SHOWN("JSON", show_json),
		SHOWN("one of them", show_one),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests_name("many shown", tests, NULL, NULL);
}
