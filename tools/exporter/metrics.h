/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `pantunctl --json show` prints, as Prometheus reads it (text format 0.0.4). */
#ifndef PANTUN_EXPORTER_METRICS_H
#define PANTUN_EXPORTER_METRICS_H

#include <event2/buffer.h>
#include <jansson.h>

/* Appends to @out all that @show has.  0, or -1: no memory. */
int metrics_write(struct evbuffer *out, const json_t *show);

#endif
