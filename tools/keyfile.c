// SPDX-License-Identifier: GPL-2.0-or-later
#include "keyfile.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/bytes.h"
#include "base/key_file.h"
#include "base/secret.h"

#define FILE_MAX	4096	/* octets */
#define GROUP_DIGITS	8	/* hexadecimal ones, of a key in groups */

struct line {
	const char *path;
	unsigned int number;
	char *error;
	size_t error_n;
};

static int refuse(const struct line *line, const char *what)
{
	snprintf(line->error, line->error_n, "%s:%u: %s", line->path, line->number, what);
	return -1;
}

/* Groups of eight digits joined by '-', as PAN-OS writes them; false where one is not. */
static bool join_groups(char *text)
{
	char *to = text;

	for (const char *from = text;; from++) {
		if (strspn(from, "0123456789abcdefABCDEF") != GROUP_DIGITS)
			return false;
		memmove(to, from, GROUP_DIGITS);
		to += GROUP_DIGITS;
		from += GROUP_DIGITS;
		if (!*from) {
			*to = '\0';
			return true;
		}
		if (*from != '-')
			return false;
	}
}

static int take_octets(const struct line *line, char *text, size_t max,
		    struct key_octets *key)
{
	size_t n = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	else if (strchr(text, '-') && !join_groups(text))
		return refuse(line, "a key with '-' must be groups of eight hexadecimal digits");
	for (; text[0]; text += 2) {
		if (n == max)
			return refuse(line, "a key longer than any algorithm takes");
		if (!bytes_from_hex(text, &key->b[n++], 1))
			return refuse(line, "a key must be an even count of hexadecimal digits");
	}
	if (!n)
		return refuse(line, "a key must follow the word");
	key->n = n;
	return 0;
}

static int take_line(const struct line *line, char *text, struct keys *keys)
{
	static const char blanks[] = " \t\r";
	struct key_octets *key;
	size_t max = PANTUN_KEY_LEN_MAX;
	char *word, *value;

	text[strcspn(text, "#")] = '\0';
	word = text + strspn(text, blanks);
	if (!*word)
		return 0;
	value = word + strcspn(word, blanks);
	if (*value)
		*value++ = '\0';
	value += strspn(value, blanks);
	if (value[strcspn(value, blanks)]) {
		char *end = value + strcspn(value, blanks);

		if (end[strspn(end, blanks)])
			return refuse(line, "one word and one key a line");
		*end = '\0';
	}
	if (!strcmp(word, "enc")) {
		key = &keys->enc;
	} else if (!strcmp(word, "auth")) {
		key = &keys->auth;
	} else if (!strcmp(word, "salt")) {
		key = &keys->salt;
		max = PANTUN_SALT_LEN_MAX;
	} else {
		return refuse(line, "a line must begin with enc, auth or salt");
	}
	if (key->n)
		return refuse(line, "this key was given before");
	return take_octets(line, value, max, key);
}

static int take_lines(const char *path, char *text, struct keys *keys, char *error,
		     size_t error_n)
{
	struct line line = { .path = path, .error = error, .error_n = error_n };

	while (text) {
		char *end = strchr(text, '\n');

		if (end)
			*end++ = '\0';
		line.number++;
		if (take_line(&line, text, keys))
			return -1;
		text = end;
	}
	if (keys->enc.n || keys->auth.n)
		return 0;
	snprintf(error, error_n, "%s: no line \"enc HEX\" or \"auth HEX\"", path);
	return -1;
}

/* The text of the open file into @text of FILE_MAX octets; false with the reason in @why. */
static bool slurp(int fd, char *text, char *why, size_t n)
{
	const char *wrong = NULL;
	ssize_t got;

	if (!key_file_trusted(fd, why, n))
		return false;
	got = key_file_read(fd, text, FILE_MAX);
	if (got < 0)
		wrong = strerror(errno);
	else if (got == FILE_MAX)
		wrong = "too long for a key file";
	else if (memchr(text, '\0', (size_t)got))
		wrong = "cannot be read as text";
	if (wrong) {
		snprintf(why, n, "%s", wrong);
		return false;
	}
	text[got] = '\0';
	return true;
}

int keyfile_read(const char *path, struct keys *keys, char *error, size_t error_n)
{
	char text[FILE_MAX], why[160];
	int fd, result = -1;

	memset(keys, 0, sizeof(*keys));
	fd = open(path, KEY_FILE_FLAGS);
	if (fd < 0) {
		snprintf(error, error_n, "%s: %s", path, strerror(errno));
		return -1;
	}
	if (slurp(fd, text, why, sizeof(why)))
		result = take_lines(path, text, keys, error, error_n);
	else
		snprintf(error, error_n, "%s: %s", path, why);
	close(fd);
	secret_wipe(text, sizeof(text));
	return result;
}
