// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "grid.h"
#include "index.h"
#include "out.h"

#define HISTORY_SHOWN	16	/* probes */

static void grid_traffic(struct grid *grid, const struct traffic *t)
{
	grid_number(grid, t->rx_packets);
	grid_number(grid, t->rx_bytes);
	grid_number(grid, t->tx_packets);
	grid_number(grid, t->tx_bytes);
}

static size_t proxies_of(const struct index *proxies, uint32_t tunnel_id)
{
	const struct index_entry *entry = index_first(proxies, tunnel_id);
	size_t n = 0;

	for (; entry; entry = index_next(entry))
		n++;
	return n;
}

static const char *carrier_text(const struct tunnel *tunnel)
{
	if (!tunnel->link.known)
		return tunnel->moved ? "(moved)" : "?";
	if (!tunnel->link.up)
		return "admin-down";
	if (!tunnel->link.carrier)
		return "no";
	return strcmp(operstate_name(tunnel->link.operstate), "dormant") ? "yes" : "dormant";
}

static void table_tunnels(const struct model *model)
{
	static const char *const columns[] = {
		"INTERFACE", "STATE", "CARRIER", "MONITOR", "START", ">MTU", ">PROXY-IDS",
		">RX-PACKETS", ">RX-BYTES", ">TX-PACKETS", ">TX-BYTES", "OPTIONS", NULL };
	struct grid grid = grid_new(columns);
	char text[TUNNEL_OPTIONS_TEXT];
	struct index monitors, proxies;

	model_index_monitors(model, &monitors);
	model_index_proxies(model, &proxies);
	for (size_t i = 0; i < model->tunnels_n; i++) {
		const struct tunnel *tunnel = &model->tunnels[i];

		grid_row(&grid);
		grid_cell(&grid, tunnel->ifname);
		grid_cell(&grid, model_tunnel_state(&monitors, tunnel));
		grid_cell(&grid, carrier_text(tunnel));
		grid_cell(&grid, model_tunnel_monitor(&monitors, tunnel));
		grid_cell(&grid, start_name(tunnel->start));
		grid_number(&grid, tunnel->mtu);
		grid_number(&grid, proxies_of(&proxies, tunnel->id));
		grid_traffic(&grid, &tunnel->traffic);
		grid_cell(&grid, tunnel_options_text(&tunnel->options, text, sizeof(text)));
	}
	index_free(&monitors);
	index_free(&proxies);
	grid_end(&grid, "Tunnels", "There is no tunnel.");
}

/* "15.00/12.30/14.20/99.10"; nothing where no probe was answered yet. */
static void grid_rtt(struct grid *grid, const struct tunnel_monitor *m)
{
	if (m->received)
		grid_print(grid, "%.2f/%.2f/%.2f/%.2f", m->rtt_last / 1e3, m->rtt_min / 1e3,
			   m->rtt_avg / 1e3, m->rtt_max / 1e3);
	else
		grid_cell(grid, "");
}

static void monitor_row(struct grid *grid, const struct tunnel_monitor *m)
{
	const struct addr *source = m->source.family ? &m->source : &m->from;
	char text[ADDR_TEXT], history[HISTORY_SHOWN + 1];

	grid_row(grid);
	grid_cell(grid, m->ifname);
	grid_cell(grid, addr_text(&m->destination, text));
	grid_cell(grid, source->family ? addr_text(source, text) : "");
	grid_cell(grid, m->proxy);
	grid_cell(grid, path_name(m->state));
	grid_age(grid, m->since);
	grid_cell(grid, monitor_action_name(m->action));
	grid_print(grid, "%g", m->interval / 1e3);
	grid_number(grid, m->threshold);
	grid_number(grid, m->recovery);
	grid_number(grid, m->sent);
	grid_number(grid, m->received);
	grid_number(grid, m->lost);
	grid_rtt(grid, m);
	grid_cell(grid, monitor_history(m, history, sizeof(history)));
	grid_cell(grid, monitor_error_name(m->error));
}

