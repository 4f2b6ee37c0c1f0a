/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules that stand, and a router that says when they are gone and back.
 *
 *   bench_stand CUSTOMERS RULES
 *
 * The relay is as bench_relay's; each customer announces so many rules. One
 * line of JSON says when (CLOCK_MONOTONIC) the router has all of them, each
 * time that it has none, and each time that it has all again. Ends with
 * standard input.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/bench_loop.h"
#include "tests/bench/bench_rules.h"

#define CUSTOMERS_MAX 250

struct bench {
	uint32_t n_customers;
	uint32_t each;
	uint32_t n_in;
	bool full; /* what was said last */
	bool *in;  /* by number */
	struct bench_loop loop;
	struct bench_peer router;
	struct bench_peer customer[CUSTOMERS_MAX];
	struct bench_updates updates[CUSTOMERS_MAX];
};

static void
came(void *ctx, uint32_t n)
{
	struct bench *bench = ctx;

	bench->n_in += bench->in[n] ? 0 : 1;
	bench->in[n] = true;
}

static void
went(void *ctx, uint32_t n)
{
	struct bench *bench = ctx;

	bench->n_in -= bench->in[n] ? 1 : 0;
	bench->in[n] = false;
}

static void
said(struct bench *bench, const char *what)
{
	printf("{\"router\": \"%s\", \"at_ns\": %llu}\n", what,
	    (unsigned long long)bench->loop.now_ns);
	(void)fflush(stdout);
	bench->full = !bench->full;
}

static void
router_update(void *ctx, const uint8_t *body, size_t len)
{
	struct bench *bench = ctx;
	const struct bench_seen seen = {
		.came = came, .went = went, .ctx = ctx
	};

	if (bench_update_read(body, len, &seen) < 0)
		bench_die("router", "what nobody sent");
	if (bench->full && bench->n_in == 0)
		said(bench, "empty");
	else if (!bench->full &&
		 bench->n_in == bench->n_customers * bench->each)
		said(bench, "full");
}

static bool
all_up(const struct bench *bench)
{
	bool up = bench->router.up;

	for (uint32_t k = 0; k < bench->n_customers; k++)
		up = up && bench->customer[k].up;
	return up;
}

static void
establish(struct bench *bench)
{
	uint64_t until = bench_clock_ns() + BENCH_PATIENCE;

	bench->router.on_update = router_update;
	bench->router.ctx = bench;
	bench_loop_dial(
	    &bench->loop, &bench->router, BENCH_ROUTER, BENCH_RELAY_ASN);
	for (uint32_t k = 0; k < bench->n_customers; k++) {
		if (bench_updates_make(&bench->updates[k],
			BENCH_CUSTOMER_ASN + k, k << 16, bench->each) < 0)
			bench_die("updates", "out of memory");
		bench_loop_dial(&bench->loop, &bench->customer[k],
		    BENCH_CUSTOMER + k, BENCH_CUSTOMER_ASN + k);
		bench_loop_serve(&bench->loop, 2000000);
	}
	while (!all_up(bench)) {
		if (bench_clock_ns() > until)
			bench_die("sessions", "not established");
		bench_loop_serve(&bench->loop, 100000000);
	}
	bench_loop_rest(&bench->loop, 500000000);
}

/* Whoever started this has closed our standard input. */
static bool
ended(void)
{
	char octets[64];

	return read(STDIN_FILENO, octets, sizeof(octets)) == 0;
}

int
main(int argc, char **argv)
{
	static struct bench bench;

	if (argc != 3)
		bench_die("usage", "CUSTOMERS RULES");
	bench.n_customers = bench_number(argv[1], CUSTOMERS_MAX);
	bench.each = bench_number(argv[2], 65536);
	bench.in = calloc(BENCH_RULES, sizeof(bench.in[0]));
	if (bench.in == NULL)
		bench_die("rules", "out of memory");
	(void)fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	bench_loop_init(&bench.loop);
	establish(&bench);
	for (uint32_t k = 0; k < bench.n_customers; k++)
		bench_loop_send(&bench.loop, &bench.customer[k],
		    bench.updates[k].octets, bench.updates[k].len);
	while (!ended())
		bench_loop_serve(&bench.loop, 100000000);
	return 0;
}
