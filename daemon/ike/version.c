// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/version.h"

const struct ike_version *ike_version_of(const struct ike_core *core, uint8_t major)
{
	const struct ike_version *const *version = core->versions;

	while (*version && (*version)->major != major)
		version++;
	return *version;
}
