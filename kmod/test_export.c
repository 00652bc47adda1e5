// SPDX-License-Identifier: GPL-2.0
/* What pantun_test.ko sees of this module; only in builds with the tests. */
#include <linux/module.h>
#include "alg.h"
#include "esp.h"
#include "life.h"
#include "mtu.h"
#include "replay.h"
#include "selector.h"
#include "xform.h"

EXPORT_SYMBOL_GPL(pantun_alg_find);
EXPORT_SYMBOL_GPL(pantun_esp_ops);
EXPORT_SYMBOL_GPL(pantun_esp_seal);
EXPORT_SYMBOL_GPL(pantun_life_check);
EXPORT_SYMBOL_GPL(pantun_life_invalid);
EXPORT_SYMBOL_GPL(pantun_mtu_inner);
EXPORT_SYMBOL_GPL(pantun_mtu_outer);
EXPORT_SYMBOL_GPL(pantun_mtu_padding);
EXPORT_SYMBOL_GPL(pantun_replay_accept);
EXPORT_SYMBOL_GPL(pantun_replay_check);
EXPORT_SYMBOL_GPL(pantun_replay_infer);
EXPORT_SYMBOL_GPL(pantun_replay_init);
EXPORT_SYMBOL_GPL(pantun_selector_any);
EXPORT_SYMBOL_GPL(pantun_selector_compare);
EXPORT_SYMBOL_GPL(pantun_selector_invalid);
EXPORT_SYMBOL_GPL(pantun_selector_match);
