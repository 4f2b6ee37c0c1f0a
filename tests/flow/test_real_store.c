/* SPDX-License-Identifier: BSD-2-Clause */
/* Guard and store together, over a real log on a real disk, through deaths of
 * either; then the log is verified. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/store/guard_link.h"
#include "tests/lib/guard_scene.h"
#include "tests/lib/temp_folder.h"

#define MAP   (64u << 20)
#define RULES 200u

struct disk {
	char path[TEMP_PATH_MAX];
	struct store *store;
	struct writer *writer;
	struct guard_link *link;
};

static size_t wanted;

static void
durable(void *ctx, const struct ledger_head *head)
{
	struct disk *disk = ctx;

	(void)head;
	guard_link_durable(disk->link);
}

static void
full(void *ctx, bool is_full)
{
	struct disk *disk = ctx;

	guard_link_full(disk->link, is_full);
}

static void
disk_up(struct scene *scene, struct disk *disk)
{
	const struct writer_ops ops = { durable, full, disk };

	assert_int_equal(store_open(disk->path, MAP, &disk->store), 0);
	disk->writer = writer_new(scene->loop, disk->store, disk->path, &ops);
	assert_non_null(disk->writer);
	disk->link = guard_link_new(scene->loop, disk->store, disk->writer);
	assert_non_null(disk->link);
}

static void
disk_down(struct disk *disk)
{
	guard_link_free(disk->link);
	writer_free(disk->writer);
	store_close(disk->store);
}

/* Connect guard and store. */
static void
introduce(struct scene *scene, struct disk *disk)
{
	struct msg_channel msg = { .head.kind = MSG_CHANNEL,
		.role = ROLE_STORE };
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), fds[1]), 0);
	(void)close(fds[1]);
	guard_link_attach(disk->link, fds[0]);
}

static bool
settled(struct scene *scene)
{
	return scene->guard->loaded && scene->routers[0].n == wanted &&
	       journal_pending(scene->guard->journal) == 0;
}

static void
until(struct scene *scene, size_t n)
{
	wanted = n;
	scene_until(scene, settled);
	scene_settle(scene);
}

static void
dst_of(unsigned n, char *dst, size_t size)
{
	(void)snprintf(dst, size, "10.1.0.%u/32", n);
}

static int
count(void *ctx, const struct entry *entry)
{
	struct scene *scene = ctx;
	char dst[PREFIX_TEXT_MAX];

	/* What is live stands inward, under the id that it has there. */
	dst_of(entry->rule.dst[3], dst, sizeof(dst));
	assert_int_equal(entry->state, STATE_ACCEPTED);
	assert_non_null(router_holds(&scene->routers[0], dst));
	assert_int_equal(
	    scene_known(&scene->sessions[0], dst)->id, entry->rule_id);
	scene->n_rows++;
	return 0;
}

static void
announce(struct scene *scene, unsigned from, unsigned to)
{
	char dst[PREFIX_TEXT_MAX];

	for (unsigned n = from; n < to; n++) {
		dst_of(n, dst, sizeof(dst));
		session_announce(&scene->sessions[0], dst, 0);
	}
}

static void
withdraw(struct scene *scene, unsigned from, unsigned to)
{
	char dst[PREFIX_TEXT_MAX];

	for (unsigned n = from; n < to; n++) {
		dst_of(n, dst, sizeof(dst));
		session_withdraw(&scene->sessions[0], dst);
	}
}

static void
guard_up(struct scene *scene, struct disk *disk)
{
	scene_guard_start(scene);
	introduce(scene, disk);
	scene_give_sessions(scene);
	scene_give_routers(scene);
}

static void
check_disk(struct scene *scene, struct disk *disk, size_t n)
{
	struct store_live_ops ops = { .visit = count, .ctx = scene };
	uint64_t at;

	scene->n_rows = 0;
	assert_int_equal(store_live(disk->store, 0, &ops), 0);
	assert_int_equal(scene->n_rows, n);
	assert_int_equal(ledger_verify(store_ledger(disk->store), &at), 0);
}

/* Nothing is lost, nothing revived, and the log holds. */
static void
rules_live_through_deaths(void **state)
{
	struct scene *scene = scene_prepare();
	struct disk disk = { .store = NULL };

	(void)state;
	temp_folder_make(disk.path);
	scene->real_store = true;
	disk_up(scene, &disk);
	guard_up(scene, &disk);
	session_up(&scene->sessions[0]);

	/* 1. Rules come, and some are withdrawn again. */
	announce(scene, 0, RULES);
	until(scene, RULES);
	withdraw(scene, 0, 50);
	until(scene, RULES - 50);

	/* 2. The guard dies. */
	scene_guard_kill(scene);
	guard_up(scene, &disk);
	until(scene, RULES - 50);

	/* 3. The store dies, and rules are withdrawn meanwhile. */
	disk_down(&disk);
	scene_settle(scene);
	withdraw(scene, 50, 80);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, RULES - 80);
	disk_up(scene, &disk);
	introduce(scene, &disk);
	until(scene, RULES - 80);
	assert_int_equal(session_unacked(&scene->sessions[0]), 0);

	/* 4. Both die. */
	scene_guard_kill(scene);
	disk_down(&disk);
	disk_up(scene, &disk);
	guard_up(scene, &disk);
	until(scene, RULES - 80);

	/* 5. The disk agrees. */
	check_disk(scene, &disk, RULES - 80);
	scene_guard_kill(scene);
	disk_down(&disk);
	scene_free(scene);
	temp_folder_remove(disk.path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_live_through_deaths),
	};

	return cmocka_run_group_tests_name("real store", tests, NULL, NULL);
}
