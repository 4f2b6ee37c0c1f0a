/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Customers and one inward router in one program, with a relay under test
 * between them: how fast rules get through, and how long each takes.
 *
 *   bench_relay [-f] [-p] [-w] flood RULES      as fast as TCP takes them
 *   bench_relay [-f] [-w] pace RULES RATE       one UPDATE a rule, RATE/s
 *   bench_relay [-f] [-w] crowd CUSTOMERS RULES RULES each, all at once
 *
 * The relay listens on 198.18.0.1 port 179 as AS 65000; the router is
 * 198.18.0.3, customer k (from 0) is 198.18.1.(k+1) of AS 65001+k and announces
 * within 10.k.0.0/16. -f: a route reflector, 198.18.0.4, announces the routes
 * to that (flood, pace: 10.0.0.0/8) and a few others before. -p packs many
 * rules into an UPDATE; -w waits for end of file on standard input, after
 * "ready" before and "done" after the rules, so that somebody can look at the
 * relay's memory. One line of JSON tells the outcome. Exit 0, or 1 when not all
 * rules came through within a minute.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/wire/family.h"
#include "tests/bench/bench_loop.h"
#include "tests/bench/bench_rules.h"
#include "tests/bench/bench_table.h"

#define CUSTOMERS_MAX 250
#define FEED          0xc6120004u /* 198.18.0.4 */
#define FEED_ROUTES   1000

enum how {
	FLOOD,
	PACE,
	CROWD
};

struct bench {
	enum how how;
	bool packed;
	bool wait;
	bool fed;
	uint32_t n_customers;
	uint32_t each; /* rules */
	uint32_t rate;
	uint32_t came;     /* distinct rules inside */
	uint64_t *sent_ns; /* by number; 0: not sent */
	uint64_t *came_ns; /* by number; 0: not yet */
	uint64_t begin_ns;
	bool bad; /* something came that nobody sent */
	struct bench_loop loop;
	struct bench_peer router;
	struct bench_peer reflector;
	struct bench_updates table;
	struct bench_peer customer[CUSTOMERS_MAX];
	struct bench_updates updates[CUSTOMERS_MAX];
};

/* Customer k's rules are numbered from here. */
static uint32_t
first_of(const struct bench *bench, uint32_t k)
{
	return bench->how == CROWD ? k << 16 : 0;
}

static void
saw(void *ctx, uint32_t n)
{
	struct bench *bench = ctx;

	if (bench->came_ns[n] != 0)
		return; /* sent again */
	bench->came_ns[n] = bench->loop.now_ns;
	bench->came++;
}

static void
router_update(void *ctx, const uint8_t *body, size_t len)
{
	struct bench *bench = ctx;
	const struct bench_seen seen = { .came = saw, .ctx = ctx };

	if (bench_update_read(body, len, &seen) < 0)
		bench->bad = true;
}

static uint32_t
rules_due(const struct bench *bench)
{
	return bench->n_customers * bench->each;
}

static bool
all_up(const struct bench *bench)
{
	if (!bench->router.up)
		return false;
	for (uint32_t k = 0; k < bench->n_customers; k++)
		if (!bench->customer[k].up)
			return false;
	return true;
}

/* A route reflector with a few routes and the way to each customer. */
static void
feed(struct bench *bench)
{
	struct bench_table table;
	struct bench_updates *updates = &bench->table;

	bench->reflector.families = FAMILY_IPV4_UNICAST;
	bench_loop_dial(&bench->loop, &bench->reflector, FEED, BENCH_RELAY_ASN);
	if (bench_table_make(&table, FEED_ROUTES, 0) < 0 ||
	    bench_table_updates(&table, updates) < 0)
		bench_die("feed", "out of memory");
	bench_table_free(&table);
	for (uint32_t k = 0; k < bench->n_customers; k++) {
		const struct prefix own = { .afi = AFI_IPV4,
			.len = bench->how == CROWD ? 16 : 8,
			.addr = { 10, (uint8_t)k } };
		const struct bench_path path = { .next_hop = BENCH_CUSTOMER + k,
			.n = 1,
			.asn = { BENCH_CUSTOMER_ASN + k } };

		if (bench_updates_route(updates, &own, &path) < 0)
			bench_die("feed", "no room");
	}
	if (bench_updates_end_of_rib(updates, FAMILY_IPV4_UNICAST) < 0)
		bench_die("feed", "no room");
	while (!bench->reflector.up)
		bench_loop_serve(&bench->loop, 100000000);
	bench_loop_send(
	    &bench->loop, &bench->reflector, updates->octets, updates->len);
	bench_loop_flush(&bench->loop, &bench->reflector);
}

/* Connections a few milliseconds apart: some relays listen with a short
 * queue. */
static void
establish(struct bench *bench)
{
	uint64_t until = bench_clock_ns() + BENCH_PATIENCE;

	bench->router.on_update = router_update;
	bench->router.ctx = bench;
	bench_loop_dial(
	    &bench->loop, &bench->router, BENCH_ROUTER, BENCH_RELAY_ASN);
	for (uint32_t k = 0; k < bench->n_customers; k++) {
		bench_loop_dial(&bench->loop, &bench->customer[k],
		    BENCH_CUSTOMER + k, BENCH_CUSTOMER_ASN + k);
		bench_loop_serve(&bench->loop, 2000000);
	}
	while (!all_up(bench)) {
		if (bench_clock_ns() > until)
			bench_die("sessions", "not established");
		bench_loop_serve(&bench->loop, 100000000);
	}
	if (bench->fed)
		feed(bench);
	/* Let the relay settle: End-of-RIB, initial dumps. */
	bench_loop_rest(&bench->loop, 500000000);
}

