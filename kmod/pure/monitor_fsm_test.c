// SPDX-License-Identifier: GPL-2.0
/* Tests of the tunnel monitor's state machine; also compiled on the host. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/pantun.h>
#include <linux/string.h>
#include "pure/monitor_fsm.h"
#include "test/random.h"

#define STEPS	5000		/* of a random walk */

/* One probe: 'a' answered, 'l' lost, 'u' unsent, 'i' impossible.  Whether that is news. */
static bool step(struct pantun_monitor_fsm *fsm, char probe)
{
	if (probe == 'i')
		return pantun_monitor_fsm_impossible(fsm);
	if (probe == 'u')
		return pantun_monitor_fsm_unsent(fsm);
	pantun_monitor_fsm_sent(fsm);
	return probe == 'a' ? pantun_monitor_fsm_answered(fsm, 1000) :
			      pantun_monitor_fsm_lost(fsm);
}

static char letter(u32 state)
{
	switch (state) {
	case PANTUN_PATH_UNKNOWN:
		return '.';
	case PANTUN_PATH_UP:
		return '+';
	case PANTUN_PATH_DOWN:
		return '-';
	default:
		return '!';
	}
}

/* The states after each of the probes are these, and changes are told where they are. */
static void expect_walk(struct kunit *test, u32 threshold, u32 recovery, const char *probes,
			const char *states)
{
	struct pantun_monitor_fsm fsm;
	char before = '.';
	int i;

	pantun_monitor_fsm_init(&fsm, threshold, recovery);
	KUNIT_EXPECT_EQ(test, fsm.state, (u32)PANTUN_PATH_UNKNOWN);
	for (i = 0; probes[i]; i++) {
		bool changed = step(&fsm, probes[i]);

		KUNIT_EXPECT_EQ_MSG(test, letter(fsm.state), states[i], "%s, %s: probe %d", probes,
				    states, i);
		KUNIT_EXPECT_EQ_MSG(test, changed, states[i] != before, "%s: change at %d", probes,
				    i);
		before = states[i];
	}
}

static void monitor_fsm_begin_test(struct kunit *test)
{
	/* the first answer tells, whatever was lost before or recovery asks for */
	expect_walk(test, 3, 1, "a", "+");
	expect_walk(test, 3, 5, "lla", "..+");
	expect_walk(test, 3, 1, "lll", "..-");
	expect_walk(test, 2, 1, "uu", ".-");
}

static void monitor_fsm_threshold_test(struct kunit *test)
{
	/* in a row: one answer in between begins anew */
	expect_walk(test, 3, 1, "allalll", "++++++-");
	expect_walk(test, 3, 1, "alulul", "+++---");
	expect_walk(test, 2, 1, "alalalall", "++++++++-");
}

static void monitor_fsm_recovery_test(struct kunit *test)
{
	expect_walk(test, 2, 1, "alla", "++-+");
	expect_walk(test, 2, 3, "allaaa", "++---+");
	/* one lost in between begins anew, an unsent one as well */
	expect_walk(test, 2, 3, "allaalaaa", "++------+");
	expect_walk(test, 2, 2, "allauaa", "++----+");
	/* down at once again only by a whole row */
	expect_walk(test, 2, 1, "allala", "++-+++");
}

/* What this host cannot send says nothing of the path. */
static void monitor_fsm_impossible_test(struct kunit *test)
{
	struct pantun_monitor_fsm fsm;
	int i;

	expect_walk(test, 3, 1, "aii", "+++");
	expect_walk(test, 3, 1, "aiii", "+++.");
	expect_walk(test, 2, 1, "llii", ".--.");
	/* in a row, and then it begins anew, whatever was lost or answered before */
	expect_walk(test, 3, 1, "aiaiia", "++++++");
	expect_walk(test, 3, 1, "alliiill", "+++++...");
	expect_walk(test, 2, 3, "lliia", ".--.+");
	/* neither lost nor answered: it breaks no row of these */
	expect_walk(test, 3, 1, "alilil", "+++++-");

	pantun_monitor_fsm_init(&fsm, 3, 1);
	for (i = 1; i <= 10; i++) {
		/* told when it is sure, although the state is what it was, and not again */
		KUNIT_EXPECT_EQ_MSG(test, step(&fsm, 'i'), i == 3, "%d", i);
		KUNIT_EXPECT_EQ_MSG(test, pantun_monitor_fsm_is_mute(&fsm), i >= 3, "%d", i);
	}
	KUNIT_EXPECT_EQ(test, fsm.unsent, (u64)10);
	KUNIT_EXPECT_EQ(test, fsm.lost, (u64)0);
	KUNIT_EXPECT_TRUE(test, step(&fsm, 'a'));
	KUNIT_EXPECT_FALSE(test, pantun_monitor_fsm_is_mute(&fsm));
}

