/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many BGP speakers in one process, as load:
 *
 *   load_peer hold COUNT FIRST HOLD RULES    keep sessions with some rules
 *   load_peer flap COUNT FIRST HOLD RULES    the same, each dropped once a
 *                                            second, the way by its number
 *   load_peer mutate COUNT FIRST HOLD NTH    send damaged UPDATEs; of those
 *                                            that end a session one in NTH
 *
 * Speaker i has the number FIRST+i, address 198.18.16.0 + number, AS 100000 +
 * number (mutate: + FIRST), rules 256 * number and up (bench_rules.h). Each
 * line on standard input is answered by a line of JSON: "stats", "fresh" (the
 * same, and gaps are counted anew), "quiet" (the same, and no more mutants).
 * Its end ends the program.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "proxy/wire/update.h"
#include "proxy/wire/update_build.h"
#include "tests/bench/bench_loop.h"
#include "tests/bench/bench_rules.h"
#include "tests/interop/load_mutate.h"
#include "tests/interop/load_session.h"

#define FIRST_ADDRESS 0xc6121000u /* 198.18.16.0 */
#define FIRST_ASN     100000u
#define RULES_EACH    256u
#define SESSIONS_MAX  4000u
#define MS            UINT64_C(1000000)
#define TICK_MS       5
#define LATE_MS       1000 /* beyond the KEEPALIVE interval */
#define FLAP_UP_MS    500  /* how long a flapping session stays up */
#define FLAP_REST_MS  500
#define REDIAL_MS     100
#define PATIENCE_MS   2000  /* for a session to be ended */
#define BATCH         200   /* messages */
#define BATCH_ROOM    65536 /* octets */
#define SHUTDOWN_IN   10    /* one in so many flaps with a Cease 6/2 */

/* One mutating session's octets on their way. */
struct batch {
	uint32_t n;    /* messages in octets */
	uint32_t left; /* messages that may go before one that is fatal */
	bool fatal;    /* the last of them ends the session */
	uint64_t written_ns;
	uint8_t octets[BATCH_ROOM];
};

struct peers {
	struct load_pool pool;
	struct load_session *sessions;
	uint32_t n;
	const struct mode *mode;
	uint32_t rules; /* or NTH */
	/* mutate */
	struct mutate mutate;
	uint64_t mutants; /* sent whole */
	uint64_t fatal;   /* of these */
	uint64_t skipped; /* would have been fatal */
	bool quiet;
};

struct mode {
	const char *name;
	struct load_ops ops;
	void (*init)(struct peers *peers, struct load_session *session);
	uint32_t redial_ms;
	uint8_t families;
};

static struct peers *
peers_of(struct load_session *session)
{
	return (struct peers *)session->pool; /* its first field */
}

static void *
must_calloc(size_t n, size_t size)
{
	void *memory = calloc(n, size);

	if (memory == NULL)
		bench_die("memory", strerror(errno));
	return memory;
}

/* ---- hold and flap ---- */

static void
nothing_more(struct load_session *session)
{
	(void)session;
}

static void
hold_init(struct peers *peers, struct load_session *session)
{
	struct bench_updates *updates = must_calloc(1, sizeof(*updates));
	struct writer end;

	if (bench_updates_make(updates, session->asn,
		session->number * RULES_EACH, peers->rules) < 0)
		bench_die("rules", "out of memory");
	writer_init(
	    &end, &updates->octets[updates->len], updates->room - updates->len);
	update_end_of_rib(&end, FAMILY_IPV4_FLOWSPEC);
	updates->len += end.len;
	session->own = updates;
}

static void
hold_up(struct load_session *session)
{
	const struct bench_updates *updates = session->own;

	load_session_send(session, updates->octets, updates->len);
}

static void
flap_up(struct load_session *session)
{
	hold_up(session);
	session->drop_ns = session->pool->now_ns + FLAP_UP_MS * MS;
}

static void
flap_tick(struct load_session *session)
{
	enum load_drop how = LOAD_DROP_SHUTDOWN;

	if (session->drop_ns == 0 || session->pool->now_ns < session->drop_ns ||
	    session->state != LOAD_UP)
		return;
	if (session->number % SHUTDOWN_IN != 0)
		how = session->number % LOAD_DROP_SHUTDOWN;
	load_session_drop(session, how);
	session->wake_ns = session->pool->now_ns + FLAP_REST_MS * MS;
}

/* ---- mutate ---- */

/* It ends the session, as far as our own decoder knows. */
static bool
is_fatal(const struct load_session *session, const uint8_t *octets, size_t len)
{
	const struct update_context context = { .families =
						    session->pool->families,
		.as4 = true,
		.external = true,
		.own_asn = 64500,
		.peer_asn = session->asn };
	struct update update;
	size_t total = 0;
	uint8_t type = 0;

	if (message_peek(octets, len, MESSAGE_MAX, &type, &total) != WIRE_OK ||
	    total != len || type == MESSAGE_OPEN ||
	    type == MESSAGE_NOTIFICATION)
		return true;
	return type == MESSAGE_UPDATE &&
	       update_decode(&context, &octets[MESSAGE_HEADER_LEN],
		   len - MESSAGE_HEADER_LEN, &update) == UPDATE_RESET;
}

