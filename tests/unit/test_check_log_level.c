/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of the log's level: a sound message passes, each single fault
 * does not; and a role takes it from its supervisor alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/channel.h"
#include "proxy/common/check.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"

union msg {
	struct msg_log_level level;
	struct msg_log_ask ask;
	struct msg_log_shown shown;
};

static void
level_fill(union msg *msg)
{
	msg->level = (struct msg_log_level){ .least = LOG_DEBUG };
}
static bool
level_check(const union msg *msg)
{
	return check_log_level(&msg->level);
}

static void
ask_fill(union msg *msg)
{
	msg->ask = (struct msg_log_ask){ .set = 1,
		.class = LOG_DEBUG,
		.for_s = LOG_FOR_MAX_S,
		.name = "acme",
		.operator_name = "root" };
}
static void
look_fill(union msg *msg)
{
	msg->ask = (struct msg_log_ask){ .operator_name = "root" };
}
static bool
ask_check(const union msg *msg)
{
	return check_log_ask(&msg->ask);
}

static void
shown_fill(union msg *msg)
{
	msg->shown = (struct msg_log_shown){
		.ok = 1, .base = LOG_INFO, .n = LOG_SETTINGS_MAX
	};
}
static bool
shown_check(const union msg *msg)
{
	return check_log_shown(&msg->shown);
}

struct row {
	const char *name;
	void (*fill)(union msg *msg);
	bool (*check)(const union msg *msg);
	size_t at; /* this octet .. */
	uint8_t value;
	size_t n; /* .. and so many behind it */
};

#define LEVEL(name, member, value)                                             \
	{                                                                      \
		name, level_fill, level_check,                                 \
		    offsetof(struct msg_log_level, member), value, 1           \
	}
#define ASK(name, member, value, n)                                            \
	{                                                                      \
		name, ask_fill, ask_check,                                     \
		    offsetof(struct msg_log_ask, member), value, n             \
	}
#define LOOK(name, member, value)                                              \
	{                                                                      \
		name, look_fill, ask_check,                                    \
		    offsetof(struct msg_log_ask, member), value, 1             \
	}
#define SHOWN(name, member, value, n)                                          \
	{                                                                      \
		name, shown_fill, shown_check,                                 \
		    offsetof(struct msg_log_shown, member), value, n           \
	}

static const struct row rows[] = {
	LEVEL("level_of_no_class", least, LOG_CLASSES),
	LEVEL("level_of_class_255", least, 255),
	LEVEL("level_with_something_more", zero, 1),
	ASK("ask_half_set", set, 2, 1),
	ASK("ask_of_no_class", class, LOG_CLASSES, 1),
	ASK("ask_for_no_time", for_s, 0, 4),
	ASK("ask_for_ever", for_s, 255, 4),
	ASK("ask_for_a_second_too_long", for_s, 0x81, 1),
	ASK("ask_with_a_name_without_end", name, 'a', NAME_MAX_LEN),
	ASK("ask_of_an_operator_without_end", operator_name, 'a', 32),
	ASK("ask_with_something_more", zero, 1, 1),
	ASK("ask_with_something_behind", zero2, 1, 1),
	LOOK("look_with_a_class", class, LOG_DEBUG),
	LOOK("look_with_a_time", for_s, 1),
	LOOK("look_with_a_name", name, 'a'),
	SHOWN("shown_half", ok, 2, 1),
	SHOWN("shown_of_no_class", base, LOG_CLASSES, 1),
	SHOWN("shown_too_many", n, LOG_SETTINGS_MAX + 1, 1),
	SHOWN("shown_without_end", wanted, 'a', 128),
	SHOWN("shown_setting_of_no_class", setting[3].class, LOG_CLASSES, 1),
	SHOWN("shown_name_without_end", setting[15].name, 'a', NAME_MAX_LEN),
	SHOWN("shown_operator_without_end", setting[0].operator_name, 'a', 32),
};

/* A sound message passes; with this one fault it does not. */
static void
fault_is_found(void **state)
{
	const struct row *row = *state;
	union msg msg;

	row->fill(&msg);
	assert_true(row->check(&msg));
	memset((uint8_t *)&msg + row->at, row->value, row->n);
	assert_false(row->check(&msg));
}

