/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A real store, damaged at random in many ways, goes through what the daemon
 * does at its start: no rule is shown that is not the one that was written, and
 * nobody who believes what the look at it said is ended by a signal.
 *
 * SLUICE_DAMAGE sets how many times in all; the table of what came of them is
 * printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/inspect.h"
#include "store/record.h"
#include "store/store.h"
#include "tests/lib/damage.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

#define ENTRIES 4000u
#define BATCH   100u
#define WALK    1000u
#define ROUNDS  320u
#define DAY_NS  UINT64_C(86400000000000)

/* X(name, heading): what comes of it. */
#define OUTCOME_MAP(X)                                                         \
	X(PAGES, "structure")   /* found by the look at the pages */           \
	X(HASHES, "hashes")     /* .. at edge and entries */                   \
	X(LIVE, "live")         /* .. at the live rules, which are dropped */  \
	X(DIED, "child died")   /* .. for it did not survive it */             \
	X(REFUSED, "refused")   /* opening it said no */                       \
	X(TOLD, "told")         /* reading it did, by name */                  \
	X(SCRUB, "full look")   /* nothing of it was noticed but by that */    \
	X(NOTHING, "no effect") /* octets that are not used */                 \
	X(ROLLED, "one back")   /* just as before the last commit, which no    \
				   file can tell: whoever signed it can */     \
	X(WRONG, "WRONG RULE")                                                 \
	X(LOST, "LOST RULE")                                                   \
	X(KILLED, "KILLED")
enum outcome {
#define X(name, heading) OUTCOME_##name,
	OUTCOME_MAP(X)
#undef X
	OUTCOMES
};
static const char *const outcome_names[OUTCOMES] = {
#define X(name, heading) heading,
	OUTCOME_MAP(X)
#undef X
};

struct world {
	char path[TEMP_PATH_MAX];
	struct damage damage;
	uint8_t leaf[ENTRIES][SEAL_LEN];
	uint64_t live[ENTRIES]; /* seq + 1 of the rule's entry; 0: none */
	unsigned n_live;
	/* Likewise, before the last commit. */
	uint64_t live_before[ENTRIES];
	unsigned n_before;
	struct ledger_head before;
	unsigned round;
	unsigned count[DAMAGE_KINDS][OUTCOMES];
	struct entry entry;
	uint8_t record[RECORD_MAX];
};