static void
batch_make(struct peers *peers, struct load_session *session)
{
	struct batch *batch = session->own;
	struct writer writer;

	writer_init(&writer, batch->octets, sizeof(batch->octets));
	message_keepalive(&writer);
	batch->n = 0;
	batch->fatal = false;
	while (batch->n < BATCH && writer_room(&writer) >= MESSAGE_MAX &&
	       !batch->fatal) {
		uint8_t *at = &writer.data[writer.len];
		size_t len = mutate_draw(&peers->mutate, at);

		batch->fatal = is_fatal(session, at, len);
		if (batch->fatal && batch->left > 0) {
			batch->fatal = false;
			batch->left--;
			peers->skipped++;
			continue;
		}
		(void)writer_take(&writer, len);
		batch->n++;
	}
	load_session_send(session, batch->octets, writer.len);
}

static void
mutate_init_session(struct peers *peers, struct load_session *session)
{
	struct batch *batch = must_calloc(1, sizeof(*batch));

	batch->left = peers->rules;
	session->own = batch;
}

static void
mutate_up(struct load_session *session)
{
	struct peers *peers = peers_of(session);

	if (!peers->quiet)
		batch_make(peers, session);
}

static void
mutate_written(struct load_session *session)
{
	struct peers *peers = peers_of(session);
	struct batch *batch = session->own;

	batch->written_ns = session->pool->now_ns;
	peers->mutants += batch->n;
	batch->n = 0;
	if (!batch->fatal) {
		mutate_up(session);
		return;
	}
	/* The other side ends it now; more would never be read. */
	peers->fatal++;
	batch->fatal = false;
	batch->left = peers->rules;
}

/* One that was thought fatal and was not goes on. */
static void
mutate_tick(struct load_session *session)
{
	const struct batch *batch = session->own;

	if (session->out_len == 0 && session->state == LOAD_UP &&
	    session->pool->now_ns - batch->written_ns > PATIENCE_MS * MS)
		mutate_up(session);
}

/* ---- what is said ---- */

static void
stats_ended(const struct load_counts *counts)
{
	const char *comma = "";

	(void)printf(", \"ended\": {");
	for (unsigned code = 0; code < LOAD_CODES; code++) {
		for (unsigned sub = 0; sub < LOAD_SUBCODES; sub++) {
			if (counts->ended[code][sub] == 0)
				continue;
			(void)printf("%s\"%u/%u\": %" PRIu64, comma, code, sub,
			    counts->ended[code][sub]);
			comma = ", ";
		}
	}
	(void)printf("}");
}

static unsigned
percentile_ms(const struct load_counts *counts, unsigned percent)
{
	uint64_t all = 0, below = 0;
	unsigned slot = 0;

	for (unsigned i = 0; i < LOAD_GAPS; i++)
		all += counts->gaps[i];
	while (slot < LOAD_GAPS - 1 &&
	       (below += counts->gaps[slot]) * 100 < all * percent)
		slot++;
	return all == 0 ? 0 : (slot + 1) * 10;
}

static void
stats_mutants(const struct peers *peers)
{
	(void)printf(", \"mutants\": %" PRIu64 ", \"fatal\": %" PRIu64
		     ", \"skipped\": %" PRIu64 ", \"ways\": {",
	    peers->mutants, peers->fatal, peers->skipped);
	for (unsigned i = 0; i < MUTATE_WAYS; i++)
		(void)printf("%s\"%s\": %" PRIu64, i == 0 ? "" : ", ",
		    mutate_name(i), peers->mutate.made[i]);
	(void)printf("}");
}

static void
stats_say(struct peers *peers)
{
	const struct load_counts *counts = &peers->pool.counts;
	uint32_t up = 0;

	for (uint32_t i = 0; i < peers->n; i++) {
		up += peers->sessions[i].state == LOAD_UP;
		load_session_gap(&peers->sessions[i]);
	}
	(void)printf("{\"up\": %" PRIu32 ", \"dialled\": %" PRIu64
		     ", \"established\": %" PRIu64 ", \"lost\": %" PRIu64
		     ", \"refused\": %" PRIu64 ", \"heard\": %" PRIu64
		     ", \"late\": %" PRIu64 ", \"gap_ms\": %" PRIu64
		     ", \"gap_p99_ms\": %u",
	    up, counts->dialled, counts->established, counts->lost,
	    counts->refused, counts->heard, counts->late, counts->gap_ns / MS,
	    percentile_ms(counts, 99));
	stats_ended(counts);
	if (peers->mutate.seeds != NULL)
		stats_mutants(peers);
	(void)printf("}\n");
	(void)fflush(stdout);
}

