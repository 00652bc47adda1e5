// SPDX-License-Identifier: GPL-2.0
/*
 * AH (RFC 4302) by the hash interface of the crypto API, and with AES-GMAC (RFC 4543)
 * by the AEAD interface.
 *
 * The ICV covers the outer headers, AH and the payload, with zeroes for what changes
 * underway and for the ICV itself.  Those zeroes are written into a copy of the
 * headers, so the packet stays as it is on the wire; the payload is hashed where it
 * lies.
 *
 * One allocation a packet holds the digest, the request, the scatterlist and the copy.
 * It is freed by whoever ends the request: the caller at once, or the completion.
 */
#include <crypto/aead.h>
#include <crypto/algapi.h>
#include <crypto/hash.h>
#include <linux/ip.h>
#include <linux/pantun.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include "compat.h"
#include "core/cb.h"
#include "core/sa.h"
#include "pure/ah_mask.h"
#include "xform/ah.h"

#define GMAC_IV		8
#define GMAC_ASSOC	16	/* what the template wants to see; all is covered alike */

#define AH_LEN_UNIT	4	/* of ip_auth_hdr.hdrlen, which counts from ... */
#define AH_LEN_BASE	2	/* ... so many of them (RFC 4302 section 2.2) */

/* Where the parts of a packet are. */
struct ah_packet {
	const u8 *outer;		/* the outer IP header; all to AH's end is linear */
	unsigned int outer_len;		/* from there to AH */
	unsigned int ah_len;
	unsigned int payload;		/* from skb->data */
	int nfrags;
	bool sending;
};

/* Everything that one request needs; sg and headers follow the request's own context. */
struct ah_tmp {
	u8 digest[HASH_MAX_DIGESTSIZE] __aligned(8);
	u8 iv[GMAC_IV];
	__be32 seq_high;
	struct scatterlist *sg;
	u8 *headers;
	union {
		struct ahash_request hash;
		struct aead_request gmac;
	};
};

static bool is_gmac(const struct pantun_sa *sa)
{
	return sa->alg->auth == PANTUN_AUTH_AES_GMAC;
}

static unsigned int header_len(const struct ip_auth_hdr *ah)
{
	return (ah->hdrlen + AH_LEN_BASE) * AH_LEN_UNIT;
}

/* The ICV field's own content; GMAC has its IV before it (RFC 4543 section 4). */
static u8 *icv(struct ip_auth_hdr *ah, const struct pantun_sa *sa)
{
	return ah->auth_data + sa->alg->iv_len;
}

/* Headers, payload, high half of the number, ICV of GMAC. */
static struct ah_tmp *ah_tmp_alloc(const struct pantun_sa *sa, const struct ah_packet *packet)
{
	unsigned int sg_count = packet->nfrags + 3;
	size_t reqsize = is_gmac(sa) ? crypto_aead_reqsize(sa->aead) :
				       crypto_ahash_reqsize(sa->ahash);
	size_t sg_at = ALIGN(sizeof(struct ah_tmp) + reqsize, __alignof__(struct scatterlist));
	size_t headers_at = ALIGN(sg_at + sg_count * sizeof(struct scatterlist), 8);
	struct ah_tmp *tmp;

	tmp = kmalloc(headers_at + packet->outer_len + packet->ah_len, GFP_ATOMIC);
	if (!tmp)
		return NULL;
	tmp->sg = (void *)tmp + sg_at;
	tmp->headers = (void *)tmp + headers_at;
	sg_init_table(tmp->sg, sg_count);
	return tmp;
}

/* The right ICV of a forged packet is nobody else's business. */
static void ah_tmp_free(struct ah_tmp *tmp)
{
	kfree_sensitive(tmp);
}

