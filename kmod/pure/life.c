// SPDX-License-Identifier: GPL-2.0
/* Limits of an SA. */
#include <linux/stddef.h>
#include "pure/life.h"

/*
 * The quarter of the numbers that is left lasts for minutes at 10 million packets a second.
 * The receiver waits for half of that: only the sender can stop, so it is the one to rekey.
 */
#define NUMBER_LATE_OUT	(3ULL << 30)
#define NUMBER_LATE_IN	(7ULL << 29)

static bool reached(u64 limit, u64 value)
{
	return limit && value >= limit;
}

static bool passed(u64 limit, u64 value)
{
	return limit && value > limit;
}

/**
 * pantun_life_check - state of an SA by its use
 * @limits: its limits
 * @bytes: octets carried, with the packet at hand
 * @packets: packets carried, with the packet at hand
 * @seconds: since the SA was made
 *
 * Octets and packets up to the hard limit are carried, the one beyond is not; time
 * is over when the limit is reached.
 *
 * Return: the state.
 */
enum pantun_life pantun_life_check(const struct pantun_limits *limits, u64 bytes,
				   u64 packets, u64 seconds)
{
	if (passed(limits->hard.bytes, bytes) || passed(limits->hard.packets, packets) ||
	    reached(limits->hard.seconds, seconds))
		return PANTUN_LIFE_HARD;
	if (reached(limits->soft.bytes, bytes) || reached(limits->soft.packets, packets) ||
	    reached(limits->soft.seconds, seconds))
		return PANTUN_LIFE_SOFT;
	return PANTUN_LIFE_OK;
}

/**
 * pantun_life_number_late - whether it is time to replace an SA whose numbers end
 * @seq: the number of a packet, of an SA with 32-bit numbers; those of 64 bits never end
 * @inbound: the packet came in
 *
 * Return: true from three quarters of the numbers on; inbound, from seven eighths.
 */
bool pantun_life_number_late(u64 seq, bool inbound)
{
	return seq >= (inbound ? NUMBER_LATE_IN : NUMBER_LATE_OUT);
}

static bool inverted(u64 soft, u64 hard)
{
	return soft && hard && soft > hard;
}

/**
 * pantun_life_invalid - whether limits make sense
 * @limits: the limits
 *
 * Return: NULL, or what is wrong.
 */
const char *pantun_life_invalid(const struct pantun_limits *limits)
{
	if (inverted(limits->soft.bytes, limits->hard.bytes))
		return "the soft limit of bytes is above the hard one";
	if (inverted(limits->soft.packets, limits->hard.packets))
		return "the soft limit of packets is above the hard one";
	if (inverted(limits->soft.seconds, limits->hard.seconds))
		return "the soft limit of seconds is above the hard one";
	return NULL;
}
