// SPDX-License-Identifier: GPL-2.0
/* Tests of the anti-replay window; also compiled on the host. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "pure/replay.h"
#include "test/random.h"
#include "test/vectors.h"
#include "test/vectors/replay.inc"

#define MODEL_NUMBERS	400000

/* The window as RFC 4303 section 3.4.3 puts it, with no thought of speed. */
static struct {
	u64 top;
	u32 window;
	bool seen[MODEL_NUMBERS];
} model;

static enum pantun_replay_verdict model_accept(u64 seq)
{
	if (!seq || (seq <= model.top && model.top - seq >= model.window))
		return PANTUN_REPLAY_LATE;
	if (model.seen[seq])
		return PANTUN_REPLAY_SEEN;
	model.seen[seq] = true;
	if (seq > model.top)
		model.top = seq;
	return PANTUN_REPLAY_OK;
}

static enum replay_verdict judge_number(struct pantun_replay *r, u64 seq)
{
	u64 inferred = pantun_replay_infer(r, lower_32_bits(seq));
	enum pantun_replay_verdict checked = pantun_replay_check(r, inferred);

	if (checked == PANTUN_REPLAY_LATE)
		return REPLAY_LATE;
	if (checked == PANTUN_REPLAY_SEEN)
		return REPLAY_SEEN;
	if (inferred != seq)
		return REPLAY_ICV;
	return pantun_replay_accept(r, seq) == PANTUN_REPLAY_OK ? REPLAY_ACCEPT : REPLAY_SEEN;
}

static void run_vector(struct kunit *test, const struct replay_vector *vector)
{
	static struct pantun_replay r;
	u32 i, k;

	pantun_replay_init(&r, vector->window, vector->esn);
	if (vector->start_top)
		pantun_replay_accept(&r, vector->start_top);
	for (i = 0; i < vector->run_count; i++) {
		const struct replay_run *run = &vector->runs[i];

		for (k = 0; k < run->count; k++) {
			u64 seq = run->first + (s64)run->stride * k;

			KUNIT_EXPECT_EQ_MSG(test, (int)judge_number(&r, seq), (int)run->verdict,
					    "%s: number %llu of run %u", vector->name,
					    (unsigned long long)seq, i);
		}
	}
}

static void replay_vectors_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(replay_vectors); i++)
		run_vector(test, &replay_vectors[i]);
}

/* Numbers around the window's edges, with leaps ahead of all sizes. */
static u64 next_number(u64 *seed, u64 top, u32 window)
{
	u32 kind = test_random_below(seed, 64);
	u64 seq;

	if (kind == 0)
		return top + 1 + test_random_below(seed, 2 * window + 130);
	if (kind < 20)
		return top + 1;
	if (kind == 20)
		return top >= window ? top - window + test_random_below(seed, 3) : 0;
	seq = test_random_below(seed, window + window / 4 + 2);
	return seq <= top + 1 ? top + 1 - seq : 0;
}

static void replay_model_test(struct kunit *test)
{
	static const u32 windows[] = { 1, 2, 31, 63, 64, 65, 127, 1000, 1024, 4095, 4096 };
	static struct pantun_replay r;
	u64 seed = 1;
	size_t i;
	u32 k;

	for (i = 0; i < ARRAY_SIZE(windows); i++) {
		memset(&model, 0, sizeof(model));
		model.window = windows[i];
		pantun_replay_init(&r, windows[i], false);
		for (k = 0; k < 20000; k++) {
			u64 seq = next_number(&seed, model.top, windows[i]);

			if (seq >= MODEL_NUMBERS)
				break;
			KUNIT_ASSERT_EQ_MSG(test, (int)pantun_replay_accept(&r, seq),
					    (int)model_accept(seq), "window %u number %llu",
					    windows[i], (unsigned long long)seq);
		}
		KUNIT_EXPECT_GT(test, k, 2000U);
	}
}