static void
prepare(struct bench *bench)
{
	for (uint32_t k = 0; k < bench->n_customers; k++) {
		struct bench_updates *u = &bench->updates[k];
		uint32_t first = first_of(bench, k);
		int err = bench->packed
			      ? bench_updates_make(u, BENCH_CUSTOMER_ASN + k,
				    first, bench->each)
			      : bench_updates_make_one(u,
				    BENCH_CUSTOMER_ASN + k, first, bench->each);

		if (err < 0)
			bench_die("updates", "out of memory");
	}
	/* Untouched pages cost nothing. */
	bench->sent_ns = calloc(BENCH_RULES, sizeof(uint64_t));
	bench->came_ns = calloc(BENCH_RULES, sizeof(uint64_t));
	if (bench->sent_ns == NULL || bench->came_ns == NULL)
		bench_die("stamps", "out of memory");
}

static void
send_all(struct bench *bench)
{
	bench->begin_ns = bench_clock_ns();
	for (uint32_t k = 0; k < bench->n_customers; k++)
		bench_loop_send(&bench->loop, &bench->customer[k],
		    bench->updates[k].octets, bench->updates[k].len);
}

static void
send_paced(struct bench *bench)
{
	struct bench_peer *peer = &bench->customer[0];
	const struct bench_updates *updates = &bench->updates[0];
	uint64_t step = 1000000000 / bench->rate;

	peer->out = updates->octets;
	bench->begin_ns = bench_clock_ns();
	for (uint32_t n = 0; n < bench->each; n++) {
		uint64_t due = bench->begin_ns + n * step;
		uint64_t now = bench_clock_ns();

		while (now < due) {
			bench_loop_serve(&bench->loop, due - now);
			now = bench_clock_ns();
		}
		bench->sent_ns[n] = now;
		peer->out_len = updates->ends[n];
		if (!bench_peer_write(peer))
			bench_die("pace", "the relay does not read");
	}
}

static bool
collect(struct bench *bench)
{
	uint64_t until = bench_clock_ns() + BENCH_PATIENCE;

	while (bench->came < rules_due(bench) && bench_clock_ns() < until)
		bench_loop_serve(&bench->loop, 100000000);
	return bench->came == rules_due(bench) && !bench->bad;
}

static void
report_pace(struct bench *bench)
{
	uint32_t n = bench->each;
	uint64_t *took = bench->sent_ns;

	for (uint32_t i = 0; i < n; i++)
		took[i] = bench->came_ns[i] - bench->sent_ns[i];
	bench_sort(took, n);
	printf("{\"rules\": %u, \"rate\": %u, \"p50_us\": %.1f, "
	       "\"p99_us\": %.1f, \"max_us\": %.1f}\n",
	    n, bench->rate, bench_us(took, n, 50), bench_us(took, n, 99),
	    bench_us(took, n, 100));
}

static void
report_all(const struct bench *bench)
{
	uint64_t last = 0;
	double seconds;

	for (uint32_t k = 0; k < bench->n_customers; k++) {
		uint32_t first = first_of(bench, k);

		for (uint32_t i = first; i < first + bench->each; i++)
			if (bench->came_ns[i] > last)
				last = bench->came_ns[i];
	}
	seconds = (double)(last - bench->begin_ns) / 1e9;
	printf("{\"rules\": %u, \"seconds\": %.6f, \"per_second\": %.0f}\n",
	    rules_due(bench), seconds, (double)rules_due(bench) / seconds);
}

static bool
arguments(struct bench *bench, int argc, char **argv)
{
	static const char *const names[] = { "flood", "pace", "crowd" };
	static const int wanted[] = { 1, 2, 2 };
	unsigned how = 0;
	int option;

	while ((option = getopt(argc, argv, "fpw")) != -1) {
		bench->packed = bench->packed || option == 'p';
		bench->wait = bench->wait || option == 'w';
		bench->fed = bench->fed || option == 'f';
		if (option == '?')
			return false;
	}
	while (
	    how < 3 && optind < argc && strcmp(names[how], argv[optind]) != 0)
		how++;
	if (how == 3 || argc - optind != 1 + wanted[how])
		return false;
	bench->how = (enum how)how;
	bench->n_customers = 1;
	bench->each = bench_number(argv[argc - 1], BENCH_RULES);
	if (how == PACE) {
		bench->rate = bench->each;
		bench->each = bench_number(argv[argc - 2], BENCH_RULES);
	} else if (how == CROWD) {
		bench->n_customers =
		    bench_number(argv[argc - 2], CUSTOMERS_MAX);
		bench->each = bench_number(argv[argc - 1], 65536);
	}
	return true;
}

int
main(int argc, char **argv)
{
	static struct bench bench;
	bool fine;

	if (!arguments(&bench, argc, argv))
		bench_die(
		    "usage", "[-fpw] flood N | pace N RATE | crowd N EACH");
	bench_loop_init(&bench.loop);
	prepare(&bench);
	establish(&bench);
	if (bench.wait)
		bench_pause("ready");
	if (bench.how == PACE)
		send_paced(&bench);
	else
		send_all(&bench);
	fine = collect(&bench);
	if (!fine)
		(void)fprintf(stderr, "bench_relay: %u of %u came\n",
		    bench.came, rules_due(&bench));
	else if (bench.how == PACE)
		report_pace(&bench);
	else
		report_all(&bench);
	if (bench.wait)
		bench_pause("done");
	return fine ? 0 : 1;
}
