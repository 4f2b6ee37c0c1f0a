/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The unicast table agrees with a plain model of it under a million random
 * operations. SLUICE_SEED sets the seed, SLUICE_STEPS how many.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/random_rule.h"
#include "tests/lib/unicast_model.h"

#define STEPS      1000000u
#define CHECK_ALL  5000u /* steps from one look at everything to the next */
#define SWEEPS     3u
#define ROUTES_MAX 4u

/* One sweep, gone through in slices while other things happen. */
struct sweep {
	bool runs;
	uint16_t number;
	unsigned family;
	struct prefix under;
	struct prefix_walk walk;
	unsigned next; /* prefix that the model looks at next */
};

struct world {
	struct random random;
	struct model model;
	struct rib_unicast *rib;
	struct sweep sweeps[SWEEPS];
	/* What the model has said, and the table must say too. */
	struct prefix gone[MODEL_PREFIXES];
	size_t n_gone, at_gone;
	/* A walk that goes on for a long time. */
	struct prefix_walk walk;
	unsigned walk_family, walk_under, walk_next;
};

static unsigned
below(struct world *world, unsigned n)
{
	return (unsigned)random_below(&world->random, n);
}

static const struct prefix *
prefix_at(const struct world *world, unsigned family, unsigned i)
{
	return &world->model.prefixes[family][i];
}

/* A source that is open, or NULL. */
static struct model_source *
any_open(struct world *world)
{
	struct model_source *source =
	    &world->model.sources[below(world, MODEL_SOURCES)];

	return source->open ? source : NULL;
}

static struct model_source *
any_empty(struct world *world)
{
	struct model_source *source =
	    &world->model.sources[below(world, MODEL_SOURCES)];

	return source->number == SOURCE_NONE ? source : NULL;
}

/* ---- operations ---- */

static void
announce(struct world *world)
{
	struct model_source *source = any_open(world);
	unsigned family = below(world, 2);
	unsigned prefix = below(world, MODEL_PREFIXES);
	unsigned facts = below(world, MODEL_FACTS);

	if (source == NULL)
		return;
	/* Often told apart by MED, or later, or not at all. */
	if (below(world, 4))
		facts &= below(world, 2) ? 0x38 : 0xe0;
	assert_int_equal(
	    rib_unicast_announce(world->rib, source->number,
		prefix_at(world, family, prefix), &world->model.facts[facts]),
	    model_announce(&world->model, source, family, prefix, facts));
}

static void
withdraw(struct world *world)
{
	struct model_source *source = any_open(world);
	unsigned family = below(world, 2);
	unsigned prefix = below(world, MODEL_PREFIXES);

	if (source == NULL)
		return;
	assert_int_equal(rib_unicast_withdraw(world->rib, source->number,
			     prefix_at(world, family, prefix)),
	    model_withdraw(&world->model, source, family, prefix));
}

static void
open_source(struct world *world)
{
	struct model_source *source = any_empty(world);
	struct source_info info = { .peer = below(world, 1000),
		.router_id = 1 + below(world, 3),
		.external = below(world, 2) != 0,
		.address = {
		    AFI_IPV4, 32, { 192, 0, 2, (uint8_t)below(world, 3) } } };

	if (source == NULL)
		return;
	source->number = rib_unicast_open(world->rib, &info);
	assert_int_not_equal(source->number, SOURCE_NONE);
	for (unsigned s = 0; s < MODEL_SOURCES; s++)
		assert_true(&world->model.sources[s] == source ||
			    world->model.sources[s].number != source->number);
	source->open = true;
	source->info = info;
}

static void
close_source(struct world *world)
{
	struct model_source *source = any_open(world);

	if (source == NULL)
		return;
	rib_unicast_close(world->rib, source->number);
	source->open = false;
	model_forget(source);
}

static void
lose_source(struct world *world)
{
	struct model_source *source = any_open(world);

	if (source == NULL || source->lost)
		return;
	rib_unicast_lose(world->rib, source->number);
	model_lose(source);
}

static void
regain_source(struct world *world)
{
	struct model_source *source = any_open(world);
	uint32_t router_id = 1 + below(world, 3);

	if (source == NULL)
		return;
	rib_unicast_regain(world->rib, source->number, router_id);
	model_regain(source, router_id);
}

static void
begin_refresh(struct world *world)
{
	struct model_source *source = any_open(world);
	unsigned family = below(world, 2);

	if (source == NULL)
		return;
	rib_unicast_begin(world->rib, source->number, AFI_IPV4 + family);
	model_begin(source, family);
}

static void
limit(struct world *world)
{
	struct model *model = &world->model;

	model->max_routes = SIZE_MAX;
	if (below(world, 4) == 0)
		model->max_routes = model_count(model, 0) +
				    model_count(model, 1) + below(world, 20);
	rib_unicast_limit(world->rib, model->max_routes);
}

/* ---- sweeps ---- */

