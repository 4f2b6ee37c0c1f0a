/* SPDX-License-Identifier: BSD-2-Clause */
/* The session program with one of our own routers: what goes inward, and that
 * it goes when it must. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/wire/flowspec.h"
#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"
#include "proxy/wire/refresh.h"
#include "proxy/wire/update.h"
#include "tests/lib/session_scene.h"
#include "tests/lib/small_rule.h"

static int
setup(void **state)
{
	static struct scene scene;

	scene_start(&scene, SESSION_PROGRAM);
	scene.config.internal = 1;
	scene.config.peer_asn = SCENE_ASN;
	scene.config.families = FAMILY_FLOWSPEC;
	scene.config.max_received = 0;
	*state = &scene;
	return 0;
}

static int
teardown(void **state)
{
	scene_stop(*state);
	return 0;
}

static void
attributes(struct scene *scene, uint32_t customer)
{
	struct msg_out_attrs msg = {
		.customer = customer,
		.n = 2,
		.community = {
			{ .kind = COMMUNITY_STANDARD,
			    .value = { 0xff, 0xff, 0xff, 0x01 } },
			{ .kind = COMMUNITY_LARGE,
			    .value = { 0, 0, 0xfb, 0xf4, 0, 0, 0, 1, 0, 0, 0,
				(uint8_t)customer } },
		},
	};

	scene_tell(&scene->guard, &msg, sizeof(msg), MSG_OUT_ATTRS);
}

static void
out_rule(struct scene *scene, enum msg_kind kind, unsigned n)
{
	struct msg_out_rule msg = {
		.customer = kind == MSG_OUT_WITHDRAW ? 0 : 1,
		.family =
		    n % 2 == 0 ? FAMILY_IPV4_FLOWSPEC : FAMILY_IPV6_FLOWSPEC,
	};

	if (kind != MSG_OUT_WITHDRAW)
		msg.actions = small_action(0);
	small_rule(n, &msg.rule);
	scene_tell(&scene->guard, &msg,
	    offsetof(struct msg_out_rule, rule) + rule_size(&msg.rule), kind);
}

static void
sync_mark(struct scene *scene, uint32_t what)
{
	struct msg_out_sync msg = { .sync = what };

	scene_tell(&scene->guard, &msg, sizeof(msg), MSG_OUT_SYNC);
}

/* Up, and the guard's full dump holds rules 2 and 3. */
static int
establish_with_two(struct scene *scene)
{
	int fd = scene_establish(scene);

	attributes(scene, 1);
	sync_mark(scene, OUT_SYNC_BEGIN);
	out_rule(scene, MSG_OUT_ANNOUNCE, 2);
	out_rule(scene, MSG_OUT_ANNOUNCE, 3);
	sync_mark(scene, OUT_SYNC_END);
	return fd;
}

/* What UPDATEs of the peer's stream said, until it fell silent. */
struct heard {
	bool stands[64];
	unsigned announced;
	unsigned withdrawn;
	unsigned end_of_ribs;
	bool rule_after_end;
};

static unsigned
count_nlri(struct heard *heard, const struct update_nlri *part, bool stands)
{
	struct reader nlri = part->nlri;
	unsigned n = 0;

	while (part->family != FAMILY_NONE && nlri.left > 0) {
		struct span value;
		struct rule rule;

		assert_int_equal(flowspec_next(&nlri, &value), WIRE_OK);
		assert_int_equal(
		    flowspec_decode(value, part->afi, &rule), WIRE_OK);
		if (small_rule_number(&rule) < 64)
			heard->stands[small_rule_number(&rule)] = stands;
		n++;
	}
	return n;
}

static void
hear_update(struct heard *heard, const uint8_t *message, size_t len)
{
	const struct update_context context = { .families = FAMILY_FLOWSPEC,
		.as4 = true };
	struct update update;
	uint8_t family;
	unsigned n;

	assert_int_equal(update_decode(&context, &message[MESSAGE_HEADER_LEN],
			     len - MESSAGE_HEADER_LEN, &update),
	    UPDATE_USE);
	if (update_is_end_of_rib(&update, &family)) {
		heard->end_of_ribs++;
		return;
	}
	heard->withdrawn += count_nlri(heard, &update.mp_unreach, false);
	n = count_nlri(heard, &update.mp_reach, true);
	heard->announced += n;
	if (n == 0)
		return;
	if (heard->end_of_ribs > 0)
		heard->rule_after_end = true;
	assert_int_equal(update.local_pref, 200);
	assert_int_equal(update.origin, 0);
	assert_int_equal(update.path.asns, 0);
	assert_int_equal(update.mp_reach.next_hop.len, 0);
	assert_true(action_is_discard(&update.actions));
}

