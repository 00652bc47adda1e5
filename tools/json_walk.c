// SPDX-License-Identifier: GPL-2.0-or-later
#include "json_walk.h"
#include <string.h>

static const char *skip_space(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
		at++;
	return at;
}

/* Behind the string that begins at @at; NULL: it does not end, or there is none. */
static const char *skip_string(const char *at, const char *end)
{
	if (at == end || *at++ != '"')
		return NULL;
	while (at < end && *at != '"')
		at += *at == '\\' ? 2 : 1;
	return at < end ? at + 1 : NULL;
}

/* Behind the brackets that are opened at @at, whatever is in them. */
static const char *skip_brackets(const char *at, const char *end)
{
	size_t depth = 0;

	while (at && at < end) {
		if (*at == '"') {
			at = skip_string(at, end);
			continue;
		}
		if (*at == '[' || *at == '{')
			depth++;
		else if (*at == ']' || *at == '}')
			depth--;
		at++;
		if (!depth)
			return at;
	}
	return NULL;
}

/* Behind the value at @at; NULL: it does not end, or there is none. */
static const char *skip_value(const char *at, const char *end)
{
	const char *begin = at;

	if (at == end)
		return NULL;
	if (*at == '"')
		return skip_string(at, end);
	if (*at == '[' || *at == '{')
		return skip_brackets(at, end);
	while (at < end && !memchr(",]} \t\n\r", *at, 7))
		at++;
	return at > begin ? at : NULL;
}

/* Nothing may follow the last bracket. */
static void close_bracket(struct json_walk *walk)
{
	walk->bracket = '\0';
	walk->bad = skip_space(walk->at + 1, walk->end) != walk->end;
}

struct json_walk json_walk_begin(struct bytes text)
{
	const char *begin = (const char *)text.p, *end = begin + text.n;
	struct json_walk walk = { .at = skip_space(begin, end), .end = end };

	walk.bad = walk.at == end || (*walk.at != '{' && *walk.at != '[');
	if (walk.bad)
		return walk;
	walk.object = *walk.at == '{';
	walk.bracket = walk.object ? '}' : ']';
	walk.at = skip_space(walk.at + 1, end);
	if (walk.at < end && *walk.at == walk.bracket)
		close_bracket(&walk);
	return walk;
}

/* The name before a value, and its colon. */
static bool read_name(struct json_walk *walk, struct bytes *name)
{
	const char *end = skip_string(walk->at, walk->end);

	if (!end)
		return false;
	*name = bytes_of(walk->at + 1, (size_t)(end - walk->at) - 2);
	walk->at = skip_space(end, walk->end);
	if (walk->at == walk->end || *walk->at != ':')
		return false;
	walk->at = skip_space(walk->at + 1, walk->end);
	return true;
}

bool json_walk_next(struct json_walk *walk, struct bytes *name, struct bytes *value)
{
	const char *end;

	*name = bytes_of(NULL, 0);
	if (walk->bad || !walk->bracket)
		return false;
	walk->bad = walk->object && !read_name(walk, name);
	end = walk->bad ? NULL : skip_value(walk->at, walk->end);
	if (end)
		*value = bytes_of(walk->at, (size_t)(end - walk->at));
	walk->at = end ? skip_space(end, walk->end) : walk->end;
	if (walk->at < walk->end && *walk->at == walk->bracket)
		close_bracket(walk);
	else if (walk->at < walk->end && *walk->at == ',')
		walk->at = skip_space(walk->at + 1, walk->end);
	else
		walk->bad = true;
	return !walk->bad;
}
