#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Takes: 150
# tshark (Wireshark 4.0), a decryption that we did not write, reads what two pantuns
# send each other: with the keys, it finds every ICV good and in the packets of
# each SA, of each direction, what the hosts sent.  With one bit flipped it finds
# every ICV bad.
#
# It has no CCM, GMAC, ChaCha20-Poly1305, XCBC and CMAC, no extended sequence numbers, and
# does not check AH.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# tshark keeps its table of SAs there
export HOME=$WORK/home
SA_TABLE=$HOME/.config/wireshark/esp_sa
CASES=()
ECHOES=20

tshark_esp() {
	/usr/bin/python3 "$PANTUN_TOP/selftests/tshark_esp.py" "$@"
}

# Requests of all paddings of a block of 16, of both families and of the largest size:
# ECHOES of them.
echoes() {
	local size largest

	largest=$(mtu_of ga tunnel1)
	for size in $(seq 0 16) $((largest - 28)); do
		on ha ping -q -c 1 -W 2 -s "$size" 10.2.0.2 >/dev/null || return 1
	done
	for size in 7 $((largest - 48)); do
		on ha ping -q -c 1 -W 2 -s "$size" fd02::2 >/dev/null || return 1
	done
}

sa_line() {
	tshark_esp sa "$1" "$2" "$3" "$4" "$(printf '0x%08x' "$5")" "$6" >>"$SA_TABLE"
}

# case_run 4|6 ALGORITHM [WORD...]: SAs with SPIs of their own between two pantuns, and
# echoes through them.
case_run() {
	local family=$1 algorithm=$2 A_WAN=$A_WAN B_WAN=$B_WAN A_SPI B_SPI
	shift 2

	A_SPI=$((0x1001 + ${#CASES[@]}))
	B_SPI=$((0x2001 + ${#CASES[@]}))
	[ "$family" = 4 ] || A_WAN=$A_WAN6 B_WAN=$B_WAN6
	keys_make "$algorithm"
	for node in ga gb; do
		pantunctl_on "$node" sa flush
		manual_in "$node" "$@"
		manual_out "$node" "$@"
	done
	sa_line "$algorithm" "$family" "$A_WAN" "$B_WAN" "$B_SPI" "$WORK/ab.keys"
	sa_line "$algorithm" "$family" "$B_WAN" "$A_WAN" "$A_SPI" "$WORK/ba.keys"
	for node in ga gb; do
		wait_for 5 carrier_is "$node" tunnel1 1
	done
	CASES+=("$algorithm, v$family${*:+, $*}")
	check "${CASES[-1]}: echoes pass" echoes
}

# icvs FILE SPI VERDICT: as many packets as echoes, each with this verdict.
icvs() {
	local found

	found=$(grep "^$(printf '0x%08x' "$2") " "$1" | cut -d ' ' -f 2 | sort | uniq -c | xargs)
	[ "$found" = "$ECHOES $3" ] || {
		echo "expected $ECHOES $3, tshark says: $found"
		return 1
	}
}

# same_inner SPI PLAIN NUMBER: what tshark decrypts is what was captured in clear.
same_inner() {
	diff <(grep "^$(printf '0x%08x' "$1") " "$WORK/decrypted" | cut -d ' ' -f 3-) \
		<(tail -n "+$(($3 * ECHOES + 1))" "$2" | head -n "$ECHOES")
}

# flipped WHERE: the same capture with a bit of each packet flipped.
flipped() {
	tshark_esp flip "$WORK/wan.pcap" "$WORK/bad.pcap" "$1"
	tshark_esp decrypt "$WORK/bad.pcap" >"$WORK/bad"
}

module_load
topology_up
wan6_up
quiet ga
quiet gb
tunnel_up ga
tunnel_up gb
route_lans tunnel1 tunnel1
encap_listen ga "$A_WAN"
encap_listen gb "$B_WAN"
mkdir -p "${SA_TABLE%/*}"
capture_start ga lan0 "$WORK/lan.pcap" icmp or icmp6
lan=$CAPTURE_PID
capture_start ga wan0 "$WORK/wan.pcap" esp or ip6 proto 50 or udp port 4500

for algorithm in $(/usr/bin/python3 "$PANTUN_TOP/selftests/manual_keys.py" list); do
	# one key size with every integrity is enough where the cipher is the same
	case $algorithm in
	aes-*-gcm* | aes-128-c* | aes-???-c*+sha256 | null* | *des-cbc+sha256 | *des-cbc+sha1)
		! tshark_esp knows "$algorithm" || case_run 4 "$algorithm" ;;
	esac
done
case_run 6 aes-256-gcm
case_run 6 aes-128-cbc+sha512
case_run 4 aes-128-gcm encap 4500 4500
case_run 4 aes-256-cbc+sha256 encap 4500 4500
capture_stop
kill "$lan"
wait "$lan" 2>/dev/null || :

tshark_esp decrypt "$WORK/wan.pcap" >"$WORK/decrypted"
tshark_esp plain "$WORK/lan.pcap" 10.1.0.2 fd01::2 >"$WORK/plain.ab"
tshark_esp plain "$WORK/lan.pcap" 10.2.0.2 fd02::2 >"$WORK/plain.ba"
for number in "${!CASES[@]}"; do
	for way in "$((0x2001 + number)) ab A to B" "$((0x1001 + number)) ba B to A"; do
		read -r spi file way <<<"$way"
		check "${CASES[number]}, $way: every ICV is good" icvs "$WORK/decrypted" "$spi" good
		check "${CASES[number]}, $way: inside is what was sent" \
			same_inner "$spi" "$WORK/plain.$file" "$number"
	done
done
flipped -1
for number in "${!CASES[@]}"; do
	check "${CASES[number]}: every ICV is bad with a bit of it flipped" \
		icvs "$WORK/bad" "$((0x2001 + number))" bad
done
flipped -40
for number in "${!CASES[@]}"; do
	check_not "${CASES[number]}: no ICV is good with another bit flipped" \
		grep -q "^$(printf '0x%08x' "$((0x2001 + number))") good" "$WORK/bad"
done
finish
