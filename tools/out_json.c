// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdio.h>
#include "out.h"

/* Never NULL: without memory for a few octets there is nothing to print. */
static json_t *checked(json_t *object)
{
	if (!object)
		errx(1, "out of memory");
	return object;
}

static void put(json_t *object, const char *member, json_t *value)
{
	if (json_object_set_new(object, member, checked(value)))
		errx(1, "out of memory");
}

static void put_text(json_t *object, const char *member, const char *text)
{
	put(object, member, json_string(text));
}

static void put_number(json_t *object, const char *member, uint64_t number)
{
	put(object, member, json_integer((json_int_t)number));
}

static void put_bool(json_t *object, const char *member, bool value)
{
	put(object, member, json_boolean(value));
}

static void put_spi(json_t *object, const char *member, uint32_t spi)
{
	char text[16];

	snprintf(text, sizeof(text), "%08x", spi);
	put_text(object, member, spi ? text : "");
}

static void put_addr(json_t *object, const char *member, const struct addr *addr)
{
	char text[ADDR_TEXT];

	put_text(object, member, addr->family ? addr_text(addr, text) : "");
}

static void put_traffic(json_t *object, const struct traffic *t)
{
	put_number(object, "rx_packets", t->rx_packets);
	put_number(object, "rx_bytes", t->rx_bytes);
	put_number(object, "tx_packets", t->tx_packets);
	put_number(object, "tx_bytes", t->tx_bytes);
}

static void put_drops(json_t *object, const struct drop_list *drops)
{
	json_t *all = checked(json_object());

	for (size_t i = 0; i < drops->n; i++)
		put_number(all, drops->drop[i].reason, drops->drop[i].count);
	put(object, "drops", all);
}

static void put_range(json_t *object, const char *member, const struct genl_range *range)
{
	char text[2 * ADDR_TEXT];

	if (range->first.family)
		put_text(object, member, addr_range_text(&range->first, &range->last, text));
}

static void put_ports(json_t *object, const char *member, const struct genl_ports *range)
{
	if (range->given)
		put(object, member, json_pack("[i, i]", range->first, range->last));
}

json_t *json_of_selector(const struct genl_selector *s)
{
	json_t *object = checked(json_object());

	put_range(object, "local4", &s->local4);
	put_range(object, "remote4", &s->remote4);
	put_range(object, "local6", &s->local6);
	put_range(object, "remote6", &s->remote6);
	if (s->proto)
		put_number(object, "proto", s->proto);
	put_ports(object, "local_ports", &s->local_port);
	put_ports(object, "remote_ports", &s->remote_port);
	return object;
}

static void put_options(json_t *object, const struct tunnel_options *options)
{
	char text[IFNAMSIZ];

	put_text(object, "carrier_rule", carrier_name(options->carrier));
	put_text(object, "df", df_name(options->df));
	put_text(object, "tos", tos_name(options->tos));
	put_number(object, "dscp", options->dscp);
	put_number(object, "ttl", options->ttl);
	put_bool(object, "flow_label", options->flow_label);
	put_bool(object, "gre", options->gre);
	put_number(object, "tfc", options->tfc);
	put_number(object, "dummy", options->dummy);
	put_number(object, "mark", options->mark);
	put_text(object, "underlay", underlay_name(options->underlay, text, sizeof(text)));
}

json_t *json_of_tunnel(const struct tunnel *t)
{
	json_t *object = checked(json_object());

	put_number(object, "id", t->id);
	put_number(object, "ifindex", t->ifindex);
	put_text(object, "interface", t->ifname);
	put_text(object, "start", start_name(t->start));
	put_text(object, "state", state_name(t->state));
	put_text(object, "path", path_name(t->path));
	put_number(object, "mtu", t->mtu);
	put_bool(object, "moved", t->moved);
	put_options(object, &t->options);
	if (t->link.known) {
		put_bool(object, "admin_up", t->link.up);
		put_bool(object, "carrier", t->link.carrier);
		put_text(object, "operstate", operstate_name(t->link.operstate));
	}
	if (!t->whole)
		return object;
	put_traffic(object, &t->traffic);
	put_drops(object, &t->drops);
	return object;
}

