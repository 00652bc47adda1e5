// SPDX-License-Identifier: GPL-2.0-or-later
/* The parent tells `ike` that this host's addresses have changed, where an IKE SA could move. */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/clock.h"
#include "tests/own_network.h"
#include "tests/parent_stage.h"
#include "tests/peers_site.h"

#define LINES \
	"set network ike gateway g peer-address ip 192.0.2.9\n" \
	"set network ike gateway g authentication pre-shared-key key 0123456789abcdefghij\n" \
	"set network tunnel ipsec t tunnel-interface tunnel1\n" \
	"set network tunnel ipsec t auto-key ike-gateway g\n"
#define MOVES	"set network ike gateway g protocol ikev2 mobike yes\n"
#define FIXED	"set network ike gateway g local-address ip 192.0.2.1\n"

static struct parent_fake *parent;
static struct chan *ike;
static unsigned int said_routes;

static void took(void *ctx, enum msg_type type, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
	said_routes += type == MSG_ROUTES;
}

#include "tests/each_type.h"

/* With @text as the configuration in force. */
static void meet_ike(const char *text)
{
	own_network();
	said_routes = 0;
	parent_stage_configure(text);
	parent = parent_stage_begin();
	parent_stage_meet(parent, &ike, MSG_IKE, parent_fake_ike(parent), each_type);
	parent_stage_take_policy(parent, ike);
}

static int tear_down(void **state)
{
	(void)state;
	chan_free(ike);
	ike = NULL;
	parent_stage_end(parent);
	return 0;
}

/* `lo` gets another address. */
static void change(const char *text)
{
	struct ifreq request = { .ifr_name = "lo" };
	struct sockaddr_in name = { .sin_family = AF_INET };
	struct addr addr = site_address(text);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(&name.sin_addr, addr.b, 4);
	memcpy(&request.ifr_addr, &name, sizeof(name));
	assert_int_equal(ioctl(fd, SIOCSIFADDR, &request), 0);
	close(fd);
}

/* It has said so @n times in all, within ten seconds. */
static void must_say(unsigned int n)
{
	uint64_t until = clock_ms() + 10000;

	while (said_routes < n && clock_ms() < until)
		event_base_loop(parent->d.base, EVLOOP_ONCE);
	parent_stage_rounds(parent);
	assert_int_equal(said_routes, n);
}

/* A hundred changes at once are one, and those while it rests another. */
static void test_told(void **state)
{
	char octet;

	(void)state;
	meet_ike(LINES MOVES);
	parent_stage_rounds(parent);
	assert_int_equal(said_routes, 0);
	for (unsigned int i = 0; i < 100; i++)
		change(i & 1 ? "192.0.2.77" : "192.0.2.78");
	must_say(1);
	assert_int_equal(recv(event_get_fd(parent->d.routes), &octet, 1, MSG_PEEK | MSG_DONTWAIT),
			 -1);
	assert_int_equal(errno, EAGAIN);
	for (unsigned int i = 0; i < 100; i++)
		change(i & 1 ? "192.0.2.77" : "192.0.2.78");
	parent_stage_rounds(parent);
	assert_int_equal(said_routes, 1);
	must_say(2);
}

/* Where nothing could move nobody is bothered, nor does a reload leave anything behind. */
static void test_not_told(void **state)
{
	(void)state;
	meet_ike(LINES);
	assert_null(parent->d.routes);
	tear_down(NULL);
	meet_ike(LINES MOVES FIXED);
	assert_null(parent->d.routes);
	change("192.0.2.77");
	parent_stage_rounds(parent);
	assert_int_equal(said_routes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_told, tear_down),
		cmocka_unit_test_teardown(test_not_told, tear_down),
	};

	return cmocka_run_group_tests(tests, parent_stage_open, parent_stage_close);
}
