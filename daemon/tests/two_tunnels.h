/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration of two tunnels to the same peer: IKE makes the SAs of tunnel1, and must have
 * nothing to do with those of tunnel2.
 */
#ifndef PANTUN_TESTS_TWO_TUNNELS_H
#define PANTUN_TESTS_TWO_TUNNELS_H

#define TUNNEL_OF_IKE \
	"set network ike gateway g peer-address ip 192.0.2.9\n" \
	"set network ike gateway g local-address ip 192.0.2.1\n" \
	"set network ike gateway g protocol ikev2 mobike no\n" \
	"set network ike gateway g authentication pre-shared-key key 0123456789abcdefghij\n" \
	"set network tunnel ipsec t tunnel-interface tunnel1\n" \
	"set network tunnel ipsec t auto-key ike-gateway g\n" \
	"set network tunnel ipsec t auto-key proxy-id lan local 10.1.0.0/16\n" \
	"set network tunnel ipsec t auto-key proxy-id lan remote 10.2.0.0/16\n"

/* With TUNNEL_OF_IKE: one algorithm, which takes no second key. */
#define WITH_AES_256_GCM \
	"set network ike crypto-profiles ipsec-crypto-profiles p esp encryption aes-256-gcm\n" \
	"set network ike crypto-profiles ipsec-crypto-profiles p esp authentication none\n" \
	"set network tunnel ipsec t auto-key ipsec-crypto-profile p\n"

#define TUNNEL_BY_HAND \
	"set network tunnel ipsec m tunnel-interface tunnel2\n" \
	"set network tunnel ipsec m manual-key peer-address ip 192.0.2.9\n" \
	"set network tunnel ipsec m manual-key local-address ip 192.0.2.1\n" \
	"set network tunnel ipsec m manual-key local-spi 00002001\n" \
	"set network tunnel ipsec m manual-key remote-spi 00002002\n" \
	"set network tunnel ipsec m manual-key esp authentication sha1 key " \
	"00010203-04050607-08090a0b-0c0d0e0f-10111213\n" \
	"set network tunnel ipsec m manual-key esp encryption algorithm null\n"

#endif
