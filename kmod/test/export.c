// SPDX-License-Identifier: GPL-2.0
/* What pantun_test.ko sees of this module; only in builds with the tests. */
#include <linux/module.h>
#include "core/alg.h"
#include "core/proxy.h"
#include "core/sa.h"
#include "core/sa_table.h"
#include "core/tunnel.h"
#include "ctl/netdev.h"
#include "data/chain.h"
#include "data/flow.h"
#include "data/outer.h"
#include "pure/ah_mask.h"
#include "pure/classify.h"
#include "pure/life.h"
#include "pure/monitor_fsm.h"
#include "pure/mss.h"
#include "pure/mtu.h"
#include "pure/replay.h"
#include "pure/selector.h"
#include "xform/ah.h"
#include "xform/esp.h"

EXPORT_SYMBOL_GPL(pantun_ah_mask);
EXPORT_SYMBOL_GPL(pantun_ah_ops);
EXPORT_SYMBOL_GPL(pantun_alg_auth_key_len_ok);
EXPORT_SYMBOL_GPL(pantun_alg_find);
EXPORT_SYMBOL_GPL(pantun_alg_key_len_ok);
EXPORT_SYMBOL_GPL(pantun_alg_overhead);
EXPORT_SYMBOL_GPL(pantun_chain_add);
EXPORT_SYMBOL_GPL(pantun_chain_is);
EXPORT_SYMBOL_GPL(pantun_chain_take);
EXPORT_SYMBOL_GPL(pantun_classifier_free);
EXPORT_SYMBOL_GPL(pantun_classifier_match);
EXPORT_SYMBOL_GPL(pantun_classifier_new);
EXPORT_SYMBOL_GPL(pantun_esp_ops);
EXPORT_SYMBOL_GPL(pantun_esp_push);
EXPORT_SYMBOL_GPL(pantun_flow_allowed);
EXPORT_SYMBOL_GPL(pantun_flow_dissect);
EXPORT_SYMBOL_GPL(pantun_flow_quoted);
EXPORT_SYMBOL_GPL(pantun_life_check);
EXPORT_SYMBOL_GPL(pantun_life_invalid);
EXPORT_SYMBOL_GPL(pantun_life_number_late);
EXPORT_SYMBOL_GPL(pantun_monitor_fsm_answered);
EXPORT_SYMBOL_GPL(pantun_monitor_fsm_critical);
EXPORT_SYMBOL_GPL(pantun_monitor_fsm_impossible);
EXPORT_SYMBOL_GPL(pantun_monitor_fsm_init);
EXPORT_SYMBOL_GPL(pantun_monitor_fsm_is_mute);
EXPORT_SYMBOL_GPL(pantun_monitor_fsm_limits);
EXPORT_SYMBOL_GPL(pantun_monitor_fsm_lost);
EXPORT_SYMBOL_GPL(pantun_monitor_fsm_sent);
EXPORT_SYMBOL_GPL(pantun_monitor_fsm_unsent);
EXPORT_SYMBOL_GPL(pantun_monitor_path);
EXPORT_SYMBOL_GPL(pantun_monitor_path_failed);
EXPORT_SYMBOL_GPL(pantun_mss_clamp);
EXPORT_SYMBOL_GPL(pantun_mtu_inner);
EXPORT_SYMBOL_GPL(pantun_mtu_outer);
EXPORT_SYMBOL_GPL(pantun_mtu_padding);
EXPORT_SYMBOL_GPL(pantun_netdev_is_ours);
EXPORT_SYMBOL_GPL(pantun_outer_reroute);
EXPORT_SYMBOL_GPL(pantun_outer_route);
EXPORT_SYMBOL_GPL(pantun_proxy_match);
EXPORT_SYMBOL_GPL(pantun_proxy_table);
EXPORT_SYMBOL_GPL(pantun_replay_accept);
EXPORT_SYMBOL_GPL(pantun_replay_check);
EXPORT_SYMBOL_GPL(pantun_replay_infer);
EXPORT_SYMBOL_GPL(pantun_replay_init);
EXPORT_SYMBOL_GPL(pantun_sa_find);
EXPORT_SYMBOL_GPL(pantun_sa_table_init);
EXPORT_SYMBOL_GPL(pantun_sa_table_insert);
EXPORT_SYMBOL_GPL(pantun_sa_table_leave_former);
EXPORT_SYMBOL_GPL(pantun_sa_table_lookup);
EXPORT_SYMBOL_GPL(pantun_sa_table_move);
EXPORT_SYMBOL_GPL(pantun_sa_table_pick_spi);
EXPORT_SYMBOL_GPL(pantun_sa_table_remove);
EXPORT_SYMBOL_GPL(pantun_sa_table_replace);
EXPORT_SYMBOL_GPL(pantun_selector_any);
EXPORT_SYMBOL_GPL(pantun_selector_compare);
EXPORT_SYMBOL_GPL(pantun_selector_invalid);
EXPORT_SYMBOL_GPL(pantun_selector_match);
EXPORT_SYMBOL_GPL(pantun_selectors_match);
