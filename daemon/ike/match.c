// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/match.h"

#include <string.h>

#include "policy/id.h"
#include "prop/prop_wire.h"
#include "prop/ts_wire.h"

/* --- gateways: the tables --- */

/* An address without a link is on any. */
static uint64_t addr_key(const struct addr *addr)
{
	return table_octets(addr->family, addr->b, addr_len(addr));
}

static uint64_t id_key(const struct ike_id *id)
{
	struct id_room room;
	struct ike_id plain = id_plain(id, &room);

	return table_octets(plain.type, plain.b, plain.n);
}

/* What the peer says does not lead to the gateway: others have to be compared with it as well. */
static bool is_open(const struct policy_gateway *conf)
{
	return conf->peer_pattern || !conf->peer_id.n;
}

static uint64_t peer_id_key(const struct policy_gateway *conf)
{
	static const struct ike_id none;

	return id_key(is_open(conf) ? &none : &conf->peer_id);
}

/* One of the two who talk: its identity, or its address where that is the identity. */
static uint64_t end_key(const struct ike_id *id, const struct addr *addr)
{
	return id->n ? id_key(id) : addr_key(addr);
}

static bool same_end(const struct ike_id *a, const struct addr *a_addr, const struct ike_id *b,
		     const struct addr *b_addr)
{
	return id_same(a, b) && (a->n || addr_equal(a_addr, b_addr));
}

static uint64_t ends_key(const struct gateway *gw)
{
	const struct policy_gateway *conf = gw->conf;
	uint64_t ends[2] = {
		end_key(&conf->local_id, &conf->local), end_key(&conf->peer_id, &gw->peer),
	};

	return table_octets(0, ends, sizeof(ends));
}

static uint64_t kind_key(const struct policy_gateway *conf)
{
	char text[PROP_LIST_TEXT];

	/* Those that differ in older_ike alone same_kind() tells apart. */
	return table_text(addr_key(&conf->local) ^ conf->family ^ (uint64_t)conf->v1_auth << 16 ^
			  (uint64_t)conf->version << 8 ^ (uint64_t)conf->exchange << 12,
			  prop_list_text(&conf->ike, text, sizeof(text)));
}

/* The first message does not tell one from the other. */
static bool same_kind(const struct policy_gateway *a, const struct policy_gateway *b)
{
	return a->version == b->version && a->exchange == b->exchange && a->v1_auth == b->v1_auth &&
	       a->family == b->family && addr_equal(&a->local, &b->local) &&
	       prop_list_equal(&a->ike, &b->ike) && prop_list_equal(&a->older_ike, &b->older_ike);
}

static bool has_kind(const struct gateway_index *index, const struct policy_gateway *conf)
{
	struct table_node *node = table_find(&index->by_kind, kind_key(conf));

	while (node && !same_kind(container_of(node, struct gateway, kind_node)->conf, conf))
		node = table_next(node);
	return node;
}

int gateway_index_init(struct gateway_index *index)
{
	return table_init(&index->by_name) || table_init(&index->by_peer) ||
	       table_init(&index->by_id) || table_init(&index->by_ends) ||
	       table_init(&index->by_kind) ? -1 : 0;
}

void gateway_index_free(struct gateway_index *index)
{
	table_free(&index->by_name);
	table_free(&index->by_peer);
	table_free(&index->by_id);
	table_free(&index->by_ends);
	table_free(&index->by_kind);
}

void gateway_index_remove(struct gateway *gw)
{
	struct gateway_index *index = &gw->core->index;

	table_remove(&index->by_name, &gw->name_node);
	for (unsigned int i = 0; i < gw->n_places; i++)
		table_remove(&index->by_peer, &gw->places[i].node);
	table_remove(&index->by_id, &gw->id_node);
	table_remove(&index->by_ends, &gw->ends_node);
	table_remove(&index->by_kind, &gw->kind_node);
}

static void add_place(struct gateway_index *index, struct place *place)
{
	table_add(&index->by_peer, &place->node, addr_key(&place->addr));
}

