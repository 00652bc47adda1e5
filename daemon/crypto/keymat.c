// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/keymat.h"

#include "base/secret.h"

void keymat_child_wipe(struct keymat_child *keymat)
{
	secret_wipe(keymat, sizeof(*keymat));
}
