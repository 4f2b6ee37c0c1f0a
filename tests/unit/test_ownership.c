/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/ownership.c and check_ownership.c: the evidence in words, a
 * row each; which verdict follows is in the rows of test_judge.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/check.h"
#include "policy/ownership.h"
#include "tests/lib/judge_scene.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What is done to the scene, and what the check says then. */
struct row {
	const char *name;
	void (*spoil)(struct judge_scene *s);
	uint16_t reason;
	const char *evidence;
};

#define REGISTERED "inside registered 203.0.113.0/24"
#define VIEW       "(127.0.0.1:3323 session 7 serial 12)"

/* clang-format off */
#define ROWS(ROW) \
ROW(registered_alone, ACCEPTED, REGISTERED, \
	(void)0) \
ROW(irr_is_told_with_its_file, ACCEPTED, REGISTERED \
	"; IRR 203.0.112.0/23 (file 0a1b2c3d of 2024-02-28)", \
	judge_scene_irr(s, "203.0.112.0/23")) \
ROW(irr_alone_is_told, ACCEPTED, \
	"IRR 198.51.100.0/24 (file 0a1b2c3d of 2024-02-28)", \
	judge_scene_irr(s, "198.51.100.0/24"); \
	judge_scene_dst(s, "198.51.100.9/32"); \
	s->customer.match = OWN_MATCH_ANY) \
ROW(irr_that_is_old_is_told_so, ACCEPTED, REGISTERED \
	"; IRR 203.0.113.0/24 (file 0a1b2c3d of 2024-02-28), not usable now", \
	judge_scene_irr(s, "203.0.113.0/24"); s->q.stands = true; \
	s->customer.irr.usable = false) \
ROW(irr_that_is_unknown_is_told_so, ACCEPTED, REGISTERED \
	"; the IRR list is unknown now", \
	s->customer.irr.configured = true; s->q.stands = true) \
ROW(irr_that_is_unknown_is_told_alone, ACCEPTED, \
	"stands: the IRR list is unknown now", \
	s->customer.irr.configured = true; s->q.stands = true; \
	judge_scene_dst(s, "198.51.100.9/32"); \
	s->customer.match = OWN_MATCH_ANY) \
ROW(irr_that_objects_is_told_with_its_file, NOT_IN_IRR, \
	"203.0.113.7/32 lies in none of the IRR list's 2 prefixes " \
	"(file 0a1b2c3d of 2024-02-28)", \
	judge_scene_irr(s, "198.51.100.0/24"); \
	judge_scene_irr(s, "192.0.2.0/24")) \
ROW(irr_that_is_missing_is_told, IRR_UNKNOWN, \
	"the IRR list of customer acme is missing", \
	s->customer.irr.configured = true) \
ROW(irr_that_is_too_old_is_told, IRR_UNKNOWN, \
	"the IRR list of customer acme is incomplete or too old", \
	judge_scene_irr(s, "203.0.113.0/24"); s->customer.irr.usable = false) \
ROW(foreign_is_told_with_both_lists, NOT_REGISTERED, \
	"192.0.2.1/32 lies in none of the 2 registered prefixes of customer " \
	"acme, nor in its IRR list", \
	judge_scene_irr(s, "198.51.100.0/24"); \
	judge_scene_dst(s, "192.0.2.1/32"); \
	s->customer.match = OWN_MATCH_ANY) \
ROW(roa_is_told_with_its_cache, ACCEPTED, REGISTERED \
	"; ROA 203.0.113.0/24-32 AS65001 " VIEW, \
	judge_scene_roa(s, "203.0.112.0/23", 64999); \
	judge_scene_roa(s, "203.0.113.0/24", 65001)) \
ROW(all_three_are_told, ACCEPTED, REGISTERED \
	"; IRR 203.0.113.0/24 (file 0a1b2c3d of 2024-02-28)" \
	"; ROA 203.0.113.0/24-32 AS65001 " VIEW, \
	judge_scene_irr(s, "203.0.113.0/24"); \
	judge_scene_roa(s, "203.0.113.0/24", 65001)) \
