// SPDX-License-Identifier: GPL-2.0-or-later
/* Payloads of one level: all but SA and TS (v2_sa.c, v2_ts.c). */
#include "wire/v2_codec.h"

#define SPI_LEN		4	/* of ESP and AH */
#define SKF_FIELDS	4	/* octets of number and total */

static struct bytes behind(const struct wire_payload *payload, size_t n)
{
	return bytes_of(payload->body.p + n, payload->body.n - n);
}

/* Fails unless the body has @n octets at least. */
static int need(const struct wire_payload *payload, size_t n, struct wire_error *error)
{
	if (payload->body.n < n)
		return wire_fail(error, WIRE_ERR_SHORT, payload->type, payload->offset);
	*error = (struct wire_error){ .code = WIRE_OK };
	return 0;
}

int wire_read_skf(const struct wire_payload *payload, struct wire_skf *skf,
		  struct wire_error *error)
{
	if (need(payload, SKF_FIELDS, error))
		return -1;
	skf->number = get_be16(payload->body.p);
	skf->total = get_be16(payload->body.p + 2);
	skf->body = wire_payload_body_offset(payload) + SKF_FIELDS;
	if (!skf->number || skf->number > skf->total ||
	    (skf->number > 1 && payload->next != IKE_PL_NONE))
		return wire_fail(error, WIRE_ERR_VALUE, payload->type, payload->offset);
	return 0;
}

int wire_read_ke(const struct wire_payload *payload, struct wire_ke *ke, struct wire_error *error)
{
	if (need(payload, 4, error))
		return -1;
	ke->group = get_be16(payload->body.p);
	ke->data = behind(payload, 4);
	return 0;
}

int wire_read_id(const struct wire_payload *payload, struct wire_id *id, struct wire_error *error)
{
	size_t n;

	if (need(payload, 4, error))
		return -1;
	id->type = payload->body.p[0];
	id->data = behind(payload, 4);
	id->rest = payload->body;
	n = id->data.n;
	if ((id->type == IKE_ID_IPV4_ADDR && n != 4) || (id->type == IKE_ID_IPV6_ADDR && n != 16))
		return wire_fail(error, WIRE_ERR_VALUE, payload->type, payload->offset);
	return 0;
}

int wire_read_auth(const struct wire_payload *payload, struct wire_auth *auth,
		   struct wire_error *error)
{
	if (need(payload, 4, error))
		return -1;
	auth->method = payload->body.p[0];
	auth->data = behind(payload, 4);
	return 0;
}

int wire_read_cert(const struct wire_payload *payload, struct wire_cert *cert,
		   struct wire_error *error)
{
	if (need(payload, 1, error))
		return -1;
	cert->encoding = payload->body.p[0];
	cert->data = behind(payload, 1);
	return 0;
}

int wire_read_nonce(const struct wire_payload *payload, struct bytes *nonce,
		    struct wire_error *error)
{
	if (need(payload, 0, error))
		return -1;
	*nonce = payload->body;
	if (nonce->n < IKE_NONCE_MIN || nonce->n > IKE_NONCE_MAX)
		return wire_fail(error, WIRE_ERR_VALUE, payload->type, payload->offset);
	return 0;
}

int wire_read_notify(const struct wire_payload *payload, struct wire_notify *notify,
		     struct wire_error *error)
{
	size_t spi_n;

	if (need(payload, 4, error))
		return -1;
	notify->protocol = payload->body.p[0];
	spi_n = payload->body.p[1];
	notify->type = get_be16(payload->body.p + 2);
	if (spi_n > payload->body.n - 4)
		return wire_fail(error, WIRE_ERR_BEYOND, payload->type, payload->offset);
	notify->spi = bytes_of(payload->body.p + 4, spi_n);
	notify->data = behind(payload, 4 + spi_n);
	return 0;
}

int wire_read_delete(const struct wire_payload *payload, struct wire_delete *del,
		     struct wire_error *error)
{
	uint8_t want = 0;

	if (need(payload, 4, error))
		return -1;
	del->protocol = payload->body.p[0];
	del->spi_n = payload->body.p[1];
	del->count = get_be16(payload->body.p + 2);
	del->spis = behind(payload, 4);
	if (del->protocol == IKE_PROTO_AH || del->protocol == IKE_PROTO_ESP)
		want = SPI_LEN;
	else if (del->protocol != IKE_PROTO_IKE)
		return wire_fail(error, WIRE_ERR_VALUE, payload->type, payload->offset);
	if (del->spi_n != want)
		return wire_fail(error, WIRE_ERR_SPI_SIZE, payload->type, payload->offset);
	if (del->spis.n != (size_t)del->count * want || (want == 0 && del->count != 0))
		return wire_fail(error, WIRE_ERR_COUNT, payload->type, payload->offset);
	return 0;
}

uint32_t wire_delete_spi(const struct wire_delete *del, unsigned int i)
{
	return get_be32(del->spis.p + (size_t)i * SPI_LEN);
}

/* First notification that can be read and is of @type, or with @any_error an error. */
static bool find_notify(const struct wire_payloads *payloads, uint16_t type, bool any_error,
			struct wire_notify *notify)
{
	struct wire_error error;
	unsigned int i;

	for (i = 0; i < payloads->n; i++) {
		const struct wire_payload *payload = &payloads->list[i];

		if (payload->type != IKE_PL_NOTIFY || wire_read_notify(payload, notify, &error))
			continue;
		if (any_error ? notify->type < IKE_N_STATUS : notify->type == type)
			return true;
	}
	return false;
}

bool wire_notify_find(const struct wire_payloads *payloads, uint16_t type,
		      struct wire_notify *notify)
{
	return find_notify(payloads, type, false, notify);
}

bool wire_notify_find_error(const struct wire_payloads *payloads, struct wire_notify *notify)
{
	return find_notify(payloads, 0, true, notify);
}
