# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A strongSwan peer on a node of lib.sh: configuration, start, questions.  Sourced.

# Options of strongswan_config, set by the caller before; these are the defaults.
SS_VERSION=2
SS_AGGRESSIVE=no
SS_ENCAP=no
SS_IKE=aes256-sha256-x25519
SS_PROTO=esp_proposals
SS_ESP=aes256gcm16-x25519
SS_LOCAL_TS='0.0.0.0/0,::/0'
SS_REMOTE_TS='0.0.0.0/0,::/0'
SS_SECRET=pantun-interop-secret-0001
SS_LIFE='rekey_time = 3600s'
# What strongSwan is started by, where it lives in a root of its own.
SS_IN=()

# strongswan_config NODE LOCAL REMOTE: one connection "gw" with one child "net" on
# XFRM interface number 42.
strongswan_config() {
	local dir=$WORK/$1
	cat >"$dir/etc/swanctl/swanctl.conf" <<-END
	connections {
	  gw {
	    version = $SS_VERSION
	    aggressive = $SS_AGGRESSIVE
	    mobike = no
	    encap = $SS_ENCAP
	    local_addrs = $2
	    remote_addrs = $3
	    proposals = $SS_IKE
	    dpd_delay = 30s
	    local {
	      auth = psk
	      id = $2
	    }
	    remote {
	      auth = psk
	      id = $3
	    }
	    children {
	      net {
	        local_ts = $SS_LOCAL_TS
	        remote_ts = $SS_REMOTE_TS
	        if_id_in = 42
	        if_id_out = 42
	        $SS_PROTO = $SS_ESP
	        $SS_LIFE
	        start_action = none
	      }
	    }
	  }
	}
	secrets {
	  ike-1 {
	    secret = "$SS_SECRET"
	  }
	}
	END
	cat >"$dir/strongswan.conf" <<-END
	charon-systemd {
	  load_modular = yes
	  plugins {
	    include /etc/strongswan.d/charon/*.conf
	  }
	  install_routes = 0
	  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
	  retransmit_timeout = 1.0
	  filelog {
	    all {
	      path = $dir/charon.log
	      flush_line = yes
	      default = 1
	    }
	  }
	}
	END
}

# strongswan_start NODE: with what strongswan_config wrote.
strongswan_start() {
	local node=$1 dir=$WORK/$1
	start_on "$node" "$dir/charon.out" \
		"${SS_IN[@]}" env STRONGSWAN_CONF="$dir/strongswan.conf" /usr/sbin/charon-systemd
	echo "$STARTED_PID" >"$dir/charon.pid"
	wait_for 15 on "$node" test -S /run/charon.vici
	strongswan_load "$node"
}

# strongswan_load NODE: reads swanctl.conf anew.
strongswan_load() {
	swanctl_on "$1" --load-all 2>&1
}

# swanctl_on NODE ARGUMENTS...
swanctl_on() {
	local node=$1
	shift
	on "$node" "${SS_IN[@]}" env STRONGSWAN_CONF="$WORK/$node/strongswan.conf" swanctl "$@"
}

# strongswan_down NODE: its IKE SA goes, if there is one.
strongswan_down() {
	swanctl_on "$1" --terminate --ike gw --force >/dev/null 2>&1 || :
}

# case_end NAME: pantun at A ends, and neither end keeps an SA.
case_end() {
	check_here "$1: pantund ends" pantund_stop ga
	pantunctl_on ga sa flush
	strongswan_down gb
}

# strongswan_root_start: strongSwan of the root in lib_peers.sh, at B, between the addresses there.
strongswan_root_start() {
	xfrmi_up gb ipsec0 42
	peer_root_up gb
	on gb mount --bind "$WORK/gb/etc/swanctl" "$WORK/gb/root/etc/swanctl"
	strongswan_config gb "$PEER_B4" "$PEER_A4"
	strongswan_start gb >/dev/null
}

# strongswan_children NODE: how many children are installed.
strongswan_children() {
	swanctl_on "$1" --list-sas | grep -c INSTALLED || :
}

# strongswan_children_are NODE COUNT
strongswan_children_are() {
	[ "$(strongswan_children "$1")" -eq "$2" ]
}

# strongswan_ike_sas_are NODE COUNT: established IKE SAs.
strongswan_ike_sas_are() {
	[ "$(swanctl_on "$1" --list-sas | grep -c ESTABLISHED || :)" -eq "$2" ]
}

# same_state [--strict]: pantun at A says what its kernel has, strongSwan at B what its own has, and
# all is the same.
same_state() {
	pantunctl_on ga --json show >"$WORK/show.json"
	on gb ip xfrm state >"$WORK/xfrm"
	swanctl_on gb --list-sas >"$WORK/sas"
	python3 "$PANTUN_TOP/selftests/interop/same_state.py" \
		"$@" "$WORK/show.json" "$WORK/xfrm" "$WORK/sas"
}

# state_is_same NAME [--strict]: or becomes so.  What was replaced may receive for half a minute.
state_is_same() {
	local name="$1: both daemons and both kernels have the same SAs"
	shift
	if wait_for 45 same_state "$@"; then ok "$name"; else not_ok "$name" "$(same_state "$@")"; fi
}

# traffic NAME: pings between the hosts, and what they go by.
traffic() {
	check "$1: ping v4" on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
	check "$1: ping v6" on ha ping -q -c 3 -i 0.2 -W 2 fd02::2
	check "$1: ping back" on hb ping -q -c 3 -i 0.2 -W 2 10.1.0.2
	state_is_same "$1"
}

# traffic_and_tcp NAME: and $WORK/file over TCP.
traffic_and_tcp() {
	traffic "$1"
	check "$1: TCP" tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got"
	check "$1: the same octets" same_file "$WORK/file" "$WORK/got"
}