/* Unbuffered: what a line means is told by its first letter. False at the
 * end. */
static bool
command_take(struct peers *peers)
{
	struct load_counts *counts = &peers->pool.counts;
	char text[256];
	ssize_t n = read(STDIN_FILENO, text, sizeof(text));

	if (n <= 0)
		return false;
	peers->quiet = peers->quiet || text[0] == 'q';
	stats_say(peers);
	if (text[0] == 'f') {
		counts->late = 0;
		counts->gap_ns = 0;
		memset(counts->gaps, 0, sizeof(counts->gaps));
	}
	return true;
}

/* ---- all ---- */

static const struct mode modes[] = {
	{ .name = "hold",
	    .ops = { .on_up = hold_up, .on_written = nothing_more },
	    .init = hold_init,
	    .redial_ms = REDIAL_MS,
	    .families = FAMILY_IPV4_FLOWSPEC },
	{ .name = "flap",
	    .ops = { .on_up = flap_up, .on_written = nothing_more },
	    .init = hold_init,
	    .redial_ms = REDIAL_MS,
	    .families = FAMILY_IPV4_FLOWSPEC },
	{ .name = "mutate",
	    .ops = { .on_up = mutate_up, .on_written = mutate_written },
	    .init = mutate_init_session,
	    .redial_ms = REDIAL_MS,
	    .families = FAMILY_IPV4_FLOWSPEC | FAMILY_IPV6_FLOWSPEC |
			FAMILY_IPV6_UNICAST },
};

static void
peers_init(struct peers *peers, char **argv)
{
	uint32_t first = bench_number(argv[3], SESSIONS_MAX);
	struct epoll_event input = { .events = EPOLLIN };

	for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(argv[1], modes[i].name) == 0)
			peers->mode = &modes[i];
	}
	if (peers->mode == NULL)
		bench_die(argv[1], "no such mode");
	peers->n = bench_number(argv[2], SESSIONS_MAX);
	peers->rules = bench_number(argv[5], 1000000);
	peers->pool.hold_s = (uint16_t)bench_number(argv[4], 65535);
	peers->pool.families = peers->mode->families;
	peers->pool.ops = &peers->mode->ops;
	peers->pool.redial_ms = peers->mode->redial_ms;
	peers->pool.late_ms = peers->pool.hold_s * 1000u / 3 + LATE_MS;
	peers->pool.epoll = epoll_create1(EPOLL_CLOEXEC);
	peers->pool.now_ns = bench_clock_ns();
	if (peers->pool.epoll < 0 || epoll_ctl(peers->pool.epoll, EPOLL_CTL_ADD,
					 STDIN_FILENO, &input) < 0)
		bench_die("epoll", strerror(errno));
	peers->sessions = must_calloc(peers->n, sizeof(peers->sessions[0]));
	for (uint32_t i = 0; i < peers->n; i++) {
		struct load_session *session = &peers->sessions[i];

		session->pool = &peers->pool;
		session->number = first + i;
		session->from = FIRST_ADDRESS + session->number;
		/* Seeds have one AS_PATH. */
		session->asn = FIRST_ASN + (peers->mode->ops.on_up == mutate_up
						   ? first
						   : session->number);
		session->fd = -1;
		/* Not all in one moment. */
		session->wake_ns = peers->pool.now_ns + i * MS;
		peers->mode->init(peers, session);
	}
}

static void
peers_tick(struct peers *peers)
{
	for (uint32_t i = 0; i < peers->n; i++) {
		struct load_session *session = &peers->sessions[i];

		if (peers->mode->ops.on_up == flap_up)
			flap_tick(session);
		if (peers->mode->ops.on_up == mutate_up)
			mutate_tick(session);
		load_session_tick(session);
	}
}

static void
peers_run(struct peers *peers)
{
	struct epoll_event events[64];
	uint64_t next_ns = 0;

	for (;;) {
		int n = epoll_wait(peers->pool.epoll, events, 64, TICK_MS);

		for (int i = 0; i < n; i++) {
			peers->pool.now_ns = bench_clock_ns();
			if (events[i].data.ptr != NULL)
				load_session_ready(
				    events[i].data.ptr, events[i].events);
			else if (!command_take(peers))
				return;
		}
		peers->pool.now_ns = bench_clock_ns();
		if (peers->pool.now_ns < next_ns)
			continue;
		next_ns = peers->pool.now_ns + TICK_MS * MS;
		peers_tick(peers);
	}
}

int
main(int argc, char **argv)
{
	static struct peers peers;

	if (argc != 6)
		bench_die("usage", "load_peer MODE COUNT FIRST HOLD NUMBER");
	peers_init(&peers, argv);
	if (strcmp(peers.mode->name, "mutate") == 0 &&
	    mutate_init(&peers.mutate, peers.sessions[0].asn, 1) < 0)
		bench_die("seeds", "out of memory");
	peers_run(&peers);
	return 0;
}
