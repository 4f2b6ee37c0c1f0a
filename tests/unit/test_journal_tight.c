/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue towards the log again, with a ring that wraps all the time. */
#include "tests/unit/test_journal.c"
