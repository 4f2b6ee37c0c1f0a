/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens of rule texts. The text may come from anybody. */
#include "policy/rule_lex.h"

#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '"' ||
	       c == '\'';
}

/* The token that consists of this octet alone; a word for all others. */
static enum rule_token
token_of(char c)
{
	switch (c) {
	case '{':
		return RULE_TOKEN_OPEN;
	case '}':
		return RULE_TOKEN_CLOSE;
	case '[':
		return RULE_TOKEN_LIST_OPEN;
	case ']':
		return RULE_TOKEN_LIST_CLOSE;
	case ';':
		return RULE_TOKEN_SEMICOLON;
	default:
		return RULE_TOKEN_WORD;
	}
}

void
rule_lex_next(struct rule_lex *lex)
{
	size_t i = lex->end;

	while (i < lex->len && is_blank(lex->text[i]))
		i++;
	lex->start = i;
	if (i >= lex->len) {
		lex->token = RULE_TOKEN_END;
		lex->end = i;
		return;
	}
	lex->token = token_of(lex->text[i]);
	i++;
	while (lex->token == RULE_TOKEN_WORD && i < lex->len &&
	       !is_blank(lex->text[i]) &&
	       token_of(lex->text[i]) == RULE_TOKEN_WORD)
		i++;
	lex->end = i;
}

int
rule_lex_start(
    struct rule_lex *lex, const char *text, struct rule_text_error *error)
{
	memset(lex, 0, sizeof(*lex));
	lex->text = text;
	lex->error = error;
	lex->len = strnlen(text, RULE_LEX_MAX + 1);
	if (lex->len > RULE_LEX_MAX) {
		lex->start = lex->end = RULE_LEX_MAX;
		return rule_lex_fail(lex, "a shorter text");
	}
	rule_lex_next(lex);
	return 0;
}

size_t
rule_lex_len(const struct rule_lex *lex)
{
	return lex->end - lex->start;
}

char
rule_lex_at(const struct rule_lex *lex, size_t i)
{
	if (i >= rule_lex_len(lex))
		return '\0';
	return lex->text[lex->start + i];
}

const char *
rule_lex_from(const struct rule_lex *lex, size_t i)
{
	size_t len = rule_lex_len(lex);

	return &lex->text[lex->start + (i < len ? i : len)];
}

bool
rule_lex_copy(const struct rule_lex *lex, size_t from, size_t to,
    char buf[static PREFIX_TEXT_MAX])
{
	size_t n = to - from;

	buf[0] = '\0';
	if (from > to || to > rule_lex_len(lex) || n >= PREFIX_TEXT_MAX)
		return false;
	memcpy(buf, rule_lex_from(lex, from), n);
	buf[n] = '\0';
	return true;
}

size_t
rule_lex_find(const struct rule_lex *lex, size_t from, char c)
{
	size_t len = rule_lex_len(lex);

	for (size_t i = from; i < len; i++) {
		if (rule_lex_at(lex, i) == c)
			return i;
	}
	return len;
}

bool
rule_lex_is(const struct rule_lex *lex, const char *word)
{
	size_t len = strlen(word);

	return lex->token == RULE_TOKEN_WORD && rule_lex_len(lex) == len &&
	       memcmp(rule_lex_from(lex, 0), word, len) == 0;
}

bool
rule_lex_take(struct rule_lex *lex, const char *word)
{
	if (!rule_lex_is(lex, word))
		return false;
	rule_lex_next(lex);
	return true;
}

/* Value of a digit in this base, or base when it is none. */
static unsigned
digit_of(char c, unsigned base)
{
	unsigned digit = base;

	if (c >= '0' && c <= '9')
		digit = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		digit = (unsigned)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		digit = (unsigned)(c - 'A') + 10;
	return digit < base ? digit : base;
}

bool
rule_lex_number(const struct rule_lex *lex, size_t from, size_t to,
    uint64_t max, uint64_t *value)
{
	unsigned base = 10;

	*value = 0;
	if (rule_lex_at(lex, from) == '0' &&
	    rule_lex_at(lex, from + 1) == 'x') {
		base = 16;
		from += 2;
	}
	if (from >= to)
		return false;
	for (size_t i = from; i < to; i++) {
		unsigned digit = digit_of(rule_lex_at(lex, i), base);

		if (digit == base || *value > (UINT64_MAX - digit) / base)
			return false;
		*value = *value * base + digit;
	}
	return *value <= max;
}

static void
copy_text(char *to, size_t size, const char *from, size_t len)
{
	size_t n = len < size - 1 ? len : size - 1;

	/* It ends up in terminals and logs. */
	for (size_t i = 0; i < n; i++) {
		to[i] = '?';
		if (from[i] >= ' ' && from[i] <= '~')
			to[i] = from[i];
	}
	to[n] = '\0';
}

int
rule_lex_fail_at(const struct rule_lex *lex, size_t i, const char *wanted)
{
	static const char nothing[] = "end of text";
	struct rule_text_error *error = lex->error;
	size_t len = rule_lex_len(lex);

	if (i > len)
		i = len;
	error->column = lex->start + i + 1;
	if (lex->start + i >= lex->len)
		copy_text(error->found, sizeof(error->found), nothing,
		    strlen(nothing));
	else
		copy_text(error->found, sizeof(error->found),
		    rule_lex_from(lex, i), i < len ? len - i : 1);
	copy_text(error->wanted, sizeof(error->wanted), wanted, strlen(wanted));
	return -1;
}

int
rule_lex_fail(const struct rule_lex *lex, const char *wanted)
{
	return rule_lex_fail_at(lex, 0, wanted);
}
