#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml-usual
# Long: yes
# Time limit: 900
# Root: trixie-iked openiked
# Kernel part: net/key/af_key.c
# openiked.sh with all of keys, families, NAT and who begins.
set -eu

export PANTUN_PEERS_LONG=yes
exec "${PANTUN_TOP:?}/selftests/interop/openiked.sh"
