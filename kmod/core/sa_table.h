/* SPDX-License-Identifier: GPL-2.0 */
/* How SAs are found: by destination address and SPI. */
#ifndef _PANTUN_SA_TABLE_H
#define _PANTUN_SA_TABLE_H

#include <linux/types.h>

struct netlink_ext_ack;
struct pantun_net;
struct pantun_sa;
struct pantun_sa_key;

int pantun_sa_table_init(struct pantun_net *pn);
void pantun_sa_table_destroy(struct pantun_net *pn);
/* The SA for packets of @key, or NULL.  RCU read side. */
struct pantun_sa *pantun_sa_find(struct pantun_net *pn, const struct pantun_sa_key *key);
struct pantun_sa *pantun_sa_table_lookup(struct pantun_net *pn, const struct pantun_sa_key *key);
int pantun_sa_table_insert(struct pantun_net *pn, struct pantun_sa *sa,
			   struct netlink_ext_ack *extack);
int pantun_sa_table_replace(struct pantun_net *pn, struct pantun_sa *old, struct pantun_sa *sa);
int pantun_sa_table_move(struct pantun_net *pn, struct pantun_sa *sa,
			 const struct pantun_sa_key *key, struct netlink_ext_ack *extack);
void pantun_sa_table_leave_former(struct pantun_net *pn, struct pantun_sa *sa);
void pantun_sa_table_remove(struct pantun_net *pn, struct pantun_sa *sa);
int pantun_sa_table_pick_spi(struct pantun_net *pn, struct pantun_sa_key *key);

#endif
