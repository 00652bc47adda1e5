// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quick crash detection (RFC 6290).  Each end gives the other a token for their IKE SA, which only
 * who has its secret can make.  An end that has lost the SA, but not the secret, makes it anew from
 * the SPIs of what it is sent: it is believed at once, unlike anybody's INVALID_IKE_SPI (lost.c).
 */
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "crypto/prf.h"
#include "ike/v2/v2.h"

#define PRF_SHA2_256	5
#define TOKEN_N		32	/* octets of ours */
#define TOKEN_LEAST	16	/* of the peer's, by section 4.2 */

/*
 * False: there is no secret, or no memory.  Our address is in it, as RFC 6290 section 5.2 has it
 * for the peer's: of two hosts that were copied from one with its secret, none can make the
 * other's.
 */
static bool make_token(const struct ike_core *core, const struct addr *local, const uint8_t *spi_i,
		       const uint8_t *spi_r, uint8_t out[ALG_PRF_MAX])
{
	const struct bytes parts[] = {
		bytes_of(local->b, addr_len(local)),
		bytes_of(spi_i, IKE_SPI_LEN),
		bytes_of(spi_r, IKE_SPI_LEN),
	};

	return core->has_token_key &&
	       !prf(alg_prf_by_id(PRF_SHA2_256), bytes_of(core->token_key, IKE_TOKEN_KEY_N), parts,
		    sizeof(parts) / sizeof(parts[0]), out);
}

/* --- while the SA stands --- */

void v2_crash_put(const struct ike_sa *ike, struct wire_writer *w)
{
	uint8_t token[ALG_PRF_MAX];

	if (make_token(ike->core, &ike->path->local.addr, ike->spi_i, ike->spi_r, token))
		wire_put_notify(w, IKE_N_QUICK_CRASH_DETECTION, bytes_of(token, TOKEN_N));
}

void v2_crash_take(struct ike_sa *ike, const struct v2_in *in)
{
	struct bytes token = in->notes.token;

	if (token.n < TOKEN_LEAST || token.n > sizeof(ike->token))
		return;
	memcpy(ike->token, token.p, token.n);
	ike->token_n = (uint8_t)token.n;
	ike->tokens = true;
}

void v2_crash_renew(struct ike_sa *heir)
{
	if (heir->tokens && heir->core->has_token_key)
		exchange_queue(heir, task_new(TASK_TOKEN));
}

bool v2_crash_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	(void)task;
	if (ike->state != IKE_UP)
		return false;
	v2_crash_put(ike, w);
	return true;
}

/* That it came is all that an empty answer says. */
void v2_crash_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	(void)ike;
	(void)task;
	(void)in;
}

/* --- once one end has lost it --- */

void v2_crash_say(const struct ike_core *core, const struct v2_in *in, struct wire_writer *w)
{
	const struct wire_header *header = &in->message->header;
	uint8_t token[ALG_PRF_MAX];

	if (make_token(core, &in->local.addr, header->spi_i, header->spi_r, token))
		wire_put_notify(w, IKE_N_QUICK_CRASH_DETECTION, bytes_of(token, TOKEN_N));
}

/* Section 4.5: it may bring more than one, of secrets that came one after the other. */
bool v2_crash_proved(const struct ike_sa *ike, const struct v2_in *in)
{
	bool proved = false;

	for (unsigned int i = 0; i < in->payloads->n && ike->token_n; i++) {
		struct wire_notify notify;
		struct wire_error error;

		if (in->payloads->list[i].type != IKE_PL_NOTIFY ||
		    wire_read_notify(&in->payloads->list[i], &notify, &error) ||
		    notify.type != IKE_N_QUICK_CRASH_DETECTION || notify.data.n != ike->token_n)
			continue;
		proved |= secret_equal(notify.data.p, ike->token, ike->token_n);
	}
	return proved;
}

/*
 * The peer's kernel may still have what the daemon lost, and a daemon that finds that there begins
 * anew by itself: no child ends here before there is another, or the kernel says that no ESP comes
 * in any more.
 */
void v2_crash_heed(struct ike_sa *ike)
{
	if (!ike->crashed)
		log_info(ike->gw->subject,
			 "peer has lost the IKE SA, and proves it: it was started anew");
	ike->crashed = true;
	if (!ike->doubted)
		gateway_doubt(ike->gw, ike);
	if (!ike->doubted)
		exchange_last(ike);
}