static void table_monitors(const struct model *model)
{
	static const char *const columns[] = {
		"INTERFACE", "DESTINATION", "SOURCE", "PROXY-ID", "STATE", ">SINCE", "ACTION",
		">INTERVAL", ">THRESHOLD", ">RECOVERY", ">SENT", ">RECEIVED", ">LOST",
		"RTT-LAST/MIN/AVG/MAX", "LAST-PROBES", "NOT-SENT", NULL };
	struct grid grid = grid_new(columns);

	for (size_t i = 0; i < model->monitors_n; i++)
		monitor_row(&grid, &model->monitors[i]);
	grid_end(&grid, "Monitors (interval in s, RTT in ms, last probes: newest first)",
		 "There is no monitor.");
}

static uint64_t child_key(const char *interface, const char *proxy)
{
	return table_text(table_text(0, interface), proxy);
}

/* The daemon's view of a proxy-ID, NULL if it has none. */
static const struct child *child_of(const struct index *children, const struct proxy *proxy)
{
	const struct index_entry *entry =
		index_first(children, child_key(proxy->ifname, proxy->name));

	for (; entry; entry = index_next(entry)) {
		const struct child *child = entry->item;

		if (!strcmp(child->interface, proxy->ifname) &&
		    !strcmp(child->proxy, proxy->name))
			return child;
	}
	return NULL;
}

static void proxy_row(struct grid *grid, const struct child *child, const struct proxy *p)
{
	char text[SELECTOR_TEXT];

	grid_row(grid);
	grid_cell(grid, p->ifname);
	grid_cell(grid, child ? child->tunnel : "");
	grid_cell(grid, p->name);
	grid_cell(grid, p->out_spi && p->in_sas ? "up" : "down");
	grid_cell(grid, child ? child->state : "");
	grid_cell(grid, selector_addresses(&p->selector, true, text, sizeof(text)));
	grid_cell(grid, selector_service(&p->selector, true, text));
	grid_cell(grid, selector_addresses(&p->selector, false, text, sizeof(text)));
	grid_cell(grid, selector_service(&p->selector, false, text));
	grid_spi(grid, p->out_spi);
	grid_number(grid, p->in_sas);
	grid_number(grid, p->held);
	grid_number(grid, p->acquires);
	grid_traffic(grid, &p->traffic);
}

static void table_proxies(const struct model *model)
{
	static const char *const columns[] = {
		"INTERFACE", "TUNNEL", "PROXY-ID", "STATE", "IKE", "LOCAL", "SERVICE", "REMOTE",
		"SERVICE", "SPI-OUT", ">IN-SAS", ">HELD", ">ACQUIRES", ">RX-PACKETS",
		">RX-BYTES", ">TX-PACKETS", ">TX-BYTES", NULL };
	struct grid grid = grid_new(columns);
	struct index children;

	index_init(&children, model->children_n);
	for (size_t i = model->children_n; i--;)
		index_add(&children, child_key(model->children[i].interface,
					       model->children[i].proxy), &model->children[i]);
	for (size_t i = 0; i < model->proxies_n; i++)
		proxy_row(&grid, child_of(&children, &model->proxies[i]), &model->proxies[i]);
	index_free(&children);
	grid_end(&grid, "Proxy-IDs", "There is no proxy-ID.");
}

static void failure_row(struct grid *grid, const char *gateway, const char *state,
			const struct history *history)
{
	grid_cell(grid, gateway);
	grid_cell(grid, state);
	grid_age(grid, history->error_age);
	grid_span(grid, history->retry);
	grid_number(grid, history->failures);
	grid_cell(grid, history->last_error);
}