json_t *json_of_proxy(const struct proxy *p)
{
	json_t *object = checked(json_object());

	put_number(object, "tunnel_id", p->tunnel_id);
	put_text(object, "interface", p->ifname);
	put_text(object, "name", p->name);
	put(object, "selector", json_of_selector(&p->selector));
	if (!p->whole)
		return object;
	put_spi(object, "spi_out", p->out_spi);
	put_number(object, "in_sas", p->in_sas);
	put_number(object, "held", p->held);
	put_number(object, "acquires", p->acquires);
	put_traffic(object, &p->traffic);
	return object;
}

static json_t *json_of_limits(const struct genl_limits *limits)
{
	const struct {
		const char *name;
		uint64_t value;
	} all[] = {
		{ "soft_bytes", limits->soft_bytes },
		{ "hard_bytes", limits->hard_bytes },
		{ "soft_packets", limits->soft_packets },
		{ "hard_packets", limits->hard_packets },
		{ "soft_seconds", limits->soft_seconds },
		{ "hard_seconds", limits->hard_seconds },
	};
	json_t *object = checked(json_object());

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].value)
			put_number(object, all[i].name, all[i].value);
	}
	return object;
}

/* "selector", or "selectors" where a packet may match one of several. */
static void put_selectors(json_t *object, const struct sa *sa)
{
	json_t *list;

	if (sa->n_selectors == 1) {
		put(object, "selector", json_of_selector(&sa->selectors[0]));
		return;
	}
	list = checked(json_array());
	for (size_t i = 0; i < sa->n_selectors; i++)
		json_array_append_new(list, json_of_selector(&sa->selectors[i]));
	put(object, "selectors", list);
}

/* What an SA was made with, and what it has done. */
static void put_sa_terms(json_t *object, const struct sa *sa)
{
	char text[64];

	put_text(object, "mode", mode_name(sa->mode));
	put_text(object, "algorithm", sa_algorithm(sa, text, sizeof(text)));
	put_bool(object, "weak", sa->weak);
	put_bool(object, "esn", sa->esn);
	put_selectors(object, sa);
	put(object, "limits", json_of_limits(&sa->limits));
	if (sa->dir == PANTUN_DIR_IN)
		put_number(object, "replay_window", sa->replay_window);
	put_number(object, "seq", sa->seq);
	put_number(object, "age", sa->age);
	if (sa->heard)
		put_number(object, "idle", sa->idle);
	put_traffic(object, &sa->traffic);
	put_drops(object, &sa->drops);
}

json_t *json_of_sa(const struct sa *sa)
{
	json_t *object = checked(json_object());

	put_number(object, "tunnel_id", sa->tunnel_id);
	put_text(object, "interface", sa->ifname);
	put_text(object, "proxy", sa->proxy);
	put_text(object, "dir", dir_name(sa->dir));
	put_text(object, "proto", ipsec_proto_name(sa->proto));
	put_spi(object, "spi", sa->spi);
	put_text(object, "state", sa_state(sa));
	put_addr(object, "local", &sa->path.local.addr);
	put_addr(object, "remote", &sa->path.remote.addr);
	put_text(object, "encap", sa->path.udp ? "udp" : "none");
	if (sa->path.udp) {
		put_bool(object, "udp_csum", sa->path.csum);
		put_number(object, "encap_local_port", sa->path.local.port);
		put_number(object, "encap_remote_port", sa->path.remote.port);
	}
	if (sa->new_path.remote.addr.family) {
		put_addr(object, "from", &sa->new_path.remote.addr);
		put_number(object, "from_port", sa->new_path.remote.port);
	}
	put_number(object, "cookie", sa->cookie);
	if (sa->whole)
		put_sa_terms(object, sa);
	return object;
}

