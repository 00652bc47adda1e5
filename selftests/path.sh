#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Takes: 140
# SA_SET: the path of live SAs is replaced hundreds of times, to other addresses and
# into UDP and back, while packets go both ways, and none is lost: over IPv4 and IPv6.
# Where a path is taken or makes no sense nothing changes; the path before ends.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

A4=192.0.2.1,192.0.2.11,192.0.2.21
B4=192.0.2.2,192.0.2.12,192.0.2.22
A6=2001:db8::1,2001:db8::11,2001:db8::21
B6=2001:db8::2,2001:db8::12,2001:db8::22

# pair_up A B: both SA pairs between these addresses.
pair_up() {
	local at_a=(local "$1" remote "$2") at_b=(local "$2" remote "$1")

	pantunctl_on ga sa flush
	pantunctl_on gb sa flush
	pantunctl_on ga sa add dev tunnel1 in spi "$A_SPI" "${at_a[@]}" "${PANTUN_ALG[@]}" \
		key-file "$WORK/ba.keys"
	pantunctl_on gb sa add dev tunnel1 in spi "$B_SPI" "${at_b[@]}" "${PANTUN_ALG[@]}" \
		key-file "$WORK/ab.keys"
	pantunctl_on ga sa add dev tunnel1 out spi "$B_SPI" "${at_a[@]}" "${PANTUN_ALG[@]}" \
		key-file "$WORK/ab.keys"
	pantunctl_on gb sa add dev tunnel1 out spi "$A_SPI" "${at_b[@]}" "${PANTUN_ALG[@]}" \
		key-file "$WORK/ba.keys"
}

# change_paths NAME A_ADDRESSES B_ADDRESSES [udp]: 100 rounds, 400 changes, under traffic.
change_paths() {
	local name=$1 a=$2 b=$3 asker said
	shift 3

	keys_make aes-128-gcm
	pair_up "${a%%,*}" "${b%%,*}"
	wait_for 5 on ha ping -qc 1 -W 1 10.2.0.2
	: >"$WORK/ask"
	start_on ha "$WORK/ask" /usr/bin/python3 "$PANTUN_TOP/selftests/udp_echo.py" ask 10.2.0.2 16
	asker=$STARTED_PID
	nice -n 19 /usr/bin/python3 "$PANTUN_TOP/selftests/path.py" "$(cat "$WORK/ga/pid")" "$A_SPI" "$a" \
		"$(cat "$WORK/gb/pid")" "$B_SPI" "$b" 100 "$@" >"$WORK/changes" 2>&1 || :
	kill -TERM "$asker"
	wait "$asker" || :
	said=$(cat "$WORK/ask")
	check_has "$name: 400 changes" '400 changes' "$WORK/changes"
	if grep -qE '^sent [0-9]{3,} lost 0$' "$WORK/ask"; then
		ok "$name: no packet lost"
	else
		not_ok "$name: no packet lost" "$said" "$(drops ga)" "$(drops gb)"
	fi
	echo "# $name: $said, $(cat "$WORK/changes")"
	check "$name: nothing dropped" [ "$(drops ga)$(drops gb)" = '' ]
}

# path_of in|out: A's SA of that direction, as shown.
path_of() {
	pantunctl_on ga --json show ipsec-sa tunnel1 |
		json_of "[(s['local'], s['remote']) for s in d['ipsec_sas'] if s['dir'] == '$1']"
}

# refused TEXT WORD...: sa path with these words says so, and the path stays.
refused() {
	local text=$1 before after said
	shift

	before=$(path_of in)
	said=$(pantunctl_on ga sa path dev tunnel1 "$@" 2>&1) && return 1
	after=$(path_of in)
	echo "$said"
	[ "$before" = "$after" ] && grep -qF -- "$text" <<<"$said"
}

refusals() {
	local named=(in spi "$A_SPI" local 192.0.2.1 remote 192.0.2.2)

	pair_up 192.0.2.1 192.0.2.2
	pantunctl_on ga sa add dev tunnel1 in spi "$A_SPI" local 192.0.2.11 remote 192.0.2.2 \
		"${PANTUN_ALG[@]}" key-file "$WORK/ab.keys"
	check 'an address and SPI that another SA has' \
		refused 'there is an SA of this address and SPI' "${named[@]}" \
		new-local 192.0.2.11 new-remote 192.0.2.2
	check 'an address and SPI that XFRM has' ip -n ga xfrm state add src 192.0.2.2 \
		dst 192.0.2.21 proto esp spi "$A_SPI" mode tunnel reqid 1 \
		aead 'rfc4106(gcm(aes))' "0x$(random_hex 20)" 128
	check 'an address and SPI that XFRM has: refused' refused 'XFRM has an SA' \
		"${named[@]}" new-local 192.0.2.21 new-remote 192.0.2.2
	ip -n ga xfrm state flush
	check 'the other family' refused 'a path of the other family needs a new SA' \
		"${named[@]}" new-local 2001:db8::11 new-remote 2001:db8::2
	check 'an SA that is not there' refused 'the tunnel has no SA' \
		in spi 0x7777 local 192.0.2.1 remote 192.0.2.2 \
		new-local 192.0.2.11 new-remote 192.0.2.2
}

# received ADDRESS: B's packet to this address of A's reaches tunnel1.
received() {
	local before after

	pantunctl_on gb sa path dev tunnel1 out spi "$A_SPI" local 192.0.2.2 \
		new-local 192.0.2.2 new-remote "$1"
	before=$(sa_count ga in rx_packets)
	on hb ping -qc 1 -W 1 10.1.0.2 >/dev/null || :
	after=$(sa_count ga in rx_packets)
	[ "$after" -gt "$before" ]
}

not_received() {
	! received "$1"
}

# The address before receives for half a minute, and no longer.
former_ends() {
	pair_up 192.0.2.1 192.0.2.2
	check 'the old address receives' received 192.0.2.1
	pantunctl_on ga sa path dev tunnel1 in spi "$A_SPI" local 192.0.2.1 \
		new-local 192.0.2.11 new-remote 192.0.2.2
	check 'the new address receives' received 192.0.2.11
	check 'the old address receives still' received 192.0.2.1
	check 'the old address ends to receive' wait_for 40 not_received 192.0.2.1
	check 'the new address goes on' received 192.0.2.11
}

module_load
topology_up
addr_add ga wan0 192.0.2.11/24 192.0.2.21/24 2001:db8::1/64 2001:db8::11/64 2001:db8::21/64
addr_add gb wan0 192.0.2.12/24 192.0.2.22/24 2001:db8::2/64 2001:db8::12/64 2001:db8::22/64
tunnel_quiet ga
tunnel_quiet gb
tunnel_up ga
tunnel_up gb
route_lans tunnel1 tunnel1
encap_listen ga 0.0.0.0
encap_listen gb 0.0.0.0
start_on hb "$WORK/answer" /usr/bin/python3 "$PANTUN_TOP/selftests/udp_echo.py" answer 10.2.0.2
wait_for 10 grep -q listening "$WORK/answer"
change_paths 'IPv4' "$A4" "$B4"
change_paths 'IPv4, into UDP and back' "$A4" "$B4" udp
change_paths 'IPv6' "$A6" "$B6"
refusals
former_ends
finish
