// SPDX-License-Identifier: GPL-2.0
/*
 * ESP (RFC 4303) in tunnel mode by the AEAD interface of the crypto API.
 *
 * Combined modes (RFC 4106) and encryption with a separate ICV (authenc) look the
 * same here: the associated data are SPI, sequence number and IV, and the IV is
 * written by us.  Counter modes take the sequence number, which never repeats under
 * one key; CBC takes random octets, as its IV must not be foreseeable (RFC 3602
 * section 3).
 *
 * One allocation a packet holds the IV, the request and the scatterlist.  It is
 * freed by whoever ends the request: the caller at once, or the completion.
 */
#include <crypto/aead.h>
#include <crypto/authenc.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <net/ip.h>
#include "cb.h"
#include "compat.h"
#include "esp.h"
#include "rx.h"
#include "sa.h"
#include "tx.h"

#define ESP_HEADER	8	/* SPI, sequence number */
#define ESP_TRAILER	2	/* pad length, next header */

struct esp_header {
	__be32 spi;
	__be32 seq;
	u8 iv[];
};

/* Everything that one request needs; sg follows the request's own context. */
struct esp_tmp {
	u8 iv[PANTUN_IV_MAX] __aligned(8);
	struct aead_request req;
};

static struct scatterlist *tmp_sg(struct esp_tmp *tmp, struct crypto_aead *aead)
{
	return PTR_ALIGN((void *)(tmp + 1) + crypto_aead_reqsize(aead),
			 __alignof__(struct scatterlist));
}

static struct esp_tmp *tmp_alloc(struct crypto_aead *aead, int nfrags)
{
	size_t size = sizeof(struct esp_tmp) + crypto_aead_reqsize(aead) +
		      __alignof__(struct scatterlist) - 1 +
		      nfrags * sizeof(struct scatterlist);

	return kmalloc(size, GFP_ATOMIC);
}

/* Modes keep a copy of the salt in their request. */
static void tmp_free(struct esp_tmp *tmp)
{
	kfree_sensitive(tmp);
}

/*
 * Describes the packet to the request: associated data first, then @crypt_len octets
 * (with the ICV when decrypting).
 */
static int prepare(struct esp_tmp *tmp, struct sk_buff *skb, const struct pantun_sa *sa,
		   int nfrags, unsigned int crypt_len)
{
	struct scatterlist *sg = tmp_sg(tmp, sa->aead);
	unsigned int assoc_len = ESP_HEADER + sa->alg->iv_len;
	int err;

	sg_init_table(sg, nfrags);
	err = skb_to_sgvec(skb, sg, 0, skb->len);
	if (err < 0)
		return err;
	aead_request_set_tfm(&tmp->req, sa->aead);
	aead_request_set_ad(&tmp->req, assoc_len);
	aead_request_set_crypt(&tmp->req, sg, sg, crypt_len, tmp->iv);
	return 0;
}

