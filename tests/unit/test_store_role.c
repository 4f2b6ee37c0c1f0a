/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's ends of its channels, over a real loop, real socket pairs and a
 * real LMDB: the test plays guard and control.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/entry_msg.h"
#include "proxy/store/audit_link.h"
#include "proxy/store/ballast.h"
#include "proxy/store/guard_link.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/store_scene.h"
#include "tests/lib/temp_folder.h"

/* ---- guard ---- */

/* A guard is greeted with the next number, and told what is on disk. */
static void
entries_become_durable(void **state)
{
	struct world *world = *state;
	struct entry found;

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	assert_int_equal(world->hello_seq, 0);
	scene_record(world, 0, 1000);
	scene_record(world, 1000, 1001);

	assert_int_equal(
	    ledger_get(store_ledger(world->store), 1000, &found), 0);
	assert_int_equal(found.seq, 1000);
	assert_false(world->closed);
}

/* More than a buffer holds passes through, in order, nothing lost. */
static void
flood_passes_in_order(void **state)
{
	struct world *world = *state;
	const uint64_t all = 3 * (uint64_t)WRITER_ENTRIES;
	uint64_t seq;

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	scene_send_usual(world, 0, all);
	world->target = all;
	assert_true(scene_run(world, scene_is_durable));

	assert_int_equal(ledger_verify(store_ledger(world->store), &seq), 0);
	assert_int_equal(seq, all);
}

/* Sent again is acknowledged and not written again. */
static void
entry_sent_again_is_acknowledged(void **state)
{
	struct world *world = *state;
	struct ledger_head head;

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	scene_record(world, 0, 10);
	world->durable = 0;
	scene_send_usual(world, 5, 10);
	world->target = 10;
	assert_true(scene_run(world, scene_is_durable));
	scene_record(world, 10, 11);

	assert_int_equal(
	    ledger_head_read(store_ledger(world->store), &head), 0);
	assert_int_equal(head.size, 11);
}

/* A gap closes the channel, and nothing behind it is written. */
static void
gap_closes_the_channel(void **state)
{
	struct world *world = *state;

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	scene_record(world, 0, 10);
	scene_send_usual(world, 11, 12);
	assert_true(scene_run(world, scene_is_closed));

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	assert_int_equal(world->hello_seq, 10);
	scene_record(world, 10, 12);
}

/* An entry that cannot be recorded closes the channel. */
static void
live_rule_without_rule_closes_the_channel(void **state)
{
	struct world *world = *state;

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	usual_entry(0, &world->entry);
	world->entry.has_rule = 0;
	world->entry.live_op = LIVE_PUT;
	scene_send_entry(world, &world->entry);
	assert_true(scene_run(world, scene_is_closed));
	assert_int_equal(writer_next(world->writer), 0);
}

/* Octets of an entry that lie about themselves close the channel. */
static void
malformed_entry_closes_the_channel(void **state)
{
	struct world *world = *state;
	size_t size;
	struct msg_entry *msg;

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	usual_entry(0, &world->entry);
	size = entry_msg_size(&world->entry);
	msg = channel_reserve(world->far, MSG_STORE_APPEND, size);
	assert_non_null(msg);
	entry_msg_pack(&world->entry, msg);
	assert_false(guard_link_broken(world->guard));
	msg->evidence_len = 190;
	channel_commit(world->far, size);
	assert_true(scene_run(world, scene_is_closed));
	assert_true(guard_link_broken(world->guard));
}

/* A guard that comes while entries of the last one are under way is greeted
 * after them. */
static void
new_guard_is_greeted_after_the_old_ones_entries(void **state)
{
	struct world *world = *state;

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	for (unsigned i = 0; i < 20; i++) {
		uint64_t next = writer_next(world->writer);

		scene_send_usual(world, next, next + 500);
		channel_flush(world->far);
		/* The old end is read to its end only if the loop runs. */
		world->target = next + 1;
		assert_true(scene_run(world, scene_is_durable));
		scene_connect_guard(world);
		world->durable = 0;
		assert_true(scene_run(world, scene_is_greeted));
		assert_int_equal(world->hello_seq, writer_next(world->writer));
		assert_true(writer_idle(world->writer));
	}
}

static void
ask_live(struct world *world)
{
	const struct msg_store_seq load = { .head.kind = MSG_STORE_LOAD };

	world->lives = 0;
	world->loaded = 0;
	assert_int_equal(channel_send(world->far, &load, sizeof(load), -1), 0);
	assert_true(scene_run(world, scene_is_loaded));
}

/* Live rules come by rising id, also after the store was restarted. */
static void
live_rules_are_sent_when_asked(void **state)
{
	struct world *world = *state;

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	scene_record(world, 0, 100);
	usual_entry(100, &world->entry);
	world->entry.rule_id = 40;
	world->entry.live_op = LIVE_DELETE;
	scene_send_entry(world, &world->entry);
	world->target = 101;
	assert_true(scene_run(world, scene_is_durable));
	channel_close(world->far);
	world->far = NULL;
	scene_store_down(world);
	scene_store_up(world);

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	assert_int_equal(world->hello_seq, 101);
	ask_live(world);
	assert_int_equal(world->lives, 99);
	assert_int_equal(world->loaded, 100);
	assert_int_equal(world->ids[39], 39);
	assert_int_equal(world->ids[40], 41);
}

/* More live rules than the channel holds are all sent. */
static void
many_live_rules_are_sent(void **state)
{
	struct world *world = *state;

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	for (uint64_t n = 0; n < 60000; n += 10000)
		scene_record(world, n, n + 10000);
	ask_live(world);
	assert_int_equal(world->lives, 60000);
	assert_int_equal(world->loaded, 60001);
}

