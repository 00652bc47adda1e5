// SPDX-License-Identifier: GPL-2.0-or-later
#include "talk/policy_msg.h"

#include <stdlib.h>
#include <string.h>

#include "talk/numbers.h"

/* --- proposals --- */

static void pack_round(const struct prop_round *round, struct msg_round *out)
{
	out->n = round->n;
	out->optional = round->optional;
	for (unsigned int i = 0; i < round->n; i++)
		out->dh[i] = dh_number(round->dh[i]);
}

static void pack_prop(const struct prop *prop, struct msg_prop *out)
{
	out->proto = prop->proto;
	out->n_encr = prop->n_encr;
	out->n_integ = prop->n_integ;
	out->n_prf = prop->n_prf;
	out->n_dh = prop->n_dh;
	out->esn = prop->esn;
	for (unsigned int i = 0; i < prop->n_encr; i++)
		out->encr[i] = encr_number(prop->encr[i]);
	for (unsigned int i = 0; i < prop->n_integ; i++)
		out->integ[i] = integ_number(prop->integ[i]);
	for (unsigned int i = 0; i < prop->n_prf; i++)
		out->prf[i] = prf_number(prop->prf[i]);
	for (unsigned int i = 0; i < prop->n_dh; i++)
		out->dh[i] = dh_number(prop->dh[i]);
	for (unsigned int i = 0; i < PROP_ROUNDS; i++)
		pack_round(&prop->rounds[i], &out->rounds[i]);
}

static void pack_props(const struct prop_list *list, struct msg_props *out)
{
	out->n = list->n;
	for (unsigned int i = 0; i < list->n; i++)
		pack_prop(&list->prop[i], &out->prop[i]);
}

static bool unpack_round(const struct msg_round *round, struct prop_round *out)
{
	bool good = true;

	if (round->n > PROP_ROUND_ALGS)
		return false;
	out->n = round->n;
	out->optional = round->optional;
	for (unsigned int i = 0; i < round->n; i++)
		good &= (out->dh[i] = dh_numbered(round->dh[i])) != NULL;
	return good;
}

static bool unpack_prop(const struct msg_prop *prop, struct prop *out)
{
	bool good = prop->n_encr <= PROP_ALGS && prop->n_integ <= PROP_ALGS &&
		    prop->n_prf <= PROP_ALGS && prop->n_dh <= PROP_GROUPS;

	if (!good)
		return false;
	out->proto = prop->proto;
	out->n_encr = prop->n_encr;
	out->n_integ = prop->n_integ;
	out->n_prf = prop->n_prf;
	out->n_dh = prop->n_dh;
	out->esn = prop->esn;
	for (unsigned int i = 0; i < prop->n_encr; i++)
		good &= (out->encr[i] = encr_numbered(prop->encr[i])) != NULL;
	for (unsigned int i = 0; i < prop->n_integ; i++)
		good &= (out->integ[i] = integ_numbered(prop->integ[i])) != NULL;
	for (unsigned int i = 0; i < prop->n_prf; i++)
		good &= (out->prf[i] = prf_numbered(prop->prf[i])) != NULL;
	for (unsigned int i = 0; i < prop->n_dh; i++)
		good &= (out->dh[i] = dh_numbered(prop->dh[i])) != NULL;
	for (unsigned int i = 0; i < PROP_ROUNDS; i++)
		good &= unpack_round(&prop->rounds[i], &out->rounds[i]);
	return good;
}

static bool unpack_props(const struct msg_props *props, struct prop_list *out)
{
	memset(out, 0, sizeof(*out));
	if (props->n > PROP_MAX)
		return false;
	out->n = props->n;
	for (unsigned int i = 0; i < props->n; i++)
		if (!unpack_prop(&props->prop[i], &out->prop[i]))
			return false;
	return true;
}

/* --- identities --- */

static void pack_id(const struct ike_id *id, struct msg_id *out)
{
	out->type = id->type;
	out->n = id->n;
	if (id->n)
		memcpy(out->b, id->b, id->n);
}