json_t *json_of_monitor(const struct tunnel_monitor *m)
{
	json_t *object = checked(json_object());
	char text[MONITOR_HISTORY];

	put_number(object, "tunnel_id", m->tunnel_id);
	put_text(object, "interface", m->ifname);
	put_addr(object, "destination", &m->destination);
	put_addr(object, "source", &m->source);
	put_text(object, "proxy", m->proxy);
	put_text(object, "action", monitor_action_name(m->action));
	put_number(object, "interval", m->interval);
	put_number(object, "threshold", m->threshold);
	put_number(object, "recovery", m->recovery);
	put_text(object, "state", path_name(m->state));
	put_number(object, "since", m->since);
	put_number(object, "sent", m->sent);
	put_number(object, "unsent", m->unsent);
	put_number(object, "received", m->received);
	put_number(object, "lost", m->lost);
	put_number(object, "rtt_last", m->rtt_last);
	put_number(object, "rtt_min", m->rtt_min);
	put_number(object, "rtt_avg", m->rtt_avg);
	put_number(object, "rtt_max", m->rtt_max);
	put_text(object, "history", monitor_history(m, text, sizeof(text)));
	put_text(object, "error", monitor_error_name(m->error));
	put_addr(object, "from", &m->from);
	return object;
}

static json_t *json_of_ike_sa(const struct ike_sa *sa)
{
	json_t *object = checked(json_object());

	put_text(object, "gateway", sa->gateway);
	put_text(object, "state", sa->state);
	put_text(object, "role", sa->role);
	put_text(object, "spi_i", sa->spi_i);
	put_text(object, "spi_r", sa->spi_r);
	put_text(object, "local", sa->local);
	put_text(object, "remote", sa->remote);
	put_text(object, "local_id", sa->local_id);
	put_text(object, "remote_id", sa->remote_id);
	put_text(object, "proposal", sa->proposal);
	put_bool(object, "nat_local", sa->nat_local);
	put_bool(object, "nat_remote", sa->nat_remote);
	put_text(object, "ppk_id", sa->ppk_id);
	put_number(object, "fragment_size", sa->fragment_size);
	put_number(object, "age", sa->age);
	put_number(object, "life", sa->life);
	return object;
}

static void put_history(json_t *object, const struct history *history)
{
	put_text(object, "last_error", history->last_error);
	put_number(object, "error_age", history->error_age);
	put_number(object, "retry", history->retry);
	put_number(object, "attempts", history->attempts);
	put_number(object, "successes", history->successes);
	put_number(object, "rekeys", history->rekeys);
	put_number(object, "failures", history->failures);
}

static json_t *json_of_child(const struct child *child)
{
	json_t *object = checked(json_object());

	put_text(object, "gateway", child->gateway);
	put_text(object, "tunnel", child->tunnel);
	put_text(object, "interface", child->interface);
	put_text(object, "proxy", child->proxy);
	put_text(object, "state", child->state);
	put_text(object, "spi_in", child->spi_in);
	put_text(object, "spi_out", child->spi_out);
	put_text(object, "proposal", child->proposal);
	put_text(object, "ts_local", child->ts_local);
	put_text(object, "ts_remote", child->ts_remote);
	put_number(object, "age", child->age);
	put_number(object, "life", child->life);
	put_history(object, &child->history);
	return object;
}

static json_t *json_of_gateway(const struct gateway *gateway)
{
	json_t *object = checked(json_object());

	put_text(object, "gateway", gateway->gateway);
	put_text(object, "state", gateway->state);
	put_text(object, "peer", gateway->peer);
	put_text(object, "fqdn", gateway->fqdn);
	put_history(object, &gateway->history);
	return object;
}

static json_t *json_of_process(const struct process *process)
{
	json_t *object = checked(json_object());

	put_text(object, "name", process->name);
	put_number(object, "pid", process->pid);
	put_number(object, "since", process->since);
	put_number(object, "starts", process->starts);
	put_text(object, "user", process->user);
	put_text(object, "capabilities", process->capabilities);
	put_number(object, "threads", process->threads);
	put_number(object, "memory", process->memory);
	put_text(object, "may", process->may);
	return object;
}

