// SPDX-License-Identifier: GPL-2.0-or-later
#include "model.h"
#include <err.h>
#include <stdlib.h>
#include <string.h>

void *model_grow(void *list, size_t *n, size_t size)
{
	char *grown = list;

	/* There is room for as many as the next power of two. */
	if (!(*n & (*n - 1)))
		grown = reallocarray(list, *n ? 2 * *n : 1, size);
	if (!grown)
		err(1, "out of memory");
	memset(grown + *n * size, 0, size);
	(*n)++;
	return grown;
}

void drop_list_free(struct drop_list *drops)
{
	free(drops->drop);
	memset(drops, 0, sizeof(*drops));
}

void sa_free(struct sa *sa)
{
	drop_list_free(&sa->drops);
	free(sa->selectors);
	sa->selectors = NULL;
	sa->n_selectors = 0;
}

void model_forget_kernel(struct model *model)
{
	for (size_t i = 0; i < model->tunnels_n; i++)
		drop_list_free(&model->tunnels[i].drops);
	for (size_t i = 0; i < model->sas_n; i++)
		sa_free(&model->sas[i]);
	free(model->tunnels);
	free(model->proxies);
	free(model->sas);
	free(model->monitors);
	model->monitors = NULL;
	model->monitors_n = 0;
	model->tunnels = NULL;
	model->proxies = NULL;
	model->sas = NULL;
	model->tunnels_n = 0;
	model->proxies_n = 0;
	model->sas_n = 0;
}

void model_free(struct model *model)
{
	model_forget_kernel(model);
	free(model->ike_sas);
	free(model->children);
	free(model->gateways);
	free(model->processes);
	free(model->certificates);
	memset(model, 0, sizeof(*model));
}

static bool gateway_in_use(const struct model *model, const char *gateway)
{
	for (size_t i = 0; i < model->children_n; i++) {
		if (!strcmp(model->children[i].gateway, gateway))
			return true;
	}
	return false;
}

void model_keep_interface(struct model *model, const char *ifname)
{
	size_t n = 0;

	for (size_t i = 0; i < model->tunnels_n; i++) {
		if (!strcmp(model->tunnels[i].ifname, ifname))
			model->tunnels[n++] = model->tunnels[i];
		else
			drop_list_free(&model->tunnels[i].drops);
	}
	model->tunnels_n = n;
	n = 0;
	for (size_t i = 0; i < model->proxies_n; i++) {
		if (!strcmp(model->proxies[i].ifname, ifname))
			model->proxies[n++] = model->proxies[i];
	}
	model->proxies_n = n;
	n = 0;
	for (size_t i = 0; i < model->sas_n; i++) {
		if (!strcmp(model->sas[i].ifname, ifname))
			model->sas[n++] = model->sas[i];
		else
			sa_free(&model->sas[i]);
	}
	model->sas_n = n;
	n = 0;
	for (size_t i = 0; i < model->monitors_n; i++) {
		if (!strcmp(model->monitors[i].ifname, ifname))
			model->monitors[n++] = model->monitors[i];
	}
	model->monitors_n = n;
	n = 0;
	for (size_t i = 0; i < model->children_n; i++) {
		if (!strcmp(model->children[i].interface, ifname))
			model->children[n++] = model->children[i];
	}
	model->children_n = n;
	n = 0;
	for (size_t i = 0; i < model->ike_sas_n; i++) {
		if (gateway_in_use(model, model->ike_sas[i].gateway))
			model->ike_sas[n++] = model->ike_sas[i];
	}
	model->ike_sas_n = n;
	n = 0;
	for (size_t i = 0; i < model->gateways_n; i++) {
		if (gateway_in_use(model, model->gateways[i].gateway))
			model->gateways[n++] = model->gateways[i];
	}
	model->gateways_n = n;
}

void model_keep_gateway(struct model *model, const char *gateway)
{
	size_t n = 0;

	for (size_t i = 0; i < model->ike_sas_n; i++) {
		if (!strcmp(model->ike_sas[i].gateway, gateway))
			model->ike_sas[n++] = model->ike_sas[i];
	}
	model->ike_sas_n = n;
	n = 0;
	for (size_t i = 0; i < model->children_n; i++) {
		if (!strcmp(model->children[i].gateway, gateway))
			model->children[n++] = model->children[i];
	}
	model->children_n = n;
	n = 0;
	for (size_t i = 0; i < model->gateways_n; i++) {
		if (!strcmp(model->gateways[i].gateway, gateway))
			model->gateways[n++] = model->gateways[i];
	}
	model->gateways_n = n;
}

const char *model_interface(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->tunnels_n; i++) {
		if (!strcmp(model->tunnels[i].ifname, name))
			return model->tunnels[i].ifname;
	}
	for (size_t i = 0; i < model->children_n; i++) {
		if (!strcmp(model->children[i].tunnel, name) ||
		    !strcmp(model->children[i].interface, name))
			return model->children[i].interface;
	}
	return NULL;
}

void model_index_proxies(const struct model *model, struct index *index)
{
	index_init(index, model->proxies_n);
	for (size_t i = model->proxies_n; i--;)
		index_add(index, model->proxies[i].tunnel_id, &model->proxies[i]);
}

void model_index_sas(const struct model *model, struct index *index)
{
	index_init(index, model->sas_n);
	for (size_t i = model->sas_n; i--;)
		index_add(index, model->sas[i].tunnel_id, &model->sas[i]);
}

void model_index_monitors(const struct model *model, struct index *index)
{
	index_init(index, model->monitors_n);
	for (size_t i = model->monitors_n; i--;)
		index_add(index, model->monitors[i].tunnel_id, &model->monitors[i]);
}

/* One of the tunnel's has that action. */
static bool has_action(const struct index *monitors, const struct tunnel *tunnel, uint32_t action)
{
	const struct index_entry *entry = index_first(monitors, tunnel->id);

	for (; entry; entry = index_next(entry)) {
		const struct tunnel_monitor *monitor = entry->item;

		if (monitor->action == action)
			return true;
	}
	return false;
}

const char *model_tunnel_state(const struct index *monitors, const struct tunnel *tunnel)
{
	if (tunnel->path != PANTUN_PATH_DOWN || tunnel->state == PANTUN_STATE_DOWN)
		return state_name(tunnel->state);
	return has_action(monitors, tunnel, PANTUN_MONITOR_FAIL_OVER) ? "down" : "degraded";
}

const char *model_tunnel_monitor(const struct index *monitors, const struct tunnel *tunnel)
{
	return index_first(monitors, tunnel->id) ? path_name(tunnel->path) : "off";
}
