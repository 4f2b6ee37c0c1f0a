/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A customer that offers ten times its quota, beside one that announces a rule
 * now and then: how long that one's rules take, and what gets in.
 *
 *   bench_quota SLICES SECONDS RATE FLOOD
 *
 * The relay is as bench_relay's. Customer 0 may have QUOTA rules and offers ten
 * times as many; customer 1 announces RATE rules a second. In turns of so many
 * seconds customer 0 is silent, and withdraws and announces what found no room,
 * FLOOD messages a second (0: as fast as they are taken). Then it withdraws
 * some that stand, for others to come in by their order; and once more after
 * "restart", when the relay was ended and has come back (a line is waited for).
 * One line of JSON tells the outcome. Exit 0, or 1 when a session is lost, more
 * than the quota gets in, or those that wait come out of order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/wire/family.h"
#include "tests/bench/bench_loop.h"
#include "tests/bench/bench_rules.h"

#define QUOTA   50u
#define OFFERED (10 * QUOTA)
#define FREED   10u
#define NONE    UINT64_C(0)

/* Customer 1's are numbered from here. */
#define QUIET_FIRST ((uint32_t)1 << 16)
#define QUIET_MAX   ((uint32_t)1 << 16)

struct bench {
	struct bench_loop loop;
	struct bench_peer router;
	struct bench_peer greedy;
	struct bench_peer quiet;
	struct bench_updates cycle; /* what found no room goes and comes */
	struct bench_updates all;   /* each once, by order */
	struct bench_updates rules; /* customer 1's */
	bool in[OFFERED];
	uint32_t n_in;
	uint32_t most_in;
	uint32_t order[OFFERED]; /* came in since this was emptied */
	uint32_t n_order;
	uint32_t at;      /* of the cycle's messages */
	uint64_t next_ns; /* when the next of them is due */
	uint64_t written; /* of them in all */
	uint64_t sent_ns[QUIET_MAX];
	uint64_t came_ns[QUIET_MAX];
};

/* ---- what the router sees ---- */

static void
came(void *ctx, uint32_t n)
{
	struct bench *bench = ctx;

	if (n >= QUIET_FIRST) {
		if (bench->came_ns[n - QUIET_FIRST] == NONE)
			bench->came_ns[n - QUIET_FIRST] = bench->loop.now_ns;
		return;
	}
	if (n >= OFFERED || bench->in[n])
		return;
	bench->in[n] = true;
	bench->n_in++;
	if (bench->n_in > bench->most_in)
		bench->most_in = bench->n_in;
	if (bench->n_order < OFFERED)
		bench->order[bench->n_order++] = n;
}

static void
went(void *ctx, uint32_t n)
{
	struct bench *bench = ctx;

	if (n >= OFFERED || !bench->in[n])
		return;
	bench->in[n] = false;
	bench->n_in--;
}

static void
router_update(void *ctx, const uint8_t *body, size_t len)
{
	const struct bench_seen seen = {
		.came = came, .went = went, .ctx = ctx
	};

	if (bench_update_read(body, len, &seen) < 0)
		bench_die("router", "what nobody sent");
}

/* ---- sessions ---- */

static void
establish(struct bench *bench)
{
	uint64_t until = bench_clock_ns() + BENCH_PATIENCE;

	memset(bench->in, 0, sizeof(bench->in));
	bench->n_in = 0;
	bench->router.on_update = router_update;
	bench->router.ctx = bench;
	bench_loop_dial(
	    &bench->loop, &bench->router, BENCH_ROUTER, BENCH_RELAY_ASN);
	bench_loop_dial(
	    &bench->loop, &bench->greedy, BENCH_CUSTOMER, BENCH_CUSTOMER_ASN);
	bench_loop_dial(&bench->loop, &bench->quiet, BENCH_CUSTOMER + 1,
	    BENCH_CUSTOMER_ASN + 1);
	while (!bench->router.up || !bench->greedy.up || !bench->quiet.up) {
		if (bench_clock_ns() > until)
			bench_die("sessions", "not established");
		bench_loop_serve(&bench->loop, 100000000);
	}
	bench_loop_rest(&bench->loop, 500000000);
}

static void
lose(struct bench *bench)
{
	struct bench_peer *peers[] = { &bench->router, &bench->greedy,
		&bench->quiet };

	for (size_t i = 0; i < 3; i++) {
		bench_peer_close(peers[i]);
		memset(peers[i], 0, sizeof(*peers[i]));
	}
}

/* ---- what customers say ---- */

