// SPDX-License-Identifier: GPL-2.0
/*
 * What tests of the whole module can't reach from outside, as parameters of a module
 * of its own:
 *
 *   sequence  "IFNAME in|out SPI NUMBER": the SA's last number, in the writer's
 *             network namespace
 *   failing   an errno: AES-GCM of SAs made from now on fails with it, until this
 *             module is gone; with EINPROGRESS it succeeds, before it has said that it
 *             goes on
 *   gso       IFNAME: it is given a super-packet that nobody can split
 *   route     "IFNAME MARK": a packet that began with that mark, before the options
 *             changed, looks for its route after their change
 *   options   "IFNAME MILLISECONDS": for so long a timer's interrupt sets quite other
 *             options and the old ones in turn, wherever packets are on their way
 */
#include <crypto/internal/aead.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/pantun.h>
#include <linux/sched.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include "core/proxy.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "ctl/netdev.h"
#include "data/outer.h"

/* The tunnel in the writer's network namespace, to be put, or an errno. */
static struct net_device *tunnel_get(const char *name)
{
	struct net_device *dev = dev_get_by_name(current->nsproxy->net_ns, name);

	if (!dev)
		return ERR_PTR(-ENODEV);
	if (!pantun_netdev_is_ours(dev)) {
		dev_put(dev);
		return ERR_PTR(-EINVAL);
	}
	return dev;
}

static void set_number(struct pantun_sa *sa, u64 number)
{
	if (sa->dir == PANTUN_DIR_OUT) {
		atomic64_set(&sa->seq, number);
		return;
	}
	spin_lock_bh(&sa->replay_lock);
	memset(sa->replay.bits, 0, sizeof(sa->replay.bits));
	sa->replay.top = number;
	spin_unlock_bh(&sa->replay_lock);
}

static int set_in_tunnel(struct pantun_tunnel *tunnel, u8 dir, u32 spi, u64 number)
{
	const struct pantun_proxy_table *table;
	struct pantun_sa *sa;
	int err = -ENOENT;
	u32 i;

	mutex_lock(&tunnel->pn->cfg_lock);
	table = pantun_proxy_table(tunnel);
	for (i = 0; i < table->count; i++) {
		list_for_each_entry(sa, &table->entry[i]->sas, proxy_list) {
			if (sa->dir != dir || sa->key.spi != htonl(spi))
				continue;
			set_number(sa, number);
			err = 0;
		}
	}
	mutex_unlock(&tunnel->pn->cfg_lock);
	return err;
}

static int sequence_set(const char *text, const struct kernel_param *param)
{
	char name[IFNAMSIZ], dir[4];
	struct net_device *dev;
	u64 number;
	u32 spi;
	int err;

	if (sscanf(text, "%15s %3s %i %llu", name, dir, &spi, &number) != 4)
		return -EINVAL;
	dev = tunnel_get(name);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	err = set_in_tunnel(netdev_priv(dev), strcmp(dir, "in") ? PANTUN_DIR_OUT : PANTUN_DIR_IN,
			    spi, number);
	dev_put(dev);
	return err;
}

static const struct kernel_param_ops sequence_ops = { .set = sequence_set };

module_param_cb(sequence, &sequence_ops, NULL, 0200);

static int failing;
static bool failing_is_registered;

static int failing_crypt(struct aead_request *req)
{
	int err = READ_ONCE(failing);

	if (err == EINPROGRESS)
		aead_request_complete(req, 0);
	return -err;
}

static int failing_setkey(struct crypto_aead *tfm, const u8 *key, unsigned int len)
{
	return 0;
}

static int failing_setauthsize(struct crypto_aead *tfm, unsigned int size)
{
	return 0;
}

static struct aead_alg failing_alg = {
	.base = {
		.cra_name = "rfc4106(gcm(aes))",
		.cra_driver_name = "rfc4106-gcm-aes-failing",
		.cra_priority = 100000,
		.cra_blocksize = 1,
		.cra_module = THIS_MODULE,
	},
	.setkey = failing_setkey,
	.setauthsize = failing_setauthsize,
	.encrypt = failing_crypt,
	.decrypt = failing_crypt,
	.ivsize = 8,
	.maxauthsize = 16,
};

static int failing_set(const char *text, const struct kernel_param *param)
{
	int err = param_set_int(text, param);

	if (err || failing_is_registered)
		return err;
	err = crypto_register_aead(&failing_alg);
	failing_is_registered = !err;
	return err;
}

static const struct kernel_param_ops failing_ops = { .set = failing_set };

module_param_cb(failing, &failing_ops, &failing, 0200);

/* IPv4 that says it is a TCP super-packet, with a protocol that nobody knows. */
static struct sk_buff *unsplittable(struct net_device *dev)
{
	unsigned int len = 2000;
	struct sk_buff *skb = alloc_skb(LL_RESERVED_SPACE(dev) + len, GFP_KERNEL);
	struct iphdr *iph;

	if (!skb)
		return NULL;
	skb_reserve(skb, LL_RESERVED_SPACE(dev));
	skb_reset_network_header(skb);
	iph = skb_put_zero(skb, len);
	iph->version = 4;
	iph->ihl = 5;
	iph->tot_len = htons(len);
	iph->protocol = 253;		/* RFC 3692 */
	skb_set_transport_header(skb, sizeof(*iph));
	tcp_hdr(skb)->doff = sizeof(struct tcphdr) / 4;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	skb_shinfo(skb)->gso_size = 1000;
	skb_shinfo(skb)->gso_segs = 2;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->protocol = htons(ETH_P_IP);
	skb->dev = dev;
	return skb;
}