/* What went wrong with proxy-IDs and gateways since they were last up. */
static void table_failures(const struct model *model, bool proxies)
{
	static const char *const columns[] = {
		"TUNNEL", "PROXY-ID", "GATEWAY", "STATE", ">AGO", ">RETRY-IN", ">FAILURES",
		"LAST-ERROR", NULL };
	struct grid grid = grid_new(columns);
	bool any = false;

	for (size_t i = 0; i < model->gateways_n; i++) {
		const struct gateway *gateway = &model->gateways[i];

		if (!*gateway->history.last_error)
			continue;
		any = true;
		grid_row(&grid);
		grid_cell(&grid, "");
		grid_cell(&grid, "");
		failure_row(&grid, gateway->gateway, gateway->state, &gateway->history);
	}
	for (size_t i = 0; proxies && i < model->children_n; i++) {
		const struct child *child = &model->children[i];

		if (!*child->history.last_error)
			continue;
		any = true;
		grid_row(&grid);
		grid_cell(&grid, child->tunnel);
		grid_cell(&grid, child->proxy);
		failure_row(&grid, child->gateway, child->state, &child->history);
	}
	if (any)
		grid_end(&grid, "Last failures", "");
	else
		grid_drop(&grid);
}

static const char *nat_text(const struct ike_sa *sa)
{
	if (sa->nat_local && sa->nat_remote)
		return "both";
	if (sa->nat_local)
		return "here";
	return sa->nat_remote ? "peer" : "no";
}

/* With the name by which it is configured, if it is. */
static void grid_peer(struct grid *grid, const char *address, const struct gateway *gateway)
{
	char text[2 * MODEL_ERROR];

	if (gateway && *gateway->fqdn)
		snprintf(text, sizeof(text), "%s (%s)", *address ? address : "?", gateway->fqdn);
	else
		snprintf(text, sizeof(text), "%s", address);
	grid_cell(grid, text);
}

static void ike_sa_row(struct grid *grid, const struct ike_sa *sa, const struct gateway *gateway)
{
	grid_row(grid);
	grid_cell(grid, sa->gateway);
	grid_cell(grid, sa->state);
	grid_cell(grid, sa->role);
	grid_cell(grid, sa->local);
	grid_cell(grid, sa->local_id);
	grid_peer(grid, sa->remote, gateway);
	grid_cell(grid, sa->remote_id);
	grid_cell(grid, nat_text(sa));
	grid_cell(grid, sa->proposal);
	grid_cell(grid, sa->spi_i);
	grid_cell(grid, sa->spi_r);
	grid_age(grid, sa->age);
	grid_span(grid, sa->life);
}

static bool has_ike_sa(const struct index *sas, const struct gateway *gateway)
{
	const struct index_entry *entry = index_first(sas, table_text(0, gateway->gateway));

	for (; entry; entry = index_next(entry)) {
		const struct ike_sa *sa = entry->item;

		if (!strcmp(sa->gateway, gateway->gateway))
			return true;
	}
	return false;
}

/* NULL: there is no such gateway any more. */
static const struct gateway *gateway_of(const struct index *gateways, const struct ike_sa *sa)
{
	const struct index_entry *entry = index_first(gateways, table_text(0, sa->gateway));

	for (; entry; entry = index_next(entry)) {
		const struct gateway *gateway = entry->item;

		if (!strcmp(sa->gateway, gateway->gateway))
			return gateway;
	}
	return NULL;
}

/* A gateway without an IKE SA, as all gateways are to be found here. */
static void idle_gateway_row(struct grid *grid, const struct gateway *gateway)
{
	grid_row(grid);
	grid_cell(grid, gateway->gateway);
	grid_cell(grid, gateway->state);
	if (!*gateway->fqdn)
		return;
	grid_cell(grid, "");
	grid_cell(grid, "");
	grid_cell(grid, "");
	grid_peer(grid, gateway->peer, gateway);
}