static void add(struct gateway_index *index, struct gateway *gw)
{
	const struct policy_gateway *conf = gw->conf;

	gw->rank = index->added++;
	table_add(&index->by_name, &gw->name_node, table_text(0, conf->name));
	table_add(&index->by_ends, &gw->ends_node, ends_key(gw));
	for (unsigned int i = gw->n_places; i > 0; i--)
		add_place(index, &gw->places[i - 1]);
	if (!policy_gateway_dynamic(conf))
		return;
	table_add(&index->by_id, &gw->id_node, peer_id_key(conf));
	gw->dynamic_next = index->dynamic;
	index->dynamic = gw;
}

/* Those whose peer-id is a pattern, or those where it is none. */
static void add_all(struct ike_core *core, bool patterns)
{
	struct gateway *last = NULL;

	/* From the last one on, since a table finds first what was added last. */
	for (struct gateway *gw = core->gateways; gw; gw = gw->next) {
		if (gw->gone || gw->conf->peer_pattern != patterns)
			continue;
		gw->dynamic_next = last;
		last = gw;
	}
	while (last) {
		struct gateway *gw = last;

		last = gw->dynamic_next;
		add(&core->index, gw);
	}
}

void gateway_index_all(struct ike_core *core)
{
	struct gateway_index *index = &core->index;
	struct gateway **kinds = &index->kinds;

	for (struct gateway *gw = core->gateways; gw; gw = gw->next)
		gateway_index_remove(gw);
	index->dynamic = NULL;
	index->cookie = false;
	index->added = 0;
	/* Who has the identity comes before whose pattern it fits. */
	add_all(core, true);
	add_all(core, false);
	for (struct gateway *gw = index->dynamic; gw; gw = gw->dynamic_next) {
		index->cookie |= gw->conf->require_cookie;
		if (has_kind(index, gw->conf))
			continue;
		table_add(&index->by_kind, &gw->kind_node, kind_key(gw->conf));
		*kinds = gw;
		kinds = &gw->kind_next;
	}
	*kinds = NULL;
}

/* Behind those whose gateways gateway_index_all() has put before its own. */
static void add_in_order(struct gateway_index *index, struct place *place)
{
	struct table_node *first = table_find(&index->by_peer, addr_key(&place->addr));
	struct place *before = first ? container_of(first, struct place, node) : NULL;

	if (!before || before->gw->rank < place->gw->rank) {
		add_place(index, place);
		return;
	}
	table_remove(&index->by_peer, first);
	add_in_order(index, place);
	add_place(index, before);
}

void gateway_aim(struct gateway *gw, unsigned int place)
{
	struct gateway_index *index = &gw->core->index;

	table_remove(&index->by_ends, &gw->ends_node);
	gw->peer = place < gw->n_places ? gw->places[place].addr : (struct addr){ .family = 0 };
	table_add(&index->by_ends, &gw->ends_node, ends_key(gw));
}

void gateway_set_places(struct gateway *gw, const struct addr *addrs, unsigned int n)
{
	struct gateway_index *index = &gw->core->index;

	for (unsigned int i = 0; i < gw->n_places; i++)
		table_remove(&index->by_peer, &gw->places[i].node);
	for (unsigned int i = 0; i < n; i++) {
		gw->places[i].gw = gw;
		gw->places[i].addr = addrs[i];
		add_in_order(index, &gw->places[i]);
	}
	gw->n_places = n;
	gateway_aim(gw, 0);
}

/* Its place at that address, or NULL. */
static struct place *place_at(const struct gateway *gw, const struct addr *addr)
{
	for (unsigned int i = 0; i < gw->n_places; i++)
		if (addr_equal(&gw->places[i].addr, addr))
			return &gw->places[i];
	return NULL;
}

bool gateway_is_at(const struct gateway *gw, const struct addr *addr)
{
	return place_at(gw, addr);
}

/* --- gateways: which one --- */

struct gateway *gateway_find(const struct ike_core *core, const char *name)
{
	struct table_node *node = table_find(&core->index.by_name, table_text(0, name));

	for (; node; node = table_next(node)) {
		struct gateway *gw = container_of(node, struct gateway, name_node);

		if (!gw->gone && !strcmp(gw->conf->name, name))
			return gw;
	}
	return NULL;
}

