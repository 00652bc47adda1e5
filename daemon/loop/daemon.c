// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/daemon.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "conf/conf.h"
#include "crypto/rand.h"
#include "ctl/ctl.h"
#include "ike/core.h"
#include "kern/kern.h"
#include "loop/changes.h"
#include "loop/live.h"
#include "loop/manual.h"
#include "loop/monitors.h"
#include "loop/notify.h"
#include "loop/udp.h"
#include "priv/drop.h"
#include "priv/group.h"

#define DIR_MODE	0755
#define TIMER_MAX	60000	/* ms; the loop's clock stands still in suspend, ours does not */
#define SIGNALS		3
#define PREPARE_MS	100	/* until a module that is just loaded is tried again */
#define PREPARE_MOST	50	/* tries */

struct daemon {
	const struct daemon_options *options;
	struct event_base *base;
	struct ike_core *core;
	struct kern *kern;
	struct live *live;
	struct manual *manual;
	struct monitors *monitors;
	struct udp *udp;
	struct ctl *ctl;
	struct event *timer, *watchdog, *kernel;
	struct event *signals[SIGNALS], *sockets[UDP_SOCKETS];
	const struct policy *policy;	/* the core's; valid until it is given another */
	ike_time started;
	ike_time prepare_due;		/* when to make the tunnels of a module that came back */
	unsigned int prepared;		/* how often that was tried */
	bool unloaded;			/* the module is: the kernel takes no requests */
	int lock;			/* file descriptor of the run directory */
	gid_t group;			/* that may open the control socket */
};

static ike_time now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (ike_time)now.tv_sec * 1000 + (ike_time)now.tv_nsec / 1000000;
}

static int hook_source(void *ctx, const struct addr *peer, struct addr *local)
{
	(void)ctx;
	return udp_source(peer, local);
}

/* --- actions of the core --- */

static void in_use(struct daemon *d, const struct ike_sa_spec *sa)
{
	live_succeeded(d->live, d->kern, now_ms(), sa->ifname, sa->proxy);
}

/* The tunnel's options, without padding toward a peer that does not take it. */
static int set_tunnel(struct daemon *d, const struct policy_tunnel *tunnel)
{
	struct policy_tunnel now = *tunnel;

	if (ike_core_tfc_refused(d->core, tunnel->ifname))
		now.outer.tfc = 0;
	return d->kern->ops->tunnel_ensure(d->kern, &now);
}

/* Before a child of @sa's tunnel sends, as its peer may think otherwise than the last. */
static void heed_tfc(struct daemon *d, const struct ike_sa_spec *sa)
{
	const struct policy_tunnel *tunnel = policy_tunnel_on(d->policy, sa->ifname, NULL);

	if (tunnel && tunnel->outer.tfc && set_tunnel(d, tunnel))
		log_warning(NULL, "%s: tfc-padding cannot be set: %s", sa->ifname,
			    d->kern->error);
}

static void do_sa_add(struct daemon *d, const struct ike_sa_spec *sa)
{
	int error;

	if (!sa->inbound)
		heed_tfc(d, sa);
	error = d->kern->ops->sa_add(d->kern, sa);
	if (!error) {
		live_add(d->live, sa);
		if (!sa->inbound && !sa->standby)
			in_use(d, sa);
	}
	ike_core_sa_result(d->core, now_ms(), sa->token, sa->inbound, error,
			   error ? d->kern->error : NULL);
}

static void do_sa_activate(struct daemon *d, const struct ike_sa_spec *sa)
{
	if (d->kern->ops->sa_activate(d->kern, sa))
		log_warning(NULL, "%s: SA %08x cannot be switched to: %s", sa->ifname, sa->spi,
			    d->kern->error);
	else
		in_use(d, sa);
}

static void do_sa_move(struct daemon *d, const struct ike_sa_spec *sa)
{
	if (d->kern->ops->sa_move(d->kern, sa))
		log_warning(NULL, "%s: SA %08x cannot be moved: %s", sa->ifname, sa->spi,
			    d->kern->error);
}

static void do_sa_ask(struct daemon *d, const struct ike_sa_spec *sa)
{
	uint64_t idle;

	if (!d->kern->ops->sa_idle(d->kern, sa, &idle))
		ike_core_sa_heard(d->core, now_ms(), sa->token, idle);
}