ROW(no_roa_is_told, ACCEPTED, REGISTERED "; no ROA " VIEW, \
	s->rpki.state = RPKI_FRESH) \
ROW(roas_that_object_are_told, RPKI_INVALID, \
	"ROA 203.0.112.0/23-32 AS64999, ROA 203.0.113.0/24-32 AS0: not " \
	"AS65001 " VIEW, \
	judge_scene_roa(s, "203.0.112.0/23", 64999); \
	judge_scene_roa(s, "203.0.113.0/24", 0); \
	judge_scene_roa(s, "203.0.113.0/24", 64998)) \
ROW(roas_that_object_tell_who_was_looked_for, RPKI_INVALID, \
	"ROA 203.0.113.0/24-32 AS64999: not AS65001 or those behind it or " \
	"ours " VIEW, \
	judge_scene_roa(s, "203.0.113.0/24", 64999); s->customer.pa = true; \
	s->customer.asns = calloc(1, sizeof(uint32_t)); \
	s->customer.n_asns = 1) \
ROW(roa_that_is_missing_is_told, RPKI_NOT_FOUND, \
	"no ROA covers 203.0.113.7/32 (serial 12)", \
	s->rpki.state = RPKI_FRESH; s->customer.rpki = OWN_RPKI_REQUIRE) \
ROW(cache_without_a_name_is_told, ACCEPTED, REGISTERED \
	"; no ROA (? session 7 serial 12)", \
	s->rpki.state = RPKI_FRESH; s->rpki.cache = NULL) \
ROW(rpki_that_is_loading_is_told, ACCEPTED, REGISTERED \
	"; RPKI data are loading", s->rpki.state = RPKI_LOADING) \
ROW(rpki_that_is_expired_is_told, ACCEPTED, REGISTERED \
	"; RPKI data are expired", s->rpki.state = RPKI_EXPIRED) \
ROW(rpki_that_is_missing_is_told, ACCEPTED, REGISTERED \
	"; RPKI data are gone", s->q.rpki = NULL) \
ROW(rpki_that_is_needed_is_told, RPKI_UNKNOWN, \
	"customer acme needs a ROA, and RPKI data are loading", \
	s->rpki.state = RPKI_LOADING; s->customer.rpki = OWN_RPKI_REQUIRE) \
ROW(rpki_without_a_cache_is_told, RPKI_UNKNOWN, \
	"customer acme needs a ROA, and RPKI data are not configured", \
	s->customer.rpki = OWN_RPKI_REQUIRE) \
ROW(rpki_off_is_not_told, ACCEPTED, REGISTERED, \
	s->rpki.state = RPKI_FRESH; s->customer.rpki = OWN_RPKI_OFF) \
ROW(class_before_it_stays, ACCEPTED, \
	"wide, of approved class 1; " REGISTERED, \
	memcpy(s->verdict.evidence, "wide, of approved class 1", 26)) \
ROW(noc_is_told, ACCEPTED, "the NOC's own", judge_scene_noc(s))
/* clang-format on */

#define ROW(name, why, words, ...)                                             \
	static void name(struct judge_scene *s)                                \
	{                                                                      \
		(void)s;                                                       \
		__VA_ARGS__;                                                   \
	}
ROWS(ROW)
#undef ROW

static const struct row rows[] = {
#define ROW(name, why, words, ...) { #name, name, REASON_##why, words },
	ROWS(ROW)
#undef ROW
};