bool gateway_is_sole(const struct gateway *gw)
{
	const struct policy_gateway *ours = gw->conf;
	struct table_node *node = table_find(&gw->core->index.by_ends, ends_key(gw));

	for (; node; node = table_next(node)) {
		const struct gateway *other = container_of(node, struct gateway, ends_node);
		const struct policy_gateway *theirs = other->conf;

		if (other != gw && !other->gone &&
		    same_end(&ours->local_id, &ours->local, &theirs->local_id, &theirs->local) &&
		    same_end(&ours->peer_id, &gw->peer, &theirs->peer_id, &other->peer))
			return false;
	}
	return true;
}

static bool may_be(const struct gateway *gw, const struct addr *local, const struct addr *remote)
{
	const struct policy_gateway *conf = gw->conf;

	return !gw->gone && (!conf->local.family || addr_equal(&conf->local, local)) &&
	       (!conf->family || conf->family == remote->family) &&
	       (policy_gateway_dynamic(conf) || gateway_is_at(gw, remote));
}

/* From @node on, of dynamic ones that it shares its key with, the first that the peer may be. */
static struct gateway *first_of(struct table_node *node, const struct addr *local,
				const struct addr *remote)
{
	for (; node; node = table_next(node)) {
		struct gateway *gw = container_of(node, struct gateway, id_node);

		if (may_be(gw, local, remote))
			return gw;
	}
	return NULL;
}

/* The gateway after @from (NULL: the first) that has the peer's address. */
static struct gateway *next_at(const struct ike_core *core, const struct gateway *from,
			       const struct addr *local, const struct addr *remote)
{
	const struct place *before = from ? place_at(from, remote) : NULL;
	struct table_node *node;

	if (from)
		node = before ? table_next(&before->node) : NULL;
	else
		node = table_find(&core->index.by_peer, addr_key(remote));
	for (; node; node = table_next(node)) {
		struct gateway *gw = container_of(node, struct place, node)->gw;

		if (may_be(gw, local, remote))
			return gw;
	}
	return NULL;
}

struct gateway *gateway_at(const struct ike_core *core, const struct addr *local,
			   const struct addr *remote)
{
	return next_at(core, NULL, local, remote);
}

struct gateway *gateway_for_peer(const struct ike_core *core, const struct gateway *from,
				 const struct addr *local, const struct addr *remote)
{
	bool dynamic = from && policy_gateway_dynamic(from->conf);
	struct gateway *gw = dynamic ? NULL : next_at(core, from, local, remote);

	if (gw)
		return gw;
	gw = dynamic ? from->dynamic_next : core->index.dynamic;
	while (gw && !may_be(gw, local, remote))
		gw = gw->dynamic_next;
	return gw;
}

bool gateway_wants_cookie(const struct ike_core *core, const struct addr *local,
			  const struct addr *remote)
{
	struct gateway *gw = next_at(core, NULL, local, remote);

	while (gw && !gw->conf->require_cookie)
		gw = next_at(core, gw, local, remote);
	return gw || core->index.cookie;
}

/* Likewise, but of dynamic ones with the same proposals, which may be many, the first alone. */
static struct gateway *next_kind(const struct ike_core *core, const struct gateway *from,
				 const struct addr *local, const struct addr *remote)
{
	bool dynamic = from && policy_gateway_dynamic(from->conf);
	struct gateway *gw = dynamic ? NULL : next_at(core, from, local, remote);

	if (gw)
		return gw;
	gw = dynamic ? from->kind_next : core->index.kinds;
	while (gw && !may_be(gw, local, remote))
		gw = gw->kind_next;
	return gw;
}

/*
 * Likewise all those with the exact address, but of dynamic ones those alone whose peer-id may be
 * @id: that is their peer-id, or they have none or a pattern.  The caller compares.
 */
