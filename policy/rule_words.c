/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of the words in rule texts, with the look-up both ways. */
#include "policy/rule_words.h"

#include <string.h>

#include "policy/rule.h"

const struct rule_word rule_words_type[] = {
	{ "destination", RULE_DST },
	{ "source", RULE_SRC },
	{ "protocol", RULE_PROTO },
	{ "next-header", RULE_PROTO }, /* ExaBGP, IPv6 */
	{ "port", RULE_PORT },
	{ "destination-port", RULE_DST_PORT },
	{ "source-port", RULE_SRC_PORT },
	{ "icmp-type", RULE_ICMP_TYPE },
	{ "icmp-code", RULE_ICMP_CODE },
	{ "tcp-flags", RULE_TCP_FLAGS },
	{ "packet-length", RULE_LENGTH },
	{ "dscp", RULE_DSCP },
	{ "fragment", RULE_FRAGMENT },
	{ "label", RULE_FLOW_LABEL },
	{ "flow-label", RULE_FLOW_LABEL }, /* ExaBGP */
	{ NULL, 0 },
};

const struct rule_word rule_words_protocol[] = {
	{ "icmp", 1 },
	{ "igmp", 2 },
	{ "tcp", 6 },
	{ "egp", 8 },
	{ "igp", 9 },
	{ "udp", 17 },
	{ "rsvp", 46 },
	{ "gre", 47 },
	{ "esp", 50 },
	{ "ah", 51 },
	{ "icmp6", 58 },
	{ "icmpv6", 58 },
	{ "ipv6-icmp", 58 },
	{ "ospf", 89 },
	{ "pim", 103 },
	{ "vrrp", 112 },
	{ "sctp", 132 },
	{ NULL, 0 },
};

const struct rule_word rule_words_icmp[] = {
	{ "echo-reply", 0 },
	{ "unreachable", 3 },
	{ "source-quench", 4 },
	{ "redirect", 5 },
	{ "echo-request", 8 },
	{ "router-advertisement", 9 },
	{ "router-solicit", 10 },
	{ "time-exceeded", 11 },
	{ "parameter-problem", 12 },
	{ "timestamp", 13 },
	{ "timestamp-reply", 14 },
	{ "info-request", 15 },
	{ "info-reply", 16 },
	{ "mask-request", 17 },
	{ "mask-reply", 18 },
	{ NULL, 0 },
};

const struct rule_word rule_words_dscp[] = {
	{ "be", 0 },
	{ "cs0", 0 },
	{ "cs1", 8 },
	{ "af11", 10 },
	{ "af12", 12 },
	{ "af13", 14 },
	{ "cs2", 16 },
	{ "af21", 18 },
	{ "af22", 20 },
	{ "af23", 22 },
	{ "cs3", 24 },
	{ "af31", 26 },
	{ "af32", 28 },
	{ "af33", 30 },
	{ "cs4", 32 },
	{ "af41", 34 },
	{ "af42", 36 },
	{ "af43", 38 },
	{ "cs5", 40 },
	{ "ef", 46 },
	{ "cs6", 48 },
	{ "cs7", 56 },
	{ NULL, 0 },
};

const struct rule_word rule_words_tcp_flag[] = {
	{ "fin", 0x01 },
	{ "syn", 0x02 },
	{ "rst", 0x04 },
	{ "psh", 0x08 },
	{ "push", 0x08 },
	{ "ack", 0x10 },
	{ "urg", 0x20 },
	{ "urgent", 0x20 },
	{ "ece", 0x40 },
	{ "cwr", 0x80 },
	{ "ns", 0x100 },
	{ NULL, 0 },
};

const struct rule_word rule_words_fragment[] = {
	{ "not-a-fragment", 0 },
	{ "dont-fragment", RULE_FRAGMENT_DF },
	{ "is-fragment", RULE_FRAGMENT_ISF },
	{ "first-fragment", RULE_FRAGMENT_FF },
	{ "last-fragment", RULE_FRAGMENT_LF },
	{ NULL, 0 },
};

const char *
rule_words_name(const struct rule_word *words, unsigned number)
{
	for (size_t i = 0; words[i].name != NULL; i++) {
		if (words[i].number == number)
			return words[i].name;
	}
	return NULL;
}

/* The names are lower case; word need not be. */
static bool
same(const char *name, const char *word, size_t len)
{
	if (strlen(name) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = word[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != name[i])
			return false;
	}
	return true;
}

bool
rule_words_find(const struct rule_word *words, const char *name, size_t len,
    unsigned *number)
{
	for (size_t i = 0; words[i].name != NULL; i++) {
		if (same(words[i].name, name, len)) {
			*number = words[i].number;
			return true;
		}
	}
	return false;
}
