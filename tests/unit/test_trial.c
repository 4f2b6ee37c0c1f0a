/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration on trial, with a loader that sends what it finds in a file
 * and a guard that is the other end of a channel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/cost.h"
#include "policy/customer.h"
#include "proxy/common/log.h"
#include "proxy/supervisor/supervisor.h"
#include "tests/lib/temp_folder.h"

#define GIVE_UP_MS 20000
#define LONG_S     1000u
#define SEEN_MAX   64

struct world {
	struct supervisor supervisor;
	struct channel *guard; /* the guard's end */
	struct timer *give_up;
	char folder[TEMP_PATH_MAX];
	char file[TEMP_PATH_MAX + 16];
	bool refuse_rollback;
	bool die_in_rollback;
	/* What the guard has seen. */
	struct msg_cfg_begin begin; /* the last */
	unsigned begins;
	struct msg_held held; /* of a reload, the last */
	unsigned helds;
	uint16_t kinds[SEEN_MAX]; /* of IRR lists */
	unsigned n_kinds;
	uint32_t index; /* of the last IRR list */
	/* When the loop is to stop. */
	unsigned until_helds;
	unsigned until_begins;
};

/* ---- a configuration ---- */

static void
put(FILE *file, void *msg, size_t size, enum msg_kind kind)
{
	struct msg_head *head = msg;

	head->len = (uint32_t)size;
	head->kind = (uint16_t)kind;
	assert_int_equal(size % 8, 0);
	assert_int_equal(fwrite(msg, size, 1, file), 1);
}

#define PUT(kind, type, ...)                                                   \
	do {                                                                   \
		type msg_ = { __VA_ARGS__ };                                   \
		put(file, &msg_, sizeof(msg_), kind);                          \
	} while (0)

/* With one customer of this name, and a list of one prefix. */
static void
config_write(const char *path, const char *name)
{
	struct msg_cfg_customer customer = { .asn = 65001,
		.validate = VALIDATE_NEIGHBOR_AS };
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)snprintf(customer.name, sizeof(customer.name), "%s", name);
	PUT(MSG_CFG_BEGIN, struct msg_cfg_begin, .generation = 0);
	PUT(MSG_CFG_ROUTER, struct msg_cfg_router, .asn = 64500,
	    .store_path = "/s", .control_path = "/c");
	PUT(MSG_CFG_VALIDATION, struct msg_cfg_validation, .max_routes = 1,
	    .brake_percent = 100);
	PUT(MSG_CFG_FLEET, struct msg_cfg_fleet, .profile = COST_NONE + 1);
	PUT(MSG_CFG_RPKI, struct msg_cfg_rpki, .n = 0);
	PUT(MSG_CFG_SERVICE, struct msg_cfg_service, .noc = "noc");
	PUT(MSG_CFG_LOG, struct msg_cfg_log, .name = "n", .key_path = "/k");
	put(file, &customer, sizeof(customer), MSG_CFG_CUSTOMER);
	PUT(MSG_CFG_IRR, struct msg_cfg_irr, .status = IRR_USABLE, .n = 1,
	    .path = "/nowhere/irr.json");
	PUT(MSG_CFG_PREFIX, struct msg_cfg_prefix, .list = CFG_LIST_IRR,
	    .prefix = { .afi = AFI_IPV4, .len = 8, .addr = { 10 } });
	PUT(MSG_CFG_END, struct msg_cfg_end, .generation = 0);
	assert_int_equal(fclose(file), 0);
}

/* As the loader would have read it. */
static struct cfg_set *
config_read(struct world *world)
{
	_Alignas(8) uint8_t octets[MSG_LEN_MAX];
	struct cfg_set *set = cfg_set_new();
	FILE *file = fopen(world->file, "r");
	struct msg_head *head = (void *)octets;

	assert_non_null(file);
	while (fread(octets, sizeof(*head), 1, file) == 1) {
		assert_in_range(head->len, sizeof(*head), sizeof(octets));
		assert_int_equal(
		    fread(head + 1, head->len - sizeof(*head), 1, file), 1);
		assert_null(cfg_set_take(set, head));
	}
	assert_int_equal(fclose(file), 0);
	assert_null(cfg_set_number(
	    set, world->supervisor.customers, world->supervisor.names));
	return set;
}

