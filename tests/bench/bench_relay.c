/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Customers and one inward router in one program, with a relay under test
 * between them: how fast rules get through, and how long each takes.
 *
 *   bench_relay [-p] [-w] flood RULES           as fast as TCP takes them
 *   bench_relay [-w] pace RULES RATE            one UPDATE a rule, RATE/s
 *   bench_relay [-w] crowd CUSTOMERS RULES      RULES each, all at once
 *
 * The relay listens on 198.18.0.1 port 179 as AS 65000; the router is
 * 198.18.0.3, customer k (from 0) is 198.18.1.(k+1) of AS 65001+k and announces
 * within 10.k.0.0/16. -p packs many rules into an UPDATE; -w waits for end of
 * file on standard input, after "ready" before and "done" after the rules, so
 * that somebody can look at the relay's memory. One line of JSON tells the
 * outcome. Exit 0, or 1 when not all rules came through within a minute.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench_peer.h"
#include "tests/bench/bench_rules.h"

#define RELAY         0xc6120001u /* 198.18.0.1 */
#define ROUTER        0xc6120003u
#define CUSTOMER      0xc6120101u
#define RELAY_ASN     65000u
#define CUSTOMER_ASN  65001u
#define CUSTOMERS_MAX 250
#define PATIENCE_NS   UINT64_C(60000000000)

enum how {
	FLOOD,
	PACE,
	CROWD
};

struct bench {
	enum how how;
	bool packed;
	bool wait;
	uint32_t n_customers;
	uint32_t each; /* rules */
	uint32_t rate;
	int epoll;
	uint32_t came;     /* distinct rules inside */
	uint64_t *sent_ns; /* by number; 0: not sent */
	uint64_t *came_ns; /* by number; 0: not yet */
	uint64_t begin_ns;
	uint64_t now_ns; /* when what is read now came */
	bool bad;        /* something came that nobody sent */
	struct bench_peer router;
	struct bench_peer customer[CUSTOMERS_MAX];
	struct bench_updates updates[CUSTOMERS_MAX];
};

static uint64_t
clock_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void
die(const char *what, const char *why)
{
	(void)fprintf(stderr, "bench_relay: %s: %s\n", what, why);
	exit(1);
}

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
	bench->came_ns[n] = bench->now_ns;
	bench->came++;
}

static void
router_update(void *ctx, const uint8_t *body, size_t len)
{
	struct bench *bench = ctx;

	if (bench_update_read(body, len, saw, bench) < 0)
		bench->bad = true;
}

static void
watch(struct bench *bench, struct bench_peer *peer, int how, uint32_t events)
{
	struct epoll_event event = { .events = events,
		.data = { .ptr = peer } };

	if (epoll_ctl(bench->epoll, how, peer->fd, &event) < 0)
		die("epoll", strerror(errno));
}

static void
dial(struct bench *bench, struct bench_peer *peer, uint32_t from, uint32_t asn)
{
	const struct bench_address at = { { htonl(from) }, { htonl(RELAY) },
		179 };
	int err = bench_peer_dial(peer, &at, asn);

	if (err < 0)
		die("connect", strerror(-err));
	watch(bench, peer, EPOLL_CTL_ADD, EPOLLIN);
}

static uint32_t
rules_due(const struct bench *bench)
{
	return bench->n_customers * bench->each;
}

static void
peer_ready(struct bench *bench, struct bench_peer *peer, uint32_t events)
{
	if ((events & EPOLLOUT) != 0 && bench_peer_write(peer))
		watch(bench, peer, EPOLL_CTL_MOD, EPOLLIN);
	if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) == 0)
		return;
	bench->now_ns = clock_ns();
	bench_peer_read(peer);
	if (peer->broken) {
		(void)fprintf(stderr, "session lost: AS %u, %u/%u, %u came\n",
		    peer->asn, peer->code, peer->subcode, bench->came);
		exit(1);
	}
}

