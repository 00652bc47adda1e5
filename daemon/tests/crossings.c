// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/crossings.h"

#include <stddef.h>

/* Of each kind of rekey: with several key exchanges in one (RFC 9370). */
#define REKEY_MULTI_KE \
	"regular_multi_ke", "regular_ke_invalid_multi_ke", "collision_multi_ke", \
	"collision_mixed", "collision_delayed_response_multi_ke", \
	"collision_delayed_request_multi_ke", "collision_delete_multi_ke",

const struct crossings crossings[CROSSINGS_SUITES] = {
	{
		.suite = "child_rekey",
		.names = {
			"regular", "regular_ke_invalid", "regular_responder_ignore_soft_expire",
			"regular_responder_handle_hard_expire", "regular_responder_delete",
			"regular_responder_lost_sa", "regular_responder_incorrect_delete",
			"regular_delete_timeout", "collision", "collision_delayed_response",
			"collision_delayed_response_delete", "collision_delayed_request",
			"collision_delayed_request_more", "collision_delayed_request_more_delete",
			"collision_ke_invalid", "collision_ke_invalid_delayed_retry",
			"collision_responder_incorrect_delete", "collision_delete",
			"collision_delete_drop_delete", "collision_delete_drop_rekey",
			"collision_delete_delayed_response", "collision_ike_rekey",
			"collision_ike_delete", REKEY_MULTI_KE
		},
	}, {
		.suite = "ike_rekey",
		.names = {
			"regular", "regular_ke_invalid", "collision", "collision_ke_invalid",
			"collision_ke_invalid_delayed_retry", "collision_delayed_response",
			"collision_dropped_request", "collision_delayed_request",
			"collision_delayed_request_and_delete", "collision_delete",
			"collision_delete_drop_delete", REKEY_MULTI_KE
		},
	}, {
		.suite = "child_delete",
		.names = {
			"regular", "collision", "collision_drop", "collision_ike_rekey",
			"collision_ike_delete",
		},
	}, {
		.suite = "ike_delete",
		.names = { "regular", "collision" },
	}, {
		.suite = "ike_mid_sync",
		.unspoken = {
			"responder", "retransmit", "replay", "disabled", "sender_too_low",
			"recv_update", "active",
		},
	}, {
		.suite = "child_create",
		.names = { "duplicate", "collision_ike_rekey", "multi_ke" },
	}, {
		.suite = "childless",
		.names = { "regular", "regular_manual", "failure_init", "failure_resp" },
	},
};
