// SPDX-License-Identifier: GPL-2.0-or-later
/* What is printed: only what is known, in JSON and tables, and tables on narrow terminals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <netlink/msg.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "nl_parse.h"
#include "out.h"

#define OUTPUT	16384	/* octets of one print */

/* The attributes of a message whose nest @type the caller has filled. */
static struct nlattr **attrs_of(struct nl_msg *msg, struct nlattr *nest)
{
	static struct nlattr *attrs[PANTUN_A_MAX + 1];

	nla_nest_end(msg, nest);
	assert_int_equal(nlmsg_parse(nlmsg_hdr(msg), 0, attrs, PANTUN_A_MAX, NULL), 0);
	return attrs;
}

static void assert_lacks(json_t *object, const char *const *members)
{
	for (; *members; members++) {
		if (json_object_get(object, *members))
			fail_msg("\"%s\" is stated, but was not sent", *members);
	}
}

/* Events leave out what dumps have; so do the printers. */
static void test_sa_event(void **state)
{
	static const char *const unknown[] = {
		"mode", "algorithm", "weak", "esn", "selector", "limits", "replay_window", "seq",
		"age", "rx_packets", "tx_bytes", "drops", NULL };
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_SA | NLA_F_NESTED);
	struct sa sa = { 0 };
	json_t *json;

	(void)state;
	nla_put_u32(msg, PANTUN_SA_A_DIR, PANTUN_DIR_IN);
	nla_put_u8(msg, PANTUN_SA_A_PROTO, IPPROTO_ESP);
	nla_put_u32(msg, PANTUN_SA_A_SPI, 0x1234);
	nla_put_string(msg, PANTUN_SA_A_PROXY, "lan");
	assert_true(nl_parse_sa(attrs_of(msg, nest), &sa));
	json = json_of_sa(&sa);
	assert_string_equal(json_string_value(json_object_get(json, "spi")), "00001234");
	assert_string_equal(json_string_value(json_object_get(json, "state")), "receiving");
	assert_lacks(json, unknown);
	json_decref(json);
	sa.whole = true;
	json = json_of_sa(&sa);
	for (size_t i = 0; unknown[i]; i++)
		assert_non_null(json_object_get(json, unknown[i]));
	json_decref(json);
	sa_free(&sa);
	nlmsg_free(msg);
}

static void test_tunnel_event(void **state)
{
	static const char *const unknown[] = {
		"rx_packets", "rx_bytes", "tx_packets", "tx_bytes", "drops", NULL };
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_TUNNEL | NLA_F_NESTED);
	struct tunnel tunnel = { 0 };
	json_t *json;

	(void)state;
	nla_put_u32(msg, PANTUN_TUNNEL_A_STATE, PANTUN_STATE_UP);
	assert_true(nl_parse_tunnel(attrs_of(msg, nest), &tunnel));
	json = json_of_tunnel(&tunnel);
	assert_string_equal(json_string_value(json_object_get(json, "state")), "up");
	assert_lacks(json, unknown);
	json_decref(json);
	nlmsg_free(msg);
}

static void test_proxy_event(void **state)
{
	static const char *const unknown[] = {
		"spi_out", "in_sas", "held", "acquires", "rx_packets", NULL };
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_PROXY | NLA_F_NESTED);
	struct proxy proxy = { 0 };
	json_t *json;

	(void)state;
	nla_put_string(msg, PANTUN_PROXY_A_NAME, "lan");
	assert_true(nl_parse_proxy(attrs_of(msg, nest), &proxy));
	json = json_of_proxy(&proxy);
	assert_string_equal(json_string_value(json_object_get(json, "name")), "lan");
	assert_lacks(json, unknown);
	json_decref(json);
	nlmsg_free(msg);
}

