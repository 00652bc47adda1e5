/* SPDX-License-Identifier: GPL-2.0 */
/* AH. */
#ifndef _PANTUN_AH_H
#define _PANTUN_AH_H

struct pantun_xform_ops;

extern const struct pantun_xform_ops pantun_ah_ops;

#endif
