// SPDX-License-Identifier: GPL-2.0-or-later
/* Manual keys that change under traffic: two ends with a kernel each, and a clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "conf/conf.h"
#include "conf_lines.h"
#include "kern/kern_fake.h"
#include "loop/manual.h"
#include "loop/manual_spec.h"
#include "loop/manual_wear.h"

#define STEP	100u		/* ms between packets, and looks at what is due */
#define SECOND	1000u
#define OVERLAP	60u		/* the default, in seconds */
#define SPI	0x1000u

#define LINES	"set network tunnel ipsec m tunnel-interface tunnel1\n"			\
		"set network tunnel ipsec m manual-key local-address ip 192.0.2.%u\n"	\
		"set network tunnel ipsec m manual-key peer-address ip 192.0.2.%u\n"	\
		"set network tunnel ipsec m manual-key local-spi %08x remote-spi %08x\n"	\
		"%s"
#define ESP	"set network tunnel ipsec m manual-key esp encryption key "		\
		"%08x-44556677-8899aabb-ccddeeff\n"					\
		"set network tunnel ipsec m manual-key esp authentication sha1 key "	\
		"00112233-44556677-8899aabb-ccddeeff-00112233\n"			\
		"%s"
#define AH	"set network tunnel ipsec m manual-key ah sha1 key "			\
		"00112233-44556677-8899aabb-ccddeeff-00112233\n"

struct end {
	struct kern *kern;
	struct manual *m;
	struct policy *policy;
	bool sends;
	ike_time heard;		/* a packet for the SA that is configured; 0: never */
};

struct pair {
	struct end a, b;
	ike_time now;
	unsigned int lost;
};

/* Between hosts @local and @peer of 192.0.2.0/24. */
static struct policy *policy_with(unsigned int local, unsigned int peer, unsigned int out,
				  unsigned int in, const char *keys)
{
	struct policy *policy;
	char text[1024];

	snprintf(text, sizeof(text), LINES, local, peer, out, in, keys);
	policy = conf_lines(text, NULL);
	if (!policy)
		fail_msg("%s", conf_said);
	return policy;
}

static const char *esp_keys(unsigned int key, const char *more)
{
	static char text[512];

	snprintf(text, sizeof(text), ESP, key, more);
	return text;
}

/* Of gateway 1 or 2; each generation has a key and, unless @spi is given, SPIs of its own. */
static struct policy *policy_of(unsigned int gateway, unsigned int key, unsigned int spi,
				const char *more)
{
	unsigned int in = SPI + 16 * (spi ? spi : key) + gateway;
	unsigned int out = SPI + 16 * (spi ? spi : key) + 3 - gateway;

	return policy_with(gateway, 3 - gateway, out, in, esp_keys(key, more));
}

static void sync_end(struct pair *p, struct end *end)
{
	kern_fake_idle(end->kern, end->heard ? p->now - end->heard : UINT64_MAX);
	manual_sync(end->m, end->kern, p->now, end->policy);
}

/* Takes over @policy. */
static void reload(struct pair *p, struct end *end, struct policy *policy)
{
	policy_free(end->policy);
	end->policy = policy;
	end->heard = 0;
	sync_end(p, end);
}

static void restart(struct pair *p, struct end *end)
{
	manual_free(end->m);
	end->m = manual_new();
	sync_end(p, end);
}

static void open_end(struct pair *p, struct end *end, struct policy *policy)
{
	const struct policy_tunnel *tunnel = &policy->manual[0].tunnel;

	end->kern = kern_fake_open(&(struct kern_events){ 0 });
	end->m = manual_new();
	assert_int_equal(end->kern->ops->tunnel_ensure(end->kern, tunnel), 0);
	assert_int_equal(end->kern->ops->proxy_sync(end->kern, tunnel), 0);
	reload(p, end, policy);
}

static void open_pair(struct pair *p)
{
	*p = (struct pair){ .now = SECOND };
	open_end(p, &p->a, policy_of(1, 1, 0, ""));
	open_end(p, &p->b, policy_of(2, 1, 0, ""));
}

/* Both send from the beginning on. */
static void open_talking(struct pair *p)
{
	open_pair(p);
	p->a.sends = true;
	p->b.sends = true;
}

static void close_end(struct end *end)
{
	if (kern_fake_fault(end->kern))
		fail_msg("%s", kern_fake_fault(end->kern));
	manual_free(end->m);
	end->kern->ops->close(end->kern);
	policy_free(end->policy);
}

static void close_pair(struct pair *p)
{
	close_end(&p->a);
	close_end(&p->b);
}

