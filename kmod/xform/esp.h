/* SPDX-License-Identifier: GPL-2.0 */
/* ESP, and the part of it that tests against known answers need by itself. */
#ifndef _PANTUN_ESP_H
#define _PANTUN_ESP_H

#include <linux/types.h>

struct pantun_sa;
struct pantun_xform_ops;
struct sk_buff;

extern const struct pantun_xform_ops pantun_esp_ops;

/* Frees what CPUs keep for packets, of which there are no more.  Process context. */
void pantun_esp_stop(void);

#define PANTUN_IV_MAX	16

/*
 * Header and trailer around the payload in @skb under number @seq with the IV @iv, of
 * the length that the SA's algorithm has.  As pantun_xform_ops.push otherwise.
 */
int pantun_esp_push(struct pantun_sa *sa, struct sk_buff *skb, u64 seq, const u8 *iv);

#endif
