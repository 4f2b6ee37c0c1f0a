/* SPDX-License-Identifier: BSD-2-Clause */
/* The session program with a customer's rules, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"
#include "tests/lib/session_customer.h"
#include "tests/lib/small_rule.h"

static int
setup(void **state)
{
	static struct scene scene;

	scene_start(&scene, SESSION_PROGRAM);
	*state = &scene;
	return 0;
}

static int
teardown(void **state)
{
	scene_stop(*state);
	return 0;
}

/* ---- rules ---- */

/* Announced, announced alike, withdrawn. */
static void
rule_is_told_once_and_withdrawn(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);
	struct msg_rule_ack ack = { .handle = 0 };
	uint64_t handle;

	customer_announce(fd, 2, 1000);
	handle = expect_announce(scene, 2, REASON_ACCEPTED);
	customer_announce(fd, 2, 1000);
	customer_announce(fd, 3, 1000);
	expect_announce(scene, 3, REASON_ACCEPTED);
	customer_withdraw(fd, 2);
	assert_int_equal(expect_withdraw(scene, 2), handle);
	ack.handle = handle;
	scene_tell(&scene->guard, &ack, sizeof(ack), MSG_RULE_ACK);

	customer_announce(fd, 2, 1000);
	assert_true(expect_announce(scene, 2, REASON_ACCEPTED) != handle);
	close(fd);
}

/* One octet a write is the same stream. */
static void
octets_one_by_one_are_a_message(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);
	uint8_t octets[MESSAGE_MAX];
	size_t len = customer_update(octets, 2, 1000, false);

	for (size_t i = 0; i < len; i++)
		peer_send(fd, &octets[i], 1);

	expect_announce(scene, 2, REASON_ACCEPTED);
	close(fd);
}

/* A framed rule that is none is refused alone, with its octets. */
static void
malformed_rule_is_refused_alone(void **state)
{
	static const uint8_t empty[] = { 0x00 };
	struct scene *scene = *state;
	struct msg_rule_refused *msg;
	const uint8_t *raw;
	int fd = scene_establish(scene);

	customer_announce_octets(fd, empty, sizeof(empty));
	customer_announce(fd, 2, 0);

	msg = scene_expect(&scene->guard, MSG_RULE_REFUSED);
	assert_true(check_rule_refused(msg, &raw));
	assert_int_equal(msg->reason, REASON_MALFORMED);
	assert_string_equal(msg->fault, "flow-empty");
	assert_int_equal(msg->raw_len, sizeof(empty));
	assert_memory_equal(raw, empty, sizeof(empty));
	free(msg);
	expect_announce(scene, 2, REASON_ACCEPTED);
	close(fd);
}

/* A rule in a longer form than ours is told with its octets. */
static void
other_encoding_is_told_with_its_octets(void **state)
{
	/* dst 10.0.0.2/32 proto =17, with a length of two octets */
	static const uint8_t nlri[] = { 0xf0, 0x09, 0x01, 0x20, 10, 0, 0, 2,
		0x03, 0x81, 0x11 };
	struct scene *scene = *state;
	struct msg_rule_announce *msg;
	const uint8_t *raw;
	int fd = scene_establish(scene);

	customer_announce_octets(fd, nlri, sizeof(nlri));

	msg = scene_expect(&scene->guard, MSG_RULE_ANNOUNCE);
	assert_true(check_rule_announce(msg, &raw));
	assert_int_equal(small_rule_number(&msg->rule), 2);
	assert_int_equal(msg->raw_len, sizeof(nlri));
	assert_memory_equal(raw, nlri, sizeof(nlri));
	free(msg);
	close(fd);
}

/* Malformed attributes: the rules are told with the reason, and stand no
 * more; the session stays (RFC 7606). */
static void
attribute_fault_costs_the_rule(void **state)
{
	struct scene *scene = *state;
	uint8_t octets[MESSAGE_MAX];
	size_t len = customer_update(octets, 2, 0, false);
	int fd = scene_establish(scene);

	customer_announce(fd, 2, 0);
	expect_announce(scene, 2, REASON_ACCEPTED);
	for (size_t i = MESSAGE_HEADER_LEN; i + 3 < len; i++)
		if (memcmp(&octets[i], "\x40\x01\x01\x00", 4) == 0)
			octets[i + 3] = 9; /* no such ORIGIN */
	peer_send(fd, octets, len);

	expect_announce(scene, 2, REASON_ATTRIBUTES);
	customer_withdraw(fd, 2);
	expect_withdraw(scene, 2);
	close(fd);
}

