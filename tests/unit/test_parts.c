/* SPDX-License-Identifier: BSD-2-Clause */
/* Roles that are there only where the configuration wants them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "proxy/common/log.h"
#include "proxy/supervisor/supervisor.h"
#include "tests/lib/temp_folder.h"

#define GIVE_UP_MS 20000
#define LOOK_MS    10

struct world {
	struct supervisor supervisor;
	struct cfg_set set;
	struct timer *look;
	unsigned looks;
	bool (*done)(const struct world *world);
	pid_t was; /* a process that is to be another */
	char folder[TEMP_PATH_MAX];
};

static void
child_ended(void *ctx, int signo)
{
	(void)signo;
	process_reap(&((struct world *)ctx)->supervisor.processes);
}

static void
look(void *ctx)
{
	struct world *world = ctx;

	if (world->done(world))
		loop_stop(world->supervisor.loop);
	else if (++world->looks > GIVE_UP_MS / LOOK_MS)
		fail_msg("it does not happen");
}

static void
run_until(struct world *world, bool (*done)(const struct world *world))
{
	world->done = done;
	world->looks = 0;
	loop_run(world->supervisor.loop);
}

static void
program_write(const struct world *world, const char *name, const char *lines)
{
	char path[TEMP_PATH_MAX + 32];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", world->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fprintf(file, "#!/bin/sh\n%s\n", lines);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, S_IRWXU), 0);
}

/* It ends when it has heard so many octets. */
static void
program_reads(const struct world *world, const char *name, size_t octets)
{
	char lines[64];

	(void)snprintf(
	    lines, sizeof(lines), "head -c %zu <&3 >/dev/null", octets);
	program_write(world, name, lines);
}

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct supervisor *supervisor = &world->supervisor;

	*state = world;
	log_open("test", LOG_ERROR);
	temp_folder_make(world->folder);
	supervisor->loop = loop_new();
	process_table_init(&supervisor->processes, supervisor->loop);
	(void)snprintf(supervisor->processes.folder,
	    sizeof(supervisor->processes.folder), "%s", world->folder);
	supervisor->phase = PHASE_RUN;
	supervisor->set = &world->set;
	assert_int_equal(parts_init(supervisor), 0);
	world->look = timer_new(supervisor->loop, look, world);
	timer_start(world->look, LOOK_MS, LOOK_MS);
	program_reads(world, "sluice-rpki", sizeof(struct msg_cfg_rpki) + 1);
	program_reads(world, "sluice-http", sizeof(struct msg_http_config) + 1);
	return loop_signal(supervisor->loop, SIGCHLD, child_ended, world);
}

static int
teardown(void **state)
{
	struct world *world = *state;

	parts_fini(&world->supervisor);
	timer_free(world->look);
	loop_free(world->supervisor.loop);
	temp_folder_remove(world->folder);
	free(world);
	return 0;
}

static void
caches_set(struct world *world, uint32_t n)
{
	world->set.rpki.n = n;
	parts_update(&world->supervisor);
}

static void
port_set(struct world *world, uint16_t port)
{
	world->set.service.http.afi = port == 0 ? AFI_NONE : AFI_IPV4;
	world->set.service.http.port = port;
	parts_update(&world->supervisor);
}

static bool
rpki_gone(const struct world *world)
{
	return process_gone(&world->supervisor.rpki.process);
}

static bool
rpki_anew(const struct world *world)
{
	const struct process *process = &world->supervisor.rpki.process;

	return process->pid != 0 && process->pid != world->was;
}

static bool
http_anew(const struct world *world)
{
	const struct process *process = &world->supervisor.http.process;

	return process->pid != 0 && process->pid != world->was;
}

/* Without caches and address neither runs. */
static void
none_is_started_unasked(void **state)
{
	struct world *world = *state;

	parts_update(&world->supervisor);
	assert_int_equal(world->supervisor.rpki.process.pid, 0);
	assert_int_equal(world->supervisor.http.process.pid, 0);
	assert_false(world->supervisor.rpki.ready);
}

/* With caches it runs, is told of a change, and goes with the last cache. */
static void
rpki_runs_while_there_are_caches(void **state)
{
	struct world *world = *state;
	pid_t pid;

	program_reads(
	    world, "sluice-rpki", 2 * sizeof(struct msg_cfg_rpki) + 1);
	caches_set(world, 1);
	pid = world->supervisor.rpki.process.pid;
	assert_int_not_equal(pid, 0);
	assert_true(world->supervisor.rpki.ready);
	caches_set(world, 2);
	assert_int_equal(world->supervisor.rpki_config.n, 2);
	assert_int_equal(
	    world->supervisor.rpki_config.head.kind, MSG_RPKI_CONFIG);
	assert_int_equal(world->supervisor.rpki.process.pid, pid);
	caches_set(world, 0);
	run_until(world, rpki_gone);
	assert_false(world->supervisor.rpki.ready);
}

/* One that dies is started again, and has to be linked again. */
static void
dead_rpki_is_started_again(void **state)
{
	struct world *world = *state;

	caches_set(world, 1);
	world->supervisor.guard_rpki = true;
	world->was = world->supervisor.rpki.process.pid;
	process_kill(&world->supervisor.rpki.process);
	run_until(world, rpki_anew);
	assert_false(world->supervisor.guard_rpki);
	assert_true(world->supervisor.rpki.ready);
}

/* Wanted again while it still ends. */
static void
rpki_wanted_again_comes_back(void **state)
{
	struct world *world = *state;

	caches_set(world, 1);
	world->was = world->supervisor.rpki.process.pid;
	caches_set(world, 0);
	caches_set(world, 1);
	run_until(world, rpki_anew);
	assert_true(world->supervisor.rpki.process.wanted);
}