static void output_complete(PANTUN_CRYPTO_ARG arg, int err)
{
	struct sk_buff *skb = pantun_crypto_data(arg);
	struct pantun_cb *cb = pantun_cb(skb);

	tmp_free(cb->tmp);
	pantun_tx_done(skb, cb->sa, err);
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
 * pantun_esp_seal - makes an ESP packet (RFC 4303 section 3.3.2)
 * @sa: its SA
 * @skb: the inner packet, with headroom for header and IV
 * @seq: its number
 * @next_header: what the trailer says of the inner packet
 * @iv: the IV, of the length that the SA's algorithm has
 *
 * Return: 0: @skb begins at the ESP header; -EINPROGRESS: pantun_tx_done() follows;
 * another negative errno: @skb is of no use any more, and stays the caller's.
 * Context: BH disabled.
 */
int pantun_esp_seal(struct pantun_sa *sa, struct sk_buff *skb, u64 seq, u8 next_header,
		    const u8 *iv)
{
	const struct pantun_alg *alg = sa->alg;
	struct pantun_overhead sizes;
	struct sk_buff *last;
	struct esp_tmp *tmp;
	u32 padding;
	int nfrags;
	int err;

	pantun_alg_overhead(alg, 0, &sizes);
	padding = pantun_mtu_padding(&sizes, skb->len);
	/* copies what is shared with anybody else; afterwards all is ours to write */
	nfrags = skb_cow_data(skb, padding + ESP_TRAILER + alg->icv_len, &last);
	if (nfrags < 0)
		return nfrags;
	tmp = tmp_alloc(sa->aead, nfrags);
	if (!tmp)
		return -ENOMEM;
	put_trailer(skb, last, padding, next_header, alg->icv_len);
	put_header(skb, sa, seq, iv);
	/* the cipher changes its copy of the IV */
	memcpy(tmp->iv, iv, alg->iv_len);
	err = prepare(tmp, skb, sa, nfrags,
		      skb->len - ESP_HEADER - alg->iv_len - alg->icv_len);
	if (err)
		goto out;
	pantun_cb(skb)->tmp = tmp;
	aead_request_set_callback(&tmp->req, 0, output_complete, skb);
	err = crypto_aead_encrypt(&tmp->req);
	if (err == -EINPROGRESS)
		return err;
out:
	tmp_free(tmp);
	return err;
}

static int esp_output(struct pantun_sa *sa, struct sk_buff *skb, u64 seq)
{
	u8 next_header = ip_hdr(skb)->version == 4 ? IPPROTO_IPIP : IPPROTO_IPV6;
	__be64 counter = cpu_to_be64(seq);
	u8 iv[PANTUN_IV_MAX];

	if (sa->alg->counter_iv)
		memcpy(iv, &counter, sizeof(counter));
	else
		get_random_bytes(iv, sa->alg->iv_len);
	return pantun_esp_seal(sa, skb, seq, next_header, iv);
}

/*
 * Takes header, padding and ICV off a packet whose ICV was good.  The padding's
 * octets are checked, too: 1, 2, 3, ... is the only content this version accepts.
 */
static int strip(struct sk_buff *skb, const struct pantun_alg *alg)
{
	u8 trailer[ESP_TRAILER];
	unsigned int end = skb->len - alg->icv_len;
	unsigned int header = ESP_HEADER + alg->iv_len;
	u8 padding[U8_MAX];
	unsigned int i;

	if (skb_copy_bits(skb, end - ESP_TRAILER, trailer, ESP_TRAILER))
		return -EINVAL;
	if (trailer[0] + ESP_TRAILER > end - header)
		return -EINVAL;
	if (skb_copy_bits(skb, end - ESP_TRAILER - trailer[0], padding, trailer[0]))
		return -EINVAL;
	for (i = 0; i < trailer[0]; i++)
		if (padding[i] != i + 1)
			return -EINVAL;
	if (pskb_trim(skb, end - ESP_TRAILER - trailer[0]))
		return -ENOMEM;
	skb_pull(skb, header);
	return trailer[1];
}

static void input_complete(PANTUN_CRYPTO_ARG arg, int err)
{
	struct sk_buff *skb = pantun_crypto_data(arg);
	struct pantun_cb *cb = pantun_cb(skb);

	tmp_free(cb->tmp);
	pantun_rx_done(skb, cb->sa, err ? err : strip(skb, cb->sa->alg));
}

/* Lengths that no peer sends (RFC 4303 section 2): header, IV, whole blocks, ICV. */
static bool length_ok(const struct pantun_alg *alg, unsigned int len)
{
	unsigned int fixed = ESP_HEADER + alg->iv_len + alg->icv_len;

	return len >= fixed + alg->block && !((len - fixed) % alg->block);
}

static int esp_input(struct pantun_sa *sa, struct sk_buff *skb, u64 seq)
{
	const struct pantun_alg *alg = sa->alg;
	struct sk_buff *last;
	struct esp_tmp *tmp;
	int nfrags;
	int err;

	if (!length_ok(alg, skb->len))
		return -EPROTO;
	if (!pskb_may_pull(skb, ESP_HEADER + alg->iv_len))
		return -ENOMEM;
	/* decrypts in place only what belongs to nobody else; the rest is copied */
	nfrags = skb_cow_data(skb, 0, &last);
	if (nfrags < 0)
		return nfrags;
	tmp = tmp_alloc(sa->aead, nfrags);
	if (!tmp)
		return -ENOMEM;
	memcpy(tmp->iv, ((struct esp_header *)skb->data)->iv, alg->iv_len);
	err = prepare(tmp, skb, sa, nfrags, skb->len - ESP_HEADER - alg->iv_len);
	if (err)
		goto out;
	pantun_cb(skb)->tmp = tmp;
	aead_request_set_callback(&tmp->req, 0, input_complete, skb);
	err = crypto_aead_decrypt(&tmp->req);
	if (err == -EINPROGRESS)
		return err;
out:
	tmp_free(tmp);
	return err ? err : strip(skb, alg);
}

/* Key as authenc() wants it: length of the encryption key in an rtattr, then both keys. */
static int set_authenc_key(struct crypto_aead *aead, const struct pantun_keys *keys)
{
	unsigned int len = RTA_SPACE(sizeof(struct crypto_authenc_key_param)) +
			   keys->auth_len + keys->enc_len;
	struct crypto_authenc_key_param *param;
	struct rtattr *rta;
	u8 *blob, *p;
	int err;

	blob = kmalloc(len, GFP_KERNEL);
	if (!blob)
		return -ENOMEM;
	rta = (struct rtattr *)blob;
	rta->rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	rta->rta_len = RTA_LENGTH(sizeof(*param));
	param = RTA_DATA(rta);
	param->enckeylen = cpu_to_be32(keys->enc_len);
	p = blob + RTA_SPACE(sizeof(*param));
	memcpy(p, keys->auth, keys->auth_len);
	memcpy(p + keys->auth_len, keys->enc, keys->enc_len);
	err = crypto_aead_setkey(aead, blob, len);
	kfree_sensitive(blob);
	return err;
}

/* Key as rfc4106() wants it: the salt at its end. */
static int set_salted_key(struct crypto_aead *aead, const struct pantun_keys *keys)
{
	unsigned int len = keys->enc_len + keys->salt_len;
	u8 *blob;
	int err;

	blob = kmalloc(len, GFP_KERNEL);
	if (!blob)
		return -ENOMEM;
	memcpy(blob, keys->enc, keys->enc_len);
	memcpy(blob + keys->enc_len, keys->salt, keys->salt_len);
	err = crypto_aead_setkey(aead, blob, len);
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

	aead = crypto_alloc_aead(alg->driver, 0, 0);
	if (IS_ERR(aead)) {
		NL_SET_ERR_MSG(extack, "this kernel lacks the algorithm: load its crypto modules");
		return PTR_ERR(aead);
	}
	sa->aead = aead;
	if (alg->authenc)
		err = set_authenc_key(aead, keys);
	else
		err = set_salted_key(aead, keys);
	if (err) {
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

const struct pantun_xform_ops pantun_esp_ops = {
	.proto = IPPROTO_ESP,
	.init = esp_init,
	.destroy = esp_destroy,
	.output = esp_output,
	.input = esp_input,
};