/* Over eBGP the left-most AS is the neighbour's. */
static void
foreign_first_as_costs_the_rule(void **state)
{
	struct scene *scene = *state;
	struct update_attrs attrs = customer_attrs;
	struct update_builder builder;
	struct writer writer;
	struct rule rule;
	uint8_t octets[MESSAGE_MAX];
	int fd = scene_establish(scene);

	attrs.path[0] = 65009;
	small_rule(2, &rule);
	writer_init(&writer, octets, sizeof(octets));
	assert_true(update_begin_reach(
	    &builder, &writer, FAMILY_IPV4_FLOWSPEC, &attrs));
	assert_true(update_add(&builder, &rule));
	assert_true(update_end(&builder));
	peer_send(fd, octets, writer.len);

	expect_announce(scene, 2, REASON_FIRST_AS);
	close(fd);
}

/* Broken framing of NLRI ends the session, as BGP demands. */
static void
broken_framing_is_3_9(void **state)
{
	static const uint8_t overrun[] = { 0x20, 0x01, 0x20 };
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	customer_announce_octets(fd, overrun, sizeof(overrun));

	peer_expect(
	    fd, MESSAGE_UPDATE, (uint8_t[MESSAGE_MAX]){ 0 }, &(size_t){ 0 });
	peer_expect(
	    fd, MESSAGE_UPDATE, (uint8_t[MESSAGE_MAX]){ 0 }, &(size_t){ 0 });
	peer_expect(
	    fd, MESSAGE_UPDATE, (uint8_t[MESSAGE_MAX]){ 0 }, &(size_t){ 0 });
	peer_expect_notification(fd, 3, 9);
	close(fd);
	expect_down(scene, DOWN_LOST);
	assert_int_equal(scene->state.code, 3);
	assert_int_equal(scene->state.sent_last, 1);
}

/* Beyond the bound rules are counted, and asked for again when there is room.
 */
static void
overflow_is_counted_and_asked_for_again(void **state)
{
	struct scene *scene = *state;
	struct msg_rule_ack ack = { .handle = 0 };
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	uint64_t handle;
	int fd;

	scene->config.max_received = 1;
	fd = scene_establish(scene);
	customer_announce(fd, 2, 0);
	customer_announce(fd, 4, 0);
	handle = expect_announce(scene, 2, REASON_ACCEPTED);
	while (scene->state.overflow == 0)
		free(scene_expect(&scene->guard, MSG_SESSION_STATE));
	customer_withdraw(fd, 2);
	expect_withdraw(scene, 2);
	ack.handle = handle;
	scene_tell(&scene->guard, &ack, sizeof(ack), MSG_RULE_ACK);

	customer_hear_ends(fd);
	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	assert_int_equal(buf[20], 1);   /* IPv4 */
	assert_int_equal(buf[22], 133); /* Flowspec */
	close(fd);
}

/* ---- marks ---- */

/* End-of-RIB is told behind the rules before it. */
static void
end_of_rib_is_told_behind_its_rules(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	customer_announce(fd, 2, 0);
	customer_end_of_rib(fd, FAMILY_IPV4_FLOWSPEC);

	expect_announce(scene, 2, REASON_ACCEPTED);
	expect_mark(scene, MARK_COMPLETE, FAMILY_IPV4_FLOWSPEC);
	close(fd);
}

/* RFC 7313: between BoRR and EoRR rules are told again; what the peer did not
 * name is withdrawn. */
static void
refresh_sweeps_what_was_not_named(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	customer_announce(fd, 2, 0);
	customer_announce(fd, 4, 0);
	customer_end_of_rib(fd, FAMILY_IPV4_FLOWSPEC);
	expect_announce(scene, 2, REASON_ACCEPTED);
	expect_announce(scene, 4, REASON_ACCEPTED);
	expect_mark(scene, MARK_COMPLETE, FAMILY_IPV4_FLOWSPEC);
	customer_refresh(fd, REFRESH_BEGIN);
	expect_mark(scene, MARK_REFRESH_BEGIN, FAMILY_IPV4_FLOWSPEC);
	customer_announce(fd, 4, 0);
	expect_announce(scene, 4, REASON_ACCEPTED);
	customer_refresh(fd, REFRESH_END);

	expect_withdraw(scene, 2);
	expect_mark(scene, MARK_REFRESH_END, FAMILY_IPV4_FLOWSPEC);
	close(fd);
}

