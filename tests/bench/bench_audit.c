/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A large log: what an entry takes on disk, and how long an auditor waits.
 * Entries of 200 customers, and of one that is rare; verdicts, withdrawals and
 * what else happens; every tenth rule stands.
 *
 *   bench_audit FOLDER ENTRIES
 *
 * One line of JSON; the store stays in FOLDER/store.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "policy/reason.h"
#include "store/record.h"
#include "store/store.h"
#include "tests/lib/random_entry.h"

#define BATCH     1000
#define CUSTOMERS 200
#define RARE      100000 /* one entry in so many */
#define PROOFS    1000
#define PATH_LEN  512

static struct entry entry;

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
must(int err, const char *what)
{
	if (err == 0)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, db_error_text(err));
	exit(1);
}

/* 10.customer.x.y for the usual ones. */
static void
entry_make(struct random_state *random, uint64_t seq)
{
	unsigned customer = (unsigned)random_below(random, CUSTOMERS);
	uint32_t address = htonl(0x0a000000u | customer << 16 |
				 (uint32_t)random_below(random, 65536));

	usual_entry(seq, &entry);
	(void)snprintf(
	    entry.customer, sizeof(entry.customer), "customer-%03u", customer);
	(void)snprintf(
	    entry.session, sizeof(entry.session), "192.0.2.%u", customer);
	entry.live_op = seq % 10 == 0 ? LIVE_PUT : LIVE_NONE;
	if (seq % RARE == RARE / 2) {
		address = htonl(0xcb007100u | (uint32_t)(seq / RARE) % 256);
		(void)snprintf(entry.customer, sizeof(entry.customer), "rare");
	} else if (random_below(random, 3) == 0 && seq > 1000) {
		entry.kind = ENTRY_WITHDRAWAL;
		entry.rule_id = seq - 1 - random_below(random, 1000);
		entry.live_op = LIVE_NONE;
	} else if (random_below(random, 5) == 0) {
		entry.state = STATE_REFUSED;
		entry.reason = (uint16_t)(1 + random_below(random, 60));
		entry.live_op = LIVE_NONE;
	}
	memcpy(entry.rule.dst, &address, sizeof(address));
}

static void
fill(struct store *store, uint64_t n)
{
	struct random_state random = { 1 };
	double begin = now();

	while (store_next(store) < n) {
		must(store_begin(store), "begin");
		for (unsigned i = 0; i < BATCH && store_next(store) < n; i++) {
			entry_make(&random, store_next(store));
			must(store_append_entry(store, &entry), "append");
		}
		must(store_commit(store, NULL), "commit");
	}
	printf("{\"entries\": %" PRIu64 ", \"appended_per_second\": %.0f", n,
	    (double)n / (now() - begin));
}

static uint64_t found;
static const struct index_query *asked;

static int
see(void *ctx, const struct entry *seen)
{
	(void)ctx;
	if (asked == NULL ||
	    (asked->customer != NULL &&
		strcmp(asked->customer, seen->customer) == 0) ||
	    (asked->prefix.afi != 0 && asked->prefix.afi == seen->rule.afi &&
		memcmp(asked->prefix.addr, seen->rule.dst, 4) == 0))
		found++;
	return 0;
}

static void
list(struct ledger *log, const char *what, const struct index_query *query)
{
	struct ledger_range range = {
		.from = 0, .to = UINT64_MAX, .query = query
	};
	double begin = now();

	found = 0;
	asked = query;
	must(ledger_walk(log, &range, see, NULL, NULL), what);
	printf(", \"%s_s\": %.4f, \"%s_found\": %" PRIu64, what, now() - begin,
	    what, found);
}

static void
lists(struct ledger *log)
{
	struct index_query rare = {
		.customer = "rare", .rule_id = UINT64_MAX, .state = UINT8_MAX
	};
	struct index_query prefix = { .rule_id = UINT64_MAX,
		.state = UINT8_MAX };
	struct index_query late = rare;

	must(prefix_parse("203.0.113.7/32", &prefix.prefix), "prefix");
	late.from_ns = UINT64_MAX;
	list(log, "rare_customer", &rare);
	list(log, "rare_prefix", &prefix);
	must(prefix_parse("10.7.9.1/32", &prefix.prefix), "prefix");
	list(log, "busy_prefix", &prefix);
	list(log, "other_time", &late);
	list(log, "all", NULL);
}

static void
proofs(struct ledger *log, uint64_t n)
{
	struct random_state random = { 2 };
	struct proof proof;
	double begin = now();

	for (unsigned i = 0; i < PROOFS; i++)
		must(ledger_inclusion(log, random_below(&random, n), n, &proof),
		    "inclusion");
	printf(", \"inclusion_us\": %.1f", (now() - begin) / PROOFS * 1e6);
	begin = now();
	for (unsigned i = 0; i < PROOFS; i++)
		must(ledger_consistency(
			 log, 1 + random_below(&random, n), n, &proof),
		    "consistency");
	printf(", \"consistency_us\": %.1f", (now() - begin) / PROOFS * 1e6);
}

static void
verify(struct ledger *log)
{
	double begin = now();
	uint64_t seq;

	must(ledger_verify(log, &seq), "verify");
	printf(", \"verify_s\": %.3f", now() - begin);
}

int
main(int argc, char **argv)
{
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	char path[PATH_LEN], file[PATH_LEN + 16];
	struct store *store;
	struct stat st = { 0 };
	double begin;

	if (n == 0) {
		(void)fprintf(stderr, "usage: bench_audit FOLDER ENTRIES\n");
		return 2;
	}
	(void)snprintf(path, sizeof(path), "%s/store", argv[1]);
	must(store_open(path, 0, &store), path);
	fill(store, n);
	store_close(store);
	(void)snprintf(file, sizeof(file), "%s/data.mdb", path);
	(void)stat(file, &st);
	printf(", \"octets\": %.1f, \"record\": %d",
	    (double)st.st_size / (double)n,
	    record_encode(&entry, (uint8_t[RECORD_MAX]){ 0 }));
	begin = now();
	must(store_open(path, 0, &store), path);
	printf(", \"open_s\": %.4f", now() - begin);
	proofs(store_ledger(store), n);
	lists(store_ledger(store));
	verify(store_ledger(store));
	printf("}\n");
	store_close(store);
	return 0;
}