/* Prints to a terminal of so many columns, 0: to a file; valid until the next call. */
static const char *printed(const struct model *model, unsigned int views, unsigned short columns)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	int saved = dup(STDOUT_FILENO), master = -1, slave = -1;
	static char text[OUTPUT];
	FILE *file = tmpfile();
	size_t n = 0;
	ssize_t more;

	assert_non_null(file);
	if (columns)
		assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
	fflush(stdout);
	dup2(columns ? slave : fileno(file), STDOUT_FILENO);
	out_tables(model, views);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	if (columns) {
		close(slave);
		while ((more = read(master, text + n, sizeof(text) - 1 - n)) > 0)
			n += (size_t)more;
		close(master);
	} else {
		rewind(file);
		n = fread(text, 1, sizeof(text) - 1, file);
	}
	fclose(file);
	text[n] = '\0';
	return text;
}

static size_t longest(const char *text)
{
	size_t most = 0;

	for (size_t n; *text; text += n + (text[n] != '\0')) {
		n = strcspn(text, "\r\n");
		most = n > most ? n : most;
	}
	return most;
}

/* One SA pair between narrowed selectors, and a larval one. */
static void fill(struct model *model)
{
	struct sa *sa = model_add(model->sas, model->sas_n);
	struct genl_selector *agreed = model_add(sa->selectors, sa->n_selectors);

	text_copy(sa->ifname, sizeof(sa->ifname), "tunnel1");
	text_copy(sa->proxy, sizeof(sa->proxy), "lan");
	sa->dir = PANTUN_DIR_IN;
	sa->proto = IPPROTO_ESP;
	sa->spi = 0xc0ffee01;
	sa->mode = PANTUN_MODE_TUNNEL;
	sa->whole = true;
	assert_null(selector_take_address(agreed, true, "10.1.0.0/24"));
	assert_null(selector_take_address(agreed, false, "10.2.0.128/25"));
	assert_null(selector_take_proto(agreed, "tcp"));
	assert_null(selector_take_port(agreed, false, "443"));
	sa = model_add(model->sas, model->sas_n);
	text_copy(sa->ifname, sizeof(sa->ifname), "tunnel2");
	sa->dir = PANTUN_DIR_IN;
	sa->proto = IPPROTO_ESP;
	sa->spi = 0xc0ffee02;
	sa->larval = true;
}

static void test_agreed_selectors(void **state)
{
	struct model model = { 0 };
	const char *text;

	(void)state;
	fill(&model);
	text = printed(&model, VIEW_IPSEC, 0);
	assert_non_null(strstr(text, "AGREED-LOCAL"));
	assert_non_null(strstr(text, "10.1.0.0/24 tcp "));
	assert_non_null(strstr(text, "10.2.0.128/25 tcp 443 "));
	/* Of a reserved SPI nothing more is known: no word like "no" or 0 stands there. */
	text = strstr(text, "larval");
	assert_non_null(text);
	assert_int_equal(strspn(text + strlen("larval"), " -"), strcspn(text + 6, "\n"));
	model_free(&model);
}

/* In a pipe a line a row; on a terminal that is too narrow for it, a paragraph a row. */
static void test_narrow_terminal(void **state)
{
	struct model model = { 0 };
	const char *text;

	(void)state;
	fill(&model);
	text = printed(&model, VIEW_IPSEC, 0);
	assert_true(longest(text) > 130);
	assert_null(strstr(text, "SPI c0ffee01"));
	text = printed(&model, VIEW_IPSEC, 250);
	assert_null(strstr(text, "SPI c0ffee01"));
	text = printed(&model, VIEW_IPSEC, 80);
	assert_true(longest(text) <= 80);
	assert_non_null(strstr(text, "tunnel1  PROXY-ID lan"));
	assert_non_null(strstr(text, "SPI c0ffee01"));
	assert_non_null(strstr(text, "AGREED-REMOTE 10.2.0.128/25 tcp 443"));
	model_free(&model);
}

