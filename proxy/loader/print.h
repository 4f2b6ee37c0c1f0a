/* SPDX-License-Identifier: BSD-2-Clause */
/* Pieces of the YAML that a configuration is printed as. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "proxy/loader/model.h"

void print_text(FILE *out, const char *text); /* quoted */

/* Lines, behind an indent of n blanks. */
void print_line(FILE *out, int n, const char *key, const char *text);
void print_number(FILE *out, int n, const char *key, uint64_t value);
void print_flag(FILE *out, int n, const char *key, bool value);
void print_address(
    FILE *out, int n, const char *key, const struct address *address);

/* The names of the bits that are set, as the key's row in the schema has
 * them. */
void print_names(
    FILE *out, int n, enum section section, const char *key, uint32_t bits);

/* The name of a value, likewise. */
const char *print_choice_name(
    enum section section, const char *key, uint32_t value);

/* "key: value" behind before; value none is unlimited. */
void print_limit(FILE *out, const char *before, const char *key, uint64_t value,
    uint64_t none);

void print_tag(FILE *out, const struct community *tag);
void print_redirect(FILE *out, const uint8_t redirect[8]);