static void send_packet(struct pair *p, struct end *from, struct end *to)
{
	const struct ike_sa_spec *out = kern_fake_out(from->kern, "tunnel1", "default"), *in;

	if (!from->sends)
		return;
	in = out ? kern_fake_in(to->kern, out->spi) : NULL;
	if (!in || memcmp(in->encr_key, out->encr_key, out->encr_key_n) != 0) {
		p->lost++;
		return;
	}
	if (in->spi == to->policy->manual[0].spi_in)
		to->heard = p->now;
}

static void run(struct pair *p, unsigned int seconds)
{
	const ike_time end = p->now + (ike_time)seconds * SECOND;

	while (p->now < end) {
		p->now += STEP;
		if (manual_due(p->a.m) <= p->now)
			sync_end(p, &p->a);
		if (manual_due(p->b.m) <= p->now)
			sync_end(p, &p->b);
		send_packet(p, &p->a, &p->b);
		send_packet(p, &p->b, &p->a);
	}
}

static unsigned int key_in_use(const struct end *end)
{
	const struct ike_sa_spec *out = kern_fake_out(end->kern, "tunnel1", "default");

	return out ? out->encr_key[3] : 0;
}

static void assert_sas(const struct end *end, unsigned int in, unsigned int out)
{
	assert_int_equal(kern_fake_count(end->kern, true, NULL), in);
	assert_int_equal(kern_fake_count(end->kern, false, NULL), out);
}

/* Both have this key and no other. */
static void assert_settled(const struct pair *p, unsigned int key)
{
	assert_int_equal(key_in_use(&p->a), key);
	assert_int_equal(key_in_use(&p->b), key);
	assert_sas(&p->a, 1, 1);
	assert_sas(&p->b, 1, 1);
}

/* Packets lost when B is reloaded so many seconds after A, and whether both end well. */
static unsigned int change_keys(bool a_sends, bool b_sends, unsigned int apart)
{
	struct pair p;

	open_pair(&p);
	p.a.sends = a_sends;
	p.b.sends = b_sends;
	run(&p, 5);
	assert_int_equal(p.lost, 0);
	reload(&p, &p.a, policy_of(1, 2, 0, ""));
	assert_sas(&p.a, 2, 1);
	assert_int_equal(key_in_use(&p.a), 1);
	run(&p, apart);
	reload(&p, &p.b, policy_of(2, 2, 0, ""));
	run(&p, OVERLAP + 1);
	assert_settled(&p, 2);
	close_pair(&p);
	return p.lost;
}

static void test_none_lost(void **state)
{
	static const unsigned int apart[] = { 0, 1, 3, 10, 29 };

	(void)state;
	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
		assert_int_equal(change_keys(true, true, apart[i]), 0);
		assert_int_equal(change_keys(true, false, apart[i]), 0);
		assert_int_equal(change_keys(false, true, apart[i]), 0);
		assert_int_equal(change_keys(false, false, apart[i]), 0);
	}
	/* Beyond half of the overlap the first end does not wait any longer. */
	assert_int_equal(change_keys(true, false, 40), 10 * SECOND / STEP + 1);
}

/* The end that is behind follows as soon as the other one leads. */
static void test_follows(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p);
	p.a.sends = true;
	reload(&p, &p.a, policy_of(1, 2, 0, ""));
	run(&p, 20);
	reload(&p, &p.b, policy_of(2, 2, 0, ""));
	run(&p, 9);
	assert_int_equal(key_in_use(&p.a), 1);
	assert_int_equal(key_in_use(&p.b), 1);
	run(&p, 3);
	assert_int_equal(key_in_use(&p.a), 2);
	assert_int_equal(key_in_use(&p.b), 2);
	assert_sas(&p.a, 2, 1);
	assert_sas(&p.b, 2, 1);
	close_pair(&p);
}

/* A daemon that knows nothing of the change finds its SAs, and ends it. */
static void test_restart(void **state)
{
	struct pair p;

	(void)state;
	for (unsigned int at = 1; at < OVERLAP; at += 6) {
		open_talking(&p);
		reload(&p, &p.a, policy_of(1, 2, 0, ""));
		run(&p, 2);
		reload(&p, &p.b, policy_of(2, 2, 0, ""));
		run(&p, at);
		restart(&p, &p.a);
		restart(&p, &p.b);
		run(&p, OVERLAP + 1);
		assert_int_equal(p.lost, 0);
		assert_settled(&p, 2);
		close_pair(&p);
	}
}

