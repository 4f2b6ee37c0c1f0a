/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line of text that grows in a buffer of fixed size without formatting, for
 * texts that are written once a rule. What does not fit is cut; the buffer
 * holds a string all the time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "policy/prefix.h"

struct line {
	char *buf;   /* borrowed */
	size_t size; /* octets of buf, at least 1 */
	size_t len;  /* of the string in it */
};

/* An empty line; buf becomes the empty string. */
struct line line_new(char *buf, size_t size);

/* A line that goes on behind the string that is in buf already. */
struct line line_at_end(char *buf, size_t size);

void line_text(struct line *line, const char *text);
void line_number(struct line *line, uint32_t number); /* decimal */
void line_prefix(struct line *line, const struct prefix *prefix);
/* n octets as two lower-case digits each. */
void line_hex(struct line *line, const uint8_t *octets, size_t n);
/* The day of a wall time as "2026-11-23", UTC. */
void line_date(struct line *line, uint64_t wall_ns);
