/* SPDX-License-Identifier: BSD-2-Clause */
/* The look itself, as the child process takes it; store/inspect.c's own. */
#pragma once

#include "store/inspect.h"

/* Called with what is known of the store before the part that may end the
 * process. */
typedef void (*inspect_told)(void *ctx, const struct inspect_report *report);

/* Fills in the whole report but its time. told may be NULL. */
void inspect_look(const char *path, enum inspect_depth depth,
    struct inspect_report *report, inspect_told told, void *ctx);
