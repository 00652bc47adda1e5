/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to the daemon over its control socket; the protocol is in daemon/ctl/ctl.h. */
#ifndef PANTUN_TOOLS_CTL_CLIENT_H
#define PANTUN_TOOLS_CTL_CLIENT_H

#include <jansson.h>
#include "command.h"
#include "model.h"

/* A connected socket, or -1 with the cause in @error of MODEL_ERROR octets. */
int ctl_connect(const char *path, char *error);
/* Takes over the reference to @request.  False with @error. */
bool ctl_send(int fd, json_t *request, char *error);
/* The next message, the caller's to release; NULL with @error, "" at the end of a stream. */
json_t *ctl_receive(int fd, char *error);
/*
 * One request on @fd and its answer; takes over @request.  The answer, which said ok and is the
 * caller's, or NULL with @error.
 */
json_t *ctl_exchange(int fd, json_t *request, char *error);
/*
 * One request on a connection of its own; takes over @request.  The answer, which
 * said ok and is the caller's, or NULL with @error.
 */
json_t *ctl_ask(const char *path, json_t *request, char *error);
/*
 * A command: as ctl_ask(), but a failure is printed, and so is the answer where JSON is
 * wanted.  The answer to put into words, the caller's, or NULL where there is nothing more
 * to do: @status is the exit status then.
 */
json_t *ctl_command(const struct options *options, json_t *request, int *status);
/*
 * The running daemon's version into @version of VERSION_TEXT octets ("" if it does not tell
 * or cannot be asked), and the cause, or "", into @error of MODEL_ERROR octets.
 */
void ctl_version(const char *path, char *version, char *error);
/*
 * Fills the daemon's part of the model, or its daemon_error: also where the daemon is of a
 * version that does not work with this one.  Warns on stderr of any other.
 */
void ctl_fill(const char *path, struct model *model);
/* The processes of the daemon, likewise. */
void ctl_fill_processes(const char *path, struct model *model);
/* The certificates of its configuration, likewise. */
void ctl_fill_certificates(const char *path, struct model *model);

#endif
