/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A route reflector with a full table, two customers with rules and a router
 * that takes them, in one program, with a relay under test between them.
 *
 *   bench_feed [-u] table N4 N6            the table, from one feed and, after
 *                                          that, from a second
 *   bench_feed [-u] churn N4 N6 RULES N    N changes of others' routes, one an
 *                                          UPDATE, as fast as TCP takes them
 *   bench_feed [-u] [-p] takeover N4 N6 RULES   a more-specific of another AS
 *                                          inside every rule's destination, one
 *                                          an UPDATE or (-p) many
 *   bench_feed [-u] latency N4 N6 RULES N RATE   N such, one every 50 ms, each
 *                                          at some moment of a stream of RATE
 *                                          changes a second
 *
 * The relay listens on 198.18.0.1 port 179 as AS 65000. The feeds are
 * 198.18.0.4 and .5 by iBGP, the router 198.18.0.3, customer k 198.18.1.(k+1)
 * of AS 65001+k; it owns 10.k.0.0/16, and rule i is for a /31 in there. The
 * route to that comes from the feed, or (-u) from the customer, as RFC 8955
 * would have it. At each of the words "fed", "ready" and "done" (table: twice)
 * it waits for a line on standard input, so that somebody can look at the
 * relay. Outcomes are lines of JSON; times are CLOCK_MONOTONIC. Exit 0, or 1
 * when something that was due did not come.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/wire/update_build.h"
#include "tests/bench/bench_loop.h"
#include "tests/bench/bench_table.h"

#define FEED        0xc6120004u /* 198.18.0.4 */
#define SECOND      0xc6120005u
#define CUSTOMERS   2
#define RULES_MAX   (CUSTOMERS * 32768u)
#define HIJACKER    64999u
#define SLICE_NS    1000000u
#define HIJACKS_MAX 750 /* in one UPDATE */
#define HIJACK_EACH 50  /* slices */
#define UNICAST     (FAMILY_IPV4_UNICAST | FAMILY_IPV6_UNICAST)

struct scene {
	bool own_unicast; /* customers announce what is theirs */
	bool packed;      /* many hijacks in one UPDATE */
	uint32_t rules;
	uint32_t came; /* rules inside now or before */
	uint32_t went; /* withdrawn inside */
	bool bad;      /* something came that nobody sent */
	uint64_t last_ns;
	uint64_t *came_ns; /* by rule; 0: not yet */
	uint64_t *went_ns;
	struct bench_loop loop;
	struct bench_table table;
	struct bench_peer feed, second, router;
	struct bench_peer customer[CUSTOMERS];
	struct bench_updates said[CUSTOMERS];
};

/* ---- rules ---- */

/* Rule i is customer i % 2's. */
static struct prefix
rule_destination(uint32_t i)
{
	uint32_t k = i % CUSTOMERS, host = 2 * (i / CUSTOMERS);

	return (struct prefix){ .afi = AFI_IPV4,
		.len = 31,
		.addr = {
		    10, (uint8_t)k, (uint8_t)(host >> 8), (uint8_t)host } };
}

/* The number of the rule for 10.x.y.z, of these 24 bits. */
static uint32_t
rule_number(uint32_t bits)
{
	return (bits & 0xffff) / 2 * CUSTOMERS + (bits >> 16);
}

static void
rule_make(uint32_t i, struct rule *rule)
{
	struct prefix destination = rule_destination(i);

	bench_rule(i, rule);
	rule->dst_len = destination.len;
	memcpy(rule->dst, destination.addr, sizeof(destination.addr));
}

/* A rule inside that nobody sent, or one of those? */
static bool
mark(struct scene *scene, uint64_t *times, uint32_t bits)
{
	uint32_t i = rule_number(bits);

	if (bits >> 16 >= CUSTOMERS || i >= scene->rules) {
		scene->bad = true;
		return false;
	}
	if (times[i] != 0)
		return false;
	times[i] = scene->loop.now_ns;
	scene->last_ns = scene->loop.now_ns;
	return true;
}

static void
came(void *ctx, uint32_t bits)
{
	struct scene *scene = ctx;

	if (mark(scene, scene->came_ns, bits))
		scene->came++;
}

static void
went(void *ctx, uint32_t bits)
{
	struct scene *scene = ctx;

	if (mark(scene, scene->went_ns, bits))
		scene->went++;
}

static void
router_update(void *ctx, const uint8_t *body, size_t len)
{
	struct scene *scene = ctx;
	const struct bench_seen seen = { came, went, ctx };

	if (bench_update_read(body, len, &seen) < 0)
		scene->bad = true;
}

