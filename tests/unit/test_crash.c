/* SPDX-License-Identifier: BSD-2-Clause */
/* What the supervisor makes of a guard's end: whose fault, which rule, how
 * often. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policy/prefix.h"
#include "proxy/common/check.h"
#include "proxy/supervisor/crash.h"

#define QUICK 1000u /* it lived */

/* The guard's end of the channel. */
struct world {
	struct loop *loop;
	struct channel *ours;
	struct channel *guards;
	struct crash crash;
	struct past_page *page; /* as the guard has it */
	int page_fd;
	unsigned told;
	struct msg_guard_past past;
	unsigned n;
	struct msg_guard_suspect last;
};

static void
hear(void *ctx, const struct msg_head *head, int fd)
{
	struct world *world = ctx;

	if (head->kind == MSG_STOP) { /* tell()'s: that was all */
		loop_stop(world->loop);
		return;
	}
	if (head->kind == MSG_GUARD_SUSPECT) {
		assert_true(check_guard_suspect((const void *)head));
		memcpy(&world->last, head, head->len);
		world->n++;
		return;
	}
	assert_int_equal(head->kind, MSG_GUARD_PAST);
	assert_true(check_guard_past((const void *)head));
	memcpy(&world->past, head, sizeof(world->past));
	world->told++;
	world->page_fd = fd;
	world->page = mmap(
	    NULL, PAST_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(world->page != MAP_FAILED);
}

static void
closed(void *ctx)
{
	(void)ctx;
}

static const struct channel_ops ops = {
	.on_message = hear,
	.on_closed = closed,
};

static struct world *
world_new(void)
{
	struct world *world = calloc(1, sizeof(*world));
	int fds[2];

	assert_non_null(world);
	world->page_fd = -1;
	world->loop = loop_new();
	assert_non_null(world->loop);
	assert_int_equal(channel_pair(fds), 0);
	world->ours = channel_open(world->loop, fds[0], 1u << 20, &ops, world);
	world->guards =
	    channel_open(world->loop, fds[1], 1u << 20, &ops, world);
	assert_true(world->ours != NULL && world->guards != NULL);
	return world;
}

static void
page_leave(struct world *world)
{
	if (world->page_fd < 0)
		return;
	(void)munmap(world->page, PAST_PAGE_SIZE);
	(void)close(world->page_fd);
	world->page_fd = -1;
}

static void
world_free(struct world *world)
{
	page_leave(world);
	crash_fini(&world->crash);
	channel_close(world->ours);
	channel_close(world->guards);
	loop_free(world->loop);
	free(world);
}

/* A new guard: what it is told. */
static void
tell(struct world *world, uint64_t now_ms)
{
	const struct msg_stop all = { .head.kind = MSG_STOP };

	page_leave(world);
	world->n = 0;
	crash_tell(&world->crash, world->ours, now_ms);
	assert_int_equal(channel_send(world->ours, &all, sizeof(all), -1), 0);
	channel_flush(world->ours);
	loop_run(world->loop);
	assert_true(world->page_fd >= 0);
}

static void
work(struct world *world, unsigned host)
{
	struct rule rule = { .afi = AFI_IPV4,
		.has = RULE_HAS_DST,
		.dst_len = 32,
		.dst = { 10, 1, 0, (uint8_t)host } };

	world->page->peer = 7;
	world->page->customer = 3;
	memcpy(&world->page->rule, &rule, rule_size(&rule));
	world->page->working = PAST_WORKING;
}

/* ---- whose fault ---- */

struct end {
	const char *name;
	int status;
	bool crash;
};

static const struct end ends[] = {
	{ "segmentation_fault_is_a_crash", SIGSEGV, true },
	{ "bus_error_is_a_crash", SIGBUS, true },
	{ "abort_is_a_crash", SIGABRT, true },
	{ "division_is_a_crash", SIGFPE, true },
	{ "bad_instruction_is_a_crash", SIGILL, true },
	{ "forbidden_call_is_a_crash", SIGSYS, true },
	{ "trap_is_a_crash", SIGTRAP, true },
	{ "exit_1_is_a_crash", 1 << 8, true },
	{ "core_dump_is_a_crash", SIGSEGV | 0x80, true },
	{ "exit_0_is_none", 0, false },
	{ "kill_is_none", SIGKILL, false },
	{ "term_is_none", SIGTERM, false },
};

/* Only what the guard did itself counts, and blames its rule. */
static void
whose_fault(void **state)
{
	const struct end *row = *state;
	struct world *world = world_new();

	tell(world, 1);
	work(world, 1);
	assert_int_equal(
	    crash_ended(&world->crash, row->status, QUICK, 2), row->crash);
	assert_int_equal(world->crash.n, row->crash);
	assert_int_equal(world->crash.crashes, row->crash);
	world_free(world);
}

/* ---- the page ---- */

/* It cannot be made smaller or larger, nor can that be undone. */
static void
page_keeps_its_size(void **state)
{
	struct world *world = world_new();

	(void)state;
	tell(world, 1);
	assert_int_equal(ftruncate(world->page_fd, 0), -1);
	assert_int_equal(ftruncate(world->page_fd, 65536), -1);
	assert_int_equal(fcntl(world->page_fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	assert_int_equal(errno, EPERM);
	world_free(world);
}

/* The next guard is told what was there, first of all. */
static void
next_guard_is_told(void **state)
{
	struct world *world = world_new();

	(void)state;
	tell(world, 1);
	assert_int_equal(world->past.crashes, 0);
	assert_int_equal(world->n, 0);
	work(world, 1);
	(void)crash_ended(&world->crash, SIGSEGV, QUICK, 2);
	tell(world, 3);
	assert_int_equal(world->past.crashes, 1);
	assert_int_equal(world->past.safe_ms, 0);
	assert_int_equal(world->n, 1);
	assert_int_equal(world->last.peer, 7);
	assert_int_equal(world->last.customer, 3);
	assert_int_equal(world->last.rule.dst[3], 1);
	world_free(world);
}

struct lie {
	const char *name;
	void (*tell)(struct past_page *page);
};

static void
no_word(struct past_page *page)
{
	page->working = 0;
}
static void
another_word(struct past_page *page)
{
	page->working = PAST_WORKING + 1;
}
static void
all_ones(struct past_page *page)
{
	memset(page, 0xff, PAST_PAGE_SIZE);
	page->working = PAST_WORKING;
}
static void
all_zero(struct past_page *page)
{
	memset(page, 0, PAST_PAGE_SIZE);
	page->working = PAST_WORKING;
}
static void
too_many_terms(struct past_page *page)
{
	page->rule.n_terms = RULE_TERMS_MAX + 1;
}
static void
terms_of_nothing(struct past_page *page)
{
	page->rule.n_terms = RULE_TERMS_MAX;
}
static void
not_masked(struct past_page *page)
{
	page->rule.dst_len = 8;
}
static void
no_family(struct past_page *page)
{
	page->rule.afi = 9;
}

static const struct lie lies[] = {
	{ "nothing_was_worked_on", no_word },
	{ "another_word", another_word },
	{ "page_of_ones", all_ones },
	{ "page_of_zeros", all_zero },
	{ "too_many_terms", too_many_terms },
	{ "terms_of_nothing", terms_of_nothing },
	{ "prefix_not_masked", not_masked },
	{ "no_such_family", no_family },
};

/* It is a crash all the same, but nobody is blamed. */
static void
garbage_blames_nobody(void **state)
{
	const struct lie *lie = *state;
	struct world *world = world_new();

	tell(world, 1);
	work(world, 1);
	lie->tell(world->page);
	assert_true(crash_ended(&world->crash, SIGSEGV, QUICK, 2));
	assert_int_equal(world->crash.n, 0);
	assert_int_equal(world->crash.crashes, 1);
	world_free(world);
}

/* ---- how often ---- */

/* A guard that was never told began no work. */
static void
guard_that_never_was(void **state)
{
	struct crash crash = { 0 };

	(void)state;
	assert_false(crash_ended(&crash, 127 << 8, 0, 1));
	assert_int_equal(crash.crashes, 0);
}

/* Eight are known; the oldest makes room. */
static void
suspects_are_a_ring(void **state)
{
	struct world *world = world_new();

	(void)state;
	for (unsigned i = 0; i < CRASH_RING + 2; i++) {
		tell(world, i * UINT64_C(1000000));
		work(world, i);
		(void)crash_ended(
		    &world->crash, SIGSEGV, QUICK, i * UINT64_C(1000000));
	}
	tell(world, UINT64_C(100000000));
	assert_int_equal(world->n, CRASH_RING);
	for (unsigned i = 0; i < CRASH_RING; i++)
		assert_true(world->crash.suspects[i].rule.dst[3] >= 2);
	world_free(world);
}

/* What a guard was told is on record when it has lived a while; in safe mode it
 * records nothing. */
static void
suspects_are_forgotten(void **state)
{
	struct world *world = world_new();

	(void)state;
	tell(world, 1);
	work(world, 1);
	(void)crash_ended(&world->crash, SIGSEGV, QUICK, 2);
	tell(world, 3);
	(void)crash_ended(&world->crash, SIGKILL, CRASH_STEADY_MS - 1, 4);
	tell(world, 5);
	assert_int_equal(world->n, 1);
	world->crash.told_safe_ms = 1000;
	(void)crash_ended(&world->crash, SIGKILL, CRASH_STEADY_MS + 999, 6);
	tell(world, 7);
	assert_int_equal(world->n, 1);
	(void)crash_ended(&world->crash, SIGKILL, CRASH_STEADY_MS, 8);
	tell(world, 9);
	assert_int_equal(world->n, 0);
	world_free(world);
}

static uint32_t
safe_after(struct world *world, uint64_t now_ms)
{
	tell(world, now_ms);
	assert_true(crash_ended(&world->crash, SIGSEGV, QUICK, now_ms));
	tell(world, now_ms);
	return world->past.safe_ms;
}

/* The third within five minutes; one that is older does not count. */
static void
third_crash_is_safe_mode(void **state)
{
	struct world *world = world_new();

	(void)state;
	assert_int_equal(safe_after(world, 1000), 0);
	assert_int_equal(safe_after(world, 2000), 0);
	assert_int_equal(safe_after(world, 1001 + CRASH_WINDOW_MS), 0);
	assert_int_equal(
	    safe_after(world, 2000 + CRASH_WINDOW_MS), CRASH_SAFE_MS);
	/* What is left of it, for one that was killed meanwhile. */
	tell(world, 2000 + CRASH_WINDOW_MS + 1000);
	assert_int_equal(world->past.safe_ms, CRASH_SAFE_MS - 1000);
	/* Another crash begins it anew. */
	assert_int_equal(
	    safe_after(world, 9000 + CRASH_WINDOW_MS), CRASH_SAFE_MS);
	tell(world, 9000 + CRASH_WINDOW_MS + CRASH_SAFE_MS);
	assert_int_equal(world->past.safe_ms, 0);
	world_free(world);
}

int
main(void)
{
	enum {
		ENDS = sizeof(ends) / sizeof(ends[0]),
		LIES = sizeof(lies) / sizeof(lies[0])
	};
	struct CMUnitTest tests[ENDS + LIES + 6] = {
		cmocka_unit_test(page_keeps_its_size),
		cmocka_unit_test(next_guard_is_told),
		cmocka_unit_test(guard_that_never_was),
		cmocka_unit_test(suspects_are_a_ring),
		cmocka_unit_test(suspects_are_forgotten),
		cmocka_unit_test(third_crash_is_safe_mode),
	};

	for (size_t i = 0; i < ENDS; i++)
		tests[6 + i] = (struct CMUnitTest){ ends[i].name, whose_fault,
			NULL, NULL, (void *)(uintptr_t)&ends[i] };
	for (size_t i = 0; i < LIES; i++)
		tests[6 + ENDS + i] =
		    (struct CMUnitTest){ lies[i].name, garbage_blames_nobody,
			    NULL, NULL, (void *)(uintptr_t)&lies[i] };
	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