/* The copy of the headers, with zeroes where the ICV does not look. */
static int copy_headers(struct ah_tmp *tmp, const struct pantun_sa *sa,
			const struct ah_packet *packet)
{
	struct ip_auth_hdr *ah = (void *)tmp->headers + packet->outer_len;

	memcpy(tmp->headers, packet->outer, packet->outer_len + packet->ah_len);
	memcpy(tmp->iv, ah->auth_data, sa->alg->iv_len);
	memset(icv(ah, sa), 0, sa->alg->icv_len);
	return pantun_ah_mask(tmp->headers, packet->outer_len, packet->sending);
}

/* Lists what the ICV covers, in order; returns the octets, or a negative errno. */
static int list_parts(struct ah_tmp *tmp, struct sk_buff *skb, const struct pantun_sa *sa,
		      const struct ah_packet *packet, u64 seq)
{
	unsigned int headers_len = packet->outer_len + packet->ah_len;
	unsigned int payload_len = skb->len - packet->payload;
	struct scatterlist *sg = tmp->sg;
	int n;

	sg_set_buf(sg, tmp->headers, headers_len);
	n = skb_to_sgvec_nomark(skb, sg + 1, packet->payload, payload_len);
	if (n < 0)
		return n;
	sg += n;
	if (sa->esn) {
		tmp->seq_high = htonl(upper_32_bits(seq));
		sg_set_buf(++sg, &tmp->seq_high, sizeof(tmp->seq_high));
	}
	if (is_gmac(sa))
		sg_set_buf(++sg, tmp->digest, sa->alg->icv_len);
	sg_mark_end(sg);
	return headers_len + payload_len + (sa->esn ? sizeof(tmp->seq_high) : 0);
}

/*
 * Computes the ICV of a packet into the digest of *@result.  0: done, the caller frees;
 * -EINPROGRESS: @complete will be called, and frees; else nothing is left behind.
 */
static int compute_icv(struct pantun_sa *sa, struct sk_buff *skb, const struct ah_packet *packet,
		       u64 seq, crypto_completion_t complete, struct ah_tmp **result)
{
	struct ah_tmp *tmp = ah_tmp_alloc(sa, packet);
	int len;
	int err;

	if (!tmp)
		return -ENOMEM;
	err = copy_headers(tmp, sa, packet);
	if (err)
		goto err_free;
	len = list_parts(tmp, skb, sa, packet, seq);
	err = len;
	if (len < 0)
		goto err_free;
	pantun_cb(skb)->tmp = tmp;
	if (is_gmac(sa)) {
		aead_request_set_tfm(&tmp->gmac, sa->aead);
		aead_request_set_callback(&tmp->gmac, 0, complete, skb);
		aead_request_set_ad(&tmp->gmac, GMAC_ASSOC);
		aead_request_set_crypt(&tmp->gmac, tmp->sg, tmp->sg, len - GMAC_ASSOC, tmp->iv);
		err = crypto_aead_encrypt(&tmp->gmac);
	} else {
		ahash_request_set_tfm(&tmp->hash, sa->ahash);
		ahash_request_set_callback(&tmp->hash, 0, complete, skb);
		ahash_request_set_crypt(&tmp->hash, tmp->sg, tmp->digest, len);
		err = crypto_ahash_digest(&tmp->hash);
	}
	if (err == -EINPROGRESS)
		return err;
	if (err)
		goto err_free;
	*result = tmp;
	return 0;

err_free:
	ah_tmp_free(tmp);
	return err;
}

/* RFC 4302 section 2; the ICV follows in ah_seal(). */
static int ah_push(struct pantun_sa *sa, struct sk_buff *skb, u64 seq)
{
	__be64 counter = pantun_sa_counter_iv(sa, seq);
	struct pantun_cb *cb = pantun_cb(skb);
	struct pantun_overhead sizes;
	struct ip_auth_hdr *ah;
	struct sk_buff *last;
	int nfrags;

	/* copies what somebody else could change between the ICV and the wire */
	nfrags = skb_cow_data(skb, 0, &last);
	if (nfrags < 0)
		return nfrags;
	cb->nfrags = nfrags;
	pantun_alg_overhead(sa->alg, sa->key.family, 0, &sizes);
	ah = skb_push(skb, sizes.header);
	memset(ah, 0, sizes.header);
	ah->nexthdr = cb->next_header;
	ah->hdrlen = sizes.header / AH_LEN_UNIT - AH_LEN_BASE;
	ah->spi = sa->key.spi;
	ah->seq_no = htonl(lower_32_bits(seq));
	memcpy(ah->auth_data, &counter, sa->alg->iv_len);
	return 0;
}

