// SPDX-License-Identifier: GPL-2.0
/* Tests of the table of SAs: what is found, what is refused, what an SPI may be. */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/pantun.h>
#include "core/netns.h"
#include "core/sa.h"
#include "core/sa_table.h"

#define MANY	1000

static struct pantun_net *pn;

static int table_init(struct kunit *test)
{
	pn = kunit_kzalloc(test, sizeof(*pn), GFP_KERNEL);
	if (!pn)
		return -ENOMEM;
	pn->net = &init_net;
	mutex_init(&pn->cfg_lock);
	return pantun_sa_table_init(pn);
}

static void forget(void *sa, void *arg)
{
}

static void table_exit(struct kunit *test)
{
	rhashtable_free_and_destroy(&pn->sas, forget, NULL);
}

/* The table's functions under its lock. */

static int insert(struct pantun_sa *sa, struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&pn->cfg_lock);
	err = pantun_sa_table_insert(pn, sa, extack);
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static int replace(struct pantun_sa *old, struct pantun_sa *sa)
{
	int err;

	mutex_lock(&pn->cfg_lock);
	err = pantun_sa_table_replace(pn, old, sa);
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static void remove(struct pantun_sa *sa)
{
	mutex_lock(&pn->cfg_lock);
	pantun_sa_table_remove(pn, sa);
	mutex_unlock(&pn->cfg_lock);
}

/* To another address. */
static int move(struct pantun_sa *sa, u32 daddr, struct netlink_ext_ack *extack)
{
	struct pantun_sa_key key = sa->key;
	int err;

	key.daddr.v4 = htonl(daddr);
	mutex_lock(&pn->cfg_lock);
	err = pantun_sa_table_move(pn, sa, &key, extack);
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static void leave_former(struct pantun_sa *sa)
{
	mutex_lock(&pn->cfg_lock);
	pantun_sa_table_leave_former(pn, sa);
	mutex_unlock(&pn->cfg_lock);
}

static struct pantun_sa *lookup(const struct pantun_sa *like)
{
	struct pantun_sa *sa;

	mutex_lock(&pn->cfg_lock);
	sa = pantun_sa_table_lookup(pn, &like->key);
	mutex_unlock(&pn->cfg_lock);
	return sa;
}

static int pick_spi(struct pantun_sa *sa)
{
	int err;

	mutex_lock(&pn->cfg_lock);
	err = pantun_sa_table_pick_spi(pn, &sa->key);
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static struct pantun_sa *sa_new(struct kunit *test, u8 dir, u32 daddr, u32 spi)
{
	struct pantun_sa *sa = kunit_kzalloc(test, sizeof(*sa), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sa);
	sa->key.daddr.v4 = htonl(daddr);
	sa->key.spi = htonl(spi);
	sa->key.family = AF_INET;
	sa->key.proto = IPPROTO_ESP;
	sa->key.dir = dir;
	return sa;
}

/* The SA of a key. */
static struct pantun_sa *find_like(const struct pantun_sa *like)
{
	struct pantun_sa *sa;

	rcu_read_lock();
	sa = pantun_sa_find(pn, &like->key);
	rcu_read_unlock();
	return sa;
}

/* Nothing is found by the key of the only SA with one part of it changed. */
static void expect_alone(struct kunit *test, const struct pantun_sa *sa)
{
	struct pantun_sa *other = sa_new(test, PANTUN_DIR_IN, 0, 0);

	KUNIT_EXPECT_PTR_EQ(test, find_like(sa), sa);
	other->key = sa->key;
	other->key.dir = PANTUN_DIR_OUT;
	KUNIT_EXPECT_NULL(test, find_like(other));
	other->key = sa->key;
	other->key.daddr.v4 ^= htonl(1);
	KUNIT_EXPECT_NULL(test, find_like(other));
	other->key = sa->key;
	other->key.daddr.v6.s6_addr32[3] = htonl(1);
	KUNIT_EXPECT_NULL(test, find_like(other));
	other->key = sa->key;
	other->key.spi ^= htonl(1);
	KUNIT_EXPECT_NULL(test, find_like(other));
	other->key = sa->key;
	other->key.proto = IPPROTO_AH;
	KUNIT_EXPECT_NULL(test, find_like(other));
	other->key = sa->key;
	other->key.family = AF_INET6;
	KUNIT_EXPECT_NULL(test, find_like(other));
	kunit_kfree(test, other);
}

/* With many SPIs, so that the changed key comes to the SA's bucket now and then. */
static void every_part_of_the_key_counts(struct kunit *test)
{
	struct pantun_sa *sa;
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		sa = sa_new(test, PANTUN_DIR_IN, 0x0a000001, 0x1000 + i);
		KUNIT_ASSERT_EQ(test, insert(sa, NULL), 0);
		expect_alone(test, sa);
		remove(sa);
	}
}

/* Manual keys often have one SPI everywhere; a chain of too many SAs would be refused. */
static void one_spi_may_be_many_peers(struct kunit *test)
{
	struct pantun_sa *sa;
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		sa = sa_new(test, PANTUN_DIR_OUT, 0x0a000001 + i, 0x1000);
		KUNIT_ASSERT_EQ(test, insert(sa, NULL), 0);
		sa = sa_new(test, PANTUN_DIR_OUT, 0x20010db8, 0x1000);
		sa->key.family = AF_INET6;
		sa->key.daddr.v6.s6_addr32[3] = htonl(i);
		KUNIT_ASSERT_EQ(test, insert(sa, NULL), 0);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&pn->sas.nelems), 2 * MANY);
}