static int gso_set(const char *text, const struct kernel_param *param)
{
	struct net_device *dev;
	struct sk_buff *skb;
	char name[IFNAMSIZ];
	int err;

	if (sscanf(text, "%15s", name) != 1)
		return -EINVAL;
	dev = tunnel_get(name);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	err = -ENOMEM;
	skb = unsplittable(dev);
	if (skb)
		err = min(dev_queue_xmit(skb), 0);
	dev_put(dev);
	return err;
}

static const struct kernel_param_ops gso_ops = { .set = gso_set };

module_param_cb(gso, &gso_ops, NULL, 0200);

/* The route of the first out-SA by options with @mark; @again: forgets the one it has instead. */
static int route_by(struct pantun_tunnel *tunnel, u32 mark, bool again)
{
	struct pantun_tunnel_opts opts;
	struct dst_entry *dst = NULL;
	struct pantun_path *path;
	struct pantun_sa *sa;

	local_bh_disable();
	rcu_read_lock();
	sa = rcu_dereference(rcu_dereference(tunnel->proxies)->entry[0]->out_sa);
	opts = *pantun_tunnel_opts(tunnel);
	opts.mark = mark;
	if (!sa) {
		dst = ERR_PTR(-ENOENT);
	} else {
		path = rcu_dereference(sa->path);
		if (again)
			pantun_outer_reroute(path);
		else
			dst = pantun_outer_route(sa, path, &opts);
	}
	if (!IS_ERR(dst))
		dst_release(dst);
	rcu_read_unlock();
	local_bh_enable();
	return PTR_ERR_OR_ZERO(dst);
}

static int route_set(const char *text, const struct kernel_param *param)
{
	struct net_device *dev;
	char name[IFNAMSIZ];
	u32 mark;
	int err;

	if (sscanf(text, "%15s %u", name, &mark) != 2)
		return -EINVAL;
	dev = tunnel_get(name);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	err = route_by(netdev_priv(dev), mark, true);
	/* the cache forgets by jiffies */
	msleep(2 * jiffies_to_msecs(1));
	if (!err)
		err = route_by(netdev_priv(dev), mark, false);
	dev_put(dev);
	return err;
}

static const struct kernel_param_ops route_ops = { .set = route_set };

module_param_cb(route, &route_ops, NULL, 0200);

#define FLIP_NS		(200 * NSEC_PER_USEC)	/* some packets */

/* Options that take turns. */
struct flip {
	struct hrtimer timer;
	struct pantun_tunnel *tunnel;
	struct pantun_tunnel_opts *now, *next;
};

static enum hrtimer_restart flip(struct hrtimer *timer)
{
	struct flip *f = container_of(timer, struct flip, timer);

	swap(f->now, f->next);
	rcu_assign_pointer(f->tunnel->opts, f->now);
	hrtimer_forward_now(timer, ns_to_ktime(FLIP_NS));
	return HRTIMER_RESTART;
}

/* All that a packet shows of its options is different. */
static void make_other(struct pantun_tunnel_opts *opts)
{
	opts->gre = !opts->gre;
	opts->df = PANTUN_DF_CLEAR;
	opts->tos = PANTUN_TOS_COPY;
	opts->ttl = 9;
	opts->tfc = 1000;
}

static int flip_options(struct pantun_tunnel *tunnel, u32 msecs)
{
	struct pantun_tunnel_opts *old, *other;
	struct flip f = { .tunnel = tunnel };

	/* nobody else replaces them meanwhile, and the tunnel stays */
	mutex_lock(&tunnel->pn->cfg_lock);
	old = rcu_dereference_protected(tunnel->opts, lockdep_is_held(&tunnel->pn->cfg_lock));
	other = kmemdup(old, sizeof(*old), GFP_KERNEL);
	if (other) {
		make_other(other);
		f.now = old;
		f.next = other;
		hrtimer_init_on_stack(&f.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
		f.timer.function = flip;
		hrtimer_start(&f.timer, ns_to_ktime(FLIP_NS), HRTIMER_MODE_REL);
		msleep(msecs);
		hrtimer_cancel(&f.timer);
		destroy_hrtimer_on_stack(&f.timer);
		rcu_assign_pointer(tunnel->opts, old);
		kfree_rcu(other, rcu);
	}
	mutex_unlock(&tunnel->pn->cfg_lock);
	return other ? 0 : -ENOMEM;
}

static int options_set(const char *text, const struct kernel_param *param)
{
	struct net_device *dev;
	char name[IFNAMSIZ];
	u32 msecs;
	int err;

	if (sscanf(text, "%15s %u", name, &msecs) != 2)
		return -EINVAL;
	dev = tunnel_get(name);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	err = flip_options(netdev_priv(dev), msecs);
	dev_put(dev);
	return err;
}

static const struct kernel_param_ops options_ops = { .set = options_set };

module_param_cb(options, &options_ops, NULL, 0200);

static int __init hooks_init(void)
{
	return 0;
}

static void __exit hooks_exit(void)
{
	if (failing_is_registered)
		crypto_unregister_aead(&failing_alg);
}

module_init(hooks_init);
module_exit(hooks_exit);
MODULE_DESCRIPTION("Reaches into pantun for tests of the whole");
MODULE_LICENSE("GPL");
