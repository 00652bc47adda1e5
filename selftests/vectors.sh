#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# The tables that the module's tests are compiled with are what their source says.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

check 'test vectors: the headers are made of the json files' \
	/usr/bin/python3 "$PANTUN_TOP/kmod/test_vectors/generate.py" --check
finish