/* One row: by the check alone. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct judge_scene *s = judge_scene_new();
	const struct check_ask ask = { .q = &s->q,
		.actions = &s->actions,
		.verdict = &s->verdict,
		.parts = s->parts,
		.evidence = s->verdict.evidence };
	enum reason reason;

	row->spoil(s);
	reason = check_ownership(&ask);

	assert_string_equal(reason_name(reason), reason_name(row->reason));
	assert_string_equal(s->verdict.evidence, row->evidence);
	judge_scene_free(s);
}

/* The longest texts are cut where the evidence ends. */
static void
longest_evidence_is_cut(void **state)
{
	static const char host[] =
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128";
	struct judge_scene *s = judge_scene_new();
	struct prefix prefix;

	(void)state;
	assert_int_equal(prefix_parse(host, &prefix), 0);
	assert_int_equal(prefix_set_add(s->customer.own, &prefix, 0), 0);
	judge_scene_dst(s, host);
	judge_scene_irr(s, host);
	judge_scene_roa(s, host, 65001);
	s->rpki.cache = "sixty-three-octets-of-a-name-that-somebody-took-the-"
			"time-to-see";
	s->customer.validate = VALIDATE_OFF;
	judge(&s->q, &s->verdict, s->parts);
	assert_true(verdict_accepts(&s->verdict));
	assert_int_equal(strlen(s->verdict.evidence), EVIDENCE_MAX - 1);
	assert_non_null(strstr(s->verdict.evidence, "ROA ffff"));
	judge_scene_free(s);
}

/* What the approving class was stays in the evidence of the accepted rule, and
 * what was held leaves nothing behind. */
static void
verdict_tells_the_class(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->customer.validate = VALIDATE_OFF;
	judge_scene_dst(s, "203.0.113.0/24");
	judge(&s->q, &s->verdict, s->parts);
	assert_int_equal(s->verdict.state, STATE_HELD);
	assert_string_equal(
	    s->verdict.evidence, "destination /24 is wider than /25");

	judge_scene_class(s, CLASS_APPROVED);
	judge(&s->q, &s->verdict, s->parts);
	assert_true(verdict_accepts(&s->verdict));
	assert_string_equal(s->verdict.evidence,
	    "wide, of approved class 1; inside registered 203.0.113.0/24");
	judge_scene_free(s);
}

/* Of a covering ROA among many the first that names the customer ends the
 * search, and of those that object only the first two are kept. */
static void
search_ends_with_the_first_that_names(void **state)
{
	struct judge_scene *s = judge_scene_new();
	struct ownership_roas roas;
	struct prefix dst;

	(void)state;
	assert_true(rule_dst_prefix(&s->rule, &dst));
	ownership_roas(&s->customer, 64500, &s->rpki, &dst, &roas);
	assert_false(roas.covered || roas.named);
	assert_int_equal(roas.n, 0);

	judge_scene_roa(s, "203.0.113.0/24", 64001);
	judge_scene_roa(s, "203.0.113.0/24", 64002);
	judge_scene_roa(s, "203.0.113.0/24", 64003);
	ownership_roas(&s->customer, 64500, &s->rpki, &dst, &roas);
	assert_true(roas.covered);
	assert_false(roas.named);
	assert_int_equal(roas.n, 2);
	assert_int_equal(roas.roas[1].asn, 64002);

	judge_scene_roa(s, "203.0.113.0/24", 65001);
	judge_scene_roa(s, "203.0.113.0/24", 64004); /* not reached */
	ownership_roas(&s->customer, 64500, &s->rpki, &dst, &roas);
	assert_true(roas.covered && roas.named);
	assert_int_equal(roas.n, 1);
	assert_int_equal(roas.roas[0].asn, 65001);
	judge_scene_free(s);
}

static const struct CMUnitTest stories[] = {
	cmocka_unit_test(longest_evidence_is_cut),
	cmocka_unit_test(verdict_tells_the_class),
	cmocka_unit_test(search_ends_with_the_first_that_names),
};

int
main(void)
{
	struct CMUnitTest tests[N_OF(stories) + N_OF(rows)];

	memset(tests, 0, sizeof(tests));
	memcpy(tests, stories, sizeof(stories));
	for (size_t i = 0; i < N_OF(rows); i++) {
		tests[N_OF(stories) + i].name = rows[i].name;
		tests[N_OF(stories) + i].test_func = check_row;
		tests[N_OF(stories) + i].initial_state =
		    (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("ownership", tests, NULL, NULL);
}