static void do_sa_del(struct daemon *d, const struct ike_sa_spec *sa)
{
	if (d->kern->ops->sa_del(d->kern, sa))
		log_warning(NULL, "%s: SA %08x cannot be deleted: %s", sa->ifname, sa->spi,
			    d->kern->error);
	live_remove(d->live, sa);
}

static void do_proxy_fail(struct daemon *d, const char *ifname, const char *proxy)
{
	if (d->kern->ops->proxy_fail(d->kern, ifname, proxy))
		log_warning(NULL, "%s: packets that wait at proxy-ID %s cannot be given up: %s",
			    ifname, proxy, d->kern->error);
}

static void carry_out(struct daemon *d, const struct ike_action *action)
{
	switch (action->type) {
	case IKE_ACTION_SEND:
		udp_send(d->udp, &action->send.local, &action->send.remote, action->send.data);
		break;
	case IKE_ACTION_SA_ADD:
		do_sa_add(d, &action->sa);
		break;
	case IKE_ACTION_SA_ACTIVATE:
		do_sa_activate(d, &action->sa);
		break;
	case IKE_ACTION_SA_MOVE:
		do_sa_move(d, &action->sa);
		break;
	case IKE_ACTION_PROXY_FAIL:
		do_proxy_fail(d, action->fail.ifname, action->fail.proxy);
		break;
	case IKE_ACTION_SA_DEL:
		do_sa_del(d, &action->sa);
		break;
	case IKE_ACTION_SA_ASK:
		do_sa_ask(d, &action->sa);
		break;
	case IKE_ACTION_EVENT:
		ctl_event(d->ctl, &action->event);
		break;
	}
}

/* Keys given by hand have no peer to miss them. */
static void sync_manual(struct daemon *d)
{
	if (!d->unloaded)
		manual_sync(d->manual, d->kern, now_ms(), d->policy);
}

static void arm_timer(struct daemon *d)
{
	ike_time now = now_ms(), at = ike_core_deadline(d->core);
	ike_time linger = live_tick(d->live, d->kern, now);
	ike_time wait = TIMER_MAX;
	struct timeval tv;

	if (linger < at)
		at = linger;
	if (d->prepare_due < at)
		at = d->prepare_due;
	if (!d->unloaded && manual_due(d->manual) < at)
		at = manual_due(d->manual);
	if (at <= now)
		wait = 0;
	else if (at - now < wait)
		wait = at - now;
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
	event_add(d->timer, &tv);
}

/* After each event for the core. */
static void settle(struct daemon *d)
{
	const struct ike_action *action;

	while ((action = ike_core_action(d->core)))
		carry_out(d, action);
	arm_timer(d);
}

/* --- events --- */

static void on_datagram(void *ctx, const struct endpoint *local, const struct endpoint *remote,
			struct bytes data)
{
	struct daemon *d = ctx;

	ike_core_datagram(d->core, now_ms(), local, remote, data);
	settle(d);
}

static void on_socket(evutil_socket_t fd, short what, void *ctx)
{
	struct daemon *d = ctx;

	(void)what;
	for (unsigned int i = 0; i < UDP_SOCKETS; i++)
		if (udp_fd(d->udp, i) == fd)
			udp_read(d->udp, i, on_datagram, d);
}

static void on_kernel(evutil_socket_t fd, short what, void *ctx)
{
	struct daemon *d = ctx;

	(void)fd;
	(void)what;
	d->kern->ops->dispatch(d->kern);
}

static void on_acquire(void *ctx, const char *ifname, const char *proxy)
{
	struct daemon *d = ctx;

	ike_core_acquire(d->core, now_ms(), ifname, proxy);
	settle(d);
}

static void on_former(void *ctx, const char *ifname, const char *proxy)
{
	struct daemon *d = ctx;

	ike_core_adopt(d->core, now_ms(), ifname, proxy, false);
}

static void on_former_end(void *ctx, const char *ifname, const char *proxy)
{
	struct daemon *d = ctx;

	ike_core_adopt(d->core, now_ms(), ifname, proxy, true);
}

static void on_expire(void *ctx, uint64_t cookie, bool inbound, bool hard)
{
	struct daemon *d = ctx;

	if (cookie & MANUAL_COOKIE)
		sync_manual(d);
	else
		ike_core_expire(d->core, now_ms(), cookie, inbound, hard);
	if (hard)
		live_expired(d->live, cookie, inbound, on_former_end, d);
	settle(d);
}