/* Every number of a full window counts once, whatever leap came before. */
static void replay_leap_test(struct kunit *test)
{
	static const u64 leaps[] = { 1, 63, 64, 65, 4095, 4096, 4097, 4160, 4161, 8320,
				     1ULL << 31, 0xfffff000ULL };
	static struct pantun_replay r;
	size_t i;
	u64 seq;

	for (i = 0; i < ARRAY_SIZE(leaps); i++) {
		u64 start = 5000, top = start + leaps[i];

		pantun_replay_init(&r, 4096, true);
		for (seq = 1; seq <= start; seq++)
			KUNIT_ASSERT_EQ(test, (int)pantun_replay_accept(&r, seq),
					(int)PANTUN_REPLAY_OK);
		KUNIT_EXPECT_EQ(test, (int)pantun_replay_accept(&r, top), (int)PANTUN_REPLAY_OK);
		for (seq = top - 4095; seq <= top; seq++)
			KUNIT_ASSERT_EQ_MSG(test, (int)pantun_replay_accept(&r, seq),
					    seq <= start || seq == top ?
						    (int)PANTUN_REPLAY_SEEN :
						    (int)PANTUN_REPLAY_OK,
					    "leap %llu number %llu",
					    (unsigned long long)leaps[i],
					    (unsigned long long)seq);
		KUNIT_EXPECT_EQ(test, (int)pantun_replay_accept(&r, top - 4096),
				(int)PANTUN_REPLAY_LATE);
	}
}

static void replay_off_test(struct kunit *test)
{
	static struct pantun_replay r;

	pantun_replay_init(&r, 0, false);
	KUNIT_EXPECT_EQ(test, (int)pantun_replay_accept(&r, 9), (int)PANTUN_REPLAY_OK);
	KUNIT_EXPECT_EQ(test, (int)pantun_replay_accept(&r, 9), (int)PANTUN_REPLAY_OK);
	KUNIT_EXPECT_EQ(test, (int)pantun_replay_accept(&r, 2), (int)PANTUN_REPLAY_OK);
	KUNIT_EXPECT_EQ(test, r.top, (u64)9);
}

/* A look must not mark: the packet may yet turn out to be forged. */
static void replay_check_test(struct kunit *test)
{
	static struct pantun_replay r, before;

	pantun_replay_init(&r, 64, false);
	pantun_replay_accept(&r, 100);
	before = r;
	KUNIT_EXPECT_EQ(test, (int)pantun_replay_check(&r, 1000), (int)PANTUN_REPLAY_OK);
	KUNIT_EXPECT_EQ(test, (int)pantun_replay_check(&r, 99), (int)PANTUN_REPLAY_OK);
	KUNIT_EXPECT_EQ(test, (int)pantun_replay_check(&r, 100), (int)PANTUN_REPLAY_SEEN);
	KUNIT_EXPECT_EQ(test, (int)pantun_replay_check(&r, 36), (int)PANTUN_REPLAY_LATE);
	KUNIT_EXPECT_EQ(test, (int)pantun_replay_check(&r, 0), (int)PANTUN_REPLAY_LATE);
	KUNIT_EXPECT_EQ(test, memcmp(&r, &before, sizeof(r)), 0);
}

/* RFC 4303 appendix A2.2: all from the window's bottom to 2^32 above it is found. */
static void replay_infer_test(struct kunit *test)
{
	static struct pantun_replay r;
	u64 seed = 2;
	u32 i;

	for (i = 0; i < 20000; i++) {
		u32 window = 1 + test_random_below(&seed, 4096);
		u64 bottom, seq;

		pantun_replay_init(&r, window, true);
		r.top = window + (test_random(&seed) >> (20 + test_random_below(&seed, 30)));
		bottom = r.top - window + 1;
		seq = bottom + (u32)test_random(&seed);
		KUNIT_ASSERT_EQ(test, pantun_replay_infer(&r, lower_32_bits(seq)), seq);
		seq = bottom;
		KUNIT_ASSERT_EQ(test, pantun_replay_infer(&r, lower_32_bits(seq)), seq);
		seq = bottom + U32_MAX;
		KUNIT_ASSERT_EQ(test, pantun_replay_infer(&r, lower_32_bits(seq)), seq);
	}
	pantun_replay_init(&r, 64, true);
	KUNIT_EXPECT_EQ(test, pantun_replay_infer(&r, 1), (u64)1);
	KUNIT_EXPECT_EQ(test, pantun_replay_infer(&r, U32_MAX), (u64)0);
	pantun_replay_init(&r, 64, false);
	r.top = 5;
	KUNIT_EXPECT_EQ(test, pantun_replay_infer(&r, U32_MAX), (u64)U32_MAX);
}

static struct kunit_case replay_cases[] = {
	KUNIT_CASE(replay_vectors_test),
	KUNIT_CASE(replay_model_test),
	KUNIT_CASE(replay_leap_test),
	KUNIT_CASE(replay_off_test),
	KUNIT_CASE(replay_check_test),
	KUNIT_CASE(replay_infer_test),
	{}
};

static struct kunit_suite replay_suite = {
	.name = "pantun_replay",
	.test_cases = replay_cases,
};

kunit_test_suite(replay_suite);
