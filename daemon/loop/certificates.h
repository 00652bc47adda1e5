/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our certificates, and the authorities of peers', as the configuration has them. */
#ifndef PANTUN_LOOP_CERTIFICATES_H
#define PANTUN_LOOP_CERTIFICATES_H

#include "ctl/ctl.h"

/*
 * Calls @each for every certificate of @policy, which may be NULL, at the time @now in seconds of
 * 1970.  What several gateways have comes once, with the first of them.
 */
void certificates_each(const struct policy *policy, int64_t now,
		       void (*each)(void *to, const struct ctl_certificate *certificate),
		       void *to);
/*
 * Warns in the log of those that end within 30 days, or have ended, and has @tell tell of it.
 */
void certificates_warn(const struct policy *policy, int64_t now,
		       void (*tell)(void *ctx, const struct ike_event *event), void *ctx);

#endif
