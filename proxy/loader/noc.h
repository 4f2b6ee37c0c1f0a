/* SPDX-License-Identifier: BSD-2-Clause */
/* The operators' own rules: a customer that every configuration has. */
#pragma once

#include "proxy/loader/model.h"

/* The defaults, complete. */
void noc_fill(struct config_customer *noc);

/* Complain of these keys (ended by NULL) where the section has them: they
 * mean nothing for the operators' own rules. */
void noc_refuse(struct walk *walk, const char *const *keys, const char *wanted);

/*
 * Once all files are read: it comes after the customers, and so does what
 * belongs to it in the lists that go by customer. Returns 0, or -1 with an
 * error noted.
 */
int noc_settle(struct config *config);
