/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash as base64 (RFC 4648 section 4), without a library: this role, which
 * faces strangers, loads none for it. */
#pragma once

#include <stdint.h>

#include "store/seal.h"

#define HASH64_LEN SEAL_BASE64_LEN(SEAL_LEN) /* 44, without NUL */

/* Writes HASH64_LEN characters and no NUL. */
void hash64_print(const uint8_t hash[SEAL_LEN], char out[HASH64_LEN]);

/* Only what hash64_print() writes is taken. 0 or -1. */
int hash64_parse(const char text[HASH64_LEN], uint8_t hash[SEAL_LEN]);