/* ---- the channel ---- */

struct seen {
	struct loop *loop;
	unsigned levels; /* that came to the role */
	unsigned others;
};

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct seen *seen = ctx;

	assert_int_equal(fd, -1);
	if (head->kind == MSG_LOG_LEVEL)
		seen->levels++;
	else
		seen->others++;
	if (head->kind == MSG_NUDGE)
		loop_stop(seen->loop);
}

static void
on_closed(void *ctx)
{
	(void)ctx;
	fail_msg("the channel has ended");
}

/* A level of this class, then a nudge, read from a channel that is at fd. */
static void
hear(struct seen *seen, int at, uint8_t class)
{
	static const struct channel_ops ops = { .on_message = on_message,
		.on_closed = on_closed };
	struct msg_log_level level = { .head = { .kind = MSG_LOG_LEVEL },
		.least = class };
	struct msg_head nudge = { .kind = MSG_NUDGE };
	struct channel *ours, *theirs;
	int fds[2];

	*seen = (struct seen){ .loop = loop_new() };
	assert_int_equal(channel_pair(fds), 0);
	if (at >= 0 && fds[0] != at) {
		/* Ours is to be there: nothing of the loop's may be. */
		assert_int_equal(dup2(fds[0], at), at);
		(void)close(fds[0]);
		fds[0] = at;
	}
	ours = channel_open(seen->loop, fds[0], MSG_LEN_MAX, &ops, seen);
	theirs = channel_open(seen->loop, fds[1], MSG_LEN_MAX, &ops, seen);
	assert_int_equal(channel_send(theirs, &level, sizeof(level), -1), 0);
	assert_int_equal(channel_send(theirs, &nudge, sizeof(nudge), -1), 0);
	channel_flush(theirs);
	loop_run(seen->loop);
	channel_close(theirs);
	channel_close(ours);
	loop_free(seen->loop);
}

/* The supervisor's word is taken, and the role's own code sees nothing of it.
 */
static void
role_takes_it_from_its_supervisor(void **state)
{
	struct seen seen;

	(void)state;
	log_open("test", LOG_ERROR);
	hear(&seen, ROLE_FD, LOG_DEBUG);
	assert_true(log_wants(LOG_DEBUG));
	assert_int_equal(seen.levels, 0);
	assert_int_equal(seen.others, 1);
}

/* What is not sound changes nothing. */
static void
unsound_level_changes_nothing(void **state)
{
	struct seen seen;

	(void)state;
	log_open("test", LOG_ERROR);
	hear(&seen, ROLE_FD, LOG_CLASSES);
	assert_true(log_wants(LOG_ERROR));
	assert_false(log_wants(LOG_WARN));
}

/* On any other channel it is a message out of turn, for the role to refuse. */
static void
others_cannot_say_it(void **state)
{
	struct seen seen;

	(void)state;
	log_open("test", LOG_ERROR);
	hear(&seen, 200, LOG_DEBUG);
	assert_false(log_wants(LOG_DEBUG));
	assert_int_equal(seen.levels, 1);
}

/* The descriptor of the supervisor's channel is ours to take. */
static int
free_role_fd(void **state)
{
	int fd;

	(void)state;
	/* The loop's descriptors are to be above it. */
	do
		fd = dup(STDERR_FILENO);
	while (fd >= 0 && fd < ROLE_FD);
	if (fd > ROLE_FD)
		(void)close(fd);
	return 0;
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		FIRST = 3
	};
	struct CMUnitTest tests[FIRST + ROWS] = {
		cmocka_unit_test_setup(
		    role_takes_it_from_its_supervisor, free_role_fd),
		cmocka_unit_test_setup(
		    unsound_level_changes_nothing, free_role_fd),
		cmocka_unit_test_setup(others_cannot_say_it, free_role_fd),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[FIRST + i] =
		    (struct CMUnitTest){ rows[i].name, fault_is_found, NULL,
			    NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name(
	    "check_log_level", tests, NULL, NULL);
}
