/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A store whose file is damaged in its structure, read as far as that goes
 * without the library that would trust it: the log up to the first page at
 * fault.
 */
#pragma once

#include "proxy/cli/source.h"
#include "store/verify.h"

struct torn;

/* Nobody may write to it. NULL: not even its roots can be read. */
struct torn *torn_open(const char *path);
void torn_close(struct torn *torn); /* NULL is fine */

/* What the log says of itself, as far as that can be read. */
void torn_seal(struct torn *torn, struct source_seal *out);

/* As source_keys(), of what can be read. */
void torn_keys(struct torn *torn, source_key visit, void *ctx);

/* Give everything that can be read, and its end. */
void torn_verify(struct torn *torn, struct verify *verify);
