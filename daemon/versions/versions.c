// SPDX-License-Identifier: GPL-2.0-or-later
#include "versions/versions.h"

#include "ike/v1/v1.h"
#include "ike/v2/v2.h"

const struct ike_version *const ike_versions[] = { &v2_version, &v1_version, NULL };