static void
sweep_begin(struct world *world, uint16_t number)
{
	for (unsigned i = 0; i < SWEEPS; i++) {
		struct sweep *sweep = &world->sweeps[i];

		if (sweep->runs)
			continue;
		sweep->runs = true;
		sweep->number = number;
		sweep->family = below(world, 2);
		sweep->next = 0;
		sweep->under = *prefix_at(world, sweep->family,
		    below(world, 3) ? 0 : below(world, MODEL_PREFIXES));
		rib_unicast_walk(world->rib, &sweep->walk, &sweep->under);
		return;
	}
}

/* Nothing is left that a sweep of this family would take. */
static bool
swept(const struct model_source *source, unsigned family)
{
	for (unsigned i = 0; i < MODEL_PREFIXES; i++) {
		const struct model_route *route = &source->routes[family][i];

		if (route->there && !(source->open && route->heard))
			return false;
	}
	return true;
}

/* What the real one should do with this budget; true when it is done. */
static bool
model_sweep(struct world *world, struct sweep *sweep, size_t *budget)
{
	struct model *model = &world->model;

	for (; *budget > 0; sweep->next++) {
		struct model_source *source =
		    model_source(model, sweep->number);
		const struct prefix *prefix =
		    prefix_at(world, sweep->family, sweep->next);
		const struct model_route *route;

		if (source == NULL || swept(source, sweep->family))
			return true;
		while (sweep->next < MODEL_PREFIXES &&
		       (!prefix_contains(&sweep->under, prefix) ||
			   !model_holds(model, sweep->family, sweep->next))) {
			sweep->next++;
			prefix++;
		}
		if (sweep->next == MODEL_PREFIXES)
			return true;
		--*budget;
		route = &source->routes[sweep->family][sweep->next];
		if (!route->there || (source->open && route->heard))
			continue;
		if (model_withdraw(model, source, sweep->family, sweep->next) ==
		    UNICAST_CHANGED)
			world->gone[world->n_gone++] = *prefix;
		model_forget(source);
	}
	return false;
}

static void
gone(void *ctx, const struct prefix *prefix)
{
	struct world *world = ctx;

	assert_true(world->at_gone < world->n_gone);
	assert_memory_equal(
	    prefix, &world->gone[world->at_gone], sizeof(*prefix));
	world->at_gone++;
}

static void
sweep_slice(struct world *world)
{
	struct sweep *sweep = &world->sweeps[below(world, SWEEPS)];
	size_t budget = below(world, 60), left = budget;
	bool done;

	if (!sweep->runs)
		return;
	world->n_gone = 0;
	world->at_gone = 0;
	done = model_sweep(world, sweep, &left);
	assert_int_equal(rib_unicast_sweep(world->rib, sweep->number,
			     &sweep->walk, &budget, gone, world),
	    done);
	assert_int_equal(budget, left);
	assert_int_equal(world->at_gone, world->n_gone);
	sweep->runs = !done;
}

static void
sweep_some(struct world *world)
{
	const struct model_source *source =
	    &world->model.sources[below(world, MODEL_SOURCES)];
	unsigned odds = source->open ? 40 : 4;

	if (source->number != SOURCE_NONE && below(world, odds) == 0)
		sweep_begin(world, source->number);
	else
		sweep_slice(world);
}

/* ---- questions ---- */

/* The model's best of a prefix is what the table has said. */
static void
check_best(const struct world *world, unsigned family, unsigned prefix,
    const struct rib_route *out)
{
	const struct model *model = &world->model;
	const struct model_source *source;
	const struct model_route *route;
	struct model_view view;

	model_decide(model, family, prefix, &view);
	assert_true(view.n > 0);
	source = &model->sources[view.best];
	route = &source->routes[family][prefix];
	assert_memory_equal(&out->prefix, prefix_at(world, family, prefix),
	    sizeof(out->prefix));
	assert_int_equal(out->source, source->number);
	assert_int_equal(out->stale, route->stale);
	assert_int_equal(out->step, view.step[view.best]);
	assert_memory_equal(
	    out->facts, &model->facts[route->facts], sizeof(*out->facts));
}

static bool
seen(const struct world *world, unsigned family, unsigned prefix)
{
	struct model_view view;

	model_decide(&world->model, family, prefix, &view);
	return view.n > 0;
}

static void
ask_best(struct world *world)
{
	unsigned family = below(world, 2);
	unsigned prefix = below(world, MODEL_PREFIXES);
	struct rib_route out;

	if (rib_unicast_best(
		world->rib, prefix_at(world, family, prefix), &out))
		check_best(world, family, prefix, &out);
	else
		assert_false(seen(world, family, prefix));
}

static void
ask_match(struct world *world)
{
	unsigned family = below(world, 2);
	struct prefix dst =
	    *prefix_at(world, family, below(world, MODEL_PREFIXES));
	unsigned best = MODEL_PREFIXES;
	struct rib_route out;

	/* Sometimes an address in it. */
	if (below(world, 2)) {
		dst.len = (uint8_t)afi_bits(dst.afi);
		dst.addr[3] |= (uint8_t)below(world, 256);
	}
	for (unsigned i = 0; i < MODEL_PREFIXES; i++) {
		/* What covers stands in order of length. */
		if (prefix_contains(prefix_at(world, family, i), &dst) &&
		    seen(world, family, i))
			best = i;
	}
	if (rib_unicast_match(world->rib, &dst, &out))
		check_best(world, family, best, &out);
	else
		assert_int_equal(best, MODEL_PREFIXES);
}