/* All rules of customer k behind what it has said, many in an UPDATE. */
static void
rules_write(struct scene *scene, uint32_t k)
{
	const struct update_attrs attrs = { .actions = bench_action(),
		.n_path = 1,
		.path = { BENCH_CUSTOMER_ASN + k } };
	struct bench_updates *said = &scene->said[k];
	struct update_builder builder;
	struct writer writer;
	struct rule rule;
	uint32_t i = k;

	while (i < scene->rules) {
		writer_init(
		    &writer, &said->octets[said->len], said->room - said->len);
		if (!update_begin_reach(
			&builder, &writer, FAMILY_IPV4_FLOWSPEC, &attrs))
			bench_die("rules", "no room");
		for (; i < scene->rules; i += CUSTOMERS) {
			rule_make(i, &rule);
			if (!update_add(&builder, &rule))
				break;
		}
		(void)update_end(&builder);
		said->len += writer.len;
	}
}

/* ---- routes ---- */

static void
must(int err, const char *what)
{
	if (err < 0)
		bench_die(what, "out of memory");
}

/* The customer's prefix, as its own router or the feed announces it. */
static void
own_write(struct bench_updates *updates, uint32_t k, bool external)
{
	const struct prefix own = {
		.afi = AFI_IPV4, .len = 16, .addr = { 10, (uint8_t)k }
	};
	const struct bench_path path = { .next_hop = BENCH_CUSTOMER + k,
		.external = external,
		.n = 1,
		.asn = { BENCH_CUSTOMER_ASN + k } };

	must(bench_updates_route(updates, &own, &path), "route");
}

/* A more-specific inside each of rules from..from+n-1, from elsewhere. */
static void
hijack_write(struct bench_updates *updates, uint32_t from, uint32_t n)
{
	const struct bench_path path = {
		.next_hop = FEED, .n = 2, .asn = { HIJACKER, HIJACKER - 1 }
	};
	struct prefix prefixes[HIJACKS_MAX];

	for (uint32_t i = 0; i < n; i++) {
		prefixes[i] = rule_destination(from + i);
		prefixes[i].len = 32;
	}
	must(bench_updates_routes(updates, prefixes, n, &path), "hijack");
}

static void
tail_write(const struct scene *scene, struct bench_updates *updates)
{
	for (uint32_t k = 0; k < CUSTOMERS && !scene->own_unicast; k++)
		own_write(updates, k, false);
	must(bench_updates_end_of_rib(updates, FAMILY_IPV4_UNICAST), "end");
	must(bench_updates_end_of_rib(updates, FAMILY_IPV6_UNICAST), "end");
}

/* ---- the scene ---- */

static void
wait_up(struct scene *scene, const struct bench_peer *peer)
{
	uint64_t until = bench_clock_ns() + BENCH_PATIENCE;

	while (!peer->up) {
		if (bench_clock_ns() > until)
			bench_die("sessions", "not established");
		bench_loop_serve(&scene->loop, 100000000);
	}
}

static void
feed_up(struct scene *scene, struct bench_peer *feed, uint32_t from)
{
	feed->families = UNICAST;
	bench_loop_dial(&scene->loop, feed, from, BENCH_RELAY_ASN);
	wait_up(scene, feed);
	bench_loop_rest(&scene->loop, 300000000);
}

static void
others_up(struct scene *scene)
{
	scene->router.on_update = router_update;
	scene->router.ctx = scene;
	bench_loop_dial(
	    &scene->loop, &scene->router, BENCH_ROUTER, BENCH_RELAY_ASN);
	for (uint32_t k = 0; k < CUSTOMERS; k++) {
		struct bench_peer *customer = &scene->customer[k];

		customer->families =
		    FAMILY_IPV4_FLOWSPEC |
		    (scene->own_unicast ? FAMILY_IPV4_UNICAST : 0);
		bench_loop_dial(&scene->loop, customer, BENCH_CUSTOMER + k,
		    BENCH_CUSTOMER_ASN + k);
		wait_up(scene, customer);
	}
	wait_up(scene, &scene->router);
	bench_loop_rest(&scene->loop, 300000000);
}

static void
blast(struct scene *scene, struct bench_peer *peer,
    const struct bench_updates *updates)
{
	uint64_t begin = bench_clock_ns();

	bench_loop_send(&scene->loop, peer, updates->octets, updates->len);
	bench_loop_flush(&scene->loop, peer);
	printf("{\"begin_ns\": %llu, \"written_ns\": %llu, "
	       "\"octets\": %zu, \"updates\": %u}\n",
	    (unsigned long long)begin, (unsigned long long)bench_clock_ns(),
	    updates->len, updates->n);
}

