/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes of the kernel's, read without relying on their lengths. */
#ifndef PANTUN_KERN_GENL_ATTR_H
#define PANTUN_KERN_GENL_ATTR_H

#include "base/addr.h"

struct nlattr;

/* 0 where there is none. */
uint32_t genl_attr_u32(const struct nlattr *attr);
uint16_t genl_attr_u16(const struct nlattr *attr);
/* Into @out of @n octets, which stays as it is where there is none. */
void genl_attr_text(const struct nlattr *attr, char *out, size_t n);
/* False where it is no address of the family; @addr stays as it is then. */
bool genl_attr_addr(const struct nlattr *attr, uint8_t family, struct addr *addr);
/* The same of the one of the two that is there, if any. */
bool genl_attr_either(const struct nlattr *v4, const struct nlattr *v6, struct addr *addr);

#endif