/* Keys that are taken back while the peer has not got them. */
static void test_taken_back(void **state)
{
	struct pair p;

	(void)state;
	open_talking(&p);
	run(&p, 1);
	reload(&p, &p.a, policy_of(1, 2, 0, ""));
	run(&p, 10);
	reload(&p, &p.a, policy_of(1, 1, 0, ""));
	assert_int_equal(key_in_use(&p.a), 1);
	run(&p, OVERLAP + 1);
	assert_int_equal(p.lost, 0);
	assert_sas(&p.a, 1, 1);
	/* Once the own end sends with them, it waits for the peer's word again. */
	reload(&p, &p.a, policy_of(1, 2, 0, ""));
	reload(&p, &p.b, policy_of(2, 2, 0, ""));
	run(&p, OVERLAP / 2 + 2);
	assert_int_equal(key_in_use(&p.a), 2);
	reload(&p, &p.a, policy_of(1, 1, 0, ""));
	assert_int_equal(key_in_use(&p.a), 2);
	run(&p, 2);
	reload(&p, &p.b, policy_of(2, 1, 0, ""));
	run(&p, OVERLAP + 1);
	assert_int_equal(p.lost, 0);
	assert_settled(&p, 1);
	close_pair(&p);
}

static void test_at_once(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p);
	/* No overlap is wanted. */
	reload(&p, &p.a, policy_of(1, 2, 0,
				   "set network tunnel ipsec m manual-key overlap 0\n"));
	assert_int_equal(key_in_use(&p.a), 2);
	assert_sas(&p.a, 1, 1);
	/* One SPI cannot have two keys. */
	reload(&p, &p.a, policy_of(1, 3, 2, ""));
	assert_int_equal(key_in_use(&p.a), 3);
	assert_sas(&p.a, 1, 1);
	/* The lines are gone. */
	reload(&p, &p.a, conf_lines("", NULL));
	assert_sas(&p.a, 0, 0);
	assert_true(manual_due(p.a.m) == IKE_NEVER);
	reload(&p, &p.a, policy_of(1, 1, 0, ""));
	close_pair(&p);
}

/* Only the outbound SPI is that of before: what is sent switches when the peer does. */
static void test_same_local_spi(void **state)
{
	const unsigned int out = SPI + 16 + 2, in = SPI + 16 * 2 + 1;
	struct pair p;

	(void)state;
	open_pair(&p);
	p.a.sends = true;
	reload(&p, &p.a, policy_with(1, 2, out, in, esp_keys(2, "")));
	assert_int_equal(key_in_use(&p.a), 1);
	assert_sas(&p.a, 2, 1);
	run(&p, 10);
	assert_int_equal(p.lost, 0);
	reload(&p, &p.b, policy_with(2, 1, in, out, esp_keys(2, "")));
	assert_int_equal(key_in_use(&p.b), 2);
	p.b.sends = true;
	run(&p, 3);
	assert_int_equal(key_in_use(&p.a), 2);
	run(&p, OVERLAP);
	assert_sas(&p.a, 1, 1);
	close_pair(&p);
}

/* AH has SPIs of its own: those of ESP from before are in no one's way. */
static void test_other_protocol(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p);
	reload(&p, &p.a, policy_with(1, 2, SPI + 16 + 2, SPI + 16 + 1, AH));
	assert_sas(&p.a, 2, 1);
	run(&p, OVERLAP + 1);
	assert_sas(&p.a, 1, 1);
	assert_true(kern_fake_out(p.a.kern, "tunnel1", "default")->ah);
	close_pair(&p);
}

/* What the kernel does not take leaves the tunnel as it was, and is tried again. */
static void test_refused(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p);
	kern_fake_refuse(p.a.kern, true, 1, -17);
	reload(&p, &p.a, policy_of(1, 2, 0, ""));
	assert_sas(&p.a, 1, 1);
	assert_int_equal(key_in_use(&p.a), 1);
	run(&p, 6);
	assert_sas(&p.a, 2, 1);
	kern_fake_refuse(p.a.kern, false, 1, -17);
	run(&p, OVERLAP / 2);
	assert_int_equal(key_in_use(&p.a), 2);
	assert_sas(&p.a, 2, 1);
	run(&p, OVERLAP);
	assert_sas(&p.a, 1, 1);
	close_pair(&p);
}

static void on_conflict(void *ctx, const char *text)
{
	snprintf(ctx, 512, "%s", text);
}

/* What is said of a reload from SPIs 1001 and 2001 between hosts 1 and 2 to @after, freed. */
static void assert_conflict(struct policy *after, const char *expected)
{
	struct policy *before = policy_with(1, 2, 0x1001, 0x2001, esp_keys(1, ""));
	char text[512] = "";

	manual_conflicts(before, after, on_conflict, text);
	if (*expected)
		assert_non_null(strstr(text, expected));
	else
		assert_string_equal(text, "");
	policy_free(before);
	policy_free(after);
}

