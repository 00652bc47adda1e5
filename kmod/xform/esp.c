// SPDX-License-Identifier: GPL-2.0
/*
 * ESP (RFC 4303) by the AEAD interface of the crypto API.
 *
 * Combined modes (RFC 4106) and encryption with a separate ICV (authenc) look the
 * same here: the associated data are SPI, sequence number and IV, and the IV is
 * written by us.  Counter modes take the sequence number under a random mask of the SA's
 * own, as manual keys may be loaded again; CBC takes random octets, as its IV must not be
 * foreseeable (RFC 3602 section 3).  GMAC (RFC 4543) is no other: its template leaves the
 * payload as it is.
 *
 * With 64-bit numbers the high half is authenticated but not sent (RFC 4303 section
 * 2.2.1).  Associated data are SPI, high half, low half and IV then; the first three
 * lie in our own memory, and the packet is not touched.  authencesn() moves the
 * high half behind the payload by itself.
 *
 * One piece of memory a packet holds the IV, the request and the scatterlist.  Each CPU
 * keeps one for the next packet of any SA; while it is in use, or too small, another is
 * allocated.  What a request leaves in it stays until the next one: a salt, which need not
 * be secret (RFC 4106 section 4), or with ChaCha20 the key of this one packet's ICV (RFC
 * 8439 section 2.6), whose number is not accepted again; never a key of the SA.
 */
#include <crypto/aead.h>
#include <crypto/authenc.h>
#include <linux/pantun.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <net/ip.h>
#include "compat.h"
#include "core/cb.h"
#include "core/sa.h"
#include "xform/esp.h"

#define ESP_HEADER	8	/* SPI, sequence number */
#define ESP_TRAILER	2	/* pad length, next header */
#define TMP_MIN		1024	/* octets: enough for common algorithms and a few fragments */

struct esp_header {
	__be32 spi;
	__be32 seq;
	u8 iv[];
};

/* Everything that one request needs; sg follows the request's own context. */
struct esp_tmp {
	u8 iv[PANTUN_IV_MAX] __aligned(8);
	__be32 esn_header[3];		/* SPI, halves of the number: high, low */
	u32 size;			/* of all, octets */
	struct aead_request req;
};

/* For this CPU's next request; NULL while a request has it.  BH disabled. */
static DEFINE_PER_CPU(struct esp_tmp *, spare);

static struct scatterlist *tmp_sg(struct esp_tmp *tmp, struct crypto_aead *aead)
{
	return PTR_ALIGN((void *)(tmp + 1) + crypto_aead_reqsize(aead),
			 __alignof__(struct scatterlist));
}

/* For @nfrags pieces of a packet, and what is before them with 64-bit numbers. */
static struct esp_tmp *tmp_get(const struct pantun_sa *sa, int nfrags)
{
	u32 size = sizeof(struct esp_tmp) + crypto_aead_reqsize(sa->aead) +
		   __alignof__(struct scatterlist) - 1 +
		   (nfrags + sa->esn) * sizeof(struct scatterlist);
	struct esp_tmp *tmp = __this_cpu_read(spare);

	__this_cpu_write(spare, NULL);
	if (tmp && tmp->size >= size)
		return tmp;
	kfree_sensitive(tmp);
	size = max_t(u32, size, TMP_MIN);
	tmp = kmalloc(size, GFP_ATOMIC);
	if (tmp)
		tmp->size = size;
	return tmp;
}

/*
 * When the request has ended at once: it left the CPU without a spare one, and BH is still
 * disabled, so nobody can have put another there.
 */
static void tmp_put(struct esp_tmp *tmp)
{
	__this_cpu_write(spare, tmp);
}

/* When it has ended later, on whichever CPU. */
static void tmp_free(struct esp_tmp *tmp)
{
	kfree_sensitive(tmp);
}

/*
 * Describes the packet, from @offset on, to the request: associated data first, then
 * @crypt_len octets (with the ICV when decrypting).
 */
