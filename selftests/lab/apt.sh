# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What is known of this machine's apt; sourced.

# mirror LABEL: the first one of Debian, or of Debian-Security, that apt uses here.
mirror() {
	# shellcheck disable=SC2016 # apt expands the format
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
		"Label: $1" 'Component: main' | head -1
}
