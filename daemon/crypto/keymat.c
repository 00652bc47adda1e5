// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/keymat.h"

#include "base/secret.h"

void keymat_ike_wipe(struct keymat_ike *keymat)
{
	secret_wipe(keymat, sizeof(*keymat));
}

void keymat_child_wipe(struct keymat_child *keymat)
{
	secret_wipe(keymat, sizeof(*keymat));
}