/* Read UPDATEs until so many rules and End-of-RIBs came. */
static void
hear(int fd, struct heard *heard, unsigned rules, unsigned ends)
{
	uint8_t buf[MESSAGE_MAX];
	size_t len;

	while (heard->announced + heard->withdrawn < rules ||
	       heard->end_of_ribs < ends) {
		peer_expect(fd, MESSAGE_UPDATE, buf, &len);
		hear_update(heard, buf, len);
	}
}

/* The initial dump: the rules, then End-of-RIB of both families. */
static void
dump_is_sent_and_ended(void **state)
{
	struct heard heard = { 0 };
	int fd = establish_with_two(*state);

	hear(fd, &heard, 2, 2);

	assert_true(heard.stands[2]);
	assert_true(heard.stands[3]);
	assert_false(heard.rule_after_end);
	close(fd);
}

/* End-of-RIB waits for the guard, or a router would drop what is to come. */
static void
end_of_rib_waits_for_the_guard(void **state)
{
	struct scene *scene = *state;
	struct heard heard = { 0 };
	int fd = scene_establish(scene);

	attributes(scene, 1);
	sync_mark(scene, OUT_SYNC_BEGIN);
	out_rule(scene, MSG_OUT_ANNOUNCE, 2);
	hear(fd, &heard, 1, 0);
	assert_int_equal(heard.end_of_ribs, 0);
	out_rule(scene, MSG_OUT_ANNOUNCE, 3);
	sync_mark(scene, OUT_SYNC_END);

	hear(fd, &heard, 2, 2);
	assert_false(heard.rule_after_end);
	close(fd);
}

/* A withdrawal goes out by itself. */
static void
withdrawal_is_sent(void **state)
{
	struct heard heard = { 0 };
	int fd = establish_with_two(*state);

	hear(fd, &heard, 2, 2);
	out_rule(*state, MSG_OUT_WITHDRAW, 2);

	hear(fd, &heard, 3, 2);
	assert_false(heard.stands[2]);
	assert_true(heard.stands[3]);
	close(fd);
}

/* RFC 7313: BoRR, the family's rules, EoRR. */
static void
refresh_is_served(void **state)
{
	struct heard heard = { 0 };
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	struct writer writer;
	int fd = establish_with_two(*state);

	hear(fd, &heard, 2, 2);
	writer_init(&writer, buf, sizeof(buf));
	refresh_encode(&writer, FAMILY_IPV4_FLOWSPEC, REFRESH_REQUEST);
	peer_send(fd, buf, writer.len);

	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	assert_int_equal(buf[21], REFRESH_BEGIN);
	memset(&heard, 0, sizeof(heard));
	hear(fd, &heard, 1, 0);
	assert_true(heard.stands[2]);
	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	assert_int_equal(buf[21], REFRESH_END);
	close(fd);
}

/* A stop names every rule before the Cease. */
static void
stop_withdraws_by_name(void **state)
{
	struct scene *scene = *state;
	struct msg_stop stop = { .subcode = 2 };
	struct heard heard = { 0 };
	int fd = establish_with_two(scene);

	hear(fd, &heard, 2, 2);
	scene_tell(&scene->supervisor, &stop, sizeof(stop), MSG_STOP);

	hear(fd, &heard, 4, 2);
	assert_int_equal(heard.withdrawn, 2);
	peer_expect_notification(
	    fd, NOTIFICATION_CEASE, NOTIFICATION_CEASE_SHUTDOWN);
	close(fd);
	scene_expect_up(scene, false);
	assert_int_equal(scene->state.down, DOWN_SHUTDOWN);
	assert_int_equal(scene_wait_exit(scene), 0);
}

/* A peer that does not read is not waited for, for long. */
static void
stop_does_not_wait_for_a_stuck_peer(void **state)
{
	struct scene *scene = *state;
	struct msg_stop stop = { .subcode = 2 };
	int fd = establish_with_two(scene);

	for (unsigned n = 4; n < 30000; n++)
		out_rule(scene, MSG_OUT_ANNOUNCE, n);
	scene_tell(&scene->supervisor, &stop, sizeof(stop), MSG_STOP);

	assert_int_equal(scene_wait_exit(scene), 0);
	close(fd);
}

/* A new guard hears what is held; what it does not want any more goes when its
 * dump ends, and nothing before. */
