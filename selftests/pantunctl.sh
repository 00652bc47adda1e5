#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Takes: 60
# pantunctl by itself: SAs by hand of every algorithm and mode, the options of a tunnel,
# drops by name, and what a wrong command is told.  Then with two daemons: what it shows
# of both sides, negotiating and clearing by command, the stream of events, and what is
# left when the daemon is killed.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# ctl_says STATUS TEXT WORD...: pantunctl on A does.
ctl_says() {
	local status=$1 text=$2
	shift 2
	says "$status" "$text" pantunctl_on ga "$@"
}

# sas_are COUNT: IPsec SAs on A.
sas_are() {
	[ "$(pantunctl_on ga --json show ipsec-sa | json_of "len(d['ipsec_sas'])")" = "$1" ]
}

# sas_of_t: the tunnel by its name in the configuration has its pair, or what is left of another.
sas_of_t() {
	local sas
	sas=$(pantunctl_on ga --json show tunnel t | json_of "len(d['ipsec_sas'])")
	echo "# it has $sas SAs"
	[ "$sas" -ge 2 ]
}

# same_spis: the daemon and the kernel name the same SAs.
same_spis() {
	pantunctl_on ga --json show | json_of "sorted([c[s] for c in d['children']
		for s in ('spi_in', 'spi_out')]) == sorted(s['spi'] for s in d['ipsec_sas'])" |
		grep -q True
}

# event TEXT...: a line of the JSON monitor has all of them.
event() {
	local lines text
	lines=$(cat "$WORK/monitor")
	for text; do
		lines=$(grep -F -- "$text" <<<"$lines") || return 1
	done
}

# key_file ENC AUTH SALT: $WORK/keys with keys of so many octets, 0 for none.
key_file() {
	rm -f "$WORK/keys"
	(umask 077 && : >"$WORK/keys")
	{
		[ "$1" = 0 ] || echo "enc $(random_hex "$1")"
		[ "$2" = 0 ] || echo "auth $(random_hex "$2")"
		[ "$3" = 0 ] || echo "salt $(random_hex "$3")"
	} >>"$WORK/keys"
}

# tells STATUS TEXT WORD...: "sa add" of an in-SA of tunnel9 with $WORK/keys.
tells() {
	local status=$1 text=$2
	shift 2
	ctl_says "$status" "$text" sa add dev tunnel9 in spi 0x900 local 192.0.2.1 remote 192.0.2.2 \
		key-file "$WORK/keys" "$@"
}

# sa_is EXPRESSION: true of the only SA of tunnel9, called s.
sa_is() {
	pantunctl_on ga --json show ipsec-sa tunnel9 |
		json_of "[($1) or s for s in d['ipsec_sas']] == [True] or d['ipsec_sas']" >"$WORK/is"
	[ "$(cat "$WORK/is")" = True ] || { cat "$WORK/is" && return 1; }
}

# tunnel_is EXPRESSION: true of tunnel9, called t.
tunnel_is() {
	pantunctl_on ga --json show tunnel tunnel9 |
		json_of "[($1) or t for t in d['tunnels']] == [True] or d['tunnels']" >"$WORK/is"
	[ "$(cat "$WORK/is")" = True ] || { cat "$WORK/is" && return 1; }
}

# carries ALGORITHM WEAK WORD...: the kernel takes an SA, shows the algorithm, and
# whether it is weak (True, False), of which a warning tells, too.
carries() {
	local algorithm=$1 weak=$2 said
	shift 2
	said=$(tells 0 '' "$@") || { echo "$said" && return 1; }
	sa_is "s['algorithm'] == '$algorithm' and s['weak'] is $weak" || return 1
	said=$(pantunctl_on ga show ipsec-sa tunnel9)
	if [ "$weak" = True ]; then
		tells 1 'is weak: ' "$@" && grep -qF "$algorithm (weak)" <<<"$said" || return 1
	else
		grep -qF "$algorithm " <<<"$said" && ! grep -qF '(weak)' <<<"$said" || return 1
	fi
	pantunctl_on ga sa flush dev tunnel9
}

# set_is TEXT EXPRESSION WORD...: sets options of tunnel9, and both ways to show them do.
set_is() {
	local text=$1 expression=$2
	shift 2
	pantunctl_on ga tunnel set dev tunnel9 "$@" && ctl_says 0 "$text" show flow tunnel9 &&
		tunnel_is "$expression"
}

