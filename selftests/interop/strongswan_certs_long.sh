#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Long: yes
# strongswan_certs.sh with more kinds of keys at either end, and a name that is not the peer's.
set -eu

export PANTUN_CERTS_LONG=yes
exec "${PANTUN_TOP:?}/selftests/interop/strongswan_certs.sh"
