# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the module (by Kbuild, in kmod/), pantund, pantunctl and pantun-exporter (in build/);
# `make help` lists the targets.  Sources are found by wildcard: a new file needs
# no line here.

VERSION := $(shell sed -n 's/^\#define PANTUN_VERSION\t"\(.*\)"/\1/p' uapi/pantun_version.h)
PREFIX ?= /usr
DESTDIR ?=
CC = gcc
AR = ar
FUZZ_CC = clang
INSTALL = install
STRIP = strip
# Developers (and check.sh) say WERROR=-Werror; other compilers warn of other things.
WERROR =

ifeq ($(V),1)
Q =
else
Q = @
endif
say = @printf '  %-8s %s\n' '$(1)' '$(2)'

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

# ---------------------------------------------------------------- the module

# The running kernel's tree, else the newest installed headers.
KRUNNING := $(wildcard /lib/modules/$(shell uname -r)/build)
KNEWEST := $(lastword $(shell printf '%s\n' \
	$(patsubst %/Makefile,%,$(wildcard /usr/src/linux-headers-*/Makefile)) | \
	grep -v -e '-common' | sort -V))
KDIR ?= $(or $(KRUNNING),$(KNEWEST))

.PHONY: module
module:
ifeq ($(KDIR),)
	@echo "module: not built: no kernel headers here. Install the package"
	@echo "module: linux-headers-$(shell uname -r), or give KDIR=KERNEL_TREE."
else
ifeq ($(origin KDIR)$(KRUNNING),file)
	@echo "module: no headers of the running kernel; building for $(KDIR)"
endif
	$(Q)$(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR) modules
endif

# ------------------------------------------------------- daemon and tools

DAEMON_LIBS := libcrypto libnl-3.0 libnl-genl-3.0 libevent_core jansson libcap-ng libseccomp
# pantund-fetch alone speaks DNS and HTTP, and links nothing of IKE.
FETCH_LIBS := libevent_core libevent_extra libcap-ng libseccomp libcurl
TOOLS_LIBS := libnl-3.0 libnl-genl-3.0 jansson
EXPORTER_LIBS := libevent_core libevent_extra jansson
ALL_LIBS := $(sort $(DAEMON_LIBS) $(FETCH_LIBS) $(TOOLS_LIBS) $(EXPORTER_LIBS))
pkg_cflags := $(shell pkg-config --cflags $(ALL_LIBS) 2>/dev/null)
daemon_libs := $(shell pkg-config --libs $(DAEMON_LIBS) 2>/dev/null)
fetch_libs := $(shell pkg-config --libs $(FETCH_LIBS) 2>/dev/null)
tools_libs := $(shell pkg-config --libs $(TOOLS_LIBS) 2>/dev/null)
exporter_libs := $(shell pkg-config --libs $(EXPORTER_LIBS) 2>/dev/null)

CFLAGS ?= -O2 -g
# CPPFLAGS, CFLAGS and LDFLAGS are the builder's: they come last, and win.
BASE_CFLAGS = -std=gnu11 -D_GNU_SOURCE -Wall -Wextra $(WERROR) -MMD -MP \
	-Idaemon -Itools -Iuapi $(pkg_cflags)
HARDEN = -fPIE -fstack-protector-strong \
	$(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-D_FORTIFY_SOURCE=2)
HARDEN_LINK = -pie -Wl,-z,relro,-z,now
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer

