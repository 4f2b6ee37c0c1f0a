/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of the rule text, shared by the printer and the parser. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name and the number that it stands for. */
struct rule_word {
	const char *name;
	unsigned number;
};

/* Tables end in a row without a name. The first row of a number is the name
 * that is printed. */
extern const struct rule_word rule_words_type[];     /* component types */
extern const struct rule_word rule_words_protocol[]; /* IANA numbers */
extern const struct rule_word rule_words_icmp[];     /* types, IPv4 */
extern const struct rule_word rule_words_dscp[];
extern const struct rule_word rule_words_tcp_flag[];
extern const struct rule_word rule_words_fragment[]; /* 0: not a fragment */

/* GoBGP's letters for TCP flags 0x01, 0x02 … 0x80. */
#define RULE_WORDS_TCP_LETTERS "FSRPAUEC"

/* The first name of a number, or NULL. */
const char *rule_words_name(const struct rule_word *words, unsigned number);

/*
 * Look up name (len octets, not terminated), letters of either case being
 * equal. True and *number when it is there.
 */
bool rule_words_find(const struct rule_word *words, const char *name,
    size_t len, unsigned *number);
