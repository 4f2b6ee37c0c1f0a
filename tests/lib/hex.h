/* SPDX-License-Identifier: BSD-2-Clause */
/* Octets as text, for tables of tests. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Read pairs of hexadecimal digits, blanks between pairs allowed, to out
 * (size octets). Returns how many; aborts on anything else.
 */
size_t hex_read(const char *text, uint8_t *out, size_t size);

/* Print len octets to buf, which must hold 2 * len + 1; returns buf. */
char *hex_print(const uint8_t *data, size_t len, char *buf);
