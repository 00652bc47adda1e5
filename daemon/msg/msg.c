// SPDX-License-Identifier: GPL-2.0-or-later
#include "msg/msg.h"

#include <string.h>

static const char *const roles[MSG_ROLES] = {
	[MSG_PARENT] = "parent",
	[MSG_IKE] = "ike",
	[MSG_AUTH] = "auth",
	[MSG_FETCH] = "fetch",
};

const char *msg_role_name(enum msg_role role)
{
	return roles[role];
}

enum msg_role msg_role_named(const char *name)
{
	for (enum msg_role role = 0; role < MSG_ROLES; role++)
		if (!strcmp(roles[role], name))
			return role;
	return MSG_ROLES;
}

static bool covers(enum msg_role row, enum msg_role role)
{
	return row == role || (row == MSG_CHILD && role != MSG_PARENT);
}

bool msg_goes(enum msg_type type, enum msg_role from, enum msg_role to)
{
	return covers(msg_rows[type].from, from) && covers(msg_rows[type].to, to);
}

const char *msg_check(uint32_t type, enum msg_role from, enum msg_role to, size_t n,
		      unsigned int fds)
{
	if (type >= MSG_TYPES)
		return "there is no such message";
	if (!msg_goes(type, from, to))
		return "not for them to send";
	if (n < msg_rows[type].least)
		return "too short";
	if (n > msg_rows[type].most)
		return "too long";
	if (fds > msg_rows[type].fd)
		return "a file descriptor too many";
	if (fds < msg_rows[type].fd)
		return "the file descriptor is missing";
	return NULL;
}

bool msg_text_ok(const char *text, size_t room)
{
	return memchr(text, '\0', room);
}
