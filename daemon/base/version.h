/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PANTUN_BASE_VERSION_H
#define PANTUN_BASE_VERSION_H

#ifndef PANTUN_VERSION
#define PANTUN_VERSION	"0.1"
#endif

#endif
