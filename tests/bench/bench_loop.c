/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop of the load programs. */
#include "tests/bench/bench_loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>

uint64_t
bench_clock_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

void
bench_die(const char *what, const char *why)
{
	(void)fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

void
bench_loop_init(struct bench_loop *loop)
{
	(void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0)
		bench_die("epoll", strerror(errno));
}

static void
watch(
    struct bench_loop *loop, struct bench_peer *peer, int how, uint32_t events)
{
	struct epoll_event event = { .events = events,
		.data = { .ptr = peer } };

	if (epoll_ctl(loop->epoll, how, peer->fd, &event) < 0)
		bench_die("epoll", strerror(errno));
}

void
bench_loop_dial(struct bench_loop *loop, struct bench_peer *peer, uint32_t from,
    uint32_t asn)
{
	const struct bench_address at = { { htonl(from) },
		{ htonl(BENCH_RELAY) }, 179 };
	int err = bench_peer_dial(peer, &at, asn);

	if (err < 0)
		bench_die("connect", strerror(-err));
	watch(loop, peer, EPOLL_CTL_ADD, EPOLLIN);
}

static void
peer_ready(struct bench_loop *loop, struct bench_peer *peer, uint32_t events)
{
	if ((events & EPOLLOUT) != 0 && bench_peer_write(peer))
		watch(loop, peer, EPOLL_CTL_MOD, EPOLLIN);
	if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) == 0)
		return;
	loop->now_ns = bench_clock_ns();
	bench_peer_read(peer);
	if (peer->broken) {
		(void)fprintf(stderr, "session lost: AS %u, %u/%u\n", peer->asn,
		    peer->code, peer->subcode);
		exit(1);
	}
}

void
bench_loop_serve(struct bench_loop *loop, uint64_t ns)
{
	struct epoll_event events[64];
	const struct timespec ts = { (time_t)(ns / 1000000000),
		(long)(ns % 1000000000) };
	int n = epoll_pwait2(loop->epoll, events, 64, &ts, NULL);

	for (int i = 0; i < n; i++)
		peer_ready(loop, events[i].data.ptr, events[i].events);
}

void
bench_loop_rest(struct bench_loop *loop, uint64_t ns)
{
	uint64_t until = bench_clock_ns() + ns;

	for (uint64_t now = bench_clock_ns(); now < until;
	     now = bench_clock_ns())
		bench_loop_serve(loop, until - now);
}

void
bench_loop_send(struct bench_loop *loop, struct bench_peer *peer,
    const uint8_t *octets, size_t len)
{
	peer->out = octets;
	peer->out_len = 0;
	peer->out_at = 0;
	bench_loop_more(loop, peer, len);
}

void
bench_loop_more(struct bench_loop *loop, struct bench_peer *peer, size_t len)
{
	peer->out_len = len;
	if (!bench_peer_write(peer))
		watch(loop, peer, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

void
bench_loop_flush(struct bench_loop *loop, struct bench_peer *peer)
{
	uint64_t until = bench_clock_ns() + BENCH_PATIENCE;
	int left = 1;

	while (peer->out_at < peer->out_len) {
		if (bench_clock_ns() > until)
			bench_die("flush", "the relay does not read");
		bench_loop_serve(loop, 100000000);
	}
	while (ioctl(peer->fd, SIOCOUTQ, &left) == 0 && left > 0) {
		if (bench_clock_ns() > until)
			bench_die("flush", "the relay does not read");
		bench_loop_serve(loop, 1000000);
	}
}

void
bench_pause(const char *word)
{
	int c;

	printf("%s\n", word);
	(void)fflush(stdout);
	do
		c = getchar();
	while (c != EOF && c != '\n');
}

uint32_t
bench_number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end != '\0' || end == text || value > max)
		bench_die(text, "not a number that will do");
	return (uint32_t)value;
}

static int
by_size(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

void
bench_sort(uint64_t *ns, uint32_t n)
{
	qsort(ns, n, sizeof(ns[0]), by_size);
}

double
bench_us(const uint64_t *sorted, uint32_t n, unsigned percent)
{
	return (double)sorted[(uint64_t)(n - 1) * percent / 100] / 1e3;
}