static void finish_seal(struct sk_buff *skb, const struct pantun_sa *sa,
			const struct ah_tmp *tmp)
{
	struct ip_auth_hdr *ah = (void *)skb->data + pantun_cb(skb)->xform;

	memcpy(icv(ah, sa), tmp->digest, sa->alg->icv_len);
}

static void ah_seal_complete(PANTUN_CRYPTO_ARG arg, int err)
{
	struct sk_buff *skb = pantun_crypto_data(arg);
	struct pantun_cb *cb = pantun_cb(skb);

	if (!err)
		finish_seal(skb, cb->sa, cb->tmp);
	ah_tmp_free(cb->tmp);
	pantun_sa_done_later(skb, err);
}

/* RFC 4302 section 3.3.3 */
static int ah_seal(struct pantun_sa *sa, struct sk_buff *skb, u64 seq)
{
	const struct pantun_cb *cb = pantun_cb(skb);
	struct ah_packet packet = {
		.outer = skb->data,
		.outer_len = cb->xform,
		.ah_len = header_len((void *)skb->data + cb->xform),
		.nfrags = cb->nfrags,
		.sending = true,
	};
	struct ah_tmp *tmp;
	int err;

	packet.payload = packet.outer_len + packet.ah_len;
	err = compute_icv(sa, skb, &packet, seq, ah_seal_complete, &tmp);
	if (err)
		return err;
	finish_seal(skb, sa, tmp);
	ah_tmp_free(tmp);
	return 0;
}

/* Compares; the next header of an authentic packet, whose AH is taken off. */
static int finish_input(struct sk_buff *skb, const struct pantun_sa *sa,
			const struct ah_tmp *tmp)
{
	struct ip_auth_hdr *ah = (void *)skb->data;
	u8 next_header = ah->nexthdr;

	if (crypto_memneq(icv(ah, sa), tmp->digest, sa->alg->icv_len))
		return -EBADMSG;
	skb_pull(skb, header_len(ah));
	return next_header;
}

static void ah_input_complete(PANTUN_CRYPTO_ARG arg, int err)
{
	struct sk_buff *skb = pantun_crypto_data(arg);
	struct pantun_cb *cb = pantun_cb(skb);
	int ret = err ? err : finish_input(skb, cb->sa, cb->tmp);

	ah_tmp_free(cb->tmp);
	pantun_sa_done_later(skb, ret);
}

/*
 * As long as this SA's AH has to be (RFC 4302 section 2.6).  Linux pads it to 8 octets
 * over IPv4, too, unless told otherwise, so that is taken from peers.
 */
static bool ah_length_ok(const struct pantun_sa *sa, unsigned int len, bool v4)
{
	struct pantun_overhead sizes;

	pantun_alg_overhead(sa->alg, AF_INET6, 0, &sizes);
	if (len == sizes.header)
		return true;
	pantun_alg_overhead(sa->alg, AF_INET, 0, &sizes);
	return v4 && len == sizes.header;
}