static struct gateway *next_named(const struct ike_core *core, const struct gateway *from,
				  const struct addr *local, const struct addr *remote,
				  const struct ike_id *id)
{
	static const struct ike_id none;
	const struct table *by_id = &core->index.by_id;
	bool dynamic = from && policy_gateway_dynamic(from->conf);
	bool open = from && dynamic && is_open(from->conf);
	struct gateway *gw = dynamic ? first_of(table_next(&from->id_node), local, remote) :
			     next_at(core, from, local, remote);

	if (!gw && !dynamic)
		gw = first_of(table_find(by_id, id_key(id)), local, remote);
	if (!gw && !open)
		gw = first_of(table_find(by_id, id_key(&none)), local, remote);
	return gw;
}

struct gateway *stranger_gateway(struct ike_core *core, const struct addr *local,
				 const struct addr *remote)
{
	struct gateway *gw = gateway_for_peer(core, NULL, local, remote);

	return gw && !gateway_for_peer(core, gw, local, remote) ? gw : NULL;
}

/* --- gateways: by what a peer offers and claims --- */

static void note(struct gateway **first, struct gateway *gw)
{
	if (!*first)
		*first = gw;
}

bool match_takes(const struct gateway *gw, uint8_t major, const struct wire_sa *offer,
		 uint16_t group, struct prop_chosen *chosen, char *why, size_t n)
{
	const struct prop_query query = {
		.proto = PROP_IKE,
		.local = policy_gateway_ike(gw->conf, major),
		.ke_group = group,
	};

	return prop_select(&query, offer, chosen, why, n);
}

/* The peer may begin as it does. */
static bool takes_claim(const struct policy_gateway *conf, const struct match_claim *claim)
{
	return policy_gateway_takes(conf, claim->major, claim->aggressive) &&
	       (claim->major != 1 || conf->v1_auth == claim->v1_auth);
}

struct gateway *match_offer(const struct ike_core *core, const struct match_claim *claim,
			    const struct wire_sa *offer, uint16_t group,
			    struct prop_chosen *chosen, struct gateway **first)
{
	struct gateway *gw = next_kind(core, NULL, claim->local, claim->remote);

	*first = NULL;
	for (; gw; gw = next_kind(core, gw, claim->local, claim->remote)) {
		if (!takes_claim(gw->conf, claim))
			continue;
		note(first, gw);
		if (match_takes(gw, claim->major, offer, group, chosen, NULL, 0))
			return gw;
	}
	return NULL;
}

/* What we chose in the first message, for some gateway with that address, is one's own, too. */
static bool takes_chosen(const struct gateway *gw, uint8_t major, const struct prop_chosen *chosen)
{
	struct prop_chosen again;
	struct wire_sa sa;

	prop_answer(chosen, bytes_of(NULL, 0), &sa);
	return match_takes(gw, major, &sa, 0, &again, NULL, 0);
}

bool match_id(const struct policy_gateway *conf, const struct ike_id *id,
	      const struct addr *remote)
{
	struct ike_id expected = id_or_addr(&conf->peer_id, remote);

	return conf->peer_pattern ? id_like(&expected, id) : id_same(&expected, id);
}

struct gateway *match_claimed(const struct ike_core *core, const struct match_claim *claim,
			      const struct gateway *from, struct match_found *found)
{
	struct gateway *gw = next_named(core, from, claim->local, claim->remote, claim->id);

	for (; gw; gw = next_named(core, gw, claim->local, claim->remote, claim->id)) {
		const struct policy_gateway *conf = gw->conf;

		if (!takes_claim(conf, claim) || !match_id(conf, claim->id, claim->remote))
			continue;
		if (claim->wanted && conf->local_id.n && !id_same(claim->wanted, &conf->local_id))
			note(&found->other_end, gw);
		else if (claim->chosen && !takes_chosen(gw, claim->major, claim->chosen))
			note(&found->other_prop, gw);
		else
			break;
	}
	if (gw)
		note(&found->fits, gw);
	return gw;
}

struct gateway *match_proved(const struct ike_core *core, const struct match_claim *claim,
			     uint64_t key)
{
	struct match_found found = { .fits = NULL };
	struct gateway *gw = match_claimed(core, claim, NULL, &found);

	while (gw && policy_gateway_proof(gw->conf) != key)
		gw = match_claimed(core, claim, gw, &found);
	return gw;
}

