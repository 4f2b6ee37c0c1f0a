/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/selftest.c: it passes on the real judge, covers every reason,
 * and notices each check that passes everything. */
#include "policy/selftest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/check.h"
#include "policy/selftest_live.h"
#include "policy/selftest_rows.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Given by the guard, the store or an operator, never by judge(). */
static const uint16_t of_the_guard[] = { REASON_QUOTA_RECEIVED, REASON_EXPIRED,
	REASON_RETRACTED, REASON_STORE_BEHIND, REASON_WITHDRAWN,
	REASON_OPERATOR, REASON_SESSION_LOST, REASON_LINGER_ENDED,
	REASON_SESSION_CEASED, REASON_CUSTOMER_REMOVED,
	REASON_NOT_ANNOUNCED_AGAIN, REASON_REPLACED, REASON_CONFIGURATION };

/* A world with one configured customer, as the guard would show it. */
struct world {
	struct customer customer;
	struct protected_set *protected;
	struct unicast_view unicast;
	struct prefix local, remote;
	struct question live;
	struct dialect_parts *parts;
	struct selftest_result result;
};

static bool
best(const void *ctx, const struct prefix *dst, struct unicast_route *out)
{
	const struct customer *customer = ctx;

	memset(out, 0, sizeof(*out));
	out->prefix = *dst;
	out->facts.neighbor_as = customer->asn;
	out->facts.origin_as = customer->asn;
	out->source = "acme";
	return true;
}

static bool
more(const void *ctx, const struct prefix *dst, unicast_objects objects,
    const void *judge_ctx, struct unicast_route *out)
{
	(void)ctx;
	(void)dst;
	(void)objects;
	(void)judge_ctx;
	(void)out;
	return false;
}

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

static void
world_own(struct world *world, const char *text)
{
	struct prefix prefix = prefix_of(text);

	assert_int_equal(prefix_set_add(world->customer.own, &prefix, 0), 0);
}

static struct world *
world_new(void)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->parts = calloc(DIALECT_COUNT, sizeof(*world->parts));
	world->protected = protected_new();
	customer_defaults(&world->customer);
	(void)snprintf(
	    world->customer.name, sizeof(world->customer.name), "acme");
	world->customer.asn = 65001;
	world->customer.own = prefix_set_new();
	assert_non_null(world->parts);
	assert_non_null(world->protected);
	assert_non_null(world->customer.own);
	world_own(world, "198.51.100.0/24");
	assert_int_equal(protected_add_always(world->protected), 0);
	assert_int_equal(protected_seal(world->protected), 0);
	world->unicast =
	    (struct unicast_view){ true, &world->customer, best, more };
	world->local = prefix_of("192.0.2.1/32");
	world->remote = prefix_of("192.0.2.2/32");
	world->live = (struct question){ .customer = &world->customer,
		.unicast = &world->unicast,
		.protected = world->protected,
		.local = &world->local,
		.remote = &world->remote,
		.fleet = { .max_rules = 3000, .max_cost = 2800 },
		.customer_number = 1,
		.local_asn = 64500,
		.cost_profile = COST_NCS5500,
		.dialects = JUDGE_DIALECT_BIT(DIALECT_STRICT) };
	return world;
}

static void
world_free(struct world *world)
{
	customer_free(&world->customer);
	protected_free(world->protected);
	free(world->parts);
	free(world);
}

/* The judge as it is: nothing passes that must not. */
static void
real_judge_passes_its_test(void **state)
{
	struct world *world = world_new();
	unsigned own = 0;

	(void)state;
	while (selftest_rows_at(own) != NULL)
		own++;
	selftest_run(&world->live, world->parts, &world->result);
	assert_string_equal(world->result.text, "");
	assert_int_equal(world->result.failed, 0);
	assert_int_equal(world->result.asked, own + SELFTEST_LIVE_ROWS);
	/* Our own customer is asked for once. */
	selftest_run(&world->live, world->parts, &world->result);
	assert_int_equal(world->result.asked, own + 2 * SELFTEST_LIVE_ROWS);
	world->live.customer = NULL;
	selftest_run(&world->live, world->parts, &world->result);
	assert_int_equal(world->result.asked, 2 * (own + SELFTEST_LIVE_ROWS));
	assert_int_equal(world->result.failed, 0);
	world_free(world);
}

