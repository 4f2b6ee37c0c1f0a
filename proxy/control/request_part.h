/* SPDX-License-Identifier: BSD-2-Clause */
/* What the functions share that read a verb's arguments. */
#pragma once

#include "proxy/control/json.h"
#include "proxy/control/request.h"

/* What a verb's function works on. args may be NULL: none were given. */
struct parse {
	const struct json *args;
	uint64_t now_ns;
	struct request *out;
	char *why;
};

/* Say what is wanted, and return -1; also of a word that was found. */
int request_refuse(
    const struct parse *parse, const char *name, const char *wanted);
int request_refuse_word(const struct parse *parse, const char *name,
    const char *value, const char *wanted);

/* A text that may be there; copied to an array of size octets. */
int request_text(const struct parse *parse, const char *name, const char **out);
int request_copy(
    const struct parse *parse, const char *name, char *out, size_t size);

/* ---- verbs of the store; request_audit.c ---- */

int request_audit(const struct parse *parse);
int request_audit_raw(const struct parse *parse);
int request_audit_seal(const struct parse *parse);
int request_audit_proof(const struct parse *parse);
int request_audit_act(const struct parse *parse);

/* request_level.c */
int request_level(const struct parse *parse);