/* Another address is another process. */
static void
http_starts_anew_with_another_address(void **state)
{
	struct world *world = *state;

	port_set(world, 8080);
	world->was = world->supervisor.http.process.pid;
	assert_int_not_equal(world->was, 0);
	port_set(world, 8080);
	assert_true(world->supervisor.http.process.wanted);
	port_set(world, 8081);
	run_until(world, http_anew);
	assert_int_equal(world->supervisor.http_config.address.port, 8081);
}

static bool
http_failed(const struct world *world)
{
	return world->supervisor.http.process.status != 0;
}

/* A program that is not there is tried again later, and harms nobody. */
static void
missing_program_harms_nobody(void **state)
{
	struct world *world = *state;
	char path[TEMP_PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/sluice-http", world->folder);
	assert_int_equal(remove(path), 0);
	port_set(world, 8080);
	run_until(world, http_failed);
	program_write(world, "sluice-http", "exec sleep 30");
	run_until(world, http_anew);
}

/* ---- signer and witness ---- */

static void
witnesses_set(struct world *world, uint32_t n)
{
	world->set.log.n_witnesses = n;
	parts_update(&world->supervisor);
}

static bool
witness_gone(const struct world *world)
{
	return process_gone(&world->supervisor.witness.process);
}

static bool
signer_anew(const struct world *world)
{
	const struct process *process = &world->supervisor.signer.process;

	return process->pid != 0 && process->pid != world->was;
}

static bool
signer_wrote(const struct world *world)
{
	char path[TEMP_PATH_MAX + 32];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/told", world->folder);
	return stat(path, &st) == 0;
}

/* It runs with a witness, and with an address to listen at, and goes with the
 * last of both. */
static void
witness_runs_while_it_is_needed(void **state)
{
	struct world *world = *state;
	struct part *witness = &world->supervisor.witness;
	pid_t pid;

	program_reads(
	    world, "sluice-witness", 2 * sizeof(struct msg_cfg_log) + 1);
	witnesses_set(world, 0);
	assert_int_equal(witness->process.pid, 0);
	world->set.log.listen = (struct address){ .afi = AFI_IPV4, .port = 1 };
	witnesses_set(world, 0);
	pid = witness->process.pid;
	assert_int_not_equal(pid, 0);
	world->set.log.listen.afi = AFI_NONE;
	witnesses_set(world, 1);
	assert_int_equal(witness->process.pid, pid);
	assert_true(witness->ready);
	witnesses_set(world, 0);
	run_until(world, witness_gone);
	assert_false(witness->ready);
}

/* The one that dies takes the links of both that talk with it. */
static void
dead_signer_is_linked_anew(void **state)
{
	struct world *world = *state;
	struct supervisor *supervisor = &world->supervisor;

	program_write(world, "sluice-signer", "exec sleep 30");
	program_write(world, "sluice-witness", "exec sleep 30");
	program_write(world, "sluice-store", "exec sleep 30");
	log_parts_start(supervisor);
	process_start(&supervisor->store.process);
	witnesses_set(world, 1);
	assert_true(supervisor->store_signer && supervisor->store_witness &&
		    supervisor->witness_signer);
	world->was = supervisor->signer.process.pid;
	process_kill(&supervisor->signer.process);
	run_until(world, signer_anew);
	assert_true(supervisor->store_signer && supervisor->store_witness &&
		    supervisor->witness_signer);
	process_kill(&supervisor->store.process);
	process_kill(&supervisor->witness.process);
}

/* Of what is around the supervisor it gets nothing but the channel. */
static void
signer_has_no_environment(void **state)
{
	struct world *world = *state;
	char path[TEMP_PATH_MAX + 32], lines[3 * TEMP_PATH_MAX + 80], text[8];
	FILE *file;

	assert_int_equal(setenv("SLUICE_SECRET", "seen", 1), 0);
	(void)snprintf(lines, sizeof(lines),
	    "echo \"<$SLUICE_SECRET>\" >%s/new\nmv %s/new %s/told\n"
	    "exec sleep 30",
	    world->folder, world->folder, world->folder);
	program_write(world, "sluice-signer", lines);
	log_parts_start(&world->supervisor);
	run_until(world, signer_wrote);
	(void)snprintf(path, sizeof(path), "%s/told", world->folder);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	(void)fclose(file);
	assert_string_equal(text, "<>\n");
}

static bool
all_gone(const struct world *world)
{
	return log_parts_gone(&world->supervisor);
}

/* The signer outlives the store: it has a last checkpoint to sign. */
static void
signer_stops_last(void **state)
{
	struct world *world = *state;
	struct supervisor *supervisor = &world->supervisor;

	program_write(world, "sluice-signer", "exec sleep 30");
	log_parts_start(supervisor);
	supervisor->phase = PHASE_STOP_REST;
	parts_release(supervisor);
	parts_stop(supervisor);
	assert_true(parts_gone(supervisor));
	assert_false(log_parts_gone(supervisor));
	assert_true(process_up(&supervisor->signer.process));
	stop_progress(supervisor);
	assert_int_equal(supervisor->phase, PHASE_STOP_SEAL);
	log_parts_kill(supervisor);
	run_until(world, all_gone);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(none_is_started_unasked),
		TEST(rpki_runs_while_there_are_caches),
		TEST(dead_rpki_is_started_again),
		TEST(rpki_wanted_again_comes_back),
		TEST(http_starts_anew_with_another_address),
		TEST(missing_program_harms_nobody),
		TEST(witness_runs_while_it_is_needed),
		TEST(dead_signer_is_linked_anew),
		TEST(signer_has_no_environment),
		TEST(signer_stops_last),
	};

	return cmocka_run_group_tests_name("parts", tests, NULL, NULL);
}