/* Table, customers' routes, rules; until all rules are inside. */
static void
prepare(struct scene *scene)
{
	struct bench_updates updates;
	uint64_t until;

	must(bench_table_updates(&scene->table, &updates), "table");
	tail_write(scene, &updates);
	others_up(scene);
	feed_up(scene, &scene->feed, FEED);
	bench_loop_send(
	    &scene->loop, &scene->feed, updates.octets, updates.len);
	bench_loop_flush(&scene->loop, &scene->feed);
	bench_updates_free(&updates);
	bench_pause("fed");
	for (uint32_t k = 0; k < CUSTOMERS; k++) {
		struct bench_updates *said = &scene->said[k];

		must(bench_updates_init(said, 64 + scene->rules / 8), "rules");
		if (scene->own_unicast)
			own_write(said, k, true);
		rules_write(scene, k);
		bench_loop_send(
		    &scene->loop, &scene->customer[k], said->octets, said->len);
	}
	until = bench_clock_ns() + BENCH_PATIENCE;
	while (scene->came < scene->rules && bench_clock_ns() < until)
		bench_loop_serve(&scene->loop, 100000000);
	if (scene->came < scene->rules || scene->bad || scene->went > 0) {
		(void)fprintf(stderr, "%u of %u rules inside, %u withdrawn\n",
		    scene->came, scene->rules, scene->went);
		exit(1);
	}
	bench_pause("ready");
}

/* ---- what is measured ---- */

static void
table(struct scene *scene)
{
	struct bench_updates updates, again;

	must(bench_table_updates(&scene->table, &updates), "table");
	must(bench_updates_shuffle(&updates, &again), "table");
	tail_write(scene, &updates);
	tail_write(scene, &again);
	feed_up(scene, &scene->feed, FEED);
	bench_pause("ready");
	blast(scene, &scene->feed, &updates);
	bench_pause("done");
	feed_up(scene, &scene->second, SECOND);
	bench_pause("ready");
	blast(scene, &scene->second, &again);
	bench_pause("done");
}

static void
churn(struct scene *scene, uint32_t n)
{
	struct bench_updates updates;

	must(bench_table_changes(&scene->table, n, &updates), "changes");
	prepare(scene);
	blast(scene, &scene->feed, &updates);
	bench_pause("done");
	bench_updates_free(&updates);
}

static void
wait_gone(struct scene *scene, uint32_t n)
{
	uint64_t until = bench_clock_ns() + BENCH_PATIENCE;

	while (scene->went < n && bench_clock_ns() < until)
		bench_loop_serve(&scene->loop, 10000000);
	if (scene->went < n || scene->bad) {
		(void)fprintf(
		    stderr, "%u of %u rules withdrawn\n", scene->went, n);
		exit(1);
	}
}

static void
takeover(struct scene *scene)
{
	struct bench_updates updates;
	uint64_t begin;

	must(bench_updates_init(&updates, scene->rules + 16), "hijacks");
	for (uint32_t i = 0, n; i < scene->rules; i += n) {
		n = scene->packed ? HIJACKS_MAX : 1;
		if (n > scene->rules - i)
			n = scene->rules - i;
		hijack_write(&updates, i, n);
	}
	prepare(scene);
	begin = bench_clock_ns();
	bench_loop_send(
	    &scene->loop, &scene->feed, updates.octets, updates.len);
	wait_gone(scene, scene->rules);
	printf("{\"begin_ns\": %llu, \"seconds\": %.6f}\n",
	    (unsigned long long)begin, (double)(scene->last_ns - begin) / 1e9);
	bench_pause("done");
	bench_updates_free(&updates);
}

/* A stream of changes in slices of a millisecond, with hijacks in it. */
struct stream {
	struct bench_updates updates;
	uint32_t n; /* slices */
	size_t *ends;
	uint64_t *sent_ns; /* of the hijacks */
};

/* The slice in which hijack i goes: one in 50, but never in step. */
static uint32_t
slice_of(uint32_t i)
{
	return i * HIJACK_EACH + (i * 7919) % HIJACK_EACH;
}

static void
stream_make(
    struct scene *scene, struct stream *stream, uint32_t n, uint32_t each)
{
	struct bench_updates *updates = &stream->updates;
	uint32_t next = 0, change = 0;

