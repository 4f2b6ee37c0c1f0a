/* SPDX-License-Identifier: BSD-2-Clause */
/* What a customer in a scene does, and what the guard then hears. */
#include "tests/lib/session_customer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"
#include "tests/lib/small_rule.h"

const struct update_attrs customer_attrs = {
	.n_path = 1,
	.path = { SCENE_PEER },
};

/* One UPDATE with rule n; returns its length. */
size_t
customer_update(uint8_t *octets, unsigned n, unsigned rate, bool withdraw)
{
	struct update_attrs attrs = customer_attrs;
	struct update_builder builder;
	struct writer writer;
	struct rule rule;
	unsigned family =
	    n % 2 == 0 ? FAMILY_IPV4_FLOWSPEC : FAMILY_IPV6_FLOWSPEC;

	attrs.actions = small_action(rate);
	small_rule(n, &rule);
	writer_init(&writer, octets, MESSAGE_MAX);
	if (withdraw)
		assert_true(update_begin_withdraw(&builder, &writer, family));
	else
		assert_true(
		    update_begin_reach(&builder, &writer, family, &attrs));
	assert_true(update_add(&builder, &rule));
	assert_true(update_end(&builder));
	return writer.len;
}

void
customer_announce(int fd, unsigned n, unsigned rate)
{
	uint8_t octets[MESSAGE_MAX];

	peer_send(fd, octets, customer_update(octets, n, rate, false));
}

void
customer_withdraw(int fd, unsigned n)
{
	uint8_t octets[MESSAGE_MAX];

	peer_send(fd, octets, customer_update(octets, n, 0, true));
}

/* An UPDATE whose one NLRI are these octets. */
void
customer_announce_octets(int fd, const uint8_t *nlri, size_t len)
{
	uint8_t octets[MESSAGE_MAX];
	struct update_builder builder;
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	assert_true(update_begin_reach(
	    &builder, &writer, FAMILY_IPV4_FLOWSPEC, &customer_attrs));
	assert_true(update_add_bytes(&builder, nlri, len));
	assert_true(update_end(&builder));
	peer_send(fd, octets, writer.len);
}

void
customer_end_of_rib(int fd, unsigned family)
{
	uint8_t octets[64];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	update_end_of_rib(&writer, family);
	peer_send(fd, octets, writer.len);
}

void
customer_refresh(int fd, enum refresh_subtype subtype)
{
	uint8_t octets[64];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	refresh_encode(&writer, FAMILY_IPV4_FLOWSPEC, subtype);
	peer_send(fd, octets, writer.len);
}

void
customer_notification(int fd, uint8_t code, uint8_t subcode)
{
	uint8_t octets[64];
	struct writer writer;

	writer_init(&writer, octets, sizeof(octets));
	notification_encode(&writer, code, subcode, NULL, 0);
	peer_send(fd, octets, writer.len);
}

/* The guard hears of rule n; returns its handle. */
uint64_t
expect_announce(struct scene *scene, unsigned n, uint16_t reason)
{
	struct msg_rule_announce *msg =
	    scene_expect(&scene->guard, MSG_RULE_ANNOUNCE);
	const uint8_t *raw;
	uint64_t handle = msg->handle;

	assert_true(check_rule_announce(msg, &raw));
	assert_int_equal(small_rule_number(&msg->rule), n);
	assert_int_equal(msg->wire_reason, reason);
	free(msg);
	return handle;
}

uint64_t
expect_withdraw(struct scene *scene, unsigned n)
{
	struct msg_rule_withdraw *msg =
	    scene_expect(&scene->guard, MSG_RULE_WITHDRAW);
	uint64_t handle = msg->handle;

	assert_true(check_rule_withdraw(msg));
	assert_int_equal(small_rule_number(&msg->rule), n);
	free(msg);
	return handle;
}

void
expect_mark(struct scene *scene, uint8_t mark, uint8_t family)
{
	struct msg_rib_mark *msg = scene_expect(&scene->guard, MSG_RIB_MARK);

	assert_int_equal(msg->mark, mark);
	assert_int_equal(msg->family, family);
	free(msg);
}

/* The supervisor hears that a connection is closed. */
void
expect_socket_closed(struct scene *scene, uint32_t id)
{
	struct msg_socket *msg =
	    scene_find(&scene->supervisor, MSG_SOCKET_CLOSED);

	assert_int_equal(msg->id, id);
	free(msg);
}

void
expect_down(struct scene *scene, uint8_t down)
{
	scene_expect_up(scene, false);
	assert_int_equal(scene->state.down, down);
	assert_true(check_session_state(&scene->state));
	assert_true(scene->state.text[0] != '\0');
}

void
customer_hear_ends(int fd)
{
	uint8_t buf[MESSAGE_MAX];
	size_t len;

	for (unsigned i = 0; i < 3; i++)
		peer_expect(fd, MESSAGE_UPDATE, buf, &len);
}
