/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What answered and lost probes say of a path, as the tunnel monitor sees it.  Pure;
 * also compiled on the host.
 *
 *	UNKNOWN	--answered-----------------------> UP
 *	UNKNOWN, UP --@threshold lost in a row---> DOWN
 *	DOWN	--@recovery answered in a row----> UP
 *	any --@threshold impossible in a row-----> UNKNOWN
 *
 * Impossible is a probe that this host could not send whatever the path is like, as the
 * interface has no address, say.  It says nothing of the path.
 *
 * Probes follow one another: the one before is answered or lost when the next is sent.
 */
#ifndef _PANTUN_MONITOR_FSM_H
#define _PANTUN_MONITOR_FSM_H

#include <linux/types.h>

/* Members are read by everybody, and written by the functions here alone. */
struct pantun_monitor_fsm {
	u32 state;			/* enum pantun_path_state */
	u32 threshold;			/* probes lost in a row: down */
	u32 recovery;			/* probes answered in a row: up again */
	u32 lost_row, answered_row, impossible_row;
	u64 sent, unsent;		/* unsent: impossible ones, too */
	u64 received, lost;		/* lost: unanswered, or unsent but possible */
	u64 history;			/* bit 0: the last probe that is over; 1: answered */
	u32 rtt_last, rtt_min, rtt_max;	/* microseconds; 0 before the first answer */
	u64 rtt_sum;
};

/* How the monitors of a tunnel stand; all zero without any. */
struct pantun_monitor_census {
	u32 total, up, down;
	u32 impossible;			/* those that say nothing, as they can't probe */
	u32 fail_over;			/* those that take the carrier away */
};

void pantun_monitor_fsm_init(struct pantun_monitor_fsm *fsm, u32 threshold, u32 recovery);
/* Other limits for the probes to come; the state stays as it is. */
void pantun_monitor_fsm_limits(struct pantun_monitor_fsm *fsm, u32 threshold, u32 recovery);
void pantun_monitor_fsm_sent(struct pantun_monitor_fsm *fsm);
/* The end of a probe; each says whether the state has changed. */
bool pantun_monitor_fsm_answered(struct pantun_monitor_fsm *fsm, u32 rtt);
bool pantun_monitor_fsm_lost(struct pantun_monitor_fsm *fsm);
bool pantun_monitor_fsm_unsent(struct pantun_monitor_fsm *fsm);
bool pantun_monitor_fsm_impossible(struct pantun_monitor_fsm *fsm);
/* Whether so many probes were impossible that nothing is known of the path. */
bool pantun_monitor_fsm_is_mute(const struct pantun_monitor_fsm *fsm);
/* Whether one more loss is the one that makes the path down. */
bool pantun_monitor_fsm_critical(const struct pantun_monitor_fsm *fsm);

/* enum pantun_path_state of a tunnel. */
u32 pantun_monitor_path(const struct pantun_monitor_census *census);
/* Whether the carrier has to go. */
bool pantun_monitor_path_failed(const struct pantun_monitor_census *census);

#endif