static void
file_read(const char *path, struct damage_file *file)
{
	char name[2 * TEMP_PATH_MAX];
	struct stat st;
	int fd;

	(void)snprintf(name, sizeof(name), "%s/data.mdb", path);
	fd = open(name, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	free(file->data);
	file->len = (size_t)st.st_size;
	file->data = malloc(file->len + DAMAGE_SPARE);
	assert_non_null(file->data);
	assert_int_equal(read(fd, file->data, file->len), (ssize_t)file->len);
	(void)close(fd);
}

static void
file_write(const struct world *world)
{
	char name[2 * TEMP_PATH_MAX];
	int fd;

	(void)snprintf(name, sizeof(name), "%s/data.mdb", world->path);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(
	    write(fd, world->damage.work.data, world->damage.work.len),
	    (ssize_t)world->damage.work.len);
	(void)close(fd);
}

/* ---- the store that is damaged ---- */

static void
entry_make(struct world *world, uint64_t seq, struct entry *entry)
{
	if (seq % 7 == 3)
		random_entry(&world->damage.random, entry);
	else
		usual_entry(seq, entry);
	entry->seq = seq;
	entry->rule_id = seq;
	entry->live_op = LIVE_NONE;
	if (seq == 0) {
		usual_entry(seq, entry);
		entry->kind = ENTRY_START;
		(void)snprintf(entry->text, sizeof(entry->text),
		    "log sluice/192.0.2.1/0badcafe begun");
	} else if (seq % 5 == 4) {
		entry->rule_id = random_below(&world->damage.random, seq);
		entry->live_op = LIVE_DELETE;
	} else if (seq % 5 == 2 && seq > 100) {
		entry->rule_id = seq - 1; /* another word on the same rule */
		entry->live_op = LIVE_PUT;
	} else if (entry_may_live(entry)) {
		entry->live_op = LIVE_PUT;
	}
	if (!entry_may_live(entry) && entry->live_op == LIVE_PUT)
		entry->live_op = LIVE_NONE;
}

static void
entry_add(struct world *world, struct store *store)
{
	uint64_t seq = store_next(store);
	struct entry *entry = &world->entry;
	int len;

	entry_make(world, seq, entry);
	assert_int_equal(store_append_entry(store, entry), 0);
	len = record_encode(entry, world->record);
	assert_true(len > 0);
	seal_leaf(world->record, (size_t)len, world->leaf[seq]);
	if (entry->live_op == LIVE_PUT)
		world->live[entry->rule_id] = seq + 1;
	else if (entry->live_op == LIVE_DELETE)
		world->live[entry->rule_id] = 0;
}

static void
world_fill(struct world *world, struct store *store)
{
	static const char origin[] = "sluice/192.0.2.1/0badcafe";
	static const char line[] = "\n\xe2\x80\x94 log AAAAAAA=\n";
	struct checkpoint checkpoint = { .origin =
					     "sluice/192.0.2.1/0badcafe" };
	char note[NOTE_MAX];
	int len;

	for (unsigned i = 0; i < ENTRIES; i += BATCH) {
		memcpy(world->live_before, world->live, sizeof(world->live));
		ledger_written(store_ledger(store), &world->before);
		assert_int_equal(store_begin(store), 0);
		if (i == 0)
			store_meta_put(
			    store, STORE_ORIGIN, origin, sizeof(origin) - 1);
		for (unsigned k = 0; k < BATCH; k++)
			entry_add(world, store);
		checkpoint.size = i;
		memcpy(checkpoint.root, world->before.root, SEAL_LEN);
		len = checkpoint_print(&checkpoint, note, sizeof(note));
		assert_true(len > 0);
		memcpy(&note[len], line, sizeof(line));
		store_note_put(store, i, note, strlen(note));
		assert_int_equal(store_commit(store, NULL), 0);
		for (unsigned v = 0; v < DAMAGE_VERSIONS; v++)
			if (i == ENTRIES - BATCH * (1 + v * v * 2) - BATCH)
				file_read(world->path, &world->damage.older[v]);
	}
}

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct store *store;

	if (world == NULL)
		return -1;
	temp_folder_make(world->path);
	world->damage.random.word = 11;
	if (getenv("SLUICE_DAMAGE_SEED") != NULL)
		world->damage.random.word =
		    strtoull(getenv("SLUICE_DAMAGE_SEED"), NULL, 10);
	assert_int_equal(store_open(world->path, 0, &store), 0);
	world_fill(world, store);
	store_close(store);
	file_read(world->path, &world->damage.whole);
	file_read(world->path, &world->damage.work);
	for (unsigned i = 0; i < ENTRIES; i++) {
		world->n_live += world->live[i] != 0;
		world->n_before += world->live_before[i] != 0;
	}
	*state = world;
	return 0;
}

static void
table_print(const struct world *world)
{
	unsigned total[OUTCOMES] = { 0 };

	for (unsigned i = 0; i < DAMAGE_KINDS; i++) {
		print_message("%-24s", damage_name(i));
		for (unsigned k = 0; k < OUTCOMES; k++) {
			total[k] += world->count[i][k];
			if (world->count[i][k] > 0)
				print_message("  %s %u", outcome_names[k],
				    world->count[i][k]);
		}
		print_message("\n");
	}
	print_message("%-24s", "all");
	for (unsigned k = 0; k < OUTCOMES; k++)
		print_message("  %s %u", outcome_names[k], total[k]);
	print_message("\n");
}

static int
teardown(void **state)
{
	struct world *world = *state;

	table_print(world);
	temp_folder_remove(world->path);
	for (unsigned i = 0; i < DAMAGE_VERSIONS; i++)
		free(world->damage.older[i].data);
	free(world->damage.whole.data);
	free(world->damage.work.data);
	free(world);
	return 0;
}

/* ---- the daemon's start ---- */

/* How the child that opens it ends. */
enum child_end {
	CHILD_FINE = 0,
	CHILD_REFUSED = 10,
	CHILD_TOLD,
	CHILD_WRONG,
	CHILD_LOST,
};