static void on_moved(void *ctx, uint64_t cookie, const struct endpoint *local,
		     const struct endpoint *remote)
{
	struct daemon *d = ctx;

	if (cookie & MANUAL_COOKIE)
		return;
	ike_core_moved(d->core, now_ms(), cookie, local, remote);
	settle(d);
}

static void on_path(void *ctx, const char *ifname, enum kern_path path, const char *unsent)
{
	struct daemon *d = ctx;

	monitors_path(d->monitors, d->kern, d->core, now_ms(), d->policy, ifname, path, unsent);
	settle(d);
}

static void tell(void *ctx, const struct ike_event *event)
{
	ctl_event(((struct daemon *)ctx)->ctl, event);
}

/* What the kernel's monitors found that no event told. */
static void read_paths(struct daemon *d)
{
	if (monitors_read(d->monitors, d->kern, d->core, now_ms(), d->policy))
		log_error(NULL, "monitors cannot be read: %s", d->kern->error);
}

static void on_lost_sa(void *ctx, uint64_t token, bool inbound)
{
	struct daemon *d = ctx;

	ike_core_expire(d->core, now_ms(), token, inbound, true);
}

static void on_resync(void *ctx)
{
	struct daemon *d = ctx;

	log_info(NULL, "kernel events were lost: comparing SAs");
	if (live_sync(d->live, d->kern, on_lost_sa, d))
		log_error(NULL, "SAs cannot be read: %s", d->kern->error);
	sync_manual(d);
	read_paths(d);
	settle(d);
}

/*
 * Makes the kernel's tunnel what the policy says.  GRE begins once the proxy-IDs are
 * no more than one, and ends before there are more.
 */
static void prepare_tunnel(struct daemon *d, const struct policy_tunnel *tunnel)
{
	const struct kern_ops *ops = d->kern->ops;
	char subject[POLICY_NAME + 8];
	int error = set_tunnel(d, tunnel);

	snprintf(subject, sizeof(subject), "tunnel %s", tunnel->name);
	if (error && tunnel->outer.gre && !ops->proxy_sync(d->kern, tunnel))
		error = set_tunnel(d, tunnel);
	if (error)
		log_error(subject, "interface %s: %s", tunnel->ifname, d->kern->error);
	else if (ops->proxy_sync(d->kern, tunnel))
		log_error(subject, "proxy-IDs of %s: %s", tunnel->ifname, d->kern->error);
	else if (ops->monitor_sync(d->kern, tunnel))
		log_error(subject, "monitor of %s: %s", tunnel->ifname, d->kern->error);
}

static void on_tunnel(void *ctx, const char *ifname, bool deleted)
{
	struct daemon *d = ctx;
	const struct policy_gateway *gateway;
	const struct policy_tunnel *tunnel = policy_tunnel_on(d->policy, ifname, &gateway);
	char why[160];

	if (!tunnel)
		return;
	if (!deleted) {
		prepare_tunnel(d, tunnel);
		/* Its SAs went with the interface before. */
		if (!gateway)
			sync_manual(d);
		ike_core_away(d->core, now_ms(), ifname, NULL);
		settle(d);
		return;
	}
	snprintf(why, sizeof(why), "interface %s was deleted; \"ip link add %s type pantun\" or a "
		 "reload brings it back", ifname, ifname);
	log_warning(NULL, "%s", why);
	ike_core_away(d->core, now_ms(), ifname, why);
	monitors_path(d->monitors, d->kern, d->core, now_ms(), d->policy, ifname,
		      KERN_PATH_UNKNOWN, "");
	settle(d);
}

static void each_tunnel(struct daemon *d, const struct policy *policy,
			void (*do_it)(struct daemon *d, const struct policy_tunnel *tunnel))
{
	struct policy_walk walk = { 0 };

	while (policy_next(&walk, policy))
		do_it(d, walk.tunnel);
}

static void miss_module(struct daemon *d, const struct policy_tunnel *tunnel)
{
	ike_core_away(d->core, now_ms(), tunnel->ifname,
		      "the module is not loaded: modprobe pantun");
}

