// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /proc/lab_blast: sends UDP packets in bursts, as a busy network card's queue brings
 * them, and counts them where they end; no more than WINDOW are on their way, so
 * that none is lost for want of room.
 *
 * Written "sink DEV", in the receiver's namespace: packets that DEV receives for
 * UDP port 9 are counted and end there.  Written "send DEV MAC SIZE COUNT SOURCE
 * FIRST NETS HOSTS", in the sender's: COUNT packets, SIZE octets with their IPv4
 * header, to HOSTS addresses in each of NETS networks of 256, the first being FIRST,
 * in an order that is neither ascending nor the same neighbour twice; the write
 * returns once all of them have arrived.
 */
#include <linux/etherdevice.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/udp.h>
#include <linux/wait.h>
#include <net/ip.h>

#define PORT	9	/* discard */
#define BURST	32
#define WINDOW	256
#define PATIENCE (5 * HZ)
#define NETS_MAX	1024
#define HOSTS_MAX	256
#define STRIDE	7919	/* a prime: turns over all destinations, far from one to the next */

struct job {
	struct net_device *dev;
	u8 mac[ETH_ALEN];
	unsigned int size;
	unsigned int count;
	__be32 source;
	u32 first;
	u32 nets;
	u32 hosts;
};

static DEFINE_MUTEX(lock);	/* one writer at a time; guards sink */
static struct net_device *sink;
static netdevice_tracker sink_tracker;
static unsigned long arrived;	/* written in softirq, by the one CPU there is */
static DECLARE_WAIT_QUEUE_HEAD(arrival);

static rx_handler_result_t sink_receive(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct udphdr *udph = (const struct udphdr *)(iph + 1);

	if (skb->protocol != htons(ETH_P_IP) || !pskb_may_pull(skb, sizeof(*iph) + sizeof(*udph)))
		return RX_HANDLER_PASS;
	iph = (const struct iphdr *)skb->data;
	udph = (const struct udphdr *)(iph + 1);
	if (iph->ihl != 5 || iph->protocol != IPPROTO_UDP || udph->dest != htons(PORT))
		return RX_HANDLER_PASS;
	consume_skb(skb);
	WRITE_ONCE(arrived, arrived + 1);
	wake_up(&arrival);
	return RX_HANDLER_CONSUMED;
}

static void sink_close(void)
{
	if (!sink)
		return;
	rtnl_lock();
	netdev_rx_handler_unregister(sink);
	rtnl_unlock();
	netdev_put(sink, &sink_tracker);
	sink = NULL;
}

static int sink_open(const char *name)
{
	struct net_device *dev;
	int err = -ENODEV;

	sink_close();
	rtnl_lock();
	dev = __dev_get_by_name(current->nsproxy->net_ns, name);
	if (dev)
		err = netdev_rx_handler_register(dev, sink_receive, NULL);
	if (!err) {
		netdev_hold(dev, &sink_tracker, GFP_KERNEL);
		sink = dev;
	}
	rtnl_unlock();
	return err;
}

static __be32 destination(const struct job *job, u64 number)
{
	u32 which;

	div_u64_rem(number * STRIDE, job->nets * job->hosts, &which);
	return htonl(job->first + which / job->hosts * 256 + which % job->hosts);
}

/* As a card's driver leaves it: room in front for what other links and tunnels need. */
static struct sk_buff *make(const struct job *job, unsigned int number)
{
	unsigned int headroom = NET_SKB_PAD + LL_RESERVED_SPACE(job->dev);
	struct sk_buff *skb = alloc_skb(headroom + job->size, GFP_KERNEL);
	struct udphdr *udph;
	struct iphdr *iph;

	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_reset_network_header(skb);
	iph = skb_put_zero(skb, job->size);
	udph = (struct udphdr *)(iph + 1);
	skb_set_transport_header(skb, sizeof(*iph));
	iph->version = 4;
	iph->ihl = 5;
	iph->ttl = 64;
	iph->tot_len = htons(job->size);
	iph->protocol = IPPROTO_UDP;
	iph->saddr = job->source;
	iph->daddr = destination(job, number);
	ip_send_check(iph);
	udph->source = htons(PORT);
	udph->dest = htons(PORT);
	udph->len = htons(job->size - sizeof(*iph));
	skb->dev = job->dev;
	skb->protocol = htons(ETH_P_IP);
	dev_hard_header(skb, job->dev, ETH_P_IP, job->mac, job->dev->dev_addr, skb->len);
	return skb;
}