/* Every reason has its row, or is known not to be the judge's. */
static void
every_reason_of_the_judge_is_covered(void **state)
{
	static const uint16_t reasons[] = {
#define X(symbol, number, name, text) REASON_##symbol,
		REASON_MAP(X)
#undef X
	};

	(void)state;
	for (size_t i = 0; i < N_OF(reasons); i++) {
		bool elsewhere = false;

		for (size_t k = 0; k < N_OF(of_the_guard); k++)
			elsewhere = elsewhere || of_the_guard[k] == reasons[i];
		if (selftest_covers(reasons[i]) == elsewhere)
			fail_msg("%s: %s", reason_name(reasons[i]),
			    elsewhere ? "covered" : "not covered");
	}
	assert_false(selftest_covers(9999));
}

static const check_run real[CHECK_COUNT] = {
	[CHECK_SESSION] = check_session,
	[CHECK_FORM] = check_form,
	[CHECK_SCOPE] = check_scope,
	[CHECK_OWNERSHIP] = check_ownership,
	[CHECK_VALIDATION] = check_validation,
	[CHECK_PROTECTED] = check_protected,
	[CHECK_ACTION] = check_action,
	[CHECK_CONFLICT] = check_conflict,
	[CHECK_QUOTA] = check_quota,
	[CHECK_LIFETIME] = check_lifetime,
	[CHECK_APPROVAL] = check_approval,
};

/* A function pointer has no context: what is broken now. */
static check_run broken[CHECK_COUNT];

static enum reason
agree(const struct check_ask *ask)
{
	(void)ask;
	return REASON_ACCEPTED;
}

/* The form check also makes the inward form, which others need. */
static enum reason
agree_on_form(const struct check_ask *ask)
{
	(void)check_form(ask);
	return REASON_ACCEPTED;
}

static enum reason
object(const struct check_ask *ask)
{
	(void)ask;
	return REASON_DENIED;
}

static void
judge_broken(const struct question *q, struct verdict *verdict,
    struct dialect_parts *parts)
{
	judge_run(broken, q, verdict, parts);
}

static void
judge_yes(const struct question *q, struct verdict *verdict,
    struct dialect_parts *parts)
{
	(void)q;
	(void)parts;
	memset(verdict, 0, sizeof(*verdict));
	verdict->reason = REASON_ACCEPTED;
	verdict->state = STATE_ACCEPTED;
}

/* Each check in turn passes everything: our own rows notice. */
static void
broken_check_is_noticed(void **state)
{
	struct world *world = world_new();
	enum check check;

	(void)state;
	world->live.customer = NULL;
	for (unsigned n = 0; (check = check_at(n)) != CHECK_NONE; n++) {
		memcpy(broken, real, sizeof(broken));
		broken[check] = agree;
		memset(&world->result, 0, sizeof(world->result));
		selftest_run_with(
		    judge_broken, &world->live, world->parts, &world->result);
		if (world->result.failed == 0)
			fail_msg("nobody misses %s", check_name(check));
		assert_true(world->result.text[0] != '\0');
		if (check != CHECK_FORM)
			continue;
		broken[check] = agree_on_form;
		memset(&world->result, 0, sizeof(world->result));
		selftest_run_with(
		    judge_broken, &world->live, world->parts, &world->result);
		assert_true(world->result.failed > 0);
	}
	world_free(world);
}

/* A judge that refuses everything proves nothing: noticed, too. */
static void
check_that_refuses_everything_is_noticed(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->live.customer = NULL;
	memcpy(broken, real, sizeof(broken));
	broken[CHECK_SESSION] = object;
	selftest_run_with(
	    judge_broken, &world->live, world->parts, &world->result);
	/* One row expects this very reason. */
	assert_int_equal(world->result.failed, world->result.asked - 1);
	assert_string_equal(
	    world->result.text, "accepted: met as denied for the self-test");
	world_free(world);
}