# path_is EXPRESSION WORD...: "sa path" of that SA.
path_is() {
	local expression=$1
	shift
	pantunctl_on ga sa path dev tunnel9 in spi 0x900 local 192.0.2.1 remote 192.0.2.2 "$@" &&
		sa_is "$expression"
}

# drop_is REASON: counted by tunnel9, in the table and in JSON, where none is 0.
drop_is() {
	ctl_says 0 " $1 " show flow tunnel9 && tunnel_is "t['drops']['$1'] > 0 and 0 not in t['drops'].values()"
}

module_load
topology_up
ip -n ga link add tunnel9 type pantun

# Every algorithm: octets of key, salt; bits in the name.
for row in 'aes-gcm-16 16 4 -128' 'aes-gcm-12 24 4 -192' 'aes-gcm-8 32 4 -256' \
	'aes-ccm-16 16 3 -128' 'aes-ccm-12 24 3 -192' 'aes-ccm-8 32 3 -256' \
	'aes-gmac 16 4 -128' 'chacha20-poly1305 32 4'; do
	read -r name octets salt bits <<<"$row"
	key_file "$octets" 0 "$salt"
	check "enc $name" carries "$name$bits" False enc "$name"
done
for row in 'aes-cbc 16 0 -128' 'aes-ctr 32 4 -256' 'null 0 0' '3des-cbc 24 0' 'des-cbc 8 0'; do
	read -r name octets salt bits <<<"$row"
	key_file "$octets" 20 "$salt"
	weak=False
	[[ $name != *des* ]] || weak=True
	check "enc $name" carries "$name$bits/hmac-sha1-96" "$weak" enc "$name" auth hmac-sha1-96
done
for row in 'hmac-sha2-256-128 32' 'hmac-sha2-384-192 48' 'hmac-sha2-512-256 64' 'hmac-sha1-96 20' \
	'aes-xcbc-96 16' 'aes-cmac-96 16' 'hmac-sha2-256-96 32 True' 'hmac-md5-96 16 True'; do
	read -r name octets weak <<<"$row"
	key_file 32 "$octets" 0
	check "auth $name" carries "aes-cbc-256/$name" "${weak:-False}" enc aes-cbc auth "$name"
	key_file 0 "$octets" 0
	check "proto ah auth $name" carries "$name" "${weak:-False}" proto ah auth "$name"
done
key_file 0 16 4
check 'proto ah auth aes-gmac' carries aes-gmac False proto ah auth aes-gmac

# Wrong keys and words; nothing reaches the kernel.
key_file 20 0 0
check 'keys: a salt at the end of the key: 1, and where it belongs' \
	tells 1 'wants 16, 24 or 32; put the last 4 into a line "salt"' enc aes-gcm-16
key_file 16 0 4
check 'keys: a salt too long: 1, and how long' \
	tells 1 'line "salt" has 4 octets, but aes-ccm-16 wants 3' enc aes-ccm-16
key_file 16 0 0
check 'keys: none for auth: 1, and how long' tells 1 \
	'no line "auth HEX": hmac-sha1-96 needs a key of 20 octets' enc aes-cbc auth hmac-sha1-96
key_file 16 0 4
check 'words: the families of a path differ: 2' \
	tells 2 '"local" is IPv4 and "remote" is IPv6' remote 2001:db8::2 enc aes-gcm-16
check 'words: an SPI missing: 2, and which it is' ctl_says 2 \
	'for "in" the one that the peer puts in packets to us' sa add dev tunnel9 in
check 'words: a mode that is none: 2' tells 2 'mode esp: not one of tunnel, transport' mode esp
check 'words: the kernel has the last one: ESN without replay check' \
	tells 1 'the kernel refused: ' enc aes-gcm-16 esn replay-window 0
check 'words: no SA is left of these' sas_are 0

# Modes, and the path of a live SA.
printf 'enc 00010203-04050607-08090a0b-0c0d0e0f\nsalt 00112233\n' >"$WORK/keys"
check 'sa add: keys in groups, transport mode, ESN' tells 0 '' enc aes-gcm-16 mode transport esn
check 'sa add: all of it shown' \
	sa_is "(s['proto'], s['mode'], s['esn'], s['encap']) == ('esp', 'transport', True, 'none')"
