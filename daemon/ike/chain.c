// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/chain.h"

#include <stdlib.h>
#include <string.h>

struct chain *chain_new(struct bytes ni, struct bytes nr, const struct dh_secret *shared)
{
	struct chain *chain;

	if (ni.n > sizeof(chain->ni) || nr.n > sizeof(chain->nr))
		return NULL;
	chain = calloc(1, sizeof(*chain));
	if (!chain)
		return NULL;
	memcpy(chain->ni, ni.p, ni.n);
	chain->ni_n = ni.n;
	memcpy(chain->nr, nr.p, nr.n);
	chain->nr_n = nr.n;
	chain_add(chain, shared);
	return chain;
}

void chain_add(struct chain *chain, const struct dh_secret *shared)
{
	if (chain->n <= PROP_ROUNDS)
		chain->shared[chain->n++] = *shared;
}

bool chain_set_link(struct chain *chain, struct bytes link)
{
	if (!link.n || link.n > sizeof(chain->link))
		return false;
	memcpy(chain->link, link.p, link.n);
	chain->link_n = link.n;
	return true;
}

void chain_free(struct chain *chain)
{
	if (!chain)
		return;
	secret_wipe(chain, sizeof(*chain));
	free(chain);
}
