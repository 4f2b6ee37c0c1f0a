/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast a cache's VRPs come to a guard: plays supervisor and guard for a
 * sluice-rpki of its own.
 *
 *   bench_vrps SLUICE_RPKI PORT [PORT…]   until the first set is whole
 *   bench_vrps -w SLUICE_RPKI PORT …      goes on; a line for each change, and
 *                                         for "confirm", "guard", "end" on
 *                                         standard input what they say
 *
 * Caches listen on 127.0.0.1, each in a group of its own, but those after the
 * word "and" in that of the one before. The first line printed is JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proxy/common/channel.h"
#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/guard/vrp_table.h"

#define LIMIT (1u << 20)

struct bench {
	struct loop *loop;
	struct channel *supervisor;
	struct channel *guard;
	struct vrp_table *table;
	struct watch *input;
	pid_t role;
	bool watching;
	bool whole;
	uint64_t begin_ns;
	uint64_t first_ns; /* the first VRP */
	uint64_t table_ns; /* in the guard's table */
	uint64_t came, went;
	int failed;
};

static void
end(struct bench *bench, const char *why)
{
	if (why != NULL) {
		(void)fprintf(stderr, "bench_vrps: %s\n", why);
		bench->failed = 1;
	}
	loop_stop(bench->loop);
}

/* KiB of the role's memory: now, and at most so far. */
static void
look(const struct bench *bench, unsigned long *now, unsigned long *most)
{
	char path[64], line[256];
	FILE *file;

	*now = *most = 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)bench->role);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		(void)sscanf(line, "VmRSS: %lu", now);
		(void)sscanf(line, "VmHWM: %lu", most);
	}
	(void)fclose(file);
}

static void
report(const struct bench *bench)
{
	size_t n4 = vrp_table_count(bench->table, AFI_IPV4);
	size_t n6 = vrp_table_count(bench->table, AFI_IPV6);
	uint64_t now_ns = clock_boot_ns();
	unsigned long now, most;

	look(bench, &now, &most);
	(void)printf("{\"ipv4\": %zu, \"ipv6\": %zu, \"seconds\": %.3f, "
		     "\"first_seconds\": %.3f, \"table_seconds\": %.3f, "
		     "\"table_octets\": %zu, \"rss_kib\": %lu, "
		     "\"peak_kib\": %lu}\n",
	    n4, n6, (double)(now_ns - bench->begin_ns) / 1e9,
	    (double)(bench->first_ns - bench->begin_ns) / 1e9,
	    (double)bench->table_ns / 1e9, vrp_table_octets(bench->table), now,
	    most);
	(void)fflush(stdout);
}

/* ---- the guard ---- */

static void
take_vrps(struct bench *bench, const struct msg_vrp *msg)
{
	const struct vrp *vrps = (const void *)(msg + 1);
	uint64_t begin_ns = clock_boot_ns();

	if (bench->first_ns == 0)
		bench->first_ns = begin_ns;
	if (!check_vrps(msg)) {
		end(bench, "MSG_VRP is malformed");
		return;
	}
	for (unsigned i = 0; i < msg->n; i++) {
		if ((msg->withdraw ? vrp_table_remove(bench->table, &vrps[i])
				   : vrp_table_add(bench->table, &vrps[i])) < 0)
			end(bench, "a VRP twice, or one that is not there");
	}
	*(msg->withdraw ? &bench->went : &bench->came) += msg->n;
	bench->table_ns += clock_boot_ns() - begin_ns;
}

static void
take_state(struct bench *bench, const struct msg_rpki_state *msg)
{
	if (!check_rpki_state(msg)) {
		end(bench, "MSG_RPKI_STATE is malformed");
		return;
	}
	if (!bench->whole && msg->state == RPKI_FRESH) {
		bench->whole = true;
		report(bench);
		if (!bench->watching)
			end(bench, NULL);
	}
	if (!bench->watching)
		return;
	(void)printf("%.3f %s held=%u have=%u+%u found=%u+%u session=%u "
		     "serial=%u cache=%s in=%zu+%zu +%llu -%llu %s\n",
	    (double)(clock_boot_ns() - bench->begin_ns) / 1e9,
	    rpki_state_name(msg->state), msg->held, msg->have[0], msg->have[1],
	    msg->found[0], msg->found[1], msg->session, msg->serial, msg->cache,
	    vrp_table_count(bench->table, AFI_IPV4),
	    vrp_table_count(bench->table, AFI_IPV6),
	    (unsigned long long)bench->came, (unsigned long long)bench->went,
	    msg->text);
	(void)fflush(stdout);
	bench->came = bench->went = 0;
}

