// SPDX-License-Identifier: GPL-2.0-or-later
/* What a careful daemon sees to before it gives the kernel an SA. */
#include "kern/kern_fake_priv.h"

static void check_ah(struct fake *f, const struct ike_sa_spec *sa)
{
	if (sa->encr || sa->encr_key_n || !sa->integ)
		fake_fault(f, "SA %08x: AH with a cipher, or without integrity", sa->spi);
	else if (sa->integ_key_n != sa->integ->key_n)
		fake_fault(f, "SA %08x: integrity key of %u octets", sa->spi, sa->integ_key_n);
	if (sa->udp_encap)
		fake_fault(f, "SA %08x: AH in UDP", sa->spi);
}

static void check_algorithms(struct fake *f, const struct ike_sa_spec *sa)
{
	if (sa->ah) {
		check_ah(f, sa);
		return;
	}
	if (!sa->encr || !sa->encr->kernel || (sa->integ && !sa->integ->kernel)) {
		fake_fault(f, "SA %08x: no algorithm that the module has", sa->spi);
		return;
	}
	if (sa->encr->aead != !sa->integ)
		fake_fault(f, "SA %08x: integrity algorithm beside a combined mode, or none",
			   sa->spi);
	if (sa->key_bits != sa->encr->key_bits || sa->encr_key_n != sa->encr->key_n ||
	    sa->salt_n != sa->encr->salt_n)
		fake_fault(f, "SA %08x: cipher key of %u octets, salt of %u", sa->spi,
			   sa->encr_key_n, sa->salt_n);
	if (sa->integ_key_n != (sa->integ ? sa->integ->key_n : 0))
		fake_fault(f, "SA %08x: integrity key of %u octets", sa->spi, sa->integ_key_n);
}

static bool all_zero(const uint8_t *p, size_t n)
{
	while (n && !*p) {
		p++;
		n--;
	}
	return !n;
}

void fake_sa_check(struct fake *f, const struct ike_sa_spec *sa)
{
	const struct fake_sa *in = fake_sa_live(f, sa->token, true);

	check_algorithms(f, sa);
	/* Keys given by hand make the same SA again. */
	if (sa->token >> 63 ? !!fake_sa_live(f, sa->token, sa->inbound) :
	    !!fake_sa_find(f, sa->token, sa->inbound))
		fake_fault(f, "SA %08x: its token was used before", sa->spi);
	/* The peer's choice of SPIs is not ours. */
	if (sa->inbound && fake_sa_taken(f, sa))
		fake_fault(f, "SA %08x: the SPI is in use already", sa->spi);
	if (sa->spi < ESP_SPI_MIN)
		fake_fault(f, "SA %08x: the SPI is reserved", sa->spi);
	if (!sa->inbound && !in)
		fake_fault(f, "SA %08x: out-SA without its in-SA", sa->spi);
	if (!sa->inbound && in && (!ts_list_equal(&in->sa.ts.local, &sa->ts.local) ||
				   !ts_list_equal(&in->sa.ts.remote, &sa->ts.remote)))
		fake_fault(f, "SA %08x: in-SA and out-SA differ in their selectors", sa->spi);
	if (!sa->inbound && in &&
	    (in->sa.udp_encap != sa->udp_encap || in->sa.udp_csum != sa->udp_csum))
		fake_fault(f, "SA %08x: in-SA and out-SA differ in their encapsulation", sa->spi);
	if (!sa->inbound && in &&
	    (in->sa.ah != sa->ah || in->sa.esn != sa->esn || in->sa.transport != sa->transport))
		fake_fault(f, "SA %08x: in-SA and out-SA differ in what they are", sa->spi);
	if (sa->inbound && sa->standby)
		fake_fault(f, "SA %08x: an in-SA on standby", sa->spi);
	if (all_zero(sa->encr_key, sa->encr_key_n) && all_zero(sa->integ_key, sa->integ_key_n))
		fake_fault(f, "SA %08x: the key was wiped before", sa->spi);
	if (!sa->ts.local.n || !sa->ts.remote.n)
		fake_fault(f, "SA %08x: no selectors", sa->spi);
	if (!sa->local.addr.family || sa->local.addr.family != sa->remote.addr.family)
		fake_fault(f, "SA %08x: addresses of different families, or none", sa->spi);
	/* The other way round, IKE at that port without encapsulation, a peer may want. */
	if (sa->udp_encap && sa->local.port != IKE_NATT_PORT)
		fake_fault(f, "SA %08x: encapsulation at port %u", sa->spi, sa->local.port);
}