static int describe_request(struct esp_tmp *tmp, struct sk_buff *skb, const struct pantun_sa *sa,
			    u64 seq, int nfrags, unsigned int offset, unsigned int crypt_len)
{
	const struct esp_header *esph = (struct esp_header *)(skb->data + offset);
	struct scatterlist *sg = tmp_sg(tmp, sa->aead);
	unsigned int assoc_len = ESP_HEADER + sa->alg->iv_len;
	int err;

	/* the cipher changes its copy of the IV */
	memcpy(tmp->iv, esph->iv, sa->alg->iv_len);
	sg_init_table(sg, nfrags + sa->esn);
	if (sa->esn) {
		tmp->esn_header[0] = esph->spi;
		tmp->esn_header[1] = htonl(upper_32_bits(seq));
		tmp->esn_header[2] = esph->seq;
		sg_set_buf(sg, tmp->esn_header, sizeof(tmp->esn_header));
		assoc_len += sizeof(tmp->esn_header) - ESP_HEADER;
		offset += ESP_HEADER;
	}
	if (!skb_is_nonlinear(skb)) {
		sg_set_buf(sg + sa->esn, skb->data + offset, skb->len - offset);
	} else {
		err = skb_to_sgvec(skb, sg + sa->esn, offset, skb->len - offset);
		if (err < 0)
			return err;
	}
	aead_request_set_tfm(&tmp->req, sa->aead);
	aead_request_set_ad(&tmp->req, assoc_len);
	aead_request_set_crypt(&tmp->req, sg, sg, crypt_len, tmp->iv);
	return 0;
}

static void esp_seal_complete(PANTUN_CRYPTO_ARG arg, int err)
{
	struct sk_buff *skb = pantun_crypto_data(arg);

	tmp_free(pantun_cb(skb)->tmp);
	pantun_sa_done_later(skb, err);
}

/* Pads with 1, 2, 3, ... (RFC 4303 section 2.4) and makes room for the ICV. */
static void put_trailer(struct sk_buff *skb, struct sk_buff *last, u32 padding,
			u8 next_header, u8 icv_len)
{
	u8 *p = pskb_put(skb, last, padding + ESP_TRAILER + icv_len);
	u32 i;

	for (i = 0; i < padding; i++)
		p[i] = i + 1;
	p[padding] = padding;
	p[padding + 1] = next_header;
	memset(p + padding + ESP_TRAILER, 0, icv_len);
}

static void put_header(struct sk_buff *skb, const struct pantun_sa *sa, u64 seq,
		       const u8 *iv)
{
	struct esp_header *esph = skb_push(skb, ESP_HEADER + sa->alg->iv_len);

	esph->spi = sa->key.spi;
	esph->seq = htonl(lower_32_bits(seq));
	memcpy(esph->iv, iv, sa->alg->iv_len);
}

/**
 * pantun_esp_push - puts header and trailer around a payload (RFC 4303 section 2)
 * @sa: its SA
 * @skb: the payload, with headroom for header and IV, and its control block
 * @seq: its number
 * @iv: the IV, of the length that the SA's algorithm has
 *
 * Return: 0: @skb begins at the ESP header, all of it is ours to write; or a negative
 * errno.
 * Context: BH disabled.
 */
int pantun_esp_push(struct pantun_sa *sa, struct sk_buff *skb, u64 seq, const u8 *iv)
{
	const struct pantun_alg *alg = sa->alg;
	struct pantun_overhead sizes;
	struct sk_buff *last;
	u32 padding;
	int nfrags;

	pantun_alg_overhead(alg, AF_INET, 0, &sizes);
	padding = pantun_mtu_padding(&sizes, skb->len);
	/* copies what is shared with anybody else */
	nfrags = skb_cow_data(skb, padding + ESP_TRAILER + alg->icv_len, &last);
	if (nfrags < 0)
		return nfrags;
	put_trailer(skb, last, padding, pantun_cb(skb)->next_header, alg->icv_len);
	put_header(skb, sa, seq, iv);
	pantun_cb(skb)->nfrags = nfrags;
	return 0;
}

static int esp_push(struct pantun_sa *sa, struct sk_buff *skb, u64 seq)
{
	u64 iv[PANTUN_IV_MAX / sizeof(u64)];
	unsigned int i;

	/* get_random_u64() is as good as get_random_bytes(), and several times as fast */
	if (sa->alg->counter_iv)
		iv[0] = (__force u64)pantun_sa_counter_iv(sa, seq);
	else
		for (i = 0; i < sa->alg->iv_len / sizeof(u64); i++)
			iv[i] = get_random_u64();
	return pantun_esp_push(sa, skb, seq, (u8 *)iv);
}