struct reading {
	struct world *world;
	const uint64_t *live;
	unsigned shown;
	unsigned bad;
	unsigned wrong;
	unsigned walked;
};

static int
rule_shown(void *ctx, const struct entry *entry)
{
	struct reading *reading = ctx;
	struct world *world = reading->world;
	uint8_t leaf[SEAL_LEN];
	int len = record_encode(entry, world->record);

	reading->shown++;
	if (len < 0 || entry->rule_id >= ENTRIES || entry->seq >= ENTRIES ||
	    reading->live[entry->rule_id] != entry->seq + 1) {
		reading->wrong++;
		return 0;
	}
	seal_leaf(world->record, (size_t)len, leaf);
	if (memcmp(leaf, world->leaf[entry->seq], SEAL_LEN) != 0)
		reading->wrong++;
	return 0;
}

static void
rule_bad(void *ctx, uint64_t rule_id, uint64_t seq)
{
	struct reading *reading = ctx;

	(void)rule_id;
	(void)seq;
	reading->bad++;
}

static int
entry_walked(void *ctx, const struct entry *entry)
{
	struct reading *reading = ctx;

	(void)entry;
	return ++reading->walked == WALK;
}

static int
entry_append(struct world *world, struct store *store)
{
	int err = store_begin(store);

	for (unsigned i = 0; i < 300 && err == 0; i++) {
		usual_entry(store_next(store), &world->entry);
		world->entry.live_op = LIVE_PUT;
		err = store_append_entry(store, &world->entry);
	}
	return err != 0 ? err : store_commit(store, NULL);
}

/* What should be there. */
struct expected {
	const uint64_t *live;
	unsigned n;
};

static enum child_end
store_use(struct world *world, const struct expected *expected)
{
	struct reading reading = { world, expected->live, 0, 0, 0, 0 };
	unsigned want = expected->n;
	const struct store_live_ops ops = { rule_shown, rule_bad, &reading };
	struct ledger_range range = { .to = UINT64_MAX, .backward = true };
	struct store *store;
	bool told = false;
	int err = store_open(world->path, 0, &store);

	if (err != 0)
		return CHILD_REFUSED;
	told |= store_live(store, 0, &ops) != 0 || reading.bad > 0;
	told |= ledger_walk(store_ledger(store), &range, entry_walked, &reading,
		    NULL) < 0;
	told |= entry_append(world, store) != 0;
	store_close(store);
	if (reading.wrong > 0 || reading.shown > want)
		return CHILD_WRONG;
	if (reading.shown + reading.bad < want && !told)
		return CHILD_LOST;
	return told ? CHILD_TOLD : CHILD_FINE;
}

