/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of every payload we write, for tests of the codec. */
#ifndef PANTUN_TESTS_WIRE_SAMPLES_H
#define PANTUN_TESTS_WIRE_SAMPLES_H

#include "wire/v2_build.h"
#include "wire/v2_codec.h"

#define SAMPLE_MAX	2048

/* A header with SPIs, the exchange and the flags; message id 0x01020304. */
struct wire_header sample_header(uint8_t exchange, uint8_t flags);
/* Two proposals for IKE without an SPI, or for ESP with one of 4 octets. */
void sample_sa(struct wire_sa *sa, uint8_t protocol);
/* 10.0.0.0 to 10.0.0.255 TCP 443 and all of IPv6. */
void sample_ts(struct wire_ts_list *list);
/* IKE_SA_INIT request: SA, KE, Nonce, two notifications, Vendor ID. */
struct bytes sample_init(uint8_t out[SAMPLE_MAX]);
/* What is within SK: IDi, CERT, AUTH, SA, TSi, TSr, notification with SPI, deletions. */
void sample_put_inner(struct wire_writer *w);
struct bytes sample_inner(uint8_t out[SAMPLE_MAX]);
/* The same, after IDi (IKE_PL_IDI), in SK with an IV of 8 and an ICV of 16 octets. */
struct bytes sample_protected(uint8_t out[SAMPLE_MAX], uint8_t exchange, uint8_t flags);

#endif
