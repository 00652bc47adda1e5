#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: check_log.sh NAME FILE
# Looks for reports of faults in a kernel log.  Finds none: prints nothing, exit
# status 0.  Else prints a failed TAP result with the first of them, status 1.
set -eu

fault='WARNING: |BUG: |BUG at |Oops|Kernel panic|general protection fault'
fault+='|INFO: (possible|task|rcu|trying)|possible .*deadlock|stall on CPU'
fault+='|inconsistent lock state|suspicious RCU usage|bad unlock balance'
fault+='|refcount_t|leaked|unregister_netdevice|scheduling while atomic'
fault+='|sleeping function called|list_(add|del) corruption|Call Trace'
fault+='|UBSAN|KASAN|KFENCE: (memory|use|out|invalid)|segfault at'
fault+='|blocked for more than|kmemleak: (Cannot|Memory pool|.* disabled)'
fault+='|ODEBUG|turning off the locking correctness validator'

if [ ! -s "$2" ]; then
	echo "not ok - kernel log clean ($1)"
	echo "# $2 is empty"
	exit 1
fi
found=$(grep -aE -m 20 -- "$fault" "$2") || exit 0
echo "not ok - kernel log clean ($1)"
printf '%s\n' "$found" | sed 's/^/# /'
echo "# whole log: $2"
exit 1
