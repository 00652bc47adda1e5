// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire_samples.h"

#include <string.h>
#include <sys/socket.h>

static const uint8_t octets[64] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
static const uint8_t spi[4] = { 0xc0, 1, 2, 3 };

struct wire_header sample_header(uint8_t exchange, uint8_t flags)
{
	struct wire_header header = {
		.exchange = exchange,
		.flags = flags,
		.message_id = 0x01020304,
	};

	memset(header.spi_i, 0xa1, IKE_SPI_LEN);
	memset(header.spi_r, 0xb2, IKE_SPI_LEN);
	return header;
}

void sample_sa(struct wire_sa *sa, uint8_t protocol)
{
	struct bytes id = bytes_of(spi, protocol == IKE_PROTO_IKE ? 0 : sizeof(spi));

	*sa = (struct wire_sa){
		.n_proposals = 2,
		.n_transforms = 5,
		.proposals = {
			{ .number = 1, .protocol = protocol, .spi = id, .first = 0, .n = 3 },
			{ .number = 2, .protocol = protocol, .spi = id, .first = 3, .n = 2 },
		},
		.transforms = {
			{ IKE_TRANSFORM_ENCR, IKE_ENCR_AES_GCM_16, 256, false },
			{ IKE_TRANSFORM_PRF, IKE_PRF_HMAC_SHA2_256, 0, false },
			{ IKE_TRANSFORM_DH, IKE_DH_CURVE25519, 0, false },
			{ IKE_TRANSFORM_ENCR, IKE_ENCR_AES_CBC, 128, false },
			{ IKE_TRANSFORM_INTEG, IKE_INTEG_HMAC_SHA2_256_128, 0, false },
		},
	};
}

void sample_ts(struct wire_ts_list *list)
{
	*list = (struct wire_ts_list){
		.n = 2,
		.ts = {
			{
				.type = IKE_TS_IPV4_ADDR_RANGE,
				.proto = 6,
				.port_first = 443,
				.port_last = 443,
				.first = { AF_INET, { 10, 0, 0, 0 } },
				.last = { AF_INET, { 10, 0, 0, 255 } },
			},
			{
				.type = IKE_TS_IPV6_ADDR_RANGE,
				.port_last = 65535,
				.first = { .family = AF_INET6 },
				.last = { .family = AF_INET6 },
			},
		},
	};
	memset(list->ts[1].last.b, 0xff, 16);
}

struct bytes sample_init(uint8_t out[SAMPLE_MAX])
{
	struct wire_header header = sample_header(IKE_EXCH_IKE_SA_INIT, IKE_FLAG_INITIATOR);
	struct wire_writer w;
	struct wire_sa sa;

	sample_sa(&sa, IKE_PROTO_IKE);
	wire_begin(&w, out, SAMPLE_MAX, &header);
	wire_put_sa(&w, &sa);
	wire_put_ke(&w, IKE_DH_CURVE25519, bytes_of(octets, 32));
	wire_put_nonce(&w, bytes_of(octets, 24));
	wire_put_notify(&w, IKE_N_NAT_DETECTION_SOURCE_IP, bytes_of(octets, 20));
	wire_put_notify(&w, IKE_N_FRAGMENTATION_SUPPORTED, bytes_of(NULL, 0));
	wire_put_vendor(&w, bytes_of("pantun", 6));
	return wire_end(&w);
}

void sample_put_inner(struct wire_writer *w)
{
	static const uint32_t spis[] = { 0xc0010203, 0x00000100 };
	struct wire_ts_list ts;
	struct wire_sa sa;

	sample_sa(&sa, IKE_PROTO_ESP);
	sample_ts(&ts);
	wire_put_id(w, IKE_PL_IDI, IKE_ID_FQDN, bytes_of("a.example", 9));
	wire_put_cert(w, IKE_PL_CERT, 4, bytes_of(octets, 40));
	wire_put_auth(w, IKE_AUTH_PSK, bytes_of(octets, 32));
	wire_put_sa(w, &sa);
	wire_put_ts(w, IKE_PL_TSI, &ts);
	wire_put_ts(w, IKE_PL_TSR, &ts);
	wire_put_notify_spi(w, IKE_PROTO_ESP, bytes_of(spi, sizeof(spi)), IKE_N_REKEY_SA,
			    bytes_of("data", 4));
	wire_put_delete(w, IKE_PROTO_ESP, spis, 2);
	wire_put_delete_ike(w);
}

struct bytes sample_inner(uint8_t out[SAMPLE_MAX])
{
	struct wire_writer w;

	wire_begin_bare(&w, out, SAMPLE_MAX);
	sample_put_inner(&w);
	return wire_end(&w);
}

struct bytes sample_protected(uint8_t out[SAMPLE_MAX], uint8_t exchange, uint8_t flags)
{
	struct wire_header header = sample_header(exchange, flags);
	struct wire_writer w;

	wire_begin(&w, out, SAMPLE_MAX, &header);
	wire_sk_begin(&w, 8);
	sample_put_inner(&w);
	wire_sk_end(&w, 4, 16);
	return wire_end(&w);
}
