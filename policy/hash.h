/* SPDX-License-Identifier: BSD-2-Clause */
/* Keyed hashing for our tables, so that nobody can choose collisions. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_KEY_LEN 16

/* SipHash-1-3 of data (Aumasson and Bernstein), for tables only. */
uint64_t hash_sip(
    const uint8_t key[HASH_KEY_LEN], const void *data, size_t len);
