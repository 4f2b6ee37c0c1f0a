/* SPDX-License-Identifier: BSD-2-Clause */
/* What both kinds of source share. */
#include "proxy/cli/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
source_close(struct source *source)
{
	if (source != NULL)
		source->ops->close(source);
}

const char *
source_why(const struct source *source)
{
	return source->why;
}

int
source_range(struct source *source, uint64_t from, uint64_t to)
{
	return source->ops->range(source, from, to);
}

int
source_next(struct source *source, struct source_item *item)
{
	memset(item, 0, sizeof(*item));
	return source->ops->next(source, item);
}

int
source_seal(struct source *source, uint64_t at_most, struct source_seal *out)
{
	memset(out, 0, sizeof(*out));
	return source->ops->seal(source, at_most, out);
}

int
source_proof(struct source *source, uint64_t index, uint64_t size,
    bool consistency, struct proof *out)
{
	memset(out, 0, sizeof(*out));
	return source->ops->proof(source, index, size, consistency, out);
}

int
source_keys(struct source *source, source_key visit, void *ctx)
{
	return source->ops->keys(source, visit, ctx);
}

int
source_fail(struct source *source, int status, const char *format, ...)
{
	va_list list;

	source->status = status;
	va_start(list, format);
	(void)vsnprintf(source->why, sizeof(source->why), format, list);
	va_end(list);
	return -1;
}