/* What has just happened is 0 seconds old, and not of an unknown age. */
static void test_just_failed(void **state)
{
	struct model model = { 0 };
	struct child *child = model_add(model.children, model.children_n);
	const char *text;

	(void)state;
	text_copy(child->tunnel, sizeof(child->tunnel), "hq");
	text_copy(child->state, sizeof(child->state), "failed");
	text_copy(child->history.last_error, sizeof(child->history.last_error), "no answer");
	child->history.failures = 1;
	text = printed(&model, VIEW_PROXIES, 0);
	assert_non_null(strstr(text, " 0s "));
	assert_non_null(strstr(text, "no answer"));
	model_free(&model);
}

/* Who is told that "show ike-sa" lists gateways finds those that have no IKE SA, too. */
static void test_gateways(void **state)
{
	struct model model = { 0 };
	struct gateway *gateway;
	struct ike_sa *sa;
	const char *text;

	(void)state;
	gateway = model_add(model.gateways, model.gateways_n);
	text_copy(gateway->gateway, sizeof(gateway->gateway), "hq");
	text_copy(gateway->state, sizeof(gateway->state), "up");
	gateway = model_add(model.gateways, model.gateways_n);
	text_copy(gateway->gateway, sizeof(gateway->gateway), "branch");
	text_copy(gateway->state, sizeof(gateway->state), "init");
	sa = model_add(model.ike_sas, model.ike_sas_n);
	text_copy(sa->gateway, sizeof(sa->gateway), "hq");
	text_copy(sa->state, sizeof(sa->state), "established");
	text = printed(&model, VIEW_IKE, 0);
	assert_non_null(strstr(text, "\nhq      established "));
	assert_null(strstr(text, "\nhq      up "));
	assert_non_null(strstr(text, "\nbranch  init        -    -     -  "));
	assert_null(strstr(text, "There is no IKE SA"));
	model_free(&model);
}

/* A process that runs, and one that has ended, of which little is known. */
static void test_processes(void **state)
{
	struct model model = { 0 };
	struct process *process = model_add(model.processes, model.processes_n);
	const char *text;

	(void)state;
	text_copy(process->name, sizeof(process->name), "parent");
	text_copy(process->user, sizeof(process->user), "root");
	text_copy(process->capabilities, sizeof(process->capabilities), "net_admin");
	text_copy(process->may, sizeof(process->may), "all");
	process->pid = 77;
	process->since = 200;
	process->starts = 1;
	process->threads = 3;
	process->memory = 5 << 20 | 1 << 19;
	process = model_add(model.processes, model.processes_n);
	text_copy(process->name, sizeof(process->name), "ike");
	process->starts = 4;
	text = printed(&model, VIEW_PROCESSES, 0);
	text = strstr(text, "Processes");
	assert_non_null(text);
	assert_string_equal(text, "Processes of pantund\n"
		"PROCESS   PID SINCE STARTS USER CAPABILITIES THREADS MEMORY MAY\n"
		"parent     77 3m20s      1 root net_admin          3   5.5M all\n"
		"ike     ended    0s      4 -    -                  -      - -\n");
	model.strangers = (struct strangers){
		.known = true, .half_open = 3, .missed = 4, .cookies_from = 500,
		.per_source = 64, .most = 4096, .asked = 6, .dropped = 5,
	};
	text = strstr(printed(&model, VIEW_PROCESSES, 0), "\nHalf-open");
	assert_non_null(text);
	assert_string_equal(text, "\nHalf-open IKE SAs: 3, and 4 attempts of late that came to "
		"nothing.\nCookies: not asked of everybody now (from 500 of both on, or 64 from "
		"one address); 6 asked for so far.\nPeers without a peer-address wait from 4096 "
		"half-open IKE SAs on; 5 messages dropped so far.\n");
	model_free(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sa_event),
		cmocka_unit_test(test_tunnel_event),
		cmocka_unit_test(test_proxy_event),
		cmocka_unit_test(test_agreed_selectors),
		cmocka_unit_test(test_narrow_terminal),
		cmocka_unit_test(test_just_failed),
		cmocka_unit_test(test_gateways),
		cmocka_unit_test(test_processes),
	};

	return cmocka_run_group_tests_name("out", tests, NULL, NULL);
}
