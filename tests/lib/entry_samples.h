/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries of the log for tests of what is shown of them. */
#pragma once

#include "store/entry.h"

/* A verdict, an operator's act, a start: kinds that look different. */
void sample_entry(struct entry *entry);
void sample_entry_operator(struct entry *entry);
void sample_entry_wish(struct entry *entry);
void sample_entry_start(struct entry *entry);
void sample_entry_retention(struct entry *entry);
void sample_entry_clock(struct entry *entry);
/* The first key; and a second, which the first one did not sign. */
void sample_entry_key(struct entry *entry);
void sample_entry_key_forged(struct entry *entry);
