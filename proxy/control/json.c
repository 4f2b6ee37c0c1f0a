/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON values over jansson: the only file that includes jansson.h. */
#include "proxy/control/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* struct json is never defined: it is jansson's value under our name. jansson
 * counts references in what it only reads, so it wants no const. */
static json_t *
theirs(const struct json *json)
{
	const union {
		const struct json *ours;
		json_t *theirs;
	} value = { json };

	return value.theirs;
}

static struct json *
ours(json_t *json)
{
	return (struct json *)json;
}

/* What jansson answers when memory ran out: whose values would be half of what
 * they should be ends. */
static void
must(bool done)
{
	if (done)
		return;
	(void)fputs("json: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

/* Levels in the text; jansson reads with a function that calls itself. */
static bool
too_deep(const char *text, size_t len)
{
	unsigned depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']') && depth > 0)
			depth--;
		if (depth > JSON_DEPTH_MAX)
			return true;
	}
	return false;
}

struct json *
json_read(const char *text, size_t len, char *why, size_t size)
{
	json_error_t error;
	json_t *json;

	if (too_deep(text, len)) {
		(void)snprintf(why, size, "too many levels");
		return NULL;
	}
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (json == NULL) {
		(void)snprintf(
		    why, size, "column %d: %s", error.column, error.text);
		return NULL;
	}
	if (!json_is_object(json)) {
		json_decref(json);
		(void)snprintf(why, size, "not an object");
		return NULL;
	}
	return ours(json);
}

void
json_free(struct json *json)
{
	json_decref(theirs(json));
}

struct json *
json_new(void)
{
	json_t *json = json_object();

	must(json != NULL);
	return ours(json);
}

struct json *
json_list_new(void)
{
	json_t *json = json_array();

	must(json != NULL);
	return ours(json);
}

static void
put(struct json *object, const char *key, json_t *value)
{
	must(value != NULL &&
	     json_object_set_new(theirs(object), key, value) == 0);
}

void
json_put(struct json *object, const char *key, struct json *value)
{
	put(object, key, theirs(value));
}

/* A string, with "?" for every octet beyond ASCII when it is not UTF-8. */
static json_t *
text_value(const char *text)
{
	json_t *value = json_string(text);
	char *copy;

	if (value != NULL)
		return value;
	copy = strdup(text);
	must(copy != NULL);
	for (char *c = copy; *c != '\0'; c++) {
		if ((*c & 0x80) != 0)
			*c = '?';
	}
	value = json_string(copy);
	free(copy);
	return value;
}

void
json_put_text(struct json *object, const char *key, const char *text)
{
	put(object, key, text_value(text));
}

void
json_put_number(struct json *object, const char *key, uint64_t number)
{
	put(object, key,
	    number > INT64_MAX ? json_null()
			       : json_integer((json_int_t)number));
}

void
json_put_bool(struct json *object, const char *key, bool value)
{
	put(object, key, json_boolean(value));
}

void
json_put_null(struct json *object, const char *key)
{
	put(object, key, json_null());
}

struct json *
json_into(struct json *object, const char *key)
{
	json_t *value = json_object_get(theirs(object), key);

	return json_is_object(value) ? ours(value) : NULL;
}

void
json_add(struct json *list, struct json *value)
{
	must(json_array_append_new(theirs(list), theirs(value)) == 0);
}

void
json_add_text(struct json *list, const char *text)
{
	json_t *value = text_value(text);

	must(value != NULL);
	must(json_array_append_new(theirs(list), value) == 0);
}

const struct json *
json_get(const struct json *object, const char *key)
{
	return ours(json_object_get(theirs(object), key));
}

const char *
json_text(const struct json *object, const char *key)
{
	return json_string_value(json_object_get(theirs(object), key));
}

bool
json_number(const struct json *object, const char *key, uint64_t *out)
{
	const json_t *value = json_object_get(theirs(object), key);

	*out = 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*out = (uint64_t)json_integer_value(value);
	return true;
}

bool
json_true_at(const struct json *object, const char *key)
{
	return json_is_true(json_object_get(theirs(object), key));
}

bool
json_bool_at(const struct json *object, const char *key)
{
	return json_is_boolean(json_object_get(theirs(object), key));
}

bool
json_object_at(const struct json *object, const char *key)
{
	return json_is_object(json_object_get(theirs(object), key));
}

size_t
json_length(const struct json *list)
{
	return json_array_size(theirs(list));
}

const struct json *
json_at(const struct json *list, size_t i)
{
	return ours(json_array_get(theirs(list), i));
}

const char *
json_text_at(const struct json *list, size_t i)
{
	return json_string_value(json_array_get(theirs(list), i));
}

struct json *
json_take(struct json *object, const char *key)
{
	json_t *value = json_incref(json_object_get(theirs(object), key));

	if (value != NULL)
		(void)json_object_del(theirs(object), key);
	return ours(value);
}

struct json *
json_copy_of(const struct json *object, const char *key)
{
	json_t *value = json_object_get(theirs(object), key);
	json_t *copy = json_deep_copy(value);

	must(value == NULL || copy != NULL);
	return ours(copy);
}

static bool
name_listed(const char *name, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (strcmp(name, *names) == 0)
			return true;
	}
	return false;
}

const char *
json_stranger(const struct json *object, const char *const *names)
{
	json_t *value;
	const char *key;

	json_object_foreach(theirs(object), key, value)
	{
		if (!name_listed(key, names))
			return key;
	}
	return NULL;
}

char *
json_print(const struct json *json, size_t *len)
{
	char *text = json_dumps(
	    theirs(json), JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);

	must(text != NULL);
	*len = strlen(text);
	for (char *c = text; *c != '\0'; c++) {
		if (*c == 0x7f) /* JSON lets it pass; a terminal does not */
			*c = '?';
	}
	return text;
}
