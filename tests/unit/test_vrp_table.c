/* SPDX-License-Identifier: BSD-2-Clause */
/* The guard's table of VRPs, beside a list that is searched from end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/guard/vrp_table.h"
#include "tests/lib/random_rule.h"

static struct vrp
vrp_of(const char *prefix, unsigned max_len, uint32_t asn)
{
	struct vrp vrp = { .max_len = (uint8_t)max_len, .asn = asn };

	assert_int_equal(prefix_parse(prefix, &vrp.prefix), 0);
	return vrp;
}

static int
table_setup(void **state)
{
	*state = vrp_table_new();
	return *state == NULL ? -1 : 0;
}

static int
table_teardown(void **state)
{
	vrp_table_free(*state);
	return 0;
}

/* ---- visitors ---- */

#define SEEN_MAX 512

struct seen {
	struct vrp vrps[SEEN_MAX];
	size_t n;
	uint32_t stop_at; /* this AS ends the walk; 0: none */
};

static bool
see(void *visitor, const struct vrp *vrp)
{
	struct seen *seen = visitor;

	assert_true(seen->n < SEEN_MAX);
	seen->vrps[seen->n++] = *vrp;
	return seen->stop_at != 0 && vrp->asn == seen->stop_at;
}

static size_t
covering(const struct vrp_table *table, const char *text)
{
	struct seen seen = { .n = 0 };
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	assert_false(vrp_table_covering(table, &prefix, see, &seen));
	return seen.n;
}

/* ---- tests ---- */

/* Those that cover or are equal are seen, the longest first; others are not. */
static void
covering_vrps_are_seen_longest_first(void **state)
{
	static const struct {
		const char *prefix;
		uint32_t asn;
	} rows[] = { { "0.0.0.0/0", 1 }, { "10.0.0.0/8", 2 },
		{ "10.1.0.0/16", 3 }, { "10.1.2.0/24", 4 },
		{ "10.1.2.3/32", 5 }, { "10.2.0.0/16", 6 },
		{ "10.1.3.0/24", 7 } };
	struct seen seen = { .n = 0 };
	struct prefix prefix;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vrp vrp = vrp_of(rows[i].prefix, 32, rows[i].asn);

		assert_int_equal(vrp_table_add(*state, &vrp), 0);
	}
	assert_int_equal(prefix_parse("10.1.2.0/24", &prefix), 0);

	assert_false(vrp_table_covering(*state, &prefix, see, &seen));

	assert_int_equal(seen.n, 4);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(seen.vrps[i].asn, 4 - i);
}

/* The visitor ends the walk, and that is told. */
static void
visitor_ends_the_walk(void **state)
{
	struct vrp wide = vrp_of("10.0.0.0/8", 24, 1);
	struct vrp narrow = vrp_of("10.1.0.0/16", 24, 2);
	struct seen seen = { .stop_at = 2 };

	assert_int_equal(vrp_table_add(*state, &wide), 0);
	assert_int_equal(vrp_table_add(*state, &narrow), 0);

	assert_true(vrp_table_covering(*state, &narrow.prefix, see, &seen));
	assert_int_equal(seen.n, 1);
	assert_memory_equal(&seen.vrps[0], &narrow, sizeof(narrow));
}

/* The same prefix may have several; the very same VRP only once. */
static void
equal_prefixes_are_kept_apart(void **state)
{
	struct vrp one = vrp_of("192.0.2.0/24", 24, 64500);
	struct vrp other_as = vrp_of("192.0.2.0/24", 24, 64501);
	struct vrp other_len = vrp_of("192.0.2.0/24", 25, 64500);

	assert_int_equal(vrp_table_add(*state, &one), 0);
	assert_int_equal(vrp_table_add(*state, &other_as), 0);
	assert_int_equal(vrp_table_add(*state, &other_len), 0);
	assert_int_equal(vrp_table_add(*state, &one), -1);

	assert_int_equal(vrp_table_count(*state, AFI_IPV4), 3);
	assert_int_equal(covering(*state, "192.0.2.1/32"), 3);
	assert_int_equal(vrp_table_remove(*state, &one), 0);
	assert_int_equal(vrp_table_remove(*state, &one), -1);
	assert_int_equal(covering(*state, "192.0.2.1/32"), 2);
}

/* What is not there cannot be removed, also from an empty table. */
static void
unknown_removal_is_an_error(void **state)
{
	struct vrp one = vrp_of("192.0.2.0/24", 24, 64500);
	struct vrp inside = vrp_of("192.0.2.0/25", 25, 64500);

	assert_int_equal(vrp_table_remove(*state, &one), -1);
	assert_int_equal(vrp_table_add(*state, &one), 0);
	assert_int_equal(vrp_table_remove(*state, &inside), -1);
	assert_int_equal(vrp_table_count(*state, AFI_IPV4), 1);
}

/* Families are apart, and counted apart. */
static void
families_are_apart(void **state)
{
	struct vrp four = vrp_of("0.0.0.0/0", 0, 1);
	struct vrp six = vrp_of("::/0", 0, 1);

	assert_int_equal(vrp_table_add(*state, &four), 0);
	assert_int_equal(covering(*state, "2001:db8::/32"), 0);
	assert_int_equal(vrp_table_add(*state, &six), 0);
	assert_int_equal(covering(*state, "2001:db8::/32"), 1);
	assert_int_equal(vrp_table_count(*state, AFI_IPV4), 1);
	assert_int_equal(vrp_table_count(*state, AFI_IPV6), 1);
	assert_int_equal(vrp_table_count(*state, AFI_NONE), 0);
}

