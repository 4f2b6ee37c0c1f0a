/* SPDX-License-Identifier: BSD-2-Clause */
/* What the self-test does to a good question, and what it must meet then. */
#pragma once

#include "policy/selftest_stage.h"

struct selftest_row {
	uint16_t reason; /* enum reason it must meet */
	/* Spoil the good question; arg is the row's. */
	void (*spoil)(struct selftest_stage *stage, unsigned arg);
	unsigned arg;
};

/* Row i; NULL from the last on. */
const struct selftest_row *selftest_rows_at(unsigned i);
