#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 300
# The group of the control socket: a member who is not root sees what root sees, of the daemon
# and of the kernel, and changes nothing by any command; who is no member is told who may look.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

ALICE=4001 BOB=4002 GROUP=4003 OTHERS=4004

# as USER COMMAND...: on A, where Alice is a member of the group and Bob is not.
as() {
	local user=$1 groups=$OTHERS
	shift
	[ "$user" != "$ALICE" ] || groups=$GROUP
	on ga setpriv --reuid "$user" --regid "$user" --groups "$groups" --inh-caps=-all \
		--bounding-set=-all -- "$@"
}

# user_says USER STATUS TEXT WORD...: pantunctl exits with the status, and prints the text.
user_says() {
	local user=$1 status=$2 text=$3
	shift 3
	says "$status" "$text" as "$user" "$TOOL" "$@"
}

# sees_the_same WORD...: Alice sees what root sees; ages may go on while they look.
sees_the_same() {
	local before after seen
	before=$(pantunctl_on ga "$@") && seen=$(as "$ALICE" "$TOOL" "$@") &&
		after=$(pantunctl_on ga "$@") && [ -n "$seen" ] || return 1
	[ "$seen" = "$before" ] || [ "$seen" = "$after" ] || diff <(echo "$after") <(echo "$seen")
}

# standing: what a change would change.
standing() {
	pantunctl_on ga --json show | json_of "(sorted(s['spi'] for s in d['ipsec_sas']),
		[(t['interface'], t['ttl']) for t in d['tunnels']], [p['name'] for p in d['proxies']],
		[i['spi_i'] for i in d['ike_sas']], len(d['monitors']))"
}

# asks USER REQUEST: the daemon's answer to raw JSON.
asks() {
	as "$1" python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect("/run/pantun/pantund.sock")
request = sys.argv[1].encode()
s.sendall(len(request).to_bytes(4, "big") + request)
print(s.recv(65536)[4:].decode())' "$2"
}

# refuses REQUEST: the daemon refuses it to Alice as a thing of root's.
refuses() {
	asks "$ALICE" "$1" | grep -F '"ok":false' | grep -F 'needs root'
}

module_load
topology_up
TOOL=/tmp/pantunctl
install -m 755 "${PANTUNCTL:?}" "$TOOL"
{
	echo "alice:x:$ALICE:$ALICE::/:/bin/sh"
	echo "bob:x:$BOB:$BOB::/:/bin/sh"
} >>/etc/passwd
echo "pantun:x:$GROUP:alice" >>/etc/group

pantun_config ga 192.0.2.2 'set network tunnel ipsec t auto-key proxy-id lan local 10.1.0.0/24 remote 10.2.0.0/24'
pantun_config gb 192.0.2.1 'set network tunnel ipsec t auto-key proxy-id lan local 10.2.0.0/24 remote 10.1.0.0/24'
pantund_start gb
pantund_start ga
wait_for 20 carrier_is ga tunnel1 1
pantunctl_on ga tunnel monitor add tunnel1 destination 10.2.0.77 source 10.1.0.1 interval 100
for ((i = 100; i < 400; i++)); do
	printf 'link add many%d type pantun\n' "$i"
done >"$WORK/many"
ip -n ga -batch "$WORK/many"

check 'the socket is the group pantun'"'"'s' \
	test "$(on ga stat -c %a:%u:%g /run/pantun/pantund.sock)" = "660:0:$GROUP"
for words in '' tunnel 'tunnel t' 'tunnel tunnel1' ike-sa 'ike-sa g' ipsec-sa flow monitor daemon t g; do
	# shellcheck disable=SC2086
	check "show $words: a member sees what root sees" wait_for 10 sees_the_same show $words
	# shellcheck disable=SC2086
	check "--json show $words: likewise" wait_for 10 sees_the_same --json show $words
done
check 'the first rekey is over' wait_for 30 first_rekey_over ga tunnel1
check 'all of it: SAs, and 301 tunnels' test "$(as "$ALICE" "$TOOL" --json show |
	json_of "(len(d['ipsec_sas']), len(d['tunnels']))")" = '(2, 301)'