	stream->n = n * HIJACK_EACH;
	must(bench_updates_init(updates, stream->n * each + n), "stream");
	stream->ends = calloc(stream->n, sizeof(stream->ends[0]));
	stream->sent_ns = calloc(n, sizeof(stream->sent_ns[0]));
	if (stream->ends == NULL || stream->sent_ns == NULL)
		bench_die("stream", "out of memory");
	for (uint32_t slice = 0; slice < stream->n; slice++) {
		for (uint32_t u = 0; u < each; u++)
			must(bench_updates_change(
				 updates, &scene->table, change++),
			    "stream");
		if (next < n && slice == slice_of(next))
			hijack_write(updates, next++, 1);
		stream->ends[slice] = updates->len;
	}
}

static void
stream_send(struct scene *scene, struct stream *stream)
{
	struct bench_peer *feed = &scene->feed;
	uint64_t begin = bench_clock_ns();
	uint32_t next = 0;

	bench_loop_send(&scene->loop, feed, stream->updates.octets, 0);
	for (uint32_t slice = 0; slice < stream->n; slice++) {
		uint64_t due = begin + (uint64_t)slice * SLICE_NS;
		uint64_t now = bench_clock_ns();

		while (now < due) {
			bench_loop_serve(&scene->loop, due - now);
			now = bench_clock_ns();
		}
		if (slice == slice_of(next))
			stream->sent_ns[next++] = due;
		bench_loop_more(&scene->loop, feed, stream->ends[slice]);
	}
	bench_loop_flush(&scene->loop, feed);
	printf("{\"begin_ns\": %llu, \"seconds\": %.6f, \"updates\": %u}\n",
	    (unsigned long long)begin, (double)(bench_clock_ns() - begin) / 1e9,
	    stream->updates.n);
}

static void
latency(struct scene *scene, uint32_t n, uint32_t rate)
{
	struct stream stream = { .n = 0 };

	stream_make(scene, &stream, n, rate / 1000);
	prepare(scene);
	stream_send(scene, &stream);
	wait_gone(scene, n);
	for (uint32_t i = 0; i < n; i++) {
		if (scene->went_ns[i] < stream.sent_ns[i])
			bench_die("latency", "another rule went");
		stream.sent_ns[i] = scene->went_ns[i] - stream.sent_ns[i];
	}
	bench_sort(stream.sent_ns, n);
	printf("{\"p50_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f}\n",
	    bench_us(stream.sent_ns, n, 50), bench_us(stream.sent_ns, n, 99),
	    bench_us(stream.sent_ns, n, 100));
	bench_pause("done");
}

/* ---- the command ---- */

enum how {
	TABLE,
	CHURN,
	TAKEOVER,
	LATENCY
};

static void
run(struct scene *scene, enum how how, const uint32_t *numbers)
{
	switch (how) {
	case TABLE:
		table(scene);
		break;
	case CHURN:
		churn(scene, numbers[3]);
		break;
	case TAKEOVER:
		takeover(scene);
		break;
	case LATENCY:
		latency(scene, numbers[3], numbers[4]);
		break;
	}
}

int
main(int argc, char **argv)
{
	static const char *const names[] = { "table", "churn", "takeover",
		"latency" };
	static const int wanted[] = { 2, 4, 3, 5 };
	static struct scene scene;
	uint32_t numbers[5] = { 0 };
	unsigned how = 0;
	int option;

	while ((option = getopt(argc, argv, "pu")) != -1) {
		scene.own_unicast = scene.own_unicast || option == 'u';
		scene.packed = scene.packed || option == 'p';
	}
	while (
	    how < 4 && optind < argc && strcmp(names[how], argv[optind]) != 0)
		how++;
	if (how == 4 || argc - optind != 1 + wanted[how])
		bench_die("usage", "[-pu] table | churn | takeover | latency");
	for (int i = 0; i < wanted[how]; i++)
		numbers[i] = bench_number(argv[optind + 1 + i], 100000000);
	scene.rules = numbers[2];
	scene.own_unicast = scene.own_unicast || how == TABLE;
	if (scene.rules > RULES_MAX || numbers[0] == 0 ||
	    (how == LATENCY && numbers[3] > scene.rules))
		bench_die("usage", "too many rules, or no routes");
	bench_loop_init(&scene.loop);
	scene.came_ns = calloc(RULES_MAX, sizeof(uint64_t));
	scene.went_ns = calloc(RULES_MAX, sizeof(uint64_t));
	if (scene.came_ns == NULL || scene.went_ns == NULL)
		bench_die("stamps", "out of memory");
	must(bench_table_make(&scene.table, numbers[0], numbers[1]), "table");
	run(&scene, (enum how)how, numbers);
	return 0;
}
