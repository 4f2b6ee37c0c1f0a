/* SPDX-License-Identifier: BSD-2-Clause */
/* The guard tests its checks with what is in force (policy/selftest.h). */
#pragma once

#include "proxy/guard/guard.h"

/* Under this configuration. False when a rule passed that must not. */
bool proof_run(struct guard *guard, const struct config *config,
    struct selftest_result *result);
/* Into the log. */
void proof_record(struct guard *guard, const struct selftest_result *result);
