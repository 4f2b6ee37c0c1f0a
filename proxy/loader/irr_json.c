/* SPDX-License-Identifier: BSD-2-Clause */
/* bgpq4's JSON. */
#include "proxy/loader/irr_json.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

struct parse {
	struct irr_json *out;
	size_t room;
	size_t max;
};

/* Text of the file, for a person: what is not printable ASCII is dots. */
static void
clean(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			*text = '.';
	}
}

static int
prefix_add(struct parse *parse, const struct prefix *prefix)
{
	struct irr_json *out = parse->out;

	if (out->n >= parse->max) {
		(void)snprintf(out->why, sizeof(out->why),
		    "more than %zu prefixes are left for it", parse->max);
		return -1;
	}
	if (out->n == parse->room) {
		size_t room = parse->room == 0 ? 64 : 2 * parse->room;
		struct prefix *prefixes =
		    reallocarray(out->prefixes, room, sizeof(*prefixes));

		if (prefixes == NULL) {
			(void)snprintf(
			    out->why, sizeof(out->why), "too little memory");
			return -1;
		}
		out->prefixes = prefixes;
		parse->room = room;
	}
	out->prefixes[out->n++] = *prefix;
	return 0;
}

/* One element of a list: an object with a prefix in it. */
static int
entry_take(struct parse *parse, const char *name, size_t i, const json_t *entry)
{
	const char *text = json_string_value(json_object_get(entry, "prefix"));
	struct irr_json *out = parse->out;
	struct prefix prefix;

	if (text == NULL) {
		(void)snprintf(out->why, sizeof(out->why),
		    "no \"prefix\" in element %zu of \"%.40s\"", i, name);
		return -1;
	}
	/* A whole family is nobody's. */
	if (strchr(text, '/') == NULL || prefix_parse(text, &prefix) < 0 ||
	    prefix.len == 0) {
		(void)snprintf(out->why, sizeof(out->why),
		    "no prefix, \"%.24s\", in element %zu of \"%.24s\"", text,
		    i, name);
		return -1;
	}
	return prefix_add(parse, &prefix);
}

static int
document_take(struct parse *parse, json_t *document)
{
	struct irr_json *out = parse->out;
	const char *name;
	const json_t *list;
	const json_t *entry;
	size_t i;

	if (!json_is_object(document)) {
		(void)snprintf(out->why, sizeof(out->why),
		    "no object with lists of prefixes");
		return -1;
	}
	json_object_foreach(document, name, list)
	{
		if (!json_is_array(list)) {
			(void)snprintf(out->why, sizeof(out->why),
			    "no list under \"%.40s\"", name);
			return -1;
		}
		json_array_foreach(list, i, entry)
		{
			if (entry_take(parse, name, i, entry) < 0)
				return -1;
		}
	}
	return 0;
}

static size_t
blank_skip(const char *text, size_t at, size_t len)
{
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): NUL is none. */
	while (at < len && memchr(" \t\r\n", text[at], 4) != NULL)
		at++;
	return at;
}

/* Lines of text before at. */
static int
lines_before(const char *text, size_t at)
{
	int lines = 0;

	for (size_t i = 0; i < at; i++)
		lines += text[i] == '\n';
	return lines;
}

/* The text at *at, which is moved behind it. */
static int
text_take(struct parse *parse, const char *text, size_t *at, size_t len)
{
	struct irr_json *out = parse->out;
	json_error_t error;
	/* A name twice would silently lose the first list. */
	json_t *document = json_loadb(&text[*at], len - *at,
	    JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &error);
	int status;

	if (document == NULL) {
		(void)snprintf(out->why, sizeof(out->why),
		    "line %d, column %d: %.80s",
		    error.line + lines_before(text, *at), error.column,
		    error.text);
		return -1;
	}
	status = document_take(parse, document);
	json_decref(document);
	/* With at least one octet read there is always an end. */
	*at = blank_skip(text, *at + (size_t)error.position, len);
	return status;
}

/*
 * The values that a parser would keep in memory are few enough: bgpq4 writes an
 * object of at most four fields for a prefix.
 */
static bool
size_fits(const char *text, size_t len, size_t max)
{
	size_t left = 6 * max + 64;

	for (size_t i = 0; i < len && left > 0; i++)
		left -= text[i] == ',' || text[i] == '[' || text[i] == '{';
	return left > 0;
}

enum irr_status
irr_json_parse(const void *bytes, size_t len, size_t max, struct irr_json *out)
{
	struct parse parse = { .out = out, .max = max };
	const char *text = bytes;
	size_t at = blank_skip(text, 0, len);
	int status = 0;

	memset(out, 0, sizeof(*out));
	if (!size_fits(text, len, max)) {
		(void)snprintf(out->why, sizeof(out->why),
		    "more than %zu prefixes can take", max);
		status = -1;
	}
	while (at < len && status == 0)
		status = text_take(&parse, text, &at, len);
	if (status == 0 && out->n > 0)
		return IRR_USABLE;
	free(out->prefixes);
	out->prefixes = NULL;
	out->n = 0;
	clean(out->why);
	if (status != 0)
		return IRR_BROKEN;
	(void)snprintf(out->why, sizeof(out->why), "no prefix in it");
	return IRR_EMPTY;
}
