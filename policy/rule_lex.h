/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader of rule texts: tokens with their columns, and where it failed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/rule_text.h"

/* Longest text that is read; whatever the printer writes is shorter. */
#define RULE_LEX_MAX (RULE_TEXT_MAX + ACTION_TEXT_MAX)

enum rule_token {
	RULE_TOKEN_END,
	RULE_TOKEN_WORD,
	RULE_TOKEN_OPEN,       /* { */
	RULE_TOKEN_CLOSE,      /* } */
	RULE_TOKEN_LIST_OPEN,  /* [ */
	RULE_TOKEN_LIST_CLOSE, /* ] */
	RULE_TOKEN_SEMICOLON,
};

/*
 * A text and the token under way. Blanks, and the quotes that a shell or Junos
 * wants, stand between tokens. The text is the caller's and is not copied.
 */
struct rule_lex {
	const char *text;
	size_t len;
	struct rule_text_error *error;
	enum rule_token token;
	size_t start; /* of the token in text */
	size_t end;   /* one past its last octet */
};

/* Start with the first token. Returns 0, or -1 when the text is too long. */
int rule_lex_start(
    struct rule_lex *lex, const char *text, struct rule_text_error *error);

/* Go to the next token. */
void rule_lex_next(struct rule_lex *lex);

/* The token is this word. */
bool rule_lex_is(const struct rule_lex *lex, const char *word);

/* If the token is this word go to the next one and return true. */
bool rule_lex_take(struct rule_lex *lex, const char *word);

/* Octets of the token, and the octet at i of it; '\0' past its end. */
size_t rule_lex_len(const struct rule_lex *lex);
char rule_lex_at(const struct rule_lex *lex, size_t i);

/* The token from its octet i on (not past its end); not terminated. */
const char *rule_lex_from(const struct rule_lex *lex, size_t i);

/*
 * Copy octets from..to-1 of the token to buf as a string. False when they do
 * not fit (then buf is "").
 */
bool rule_lex_copy(const struct rule_lex *lex, size_t from, size_t to,
    char buf[static PREFIX_TEXT_MAX]);

/* Place of c in the token at or after from, or its length. */
size_t rule_lex_find(const struct rule_lex *lex, size_t from, char c);

/*
 * Octets from..to-1 of the token as a decimal number without sign; "0x" and
 * hexadecimal digits also. False when they are anything else, or above max.
 */
bool rule_lex_number(const struct rule_lex *lex, size_t from, size_t to,
    uint64_t max, uint64_t *value);

/* Note what was wanted instead of the token (from its octet i on); -1. */
int rule_lex_fail_at(const struct rule_lex *lex, size_t i, const char *wanted);
int rule_lex_fail(const struct rule_lex *lex, const char *wanted);