check 'sa path: a new remote address, in UDP' path_is "s['remote'] == '192.0.2.9' and
	s['local'] == '192.0.2.1' and s['encap'] == 'udp' and s['udp_csum'] and
	(s['encap_local_port'], s['encap_remote_port']) == (4500, 999)" \
	new-remote 192.0.2.9 encap 4500 999 udp-checksum
check 'sa path: shown in the table' ctl_says 0 192.0.2.9:999 show ipsec-sa tunnel9
check 'sa path: of an SA that is none: 1' ctl_says 1 'the kernel refused' sa path dev tunnel9 in \
	spi 0x901 local 192.0.2.1 remote 192.0.2.2 new-remote 192.0.2.9
check 'sa del: with proto ah it is another one' pantunctl_on ga sa del dev tunnel9 in proto ah spi 0x900
check 'sa del: the ESP one stands' sa_is "s['spi'] == '00000900'"
check 'sa del' pantunctl_on ga sa del dev tunnel9 in proto esp spi 0x900
check 'sa add: IPv6' ctl_says 0 '' sa add dev tunnel9 out spi 0x900 local 2001:db8::1 remote 2001:db8::2 \
	enc aes-gcm-16 key-file "$WORK/keys" standby
check 'sa add: IPv6 shown' \
	sa_is "(s['local'], s['remote'], s['state']) == ('2001:db8::1', '2001:db8::2', 'standby')"
check 'sa activate: with proto' pantunctl_on ga sa activate dev tunnel9 out proto esp spi 0x900
check 'sa activate: shown' sa_is "s['state'] == 'active'"
pantunctl_on ga sa flush dev tunnel9

# Options, each shown, and taken back.
check 'tunnel: as it is born' tunnel_is "(t['carrier_rule'], t['df'], t['tos'], t['dscp'], t['ttl'], t['flow_label'],
	t['gre'], t['tfc'], t['dummy'], t['mark'], t['underlay']) ==
	('any', 'copy', 'fixed', 0, 0, False, False, 0, 0, 0, '')"
check 'tunnel set carrier' set_is 'carrier all' "t['carrier_rule'] == 'all'" carrier all
check 'tunnel set df' set_is 'df clear' "t['df'] == 'clear'" df clear
check 'tunnel set tos' set_is 'tos copy' "t['tos'] == 'copy'" tos copy
check 'tunnel set dscp' set_is 'dscp 46' "(t['tos'], t['dscp']) == ('fixed', 46)" dscp 46
check 'tunnel set ttl' set_is 'ttl 77' "t['ttl'] == 77" ttl 77
check 'tunnel set flow-label' set_is 'flow-label copy' "t['flow_label']" flow-label copy
check 'tunnel set gre' set_is 'gre on' "t['gre']" gre on
check 'tunnel set tfc' set_is 'tfc 1300' "t['tfc'] == 1300" tfc 1300
check 'tunnel set dummy' set_is 'dummy 5000' "t['dummy'] == 5000" dummy 5000
check 'tunnel set mark' set_is 'mark 0x2a' "t['mark'] == 42" mark 0x2a
check 'tunnel set underlay' set_is 'underlay wan0' "t['underlay'] == 'wan0'" underlay wan0
check 'tunnel set: what was not named stayed' ctl_says 0 'carrier all df clear dscp 46 ttl 77 flow-label copy gre on tfc
	1300' show flow tunnel9
check 'tunnel set: all back' set_is '' "(t['carrier_rule'], t['df'], t['dscp'], t['ttl'], t['flow_label'], t['gre'],
	t['tfc'], t['dummy'], t['mark'], t['underlay']) == ('any', 'copy', 0, 0, False, False, 0, 0, 0,
	'')" carrier any df copy dscp 0 ttl auto flow-label zero gre off tfc off dummy off mark off underlay off
check 'tunnel set: nothing: 2' ctl_says 2 'nothing to set' tunnel set dev tunnel9
check 'tunnel set: a link that is none: 2' ctl_says 2 'underlay wan7: neither off nor an interface' \
	tunnel set dev tunnel9 underlay wan7