static void
new_guard_hears_what_is_held_and_sweeps(void **state)
{
	struct scene *scene = *state;
	struct heard heard = { 0 };
	bool held[64] = { false };
	struct msg_out_sync *end;
	int fd = establish_with_two(scene);

	hear(fd, &heard, 2, 2);
	scene_guard(scene);
	memset(&scene->state, 0, sizeof(scene->state));
	for (unsigned i = 0; i < 2; i++) {
		struct msg_out_rule *msg =
		    scene_expect(&scene->guard, MSG_OUT_HELD);

		assert_true(check_out_rule(msg));
		assert_int_equal(msg->customer, 1);
		held[small_rule_number(&msg->rule)] = true;
		free(msg);
	}
	end = scene_expect(&scene->guard, MSG_OUT_SYNC);
	assert_int_equal(end->sync, OUT_SYNC_END);
	free(end);
	assert_int_equal(scene->state.up, 1);
	assert_int_equal(scene->state.held, 2);
	assert_true(held[2] && held[3]);

	attributes(scene, 1);
	sync_mark(scene, OUT_SYNC_BEGIN);
	out_rule(scene, MSG_OUT_ANNOUNCE, 3);
	sync_mark(scene, OUT_SYNC_END);
	hear(fd, &heard, 3, 2);
	assert_int_equal(heard.withdrawn, 1);
	assert_false(heard.stands[2]);
	assert_true(heard.stands[3]);
	close(fd);
}

/* A router that stops reading loses nothing, and the guard is heard all the
 * while: state per rule, not messages. */
static void
stuck_peer_ends_with_what_is_wanted(void **state)
{
	struct scene *scene = *state;
	struct heard heard = { 0 };
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd = establish_with_two(scene);

	hear(fd, &heard, 2, 2);
	for (unsigned n = 64; n < 20000; n++)
		out_rule(scene, MSG_OUT_ANNOUNCE, n);
	for (unsigned round = 0; round < 100; round++)
		for (unsigned n = 4; n < 64; n++)
			out_rule(scene,
			    round % 2 == 0 ? MSG_OUT_ANNOUNCE
					   : MSG_OUT_WITHDRAW,
			    n);
	out_rule(scene, MSG_OUT_ANNOUNCE, 4);
	out_rule(scene, MSG_OUT_WITHDRAW, 2);
	while (scene->state.held != 2 + 20000 - 64)
		free(scene_expect(&scene->guard, MSG_SESSION_STATE));

	while (heard.stands[2] || !heard.stands[4] ||
	       heard.announced - heard.withdrawn < 20000 - 64 + 2) {
		peer_expect(fd, MESSAGE_UPDATE, buf, &len);
		hear_update(&heard, buf, len);
	}
	for (unsigned n = 5; n < 64; n++)
		assert_false(heard.stands[n]);
	close(fd);
}

/* A router that comes back gets everything from here; the guard is not asked.
 */
static void
lost_router_gets_everything_again(void **state)
{
	struct scene *scene = *state;
	struct heard heard = { 0 };
	struct heard again = { 0 };
	int fd = establish_with_two(scene);

	hear(fd, &heard, 2, 2);
	close(fd);
	scene_expect_up(scene, false);
	fd = scene_establish_again(scene);

	hear(fd, &again, 2, 2);
	assert_true(again.stands[2] && again.stands[3]);
	close(fd);
}

/* What an internal peer announces is counted and goes nowhere. */
static void
rules_of_a_router_are_ignored(void **state)
{
	/* ORIGIN, AS_PATH, LOCAL_PREF, MP_REACH of 10.0.0.2/32 proto =17 */
	static const uint8_t body[] = { 0, 0, 0, 35, 0x40, 1, 1, 0, 0x40, 2, 0,
		0x40, 5, 4, 0, 0, 0, 100, 0x80, 14, 15, 0, 1, 133, 0, 0, 9, 1,
		32, 10, 0, 0, 2, 3, 0x81, 17 };
	struct scene *scene = *state;
	uint8_t octets[MESSAGE_MAX];
	struct writer writer;
	size_t place;
	int fd = establish_with_two(scene);

	writer_init(&writer, octets, sizeof(octets));
	place = message_begin(&writer, MESSAGE_UPDATE);
	writer_bytes(&writer, body, sizeof(body));
	octets[22] = (uint8_t)(sizeof(body) - 4);
	message_end(&writer, place);
	peer_send(fd, octets, writer.len);

	while (scene->state.rules_in == 0)
		free(scene_expect(&scene->guard, MSG_SESSION_STATE));
	assert_int_equal(scene->state.rules_in, 1);
	assert_true(scene_quiet(scene));
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dump_is_sent_and_ended),
		TEST(end_of_rib_waits_for_the_guard),
		TEST(withdrawal_is_sent),
		TEST(refresh_is_served),
		TEST(stop_withdraws_by_name),
		TEST(stop_does_not_wait_for_a_stuck_peer),
		TEST(new_guard_hears_what_is_held_and_sweeps),
		TEST(stuck_peer_ends_with_what_is_wanted),
		TEST(lost_router_gets_everything_again),
		TEST(rules_of_a_router_are_ignored),
	};

	return cmocka_run_group_tests_name("session_inward", tests, NULL, NULL);
}
