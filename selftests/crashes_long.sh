#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml-usual
# Long: yes
# Time limit: 3600
# What crashes.sh shows, 100 times each.
set -eu
export PANTUN_KILLS=${PANTUN_KILLS:-100}
# shellcheck source=selftests/crashes.sh
. "${PANTUN_TOP:?}/selftests/crashes.sh"