/* The name of the one customer of the set in force. */
static const char *
in_force(const struct world *world)
{
	return cfg_set_customer(world->supervisor.set, 0)->name;
}

/* ---- the guard ---- */

static void
check_done(struct world *world)
{
	if ((world->until_helds != 0 && world->helds >= world->until_helds) ||
	    (world->until_begins != 0 && world->begins >= world->until_begins))
		loop_stop(world->supervisor.loop);
}

static void
result_send(struct world *world, uint64_t generation)
{
	struct msg_cfg_result msg = { .head = { .kind = MSG_CFG_RESULT },
		.generation = generation,
		.ok = 1 };

	if (world->begin.purpose == CFG_BOOT)
		return;
	if (world->begin.rollback != 0 && world->refuse_rollback)
		msg.ok = 0;
	(void)channel_send(world->guard, &msg, sizeof(msg), -1);
	channel_flush(world->guard);
}

static void
guard_end(struct world *world, const struct msg_cfg_end *msg)
{
	world->begins++;
	if (world->begin.rollback != 0 && world->die_in_rollback) {
		world->supervisor.guard.ready = false;
		reload_guard_gone(&world->supervisor);
	} else {
		result_send(world, msg->generation);
	}
	check_done(world);
}

/* The guard hears something. */
static void
guard_hears(void *ctx, const struct msg_head *head, int fd)
{
	struct world *world = ctx;
	const struct msg_held *held = (const void *)head;

	assert_int_equal(fd, -1);
	if (head->kind == MSG_CFG_BEGIN) {
		world->begin =
		    *(const struct msg_cfg_begin *)(const void *)head;
	} else if (head->kind == MSG_CFG_END) {
		guard_end(world, (const void *)head);
	} else if (head->kind == MSG_HELD && held->what == CONFIRM_RELOAD) {
		world->held = *held;
		world->helds++;
		check_done(world);
	} else if (head->kind >= MSG_IRR_BEGIN && head->kind <= MSG_IRR_END) {
		assert_in_range(world->n_kinds, 0, SEEN_MAX - 1);
		world->kinds[world->n_kinds++] = head->kind;
		world->index = ((const struct msg_cfg_prefix *)held)->index;
	}
}

/* The supervisor hears the guard. */
static void
supervisor_hears(void *ctx, const struct msg_head *head, int fd)
{
	struct world *world = ctx;

	assert_int_equal(fd, -1);
	assert_int_equal(head->kind, MSG_CFG_RESULT);
	if (world->supervisor.reload.set != NULL)
		reload_result(&world->supervisor, (const void *)head);
}

static void
channel_ended(void *ctx)
{
	(void)ctx;
	fail_msg("a channel has ended");
}

static const struct channel_ops guard_ops = {
	.on_message = guard_hears,
	.on_closed = channel_ended,
};

static const struct channel_ops supervisor_ops = {
	.on_message = supervisor_hears,
	.on_closed = channel_ended,
};

/* ---- the world ---- */

static void
child_ended(void *ctx, int signo)
{
	(void)signo;
	process_reap(&((struct world *)ctx)->supervisor.processes);
}

static void
gave_up(void *ctx)
{
	(void)ctx;
	fail_msg("it does not happen");
}

static void
loader_write(const struct world *world)
{
	char path[TEMP_PATH_MAX + 16];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/sluice-loader", world->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs("#!/bin/sh\ncat \"$1\" >&3\n", file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, S_IRWXU), 0);
}

/* A process that can be killed; its channel has its other end here. */
static void
guard_start(struct world *world)
{
	struct process *process = &world->supervisor.guard.process;
	int fds[2];

	process->pid = fork();
	if (process->pid == 0) {
		(void)pause();
		_exit(0);
	}
	assert_int_equal(channel_pair(fds), 0);
	process->channel = channel_open(
	    world->supervisor.loop, fds[0], 1u << 20, &supervisor_ops, world);
	world->guard = channel_open(
	    world->supervisor.loop, fds[1], 1u << 20, &guard_ops, world);
	world->supervisor.guard.ready = true;
}