/* Refreshes in quick succession cost no second walk, and no rule. */
static void
refresh_too_soon_is_ignored(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	customer_announce(fd, 2, 0);
	customer_end_of_rib(fd, FAMILY_IPV4_FLOWSPEC);
	expect_announce(scene, 2, REASON_ACCEPTED);
	expect_mark(scene, MARK_COMPLETE, FAMILY_IPV4_FLOWSPEC);
	customer_refresh(fd, REFRESH_BEGIN);
	customer_announce(fd, 2, 0);
	customer_refresh(fd, REFRESH_END);
	expect_mark(scene, MARK_REFRESH_BEGIN, FAMILY_IPV4_FLOWSPEC);
	expect_announce(scene, 2, REASON_ACCEPTED);
	expect_mark(scene, MARK_REFRESH_END, FAMILY_IPV4_FLOWSPEC);
	customer_refresh(fd, REFRESH_BEGIN);
	customer_refresh(fd, REFRESH_END);
	customer_announce(fd, 4, 0);

	expect_announce(scene, 4, REASON_ACCEPTED);
	close(fd);
}

/* What a peer says in many octets is cut between characters. */
static void
long_words_are_cut_at_a_character(void **state)
{
	struct scene *scene = *state;
	char words[256] = "";
	uint8_t octets[MESSAGE_MAX];
	struct writer writer;
	size_t len;
	int fd = scene_establish(scene);

	for (size_t i = 0; i + 3 < sizeof(words); i += 3)
		memcpy(&words[i], "\xe2\x82\xac", 4);
	writer_init(&writer, octets, sizeof(octets));
	notification_encode_cease(&writer, NOTIFICATION_CEASE_SHUTDOWN, words);
	peer_send(fd, octets, writer.len);

	expect_down(scene, DOWN_CEASED);
	len = strlen(scene->state.text);
	assert_true(len > 128);
	assert_memory_equal(&scene->state.text[len - 3], "\xe2\x82\xac", 3);
	close(fd);
}

/* A customer that asks for our routes gets an empty refresh. */
static void
refresh_of_a_customer_is_empty(void **state)
{
	struct scene *scene = *state;
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd = scene_establish(scene);

	customer_hear_ends(fd);
	customer_refresh(fd, REFRESH_REQUEST);

	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	assert_int_equal(buf[21], REFRESH_BEGIN);
	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	assert_int_equal(buf[21], REFRESH_END);
	close(fd);
}

/* The guard asks, the peer is asked. */
static void
guard_can_ask_for_refresh(void **state)
{
	struct scene *scene = *state;
	struct msg_refresh ask = { .families = FAMILY_IPV6_FLOWSPEC };
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd = scene_establish(scene);

	customer_hear_ends(fd);
	scene_tell(&scene->guard, &ask, sizeof(ask), MSG_REFRESH);

	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	assert_int_equal(buf[20], 2); /* IPv6 */
	assert_int_equal(buf[21], REFRESH_REQUEST);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest stories[] = {
	TEST(rule_is_told_once_and_withdrawn),
	TEST(octets_one_by_one_are_a_message),
	TEST(malformed_rule_is_refused_alone),
	TEST(other_encoding_is_told_with_its_octets),
	TEST(attribute_fault_costs_the_rule),
	TEST(foreign_first_as_costs_the_rule),
	TEST(broken_framing_is_3_9),
	TEST(overflow_is_counted_and_asked_for_again),
	TEST(end_of_rib_is_told_behind_its_rules),
	TEST(refresh_sweeps_what_was_not_named),
	TEST(refresh_too_soon_is_ignored),
	TEST(long_words_are_cut_at_a_character),
	TEST(refresh_of_a_customer_is_empty),
	TEST(guard_can_ask_for_refresh),
};
#define STORIES (sizeof(stories) / sizeof(stories[0]))

int
main(void)
{
	return cmocka_run_group_tests_name("session", stories, NULL, NULL);
}