static void
on_guard(void *ctx, const struct msg_head *head, int fd)
{
	struct bench *bench = ctx;
	const void *msg = head;

	(void)fd;
	if (head->kind == MSG_VRP)
		take_vrps(bench, msg);
	else if (head->kind == MSG_RPKI_STATE)
		take_state(bench, msg);
	else if (head->kind != MSG_VRP_BEGIN)
		end(bench, "the role says something else");
	else if (vrp_table_clear(bench->table) < 0)
		end(bench, "out of memory");
}

static void
on_closed(void *ctx)
{
	end(ctx, "the role has ended");
}

static void
guard_new(struct bench *bench)
{
	static const struct channel_ops ops = { .on_message = on_guard,
		.on_closed = on_closed };
	const struct msg_channel msg = { .head.kind = MSG_CHANNEL,
		.role = ROLE_GUARD };
	int fds[2];

	if (channel_pair(fds) < 0)
		exit(1);
	channel_close(bench->guard);
	bench->guard = channel_open(bench->loop, fds[0], LIMIT, &ops, bench);
	(void)channel_send(bench->supervisor, &msg, sizeof(msg), fds[1]);
	channel_flush(bench->supervisor);
	(void)close(fds[1]);
}

/* ---- the supervisor ---- */

static void
on_supervisor(void *ctx, const struct msg_head *head, int fd)
{
	(void)head;
	(void)fd;
	end(ctx, "the role talks to the supervisor");
}

static void
on_input(void *ctx, int events)
{
	const struct msg_confirm confirm = { .head.kind = MSG_CONFIRMED,
		.what = CONFIRM_RPKI };
	struct bench *bench = ctx;
	char word[16] = "";
	ssize_t n = read(STDIN_FILENO, word, sizeof(word) - 1);

	(void)events;
	if (n <= 0 || strncmp(word, "end", 3) == 0) {
		end(bench, NULL);
	} else if (strncmp(word, "guard", 5) == 0) {
		guard_new(bench);
	} else if (strncmp(word, "confirm", 7) == 0) {
		(void)channel_send(
		    bench->supervisor, &confirm, sizeof(confirm), -1);
		channel_flush(bench->supervisor);
	}
}

static void
configure(struct bench *bench, int n, char *ports[])
{
	static const uint8_t loopback[4] = { 127, 0, 0, 1 };
	struct msg_cfg_rpki msg = { .head.kind = MSG_RPKI_CONFIG,
		.refresh_s = 1,
		.retry_s = 1,
		.expire_s = 600,
		.grace_s = 5,
		.shrink_percent = 20 };
	uint32_t group = 0;

	for (int i = 0; i < n && msg.n < RPKI_CACHES_MAX; i++) {
		struct rpki_cache *cache = &msg.cache[msg.n];

		if (strcmp(ports[i], "and") == 0) {
			group--;
			continue;
		}
		cache->address.afi = AFI_IPV4;
		cache->address.port = (uint16_t)strtoul(ports[i], NULL, 10);
		memcpy(cache->address.addr, loopback, sizeof(loopback));
		cache->group = group++;
		msg.n++;
	}
	bench->begin_ns = clock_boot_ns();
	(void)channel_send(bench->supervisor, &msg, sizeof(msg), -1);
	channel_flush(bench->supervisor);
}

static void
role_start(struct bench *bench, const char *path)
{
	static const struct channel_ops ops = { .on_message = on_supervisor,
		.on_closed = on_closed };
	int fds[2];

	if (channel_pair(fds) < 0)
		exit(1);
	bench->role = fork();
	if (bench->role == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)dup2(fds[1], ROLE_FD);
		(void)execl(path, path, (char *)NULL);
		_exit(127);
	}
	(void)close(fds[1]);
	bench->supervisor =
	    channel_open(bench->loop, fds[0], LIMIT, &ops, bench);
}

int
main(int argc, char *argv[])
{
	struct bench bench = { 0 };
	int at = 1;

	bench.watching = argc > 1 && strcmp(argv[1], "-w") == 0;
	at += bench.watching;
	if (argc < at + 2) {
		(void)fprintf(
		    stderr, "usage: bench_vrps [-w] SLUICE_RPKI PORT…\n");
		return 2;
	}
	bench.loop = loop_new();
	bench.table = vrp_table_new();
	if (bench.loop == NULL || bench.table == NULL)
		return 1;
	role_start(&bench, argv[at]);
	configure(&bench, argc - at - 1, &argv[at + 1]);
	guard_new(&bench);
	if (bench.watching) {
		bench.input =
		    watch_new(bench.loop, STDIN_FILENO, on_input, &bench);
		watch_set(bench.input, WATCH_READ);
	}
	loop_run(bench.loop);
	watch_free(bench.input);
	channel_close(bench.guard);
	channel_close(bench.supervisor);
	(void)waitpid(bench.role, NULL, 0);
	vrp_table_free(bench.table);
	loop_free(bench.loop);
	return bench.failed;
}
