/* SPDX-License-Identifier: BSD-2-Clause */
/* Text that grows up to a bound; what an answer is made of. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define BODY_MAX ((size_t)48 << 20) /* octets */

/* Zero is an empty one. After the bound, or when memory is out, full is set and
 * nothing more is added: the text is then not to be used. */
struct body {
	char *text; /* no NUL; NULL while empty; body_fini() frees it */
	size_t len;
	size_t size;
	bool full;
};

void body_add(struct body *body, const char *text, size_t len);
void body_text(struct body *body, const char *text);
void body_print(struct body *body, const char *format, ...)
    __attribute__((format(printf, 2, 3))); /* at most 512 octets */
void body_fini(struct body *body);
