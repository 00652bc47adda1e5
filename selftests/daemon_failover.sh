#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Long: yes
# Time limit: 1200
# How long it takes until traffic is on the other tunnel: 20 rounds, measured, with the
# setup of README's section "Failing over between two tunnels".
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_failover.sh
. "$PANTUN_TOP/selftests/lib_failover.sh"

module_load
failover_up
forget_logs
check_here "fail-over within $FAILOVER_WINDOW s, 20 rounds" rounds 20
check_not 'the other tunnel was never lost' log_has ga 'Tunnel second is down'
check_here 'A ends' pantund_stop ga
check_here 'B ends' pantund_stop gb
finish
