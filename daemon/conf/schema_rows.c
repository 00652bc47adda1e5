// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The leaves, in the order of the manual page.  Levels that all rows of a block
 * share are macros, so that a path is written once.
 */
#include "conf/schema.h"

#define IKE_PROFILE	"network ike crypto-profiles ike-crypto-profiles *"
#define ESP_PROFILE	"network ike crypto-profiles ipsec-crypto-profiles *"
#define GATEWAY		"network ike gateway *"
#define CERTIFICATE	"certificate *"
#define CERT_PROFILE	"certificate-profile *"
#define TUNNEL		"network tunnel ipsec *"
#define MANUAL		TUNNEL " manual-key"
#define SATELLITE	TUNNEL " global-protect-satellite"
#define UNIT		"network interface tunnel units *"
#define MONITOR		"network profiles monitor-profile *"
#define GRE		"network tunnel gre *"

#define DH_GROUPS	"group1 group2 group5 group14 group15 group16 group17 group18 group19 " \
			"group20 group21 group25 group26 group27 group28 group29 group30 group31 " \
			"group32"
#define KEMS		"ml-kem-512 ml-kem-768 ml-kem-1024"
#define DH_PRESET	"group31 group19 group20 group14"
#define ENCR_PRESET	"aes-256-gcm aes-128-gcm aes-256-cbc aes-128-cbc"
#define HASH_PRESET	"sha256 sha384 sha512"
#define AES_SIZES(mode)	"aes-128-" mode " aes-192-" mode " aes-256-" mode " "
#define AES_MODES	AES_SIZES("cbc") AES_SIZES("gcm") AES_SIZES("gcm-12") AES_SIZES("gcm-8") \
			AES_SIZES("ccm") AES_SIZES("ccm-12") AES_SIZES("ccm-8") AES_SIZES("ctr")
#define IKE_CIPHERS	AES_MODES "chacha20-poly1305 des 3des"
#define ESP_CIPHERS	AES_MODES AES_SIZES("gmac") "chacha20-poly1305 des 3des null"
#define HASHES		"md5 sha1 sha256 sha384 sha512 aes-xcbc aes-cmac"
#define WINDOWS		"64 128 256 512 1024 2048 4096"

#define KIND(k)		.kind = SCHEMA_##k
#define YES_NO(p)	KIND(WORD), .values = "yes no", .preset = (p)
#define WORDS(v)	KIND(WORD), .values = (v)
#define NUMBER(a, b)	KIND(NUMBER), .min = (a), .max = (b)
#define TEXT(a, b)	KIND(TEXT), .min = (a), .max = (b)
#define SECRET(a, b)	KIND(SECRET), .min = (a), .max = (b)
#define REFUSE		.lack = LACK_REFUSE
#define WARN		.lack = LACK_WARN

/* Of protocols and ports, the same for both families of proxy-IDs. */
#define PROXY_ROWS(level) \
	{ level " local", KIND(SUBNET), .help = "network behind this gateway; if unset, any" }, \
	{ level " remote", KIND(SUBNET), .help = "network behind the peer; if unset, any" }, \
	{ level " protocol any", KIND(FLAG), .help = "any protocol (the default)" }, \
	{ level " protocol number", NUMBER(1, 254), .help = "IP protocol number" }, \
	{ level " protocol tcp local-port", NUMBER(0, 65535), .preset = "0", \
	  .help = "port behind this gateway; 0: any" }, \
	{ level " protocol tcp remote-port", NUMBER(0, 65535), .preset = "0", \
	  .help = "port behind the peer; 0: any" }, \
	{ level " protocol udp local-port", NUMBER(0, 65535), .preset = "0", \
	  .help = "port behind this gateway; 0: any" }, \
	{ level " protocol udp remote-port", NUMBER(0, 65535), .preset = "0", \
	  .help = "port behind the peer; 0: any" }

