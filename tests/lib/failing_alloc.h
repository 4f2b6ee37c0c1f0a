/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that runs out when a test wants it: of the calls of malloc() and its
 * kin by the code under test, the n-th fails, or that and more after it. With
 * FAILING_ALLOC_WRAPS those of our libraries count, else also those of libc and
 * all foreign libraries.
 *
 * The test's own code does not count: it is compiled with
 * -Dmalloc=__real_malloc and so on (alloc_failure.cmake).
 */
#pragma once

#include <stdint.h>

/* Count from now on; number `at` (from 1; 0: none) and the following fail,
 * `many` in all. */
void failing_alloc_begin(uint64_t at, uint64_t many);

/* From now on each that fails says on standard error where. */
void failing_alloc_show(void);

/* None fails any more; how many calls there have been. */
uint64_t failing_alloc_end(void);
