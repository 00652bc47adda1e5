#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# Long: yes
# Time limit: 1500
# stock_kernel.sh with all of its parts on both kernels.
exec "${PANTUN_TOP:?}/selftests/stock_kernel.sh" 6.1:gro:stress 6.12:gro:stress