check 'version: a member is told those of all three' sees_the_same version
check '--json version: likewise' sees_the_same --json version
check 'status is show' wait_for 10 sees_the_same status
check_not 'no answer has the key in it' grep -F "$PANTUN_PSK" <(as "$ALICE" "$TOOL" --json show)

before=$(standing)
for request in '{"verb":"initiate"}' '{"verb":"initiate","tunnel":"t"}' \
	'{"verb":"clear","what":"ike-sa"}' '{"verb":"clear","what":"ipsec-sa"}' '{"verb":"reload"}'; do
	check "a member is refused: $request" refuses "$request"
done
for words in test 'test t' 'clear ike-sa' 'clear ike-sa g' 'clear ipsec-sa' 'clear ipsec-sa t' reload; do
	# shellcheck disable=SC2086
	check "a member is refused: $words" user_says "$ALICE" 1 'needs root' $words
done
(umask 022 && printf 'enc %032d\nsalt 00000000\n' 0 >/tmp/keys)
chown "$ALICE" /tmp/keys
chmod 600 /tmp/keys
path='spi 0x900 local 192.0.2.1 remote 192.0.2.2'
for words in 'tunnel set tunnel1 ttl 9' 'tunnel monitor add tunnel1 destination 10.2.0.9' \
	'tunnel monitor del tunnel1 destination 10.2.0.77' \
	'proxy add tunnel1 name x local 10.9.0.0/24' 'proxy del tunnel1 name lan' \
	'proxy fail tunnel1 name lan' "sa add tunnel1 in $path enc aes-gcm-16 key-file /tmp/keys" \
	"sa path tunnel1 in $path new-remote 192.0.2.9" 'sa activate tunnel1 out spi 0x900' \
	'sa del tunnel1 in spi 0x900' 'sa flush tunnel1' 'sa flush'; do
	# shellcheck disable=SC2086
	check "a member is refused: $words" user_says "$ALICE" 1 'not permitted' $words
done
check 'and all stands as before' test "$(standing)" = "$before"

for words in '' tunnel ike-sa ipsec-sa flow monitor daemon; do
	# shellcheck disable=SC2086
	check "show $words: who is no member is told how to become one" \
		user_says "$BOB" 1 'members of group pantun may ask pantund; root makes you one by "adduser bob pantun"' \
		show $words
done
check 'test: likewise' user_says "$BOB" 1 'adduser bob pantun' test

# Events, of both.
(exec nsenter --net --mount -t "$(cat "$WORK/ga/pid")" -- setpriv --reuid "$ALICE" --regid "$ALICE" \
	--groups "$GROUP" --inh-caps=-all --bounding-set=-all -- "$TOOL" --json monitor) >"$WORK/events" 2>&1 &
keep_pid $!
# event TEXT...: a line of the member's monitor has all of them; something happens meanwhile.
event() {
	local lines text

	pantunctl_on ga clear ipsec-sa t
	lines=$(cat "$WORK/events")
	for text; do
		lines=$(grep -F -- "$text" <<<"$lines") || return 1
	done
}
check 'monitor: a member gets the events of the daemon' \
	wait_for 20 event '"source":"daemon"' '"event":"child-up"'
check 'monitor: and those of the kernel, of both groups' \
	wait_for 20 event '"source":"kernel"' '"group":"config"' '"event":"sa","kind":"del"'
check 'monitor: of the other one' wait_for 20 event '"source":"kernel"' '"group":"events"'
check 'monitor: who is no member is told how to become one' user_says "$BOB" 1 'adduser bob pantun' monitor

# Without the daemon, and with a socket for root alone.
check_here 'the daemon ends' pantund_stop ga
check 'show: a member is told that the daemon is missing' user_says "$ALICE" 1 'pantund is not running' show
sed -i '/^pantun:/d' /etc/group
pantund_start ga
check 'no group pantun: the socket is root'"'"'s' \
	test "$(on ga stat -c %a:%u:%g /run/pantun/pantund.sock)" = 660:0:0
check 'and a user is told of the option' user_says "$ALICE" 1 'only root may ask pantund; its option --group' show
finish