static void greet(struct daemon *d, const struct policy_tunnel *tunnel)
{
	ike_core_away(d->core, now_ms(), tunnel->ifname, NULL);
}

/*
 * The module tells of itself before it can make links.  All that stood in the kernel is gone; the
 * peers were told when it went.
 */
static void come_back(struct daemon *d)
{
	struct policy_walk some = { 0 };

	d->prepare_due = IKE_NEVER;
	if (policy_next(&some, d->policy) && set_tunnel(d, some.tunnel) == -EOPNOTSUPP &&
	    d->prepared++ < PREPARE_MOST) {
		d->prepare_due = now_ms() + PREPARE_MS;
		return;
	}
	log_info(NULL, "the module is loaded again: making tunnels and SAs");
	each_tunnel(d, d->policy, prepare_tunnel);
	if (live_sync(d->live, d->kern, on_lost_sa, d))
		log_error(NULL, "SAs cannot be read: %s", d->kern->error);
	sync_manual(d);
	each_tunnel(d, d->policy, greet);
}

static void on_module(void *ctx, bool loaded)
{
	struct daemon *d = ctx;

	d->prepare_due = loaded ? now_ms() : IKE_NEVER;
	d->prepared = 0;
	d->unloaded = !loaded;
	if (!loaded) {
		log_warning(NULL, "the module was unloaded, and its interfaces and SAs with it; "
			    "\"modprobe pantun\" brings them back");
		each_tunnel(d, d->policy, miss_module);
	}
	settle(d);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct daemon *d = ctx;

	(void)fd;
	(void)what;
	ike_core_tick(d->core, now_ms());
	if (d->prepare_due <= now_ms())
		come_back(d);
	if (manual_due(d->manual) <= now_ms())
		sync_manual(d);
	settle(d);
}

/* --- configuration --- */

/* One more line at the end of @text; the log has it in any case. */
static void add_line(char **text, const char *line)
{
	size_t n = *text ? strlen(*text) : 0;
	char *more = realloc(*text, n + strlen(line) + 2);

	if (!more)
		return;
	snprintf(more + n, strlen(line) + 2, "%s%s", n ? "\n" : "", line);
	*text = more;
}

/* Complaints about the file go to the log and to the asker. */
static void on_complaint(void *ctx, enum conf_severity severity, const char *line)
{
	struct ctl_reloaded *said = ctx;

	if (severity == CONF_WARNING) {
		log_warning(NULL, "%s", line);
		add_line(&said->warnings, line);
		return;
	}
	log_error(NULL, "%s", line);
	add_line(&said->errors, line);
}

static void on_first(void *ctx, const char *line)
{
	struct ctl_reloaded *said = ctx;

	add_line(&said->changes, line);
}

static void on_change(void *ctx, const char *line)
{
	log_info(NULL, "%s", line);
	on_first(ctx, line);
}

static void on_conflict(void *ctx, const char *line)
{
	on_complaint(ctx, CONF_WARNING, line);
}

/* Reads the file and goes by it; -1: it is left as it was, for the errors in @said. */
static int load(struct daemon *d, struct ctl_reloaded *said)
{
	struct conf_report report = { .line = on_complaint, .ctx = said, .unmarked = true };
	struct policy *policy = conf_load(d->options->config, &report);

	if (!policy)
		return -1;
	changes_each(d->policy, policy, d->policy ? on_change : on_first, said);
	manual_conflicts(d->policy, policy, on_conflict, said);
	monitors_retire(d->kern, d->policy, policy);
	each_tunnel(d, policy, prepare_tunnel);
	if (ike_core_set_policy(d->core, now_ms(), policy)) {
		on_complaint(said, CONF_ERROR, "out of memory: the configuration is not applied");
		return -1;
	}
	d->policy = ike_core_policy(d->core);
	if (d->unloaded)
		each_tunnel(d, d->policy, miss_module);
	live_without(d->live, d->kern, d->policy);
	live_each_former(d->live, on_former, d);
	settle(d);
	/* After the SAs of tunnels that had been negotiated before are gone. */
	sync_manual(d);
	read_paths(d);
	settle(d);
	return 0;
}

static int reload(struct daemon *d, struct ctl_reloaded *said)
{
	int status;

	notify_reloading();
	log_info(NULL, "reading %s", d->options->config);
	status = load(d, said);
	if (status)
		log_error(NULL, "the configuration that was read before stays in force");
	notify("READY=1");
	return status;
}

