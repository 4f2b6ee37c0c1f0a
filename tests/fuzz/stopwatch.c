/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long each input takes, around a target that the fuzzer calls: linked with
 * --wrap. libFuzzer itself counts whole seconds. An input that takes more than
 * SLOW_NS of processor time is a finding like a crash; the longest time of all
 * is printed at the end.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SLOW_NS UINT64_C(100000000)
#define LOOK_NS UINT64_C(1000000) /* below, nothing is measured twice */

int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t slowest_wall, slowest_cpu;

static uint64_t
now(clockid_t id)
{
	struct timespec at;

	(void)clock_gettime(id, &at);
	return (uint64_t)at.tv_sec * 1000000000 + (uint64_t)at.tv_nsec;
}

static void
tell(void)
{
	(void)fprintf(stderr, "stat::slowest_input_us: %llu\n",
	    (unsigned long long)(slowest_cpu > 0 ? slowest_cpu : slowest_wall) /
		1000);
}

/* Others run on the machine, too: what counts is the time of this thread, which
 * is costly to ask for and so asked for in a second run alone. */
static void
look(const uint8_t *data, size_t size)
{
	uint64_t start = now(CLOCK_THREAD_CPUTIME_ID), took;

	(void)__real_LLVMFuzzerTestOneInput(data, size);
	took = now(CLOCK_THREAD_CPUTIME_ID) - start;
	if (took > slowest_cpu)
		slowest_cpu = took;
	if (took <= SLOW_NS)
		return;
	(void)fprintf(stderr, "broken: an input took %llu ms\n",
	    (unsigned long long)took / 1000000);
	abort();
}

int
__wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t start = now(CLOCK_MONOTONIC), took;
	int status = __real_LLVMFuzzerTestOneInput(data, size);

	took = now(CLOCK_MONOTONIC) - start;
	if (took <= slowest_wall)
		return status;
	if (slowest_wall == 0)
		(void)atexit(tell);
	slowest_wall = took;
	if (took > LOOK_NS && took > slowest_cpu)
		look(data, size);
	return status;
}
