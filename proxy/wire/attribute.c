/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of the path attributes, and their framing. */
#include "proxy/wire/attribute.h"

#include <stddef.h>
#include <string.h>

static const struct attribute_row rows[ATTRIBUTE_TYPES] = {
#define X(symbol, type, name, class, cost, source, shortest, multiple)         \
	[ATTRIBUTE_##symbol] = { (name), ATTRIBUTE_##class, ATTRIBUTE_##cost,  \
		ATTRIBUTE_FROM_##source, (shortest), (multiple) },
	ATTRIBUTE_MAP(X)
#undef X
};

const struct attribute_row *
attribute_row(unsigned type)
{
	if (type >= ATTRIBUTE_TYPES || rows[type].name == NULL)
		return NULL;
	return &rows[type];
}

const char *
attribute_name(unsigned type)
{
	const struct attribute_row *row = attribute_row(type);

	return row == NULL ? "?" : row->name;
}

enum wire_fault
attribute_next(struct reader *reader, struct attribute *out)
{
	struct span all = { reader->at, reader->left };
	size_t len;

	memset(out, 0, sizeof(*out));
	out->flags = reader_u8(reader);
	out->type = reader_u8(reader);
	if ((out->flags & ATTRIBUTE_EXTENDED) != 0)
		len = reader_u16(reader);
	else
		len = reader_u8(reader);
	out->value = reader_span(reader, len);
	out->whole.data = all.data;
	out->whole.len = all.len - reader->left;
	return reader->failed ? FAULT_ATTRIBUTE_OVERRUN : WIRE_OK;
}

static bool
length_fits(const struct attribute_row *row, size_t len)
{
	if (row->multiple == 0)
		return len == row->shortest;
	return len >= row->shortest && len % row->multiple == 0;
}

enum wire_fault
attribute_check(
    const struct attribute_row *row, const struct attribute *attribute)
{
	bool is_mp = row->cost == ATTRIBUTE_RESET;

	/* RFC 7606 3 (c): these two bits and no other. */
	if ((attribute->flags & ATTRIBUTE_OPT_TRANS) != row->flags)
		return is_mp ? FAULT_MP_FLAGS : FAULT_ATTRIBUTE_FLAGS;
	if (!length_fits(row, attribute->value.len))
		return is_mp ? FAULT_MP_LENGTH : FAULT_ATTRIBUTE_LENGTH;
	return WIRE_OK;
}