/* A prefix has so many and not one more; when one goes there is room again. */
static void
prefix_has_a_bounded_number(void **state)
{
	struct vrp vrp = vrp_of("192.0.2.0/24", 24, 0);

	for (vrp.asn = 1; vrp.asn <= VRPS_PER_PREFIX; vrp.asn++)
		assert_int_equal(vrp_table_add(*state, &vrp), 0);
	assert_int_equal(vrp_table_add(*state, &vrp), -1);
	assert_int_equal(vrp_table_count(*state, AFI_IPV4), VRPS_PER_PREFIX);

	vrp.asn = 1;
	assert_int_equal(vrp_table_remove(*state, &vrp), 0);
	vrp.asn = VRPS_PER_PREFIX + 1;
	assert_int_equal(vrp_table_add(*state, &vrp), 0);
}

/* After it is cleared, everything can be put again. */
static void
cleared_table_is_empty(void **state)
{
	struct vrp vrp = vrp_of("192.0.2.0/24", 24, 64500);

	assert_int_equal(vrp_table_add(*state, &vrp), 0);
	assert_int_equal(vrp_table_clear(*state), 0);
	assert_int_equal(vrp_table_count(*state, AFI_IPV4), 0);
	assert_int_equal(covering(*state, "192.0.2.0/24"), 0);
	assert_int_equal(vrp_table_add(*state, &vrp), 0);
}

/* ---- beside a model ---- */

#define MODEL_MAX 400
#define STEPS     60000u

struct model {
	struct vrp vrps[MODEL_MAX];
	size_t n;
};

/* Few different ones, so that they meet and cover each other. */
static struct vrp
random_vrp(struct random *random)
{
	struct vrp vrp = { .asn = (uint32_t)random_below(random, 3) };
	bool wide = random_below(random, 3) == 0;

	vrp.prefix.afi = wide ? AFI_IPV6 : AFI_IPV4;
	vrp.prefix.len = (uint8_t)random_below(random, 12);
	vrp.prefix.addr[0] = (uint8_t)random_below(random, 256);
	vrp.prefix.addr[1] = (uint8_t)(random_below(random, 2) << 7);
	prefix_mask(&vrp.prefix);
	vrp.max_len = (uint8_t)(vrp.prefix.len + random_below(random, 2));
	return vrp;
}

static size_t
model_find(const struct model *model, const struct vrp *vrp)
{
	size_t i = 0;

	while (i < model->n && memcmp(&model->vrps[i], vrp, sizeof(*vrp)) != 0)
		i++;
	return i;
}

static void
compare_covering(const struct vrp_table *table, const struct model *model,
    const struct prefix *prefix)
{
	struct seen seen = { .n = 0 };
	size_t n = 0;

	assert_false(vrp_table_covering(table, prefix, see, &seen));
	for (size_t i = 0; i < model->n; i++)
		n += prefix_contains(&model->vrps[i].prefix, prefix);
	assert_int_equal(seen.n, n);
	for (size_t i = 0; i < seen.n; i++) {
		assert_true(prefix_contains(&seen.vrps[i].prefix, prefix));
		assert_true(model_find(model, &seen.vrps[i]) < model->n);
	}
}

static void
model_add(struct vrp_table *table, struct model *model, const struct vrp *vrp)
{
	bool known = model_find(model, vrp) < model->n;

	if (!known && model->n == MODEL_MAX)
		return;
	assert_int_equal(vrp_table_add(table, vrp), known ? -1 : 0);
	if (!known)
		model->vrps[model->n++] = *vrp;
}

static void
model_remove(
    struct vrp_table *table, struct model *model, const struct vrp *vrp)
{
	size_t i = model_find(model, vrp);
	bool known = i < model->n;

	assert_int_equal(vrp_table_remove(table, vrp), known ? 0 : -1);
	if (known)
		model->vrps[i] = model->vrps[--model->n];
}

/* Whatever comes and goes, the table says what the list says. */
static void
table_agrees_with_a_list(void **state)
{
	static struct model model;
	struct random random = { 1 };

	model.n = 0;
	for (unsigned step = 0; step < STEPS; step++) {
		struct vrp vrp = random_vrp(&random);

		if (random_below(&random, 2) == 0)
			model_add(*state, &model, &vrp);
		else
			model_remove(*state, &model, &vrp);
		vrp = random_vrp(&random);
		if (step % 8 == 0)
			compare_covering(*state, &model, &vrp.prefix);
	}
	assert_int_equal(vrp_table_count(*state, AFI_IPV4) +
			     vrp_table_count(*state, AFI_IPV6),
	    model.n);
}

/* Three hundred thousand take a few tens of octets each. */
static void
many_vrps_take_little(void **state)
{
	struct vrp vrp = vrp_of("0.0.0.0/24", 24, 64500);
	const size_t n = 300000;

	for (size_t i = 0; i < n; i++) {
		vrp.prefix.addr[0] = (uint8_t)(i >> 16);
		vrp.prefix.addr[1] = (uint8_t)(i >> 8);
		vrp.prefix.addr[2] = (uint8_t)i;
		assert_int_equal(vrp_table_add(*state, &vrp), 0);
	}
	assert_int_equal(vrp_table_count(*state, AFI_IPV4), n);
	assert_true(vrp_table_octets(*state) < n * 48);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, table_setup, table_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(covering_vrps_are_seen_longest_first),
		TEST(visitor_ends_the_walk),
		TEST(equal_prefixes_are_kept_apart),
		TEST(unknown_removal_is_an_error),
		TEST(families_are_apart),
		TEST(prefix_has_a_bounded_number),
		TEST(cleared_table_is_empty),
		TEST(table_agrees_with_a_list),
		TEST(many_vrps_take_little),
	};

	return cmocka_run_group_tests_name("vrp_table", tests, NULL, NULL);
}