static void
prepare(struct bench *bench, uint32_t n_rules)
{
	int err = 0;

	for (uint32_t n = QUOTA; n < OFFERED; n++) {
		err |= bench_updates_add(
		    &bench->cycle, BENCH_CUSTOMER_ASN, n, false);
		err |= bench_updates_add(
		    &bench->cycle, BENCH_CUSTOMER_ASN, n, true);
	}
	for (uint32_t n = 0; n < OFFERED; n++)
		err |=
		    bench_updates_add(&bench->all, BENCH_CUSTOMER_ASN, n, true);
	for (uint32_t n = 0; n < n_rules; n++)
		err |= bench_updates_add(&bench->rules, BENCH_CUSTOMER_ASN + 1,
		    QUIET_FIRST + n, true);
	if (err < 0)
		bench_die("updates", "out of memory");
}

/* All that the session takes of what is due by now. */
static void
flood(struct bench *bench, uint32_t rate, uint64_t now)
{
	struct bench_peer *peer = &bench->greedy;
	uint32_t left = bench->cycle.n - bench->at;
	uint32_t n = rate == 0 ? left : 0;

	if (peer->out_at < peer->out_len)
		return;
	while (rate != 0 && n < left && bench->next_ns <= now) {
		bench->next_ns += 1000000000 / rate;
		n++;
	}
	if (n == 0)
		return;
	peer->out = bench->cycle.octets;
	peer->out_at = bench->at == 0 ? 0 : bench->cycle.ends[bench->at - 1];
	bench->written += n;
	bench->at += n;
	bench_loop_more(&bench->loop, peer, bench->cycle.ends[bench->at - 1]);
	bench->at %= bench->cycle.n;
}

/* What one customer waits for: the quiet one's next rule, and the flood's. */
struct slice {
	uint64_t step_ns;
	uint32_t first;
	uint32_t n;
	bool flooded;
	uint32_t rate; /* of the flood */
};

static void
announce(struct bench *bench, uint32_t n)
{
	struct bench_peer *peer = &bench->quiet;

	peer->out = bench->rules.octets;
	peer->out_at = n == 0 ? 0 : bench->rules.ends[n - 1];
	peer->out_len = bench->rules.ends[n];
	bench->sent_ns[n] = bench_clock_ns();
	if (!bench_peer_write(peer))
		bench_die("pace", "the relay does not read");
}

static void
slice_run(struct bench *bench, const struct slice *slice)
{
	uint64_t begin = bench_clock_ns(), now = begin;

	bench->next_ns = begin;
	for (uint32_t i = 0; i < slice->n; i++) {
		uint64_t due = begin + i * slice->step_ns;

		while (now < due) {
			if (slice->flooded)
				flood(bench, slice->rate, now);
			/* A message of the flood may be due before. */
			bench_loop_serve(&bench->loop,
			    due - now < 1000000 ? due - now : 1000000);
			now = bench_clock_ns();
		}
		announce(bench, slice->first + i);
	}
	/* The last one's, and what is still under way. */
	bench_loop_flush(&bench->loop, &bench->greedy);
	bench_loop_rest(&bench->loop, 300000000);
}

/* ---- what comes of it ---- */

/* Until so many stand, and a little longer: no more may come. */
static void
settle(struct bench *bench, uint32_t wanted)
{
	uint64_t until = bench_clock_ns() + BENCH_PATIENCE / 2;

	while (bench->n_in != wanted && bench_clock_ns() < until)
		bench_loop_serve(&bench->loop, 100000000);
	bench_loop_rest(&bench->loop, 1500000000);
	if (bench->n_in != wanted || bench->most_in > QUOTA) {
		(void)fprintf(stderr,
		    "%u stand where %u may, and %u once did\n", bench->n_in,
		    wanted, bench->most_in);
		exit(1);
	}
}

/* Withdraw from..from+FREED-1: as many others come in, in their order. */
static void
make_room(struct bench *bench, uint32_t from)
{
	struct bench_updates gone = { 0 };
	uint64_t until = bench_clock_ns() + BENCH_PATIENCE / 2;

	for (uint32_t n = from; n < from + FREED; n++)
		if (bench_updates_add(&gone, BENCH_CUSTOMER_ASN, n, false) < 0)
			bench_die("updates", "out of memory");
	bench->n_order = 0;
	bench_loop_send(&bench->loop, &bench->greedy, gone.octets, gone.len);
	while (bench->n_order < FREED && bench_clock_ns() < until)
		bench_loop_serve(&bench->loop, 100000000);
	settle(bench, QUOTA);
	for (uint32_t i = 0; i < FREED; i++) {
		if (bench->n_order == FREED &&
		    bench->order[i] == from + QUOTA + i)
			continue;
		(void)fprintf(stderr,
		    "%u came in; number %u was rule %u, should be %u\n",
		    bench->n_order, i, bench->order[i], from + QUOTA + i);
		exit(1);
	}
	bench_updates_free(&gone);
}

