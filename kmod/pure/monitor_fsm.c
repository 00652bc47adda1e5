// SPDX-License-Identifier: GPL-2.0
/* The state machine of the tunnel monitor. */
#include <linux/kernel.h>
#include <linux/pantun.h>
#include "pure/monitor_fsm.h"

/**
 * pantun_monitor_fsm_init - a path of which nothing is known
 * @fsm: what to fill
 * @threshold: probes lost in a row that make it down, 1 at least
 * @recovery: probes answered in a row that make it up again, 1 at least
 */
void pantun_monitor_fsm_init(struct pantun_monitor_fsm *fsm, u32 threshold, u32 recovery)
{
	*fsm = (struct pantun_monitor_fsm){
		.state = PANTUN_PATH_UNKNOWN,
		.threshold = threshold,
		.recovery = recovery,
	};
}

/**
 * pantun_monitor_fsm_limits - other limits for the probes to come
 * @fsm: the path
 * @threshold: as above
 * @recovery: as above
 */
void pantun_monitor_fsm_limits(struct pantun_monitor_fsm *fsm, u32 threshold, u32 recovery)
{
	fsm->threshold = threshold;
	fsm->recovery = recovery;
}

/**
 * pantun_monitor_fsm_sent - a probe is on its way
 * @fsm: the path
 */
void pantun_monitor_fsm_sent(struct pantun_monitor_fsm *fsm)
{
	fsm->sent++;
}

static void note_rtt(struct pantun_monitor_fsm *fsm, u32 rtt)
{
	fsm->rtt_last = rtt;
	fsm->rtt_sum += rtt;
	if (fsm->received == 1 || rtt < fsm->rtt_min)
		fsm->rtt_min = rtt;
	if (rtt > fsm->rtt_max)
		fsm->rtt_max = rtt;
}

/**
 * pantun_monitor_fsm_answered - the probe was answered in time
 * @fsm: the path
 * @rtt: microseconds it took
 *
 * Return: true if the state has changed.
 */
bool pantun_monitor_fsm_answered(struct pantun_monitor_fsm *fsm, u32 rtt)
{
	fsm->impossible_row = 0;
	fsm->received++;
	fsm->history = fsm->history << 1 | 1;
	note_rtt(fsm, rtt);
	fsm->lost_row = 0;
	fsm->answered_row++;
	if (fsm->state == PANTUN_PATH_UP)
		return false;
	if (fsm->state == PANTUN_PATH_DOWN && fsm->answered_row < fsm->recovery)
		return false;
	fsm->state = PANTUN_PATH_UP;
	return true;
}

/**
 * pantun_monitor_fsm_lost - no answer to the probe came in time
 * @fsm: the path
 *
 * Return: true if the state has changed.
 */
bool pantun_monitor_fsm_lost(struct pantun_monitor_fsm *fsm)
{
	fsm->impossible_row = 0;
	fsm->lost++;
	fsm->history <<= 1;
	fsm->answered_row = 0;
	fsm->lost_row++;
	if (fsm->state == PANTUN_PATH_DOWN || fsm->lost_row < fsm->threshold)
		return false;
	fsm->state = PANTUN_PATH_DOWN;
	return true;
}

/**
 * pantun_monitor_fsm_unsent - a probe was due and found no SA: as good as lost
 * @fsm: the path
 *
 * Return: true if the state has changed.
 */
bool pantun_monitor_fsm_unsent(struct pantun_monitor_fsm *fsm)
{
	fsm->unsent++;
	return pantun_monitor_fsm_lost(fsm);
}

/**
 * pantun_monitor_fsm_impossible - a probe was due that this host cannot send
 * @fsm: the path
 *
 * Return: true if that is news: nothing is known of the path from now on.
 */
bool pantun_monitor_fsm_impossible(struct pantun_monitor_fsm *fsm)
{
	bool news;

	fsm->unsent++;
	fsm->impossible_row++;
	if (!pantun_monitor_fsm_is_mute(fsm))
		return false;
	news = fsm->state != PANTUN_PATH_UNKNOWN || fsm->impossible_row == fsm->threshold;
	fsm->state = PANTUN_PATH_UNKNOWN;
	fsm->lost_row = 0;
	fsm->answered_row = 0;
	return news;
}

/**
 * pantun_monitor_fsm_is_mute - whether the path is unknown as it can't be probed
 * @fsm: the path
 *
 * Return: true if it is.
 */
bool pantun_monitor_fsm_is_mute(const struct pantun_monitor_fsm *fsm)
{
	return fsm->impossible_row >= fsm->threshold;
}

/**
 * pantun_monitor_fsm_critical - whether one more loss makes the path down
 * @fsm: the path
 *
 * Return: true if it does.
 */
bool pantun_monitor_fsm_critical(const struct pantun_monitor_fsm *fsm)
{
	return fsm->state != PANTUN_PATH_DOWN && fsm->lost_row + 1 >= fsm->threshold;
}

/**
 * pantun_monitor_path - what several monitors say of a tunnel
 * @census: how they stand
 *
 * Return: down if all of them are that can probe, up if one is, unknown otherwise, also
 * without any.
 */
u32 pantun_monitor_path(const struct pantun_monitor_census *census)
{
	if (census->up)
		return PANTUN_PATH_UP;
	return census->down && census->down + census->impossible == census->total ?
	       PANTUN_PATH_DOWN : PANTUN_PATH_UNKNOWN;
}

/**
 * pantun_monitor_path_failed - whether the tunnel's carrier has to go
 * @census: how its monitors stand
 *
 * Return: true if the path is down, and one of them is to fail over.
 */
bool pantun_monitor_path_failed(const struct pantun_monitor_census *census)
{
	return census->fail_over && pantun_monitor_path(census) == PANTUN_PATH_DOWN;
}