static void monitor_fsm_counts_test(struct kunit *test)
{
	static const char probes[] = "auallau";
	struct pantun_monitor_fsm fsm;
	int i;

	pantun_monitor_fsm_init(&fsm, 100, 1);
	for (i = 0; probes[i]; i++)
		step(&fsm, probes[i]);
	KUNIT_EXPECT_EQ(test, fsm.sent, (u64)5);
	KUNIT_EXPECT_EQ(test, fsm.unsent, (u64)2);
	KUNIT_EXPECT_EQ(test, fsm.received, (u64)3);
	KUNIT_EXPECT_EQ(test, fsm.lost, (u64)4);
	/* newest at bit 0 */
	KUNIT_EXPECT_EQ(test, fsm.history, (u64)0x52);
	for (i = 0; i < 63; i++)
		step(&fsm, 'l');
	KUNIT_EXPECT_EQ(test, fsm.history, (u64)0);
	for (i = 0; i < 64; i++)
		step(&fsm, 'a');
	KUNIT_EXPECT_EQ(test, fsm.history, U64_MAX);
}

static void monitor_fsm_rtt_test(struct kunit *test)
{
	struct pantun_monitor_fsm fsm;

	pantun_monitor_fsm_init(&fsm, 2, 1);
	KUNIT_EXPECT_EQ(test, fsm.rtt_max, (u32)0);
	pantun_monitor_fsm_answered(&fsm, 300);
	KUNIT_EXPECT_EQ(test, fsm.rtt_min, (u32)300);
	pantun_monitor_fsm_lost(&fsm);
	pantun_monitor_fsm_answered(&fsm, 0);
	pantun_monitor_fsm_answered(&fsm, U32_MAX);
	pantun_monitor_fsm_answered(&fsm, 200);
	KUNIT_EXPECT_EQ(test, fsm.rtt_last, (u32)200);
	KUNIT_EXPECT_EQ(test, fsm.rtt_min, (u32)0);
	KUNIT_EXPECT_EQ(test, fsm.rtt_max, U32_MAX);
	KUNIT_EXPECT_EQ(test, fsm.rtt_sum, (u64)U32_MAX + 500);
}

/* Other limits hold for what comes, and count what was in a row before. */
static void monitor_fsm_limits_test(struct kunit *test)
{
	struct pantun_monitor_fsm fsm;

	pantun_monitor_fsm_init(&fsm, 5, 1);
	step(&fsm, 'a');
	step(&fsm, 'l');
	step(&fsm, 'l');
	pantun_monitor_fsm_limits(&fsm, 2, 2);
	KUNIT_EXPECT_EQ(test, fsm.state, (u32)PANTUN_PATH_UP);
	KUNIT_EXPECT_TRUE(test, step(&fsm, 'l'));
	KUNIT_EXPECT_EQ(test, fsm.state, (u32)PANTUN_PATH_DOWN);
	KUNIT_EXPECT_FALSE(test, step(&fsm, 'a'));
	KUNIT_EXPECT_TRUE(test, step(&fsm, 'a'));
	KUNIT_EXPECT_EQ(test, fsm.received, (u64)3);
}

static void monitor_fsm_critical_test(struct kunit *test)
{
	struct pantun_monitor_fsm fsm;

	pantun_monitor_fsm_init(&fsm, 3, 2);
	KUNIT_EXPECT_FALSE(test, pantun_monitor_fsm_critical(&fsm));
	step(&fsm, 'l');
	KUNIT_EXPECT_FALSE(test, pantun_monitor_fsm_critical(&fsm));
	step(&fsm, 'l');
	KUNIT_EXPECT_TRUE(test, pantun_monitor_fsm_critical(&fsm));
	step(&fsm, 'a');
	KUNIT_EXPECT_FALSE(test, pantun_monitor_fsm_critical(&fsm));
	step(&fsm, 'l');
	step(&fsm, 'l');
	KUNIT_EXPECT_TRUE(test, pantun_monitor_fsm_critical(&fsm));
	step(&fsm, 'l');
	/* down: no alarm is left to give */
	KUNIT_EXPECT_FALSE(test, pantun_monitor_fsm_critical(&fsm));
}

/* Told from the whole list of probes: lost and answered in a row at its end. */
struct naive {
	char probes[STEPS];
	int n;
	char state;
};