/* A judge that accepts everything: every row for a configured customer
 * fails, and the first is told by name. */
static void
configured_customer_that_gets_all_is_noticed(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->result.asked = 1; /* not the first: our own was asked for */
	selftest_run_with(
	    judge_yes, &world->live, world->parts, &world->result);
	assert_int_equal(world->result.asked, 1 + SELFTEST_LIVE_ROWS);
	assert_int_equal(world->result.failed, SELFTEST_LIVE_ROWS);
	assert_string_equal(
	    world->result.text, "not-registered: passed as accepted for acme");
	world_free(world);
}

/* A protected set that lacks what is always protected is noticed. */
static void
empty_protected_set_is_noticed(void **state)
{
	struct world *world = world_new();
	struct protected_set *empty = protected_new();

	(void)state;
	assert_non_null(empty);
	assert_int_equal(protected_seal(empty), 0);
	world->live.protected = empty;
	selftest_run(&world->live, world->parts, &world->result);
	assert_true(world->result.failed > 0);
	assert_string_equal(
	    world->result.text, "protected: passed as accepted for acme");
	protected_free(empty);
	world_free(world);
}

/* Checks that pass everything are noticed for configured customers, too. */
static void
broken_check_is_noticed_for_a_configured_customer(void **state)
{
	static const enum check checks[] = { CHECK_SESSION, CHECK_OWNERSHIP,
		CHECK_PROTECTED, CHECK_ACTION };
	struct world *world = world_new();

	(void)state;
	for (size_t i = 0; i < N_OF(checks); i++) {
		memcpy(broken, real, sizeof(broken));
		broken[checks[i]] = agree;
		memset(&world->result, 0, sizeof(world->result));
		world->result.asked = 1;
		selftest_run_with(
		    judge_broken, &world->live, world->parts, &world->result);
		if (world->result.failed == 0)
			fail_msg("nobody misses %s", check_name(checks[i]));
	}
	world_free(world);
}

/* A customer that owns everything has no foreign destination; the NOC owns
 * nothing and needs none; both have the other rows. */
static void
rows_that_cannot_be_are_left_out(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_own(world, "0.0.0.0/0");
	world_own(world, "::/0");
	world->result.asked = 1;
	selftest_run(&world->live, world->parts, &world->result);
	assert_int_equal(world->result.asked, SELFTEST_LIVE_ROWS);
	assert_int_equal(world->result.failed, 0);
	world->customer.noc = true;
	world->live.remote = NULL;
	world->result.asked = 1;
	selftest_run(&world->live, world->parts, &world->result);
	assert_int_equal(world->result.asked, SELFTEST_LIVE_ROWS - 2);
	assert_int_equal(world->result.failed, 0);
	prefix_set_free(world->customer.own);
	world->customer.own = NULL;
	world->customer.noc = false;
	selftest_run(&world->live, world->parts, &world->result);
	assert_int_equal(world->result.failed, 0);
	world_free(world);
}

/* What is in force is only looked at. */
static void
live_question_is_not_touched(void **state)
{
	struct world *world = world_new();
	struct question before = world->live;
	struct customer customer = world->customer;

	(void)state;
	selftest_run(&world->live, world->parts, &world->result);
	assert_memory_equal(&before, &world->live, sizeof(before));
	assert_memory_equal(&customer, &world->customer, sizeof(customer));
	world_free(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_judge_passes_its_test),
		cmocka_unit_test(every_reason_of_the_judge_is_covered),
		cmocka_unit_test(broken_check_is_noticed),
		cmocka_unit_test(check_that_refuses_everything_is_noticed),
		cmocka_unit_test(configured_customer_that_gets_all_is_noticed),
		cmocka_unit_test(empty_protected_set_is_noticed),
		cmocka_unit_test(
		    broken_check_is_noticed_for_a_configured_customer),
		cmocka_unit_test(rows_that_cannot_be_are_left_out),
		cmocka_unit_test(live_question_is_not_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
