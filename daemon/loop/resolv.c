// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/resolv.h"

#include <stdio.h>
#include <string.h>

#define BLANKS	" \t\r\n"

void resolv_read(const char *path, struct msg_servers *servers)
{
	FILE *file = fopen(path, "re");
	char line[256];

	memset(servers, 0, sizeof(*servers));
	while (file && servers->n < SERVERS_MOST && fgets(line, sizeof(line), file)) {
		const char *word = strtok(line, BLANKS);
		const char *value = word ? strtok(NULL, BLANKS) : NULL;

		if (value && !strcmp(word, "nameserver") &&
		    !addr_parse(value, &servers->addrs[servers->n]))
			servers->n++;
	}
	if (file)
		fclose(file);
	if (!servers->n)
		addr_parse("127.0.0.1", &servers->addrs[servers->n++]);
}