static void
ask_routes(struct world *world)
{
	unsigned family = below(world, 2), max = below(world, ROUTES_MAX + 1);
	unsigned prefix = below(world, MODEL_PREFIXES);
	struct rib_route out[ROUTES_MAX];
	struct model_view view;
	size_t n = rib_unicast_routes(
	    world->rib, prefix_at(world, family, prefix), out, max);

	model_decide(&world->model, family, prefix, &view);
	assert_int_equal(n, view.n < max ? view.n : max);
	if (n > 0)
		check_best(world, family, prefix, &out[0]);
	for (size_t i = 1; i < n; i++) {
		const struct model_source *source =
		    model_source(&world->model, out[i].source);
		size_t s = (size_t)(source - world->model.sources);

		assert_true(view.seen[s] && s != view.best);
		assert_int_equal(out[i].step, view.step[s]);
		assert_true(i == 1 || out[i - 1].step >= out[i].step);
		view.seen[s] = false; /* once only */
	}
}

/* One step of a walk during which all the rest goes on. */
static void
ask_next(struct world *world)
{
	unsigned family = world->walk_family, i = world->walk_next;
	const struct prefix *under =
	    prefix_at(world, family, world->walk_under);
	struct rib_route out;
	bool is;

	while (i < MODEL_PREFIXES &&
	       (i == world->walk_under ||
		   !prefix_contains(under, prefix_at(world, family, i)) ||
		   !seen(world, family, i)))
		i++;
	is = rib_unicast_next(world->rib, &world->walk, &out);
	assert_int_equal(is, i < MODEL_PREFIXES);
	world->walk_next = i + 1;
	if (is) {
		check_best(world, family, i, &out);
		return;
	}
	world->walk_family = below(world, 2);
	world->walk_under = below(world, 2) ? 0 : below(world, MODEL_PREFIXES);
	world->walk_next = 0;
	rib_unicast_walk(world->rib, &world->walk,
	    prefix_at(world, world->walk_family, world->walk_under));
}

static void
check_counts(const struct world *world)
{
	const struct model *model = &world->model;

	for (unsigned family = 0; family < 2; family++) {
		unsigned afi = AFI_IPV4 + family;
		size_t n = 0;

		for (unsigned i = 0; i < MODEL_PREFIXES; i++)
			n += model_holds(model, family, i);
		assert_int_equal(rib_unicast_prefixes(world->rib, afi), n);
		assert_int_equal(rib_unicast_count(world->rib, afi),
		    model_count(model, family));
	}
	for (unsigned s = 0; s < MODEL_SOURCES; s++) {
		const struct model_source *source = &model->sources[s];
		size_t n = 0;

		for (unsigned i = 0; i < MODEL_PREFIXES; i++)
			n += source->routes[0][i].there;
		assert_int_equal(
		    rib_unicast_of_source(world->rib, source->number, AFI_IPV4),
		    n);
	}
	assert_int_equal(rib_unicast_facts(world->rib), model_facts(model));
}

/* ---- the life of a table ---- */

struct operation {
	unsigned weight; /* of 1000 */
	void (*run)(struct world *world);
};

static const struct operation operations[] = {
	{ 371, announce },
	{ 160, withdraw },
	{ 140, ask_best },
	{ 25, ask_match },
	{ 60, ask_routes },
	{ 100, ask_next },
	{ 100, sweep_some },
	{ 15, begin_refresh },
	{ 8, lose_source },
	{ 14, regain_source },
	{ 5, open_source },
	{ 1, close_source },
	{ 1, limit },
};

static void
live(struct world *world, unsigned steps)
{
	for (unsigned step = 1; step <= steps; step++) {
		unsigned pick = below(world, 1000), i = 0;

		while (pick >= operations[i].weight)
			pick -= operations[i++].weight;
		operations[i].run(world);
		if (step % CHECK_ALL == 0)
			check_counts(world);
	}
}

static uint64_t
number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 0);
}

/* All operations and questions, in any order, from one seed. */
static void
table_agrees_with_the_model(void **state)
{
	static const uint8_t key[HASH_KEY_LEN] = { 9, 9, 9 };
	uint64_t seed = number_of("SLUICE_SEED", 20240229);
	struct world *world = calloc(1, sizeof(*world));

	(void)state;
	assert_non_null(world);
	printf("seed %" PRIu64 "\n", seed);
	world->random.state = seed | 1;
	model_init(&world->model);
	world->rib = rib_unicast_new(key, SIZE_MAX);
	assert_non_null(world->rib);
	rib_unicast_walk(world->rib, &world->walk, prefix_at(world, 0, 0));
	live(world, (unsigned)number_of("SLUICE_STEPS", STEPS));
	check_counts(world);
	rib_unicast_free(world->rib);
	free(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_agrees_with_the_model),
	};

	return cmocka_run_group_tests_name(
	    "rib_unicast_random", tests, NULL, NULL);
}