# A *_fake.c stands in for a part of the daemon in tests alone.
test_helpers := $(filter-out daemon/tests/test_%,$(wildcard daemon/tests/*.c))
fakes := $(wildcard daemon/*/*_fake.c daemon/*/*/*_fake.c)
parts := $(filter-out $(fakes) daemon/tests/% daemon/fuzz/%,\
	$(wildcard daemon/*/*.c daemon/*/*/*.c))
base := $(wildcard daemon/base/*.c)
genl := $(wildcard daemon/genl/*.c)
wire := $(wildcard daemon/wire/*.c)
fetch := $(wildcard daemon/fetch/*.c)
daemon := $(filter-out $(fetch),$(parts)) $(wildcard daemon/main.c)
# What processes of the daemon have in common.
processes := $(wildcard daemon/base/*.c daemon/msg/*.c daemon/proc/*.c daemon/talk/rows.c)
tools := $(wildcard tools/*.c)
exporter := $(wildcard tools/exporter/*.c)

obj = $(patsubst %.c,build/obj/%.o,$(1))
san = $(patsubst %.c,build/san/%.o,$(1))
fuzz = $(patsubst %.c,build/fuzz/%.o,$(1))

.PHONY: all userspace libraries
all: module userspace
userspace: $(if $(wildcard daemon/main.c),build/pantund build/pantund-fetch) \
	$(if $(tools),build/pantunctl) $(if $(exporter),build/pantun-exporter) $(if $(wire),build/.wire-alone)

libraries:
	@pkg-config --exists --print-errors $(ALL_LIBS) || \
		{ echo "libraries are missing; 'make deps' installs them"; exit 1; }

build/obj/%.o: %.c | libraries
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(BASE_CFLAGS) $(HARDEN) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

build/pantund: $(call obj,$(daemon))
	$(call say,LD,$@)
	$(Q)$(CC) $(HARDEN_LINK) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(daemon_libs)

build/pantund-fetch: $(call obj,daemon/fetch_main.c $(fetch) $(processes))
	$(call say,LD,$@)
	$(Q)$(CC) $(HARDEN_LINK) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(fetch_libs)

build/libbase.a: $(call obj,$(base))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# What both programs need to speak with the module goes into pantunctl, too.
build/pantunctl: $(call obj,$(tools) $(genl)) build/libbase.a
	$(call say,LD,$@)
	$(Q)$(CC) $(HARDEN_LINK) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(tools_libs)

build/pantun-exporter: $(call obj,$(exporter))
	$(call say,LD,$@)
	$(Q)$(CC) $(HARDEN_LINK) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(exporter_libs)

# The codec, which reads what strangers send, must do with libc alone.
build/.wire-alone: $(call obj,$(base) $(wire))
	$(call say,CHECK,base and wire link with libc alone)
	$(Q)echo 'int main(void) { return 0; }' | $(CC) -nodefaultlibs \
		$(HARDEN_LINK) -o $@ -x c - -x none $^ -lc

# ------------------------------------------------------------------- tests

tests := $(patsubst %.c,build/%,$(notdir $(wildcard daemon/tests/test_*.c \
	tools/tests/test_*.c selftests/host/test_*.c)))
fuzz_helpers := daemon/fuzz/play.c daemon/tests/raw_msg.c
fuzzers := $(patsubst daemon/fuzz/%.c,build/%,$(wildcard daemon/fuzz/fuzz_*.c))
# Files of the module without any knowledge of the kernel around them.
pure := $(wildcard kmod/core/alg.c $(patsubst %,kmod/pure/%.c,\
	replay life mtu selector classify monitor_fsm))
host_cflags := -Iselftests/host/include -Iselftests/host -Ikmod -Ibuild/host

.PHONY: tests fuzz
tests: $(tests)
fuzz: $(fuzzers)

build/san/%.o: %.c | libraries
	@mkdir -p $(@D)
	$(call say,CC [san],$<)
	$(Q)$(CC) -O1 -g $(HOST_CFLAGS) $(BASE_CFLAGS) $(SANITIZE) \
		-c -o $@ $<

build/san/kmod/% build/san/selftests/%: HOST_CFLAGS = $(host_cflags)
# Tests count the steps of what may meet thousands of something (daemon/tests/steps.h).  Objects
# without the counter, from before it was there, would have those tests see no work at all.
counted := $(call san,$(wildcard $(patsubst %,daemon/%/*.c,base ctl engine ike ike/v1 ike/v2 \
	versions kern loop policy)) $(filter-out tools/algorithms.c tools/names.c,$(tools)))
$(counted): HOST_CFLAGS = -fsanitize-coverage=trace-pc
$(counted): Makefile

build/host/%.inc: kmod/%.json kmod/test/vectors/generate.py
	$(call say,GEN,$@)
	$(Q)python3 kmod/test/vectors/generate.py $< $@

build/san/selftests/host/test_replay.o: build/host/test/vectors/replay.inc

build/test_%: build/san/daemon/tests/test_%.o \
		$(call san,$(parts) $(fakes) $(test_helpers))
	$(call say,LD [san],$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(daemon_libs) $(fetch_libs) -lcmocka -lm

build/test_%: build/san/tools/tests/test_%.o \
		$(call san,$(filter-out tools/pantunctl.c,$(tools)) $(base) $(genl) \
		daemon/tests/steps.c)
	$(call say,LD [san],$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(tools_libs) $(exporter_libs) -lcmocka

build/test_%: build/san/selftests/host/test_%.o $(call san,$(pure))
	$(call say,LD [san],$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcmocka

# pantund, but its `ike` does what it is told by anybody.
build/pantund-captured: $(call obj,$(daemon) daemon/tests/raw_msg.c selftests/lab/captured.c)
	$(call say,LD,$@)
	$(Q)$(CC) $(HARDEN_LINK) -Wl,--wrap=ike_core_datagram,--wrap=ike_core_sa_result \
		$(CFLAGS) $(LDFLAGS) -o $@ $^ $(daemon_libs)

# It starts the program itself, whose list of system calls the sanitizers would not bear.
build/test_fetch_http: | build/pantund-fetch

build/test_algorithms: $(call san,tools/algorithms.c tools/names.c daemon/genl/monitor.c \
	daemon/prop/alg_registry.c)

build/test_exporter: $(call san,$(filter-out %/main.c,$(exporter)))

build/fuzz/%.o: %.c | libraries
	@mkdir -p $(@D)
	$(call say,CC [fuzz],$<)
	$(Q)$(FUZZ_CC) -O1 -g $(BASE_CFLAGS) $(SANITIZE) \
		-fsanitize=fuzzer-no-link -c -o $@ $<

build/fuzz_%: build/fuzz/daemon/fuzz/fuzz_%.o $(call fuzz,$(parts) $(fakes) $(fuzz_helpers))
	$(call say,LD [fuzz],$@)
	$(Q)$(FUZZ_CC) $(SANITIZE) -fsanitize=fuzzer -o $@ $^ $(daemon_libs) $(fetch_libs)

-include $(shell find build/obj build/san build/fuzz -name '*.d' 2>/dev/null)

# ------------------------------------------------- packages, lab, check, demo

.PHONY: deps deps-test lab check check-long demo bench
deps:
	@selftests/lab/deps.sh

deps-test:
	@selftests/lab/deps.sh test

lab:
	@selftests/lab/module.sh uml

# deps.sh may install what this file looks for when it is read, hence sub-makes.
check:
	@selftests/lab/deps.sh test
	@selftests/check.sh $(T)

check-long:
	@selftests/lab/deps.sh test
	@selftests/check.sh --long $(T)

demo:
	@selftests/lab/deps.sh test
	@$(MAKE) --no-print-directory userspace lab
	@selftests/demo.sh

bench:
	@selftests/lab/deps.sh test
	@$(MAKE) --no-print-directory userspace
	@PEERS='$(PEERS)' selftests/bench/bench.sh $(or $(ROUNDS),9) $(B)

# ---------------------------------------------------------- install, clean

mandir = $(DESTDIR)$(PREFIX)/share/man
docdir = $(DESTDIR)$(PREFIX)/share/doc/pantun
unitdir = $(DESTDIR)$(PREFIX)/lib/systemd/system
usersdir = $(DESTDIR)$(PREFIX)/lib/sysusers.d
compdir = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
units := $(wildcard daemon/*.service daemon/*.socket tools/exporter/*.service \
	tools/exporter/*.socket)
man_pages := $(notdir $(wildcard tools/man/*.[1-8]))

.PHONY: install install-module uninstall
install: userspace
	for program in pantund pantund-fetch; do $(INSTALL) -D -m 755 build/$$program \
		$(DESTDIR)$(PREFIX)/sbin/$$program || exit 1; done
	for tool in pantunctl pantun-exporter; do $(INSTALL) -D -m 755 build/$$tool \
		$(DESTDIR)$(PREFIX)/bin/$$tool || exit 1; done
	for header in linux/pantun.h pantun_version.h; do $(INSTALL) -D -m 644 uapi/$$header \
		$(DESTDIR)$(PREFIX)/include/pantun/$${header#linux/} || exit 1; done
	$(INSTALL) -D -m 644 uapi/pantun.yaml $(DESTDIR)$(PREFIX)/share/pantun/pantun.yaml
	$(INSTALL) -D -m 644 README.md $(docdir)/README.md
	$(INSTALL) -D -m 644 CHANGELOG.md $(docdir)/CHANGELOG.md
	$(INSTALL) -D -m 644 COPYING $(docdir)/COPYING
	$(INSTALL) -D -m 644 daemon/pantun.conf.example $(docdir)/examples/pantun.conf
	for page in $(man_pages); do $(INSTALL) -D -m 644 tools/man/$$page \
		$(mandir)/man$${page##*.}/$$page || exit 1; done
	$(INSTALL) -D -m 644 tools/completion/pantunctl $(compdir)/pantunctl
	for unit in $(units); do \
		sed 's#=/usr/\(s*bin\)/pantun#=$(PREFIX)/\1/pantun#' $$unit >build/$${unit##*/} && \
		$(INSTALL) -D -m 644 build/$${unit##*/} $(unitdir)/$${unit##*/} || exit 1; done
	$(INSTALL) -D -m 644 daemon/pantun.sysusers $(usersdir)/pantun.conf
	if [ -z "$(DESTDIR)" ] && command -v systemd-sysusers >/dev/null; then \
		systemd-sysusers $(usersdir)/pantun.conf; fi
	@if [ -e kmod/pantun.ko ]; then $(MAKE) --no-print-directory install-module; \
	else echo "no kmod/pantun.ko: the module is not installed"; fi

# Without its debugging information, which is fourteen fifteenths of the file.
install-module:
	version=$$(/sbin/modinfo -F vermagic kmod/pantun.ko | cut -d' ' -f1) && \
	dir=$(DESTDIR)/lib/modules/$$version/extra && \
	$(INSTALL) -D -m 644 kmod/pantun.ko $$dir/pantun.ko && \
	$(STRIP) --strip-debug $$dir/pantun.ko && \
	if [ -z "$(DESTDIR)" ]; then /sbin/depmod $$version; fi

# What install made, and nothing else: configuration and keys stay.
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/pantund $(DESTDIR)$(PREFIX)/sbin/pantund-fetch
	rm -f $(DESTDIR)$(PREFIX)/bin/pantunctl
	rm -f $(DESTDIR)$(PREFIX)/bin/pantun-exporter
	rm -f $(DESTDIR)$(PREFIX)/include/pantun/pantun.h
	rm -f $(DESTDIR)$(PREFIX)/include/pantun/pantun_version.h
	rm -f $(DESTDIR)$(PREFIX)/share/pantun/pantun.yaml
	rm -f $(docdir)/README.md $(docdir)/CHANGELOG.md $(docdir)/COPYING
	rm -f $(docdir)/examples/pantun.conf
	rm -f $(compdir)/pantunctl $(usersdir)/pantun.conf
	for unit in $(notdir $(units)); do rm -f $(unitdir)/$$unit; done
	for page in $(man_pages); do rm -f $(mandir)/man$${page##*.}/$$page; done
	rm -f $(DESTDIR)/lib/modules/*/extra/pantun.ko
	for dir in $(docdir)/examples $(docdir) $(DESTDIR)$(PREFIX)/include/pantun \
		$(DESTDIR)$(PREFIX)/share/pantun; do \
		[ ! -d $$dir ] || rmdir $$dir || exit 1; done

.PHONY: dist version
version:
	@echo $(VERSION)

# What is committed, as of its own time: the same commit gives the same file.
dist:
	@mkdir -p build
	$(call say,DIST,build/pantun-$(VERSION).tar.gz)
	$(Q)git archive --format=tar --prefix=pantun-$(VERSION)/ HEAD | \
		gzip -9n >build/pantun-$(VERSION).tar.gz

.PHONY: clean help
clean:
	rm -rf build
	rm -f Module.symvers modules.order .*.cmd .module-common.o
	find kmod \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name modules.order -o -name '.*.d' -o -name probed.h \) -delete

help:
	@echo 'make            module, pantund, pantunctl and pantun-exporter'
	@echo 'make module     kmod/pantun.ko alone; KDIR=KERNEL_TREE ARCH=ARCH choose'
	@echo '                another kernel than the running one'
	@echo 'make userspace  all but the module: build/pantund* and the tools'
	@echo 'make deps       install what building needs (Debian 12 and 13)'
	@echo 'make deps-test  and what tests and the demo need; they do it by themselves'
	@echo 'make demo       show tunnels between two sites in a lab guest'
	@echo 'make check      every test; T="NAME ..." runs some'
	@echo 'make check-long all tests in lab guests on a debug kernel, and the long ones'
	@echo 'make bench      measure against XFRM, WireGuard and charon in lab guests; ROUNDS=N'
	@echo '                B="forward tcp growth ike" chooses parts, PEERS="1000 10000" the'
	@echo '                numbers of SAs that ike measures memory with'
	@echo 'make tests      build the unit tests (build/test_*)'
	@echo 'make fuzz       build the fuzz targets (build/fuzz_*), with clang'
	@echo 'make lab        lab kernel and the module for it'
	@echo 'make install    DESTDIR= PREFIX=/usr; the module too, where it is built'
	@echo 'make dist       build/pantun-VERSION.tar.gz of what is committed'
	@echo 'make uninstall  remove that again; configuration and keys stay'
	@echo 'make clean      remove what was built (not the lab kernel in the cache)'
	@echo 'V=1 shows commands.'
