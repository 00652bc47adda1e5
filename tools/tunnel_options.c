// SPDX-License-Identifier: GPL-2.0-or-later
/* The options of a tunnel as text, in the words that "pantunctl tunnel set" takes. */
#include <net/if.h>
#include <inttypes.h>
#include <stdio.h>
#include "base/text.h"
#include "model.h"

const char *underlay_name(uint32_t ifindex, char *out, size_t n)
{
	char name[IFNAMSIZ];

	if (!ifindex)
		out[0] = '\0';
	else if (if_indextoname(ifindex, name))
		text_copy(out, n, name);
	else
		snprintf(out, n, "%" PRIu32, ifindex);
	return out;
}

const char *tunnel_options_text(const struct tunnel_options *options, char *out, size_t n)
{
	char underlay[IFNAMSIZ];
	struct text text;

	text_init(&text, out, n);
	if (options->carrier == PANTUN_CARRIER_ALL)
		text_add(&text, " carrier all");
	if (options->df && options->df != PANTUN_DF_COPY)
		text_add(&text, " df %s", df_name(options->df));
	if (options->tos == PANTUN_TOS_COPY)
		text_add(&text, " tos copy");
	else if (options->dscp)
		text_add(&text, " dscp %u", options->dscp);
	if (options->ttl)
		text_add(&text, " ttl %u", options->ttl);
	if (options->flow_label)
		text_add(&text, " flow-label copy");
	if (options->gre)
		text_add(&text, " gre on");
	if (options->tfc)
		text_add(&text, " tfc %" PRIu32, options->tfc);
	if (options->dummy)
		text_add(&text, " dummy %" PRIu32, options->dummy);
	if (options->mark)
		text_add(&text, " mark 0x%" PRIx32, options->mark);
	if (options->underlay)
		text_add(&text, " underlay %s",
			 underlay_name(options->underlay, underlay, sizeof(underlay)));
	return *out ? out + 1 : out;
}