static void table_ike_sas(const struct model *model)
{
	static const char *const columns[] = {
		"GATEWAY", "STATE", "ROLE", "LOCAL", "LOCAL-ID", "REMOTE", "REMOTE-ID", "NAT",
		"PROPOSAL", "SPI-I", "SPI-R", ">AGE", ">LIFE", NULL };
	struct grid grid = grid_new(columns);
	struct index sas, gateways;

	index_init(&sas, model->ike_sas_n);
	index_init(&gateways, model->gateways_n);
	for (size_t i = 0; i < model->gateways_n; i++)
		index_add(&gateways, table_text(0, model->gateways[i].gateway),
			  &model->gateways[i]);
	for (size_t i = 0; i < model->ike_sas_n; i++) {
		const struct ike_sa *sa = &model->ike_sas[i];

		index_add(&sas, table_text(0, sa->gateway), sa);
		ike_sa_row(&grid, sa, gateway_of(&gateways, sa));
	}
	for (size_t i = 0; i < model->gateways_n; i++) {
		if (!has_ike_sa(&sas, &model->gateways[i]))
			idle_gateway_row(&grid, &model->gateways[i]);
	}
	index_free(&sas);
	index_free(&gateways);
	grid_end(&grid, "IKE SAs", "There is no IKE SA.");
}

static void grid_end_of_path(struct grid *grid, const struct addr *addr, bool encap,
			     uint16_t port)
{
	char text[ADDR_TEXT];

	if (!addr->family)
		grid_cell(grid, "");
	else if (encap)
		grid_cell(grid, endpoint_text(&(struct endpoint){ *addr, port }, text));
	else
		grid_cell(grid, addr_text(addr, text));
}

#define SIDE_TEXT	(SELECTOR_TEXT + SERVICE_TEXT)

/* "10.1.0.0/24", and "tcp 443" behind it where not everything goes. */
static const char *side_text(const struct genl_selector *s, bool local, char out[SIDE_TEXT])
{
	char addresses[SELECTOR_TEXT], service[SERVICE_TEXT];

	selector_addresses(s, local, addresses, sizeof(addresses));
	selector_service(s, local, service);
	if (!strcmp(service, "any"))
		snprintf(out, SIDE_TEXT, "%s", addresses);
	else
		snprintf(out, SIDE_TEXT, "%s %s", addresses, service);
	return out;
}

static bool side_seen(const struct sa *sa, size_t before, bool local, const char *text)
{
	char other[SIDE_TEXT];

	for (size_t i = 0; i < before; i++)
		if (!strcmp(side_text(&sa->selectors[i], local, other), text))
			return true;
	return false;
}

/* What one side has in all selectors, each once. */
static void grid_traffic_selectors(struct grid *grid, const struct sa *sa, bool local)
{
	char one[SIDE_TEXT], all[PANTUN_SELECTORS_MAX * SIDE_TEXT];
	struct text t;

	text_init(&t, all, sizeof(all));
	for (size_t i = 0; i < sa->n_selectors; i++) {
		side_text(&sa->selectors[i], local, one);
		if (!side_seen(sa, i, local, one))
			text_add(&t, "%s%s", t.n ? "," : "", one);
	}
	grid_cell(grid, all);
}

/* What an SA was made with, and what it has done. */
static void sa_terms(struct grid *grid, const struct sa *sa)
{
	bool in = sa->dir == PANTUN_DIR_IN;

	grid_traffic_selectors(grid, sa, true);
	grid_traffic_selectors(grid, sa, false);
	if (in)
		grid_number(grid, sa->replay_window);
	else
		grid_cell(grid, "");
	grid_number(grid, sa->seq);
	grid_cell(grid, sa->esn ? "yes" : "no");
	grid_age(grid, sa->age);
	grid_span(grid, sa->limits.hard_seconds);
	grid_number(grid, in ? sa->traffic.rx_packets : sa->traffic.tx_packets);
	grid_number(grid, in ? sa->traffic.rx_bytes : sa->traffic.tx_bytes);
}

