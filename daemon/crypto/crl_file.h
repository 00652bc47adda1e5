/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of revoked certificates (RFC 5280 section 5) as they are in files, in PEM or DER. */
#ifndef PANTUN_CRYPTO_CRL_FILE_H
#define PANTUN_CRYPTO_CRL_FILE_H

#include "base/secret.h"

/*
 * All lists in @octets, as items of DER; *@ended: the time of one is over.  The caller's; NULL with
 * the reason in @why of @n octets, also where there is none.
 */
struct secret *crl_file_read(struct bytes octets, bool *ended, char *why, size_t n);

#endif
