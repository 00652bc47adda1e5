#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 60, mostly waiting
# A gateway is configured anew under ping, at one end first and at the other some seconds later:
# another pre-shared key, then other proposals.  No packet is lost, also where the peer keeps
# what it had and the first takes it back.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_reload.sh
. "$PANTUN_TOP/selftests/lib_reload.sh"

# reading NODE TIMES: its daemon has begun to read the configuration so often.
reading() {
	[ "$(grep -c ': reading ' "$WORK/$1/pantund.log")" = "$2" ]
}

# answered_when_in_force: not while `ike` is stopped, and cannot have it.
answered_when_in_force() {
	local ike asked before status=0
	ike=$(pantund_child ga ike)
	before=$(grep -c ': reading ' "$WORK/ga/pantund.log")
	kill -STOP "$ike"
	pantunctl_on ga reload &
	asked=$!
	wait_for 10 reading ga $((before + 1)) || status=1
	# What is asked after it is answered, as the parent does not wait.
	pantunctl_on ga show daemon >/dev/null || status=1
	kill -0 "$asked" || { echo 'it is answered before' && status=1; }
	kill -CONT "$ike"
	wait "$asked" && return "$status"
}

key() {
	(umask 077 && echo "$2" >"$WORK/$1/psk")
}

module_load
topology_up
pantun_config gb 192.0.2.1
pantun_config ga 192.0.2.2
begin_both

# --- the key, A first
before=$(spis ga)
pings_start ha 10.2.0.2
key ga second-secret-012345678
check 'A reads the new key' pantund_reload ga
check 'which B refuses' wait_for 15 log_has ga 'AUTHENTICATION_FAILED'
check 'pings go on' pings_go_on ha 20
key gb second-secret-012345678
check 'B reads it, too' pantund_reload gb
check 'both have a new IKE SA' wait_for 60 one_other_than "$before"
check_here 'no ping was lost' pings_end

# --- the key again, which B keeps; A takes it back
before=$(spis ga)
pings_start ha 10.2.0.2
key ga third-secret-0123456789
check 'A reads a third key' pantund_reload ga
check 'which B refuses' wait_for 15 log_has ga 'AUTHENTICATION_FAILED'
key ga second-secret-012345678
check 'A reads the key before' pantund_reload ga
check 'pings go on' pings_go_on ha 20
check 'the IKE SA is the same' test "$(spis ga)" = "$before"
check_here 'no ping was lost' pings_end

check_here 'a reload is answered when it is in force' answered_when_in_force

# --- other proposals, B first
before=$(spis ga)
pings_start ha 10.2.0.2
for node in ga gb; do
	cat >>"$WORK/$node/pantun.conf" <<-END
	set network ike crypto-profiles ike-crypto-profiles p encryption aes-192-cbc
	set network ike crypto-profiles ike-crypto-profiles p hash sha384
	set network ike crypto-profiles ike-crypto-profiles p dh-group group20
	set network ike gateway g protocol ikev2 ike-crypto-profile p
	END
done
check 'B reads another profile' pantund_reload gb
check 'which A refuses' wait_for 15 log_has gb 'NO_PROPOSAL_CHOSEN'
check 'pings go on' pings_go_on ha 20
check 'A reads it, too' pantund_reload ga
check 'both have a new IKE SA' wait_for 60 one_other_than "$before"
check_here 'no ping was lost' pings_end
finish
