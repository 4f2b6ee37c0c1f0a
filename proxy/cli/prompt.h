/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to the person at the terminal. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "proxy/cli/args.h"

#define PROMPT_MAX 256 /* octets of what is typed, with its NUL */

/* Where questions go. in is NULL when nobody is there to answer. */
struct prompt {
	FILE *in;
	FILE *out;
};

/*
 * Ask why the act is done, and keep it in args->message, which then borrows
 * buf. False when nobody answers, or with nothing.
 */
bool prompt_reason(
    const struct prompt *prompt, struct args *args, char buf[PROMPT_MAX]);

/* Ask a question; true for "y" or "yes" alone. */
bool prompt_yes(const struct prompt *prompt, const char *question);
