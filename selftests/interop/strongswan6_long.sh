#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml-usual
# Long: yes
# Time limit: 900
# Root: trixie-peers charon-systemd strongswan-swanctl libstrongswan-standard-plugins
# Root: libstrongswan-extra-plugins libcharon-extra-plugins
# strongswan6.sh with all of keys, families, NAT and who begins.
set -eu

export PANTUN_PEERS_LONG=yes
exec "${PANTUN_TOP:?}/selftests/interop/strongswan6.sh"
