#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml-usual
# Time limit: 7200
# Long: yes
# The whole product of the XFRM oracle: every algorithm in every shape.
exec "${PANTUN_TOP:?}/selftests/xfrm_oracle.sh" all
