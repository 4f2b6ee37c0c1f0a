/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the time that the guard's own test takes with 1000 customers. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "policy/selftest.h"

#define CUSTOMERS 1000u

static uint64_t
now_ns(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int
main(void)
{
	struct dialect_parts *parts = calloc(DIALECT_COUNT, sizeof(*parts));
	struct protected_set *protected = protected_new();
	struct prefix_set *own = prefix_set_new();
	struct selftest_result result = { 0 };
	struct customer customer;
	struct prefix prefix;
	uint64_t since;

	customer_defaults(&customer);
	if (parts == NULL || protected == NULL || own == NULL ||
	    prefix_parse("198.51.100.0/24", &prefix) != 0 ||
	    prefix_set_add(own, &prefix, 0) != 0 ||
	    protected_add_always(protected) != 0 ||
	    protected_seal(protected) != 0)
		return EXIT_FAILURE;
	customer.own = own;
	since = now_ns();
	for (unsigned i = 0; i < CUSTOMERS; i++) {
		const struct question live = { .customer = &customer,
			.protected = protected,
			.cost_profile = COST_NCS5500,
			.dialects = JUDGE_DIALECT_BIT(DIALECT_STRICT) };

		selftest_run(&live, parts, &result);
	}
	printf("%u customers, %" PRIu32 " rows, %" PRIu32 " failed: %.1f ms\n",
	    CUSTOMERS, result.asked, result.failed,
	    (double)(now_ns() - since) / 1e6);
	customer_free(&customer);
	protected_free(protected);
	free(parts);
	return EXIT_SUCCESS;
}