static int row(const struct naive *naive, bool answered)
{
	int i = naive->n;

	while (i && (naive->probes[i - 1] == 'a') == answered)
		i--;
	return naive->n - i;
}

static void naive_step(struct naive *naive, char probe, int threshold, int recovery)
{
	naive->probes[naive->n++] = probe;
	if (naive->state != '-' && row(naive, false) >= threshold)
		naive->state = '-';
	else if (naive->state == '.' && probe == 'a')
		naive->state = '+';
	else if (naive->state == '-' && row(naive, true) >= recovery)
		naive->state = '+';
}

/* Rows of answers and losses of random length, against the naive machine. */
static void monitor_fsm_random_test(struct kunit *test)
{
	static struct naive naive;
	struct pantun_monitor_fsm fsm;
	u32 threshold = 4, recovery = 3, left = 0;
	u64 random = 1;
	char probe = 'a';
	int i;

	memset(&naive, 0, sizeof(naive));
	naive.state = '.';
	pantun_monitor_fsm_init(&fsm, threshold, recovery);
	for (i = 0; i < STEPS; i++) {
		if (!left--) {
			probe = "alu"[test_random_below(&random, 3)];
			left = test_random_below(&random, 6);
		}
		step(&fsm, probe);
		naive_step(&naive, probe, threshold, recovery);
		KUNIT_ASSERT_EQ_MSG(test, letter(fsm.state), naive.state, "probe %d", i);
	}
	KUNIT_EXPECT_EQ(test, fsm.sent + fsm.unsent, fsm.received + fsm.lost);
}

static void monitor_fsm_path_test(struct kunit *test)
{
	static const struct {
		struct pantun_monitor_census census;
		u32 path;
		bool failed;
	} cases[] = {
		{ { .total = 0 }, PANTUN_PATH_UNKNOWN, false },
		{ { .total = 1 }, PANTUN_PATH_UNKNOWN, false },
		{ { .total = 1, .fail_over = 1 }, PANTUN_PATH_UNKNOWN, false },
		{ { .total = 1, .up = 1, .fail_over = 1 }, PANTUN_PATH_UP, false },
		{ { .total = 1, .down = 1 }, PANTUN_PATH_DOWN, false },
		{ { .total = 1, .down = 1, .fail_over = 1 }, PANTUN_PATH_DOWN, true },
		/* one that answers, or may yet, is enough */
		{ { .total = 3, .down = 2, .up = 1, .fail_over = 3 }, PANTUN_PATH_UP, false },
		{ { .total = 3, .down = 2, .fail_over = 3 }, PANTUN_PATH_UNKNOWN, false },
		{ { .total = 3, .down = 3, .fail_over = 1 }, PANTUN_PATH_DOWN, true },
		/* those that cannot probe have no say */
		{ { .total = 1, .impossible = 1, .fail_over = 1 }, PANTUN_PATH_UNKNOWN, false },
		{ { .total = 3, .impossible = 3, .fail_over = 1 }, PANTUN_PATH_UNKNOWN, false },
		{ { .total = 3, .down = 2, .impossible = 1, .fail_over = 1 }, PANTUN_PATH_DOWN,
		  true },
		{ { .total = 3, .down = 1, .impossible = 1, .fail_over = 1 },
		  PANTUN_PATH_UNKNOWN, false },
		{ { .total = 3, .up = 1, .down = 1, .impossible = 1 }, PANTUN_PATH_UP, false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test, pantun_monitor_path(&cases[i].census), cases[i].path,
				    "path of case %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, pantun_monitor_path_failed(&cases[i].census),
				    cases[i].failed, "failure of case %zu", i);
	}
}

static struct kunit_case monitor_fsm_cases[] = {
	KUNIT_CASE(monitor_fsm_begin_test),
	KUNIT_CASE(monitor_fsm_threshold_test),
	KUNIT_CASE(monitor_fsm_recovery_test),
	KUNIT_CASE(monitor_fsm_impossible_test),
	KUNIT_CASE(monitor_fsm_counts_test),
	KUNIT_CASE(monitor_fsm_rtt_test),
	KUNIT_CASE(monitor_fsm_limits_test),
	KUNIT_CASE(monitor_fsm_critical_test),
	KUNIT_CASE(monitor_fsm_random_test),
	KUNIT_CASE(monitor_fsm_path_test),
	{}
};

static struct kunit_suite monitor_fsm_suite = {
	.name = "pantun_monitor_fsm",
	.test_cases = monitor_fsm_cases,
};

kunit_test_suite(monitor_fsm_suite);