static void a_key_is_taken_once(struct kunit *test)
{
	struct pantun_sa *sa = sa_new(test, PANTUN_DIR_IN, 0x0a000001, 0x1000);
	struct pantun_sa *twin = sa_new(test, PANTUN_DIR_IN, 0x0a000001, 0x1000);
	struct netlink_ext_ack extack = {};

	KUNIT_ASSERT_EQ(test, insert(sa, &extack), 0);
	KUNIT_EXPECT_EQ(test, insert(twin, &extack), -EEXIST);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	KUNIT_EXPECT_PTR_EQ(test, find_like(sa), sa);
	remove(sa);
	KUNIT_EXPECT_NULL(test, find_like(sa));
	KUNIT_EXPECT_EQ(test, insert(twin, &extack), 0);
}

static void packets_do_not_find_reservations(struct kunit *test)
{
	struct pantun_sa *larval = sa_new(test, PANTUN_DIR_IN, 0x0a000001, 0x1000);
	struct pantun_sa *sa = sa_new(test, PANTUN_DIR_IN, 0x0a000001, 0x1000);

	set_bit(PANTUN_SA_LARVAL, &larval->flags);
	KUNIT_ASSERT_EQ(test, insert(larval, NULL), 0);
	KUNIT_EXPECT_NULL(test, find_like(larval));
	KUNIT_EXPECT_PTR_EQ(test, lookup(larval), larval);
	KUNIT_ASSERT_EQ(test, replace(larval, sa), 0);
	KUNIT_EXPECT_PTR_EQ(test, find_like(larval), sa);
}

/* Which of four addresses find the SA: a bit each. */
static unsigned int found_at(struct kunit *test, const struct pantun_sa *sa)
{
	struct pantun_sa *like = sa_new(test, PANTUN_DIR_IN, 0, ntohl(sa->key.spi));
	unsigned int i, found = 0;

	for (i = 0; i < 4; i++) {
		like->key.daddr.v4 = htonl(0x0a000000 + i);
		if (find_like(like) == sa)
			found |= BIT(i);
	}
	return found;
}