# More packets without an SA than are held: the drop has a name.
ip -n ga link set tunnel9 up
ip -n ga route add 10.9.0.0/16 dev tunnel9
pantunctl_on ga tunnel set dev tunnel9 start on-demand
on ga ping -c 12 -i 0.01 -W 1 10.9.0.1 >/dev/null 2>&1 || :
check 'show flow: a drop, by name' wait_for 5 drop_is tx_hold_full
ip -n ga link del tunnel9

pantun_config ga 192.0.2.2 'set network tunnel ipsec t start on-demand'
pantun_config gb 192.0.2.1 'set network tunnel ipsec t start passive'
pantund_start gb
pantund_start ga
wait_for 10 ip -n ga link show dev tunnel1
ip -n ga link set tunnel1 up
start_on ga "$WORK/monitor" "${PANTUNCTL:?}" --json monitor

# lacks WORD...: no line about an SA in the JSON monitor states any of them.
lacks() {
	local word lines
	lines=$(grep -F '"sa":{' "$WORK/monitor") || return 1
	for word; do
		! grep -F -m 1 -- "\"$word\":" <<<"$lines" || return 1
	done
}

# completes TEXT WORD...: the completion offers TEXT behind these words, on A.
completes() {
	local text=$1
	shift
	# shellcheck disable=SC2016
	on ga env PATH="$(dirname "$PANTUNCTL"):$PATH" bash -c '
		complete() { :; } && . "$PANTUN_TOP/tools/completion/pantunctl"
		COMP_WORDS=(pantunctl "$@" "") COMP_CWORD=$(($# + 1)) COMPREPLY=()
		_pantunctl
		printf "%s\n" "${COMPREPLY[@]}"' completes "$@" | grep -qxF -- "$text"
}

# help_blank: a line of the help ends in a blank.
help_blank() {
	{ pantunctl_on ga help && pantunctl_on ga help reload; } | grep ' $'
}

check 'before: the gateway is listed, without an IKE SA' \
	test "$(pantunctl_on ga show ike-sa | awk '$1 == "g" { print $2, $3, $10 }')" = 'init - -'
check 'test: the daemon begins one, by the interface' ctl_says 0 'negotiations started: 1' test tunnel1
check 'test: it comes up' wait_for 10 carrier_is ga tunnel1 1
check 'test: of what is up' ctl_says 0 'up already: 1' test t
check 'test: the log has it' log_has ga 'test of t by command: 0 negotiations started'
check 'test: JSON' ctl_says 0 '{"ok":true,"count":0,"up":1,"passive":0}' --json test t
check 'test: a name that is none: 1' ctl_says 1 'no tunnel "nope"' test nope
for word in tunnel1 t; do
	check "completion: test $word" completes "$word" test
	check "completion: clear ipsec-sa $word" completes "$word" clear ipsec-sa
	check "completion: show $word" completes "$word" show
done
check 'completion: clear ike-sa g' completes g clear ike-sa
check 'completion: show g' completes g show
check 'completion: tunnel set tunnel1' completes tunnel1 tunnel set
check 'completion: tunnel monitor add tunnel1' completes tunnel1 tunnel monitor add
check 'completion: sa flush tunnel1' completes tunnel1 sa flush
check_not 'completion: a tunnel is named once' completes tunnel1 tunnel set tunnel1
check 'completion: proxy del tunnel1 name default' completes default proxy del tunnel1 name
check 'completion: proxy del dev tunnel1 name default' completes default proxy del dev tunnel1 name
check 'show: the name alone, of a tunnel' ctl_says 0 AGREED-LOCAL show t
check 'show: of an interface' ctl_says 0 AGREED-LOCAL show tunnel1
check 'show: of a gateway' ctl_says 0 established show g
check 'show daemon: its processes' ctl_says 0 net_admin show daemon
check 'show daemon: JSON' test "$(pantunctl_on ga --json show daemon |
	json_of "(d['daemon_error'], d['processes'][0]['user'], d['processes'][0]['pid'])")" = \
	"(None, 'root', $(pantund_pid ga))"
check 'show daemon: no name follows: 2' ctl_says 2 'takes no name' show daemon t
check 'completion: show daemon' completes daemon show
check 'show certificates: there are none' \
	ctl_says 0 '"certificates": []' --json show certificates
check 'show certificates: no name follows: 2' ctl_says 2 'takes no name' show certificates t
check 'completion: show certificates' completes certificates show
check 'show: a word that is none: 2' ctl_says 2 'did you mean "flow"?' show flwo
check_not 'help: no line ends in a blank' help_blank
check 'help: all commands' ctl_says 0 'usage: pantunctl [--json]' help
check 'help: the words of one' ctl_says 0 'usage: pantunctl show [NAME' help show
check 'help: the same behind it' ctl_says 0 'usage: pantunctl clear ike-sa' clear --help
check 'help: of a command that is none: 2' ctl_says 2 'did you mean "show"?' help shwo
check 'status is show' ctl_says 0 AGREED-LOCAL status
check 'reload: nothing' ctl_says 0 'nothing has changed' reload
echo 'set network tunnel ipsec t ttl 33' >>"$WORK/ga/pantun.conf"
check 'reload: a change' ctl_says 0 'tunnel t: changed' reload
echo 'set network tunnel ipsec t ttl 333' >>"$WORK/ga/pantun.conf"
check 'reload: an error: 1' ctl_says 1 'pantun.conf:7:' reload
check 'reload: what stood stands' ctl_says 0 'ttl 33' show flow tunnel1
pantun_config ga 192.0.2.2 'set network tunnel ipsec t start on-demand'
check 'reload: JSON' ctl_says 0 '"changes":["tunnel t: changed"]' --json reload
check 'proxy del: of none' ctl_says 1 'no proxy-ID of this name; see pantunctl show flow' \
	proxy del tunnel1 name nope
check 'tunnel monitor del: of none' ctl_says 1 'no such monitor of the tunnel; see pantunctl show monitor' \
	tunnel monitor del tunnel1 destination 10.9.9.9
check 'tunnel set: without dev' ctl_says 0 '' tunnel set tunnel1 ttl 64
check 'tunnel set: of no interface: 2' ctl_says 2 'unknown interface or word "tunnel77"' \
	tunnel set tunnel77 ttl 64
check 'tunnel set: and it is set' ctl_says 0 'ttl 64' show flow tunnel1
check 'show: the IKE SA' ctl_says 0 established show ike-sa g
check 'show: a gateway that is none: 1' ctl_says 1 'no gateway "nope"' show ike-sa nope
check 'show: the tunnel by the name in the configuration' ctl_says 0 tunnel1 show tunnel t
check 'show: by that name it has the SAs of the kernel' sas_of_t
check 'show: a tunnel that is none: 1' ctl_says 1 'no tunnel "nope"' show tunnel nope
check 'show: daemon and kernel have the same SPIs' wait_for 10 same_spis
check 'monitor: the daemon says so' wait_for 5 event '"source":"daemon"' '"event":"child-up"'
check 'monitor: the kernel, too' wait_for 5 event '"source":"kernel"' '"event":"tunnel"' '"state":"up"'
check 'clear ipsec-sa' ctl_says 0 'deleted: 1' clear ipsec-sa t
check 'clear: the log has it' log_has ga 'clear ipsec-sa of t by command: 1 SA deleted'
check 'clear: JSON' ctl_says 0 '{"ok":true,"count":0}' --json clear ipsec-sa tunnel1
check 'monitor: states of an SA what was sent' lacks mode esn replay_window rx_packets algorithm
check 'clear ipsec-sa: they are gone' wait_for 5 sas_are 0
check 'clear ipsec-sa: the kernel tells' wait_for 5 event '"event":"sa","kind":"del"'
check 'test again' ctl_says 0 'negotiations started: 1' test
check 'test again: it comes up' wait_for 10 carrier_is ga tunnel1 1
check 'kill -9 of the daemon' kill -9 "$(pantund_pid ga)"
check 'monitor: notices' wait_for 5 event '"text":"pantund ended"'
check 'show: the kernel alone, with its SAs, and a word about the daemon' \
	ctl_says 0 'No information from the daemon' show
check 'show: the SAs stand' sas_are 2
check 'show ike-sa: 1, the daemon alone knows' ctl_says 1 'pantund is not running' show ike-sa
pantund_start ga
check 'monitor: notices the next daemon' wait_for 10 event '"text":"pantund is running"'
finish
