#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Make: build/pantund-captured
# Takes: 20
# The process `ike` of gateway A is in the hands of somebody else, who is told by datagrams what to
# try, behind the walls of a real one and with all that it has: its channels, its sockets, a tunnel
# that is up.  It gets no file, no other process and no SA that is not its own, and the daemon goes
# on: no packet of either tunnel is lost, and routes, devices and manual keys stay as they were.
# test_confine has all system calls, test_captured all messages.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

M='set network tunnel ipsec m'
# manual PEER HERE IN OUT: the tunnel with keys given by hand.
manual() {
	cat <<-END
	$M tunnel-interface tunnel2
	$M manual-key peer-address ip $1
	$M manual-key local-address ip $2
	$M manual-key local-spi $3
	$M manual-key remote-spi $4
	$M manual-key esp authentication sha1 key 00010203-04050607-08090a0b-0c0d0e0f-10111213
	$M manual-key esp encryption algorithm null
	END
}

# config NODE PEER HERE LAN OTHER_LAN IN OUT
config() {
	local node=$1 profile='set network ike crypto-profiles ipsec-crypto-profiles p esp'
	pantun_config "$node" "$2" 'set network tunnel ipsec t start always' \
		"$profile encryption aes-256-gcm" "$profile authentication none" \
		'set network tunnel ipsec t auto-key ipsec-crypto-profile p' \
		"set network tunnel ipsec t auto-key proxy-id lan local $4" \
		"set network tunnel ipsec t auto-key proxy-id lan remote $5" \
		"$(manual "$2" "$3" "$6" "$7")"
	chmod 600 "$WORK/$node/pantun.conf"
}

# order WORD [ARGUMENT]: a datagram for A's `ike`.
order() {
	on gb bash -c "printf %s 'captured $*' >/dev/udp/192.0.2.1/500"
}

# told LINE: by the log of A.
told() {
	wait_for 30 log_has ga "captured: $1"
}

# state: what nobody but the parent may change.
state() {
	ip -n ga route show table all
	ip -n ga -6 route show table all
	ip -n ga rule
	ip -n ga -d link show type pantun
	on ga "$PANTUNCTL" --json show ipsec-sa tunnel2 |
		json_of "sorted((s['dir'], s['spi'], s['proxy'], s['state'], s['remote'], s['cookie'])
			for s in d['ipsec_sas'])"
}

# settled: all addresses of A are in use.  A link-local one gets its routes a second or two late.
settled() {
	! ip -n ga -6 addr show tentative | grep -q .
}

# tokens: of the SAs by hand.
tokens() {
	on ga "$PANTUNCTL" --json show ipsec-sa tunnel2 |
		json_of "' '.join(str(s['cookie']) for s in d['ipsec_sas'])"
}

unchanged() {
	state | diff "$WORK/state" -
}

# new_ike: another than the one with the number IKE, and it serves.
new_ike() {
	local pid
	pid=$(pantund_child ga ike) && [ "$pid" != "$IKE" ] &&
		grep -q '^Seccomp:	2$' "/proc/$pid/status"
}

# ends WORD REASON: such an order is the end of it, and of nobody else.
ends() {
	local before
	before=$(grep -c "has ended: $2" "$WORK/ga/pantund.log") || :
	IKE=$(pantund_child ga ike)
	order "$1" "$AUTH"
	wait_for 30 new_ike || { echo 'there is no new one' && return 1; }
	[ "$(grep -c "has ended: $2" "$WORK/ga/pantund.log")" = $((before + 1)) ] || return 1
	! log_has ga "captured: $1: it lives"
}

has_own() {
	on ga "$PANTUNCTL" show ipsec-sa tunnel1 | grep -q 77777777
}

# few_files: /dev/null and the log; sockets and what the event loop has, but of no other kind.
few_files() {
	local pid
	pid=$(pantund_child ga ike)
	! find "/proc/$pid/fd" -type l -printf '%f %l\n' | grep -vE \
		'^[0-9]+ (socket:|anon_inode:\[(eventpoll|eventfd|timerfd)\]|pipe:)' | grep -vE '^[012] '
}

module_load
topology_up
config gb 192.0.2.1 192.0.2.2 10.2.0.0/24 10.1.0.0/24 00002002 00002001
config ga 192.0.2.2 192.0.2.1 10.1.0.0/24 10.2.0.0/24 00002001 00002002
pantund_start gb
PANTUND=$PANTUN_TOP/build/pantund-captured pantund_start ga
ip -n ga route add 10.2.0.0/24 dev tunnel1
ip -n gb route add 10.1.0.0/24 dev tunnel1
addr_add ga tunnel2 10.8.0.1/24
addr_add gb tunnel2 10.8.0.2/24
check 'the tunnel is up' wait_for 30 on ha ping -c 1 -W 1 10.2.0.2
check 'the other one, too' wait_for 30 on ga ping -c 1 -W 1 10.8.0.2
AUTH=$(pantund_child ga auth)
check 'it has few files' few_files
wait_for 10 settled
state >"$WORK/state"
pings_start ha 10.2.0.2
pings_start ga 10.8.0.2

order own
check 'it is heard: an SA of its own it can have' wait_for 30 has_own
order own del
check 'and delete' wait_for 30 eval '! has_own'
order files
check 'no path leads to a file' told 'files: 0 of '
order wishes "$(tokens)"
check 'no wish for what is not its comes true' told 'wishes: 10 of 10 refused'
check 'wishes: nothing has changed' unchanged
order flood
check 'the parent answers while it asks and asks' on ga "$PANTUNCTL" show daemon
check 'which goes on' told 'flood: '
check 'flood: nothing has changed' unchanged
check 'a message that is too long: it is ended' ends rule 'it was killed, as it broke a rule: SA: '
for word in netlink ptrace memory signal exec; do
	check "$word: it is ended" ends "$word" 'it was killed for a system call that it may not make'
done
check 'auth is the same' test "$(pantund_child ga auth)" = "$AUTH"
check 'and nothing has changed' unchanged
order forget
check 'auth is told to forget its keys' told 'forget: said to auth'
check 'but still has them: the tunnel gets new ones' wait_for 30 on ga "$PANTUNCTL" test t
check 'it is the same still' test "$(pantund_child ga auth)" = "$AUTH"
check_here 'no packet was lost' pings_end
finish
