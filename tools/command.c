// SPDX-License-Identifier: GPL-2.0-or-later
#include "command.h"
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CHOICES_MAX	16	/* words of one table */

int usage_error(const char *format, ...)
{
	va_list args;

	fputs("pantunctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

int command_choose(const struct command *table, size_t n, const char *noun,
		   const struct options *options, int argc, char **argv)
{
	const char *names[CHOICES_MAX];

	for (size_t i = 0; i < n && i < CHOICES_MAX; i++) {
		names[i] = table[i].name;
		if (argc && !strcmp(table[i].name, argv[0]))
			return table[i].run(options, argc - 1, argv + 1);
	}
	if (argc) {
		words_unknown("", noun, argv[0], names, n);
		return EXIT_USAGE;
	}
	fprintf(stderr, "pantunctl: a %s must follow:", noun);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, " %s", names[i]);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

struct nl_client *command_open(void)
{
	char error[MODEL_ERROR];
	struct nl_client *client = nl_client_open(error);

	if (!client)
		fprintf(stderr, "pantunctl: %s\n", error);
	return client;
}

struct nl_msg *command_begin(const struct nl_client *client, uint8_t cmd, const char *ifname)
{
	return nl_begin(client, cmd, NLM_F_ACK, *ifname ? ifname : NULL);
}

int command_finish(struct nl_client *client, struct nl_msg *msg)
{
	int status = nl_finish(client, msg, NULL, NULL);

	if (status)
		fprintf(stderr, "pantunctl: the kernel refused: %s\n", nl_error(client));
	nl_client_close(client);
	return status ? 1 : 0;
}

const char *ifname_take(const char *word, char *out)
{
	if (!*word || strlen(word) >= IFNAMSIZ)
		return "not the name of an interface: 1 to 15 octets";
	text_copy(out, IFNAMSIZ, word);
	return NULL;
}

const char *dev_take(void *ctx, char *const *values)
{
	return ifname_take(values[0], ctx);
}

const char *proxy_name_take(const char *word, char *out)
{
	if (!*word || strlen(word) >= PANTUN_PROXY_NAME_LEN)
		return "not a name of 1 to 63 octets";
	text_copy(out, PANTUN_PROXY_NAME_LEN, word);
	return NULL;
}

const char *addr_take(const char *word, struct addr *out)
{
	return addr_parse(word, out) ? "not an IPv4 or IPv6 address" : NULL;
}