static int burst(const struct job *job, unsigned int number, unsigned int n)
{
	struct sk_buff_head packets;
	struct sk_buff *skb;
	unsigned int i;

	__skb_queue_head_init(&packets);
	for (i = 0; i < n; i++) {
		skb = make(job, number + i);
		if (!skb) {
			__skb_queue_purge(&packets);
			return -ENOMEM;
		}
		__skb_queue_tail(&packets, skb);
	}
	local_bh_disable();
	while ((skb = __skb_dequeue(&packets)))
		dev_queue_xmit(skb);
	/* those who receive run now */
	local_bh_enable();
	return 0;
}

/* Waits until @number packets have arrived since @start. */
static int await(unsigned long start, unsigned int number)
{
	return wait_event_timeout(arrival, READ_ONCE(arrived) - start >= number, PATIENCE) ?
		0 : -ETIMEDOUT;
}

static int send(const struct job *job)
{
	unsigned long start = READ_ONCE(arrived);
	unsigned int sent = 0;
	int err;

	while (sent < job->count) {
		unsigned int n = min_t(unsigned int, BURST, job->count - sent);

		err = burst(job, sent, n);
		if (err)
			return err;
		sent += n;
		err = sent > WINDOW - BURST ? await(start, sent - (WINDOW - BURST)) : 0;
		if (err)
			return err;
		cond_resched();
	}
	return await(start, sent);
}

static int send_line(const char *line)
{
	char name[IFNAMSIZ], mac[18], source[16], first[16];
	netdevice_tracker tracker;
	struct job job = {};
	int err;

	if (sscanf(line, "send %15s %17s %u %u %15s %15s %u %u", name, mac, &job.size,
		   &job.count, source, first, &job.nets, &job.hosts) != 8)
		return -EINVAL;
	job.source = in_aton(source);
	job.first = ntohl(in_aton(first));
	if (!mac_pton(mac, job.mac) || job.size > ETH_DATA_LEN ||
	    job.size < sizeof(struct iphdr) + sizeof(struct udphdr) ||
	    !job.nets || job.nets > NETS_MAX || !job.hosts || job.hosts > HOSTS_MAX)
		return -EINVAL;
	job.dev = netdev_get_by_name(current->nsproxy->net_ns, name, &tracker, GFP_KERNEL);
	if (!job.dev)
		return -ENODEV;
	err = send(&job);
	netdev_put(job.dev, &tracker);
	return err;
}

static ssize_t blast_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char name[IFNAMSIZ];
	char line[160] = {};
	int err;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, from, len))
		return -EFAULT;
	mutex_lock(&lock);
	if (sscanf(line, "sink %15s", name) == 1)
		err = sink_open(name);
	else
		err = sink ? send_line(line) : -ENOTCONN;
	mutex_unlock(&lock);
	return err ? err : len;
}

static const struct proc_ops ops = {
	.proc_write = blast_write,
	.proc_lseek = noop_llseek,
};

static int __init blast_init(void)
{
	return proc_create("lab_blast", 0200, NULL, &ops) ? 0 : -ENOMEM;
}

static void __exit blast_exit(void)
{
	remove_proc_entry("lab_blast", NULL);
	sink_close();
}

module_init(blast_init);
module_exit(blast_exit);
MODULE_DESCRIPTION("Packets for measurements, sent and counted");
MODULE_LICENSE("GPL");