static void one_that_moves_is_found_at_both(struct kunit *test)
{
	struct pantun_sa *sa = sa_new(test, PANTUN_DIR_IN, 0x0a000000, 0x1000);

	KUNIT_ASSERT_EQ(test, insert(sa, NULL), 0);
	KUNIT_EXPECT_EQ(test, found_at(test, sa), BIT(0));
	KUNIT_EXPECT_EQ(test, move(sa, 0x0a000000, NULL), 0);
	KUNIT_EXPECT_EQ(test, found_at(test, sa), BIT(0));
	KUNIT_EXPECT_EQ(test, move(sa, 0x0a000001, NULL), 0);
	KUNIT_EXPECT_EQ(test, found_at(test, sa), BIT(0) | BIT(1));
	/* back */
	KUNIT_EXPECT_EQ(test, move(sa, 0x0a000000, NULL), 0);
	KUNIT_EXPECT_EQ(test, found_at(test, sa), BIT(0) | BIT(1));
	KUNIT_EXPECT_EQ(test, move(sa, 0x0a000002, NULL), 0);
	KUNIT_EXPECT_EQ(test, found_at(test, sa), BIT(0) | BIT(2));
	KUNIT_EXPECT_EQ(test, move(sa, 0x0a000003, NULL), 0);
	KUNIT_EXPECT_EQ(test, found_at(test, sa), BIT(2) | BIT(3));
	leave_former(sa);
	KUNIT_EXPECT_EQ(test, found_at(test, sa), BIT(3));
	KUNIT_EXPECT_EQ(test, ntohl(sa->key.daddr.v4), 0x0a000003U);
	leave_former(sa);
	KUNIT_EXPECT_EQ(test, move(sa, 0x0a000001, NULL), 0);
	remove(sa);
	KUNIT_EXPECT_EQ(test, found_at(test, sa), 0U);
	KUNIT_EXPECT_EQ(test, atomic_read(&pn->sas.nelems), 0);
}

static void one_that_cannot_move_stays_as_it_is(struct kunit *test)
{
	struct pantun_sa *sa = sa_new(test, PANTUN_DIR_IN, 0x0a000000, 0x1000);
	struct pantun_sa *twin = sa_new(test, PANTUN_DIR_IN, 0x0a000002, 0x1000);
	struct netlink_ext_ack extack = {};

	KUNIT_ASSERT_EQ(test, insert(sa, NULL), 0);
	KUNIT_ASSERT_EQ(test, insert(twin, NULL), 0);
	KUNIT_ASSERT_EQ(test, move(sa, 0x0a000001, NULL), 0);
	KUNIT_EXPECT_EQ(test, move(sa, 0x0a000002, &extack), -EEXIST);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	KUNIT_EXPECT_EQ(test, found_at(test, sa), BIT(0) | BIT(1));
	KUNIT_EXPECT_EQ(test, ntohl(sa->key.daddr.v4), 0x0a000001U);
	/* an address is taken as long as it receives */
	KUNIT_EXPECT_EQ(test, move(twin, 0x0a000000, &extack), -EEXIST);
	leave_former(sa);
	KUNIT_EXPECT_EQ(test, move(twin, 0x0a000000, &extack), 0);
}

static void picked_spis_are_free_and_not_reserved(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		struct pantun_sa *sa = sa_new(test, PANTUN_DIR_IN, 0x0a000001, 0);

		KUNIT_ASSERT_EQ(test, pick_spi(sa), 0);
		KUNIT_EXPECT_GE(test, ntohl(sa->key.spi), (u32)PANTUN_SPI_MIN);
		KUNIT_ASSERT_EQ(test, insert(sa, NULL), 0);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&pn->sas.nelems), MANY);
}

static struct kunit_case sa_table_cases[] = {
	KUNIT_CASE(every_part_of_the_key_counts),
	KUNIT_CASE(one_spi_may_be_many_peers),
	KUNIT_CASE(a_key_is_taken_once),
	KUNIT_CASE(packets_do_not_find_reservations),
	KUNIT_CASE(one_that_moves_is_found_at_both),
	KUNIT_CASE(one_that_cannot_move_stays_as_it_is),
	KUNIT_CASE(picked_spis_are_free_and_not_reserved),
	{}
};

static struct kunit_suite sa_table_suite = {
	.name = "pantun_sa_table",
	.init = table_init,
	.exit = table_exit,
	.test_cases = sa_table_cases,
};

kunit_test_suite(sa_table_suite);
