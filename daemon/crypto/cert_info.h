/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a certificate says of itself, for people. */
#ifndef PANTUN_CRYPTO_CERT_INFO_H
#define PANTUN_CRYPTO_CERT_INFO_H

#include "base/bytes.h"

#define CERT_INFO_TEXT	384	/* octets of each text with its NUL */

struct cert_info {
	char subject[CERT_INFO_TEXT], issuer[CERT_INFO_TEXT];
	char identities[CERT_INFO_TEXT];	/* those of cert_name_is(), the subject first */
	int64_t until;				/* seconds of 1970 */
};

/* False: @der is none. */
bool cert_info_read(struct bytes der, struct cert_info *out);

#endif
