# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# libreswan as the peer of lib_peers.sh, sourced after that.  It has a connection for each family
# inside, which it installs as policies; LS_VERSION is the line that says IKEv2.

LS_VERSION='ikev2=insist'
# what a connection has besides
LS_LINES=
# shellcheck disable=SC2034 # of lib_peers.sh
PEER_LINES=('set network tunnel ipsec t auto-key proxy-id v4 local 10.1.0.0/24 remote 10.2.0.0/24'
	'set network tunnel ipsec t auto-key proxy-id-v6 v6 local fd01::/64 remote fd02::/64')

# whack ARGUMENTS...
whack() {
	on_peer gb ipsec whack "$@"
}

# libreswan_connection NAME OURS THEIRS
libreswan_connection() {
	cat <<-END
	conn $1
	    $LS_VERSION
	    authby=secret
	    left=$PEER_LOCAL
	    right=$PEER_REMOTE
	    leftid=$PEER_LOCAL
	    rightid=$PEER_REMOTE_ID
	    leftsubnet=$2
	    rightsubnet=$3
	    leftupdown=/bin/true
	    auto=ignore
	$LS_LINES
	END
}

peer_config() {
	local etc=$WORK/gb/root/etc

	{
		printf 'config setup\n    plutodebug=none\n'
		libreswan_connection v4 10.2.0.0/24 10.1.0.0/24
		libreswan_connection v6 fd02::/64 fd01::/64
	} | on gb tee "$etc/ipsec.conf" >/dev/null
	echo ": PSK 0x$PEER_KEY" | on gb tee "$etc/ipsec.secrets" >/dev/null
	[ -z "${LS_RUNS:-}" ] || libreswan_load
}

libreswan_load() {
	{
		whack --rereadsecrets
		on_peer gb ipsec addconn --config /etc/ipsec.conf v4
		on_peer gb ipsec addconn --config /etc/ipsec.conf v6
	} >>"$WORK/gb/libreswan.load" 2>&1
}

# libreswan_is MAJOR
libreswan_is() {
	on_peer gb ipsec --version | grep "[ v]$1\."
}

libreswan_start() {
	PEER_LOCAL=$PEER_B4 PEER_REMOTE=$PEER_A4 PEER_REMOTE_ID=$PEER_A4 PEER_KEY=00
	peer_config
	on_peer gb ipsec initnss >/dev/null 2>&1
	on_peer gb mkdir -p /run/pluto
	start_on gb "$WORK/gb/pluto.log" chroot "$WORK/gb/root" /usr/libexec/ipsec/pluto --nofork \
		--stderrlog --config /etc/ipsec.conf
	wait_for 20 whack --status
	LS_RUNS=yes
}

peer_initiate() {
	local name

	for name in v4 v6; do
		on_peer gb timeout 20 ipsec whack --name "$name" --initiate || return 1
	done
}

peer_down() {
	whack --name v4 --delete >/dev/null 2>&1 || :
	whack --name v6 --delete >/dev/null 2>&1 || :
}

peer_sas() {
	:
}
