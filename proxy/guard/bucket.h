/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A token bucket. Pure: the time is an argument, in milliseconds of a clock
 * that does not go back; where it does, the bucket stands still meanwhile.
 *
 * A zeroed bucket has no token and gets none until bucket_limit().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* As rate or burst. */
#define BUCKET_UNLIMITED UINT32_MAX

struct bucket {
	uint32_t rate;    /* tokens a second */
	uint32_t burst;   /* most that are kept */
	uint64_t tokens;  /* in thousandths, at last_ms */
	uint64_t last_ms; /* when they were counted last */
};

/*
 * So many a second, and so many at once. Zero in either: never one;
 * BUCKET_UNLIMITED in either, and zero in none: always. A bucket that had no
 * limit, or let nothing pass, is full then; else what it holds stays as far as
 * it is not above the burst.
 */
void bucket_limit(struct bucket *bucket, uint32_t rate, uint32_t burst);

/* Whole tokens that are there; BUCKET_UNLIMITED: any number. */
uint32_t bucket_level(const struct bucket *bucket, uint64_t now_ms);

/* Take n tokens, or none and return false. */
bool bucket_take(struct bucket *bucket, uint64_t now_ms, uint32_t n);

/* How long until there is one: 0, it is there, to 1000, which is also said
 * where there will never be one. */
uint32_t bucket_wait_ms(const struct bucket *bucket, uint64_t now_ms);
