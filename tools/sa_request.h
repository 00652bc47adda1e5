/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the words of "pantunctl sa" ask for, taken and checked before anything is sent. */
#ifndef PANTUN_TOOLS_SA_REQUEST_H
#define PANTUN_TOOLS_SA_REQUEST_H

#include "model.h"
#include "words.h"

struct sa_request {
	struct sa sa;			/* mode 0: not given */
	struct genl_path new_path;		/* of "sa path" */
	const char *key_file;
	bool has_window;
};

/* The words of each verb. */
extern const struct keyword sa_add_keywords[], sa_name_keywords[], sa_path_keywords[];

/* 0, or EXIT_USAGE after a message that names the verb @place. */
int sa_request_check_named(const char *place, const struct sa_request *request);
int sa_request_check_add(const char *place, const struct sa_request *request);
/* Also fills what "sa path" leaves as it is. */
int sa_request_check_path(const char *place, struct sa_request *request);

#endif