static void
supervisor_make(struct world *world)
{
	static const struct listen_ops nobody = { 0 };
	struct supervisor *supervisor = &world->supervisor;
	struct loop *loop = loop_new();

	supervisor->loop = loop;
	process_table_init(&supervisor->processes, loop);
	(void)snprintf(supervisor->processes.folder,
	    sizeof(supervisor->processes.folder), "%s", world->folder);
	supervisor->customers = names_new();
	supervisor->names = names_new();
	supervisor->listeners = listeners_new(loop, &nobody, NULL);
	supervisor->file = world->file;
	supervisor->phase = PHASE_RUN;
	supervisor->told_ready = true;
	assert_int_equal(parts_init(supervisor), 0);
	assert_int_equal(waits_init(supervisor), 0);
	assert_int_equal(trial_init(supervisor), 0);
	supervisor->set = config_read(world);
	waits_update(supervisor);
}

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	*state = world;
	log_open("test", LOG_ERROR);
	temp_folder_make(world->folder);
	(void)snprintf(
	    world->file, sizeof(world->file), "%s/file", world->folder);
	config_write(world->file, "before");
	loader_write(world);
	supervisor_make(world);
	guard_start(world);
	world->give_up = timer_new(world->supervisor.loop, gave_up, world);
	timer_start(world->give_up, GIVE_UP_MS, 0);
	return loop_signal(world->supervisor.loop, SIGCHLD, child_ended, world);
}