/* ---- a full disk ---- */

static struct rlimit limit_before;

static void
limit_file_size(rlim_t octets)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit_before), 0);
	limit = limit_before;
	limit.rlim_cur = octets;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
limit_lift(void)
{
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit_before), 0);
}

/* The guard is told; when there is room again all is written, in order. */
static void
full_disk_loses_nothing(void **state)
{
	struct world *world = *state;
	uint64_t seq;

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	scene_record(world, 0, 10);
	limit_file_size(1 << 18);
	scene_send_usual(world, 10, 5000);
	assert_true(scene_run(world, scene_is_full));
	scene_send_usual(world, 5000, 5100);
	channel_flush(world->far);
	limit_lift();
	world->target = 5100;
	assert_true(scene_run(world, scene_is_durable));
	assert_true(scene_run(world, scene_is_fine));

	assert_int_equal(ledger_verify(store_ledger(world->store), &seq), 0);
	assert_int_equal(seq, 5100);
	assert_false(world->closed);
}

/* A guard that comes while the disk is full is greeted with what is durable;
 * what waited is dropped, for it will be sent again. */
static void
guard_is_greeted_on_a_full_disk(void **state)
{
	struct world *world = *state;

	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	scene_record(world, 0, 10);
	limit_file_size(1 << 18);
	scene_send_usual(world, 10, 5000);
	assert_true(scene_run(world, scene_is_full));
	world->status = 0;
	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	assert_int_equal(world->hellos, 1);
	assert_true(scene_run(world, scene_is_full));
	assert_true(world->hello_seq < 5000);
	limit_lift();
	scene_record(world, world->hello_seq, 6000);
}

/* On a disk that others have filled, the ballast still takes entries while the
 * guard is told to accept nothing, also by a store that starts meanwhile; it is
 * back when there is room. */
static void
full_disk_still_takes_what_cannot_wait(void **state)
{
	struct world *world = *state;
	char filler[2 * TEMP_PATH_MAX] = { 0 };
	size_t ballast;
	FILE *file;

	scene_store_down(world);
	if (mount("tmpfs", world->path, "tmpfs", 0, "size=32m,mode=700") != 0) {
		(void)fprintf(stderr,
		    "SKIPPED: no leave to mount a small tmpfs here, so the "
		    "ballast was NOT tested\n");
		scene_store_up(world);
		skip();
	}
	scene_store_up(world);
	ballast = ballast_size(world->path);
	assert_int_equal(ballast, 2 << 20);
	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_greeted));
	scene_record(world, 0, 10);
	(void)snprintf(filler, sizeof(filler), "%s/filler", world->path);
	file = fopen(filler, "wb");
	assert_non_null(file);
	while (fwrite(filler, sizeof(filler), 1, file) == 1)
		;
	(void)fclose(file);

	scene_record(world, 10, 2000);
	assert_true(scene_run(world, scene_is_full));
	scene_record(world, 2000, 4000);
	assert_int_equal(world->status, STORE_FULL);
	/* A store that starts on it knows that there was a ballast. */
	world->status = STORE_FINE;
	channel_close(world->far);
	world->far = NULL;
	scene_store_down(world);
	scene_store_up(world);
	scene_connect_guard(world);
	assert_true(scene_run(world, scene_is_full));
	scene_record(world, 4000, 4500);
	assert_int_equal(unlink(filler), 0);
	assert_true(scene_run(world, scene_is_fine));
	assert_true(ballast_drop(world->path));

	channel_close(world->far);
	world->far = NULL;
	scene_store_down(world);
	assert_int_equal(umount(world->path), 0);
	scene_store_up(world);
}

/* What is laid aside is there, and can be given up. */
static void
ballast_is_laid_aside_and_given_up(void **state)
{
	char folder[TEMP_PATH_MAX], path[2 * TEMP_PATH_MAX];

	(void)state;
	temp_folder_make(folder);
	(void)snprintf(path, sizeof(path), "%s/ballast", folder);
	assert_true(ballast_take(folder, 1 << 20));
	assert_int_equal(access(path, F_OK), 0);
	assert_true(ballast_take(folder, 1 << 20));
	assert_false(ballast_spent(folder));
	assert_true(ballast_drop(folder));
	assert_true(ballast_spent(folder));
	assert_false(ballast_drop(folder));
	assert_false(ballast_take(folder, (size_t)1 << 60));
	assert_true(ballast_spent(folder));
	assert_true(ballast_take(folder, 1 << 20));
	assert_false(ballast_spent(folder));
	assert_int_equal(unlink(path), 0);
	assert_false(ballast_spent(folder));
	assert_false(ballast_take(folder, (size_t)1 << 60));
	assert_int_equal(access(path, F_OK), -1);
	temp_folder_remove(folder);
}

#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(entries_become_durable),
		T(flood_passes_in_order),
		T(entry_sent_again_is_acknowledged),
		T(gap_closes_the_channel),
		T(live_rule_without_rule_closes_the_channel),
		T(malformed_entry_closes_the_channel),
		T(new_guard_is_greeted_after_the_old_ones_entries),
		T(live_rules_are_sent_when_asked),
		T(many_live_rules_are_sent),
		T(full_disk_loses_nothing),
		T(guard_is_greeted_on_a_full_disk),
		T(full_disk_still_takes_what_cannot_wait),
		cmocka_unit_test(ballast_is_laid_aside_and_given_up),
	};

	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("store_role", tests, NULL, NULL);
}