static int
child_run(struct world *world, const struct expected *want)
{
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(CHILD_WRONG);
		_exit((int)store_use(world, want));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
aside_remove(const struct world *world, const char *name)
{
	char path[2 * TEMP_PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", world->path, name);
	(void)chmod(path, 0700);
	temp_folder_remove(path);
}

/* Sound as it seems: no harm done, or not seen. */
static enum outcome
sound_outcome(struct world *world, const struct inspect_report *quick,
    struct expected *want)
{
	struct inspect_report report;

	want->n = world->n_live;
	if (quick->size == world->before.size &&
	    memcmp(quick->root, world->before.root, SEAL_LEN) == 0) {
		want->live = world->live_before;
		want->n = world->n_before;
		return OUTCOME_ROLLED;
	}
	inspect_store(world->path, INSPECT_FULL, 60000, &report);
	return report.error != 0 || report.live_bad != 0 ? OUTCOME_SCRUB
							 : OUTCOME_NOTHING;
}

/* What a start makes of it; want: live rules that are still there. */
static enum outcome
start(struct world *world, struct expected *want)
{
	struct inspect_report report;
	char aside[NAME_MAX_LEN];

	want->live = world->live;
	want->n = 0;
	inspect_store(world->path, INSPECT_QUICK, 60000, &report);
	if (report.error != 0) {
		assert_int_equal(
		    inspect_aside(world->path, ++world->round * DAY_NS, aside),
		    0);
		aside_remove(world, aside);
		if (strncmp(report.why, "whoever", 7) == 0)
			return OUTCOME_DIED;
		return strncmp(report.why, "page", 4) == 0 ||
			       strncmp(report.why, "the older", 9) == 0
			   ? OUTCOME_PAGES
			   : OUTCOME_HASHES;
	}
	if (report.live_bad != 0) {
		assert_int_equal(inspect_drop_live(world->path), 0);
		return OUTCOME_LIVE;
	}
	return sound_outcome(world, &report, want);
}

static enum outcome
outcome_of(enum outcome found, int status)
{
	if (!WIFEXITED(status))
		return OUTCOME_KILLED;
	switch (WEXITSTATUS(status)) {
	case CHILD_FINE:
		return found;
	case CHILD_REFUSED:
		return OUTCOME_REFUSED;
	case CHILD_TOLD:
		return OUTCOME_TOLD;
	case CHILD_LOST:
		return OUTCOME_LOST;
	default:
		return OUTCOME_WRONG;
	}
}

/* What to look at when it has gone wrong. */
static void
damage_keep(const struct world *world, enum damage_kind kind)
{
	const char *folder = getenv("SLUICE_DAMAGE_KEEP");
	char name[512];
	FILE *file;

	if (folder == NULL)
		return;
	(void)snprintf(name, sizeof(name), "%s/%s-%u.mdb", folder,
	    damage_name(kind), world->round);
	file = fopen(name, "wb");
	if (file == NULL)
		return;
	(void)fwrite(world->damage.work.data, 1, world->damage.work.len, file);
	(void)fclose(file);
}

static unsigned
rounds(void)
{
	const char *text = getenv("SLUICE_DAMAGE");
	unsigned long n = text == NULL ? ROUNDS : strtoul(text, NULL, 10);

	return (unsigned)((n + DAMAGE_KINDS - 1) / DAMAGE_KINDS);
}

/* A group of damages of one kind; the row's name says which. */
static void
damage_is_survived(void **state)
{
	static const enum outcome failures[] = { OUTCOME_WRONG, OUTCOME_LOST,
		OUTCOME_KILLED, OUTCOME_DIED };
	struct world *world = *state;
	enum damage_kind kind = (enum damage_kind)world->round;
	unsigned bad = 0;

	world->round = kind * 1000000u;
	for (unsigned n = rounds(); n > 0; n--) {
		enum outcome outcome;
		struct expected want;

		damage_make(&world->damage, kind);
		file_write(world);
		outcome = start(world, &want);
		outcome = outcome_of(outcome, child_run(world, &want));
		world->count[kind][outcome]++;
		for (unsigned i = 0; i < sizeof(failures) / sizeof(failures[0]);
		     i++)
			if (outcome == failures[i])
				damage_keep(world, kind);
	}
	for (unsigned i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		bad += world->count[kind][failures[i]];
	world->round = kind + 1;
	assert_int_equal(bad, 0);
}

/* The store before any damage: sound, all of its rules shown. */
static void
whole_store_is_sound(void **state)
{
	struct world *world = *state;
	struct inspect_report report;
	const struct expected want = { world->live, world->n_live };
	uint8_t zero[SEAL_LEN] = { 0 };

	for (unsigned depth = INSPECT_QUICK; depth <= INSPECT_FULL; depth++) {
		inspect_store(
		    world->path, (enum inspect_depth)depth, 60000, &report);
		assert_string_equal(report.why, "");
		assert_int_equal(report.error, 0);
		assert_int_equal(report.live_bad, 0);
		assert_int_equal(report.size, ENTRIES);
		assert_memory_not_equal(report.root, zero, SEAL_LEN);
	}
	assert_int_equal(child_run(world, &want), CHILD_FINE);
	world->round = 0;
}

int
main(void)
{
	struct CMUnitTest tests[DAMAGE_KINDS + 1];

	tests[0] = (struct CMUnitTest)cmocka_unit_test(whole_store_is_sound);
	for (unsigned i = 0; i < DAMAGE_KINDS; i++)
		tests[i + 1] = (struct CMUnitTest){ damage_name(i),
			damage_is_survived, NULL, NULL, NULL };
	return cmocka_run_group_tests_name("damage", tests, setup, teardown);
}
