#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml-usual
# Long: yes
# Time limit: 900
# Root: bookworm-peers libreswan
# libreswan4.sh with all of keys, families, NAT and who begins.
set -eu

export PANTUN_PEERS_LONG=yes
exec "${PANTUN_TOP:?}/selftests/interop/libreswan4.sh"
