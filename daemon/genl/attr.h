/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes from the kernel, read without relying on their lengths, and addresses for it.
 * All of genl/ is what pantund and pantunctl both need to speak with the module: it uses
 * base/ and libnl, and nothing else.
 */
#ifndef PANTUN_GENL_ATTR_H
#define PANTUN_GENL_ATTR_H

#include "base/addr.h"

struct nl_msg;
struct nlattr;
struct nlmsghdr;

/*
 * Parses what @nest holds into @attrs, which has @max + 1 places.  False where @nest is NULL or
 * cannot be read.
 */
bool genl_attr_nest(struct nlattr *nest, struct nlattr **attrs, int max);
/*
 * Parses the top level of a message of pantun's family into @attrs, which has PANTUN_A_MAX + 1
 * places.  False where it cannot be read.
 */
bool genl_attr_top(struct nlmsghdr *header, struct nlattr **attrs);
/* The same, and what its nest @type holds into @nested; false where it lacks that, too. */
bool genl_attr_message(struct nlmsghdr *header, struct nlattr **attrs, int type,
		       struct nlattr **nested, int max);

/* False where there is none, or a shorter one; @value stays as it is then. */
bool genl_attr_take_u64(const struct nlattr *attr, uint64_t *value);
/* 0 where there is none, or a shorter one. */
uint64_t genl_attr_u64(const struct nlattr *attr);
uint32_t genl_attr_u32(const struct nlattr *attr);
uint16_t genl_attr_u16(const struct nlattr *attr);
uint8_t genl_attr_u8(const struct nlattr *attr);
/* NULL where there is none, or one without a NUL.  Valid as long as the message. */
const char *genl_attr_string(const struct nlattr *attr);
/* Into @out of @n octets as much as fits; "" where there is none. */
void genl_attr_text(const struct nlattr *attr, char *out, size_t n);
/* False where it is no address of the family; @addr is none (family 0) then. */
bool genl_attr_addr(const struct nlattr *attr, uint8_t family, struct addr *addr);
/* The same of the one of the two that is there, if any. */
bool genl_attr_either(const struct nlattr *v4, const struct nlattr *v6, struct addr *addr);
/* @addr as @v4 or @v6, whichever its family calls for; nothing for family 0.  False: no room. */
bool genl_attr_put_either(struct nl_msg *msg, int v4, int v6, const struct addr *addr);

#endif
