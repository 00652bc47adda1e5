// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/process.h"

#include <cap-ng.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/caps.h"
#include "base/text.h"
#include "ctl/json.h"

#define CAPABILITIES_TEXT	1024
#define STATUS_TEXT		4096

/* "net_admin, setuid"; "none". */
static json_t *capabilities_json(uint64_t set)
{
	char out[CAPABILITIES_TEXT];
	struct text text;

	text_init(&text, out, sizeof(out));
	for (unsigned int i = 0; i < 64; i++) {
		const char *name;

		if (!(set & UINT64_C(1) << i))
			continue;
		name = i <= CAP_LAST_CAP ? capng_capability_to_name(i) : NULL;
		text_add(&text, "%s", text.n ? ", " : "");
		if (name)
			text_add(&text, "%s", name);
		else
			text_add(&text, "%u", i);
	}
	return text_json(text.n ? out : "none");
}

/* Returns the rest of the line after @name, or NULL if it does not begin with that. */
static const char *value_of(const char *line, const char *name)
{
	size_t n = strlen(name);

	return strncmp(line, name, n) ? NULL : line + n;
}

/* Takes what it needs from a line of /proc/PID/status. */
static void take_line(json_t *json, const char *line)
{
	const char *value;
	char *second;

	if ((value = value_of(line, "Uid:"))) {
		strtoull(value, &second, 10);	/* the real one; the effective one follows */
		json_object_set_new(json, "uid",
				    json_integer((json_int_t)strtoull(second, NULL, 10)));
	} else if ((value = value_of(line, "Threads:"))) {
		json_object_set_new(json, "threads",
				    json_integer((json_int_t)strtoull(value, NULL, 10)));
	} else if ((value = value_of(line, "VmRSS:"))) {
		json_object_set_new(json, "memory",
				    json_integer((json_int_t)strtoull(value, NULL, 10) * 1024));
	}
}

static void take_lines(json_t *json, char *text)
{
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		take_line(json, line);
}

static void take_status(json_t *json, const struct ctl_process *process)
{
	char text[STATUS_TEXT], path[32];
	int fd = process->status;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)process->pid);
	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = pread(fd, text, sizeof(text) - 1, 0);
	if (fd != process->status)
		close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	take_lines(json, text);
}

/* Anyone may ask for them, also where /proc hides the process. */
static void take_capabilities(json_t *json, pid_t pid)
{
	struct caps caps;

	if (!caps_of(pid, &caps))
		json_object_set_new(json, "capabilities", capabilities_json(caps.effective));
}

json_t *process_json(const struct ctl_process *process)
{
	json_t *json = json_pack("{s:s, s:i, s:I, s:I, s:s}", "name", process->name,
				 "pid", (int)process->pid, "since", (json_int_t)process->seconds,
				 "starts", (json_int_t)process->starts, "may", process->may);

	if (json && process->pid) {
		take_capabilities(json, process->pid);
		take_status(json, process);
	}
	return json;
}
