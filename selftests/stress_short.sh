#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# A little of everything in stress.sh.
set -eu
exec "${PANTUN_TOP:?}/selftests/stress.sh" short
