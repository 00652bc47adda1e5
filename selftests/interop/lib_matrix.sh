# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Suites, groups, children, keys, NAT, families and who begins with one peer, so that any two of
# them meet (pairs.py), and a table of it.  Sourced after lib_peers.sh.  The topic defines
# peer_suite SUITE GROUP CHILD, which has both ends configured with these from the next case on.

# matrix_lines SUITE GROUP CHILD: prints what A's configuration has of these.
matrix_lines() {
	local ike='set network ike crypto-profiles ike-crypto-profiles p1'
	local child='set network ike crypto-profiles ipsec-crypto-profiles p2'

	cat <<-END
	set network ike gateway g protocol ikev2 ike-crypto-profile p1
	set network tunnel ipsec t auto-key ipsec-crypto-profile p2
	$ike dh-group $2
	$child dh-group $2
	END
	case $1 in
	gcm256) printf '%s encryption aes-256-gcm\n%s hash sha384\n' "$ike" "$ike" ;;
	gcm128) printf '%s encryption aes-128-gcm\n%s hash sha256\n' "$ike" "$ike" ;;
	cbc256) printf '%s encryption aes-256-cbc\n%s hash sha512\n' "$ike" "$ike" ;;
	cbc128) printf '%s encryption aes-128-cbc\n%s hash sha1\n' "$ike" "$ike" ;;
	ctr256) printf '%s encryption aes-256-ctr\n%s hash sha256\n' "$ike" "$ike" ;;
	ccm128) printf '%s encryption aes-128-ccm\n%s hash sha256\n' "$ike" "$ike" ;;
	chacha) printf '%s encryption chacha20-poly1305\n%s hash sha256\n' "$ike" "$ike" ;;
	3des) printf '%s encryption 3des\n%s hash sha1\n' "$ike" "$ike" ;;
	esac
	case $3 in
	gcm256) printf '%s esp encryption aes-256-gcm\n' "$child" ;;
	cbc256) printf '%s esp encryption aes-256-cbc\n%s esp authentication sha256\n' "$child" "$child" ;;
	cbc128) printf '%s esp encryption aes-128-cbc\n%s esp authentication sha1\n' "$child" "$child" ;;
	chacha) printf '%s esp encryption chacha20-poly1305\n' "$child" ;;
	ah) printf '%s ah authentication sha256\n' "$child" ;;
	esac
}

# peer_matrix SUITES GROUPS CHILDREN OCTETS: each a list with commas.
peer_matrix() {
	local rows row table=() base=("${PEER_LINES[@]}") lines failed suite group child octets family nat who

	mapfile -t rows < <("$PANTUN_TOP/selftests/interop/pairs.py" "suite=$1" "group=$2" "child=$3" \
		"octets=$4" family=4,6 nat=direct,nat who=a,b not:nat=nat,who=b not:child=ah,nat=nat)
	table=("$(printf '%-8s%-9s%-8s%-5s%-6s%-8s%-8s%s' suite group child key outer NAT begins result)")
	for row in "${rows[@]}"; do
		read -r suite group child octets family nat who <<<"$row"
		failed=$LIB_FAILED
		peer_suite "$suite" "$group" "$child"
		mapfile -t lines < <(matrix_lines "$suite" "$group" "$child")
		PEER_LINES=("${base[@]}" "${lines[@]}")
		peer_case "$suite $group $child, key of $octets, IPv$family, $nat, $who" "$who" "$family" \
			"$nat" "$(key_of "$octets" "${#table[@]}")"
		[ "$LIB_FAILED" = "$failed" ] && row=good || row=BAD
		table+=("$(printf '%-8s%-9s%-8s%-5s%-6s%-8s%-8s%s' "$suite" "$group" "$child" "$octets" \
			"IPv$family" "$nat" "$who" "$row")")
	done
	PEER_LINES=("${base[@]}")
	printf '# %s\n' "${table[@]}"
	check 'there is a row for every two that meet' test "${#rows[@]}" -ge 40
}