/* --- signals --- */

static void on_hangup(evutil_socket_t fd, short what, void *ctx)
{
	struct ctl_reloaded said = { 0 };

	(void)fd;
	(void)what;
	reload(ctx, &said);
	ctl_reloaded_free(&said);
}

static void on_terminate(evutil_socket_t signal, short what, void *ctx)
{
	struct daemon *d = ctx;

	(void)what;
	notify("STOPPING=1");
	log_info(NULL, "ending on signal %d; the SAs in the kernel %s", (int)signal,
		 d->options->delete_on_exit ? "go" : "stay");
	ike_core_shutdown(d->core, now_ms(), d->options->delete_on_exit);
	settle(d);
	if (d->options->delete_on_exit) {
		live_flush(d->live, d->kern);
		manual_sync(d->manual, d->kern, now_ms(), NULL);
	}
	event_base_loopbreak(d->base);
}

static void on_watchdog(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	(void)ctx;
	notify("WATCHDOG=1");
}

/* --- commands --- */

static const struct ike_core *ctl_core(void *ctx)
{
	return ((struct daemon *)ctx)->core;
}

static uint64_t ctl_now(void *ctx)
{
	(void)ctx;
	return now_ms();
}

static int ctl_initiate(void *ctx, const char *tunnel)
{
	struct daemon *d = ctx;
	int count = ike_core_initiate(d->core, now_ms(), tunnel);

	settle(d);
	return count;
}

static int ctl_clear_ike(void *ctx, const char *gateway)
{
	struct daemon *d = ctx;
	int count = ike_core_clear_ike(d->core, now_ms(), gateway);

	settle(d);
	return count;
}

static int ctl_clear_ipsec(void *ctx, const char *tunnel)
{
	struct daemon *d = ctx;
	int count = ike_core_clear_ipsec(d->core, now_ms(), tunnel);

	settle(d);
	return count;
}

static int ctl_reload(void *ctx, struct ctl_reloaded *said)
{
	return reload(ctx, said);
}

static int ctl_kernel(void *ctx, const char *what)
{
	struct daemon *d = ctx;

	return d->kern->ops->read_open(d->kern, what);
}

/* --- begin and end --- */

/* One daemon a run directory; the lock goes with the process. */
static bool lock_run_dir(struct daemon *d)
{
	char path[PATH_MAX];
	const char *dir;
	mode_t mask;
	int status;

	snprintf(path, sizeof(path), "%s", d->options->ctl);
	dir = dirname(path);
	/* The socket says itself who may use it. */
	mask = umask(0777 & ~DIR_MODE);
	status = mkdir(dir, DIR_MODE);
	umask(mask);
	if (status && errno != EEXIST) {
		log_error(NULL, "%s: %s", dir, strerror(errno));
		return false;
	}
	d->lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->lock >= 0 && !flock(d->lock, LOCK_EX | LOCK_NB))
		return true;
	if (errno == EWOULDBLOCK)
		log_error(NULL, "another pantund runs already: it holds %s", dir);
	else
		log_error(NULL, "%s: %s", dir, strerror(errno));
	return false;
}

static bool open_kernel(struct daemon *d)
{
	const struct kern_events events = {
		.ctx = d, .acquire = on_acquire, .expire = on_expire, .moved = on_moved,
		.tunnel = on_tunnel, .path = on_path, .module = on_module, .resync = on_resync,
	};

	d->kern = kern_genl_open(&events);
	return d->kern;
}

static bool open_core(struct daemon *d)
{
	const struct ike_hooks hooks = { .random = crypto_random_os, .source = hook_source };

	d->core = ike_core_new(&hooks);
	d->live = live_new();
	d->manual = manual_new();
	d->monitors = monitors_new(tell, d);
	d->base = event_base_new();
	if (d->core && d->live && d->manual && d->monitors && d->base)
		return true;
	log_error(NULL, "out of memory");
	return false;
}