static void sa_row(struct grid *grid, const struct sa *sa)
{
	bool encap = sa->path.udp;
	char text[64];

	grid_row(grid);
	grid_cell(grid, sa->ifname);
	grid_cell(grid, sa->proxy);
	grid_cell(grid, dir_name(sa->dir));
	grid_cell(grid, ipsec_proto_name(sa->proto));
	grid_spi(grid, sa->spi);
	grid_cell(grid, sa_state(sa));
	grid_cell(grid, sa->whole ? mode_name(sa->mode) : "");
	if (sa->whole)
		grid_print(grid, "%s%s", sa_algorithm(sa, text, sizeof(text)),
			   sa->weak ? " (weak)" : "");
	else
		grid_cell(grid, "");
	if (encap)
		grid_cell(grid, sa->path.csum ? "udp checksum" : "udp");
	else
		grid_cell(grid, "");
	grid_end_of_path(grid, &sa->path.local.addr, encap, sa->path.local.port);
	grid_end_of_path(grid, &sa->path.remote.addr, encap, sa->path.remote.port);
	if (sa->whole)
		sa_terms(grid, sa);
}

static void table_sas(const struct model *model)
{
	static const char *const columns[] = {
		"INTERFACE", "PROXY-ID", "DIR", "PROTO", "SPI", "STATE", "MODE", "ALGORITHM",
		"ENCAP", "LOCAL", "REMOTE", "AGREED-LOCAL", "AGREED-REMOTE", ">WINDOW", ">SEQ",
		"ESN", ">AGE", ">LIFE", ">PACKETS", ">BYTES", NULL };
	struct grid grid = grid_new(columns);

	for (size_t i = 0; i < model->sas_n; i++)
		sa_row(&grid, &model->sas[i]);
	grid_end(&grid, "IPsec SAs", "There is no IPsec SA.");
}

static void table_processes(const struct model *model)
{
	static const char *const columns[] = {
		"PROCESS", ">PID", ">SINCE", ">STARTS", "USER", "CAPABILITIES", ">THREADS",
		">MEMORY", "MAY", NULL };
	struct grid grid = grid_new(columns);

	for (size_t i = 0; i < model->processes_n; i++) {
		const struct process *process = &model->processes[i];

		grid_row(&grid);
		grid_cell(&grid, process->name);
		if (process->pid)
			grid_number(&grid, process->pid);
		else
			grid_cell(&grid, "ended");
		grid_age(&grid, process->since);
		grid_number(&grid, process->starts);
		grid_cell(&grid, process->user);
		grid_cell(&grid, process->capabilities);
		if (process->threads)
			grid_number(&grid, process->threads);
		else
			grid_cell(&grid, "");
		if (process->memory)
			grid_print(&grid, "%.1fM", (double)process->memory / (1 << 20));
		else
			grid_cell(&grid, "");
		grid_cell(&grid, process->may);
	}
	grid_end(&grid, "Processes of pantund", "There is no process.");
}

static void drop_rows(struct grid *grid, const char *ifname, const struct sa *sa,
		      const struct drop_list *drops)
{
	for (size_t i = 0; i < drops->n; i++) {
		if (!drops->drop[i].count)
			continue;
		grid_row(grid);
		grid_cell(grid, ifname);
		grid_cell(grid, sa ? sa->proxy : "");
		grid_cell(grid, sa ? dir_name(sa->dir) : "");
		grid_cell(grid, sa ? ipsec_proto_name(sa->proto) : "");
		grid_spi(grid, sa ? sa->spi : 0);
		grid_cell(grid, drops->drop[i].reason);
		grid_number(grid, drops->drop[i].count);
	}
}

