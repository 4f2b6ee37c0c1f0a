/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON values: the only place that knows jansson.
 *
 * Values come from json_read(), json_new() and json_list_new() and belong to
 * the caller until json_free(), or until they are put into another value.
 * Memory that runs out ends the process: control is started anew, and the
 * command says so.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

#define JSON_DEPTH_MAX 8 /* values inside values that json_read() takes */

/*
 * Read one object from len octets, which need no NUL. Returns NULL when they
 * are not one JSON object and nothing else: also with a name that comes twice,
 * a NUL in a string, invalid UTF-8, or more than JSON_DEPTH_MAX levels. why
 * (size octets) then says what is wrong.
 */
struct json *json_read(const char *text, size_t len, char *why, size_t size);

void json_free(struct json *json); /* NULL is fine */

struct json *json_new(void);      /* {} */
struct json *json_list_new(void); /* [] */

/* Put a member, in the place of one of that name. value is taken. */
void json_put(struct json *object, const char *key, struct json *value);
/* Octets that are not UTF-8 become "?". */
void json_put_text(struct json *object, const char *key, const char *text);
/* Numbers above INT64_MAX become null. */
void json_put_number(struct json *object, const char *key, uint64_t number);
void json_put_bool(struct json *object, const char *key, bool value);
void json_put_null(struct json *object, const char *key);

/* A member that is an object, borrowed, to put something into; NULL when there
 * is none. */
struct json *json_into(struct json *object, const char *key);

/* Append to a list. value is taken. */
void json_add(struct json *list, struct json *value);
void json_add_text(struct json *list, const char *text);

/* A member, borrowed; NULL when there is none, or object is NULL or none. */
const struct json *json_get(const struct json *object, const char *key);

/* A member that is a string, borrowed; NULL when it is not there or none. */
const char *json_text(const struct json *object, const char *key);

/* A member that is a whole number from 0 on; false when it is not. */
bool json_number(const struct json *object, const char *key, uint64_t *out);

/* A member that is true; false, when it is not there or anything else. */
bool json_true_at(const struct json *object, const char *key);

/* True when the member is true or false. */
bool json_bool_at(const struct json *object, const char *key);

/* True when the member is an object. */
bool json_object_at(const struct json *object, const char *key);

/* A list's length (0 for anything else), and its elements, borrowed. */
size_t json_length(const struct json *list);
const struct json *json_at(const struct json *list, size_t i);
const char *json_text_at(const struct json *list, size_t i); /* or NULL */

/* Take a member out of object: it belongs to the caller. NULL when there is
 * none. */
struct json *json_take(struct json *object, const char *key);

/* A member, copied, the caller's to free; NULL when there is none. */
struct json *json_copy_of(const struct json *object, const char *key);

/* The first name in object that is not in names (ended by NULL); NULL when
 * there is none. Borrowed. */
const char *json_stranger(const struct json *object, const char *const *names);

/*
 * One line of printable ASCII without its newline, members in the order in
 * which they were put; *len octets and a NUL. The caller frees it.
 */
char *json_print(const struct json *json, size_t *len);