static json_t *json_of_certificate(const struct certificate *certificate)
{
	json_t *object = checked(json_object());

	put_text(object, "gateway", certificate->gateway);
	put_number(object, "gateways", certificate->gateways);
	put_text(object, "use", certificate->use);
	put_text(object, "subject", certificate->subject);
	put_text(object, "issuer", certificate->issuer);
	put_text(object, "identities", certificate->identities);
	put(object, "until", json_integer(certificate->until));
	put(object, "days", json_integer(certificate->days));
	return object;
}

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, checked(value)))
		errx(1, "out of memory");
}

/* All of one kind in the model, each made an object by @json_of. */
#define PUT_ALL(object, member, model, list, json_of) \
	do { \
		json_t *all_ = checked(json_array()); \
		for (size_t i_ = 0; i_ < (model)->list##_n; i_++) \
			append(all_, json_of(&(model)->list[i_])); \
		put((object), (member), all_); \
	} while (0)

static void put_error(json_t *object, const char *member, const char *text)
{
	put(object, member, *text ? json_string(text) : json_null());
}

static void put_tunnels(json_t *object, const struct model *model)
{
	json_t *all = checked(json_array());
	struct index monitors;

	model_index_monitors(model, &monitors);
	for (size_t i = 0; i < model->tunnels_n; i++) {
		const struct tunnel *tunnel = &model->tunnels[i];
		json_t *one = json_of_tunnel(tunnel);

		put_text(one, "state", model_tunnel_state(&monitors, tunnel));
		put_text(one, "monitor", model_tunnel_monitor(&monitors, tunnel));
		append(all, one);
	}
	index_free(&monitors);
	put(object, "tunnels", all);
}

static json_t *json_of_strangers(const struct strangers *strangers)
{
	json_t *object = checked(json_object());

	put_number(object, "half_open", strangers->half_open);
	put_number(object, "missed", strangers->missed);
	put_bool(object, "cookies", strangers->cookies);
	put_number(object, "cookies_from", strangers->cookies_from);
	put_number(object, "per_source", strangers->per_source);
	put_number(object, "most", strangers->most);
	put_number(object, "asked", strangers->asked);
	put_number(object, "dropped", strangers->dropped);
	return object;
}

void json_line(json_t *object)
{
	if (json_dumpf(checked(object), stdout, JSON_COMPACT) || putchar('\n') == EOF ||
	    fflush(stdout))
		err(1, "standard output");
	json_decref(object);
}

void out_json(const struct model *model, unsigned int views)
{
	json_t *object = checked(json_object());

	if (views & VIEW_OF_KERNEL)
		put_error(object, "kernel_error", model->kernel_error);
	if (views & VIEW_OF_DAEMON)
		put_error(object, "daemon_error", model->daemon_error);
	if (views & (VIEW_TUNNELS | VIEW_DROPS))
		put_tunnels(object, model);
	if (views & VIEW_MONITORS)
		PUT_ALL(object, "monitors", model, monitors, json_of_monitor);
	if (views & VIEW_PROXIES) {
		PUT_ALL(object, "proxies", model, proxies, json_of_proxy);
		PUT_ALL(object, "children", model, children, json_of_child);
	}
	if (views & VIEW_IKE) {
		PUT_ALL(object, "ike_sas", model, ike_sas, json_of_ike_sa);
		PUT_ALL(object, "gateways", model, gateways, json_of_gateway);
	}
	if (views & VIEW_PROCESSES)
		PUT_ALL(object, "processes", model, processes, json_of_process);
	if (views & VIEW_PROCESSES && model->strangers.known)
		put(object, "strangers", json_of_strangers(&model->strangers));
	if (views & VIEW_CERTIFICATES)
		PUT_ALL(object, "certificates", model, certificates, json_of_certificate);
	if (views & (VIEW_IPSEC | VIEW_DROPS))
		PUT_ALL(object, "ipsec_sas", model, sas, json_of_sa);
	if (json_dumpf(object, stdout, JSON_INDENT(2)) || putchar('\n') == EOF)
		err(1, "standard output");
	json_decref(object);
}