static void table_drops(const struct model *model)
{
	static const char *const columns[] = {
		"INTERFACE", "PROXY-ID", "DIR", "PROTO", "SPI", "REASON", ">COUNT", NULL };
	struct grid grid = grid_new(columns);
	struct index sas;

	model_index_sas(model, &sas);
	for (size_t i = 0; i < model->tunnels_n; i++) {
		const struct tunnel *tunnel = &model->tunnels[i];
		const struct index_entry *entry = index_first(&sas, tunnel->id);

		drop_rows(&grid, tunnel->ifname, NULL, &tunnel->drops);
		for (; entry; entry = index_next(entry)) {
			const struct sa *sa = entry->item;

			drop_rows(&grid, tunnel->ifname, sa, &sa->drops);
		}
	}
	index_free(&sas);
	grid_end(&grid, "Drops (of a tunnel, and those of its SAs among them)",
		 "No packet was dropped.");
}

static void table_certificates(const struct model *model)
{
	static const char *const columns[] = {
		"GATEWAY", "USE", ">DAYS", "SUBJECT", "ISSUER", "IDENTITIES", NULL };
	struct grid grid = grid_new(columns);

	for (size_t i = 0; i < model->certificates_n; i++) {
		const struct certificate *certificate = &model->certificates[i];

		grid_row(&grid);
		if (certificate->gateways > 1)
			grid_print(&grid, "%s and %llu more", certificate->gateway,
				   (unsigned long long)certificate->gateways - 1);
		else
			grid_cell(&grid, certificate->gateway);
		grid_cell(&grid, certificate->use);
		if (certificate->days < 0)
			grid_cell(&grid, "ended");
		else
			grid_number(&grid, (uint64_t)certificate->days);
		grid_cell(&grid, certificate->subject);
		grid_cell(&grid, certificate->issuer);
		grid_cell(&grid, certificate->identities);
	}
	grid_end(&grid, "Certificates", "No gateway has a certificate, or authorities.");
}

/* Below the processes, as it is about all of them. */
static void line_strangers(const struct strangers *strangers)
{
	if (!strangers->known)
		return;
	printf("\nHalf-open IKE SAs: %" PRIu64 ", and %" PRIu64 " attempts of late that came to "
	       "nothing.\n", strangers->half_open, strangers->missed);
	printf("Cookies: %s (from %" PRIu64 " of both on, or %" PRIu64 " from one address); "
	       "%" PRIu64 " asked for so far.\n",
	       strangers->cookies ? "everybody has to bring one now" : "not asked of everybody now",
	       strangers->cookies_from, strangers->per_source, strangers->asked);
	printf("Peers without a peer-address wait from %" PRIu64 " half-open IKE SAs on; %" PRIu64
	       " messages dropped so far.\n", strangers->most, strangers->dropped);
}

void out_tables(const struct model *model, unsigned int views)
{
	bool kernel = !*model->kernel_error, daemon = !*model->daemon_error;

	if (!kernel && views & VIEW_OF_KERNEL)
		printf("No information from the kernel: %s.\n", model->kernel_error);
	if (!daemon && views & VIEW_OF_DAEMON)
		printf("No information from the daemon: %s.\n", model->daemon_error);
	if (kernel && views & VIEW_TUNNELS)
		table_tunnels(model);
	/* Beside other tables only where there is one. */
	if (kernel && views & VIEW_MONITORS && (views == VIEW_MONITORS || model->monitors_n))
		table_monitors(model);
	if (kernel && views & VIEW_PROXIES)
		table_proxies(model);
	if (daemon && views & (VIEW_PROXIES | VIEW_IKE))
		table_failures(model, views & VIEW_PROXIES);
	if (daemon && views & VIEW_IKE)
		table_ike_sas(model);
	if (daemon && views & VIEW_PROCESSES) {
		table_processes(model);
		line_strangers(&model->strangers);
	}
	if (daemon && views & VIEW_CERTIFICATES)
		table_certificates(model);
	if (kernel && views & VIEW_IPSEC)
		table_sas(model);
	if (kernel && views & VIEW_DROPS)
		table_drops(model);
	if (fflush(stdout))
		err(1, "standard output");
}
