// SPDX-License-Identifier: GPL-2.0
/* The age of SAs.  Packets notice limits by themselves; this is for SAs that carry none. */
#include <linux/pantun.h>
#include <linux/workqueue.h>
#include "core/age.h"
#include "core/proxy.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "core/work.h"

#define AGE_WORK_SECONDS	3600	/* between two looks at most: delays are finite */

/* Seconds from @age to the nearest of the limits ahead; 0: none. */
static u64 next_limit(const struct pantun_limits *limits, u64 age)
{
	u64 soft = limits->soft.seconds, hard = limits->hard.seconds;

	if (soft > age)
		return soft - age;
	return hard > age ? hard - age : 0;
}

/* Receiving by the path before ends by age; seconds until then, 0: there is none. */
static u64 end_former(struct pantun_sa *sa, u64 age)
{
	if (sa->former_until > age)
		return sa->former_until - age;
	if (sa->former_until)
		pantun_sa_leave_former(sa);
	return 0;
}

/* The nearer of two times, 0: never. */
static u64 nearer(u64 a, u64 b)
{
	return a && b ? min(a, b) : a + b;
}

/* Acts on what the SA's age says; seconds until it says something new, 0: never. */
static u64 grow_older(struct pantun_sa *sa)
{
	u64 age = pantun_sa_age(sa), former = end_former(sa, age);

	if (test_bit(PANTUN_SA_LARVAL, &sa->flags)) {
		if (age < PANTUN_SA_LARVAL_SECONDS)
			return PANTUN_SA_LARVAL_SECONDS - age;
		pantun_sa_delete(sa);
		return 0;
	}
	switch (pantun_life_check(&sa->limits, 0, 0, age)) {
	case PANTUN_LIFE_HARD:
		pantun_sa_reach_hard(sa);
		return former;
	case PANTUN_LIFE_SOFT:
		pantun_sa_reach_soft(sa);
		break;
	case PANTUN_LIFE_OK:
		break;
	}
	return nearer(next_limit(&sa->limits, age), former);
}

/**
 * pantun_age_work - one look at the age of all SAs of a tunnel
 * @work: tunnel->age_work
 *
 * Context: worker; never takes rtnl, as deleting the tunnel waits for it there.
 */
void pantun_age_work(struct work_struct *work)
{
	struct pantun_tunnel *tunnel = container_of(to_delayed_work(work), struct pantun_tunnel,
						    age_work);
	struct pantun_proxy_table *table;
	struct pantun_sa *sa, *next;
	u64 nearest = 0;
	u32 i;

	mutex_lock(&tunnel->pn->cfg_lock);
	if (tunnel->dead)
		goto out;
	table = pantun_proxy_table(tunnel);
	for (i = 0; i < table->count; i++) {
		list_for_each_entry_safe(sa, next, &table->entry[i]->sas, proxy_list) {
			nearest = nearer(nearest, grow_older(sa));
		}
	}
	if (nearest)
		mod_delayed_work(pantun_wq, &tunnel->age_work,
				 min_t(u64, nearest, AGE_WORK_SECONDS) * HZ);
out:
	mutex_unlock(&tunnel->pn->cfg_lock);
}