/* What waits, in the order of its numbers. A rule that goes and comes in one
 * breath keeps its place, so all go before any comes. */
static void
order_again(struct bench *bench)
{
	struct bench_updates gone = { 0 };
	size_t skip = bench->all.ends[QUOTA - 1];

	for (uint32_t n = QUOTA; n < OFFERED; n++)
		if (bench_updates_add(&gone, BENCH_CUSTOMER_ASN, n, false) < 0)
			bench_die("updates", "out of memory");
	bench_loop_send(&bench->loop, &bench->greedy, gone.octets, gone.len);
	bench_loop_flush(&bench->loop, &bench->greedy);
	settle(bench, QUOTA);
	bench_loop_send(&bench->loop, &bench->greedy, &bench->all.octets[skip],
	    bench->all.len - skip);
	bench_loop_flush(&bench->loop, &bench->greedy);
	settle(bench, QUOTA);
	bench_updates_free(&gone);
}

static void
restart(struct bench *bench)
{
	size_t skip = bench->all.ends[FREED - 1];

	lose(bench);
	bench_pause("restart");
	establish(bench);
	bench_loop_send(&bench->loop, &bench->greedy, &bench->all.octets[skip],
	    bench->all.len - skip);
	bench_loop_flush(&bench->loop, &bench->greedy);
	settle(bench, QUOTA);
}

/* Of the slices with this parity, the times sorted into took; how many. */
static uint32_t
times(const struct bench *bench, uint32_t slices, uint32_t each, bool flooded,
    uint64_t *took)
{
	uint32_t n = 0;

	for (uint32_t i = flooded ? 1 : 0; i < slices; i += 2) {
		for (uint32_t k = i * each; k < (i + 1) * each; k++) {
			if (bench->came_ns[k] == NONE)
				bench_die("quiet customer", "a rule is lost");
			took[n++] = bench->came_ns[k] - bench->sent_ns[k];
		}
	}
	bench_sort(took, n);
	return n;
}

static void
report(struct bench *bench, uint32_t slices, uint32_t each)
{
	static uint64_t took[2][QUIET_MAX];

	printf("{\"offered\": %u, \"inside\": %u, \"messages\": %llu", OFFERED,
	    bench->n_in, (unsigned long long)bench->written);
	for (int flooded = 0; flooded < 2; flooded++) {
		const char *name = flooded ? "beside" : "alone";
		uint32_t n = times(bench, slices, each, flooded, took[flooded]);

		printf(", \"%s_p50_us\": %.1f, \"%s_p99_us\": %.1f", name,
		    bench_us(took[flooded], n, 50), name,
		    bench_us(took[flooded], n, 99));
	}
	printf("}\n");
}

int
main(int argc, char **argv)
{
	static struct bench bench;
	struct slice slice = { 0 };
	uint32_t slices, rate;

	if (argc != 5)
		bench_die("usage", "SLICES SECONDS RATE FLOOD");
	slices = bench_number(argv[1], 1000);
	rate = bench_number(argv[3], 1000);
	slice.n = bench_number(argv[2], 1000) * rate;
	slice.rate = bench_number(argv[4], 1000000);
	if (slices == 0 || slice.n == 0 || slices * slice.n > QUIET_MAX)
		bench_die("usage", "too few rules, or too many");
	slice.step_ns = 1000000000 / rate;
	prepare(&bench, slices * slice.n);
	bench_loop_init(&bench.loop);
	establish(&bench);
	bench_loop_send(
	    &bench.loop, &bench.greedy, bench.all.octets, bench.all.len);
	bench_loop_flush(&bench.loop, &bench.greedy);
	settle(&bench, QUOTA);
	for (uint32_t i = 0; i < slices; i++) {
		slice.first = i * slice.n;
		slice.flooded = i % 2 == 1;
		slice_run(&bench, &slice);
	}
	settle(&bench, QUOTA);
	order_again(&bench);
	make_room(&bench, 0);
	restart(&bench);
	make_room(&bench, FREED);
	report(&bench, slices, slice.n);
	return 0;
}
