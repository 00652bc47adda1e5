// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/keymat.h"

#include <stdlib.h>

#include "base/secret.h"

void keymat_child_free(struct keymat_child *keymat)
{
	if (!keymat)
		return;
	secret_wipe(keymat, sizeof(*keymat));
	free(keymat);
}