/* --- proxy-IDs --- */

/* How many bits of the range are free: 32 for 0.0.0.0/0, 0 for one address. */
static unsigned int free_bits(const struct addr *first, const struct addr *last)
{
	size_t n = addr_len(first);

	for (size_t i = 0; i < n; i++) {
		uint8_t differ = first->b[i] ^ last->b[i];

		if (differ)
			return (unsigned int)(8 * (n - i) + 24) -
			       (unsigned int)__builtin_clz(differ);
	}
	return 0;
}

/* The wider, the more: of the widest selector, where protocol and ports count little. */
static unsigned int width(const struct ts_list *list)
{
	unsigned int most = 0;

	for (unsigned int i = 0; i < list->n; i++) {
		const struct ts *ts = &list->ts[i];
		unsigned int w = 4 * free_bits(&ts->first, &ts->last);

		w += !ts->proto ? 2 : 0;
		w += ts->port_first != ts->port_last ? 1 : 0;
		if (w > most)
			most = w;
	}
	return most;
}

/* How well a proxy-ID answers what the peer asks for; members in order of their weight. */
struct fit {
	bool first;		/* has what the peer names first (RFC 7296 section 2.9) */
	unsigned int common;	/* how much of what it asks for: the more, the better */
	unsigned int own;	/* how much besides: the less, the better */
	bool idle;		/* has no SA yet */
};

static bool better(const struct fit *a, const struct fit *b)
{
	if (a->first != b->first)
		return a->first;
	if (a->common != b->common)
		return a->common > b->common;
	if (a->own != b->own)
		return a->own < b->own;
	return a->idle && !b->idle;
}

/* What the peer names first, which comes first in @narrow then, whatever else may be left out. */
static bool has_first(const struct wire_ts_list *list, const struct ts_list *within,
		      struct ts_list *narrow)
{
	struct wire_ts_list first = { .n = list->n ? 1 : 0 };
	struct ts_list common;

	first.ts[0] = list->ts[0];
	if (!ts_list_from_wire(&first, within, &common))
		return false;
	ts_list_begin(narrow, &common.ts[0]);
	return true;
}

struct slot *match_slot(struct gateway *gw, struct slot *only, const struct wire_ts_list *local,
			const struct wire_ts_list *remote, struct ts_pair *out)
{
	struct slot *best = NULL;
	struct fit best_fit = { 0 };

	for (struct slot *slot = only ? only : gw->slots; slot; slot = only ? NULL : slot->next) {
		const struct ts_pair *ts = &slot->proxy->ts;
		struct ts_pair narrow;
		struct fit fit;
		bool first;

		if (slot->gone ||
		    !ts_list_from_wire(local, &ts->local, &narrow.local) ||
		    !ts_list_from_wire(remote, &ts->remote, &narrow.remote) ||
		    !ts_pair_count(&narrow))
			continue;
		first = has_first(local, &ts->local, &narrow.local) &&
			has_first(remote, &ts->remote, &narrow.remote);
		ts_pair_trim(&narrow);
		fit = (struct fit){
			.first = first,
			.common = width(&narrow.local) + width(&narrow.remote),
			.own = width(&ts->local) + width(&ts->remote),
			.idle = !slot->current,
		};
		if (best && !better(&fit, &best_fit))
			continue;
		best = slot;
		best_fit = fit;
		*out = narrow;
	}
	return best;
}

struct slot *match_meant(const struct gateway *gw, const struct wire_ts_list *local,
			 const struct wire_ts_list *remote)
{
	struct slot *only = NULL;
	unsigned int n = 0;
	struct ts_list common;

	for (struct slot *slot = gw->slots; slot; slot = slot->next) {
		const struct ts_pair *ts = &slot->proxy->ts;

		if (slot->gone || slot->current)
			continue;
		if (ts_list_from_wire(local, &ts->local, &common) ||
		    ts_list_from_wire(remote, &ts->remote, &common))
			return slot;
		only = slot;
		n++;
	}
	return n == 1 ? only : NULL;
}
