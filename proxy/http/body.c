/* SPDX-License-Identifier: BSD-2-Clause */
/* Text that grows, and stops at its bound. */
#include "proxy/http/body.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRINT_MAX 512

static bool
body_grow(struct body *body, size_t len)
{
	size_t size = body->size == 0 ? 4096 : body->size;
	char *text;

	if (body->full || len > BODY_MAX - body->len) {
		body->full = true;
		return false;
	}
	while (size - body->len < len)
		size *= 2;
	if (size == body->size)
		return true;
	text = realloc(body->text, size);
	if (text == NULL) {
		body->full = true;
		return false;
	}
	body->text = text;
	body->size = size;
	return true;
}

void
body_add(struct body *body, const char *text, size_t len)
{
	if (len == 0 || !body_grow(body, len))
		return;
	memcpy(&body->text[body->len], text, len);
	body->len += len;
}

void
body_text(struct body *body, const char *text)
{
	body_add(body, text, strlen(text));
}

void
body_print(struct body *body, const char *format, ...)
{
	char text[PRINT_MAX];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(text))
		body->full = true;
	else
		body_add(body, text, (size_t)n);
}

void
body_fini(struct body *body)
{
	free(body->text);
	*body = (struct body){ 0 };
}