/* RFC 4303 section 3.3.2.  @skb begins before the ESP header, with the outer ones. */
static int esp_seal(struct pantun_sa *sa, struct sk_buff *skb, u64 seq)
{
	const struct pantun_alg *alg = sa->alg;
	struct pantun_cb *cb = pantun_cb(skb);
	struct esp_tmp *tmp;
	int err;

	tmp = tmp_get(sa, cb->nfrags);
	if (!tmp)
		return -ENOMEM;
	err = describe_request(tmp, skb, sa, seq, cb->nfrags, cb->xform,
			       skb->len - cb->xform - ESP_HEADER - alg->iv_len - alg->icv_len);
	if (err)
		goto out;
	cb->tmp = tmp;
	aead_request_set_callback(&tmp->req, 0, esp_seal_complete, skb);
	err = crypto_aead_encrypt(&tmp->req);
	if (err == -EINPROGRESS)
		return err;
out:
	tmp_put(tmp);
	return err;
}

/*
 * Takes header, padding and ICV off a packet whose ICV was good.  The padding's
 * octets are checked, too: 1, 2, 3, ... is the only content this version accepts.
 */
static int strip_esp(struct sk_buff *skb, const struct pantun_alg *alg)
{
	unsigned int end = skb->len - alg->icv_len - ESP_TRAILER;
	unsigned int header = ESP_HEADER + alg->iv_len;
	u8 trailer_buf[ESP_TRAILER], padding_buf[U8_MAX];
	const u8 *trailer, *padding;
	unsigned int padding_len, i;
	u8 next_header;

	trailer = skb_header_pointer(skb, end, ESP_TRAILER, trailer_buf);
	if (!trailer)
		return -EILSEQ;
	padding_len = trailer[0];
	next_header = trailer[1];
	if (padding_len > end - header)
		return -EILSEQ;
	end -= padding_len;
	padding = skb_header_pointer(skb, end, padding_len, padding_buf);
	if (!padding)
		return -EILSEQ;
	for (i = 0; i < padding_len; i++)
		if (padding[i] != i + 1)
			return -EILSEQ;
	if (pskb_trim(skb, end))
		return -ENOMEM;
	skb_pull(skb, header);
	return next_header;
}

static void esp_input_complete(PANTUN_CRYPTO_ARG arg, int err)
{
	struct sk_buff *skb = pantun_crypto_data(arg);
	struct pantun_cb *cb = pantun_cb(skb);

	tmp_free(cb->tmp);
	pantun_sa_done_later(skb, err ? err : strip_esp(skb, cb->sa->alg));
}

/* Lengths that no peer sends (RFC 4303 section 2): header, IV, whole blocks, ICV. */
static bool esp_length_ok(const struct pantun_alg *alg, unsigned int len)
{
	unsigned int fixed = ESP_HEADER + alg->iv_len + alg->icv_len;

	return len >= fixed + alg->block && IS_ALIGNED(len - fixed, alg->block);
}

static int esp_input(struct pantun_sa *sa, struct sk_buff *skb, u64 seq)
{
	const struct pantun_alg *alg = sa->alg;
	struct sk_buff *last;
	struct esp_tmp *tmp;
	int nfrags;
	int err;

	if (!esp_length_ok(alg, skb->len))
		return -EPROTO;
	if (!pskb_may_pull(skb, ESP_HEADER + alg->iv_len))
		return -ENOMEM;
	/* decrypts in place only what belongs to nobody else; the rest is copied */
	nfrags = skb_cow_data(skb, 0, &last);
	if (nfrags < 0)
		return nfrags;
	tmp = tmp_get(sa, nfrags);
	if (!tmp)
		return -ENOMEM;
	err = describe_request(tmp, skb, sa, seq, nfrags, 0, skb->len - ESP_HEADER - alg->iv_len);
	if (err)
		goto out;
	pantun_cb(skb)->tmp = tmp;
	aead_request_set_callback(&tmp->req, 0, esp_input_complete, skb);
	err = crypto_aead_decrypt(&tmp->req);
	if (err == -EINPROGRESS)
		return err;
out:
	tmp_put(tmp);
	return err ? err : strip_esp(skb, alg);
}