static int
teardown(void **state)
{
	struct world *world = *state;
	struct supervisor *supervisor = &world->supervisor;
	pid_t pid = supervisor->guard.process.pid;

	if (waitpid(pid, NULL, WNOHANG) == 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
	reload_abort(supervisor);
	channel_close(supervisor->guard.process.channel);
	channel_close(world->guard);
	trial_fini(supervisor);
	waits_fini(supervisor);
	parts_fini(supervisor);
	listeners_free(supervisor->listeners);
	cfg_set_free(supervisor->set);
	names_free(supervisor->customers);
	names_free(supervisor->names);
	timer_free(world->give_up);
	loop_free(supervisor->loop);
	temp_folder_remove(world->folder);
	free(world);
	return 0;
}

/* Until the guard has been told n times whether a reload waits. */
static void
run_until_held(struct world *world, unsigned n)
{
	world->until_helds = n;
	world->until_begins = 0;
	if (world->helds < n)
		loop_run(world->supervisor.loop);
}

/* A reload on trial has been applied, and the guard knows it. */
static void
try_other(struct world *world, uint32_t confirm_s)
{
	const struct msg_reload msg = { .confirm_s = confirm_s };

	config_write(world->file, "after");
	reload_start(&world->supervisor, &msg);
	run_until_held(world, 1);
	assert_int_equal(world->begin.purpose, CFG_APPLY);
	assert_int_equal(world->begin.confirm_s, confirm_s);
	assert_int_equal(world->begin.rollback, 0);
	assert_int_equal(world->held.waits, 1);
	assert_int_not_equal(world->held.until_ns, 0);
	assert_string_equal(in_force(world), "after");
}

static void
confirm(struct world *world)
{
	const struct msg_confirm msg = { .what = CONFIRM_RELOAD,
		.operator_name = "anna" };

	waits_confirmed(&world->supervisor, &msg);
}

/* ---- stories ---- */

/* Confirmed in time, it stays, and the guard is told that nothing waits. */
static void
confirmed_configuration_stays(void **state)
{
	struct world *world = *state;

	try_other(world, LONG_S);
	confirm(world);
	run_until_held(world, 2);
	assert_int_equal(world->held.waits, 0);
	assert_false(world->supervisor.trial.waits);
	assert_null(world->supervisor.trial.before);
	assert_string_equal(in_force(world), "after");
}

/* Not confirmed, it gives way to the one before. */
static void
unconfirmed_configuration_is_rolled_back(void **state)
{
	struct world *world = *state;

	try_other(world, 1);
	run_until_held(world, 2);
	assert_int_equal(world->held.waits, 0);
	assert_int_equal(world->begin.rollback, 1);
	assert_int_equal(world->begin.purpose, CFG_APPLY);
	assert_int_equal(world->begin.confirm_s, 0);
	assert_string_equal(in_force(world), "before");
	assert_int_equal(world->begins, 2);
}

/* When the guard refuses to go back, what was on trial stays for good. */
static void
refused_rollback_is_not_tried_again(void **state)
{
	struct world *world = *state;

	world->refuse_rollback = true;
	try_other(world, 1);
	run_until_held(world, 2);
	assert_string_equal(in_force(world), "after");
	assert_false(world->supervisor.trial.waits);
	assert_null(world->supervisor.reload.set);
}

/* A guard that dies while it is asked to go back does not hinder that. */
static void
rollback_needs_no_guard(void **state)
{
	struct world *world = *state;

	world->die_in_rollback = true;
	try_other(world, 1);
	world->until_begins = 2;
	loop_run(world->supervisor.loop);
	assert_string_equal(in_force(world), "before");
	assert_false(world->supervisor.trial.waits);
	assert_true(feed_idle(&world->supervisor.feed));
}

/* While one waits there is no other reload, by request or signal; a dry run
 * is fine. */
static void
other_reload_has_to_wait(void **state)
{
	const struct msg_reload again = { .confirm_s = LONG_S };
	const struct msg_reload dry = { .dry_run = 1 };
	struct world *world = *state;

	try_other(world, LONG_S);
	reload_start(&world->supervisor, &again);
	assert_null(world->supervisor.reload.load);
	reload_start(&world->supervisor, NULL);
	assert_null(world->supervisor.reload.load);
	reload_start(&world->supervisor, &dry);
	assert_non_null(world->supervisor.reload.load);
	world->until_helds = 0;
	world->until_begins = 2;
	loop_run(world->supervisor.loop);
	assert_int_equal(world->begin.purpose, CFG_DRY_RUN);
	assert_true(world->supervisor.trial.waits);
}

/* An impossible time is refused before the file is read. */
static void
endless_trial_is_refused(void **state)
{
	const struct msg_reload msg = { .confirm_s = TRIAL_MAX_S + 1 };
	struct world *world = *state;

	reload_start(&world->supervisor, &msg);
	assert_null(world->supervisor.reload.load);
}

/* A new guard is fed what is on trial, and told that it waits. */
static void
new_guard_is_told_what_waits(void **state)
{
	struct world *world = *state;

	try_other(world, LONG_S);
	supervisor_feed_boot(&world->supervisor);
	run_until_held(world, 2);
	assert_int_equal(world->begin.purpose, CFG_BOOT);
	assert_int_equal(world->begin.confirm_s, 0);
	assert_int_equal(world->held.waits, 1);
	assert_string_equal(in_force(world), "after");
}

/* A list that has changed goes to the guard by itself, before what waits is
 * told. */
static void
changed_list_is_sent_alone(void **state)
{
	static const uint16_t kinds[] = { MSG_IRR_BEGIN, MSG_IRR_PREFIX,
		MSG_IRR_END };
	struct world *world = *state;

	cfg_set_irr(world->supervisor.set, 0)->dirty = true;
	world->supervisor.waits_due = true;
	waits_send(&world->supervisor);
	assert_true(feed_idle(&world->supervisor.feed));
	try_other(world, LONG_S);
	assert_int_equal(world->n_kinds, 3);
	assert_memory_equal(world->kinds, kinds, sizeof(kinds));
	assert_int_equal(world->index, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(confirmed_configuration_stays),
		TEST(unconfirmed_configuration_is_rolled_back),
		TEST(refused_rollback_is_not_tried_again),
		TEST(rollback_needs_no_guard),
		TEST(other_reload_has_to_wait),
		TEST(endless_trial_is_refused),
		TEST(new_guard_is_told_what_waits),
		TEST(changed_list_is_sent_alone),
	};

	return cmocka_run_group_tests_name("trial", tests, NULL, NULL);
}