static void test_conflicts(void **state)
{
	struct policy *first = policy_of(1, 1, 0, "");
	char text[512] = "";

	(void)state;
	manual_conflicts(NULL, first, on_conflict, text);
	assert_string_equal(text, "");
	policy_free(first);
	assert_conflict(policy_with(1, 2, 0x1001, 0x2001, esp_keys(1, "")), "");
	assert_conflict(policy_with(1, 2, 0x1001, 0x2001, esp_keys(2, "")),
			"the same remote-spi 00002001: packets are lost until");
	assert_conflict(policy_with(1, 2, 0x1001, 0x2002, esp_keys(2, "")),
			"the same local-spi 00001001: packets are lost until");
	assert_conflict(policy_with(1, 3, 0x1001, 0x2001, esp_keys(2, "")),
			"the same remote-spi 00002001");
	assert_conflict(policy_with(3, 2, 0x1001, 0x2001, esp_keys(2, "")),
			"the same local-spi 00001001");
	/* SPIs of other addresses, and of AH, are others. */
	assert_conflict(policy_with(1, 2, 0x1002, 0x2002, esp_keys(2, "")), "");
	assert_conflict(policy_with(3, 4, 0x1001, 0x2001, esp_keys(2, "")), "");
	assert_conflict(policy_with(1, 2, 0x1001, 0x2001, AH), "");
}

/* What was logged last, and how many lines there were. */
struct logged {
	enum log_level level;
	unsigned int n;
	char line[512];
};

static void on_log(void *ctx, enum log_level level, const char *subject, const char *text)
{
	struct logged *logged = ctx;

	logged->level = level;
	logged->n++;
	snprintf(logged->line, sizeof(logged->line), "%s: %s", subject ? subject : "", text);
}

/* Numbers of 32 bits run out: which SA, how many are left, what to do. */
static void test_worn(void **state)
{
	struct logged logged = { .n = 0 };
	struct pair p;
	uint64_t cookie;

	(void)state;
	open_pair(&p);
	cookie = manual_cookie(&p.a.policy->manual[0]);
	log_set_sink(on_log, &logged);
	kern_fake_carried(p.a.kern, false, 0xc0000000);
	manual_worn(p.a.kern, p.a.policy, cookie, false, false);
	assert_int_equal(logged.level, LOG_LEVEL_WARNING);
	assert_string_equal(logged.line,
			    "tunnel m: manual keys: the outbound SA 00001012 runs out of sequence "
			    "numbers, 1073741823 packets are left: load new keys with new SPIs "
			    "(local-spi, remote-spi) at both ends");
	kern_fake_carried(p.a.kern, true, 0xe0000000);
	manual_worn(p.a.kern, p.a.policy, cookie, true, false);
	assert_non_null(strstr(logged.line, "inbound SA 00001011 runs out"));
	assert_non_null(strstr(logged.line, " 536870911 packets are left"));
	kern_fake_carried(p.a.kern, false, 0x100000000);
	manual_worn(p.a.kern, p.a.policy, cookie, false, true);
	assert_int_equal(logged.level, LOG_LEVEL_ERROR);
	assert_non_null(strstr(logged.line, "outbound SA 00001012 has used up its sequence"));
	/* The kernel is ahead of its event. */
	manual_worn(p.a.kern, p.a.policy, cookie, false, false);
	assert_non_null(strstr(logged.line, " 0 packets are left"));
	assert_int_equal(logged.n, 4);
	log_set_sink(NULL, NULL);
	close_pair(&p);
}

/* Of SAs beside it, of those that are gone and of those that are no longer configured: nothing. */
static void test_worn_others(void **state)
{
	struct logged logged = { .n = 0 };
	struct pair p;
	uint64_t cookie, old;

	(void)state;
	open_pair(&p);
	old = manual_cookie(&p.a.policy->manual[0]);
	reload(&p, &p.a, policy_of(1, 2, 0, ""));
	cookie = manual_cookie(&p.a.policy->manual[0]);
	assert_sas(&p.a, 2, 1);
	log_set_sink(on_log, &logged);
	manual_worn(p.a.kern, p.a.policy, old, true, true);
	manual_worn(p.a.kern, NULL, cookie, true, true);
	manual_worn(p.a.kern, p.a.policy, cookie, false, true);
	assert_int_equal(logged.n, 0);
	manual_worn(p.a.kern, p.a.policy, cookie, true, true);
	assert_non_null(strstr(logged.line, "inbound SA 00001021 has used up"));
	assert_int_equal(logged.n, 1);
	log_set_sink(NULL, NULL);
	close_pair(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none_lost),
		cmocka_unit_test(test_follows),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_taken_back),
		cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_same_local_spi),
		cmocka_unit_test(test_other_protocol),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_conflicts),
		cmocka_unit_test(test_worn),
		cmocka_unit_test(test_worn_others),
	};

	return cmocka_run_group_tests_name("manual", tests, NULL, NULL);
}