static bool open_ctl(struct daemon *d)
{
	const struct ctl_ops ops = {
		.ctx = d, .core = ctl_core, .now = ctl_now, .config = d->options->config,
		.started = d->started, .initiate = ctl_initiate, .clear_ike = ctl_clear_ike,
		.clear_ipsec = ctl_clear_ipsec, .reload = ctl_reload, .kernel = ctl_kernel,
	};

	d->ctl = ctl_open(d->base, d->options->ctl, d->group, &ops);
	return d->ctl;
}

static struct event *watch(struct daemon *d, evutil_socket_t fd, short what,
			   event_callback_fn callback, const struct timeval *every)
{
	struct event *event = event_new(d->base, fd, what, callback, d);

	if (event && !event_add(event, every))
		return event;
	log_error(NULL, "out of memory");
	if (event)
		event_free(event);
	return NULL;
}

static bool watch_watchdog(struct daemon *d)
{
	uint64_t usec = notify_watchdog() / 2;
	const struct timeval every = {
		.tv_sec = (time_t)(usec / 1000000), .tv_usec = (suseconds_t)(usec % 1000000),
	};

	if (!usec)
		return true;
	d->watchdog = watch(d, -1, EV_PERSIST, on_watchdog, &every);
	return d->watchdog;
}

static bool watch_all(struct daemon *d)
{
	const struct timeval at_once = { 0 };

	d->timer = watch(d, -1, 0, on_timer, &at_once);
	d->kernel = watch(d, d->kern->ops->fd(d->kern), EV_READ | EV_PERSIST, on_kernel, NULL);
	d->signals[0] = watch(d, SIGTERM, EV_SIGNAL | EV_PERSIST, on_terminate, NULL);
	d->signals[1] = watch(d, SIGINT, EV_SIGNAL | EV_PERSIST, on_terminate, NULL);
	d->signals[2] = watch(d, SIGHUP, EV_SIGNAL | EV_PERSIST, on_hangup, NULL);
	for (unsigned int i = 0; i < UDP_SOCKETS; i++) {
		if (udp_fd(d->udp, i) < 0)
			continue;
		d->sockets[i] = watch(d, udp_fd(d->udp, i), EV_READ | EV_PERSIST, on_socket, NULL);
		if (!d->sockets[i])
			return false;
	}
	return d->timer && d->kernel && d->signals[0] && d->signals[1] && d->signals[2] &&
	       watch_watchdog(d);
}

static bool adopt(struct daemon *d)
{
	if (!live_sync(d->live, d->kern, on_lost_sa, d))
		return true;
	log_error(NULL, "SAs cannot be read: %s", d->kern->error);
	return false;
}

static bool begin(struct daemon *d)
{
	struct ctl_reloaded said = { 0 };
	bool good;

	d->udp = udp_open();
	good = d->udp && open_kernel(d) && priv_join_group(d->options->group, &d->group) &&
	       priv_drop() && open_core(d) && watch_all(d) && adopt(d) && !load(d, &said) &&
	       open_ctl(d);
	ctl_reloaded_free(&said);
	return good;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void end(struct daemon *d)
{
	ctl_close(d->ctl);
	free_event(d->timer);
	free_event(d->watchdog);
	free_event(d->kernel);
	for (unsigned int i = 0; i < SIGNALS; i++)
		free_event(d->signals[i]);
	for (unsigned int i = 0; i < UDP_SOCKETS; i++)
		free_event(d->sockets[i]);
	if (d->core)
		ike_core_free(d->core);
	live_free(d->live);
	manual_free(d->manual);
	monitors_free(d->monitors);
	if (d->kern)
		d->kern->ops->close(d->kern);
	udp_close(d->udp);
	if (d->base)
		event_base_free(d->base);
	libevent_global_shutdown();
	if (d->lock >= 0)
		close(d->lock);
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon d = { .options = options, .started = now_ms(), .prepare_due = IKE_NEVER,
			    .lock = -1 };
	bool good;

	signal(SIGPIPE, SIG_IGN);
	good = priv_harden() && lock_run_dir(&d) && begin(&d);
	if (good) {
		log_info(NULL, "pantund " PANTUN_VERSION " with %s, %u gateway%s, %u tunnel%s with "
			 "manual keys", options->config, d.policy->n_gateways,
			 text_plural(d.policy->n_gateways), d.policy->n_manual,
			 text_plural(d.policy->n_manual));
		notify("READY=1");
		event_base_dispatch(d.base);
	}
	end(&d);
	return good ? 0 : 1;
}