static bool unpack_id(const struct msg_id *id, struct ike_id *kept)
{
	const struct ike_id view = { .type = id->type, .n = id->n, .b = id->b };

	return policy_id_keep(kept, &view);
}

/* --- out --- */

struct sender {
	void (*send)(void *ctx, enum msg_type type, const void *body, size_t n);
	void *ctx;
};

static void send_tunnel(const struct sender *s, const struct policy_tunnel *tunnel)
{
	struct msg_tunnel body = { .tunnel = *tunnel };
	struct msg_proxy proxy;

	body.tunnel.proxies = NULL;
	memset(&body.tunnel.esp, 0, sizeof(body.tunnel.esp));
	pack_props(&tunnel->esp, &body.esp);
	s->send(s->ctx, MSG_POLICY_TUNNEL, &body, sizeof(body));
	for (unsigned int i = 0; i < tunnel->n_proxies; i++) {
		proxy.proxy = tunnel->proxies[i];
		s->send(s->ctx, MSG_POLICY_PROXY, &proxy, sizeof(proxy));
	}
}

static void send_chain(const struct sender *s, const struct secret *chain)
{
	struct msg_chain *body = calloc(1, sizeof(*body) + chain->n);

	/* The reader misses it, and says so. */
	if (!body)
		return;
	body->n = (uint32_t)chain->n;
	memcpy(body->octets, chain->b, chain->n);
	s->send(s->ctx, MSG_POLICY_CHAIN, body, sizeof(*body) + chain->n);
	free(body);
}

static void send_gateway(const struct sender *s, const struct policy_gateway *gateway)
{
	struct msg_gateway body = { .gateway = *gateway };

	body.gateway.psk = NULL;
	body.gateway.credential = NULL;
	body.gateway.chain = NULL;
	body.gateway.anchors = NULL;
	for (unsigned int i = 0; i < POLICY_PPKS_MAX; i++)
		body.gateway.ppk.list[i].secret = NULL;
	body.gateway.tunnels = NULL;
	memset(&body.gateway.local_id, 0, sizeof(body.gateway.local_id));
	memset(&body.gateway.peer_id, 0, sizeof(body.gateway.peer_id));
	pack_id(&gateway->local_id, &body.local_id);
	pack_id(&gateway->peer_id, &body.peer_id);
	memset(&body.gateway.ike, 0, sizeof(body.gateway.ike));
	memset(&body.gateway.older_ike, 0, sizeof(body.gateway.older_ike));
	pack_props(&gateway->ike, &body.ike);
	pack_props(&gateway->older_ike, &body.older_ike);
	s->send(s->ctx, MSG_POLICY_GATEWAY, &body, sizeof(body));
	if (gateway->chain)
		send_chain(s, gateway->chain);
	for (unsigned int i = 0; i < gateway->n_tunnels; i++)
		send_tunnel(s, &gateway->tunnels[i]);
}

void policy_msg_send(const struct policy *policy, uint64_t number,
		     void (*send)(void *ctx, enum msg_type type, const void *body, size_t n),
		     void *ctx)
{
	const struct msg_policy begin = { .number = number, .n_gateways = policy->n_gateways };
	const struct sender s = { .send = send, .ctx = ctx };

	send(ctx, MSG_POLICY_BEGIN, &begin, sizeof(begin));
	for (unsigned int i = 0; i < policy->n_gateways; i++)
		send_gateway(&s, &policy->gateways[i]);
	send(ctx, MSG_POLICY_END, NULL, 0);
}

/* --- in --- */

void policy_msg_drop(struct policy_msg_reader *r)
{
	policy_free(r->policy);
	memset(r, 0, sizeof(*r));
}

int policy_msg_begin(struct policy_msg_reader *r, const struct msg_policy *body)
{
	policy_msg_drop(r);
	r->number = body->number;
	r->room = body->n_gateways;
	r->policy = calloc(1, sizeof(*r->policy));
	if (r->policy)
		r->policy->gateways = calloc(r->room + 1, sizeof(*r->policy->gateways));
	r->failed = !r->policy || !r->policy->gateways;
	return 0;
}

