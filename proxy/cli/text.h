/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of others on a terminal: nothing in them may steer it. */
#pragma once

#include <stddef.h>

/*
 * A copy in which "?" stands for whatever is not to be shown: control
 * characters (C0, DEL, C1), marks that turn the direction of writing or have
 * no width, and octets that are no UTF-8. The caller frees it. NULL is "".
 * Ends the program when memory runs out.
 */
char *text_clean(const char *text);

/* Columns that a clean text takes: its code points. */
size_t text_width(const char *text);

/* Cut a clean text to at most width columns, "..." at the end of what is left
 * (dots alone, where that is less than three). */
void text_cut(char *clean, size_t width);

/* malloc() and realloc() that end the program when memory runs out. */
void *text_alloc(void *old, size_t size);