/* Serve what is ready for at most so long. */
static void
serve(struct bench *bench, uint64_t ns)
{
	struct epoll_event events[64];
	const struct timespec ts = { (time_t)(ns / 1000000000),
		(long)(ns % 1000000000) };
	int n = epoll_pwait2(bench->epoll, events, 64, &ts, NULL);

	for (int i = 0; i < n; i++)
		peer_ready(bench, events[i].data.ptr, events[i].events);
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

/* Connections a few milliseconds apart: some relays listen with a short
 * queue. */
static void
establish(struct bench *bench)
{
	uint64_t until = clock_ns() + PATIENCE_NS;

	bench->router.on_update = router_update;
	bench->router.ctx = bench;
	dial(bench, &bench->router, ROUTER, RELAY_ASN);
	for (uint32_t k = 0; k < bench->n_customers; k++) {
		dial(
		    bench, &bench->customer[k], CUSTOMER + k, CUSTOMER_ASN + k);
		serve(bench, 2000000);
	}
	while (!all_up(bench)) {
		if (clock_ns() > until)
			die("sessions", "not established");
		serve(bench, 100000000);
	}
	/* Let the relay settle: End-of-RIB, initial dumps. */
	until = clock_ns() + 500000000;
	while (clock_ns() < until)
		serve(bench, 50000000);
}

static void
prepare(struct bench *bench)
{
	for (uint32_t k = 0; k < bench->n_customers; k++) {
		struct bench_updates *u = &bench->updates[k];
		uint32_t first = first_of(bench, k);
		int err = bench->packed
			      ? bench_updates_make(
				    u, CUSTOMER_ASN + k, first, bench->each)
			      : bench_updates_make_one(
				    u, CUSTOMER_ASN + k, first, bench->each);

		if (err < 0)
			die("updates", "out of memory");
	}
	/* Untouched pages cost nothing. */
	bench->sent_ns = calloc(BENCH_RULES, sizeof(uint64_t));
	bench->came_ns = calloc(BENCH_RULES, sizeof(uint64_t));
	if (bench->sent_ns == NULL || bench->came_ns == NULL)
		die("stamps", "out of memory");
}

static void
send_all(struct bench *bench)
{
	bench->begin_ns = clock_ns();
	for (uint32_t k = 0; k < bench->n_customers; k++) {
		struct bench_peer *peer = &bench->customer[k];

		peer->out = bench->updates[k].octets;
		peer->out_len = bench->updates[k].len;
		if (!bench_peer_write(peer))
			watch(bench, peer, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
	}
}

static void
send_paced(struct bench *bench)
{
	struct bench_peer *peer = &bench->customer[0];
	const struct bench_updates *updates = &bench->updates[0];
	uint64_t step = 1000000000 / bench->rate;

	peer->out = updates->octets;
	bench->begin_ns = clock_ns();
	for (uint32_t n = 0; n < bench->each; n++) {
		uint64_t due = bench->begin_ns + n * step;
		uint64_t now = clock_ns();

		while (now < due) {
			serve(bench, due - now);
			now = clock_ns();
		}
		bench->sent_ns[n] = now;
		peer->out_len = updates->ends[n];
		if (!bench_peer_write(peer))
			die("pace", "the relay does not read");
	}
}

static bool
collect(struct bench *bench)
{
	uint64_t until = clock_ns() + PATIENCE_NS;

	while (bench->came < rules_due(bench) && clock_ns() < until)
		serve(bench, 100000000);
	return bench->came == rules_due(bench) && !bench->bad;
}

static int
by_size(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static double
us(const uint64_t *sorted, uint32_t n, unsigned percent)
{
	return (double)sorted[(uint64_t)(n - 1) * percent / 100] / 1e3;
}

static void
report_pace(struct bench *bench)
{
	uint32_t n = bench->each;
	uint64_t *took = bench->sent_ns;

	for (uint32_t i = 0; i < n; i++)
		took[i] = bench->came_ns[i] - bench->sent_ns[i];
	qsort(took, n, sizeof(took[0]), by_size);
	printf("{\"rules\": %u, \"rate\": %u, \"p50_us\": %.1f, "
	       "\"p99_us\": %.1f, \"max_us\": %.1f}\n",
	    n, bench->rate, us(took, n, 50), us(took, n, 99), us(took, n, 100));
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

/* Somebody looks at the relay; until end of file, or one line. */
static void
pause_for(const struct bench *bench, const char *word)
{
	int c;

	if (!bench->wait)
		return;
	printf("%s\n", word);
	(void)fflush(stdout);
	do
		c = getchar();
	while (c != EOF && c != '\n');
}

static uint32_t
number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end != '\0' || value == 0 || value > max)
		die(text, "not a number that will do");
	return (uint32_t)value;
}

static bool
arguments(struct bench *bench, int argc, char **argv)
{
	static const char *const names[] = { "flood", "pace", "crowd" };
	static const int wanted[] = { 1, 2, 2 };
	unsigned how = 0;
	int option;

	while ((option = getopt(argc, argv, "pw")) != -1) {
		bench->packed = bench->packed || option == 'p';
		bench->wait = bench->wait || option == 'w';
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
	bench->each = number(argv[argc - 1], BENCH_RULES);
	if (how == PACE) {
		bench->rate = bench->each;
		bench->each = number(argv[argc - 2], BENCH_RULES);
	} else if (how == CROWD) {
		bench->n_customers = number(argv[argc - 2], CUSTOMERS_MAX);
		bench->each = number(argv[argc - 1], 65536);
	}
	return true;
}

int
main(int argc, char **argv)
{
	static struct bench bench;
	bool fine;

	if (!arguments(&bench, argc, argv))
		die("usage", "[-p] [-w] flood N | pace N RATE | crowd N EACH");
	(void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	bench.epoll = epoll_create1(EPOLL_CLOEXEC);
	prepare(&bench);
	establish(&bench);
	pause_for(&bench, "ready");
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
	pause_for(&bench, "done");
	return fine ? 0 : 1;
}
