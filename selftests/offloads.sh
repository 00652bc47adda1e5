#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Segmentation, aggregation, checksums and scatter-gather, by the devices or not: every
# combination of the six at the tunnels, and some at the links; offloads.py has the
# cells.  Whatever is on, what arrives is what was sent, octet by octet.
#
#   ha ---------- ga =====ESP===== gb ---------- hb
#             tunnel1            tunnel1
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

module_load
topology_up
keys_make aes-128-gcm
for node in ga gb; do
	tunnel_up "$node"
	manual_in "$node"
	manual_out "$node"
done
route_lans tunnel1 tunnel1
wait_for 10 on ha ping -q -c 1 -W 1 10.2.0.2
wait_for 10 on ha ping -q -c 1 -W 1 fd02::2
/usr/bin/python3 "$PANTUN_TOP/selftests/offloads.py"
