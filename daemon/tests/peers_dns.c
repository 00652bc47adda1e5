// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/peers_dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/peers_site.h"

void peers_dns_ask(struct peers_dns *dns, ike_time now, uint64_t ticket)
{
	dns->asked++;
	if (dns->silent)
		return;
	for (unsigned int i = 0; i < PEERS_DNS_OPEN; i++) {
		if (dns->open[i].due)
			continue;
		dns->open[i] = (struct peers_dns_open){ now + PEERS_DNS_MS, ticket };
		return;
	}
	abort();
}

static const struct peers_dns_open *first(const struct peers_dns *dns)
{
	const struct peers_dns_open *next = NULL;

	for (unsigned int i = 0; i < PEERS_DNS_OPEN; i++)
		if (dns->open[i].due && (!next || dns->open[i].due < next->due))
			next = &dns->open[i];
	return next;
}

ike_time peers_dns_next(const struct peers_dns *dns)
{
	return first(dns) ? first(dns)->due : IKE_NEVER;
}

struct name_answer peers_dns_answer(struct peers_dns *dns)
{
	struct peers_dns_open *open = &dns->open[first(dns) - dns->open];
	struct name_answer answer = { .ticket = open->ticket, .failure = dns->failure,
				      .ttl = dns->ttl };
	char words[256], *save = NULL;

	open->due = 0;
	if (answer.failure)
		return answer;
	snprintf(words, sizeof(words), "%s", dns->addrs);
	for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save))
		answer.addrs[answer.n++] = site_address(word);
	return answer;
}

void peers_dns_forget(struct peers_dns *dns)
{
	memset(dns->open, 0, sizeof(dns->open));
}