#define LIFETIME_ROWS(level, default_hours) \
	{ level " lifetime seconds", NUMBER(180, 65535), .help = "lifetime of an SA" }, \
	{ level " lifetime minutes", NUMBER(3, 65535), .help = "lifetime of an SA" }, \
	{ level " lifetime hours", NUMBER(1, 65535), .preset = default_hours, \
	  .help = "lifetime of an SA" }, \
	{ level " lifetime days", NUMBER(1, 365), .help = "lifetime of an SA" }

#define MANUAL_KEY(level) \
	{ MANUAL level " key", SECRET(1, 255), .help = "key in groups of 8 hex digits, joined " \
	  "by hyphens; a key-file is better" }, \
	{ MANUAL level " key-file", TEXT(1, 4095), \
	  .help = "file with the key; group and others must have no access" }

#define ROUND_ROW(profile, number) \
	{ profile " additional-key-exchange " number, .list = true, \
	  WORDS(DH_GROUPS " " KEMS " none"), \
	  .help = "groups of a further key exchange (RFC 9370), in order of preference; none: " \
		  "it may be left out; ml-kem-... need OpenSSL 3.5" }

#define ROUND_ROWS(profile) \
	ROUND_ROW(profile, "1"), ROUND_ROW(profile, "2"), ROUND_ROW(profile, "3"), \
	ROUND_ROW(profile, "4"), ROUND_ROW(profile, "5"), ROUND_ROW(profile, "6"), \
	ROUND_ROW(profile, "7")