/* Key and salt, as modes with a salt want them (RFC 4106 section 8.1, RFC 3686 section 5.1). */
static u8 *put_enc_key(u8 *p, const struct pantun_keys *keys)
{
	memcpy(p, keys->enc, keys->enc_len);
	memcpy(p + keys->enc_len, keys->salt, keys->salt_len);
	return p + keys->enc_len + keys->salt_len;
}

/* What authenc() wants: length of the encryption key in an rtattr, then both keys. */
static u8 *put_authenc_key(u8 *p, const struct pantun_keys *keys)
{
	struct rtattr *rta = (struct rtattr *)p;
	struct crypto_authenc_key_param *param = RTA_DATA(rta);

	rta->rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	rta->rta_len = RTA_LENGTH(sizeof(*param));
	param->enckeylen = cpu_to_be32(keys->enc_len + keys->salt_len);
	p += RTA_SPACE(sizeof(*param));
	memcpy(p, keys->auth, keys->auth_len);
	return put_enc_key(p + keys->auth_len, keys);
}

static int esp_set_key(struct crypto_aead *aead, const struct pantun_alg *alg,
		       const struct pantun_keys *keys)
{
	unsigned int size = RTA_SPACE(sizeof(struct crypto_authenc_key_param)) +
			    keys->auth_len + keys->enc_len + keys->salt_len;
	u8 *blob, *end;
	int err;

	blob = kmalloc(size, GFP_KERNEL);
	if (!blob)
		return -ENOMEM;
	end = alg->authenc ? put_authenc_key(blob, keys) : put_enc_key(blob, keys);
	/* RFC 2451 section 2.3 and others: keys that do not encrypt */
	crypto_aead_set_flags(aead, CRYPTO_TFM_REQ_FORBID_WEAK_KEYS);
	err = crypto_aead_setkey(aead, blob, end - blob);
	kfree_sensitive(blob);
	return err;
}

static void esp_destroy(struct pantun_sa *sa)
{
	crypto_free_aead(sa->aead);
	sa->aead = NULL;
}

static int esp_init(struct pantun_sa *sa, const struct pantun_keys *keys,
		    struct netlink_ext_ack *extack)
{
	const struct pantun_alg *alg = sa->alg;
	struct crypto_aead *aead;
	int err;

	aead = crypto_alloc_aead(sa->esn && alg->esn_driver ? alg->esn_driver : alg->driver,
				 0, 0);
	if (IS_ERR(aead)) {
		NL_SET_ERR_MSG(extack, "this kernel lacks the algorithm: load its crypto modules");
		return PTR_ERR(aead);
	}
	sa->aead = aead;
	sa->iv_mask = get_random_u64();
	err = esp_set_key(aead, alg, keys);
	if (err) {
		if (alg->enc == PANTUN_ENC_DES_CBC)
			NL_SET_ERR_MSG(extack, "DES refused the key: a weak one");
		else if (alg->enc == PANTUN_ENC_3DES_CBC)
			NL_SET_ERR_MSG(extack, "3DES refused the key: two of its thirds are equal");
		else
			NL_SET_ERR_MSG(extack, "the algorithm refused the key");
		goto err_destroy;
	}
	err = crypto_aead_setauthsize(aead, alg->icv_len);
	if (err) {
		NL_SET_ERR_MSG(extack, "the algorithm refused the length of its ICV");
		goto err_destroy;
	}
	return 0;

err_destroy:
	esp_destroy(sa);
	return err;
}

/**
 * pantun_esp_stop - frees what CPUs keep for packets
 *
 * Context: process; no SA is left.
 */
void pantun_esp_stop(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		kfree_sensitive(per_cpu(spare, cpu));
		per_cpu(spare, cpu) = NULL;
	}
}

const struct pantun_xform_ops pantun_esp_ops = {
	.proto = IPPROTO_ESP,
	.init = esp_init,
	.destroy = esp_destroy,
	.push = esp_push,
	.seal = esp_seal,
	.input = esp_input,
};