static struct policy_gateway *last_gateway(const struct policy_msg_reader *r)
{
	return &r->policy->gateways[r->policy->n_gateways - 1];
}

static struct policy_tunnel *last_tunnel(const struct policy_msg_reader *r)
{
	struct policy_gateway *gateway = last_gateway(r);

	return &gateway->tunnels[gateway->n_tunnels - 1];
}

int policy_msg_gateway(struct policy_msg_reader *r, const struct msg_gateway *body)
{
	struct policy_gateway *gateway;

	if (r->failed)
		return 0;
	if (!r->policy || r->policy->n_gateways == r->room || r->chain || r->tunnels ||
	    r->proxies || body->gateway.n_authorities > POLICY_AUTHORITIES ||
	    body->local_id.n > POLICY_ID_MAX || body->peer_id.n > POLICY_ID_MAX)
		return -1;
	gateway = &r->policy->gateways[r->policy->n_gateways];
	*gateway = body->gateway;
	gateway->local_id = (struct ike_id){ .type = 0 };
	gateway->peer_id = (struct ike_id){ .type = 0 };
	/* Whatever the peer of a wall says, nothing is freed that was not allocated here. */
	gateway->psk = gateway->credential = gateway->chain = gateway->anchors = NULL;
	r->chain = gateway->cert;
	r->tunnels = gateway->n_tunnels;
	gateway->n_tunnels = 0;
	gateway->tunnels = calloc(r->tunnels + 1, sizeof(*gateway->tunnels));
	r->policy->n_gateways++;
	r->failed = !gateway->tunnels || !unpack_id(&body->local_id, &gateway->local_id) ||
		    !unpack_id(&body->peer_id, &gateway->peer_id);
	return unpack_props(&body->ike, &gateway->ike) &&
	       unpack_props(&body->older_ike, &gateway->older_ike) ? 0 : -1;
}

int policy_msg_chain(struct policy_msg_reader *r, const struct msg_chain *body, size_t n)
{
	struct policy_gateway *gateway;

	if (r->failed)
		return 0;
	if (!r->chain || n != sizeof(*body) + body->n)
		return -1;
	gateway = last_gateway(r);
	gateway->chain = secret_new(bytes_of(body->octets, body->n));
	r->failed = !gateway->chain;
	r->chain = false;
	return 0;
}

int policy_msg_tunnel(struct policy_msg_reader *r, const struct msg_tunnel *body)
{
	struct policy_gateway *gateway;
	struct policy_tunnel *tunnel;

	if (r->failed)
		return 0;
	if (!r->tunnels || r->proxies || r->chain)
		return -1;
	gateway = last_gateway(r);
	tunnel = &gateway->tunnels[gateway->n_tunnels];
	*tunnel = body->tunnel;
	r->proxies = tunnel->n_proxies;
	tunnel->n_proxies = 0;
	tunnel->proxies = calloc(r->proxies + 1, sizeof(*tunnel->proxies));
	gateway->n_tunnels++;
	r->tunnels--;
	r->failed = !tunnel->proxies;
	return unpack_props(&body->esp, &tunnel->esp) ? 0 : -1;
}

int policy_msg_proxy(struct policy_msg_reader *r, const struct msg_proxy *body)
{
	struct policy_tunnel *tunnel;

	if (r->failed)
		return 0;
	if (!r->proxies)
		return -1;
	tunnel = last_tunnel(r);
	tunnel->proxies[tunnel->n_proxies++] = body->proxy;
	r->proxies--;
	return 0;
}

int policy_msg_end(struct policy_msg_reader *r, struct policy **policy)
{
	*policy = NULL;
	if (!r->failed && (!r->policy || r->policy->n_gateways != r->room || r->tunnels ||
			   r->chain || r->proxies))
		return -1;
	if (!r->failed && !policy_index(r->policy)) {
		*policy = r->policy;
		r->policy = NULL;
	}
	policy_msg_drop(r);
	return 0;
}