static int ah_input(struct pantun_sa *sa, struct sk_buff *skb, u64 seq)
{
	struct ah_packet packet = { .outer_len = -skb_network_offset(skb) };
	struct sk_buff *last;
	struct ah_tmp *tmp;
	int err;

	if (skb->len < sizeof(struct ip_auth_hdr))
		return -EPROTO;
	if (!pskb_may_pull(skb, sizeof(struct ip_auth_hdr)))
		return -ENOMEM;
	packet.ah_len = header_len((void *)skb->data);
	packet.payload = packet.ah_len;
	if (packet.ah_len > skb->len ||
	    !ah_length_ok(sa, packet.ah_len, ip_hdr(skb)->version == 4))
		return -EPROTO;
	if (!pskb_may_pull(skb, packet.ah_len))
		return -ENOMEM;
	/* what is checked has to be what is delivered: nobody else may write to it */
	packet.nfrags = skb_cow_data(skb, 0, &last);
	if (packet.nfrags < 0)
		return packet.nfrags;
	packet.outer = skb_network_header(skb);
	err = compute_icv(sa, skb, &packet, seq, ah_input_complete, &tmp);
	if (err)
		return err;
	err = finish_input(skb, sa, tmp);
	ah_tmp_free(tmp);
	return err;
}

/* Both kinds of transform behind the same steps. */
static int ah_set_key(struct pantun_sa *sa, const struct pantun_keys *keys)
{
	u8 *blob;
	int err;

	if (!is_gmac(sa))
		return crypto_ahash_setkey(sa->ahash, keys->auth, keys->auth_len);
	/* the template wants the salt at the key's end */
	blob = kmalloc(keys->auth_len + keys->salt_len, GFP_KERNEL);
	if (!blob)
		return -ENOMEM;
	memcpy(blob, keys->auth, keys->auth_len);
	memcpy(blob + keys->auth_len, keys->salt, keys->salt_len);
	err = crypto_aead_setkey(sa->aead, blob, keys->auth_len + keys->salt_len);
	kfree_sensitive(blob);
	return err;
}

static int alloc_transform(struct pantun_sa *sa)
{
	struct crypto_ahash *ahash;
	struct crypto_aead *aead;

	if (is_gmac(sa)) {
		aead = crypto_alloc_aead(sa->alg->driver, 0, 0);
		if (IS_ERR(aead))
			return PTR_ERR(aead);
		sa->aead = aead;
	} else {
		ahash = crypto_alloc_ahash(sa->alg->driver, 0, 0);
		if (IS_ERR(ahash))
			return PTR_ERR(ahash);
		sa->ahash = ahash;
	}
	return 0;
}

/* What the transform computes has to be as long as what goes on the wire, or longer. */
static int set_icv_len(struct pantun_sa *sa)
{
	if (is_gmac(sa))
		return crypto_aead_setauthsize(sa->aead, sa->alg->icv_len);
	return crypto_ahash_digestsize(sa->ahash) < sa->alg->icv_len ? -EINVAL : 0;
}

static void ah_destroy(struct pantun_sa *sa)
{
	if (is_gmac(sa)) {
		crypto_free_aead(sa->aead);
		sa->aead = NULL;
	} else {
		crypto_free_ahash(sa->ahash);
		sa->ahash = NULL;
	}
}

static int ah_init(struct pantun_sa *sa, const struct pantun_keys *keys,
		   struct netlink_ext_ack *extack)
{
	int err = alloc_transform(sa);

	if (err) {
		NL_SET_ERR_MSG(extack, "this kernel lacks the algorithm: load its crypto modules");
		return err;
	}
	err = ah_set_key(sa, keys);
	if (err) {
		NL_SET_ERR_MSG(extack, "the algorithm refused the key");
		goto err_destroy;
	}
	sa->iv_mask = get_random_u64();
	err = set_icv_len(sa);
	if (err) {
		NL_SET_ERR_MSG(extack, "the algorithm refused the length of its ICV");
		goto err_destroy;
	}
	return 0;

err_destroy:
	ah_destroy(sa);
	return err;
}

const struct pantun_xform_ops pantun_ah_ops = {
	.proto = IPPROTO_AH,
	.init = ah_init,
	.destroy = ah_destroy,
	.push = ah_push,
	.seal = ah_seal,
	.input = ah_input,
};
