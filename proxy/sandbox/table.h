/* SPDX-License-Identifier: BSD-2-Clause */
/* Which system calls a role makes, and what happens to the others. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/message_base.h"

#define TABLE_TESTS_MAX 3
#define TABLE_KILL      0
#define TABLE_NO_CALL   (-1) /* this processor has no such call */

/* (argument & mask) == value, or, of an int, argument > value. */
struct table_test {
	uint8_t arg;
	bool self;  /* value is our own process number, known at run time */
	bool above; /* the latter; mask is not looked at */
	uint64_t mask;
	uint64_t value;
};

/* Of a call. In its place, not pointed to: a table without pointers is shared
 * by all processes. */
#define TABLE_NAME_MAX 28

/* A call that roles make: any, or (where it has tests) when all of them hold.
 * A call may have more than one row. */
struct table_row {
	int call;
	char name[TABLE_NAME_MAX];
	uint32_t roles; /* bits, 1 << enum role */
	uint8_t n_tests;
	struct table_test tests[TABLE_TESTS_MAX];
};

/* A call that is not let through: for these roles it fails with this errno, or
 * is the process's end (TABLE_KILL). The first row that fits counts. */
struct table_answer {
	int call;
	char name[TABLE_NAME_MAX];
	uint32_t roles;
	uint16_t error;
};

/* What is in no row fails so: with arguments that are not let through, and
 * what a newer library tries first. */
#define TABLE_ERROR_ARGUMENTS 1  /* EPERM */
#define TABLE_ERROR_UNKNOWN   38 /* ENOSYS */

extern const struct table_row table_rows[];
extern const size_t table_n_rows;
extern const struct table_answer table_answers[];
extern const size_t table_n_answers;

/* Is the row for this role? The supervisor's filter stays with the processes
 * that it starts, so it has everybody's rows. */
bool table_row_is_of(const struct table_row *row, enum role role);

/* The errno that a call of the role fails with, or TABLE_KILL; tested: it has
 * rows, and none of them holds. */
uint16_t table_error(enum role role, int call, bool tested);