const struct schema_row schema_rows[] = {
	{ IKE_PROFILE " encryption", .list = true, .preset = ENCR_PRESET,
	  WORDS(IKE_CIPHERS),
	  .help = "ciphers of the IKE SA, in order of preference" },
	{ IKE_PROFILE " hash", .list = true, .preset = HASH_PRESET,
	  WORDS(HASHES " non-auth"),
	  .help = "PRF, and integrity for ciphers without their own" },
	{ IKE_PROFILE " dh-group", .list = true, .preset = DH_PRESET, WORDS(DH_GROUPS),
	  .help = "Diffie-Hellman groups, in order of preference; group31 is X25519" },
	ROUND_ROWS(IKE_PROFILE),
	LIFETIME_ROWS(IKE_PROFILE, "8"),
	{ IKE_PROFILE " authentication-multiple", NUMBER(0, 50), .preset = "0",
	  .help = "lifetimes of the IKE SA before the peers authenticate again; 0: never" },

	{ ESP_PROFILE " esp encryption", .list = true, .preset = ENCR_PRESET, WORDS(ESP_CIPHERS),
	  .help = "ciphers of the tunnel, in order of preference; null and gmac do not encrypt" },
	{ ESP_PROFILE " esp authentication", .list = true, .preset = HASH_PRESET,
	  WORDS("none " HASHES " sha256-96"),
	  .help = "integrity for ciphers without their own; sha256-96: truncated, for old peers" },
	{ ESP_PROFILE " esp esn", YES_NO("no"),
	  .help = "offer 64-bit sequence numbers, and use them if the peer agrees" },
	{ ESP_PROFILE " ah authentication", .list = true, .preset = HASH_PRESET, WORDS(HASHES),
	  .help = "AH instead of ESP: packets are protected, but not encrypted" },
	{ ESP_PROFILE " ah esn", YES_NO("no"), .help = "as esp esn, of AH" },
	{ ESP_PROFILE " dh-group", .list = true, .preset = DH_PRESET, WORDS("no-pfs " DH_GROUPS),
	  .help = "Diffie-Hellman groups for rekeys (PFS), in order of preference; tried "
		  "soon after start-up" },
	ROUND_ROWS(ESP_PROFILE),
	LIFETIME_ROWS(ESP_PROFILE, "1"),
	{ ESP_PROFILE " lifesize kb", NUMBER(1, 65535),
	  .help = "KiB that an SA may send; it is rekeyed at half of that; 1024 or more" },
	{ ESP_PROFILE " lifesize mb", NUMBER(1, 65535),
	  .help = "MiB that an SA may send; it is rekeyed at half of that" },
	{ ESP_PROFILE " lifesize gb", NUMBER(1, 65535),
	  .help = "GiB that an SA may send; it is rekeyed at half of that" },
	{ ESP_PROFILE " lifesize tb", NUMBER(1, 65535),
	  .help = "TiB that an SA may send; it is rekeyed at half of that" },

	{ GATEWAY " peer-address ip", KIND(ADDRESS), .help = "address of the peer" },
	{ GATEWAY " peer-address fqdn", TEXT(1, 255),
	  .help = "name of the peer in DNS; looked up again as its records run out" },
	{ GATEWAY " peer-address dynamic", KIND(FLAG),
	  .help = "the peer may have any address; it initiates" },
	{ GATEWAY " local-address ip", KIND(ADDRESS),
	  .help = "our address; if unset, from the route to the peer" },
	{ GATEWAY " local-address interface", TEXT(1, 31), WARN,
	  .help = "interface that has our address", .instead = "local-address ip decides" },
	{ GATEWAY " local-address floating-ip", KIND(ADDRESS), REFUSE,
	  .help = "address that moves between two firewalls", .instead = "use local-address ip" },
	{ GATEWAY " authentication pre-shared-key key-file", TEXT(1, 4095),
	  .help = "file with the pre-shared key; group and others must have no access" },
	{ GATEWAY " authentication pre-shared-key key", SECRET(1, 255),
	  .help = "the pre-shared key itself; a key-file is better" },
	{ GATEWAY " authentication pre-shared-key key-format", WORDS("text hex"), .preset = "text",
	  .help = "hex: the key is in pairs of hex digits, with or without 0x before them" },
	{ GATEWAY " authentication certificate local-certificate name", TEXT(1, 255),
	  .help = "our certificate, one of those under certificate" },
	{ GATEWAY " authentication certificate local-certificate hash-and-url enable", REFUSE,
	  YES_NO("no"), .works = "no", .help = "send a URL instead of our certificate" },
	{ GATEWAY " authentication certificate local-certificate hash-and-url base-url",
	  TEXT(1, 1024), REFUSE, .help = "URL that our certificate is fetched from" },
	{ GATEWAY " authentication certificate certificate-profile", TEXT(1, 255),
	  .help = "authorities that the peer's certificate has to be of" },
	{ GATEWAY " authentication certificate rsa-padding", WORDS("pss pkcs1"), .preset = "pss",
	  .help = "how RSA signs; pkcs1 is for peers that know RFC 7427, but not RSASSA-PSS" },
	{ GATEWAY " authentication certificate allow-sha1", YES_NO("no"),
	  .help = "sign, and take signatures, by RSA with SHA-1 where the peer does not know "
		  "RFC 7427" },
	{ GATEWAY " authentication certificate allow-id-payload-mismatch", YES_NO("no"),
	  .help = "accept an identity that is not in the certificate" },
	{ GATEWAY " authentication certificate strict-validation-revocation", YES_NO("no"),
	  .help = "refuse a certificate whose extended key usage does not name IKE" },
	{ GATEWAY " authentication certificate use-management-as-source", YES_NO("no"), WARN,
	  .works = "no", .help = "check for revocation from the management address" },
	{ GATEWAY " local-id type", WORDS("ipaddr fqdn ufqdn keyid dn"),
	  .help = "type of our identity" },
	{ GATEWAY " local-id id", TEXT(1, 1024),
	  .help = "our identity: a name, hex digits (keyid), or C=DE, O=Example, CN=hq (dn); if "
		  "unset, our address" },
	{ GATEWAY " peer-id type", WORDS("ipaddr fqdn ufqdn keyid dn"),
	  .help = "type of the peer's identity" },
	{ GATEWAY " peer-id id", TEXT(1, 1024),
	  .help = "the peer's identity; if unset, its address" },
	{ GATEWAY " peer-id matching", WORDS("exact wildcard"), .preset = "exact",
	  .help = "how the identity is compared; wildcard: * stands for any characters" },
	{ GATEWAY " protocol version", WORDS("ikev2 ikev1 ikev2-preferred"), .preset = "ikev2",
	  .help = "IKE version; ikev2-preferred: IKEv1 where the peer knows nothing else" },
	{ GATEWAY " protocol ikev2 ike-crypto-profile", KIND(NAME), .preset = "default",
	  .help = "profile with the algorithms and lifetime of the IKE SA" },
	{ GATEWAY " protocol ikev2 dpd enable", YES_NO("yes"),
	  .help = "check whether a silent peer is alive" },
	{ GATEWAY " protocol ikev2 dpd interval", NUMBER(2, 100), .preset = "5",
	  .help = "seconds of silence before the check" },
	{ GATEWAY " protocol ikev2 require-cookie", YES_NO("no"),
	  .help = "always require a cookie, not only with many half-open IKE SAs" },
	{ GATEWAY " protocol ikev2 childless", WORDS("allow force never"), .preset = "allow",
	  .help = "IKE SAs without a child SA at first (RFC 6023); allow: if the peer wants it" },
	{ GATEWAY " protocol ikev2 mobike", WORDS("allow yes no"), .preset = "no",
	  .help = "IKE SAs that change their addresses (MOBIKE, RFC 4555) where nat-traversal "
		  "is enabled; allow: if the peer begins and wants it" },
	{ GATEWAY " protocol ikev2 ikev2-fragment enable", YES_NO("yes"),
	  .help = "fragmentation of IKE messages (RFC 7383), where the peer knows it" },
	{ GATEWAY " protocol ikev2 ikev2-fragment size", NUMBER(256, 65535),
	  .help = "octets of an IP packet with a fragment; if unset, as the path has it" },
	{ GATEWAY " protocol ikev2 pq-ppk enabled", YES_NO("no"),
	  .help = "post-quantum pre-shared keys (RFC 8784)" },
	{ GATEWAY " protocol ikev2 pq-ppk negotiation-mode", WORDS("preferred mandatory"),
	  .preset = "preferred", .help = "mandatory: peers without them are refused" },
	{ GATEWAY " protocol ikev2 pq-ppk keys * key-file", TEXT(1, 4095),
	  .help = "file with the key of that identity; group and others must have no access" },
	{ GATEWAY " protocol ikev2 pq-ppk keys * key", SECRET(1, 255),
	  .help = "the key itself; a key-file is better" },
	{ GATEWAY " protocol ikev2 pq-kem enable", YES_NO("no"), REFUSE, .works = "no",
	  .help = "post-quantum key exchange",
	  .instead = "use additional-key-exchange in the ike-crypto-profile" },
	{ GATEWAY " protocol ikev2 pq-kem block-vulnerable-cipher", YES_NO("yes"), WARN,
	  .help = "refuse ciphers that quantum computers can break" },
	{ GATEWAY " protocol ikev2 pq-qkd enable", YES_NO("no"), REFUSE, .works = "no",
	  .help = "quantum key distribution" },
	{ GATEWAY " protocol ikev2 pq-qkd key-size", NUMBER(1, 65535), WARN,
	  .help = "size of the distributed keys" },
	{ GATEWAY " protocol ikev2 pq-qkd timeout", NUMBER(1, 65535), WARN,
	  .help = "timeout of the key distribution" },
	{ GATEWAY " protocol ikev1 exchange-mode", WORDS("auto main aggressive"), .preset = "auto",
	  .help = "phase 1 mode of IKEv1; auto: main as initiator, and either for peers without "
		  "an address" },
	{ GATEWAY " protocol ikev1 ike-crypto-profile", KIND(NAME), .preset = "default",
	  .help = "profile with the algorithms and lifetime of phase 1; of its ciphers IKEv1 takes "
		  "those in CBC mode" },
	{ GATEWAY " protocol ikev1 dpd enable", YES_NO("yes"),
	  .help = "check whether a silent peer is alive, if it knows RFC 3706" },
	{ GATEWAY " protocol ikev1 dpd interval", NUMBER(2, 100), .preset = "5",
	  .help = "seconds of silence before the check" },
	{ GATEWAY " protocol ikev1 dpd retry", NUMBER(2, 100), WARN,
	  .help = "checks without an answer; there are five, in 16 seconds" },
	{ GATEWAY " protocol-common nat-traversal enable", YES_NO("yes"),
	  .help = "send ESP in UDP if there is a NAT" },
	{ GATEWAY " protocol-common nat-traversal keep-alive-interval", NUMBER(10, 3600),
	  .preset = "20", .help = "seconds between NAT keepalives" },
	{ GATEWAY " protocol-common nat-traversal udp-checksum-enable", YES_NO("no"),
	  .help = "UDP checksums of ESP in UDP over IPv4; IPv6 always has them" },
	{ GATEWAY " protocol-common fragmentation enable", YES_NO("no"),
	  .help = "fragmentation of IKEv1 messages, where the peer knows it" },
	{ GATEWAY " protocol-common dscp", NUMBER(0, 63), .preset = "0",
	  .help = "DSCP of IKE packets" },
	{ GATEWAY " protocol-common passive-mode", YES_NO("no"), .help = "never initiate" },
	{ GATEWAY " ipv6", YES_NO("no"),
	  .help = "IPv6 between the gateways; if unset, the addresses decide" },
	{ GATEWAY " disabled", YES_NO("no"), .help = "ignore the gateway and its tunnels" },
	{ GATEWAY " comment", TEXT(0, 1023), .help = "free text" },

	{ TUNNEL " tunnel-interface", KIND(NAME), .help = "interface: tunnelN or tunnel.N" },
	{ TUNNEL " auto-key ike-gateway", KIND(NAME), .list = true,
	  .help = "gateway that negotiates the SAs" },
	{ TUNNEL " auto-key ipsec-crypto-profile", KIND(NAME), .preset = "default",
	  .help = "profile with the algorithms and lifetimes of the IPsec SAs" },
	PROXY_ROWS(TUNNEL " auto-key proxy-id *"),
	PROXY_ROWS(TUNNEL " auto-key proxy-id-v6 *"),
	{ TUNNEL " start", WORDS("always on-demand passive"), .preset = "always",
	  .help = "when to negotiate: at once, on the first packet, or only when the peer does" },
	{ TUNNEL " anti-replay", YES_NO("yes"), .help = "drop replayed packets" },
	{ TUNNEL " anti-replay-window", WORDS(WINDOWS), .preset = "1024",
	  .help = "size of the replay window in packets" },
	{ TUNNEL " copy-tos", YES_NO("no"),
	  .help = "copy the inner DSCP to the outer header; ECN always follows RFC 6040" },
	{ TUNNEL " dscp", NUMBER(0, 63), .preset = "0", .help = "DSCP of the outer header" },
	{ TUNNEL " ttl", NUMBER(1, 255), .help = "TTL of the outer header; absent: the route's" },
	{ TUNNEL " copy-flow-label", YES_NO("no"),
	  .help = "copy the inner flow label to the outer header, if both are IPv6" },
	{ TUNNEL " tfc-padding", NUMBER(0, 65535), .preset = "0",
	  .help = "pad shorter packets to this many octets, to hide their lengths; 0: off" },
	{ TUNNEL " dummy-interval", NUMBER(0, 3600000), .preset = "0",
	  .help = "milliseconds between dummy packets; 0: none" },
	{ TUNNEL " mark", NUMBER(0, 4294967295), .preset = "0",
	  .help = "fwmark of outer packets, for ip rule; 0: none" },
	{ TUNNEL " underlay-interface", TEXT(1, 15),
	  .help = "VRF or link that outer packets take; if unset, any" },
	{ TUNNEL " enable-gre-encapsulation", YES_NO("no"),
	  .help = "GRE inside the tunnel, for peers that require it" },
	{ TUNNEL " ipsec-mode", WORDS("tunnel transport"), .preset = "tunnel",
	  .help = "SA mode; transport without GRE needs mark and ip rule" },
	{ TUNNEL " ipv6", YES_NO("no"),
	  .help = "IPv6 between the gateways; if unset, the addresses decide" },
	{ TUNNEL " carrier", WORDS("any all"), .preset = "any",
	  .help = "carrier while any proxy-ID has SAs, or only while all have" },
	{ TUNNEL " tunnel-monitor enable", YES_NO("no"),
	  .help = "probe the path through the tunnel" },
	{ TUNNEL " tunnel-monitor destination-ip", KIND(ADDRESS), .list = true,
	  .help = "addresses to probe behind the peer; the path is lost when none answers" },
	{ TUNNEL " tunnel-monitor source-ip", KIND(ADDRESS), .list = true,
	  .help = "source address of probes, one per family; if unset, the interface's" },
	{ TUNNEL " tunnel-monitor tunnel-monitor-profile", KIND(NAME), .preset = "default",
	  .help = "profile with the probe interval and what to do when the path is lost" },
	{ TUNNEL " tunnel-monitor proxy-id", KIND(NAME),
	  .help = "proxy-ID whose SAs carry probes; if unset, the one for the destination" },
	{ TUNNEL " disabled", YES_NO("no"), .help = "ignore the tunnel" },
	{ TUNNEL " comment", TEXT(0, 1023), .help = "free text" },

	{ MANUAL " local-address interface", TEXT(1, 31), WARN,
	  .help = "interface that has our address", .instead = "local-address ip decides" },
	{ MANUAL " local-address ip", KIND(ADDRESS), .help = "our address" },
	{ MANUAL " local-address floating-ip", KIND(ADDRESS), REFUSE,
	  .help = "address that moves between two firewalls", .instead = "use local-address ip" },
	{ MANUAL " peer-address ip", KIND(ADDRESS), .help = "address of the peer" },
	{ MANUAL " local-spi", TEXT(1, 8),
	  .help = "outbound SPI, in packets that we send: 8 hex digits, the peer's remote-spi" },
	{ MANUAL " remote-spi", TEXT(1, 8),
	  .help = "inbound SPI, in packets that we receive: 8 hex digits, the peer's local-spi" },
	{ MANUAL " overlap", NUMBER(0, 3600), .preset = "60",
	  .help = "seconds for which old keys are still accepted after a change; 0: none" },
	{ MANUAL " esp encryption algorithm", WORDS(ESP_CIPHERS), .preset = "aes-128-cbc",
	  .help = "cipher: cbc, 3des, des or null; the others are unsafe with static keys" },
	MANUAL_KEY(" esp encryption"),
	{ MANUAL " esp authentication none", KIND(FLAG), REFUSE, .help = "no integrity",
	  .instead = "packets could be modified or forged; use sha256" },
	MANUAL_KEY(" esp authentication md5"),
	MANUAL_KEY(" esp authentication sha1"),
	MANUAL_KEY(" esp authentication sha256"),
	MANUAL_KEY(" esp authentication sha384"),
	MANUAL_KEY(" esp authentication sha512"),
	MANUAL_KEY(" ah md5"),
	MANUAL_KEY(" ah sha1"),
	MANUAL_KEY(" ah sha256"),
	MANUAL_KEY(" ah sha384"),
	MANUAL_KEY(" ah sha512"),

	{ SATELLITE " portal-address", TEXT(1, 255), REFUSE, .help = "LSVPN" },
	{ SATELLITE " local-address interface", TEXT(1, 31), REFUSE, .help = "LSVPN" },
	{ SATELLITE " local-address ip ipv4", KIND(ADDRESS), REFUSE, .help = "LSVPN" },
	{ SATELLITE " local-address ip ipv6", KIND(ADDRESS), REFUSE, .help = "LSVPN" },
	{ SATELLITE " local-address floating-ip ipv4", KIND(ADDRESS), REFUSE, .help = "LSVPN" },
	{ SATELLITE " local-address floating-ip ipv6", KIND(ADDRESS), REFUSE, .help = "LSVPN" },
	{ SATELLITE " ipv6-preferred", YES_NO("no"), REFUSE, .help = "LSVPN" },
	{ SATELLITE " publish-connected-routes enable", YES_NO("no"), REFUSE, .help = "LSVPN" },
	{ SATELLITE " publish-routes", KIND(SUBNET), .list = true, REFUSE, .help = "LSVPN" },
	{ SATELLITE " external-ca local-certificate", TEXT(1, 255), REFUSE, .help = "LSVPN" },
	{ SATELLITE " external-ca certificate-profile", TEXT(1, 255), REFUSE, .help = "LSVPN" },

	{ UNIT " ip", TEXT(1, 63), .list = true, WARN, .help = "address of the interface",
	  .instead = "use ip address add" },
	{ UNIT " ipv6 enabled", YES_NO("no"), WARN, .help = "IPv6 on the interface",
	  .instead = "use sysctl net.ipv6.conf" },
	{ UNIT " ipv6 interface-id", TEXT(1, 31), WARN,
	  .help = "interface identifier of its IPv6 addresses" },
	{ UNIT " ipv6 address", KIND(REST), WARN, .help = "address of the interface",
	  .instead = "use ip address add" },
	{ UNIT " mtu", NUMBER(576, 9216), WARN, .help = "MTU; if unset, from the path",
	  .instead = "use ip link set mtu" },
	{ UNIT " df-ignore", YES_NO("no"),
	  .help = "ignore the inner don't-fragment bit; outer packets may be fragmented" },
	{ UNIT " interface-management-profile", TEXT(1, 31), WARN,
	  .help = "management services on the interface",
	  .instead = "use nftables" },
	{ UNIT " netflow-profile", TEXT(1, 63), WARN, .help = "NetFlow export" },
	{ UNIT " link-tag", TEXT(1, 127), WARN, .help = "SD-WAN link tag" },
	{ UNIT " bonjour enable", YES_NO("no"), WARN, .works = "no", .help = "mDNS relay" },
	{ UNIT " bonjour group-id", NUMBER(0, 16), WARN, .help = "mDNS relay" },
	{ UNIT " bonjour ttl-check", YES_NO("no"), WARN, .help = "mDNS relay" },
	{ UNIT " comment", TEXT(0, 1023), .help = "free text" },

	{ CERTIFICATE " file", TEXT(1, 4095),
	  .help = "certificate in PEM, others that lead from it to the root may follow; or in "
		  "DER, or PKCS #12 with its private key" },
	{ CERTIFICATE " key-file", TEXT(1, 4095),
	  .help = "its private key in PEM or DER; no access for group and others" },
	{ CERTIFICATE " passphrase-file", TEXT(1, 4095),
	  .help = "what the private key is encrypted with; no access for group and others" },
	{ CERT_PROFILE " CA", .list = true, KIND(NAME),
	  .help = "authorities, among those under certificate" },
	{ CERT_PROFILE " crl-file", .list = true, TEXT(1, 4095),
	  .help = "lists of revoked certificates, in PEM or DER" },
	{ CERT_PROFILE " clock-tolerance", NUMBER(0, 86400), .preset = "0",
	  .help = "seconds by which a certificate may be too early or too late" },
	{ CERT_PROFILE " use-crl", YES_NO("no"),
	  .help = "fetch lists of revoked certificates from where certificates say" },
	{ CERT_PROFILE " crl-receive-timeout", NUMBER(1, 60), .preset = "5",
	  .help = "seconds that a list may take, or a certificate; more than 15 count as 15" },
	{ CERT_PROFILE " hash-and-url-from", .list = true, TEXT(9, 1023),
	  .help = "beginnings of URLs that certificates of peers are fetched from, as "
		  "http://certs.example/; if unset, they have to send them" },
	{ CERT_PROFILE " certificate-cache-size", NUMBER(0, 4000), .preset = "500",
	  .help = "certificates that are kept once they were fetched, 32 at least" },
	{ CERT_PROFILE " use-ocsp", YES_NO("no"), REFUSE, .works = "no",
	  .help = "ask whether certificates are revoked (OCSP)" },
	{ CERT_PROFILE " block-unknown-cert", YES_NO("no"),
	  .help = "refuse certificates of which nobody says whether they are revoked" },
	{ CERT_PROFILE " block-timeout-cert", YES_NO("no"),
	  .help = "refuse certificates whose list cannot be fetched in time" },

	{ MONITOR " action", WORDS("wait-recover fail-over"), .preset = "wait-recover",
	  .help = "when the path is lost: negotiate new keys; fail-over also drops the carrier" },
	{ MONITOR " interval", NUMBER(2, 100), .preset = "3", .help = "seconds between probes" },
	{ MONITOR " threshold", NUMBER(2, 100), .preset = "5",
	  .help = "lost probes in a row before the path counts as lost" },
	{ MONITOR " recovery", NUMBER(1, 100), .preset = "2",
	  .help = "answered probes in a row before the path counts as back" },

	{ GRE " tunnel-interface", KIND(NAME), REFUSE, .help = "GRE without IPsec" },
	{ GRE " local-address interface", TEXT(1, 31), REFUSE, .help = "GRE without IPsec" },
	{ GRE " local-address ip", KIND(ADDRESS), REFUSE, .help = "GRE without IPsec" },
	{ GRE " local-address floating-ip", KIND(ADDRESS), REFUSE, .help = "GRE without IPsec" },
	{ GRE " peer-address ip", KIND(ADDRESS), REFUSE, .help = "GRE without IPsec" },
	{ GRE " ttl", NUMBER(1, 255), .preset = "64", REFUSE, .help = "GRE without IPsec" },
	{ GRE " copy-tos", YES_NO("no"), REFUSE, .help = "GRE without IPsec" },
	{ GRE " erspan", YES_NO("no"), REFUSE, .help = "GRE without IPsec" },
	{ GRE " disabled", YES_NO("no"), REFUSE, .help = "GRE without IPsec" },
	{ GRE " keep-alive enable", YES_NO("no"), REFUSE, .help = "GRE without IPsec" },
	{ GRE " keep-alive interval", NUMBER(1, 50), REFUSE, .help = "GRE without IPsec" },
	{ GRE " keep-alive retry", NUMBER(1, 64), REFUSE, .help = "GRE without IPsec" },
	{ GRE " keep-alive hold-timer", NUMBER(1, 64), REFUSE, .help = "GRE without IPsec" },

	{ "network profiles interface-management-profile", KIND(REST), WARN,
	  .help = "management services of interfaces", .instead = "use nftables" },
	{ "network interface ethernet", KIND(REST), WARN, .help = "interfaces of the firewall",
	  .instead = "use ip(8) or your network manager" },
	{ "network interface loopback", KIND(REST), WARN, .help = "interfaces of the firewall",
	  .instead = "use ip(8) or your network manager" },
	{ "network virtual-router", KIND(REST), WARN, .help = "routes",
	  .instead = "use ip route or FRR" },
	{ "network logical-router", KIND(REST), WARN, .help = "routes",
	  .instead = "use ip route or FRR" },
	{ "zone", KIND(REST), WARN, .help = "security zones", .instead = "use nftables" },
	{ "rulebase", KIND(REST), WARN, .help = "policy rules", .instead = "use nftables" },
	{ "template", KIND(REST), REFUSE, .help = "Panorama template",
	  .instead = "export the configuration of the firewall itself" },
	{ "template-stack", KIND(REST), REFUSE, .help = "Panorama template",
	  .instead = "export the configuration of the firewall itself" },
};

const size_t schema_n = sizeof(schema_rows) / sizeof(schema_rows[0]);
