/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The octets of a log entry: what is hashed, kept and one day exported. Pure.
 *
 * One entry has one encoding, and every encoding is that of one entry: numbers
 * in as few octets as they need, fields in rising order, none that is empty.
 * All numbers are big-endian.
 *
 *   head     "SLR" version:1=1 kind:1 state:1 reason:2 seq:8 wall_ns:8
 *            mono_ns:8 boot_id:16 config_hash:32
 *   fields   tag:1 length:2 value, by rising tag
 *
 *    1 check       number        7 operator     text
 *    2 rule id     number        8 rule         AFI:1, canonical NLRI value
 *    3 count       number                       (RFC 8955 4, RFC 8956 3)
 *    4 approved    1             9 actions      see below
 *    5 customer    text         10 received     AFI:1 (0: unknown), NLRI as it
 *    6 session     text                         came, length octets included
 *                               11 evidence     text
 *   13 lifetime    number       12 text         text
 *   14 wish: lifetime number    15 wish: dry run 1
 *
 * A number is 1 to 8 octets without leading zeros; a field whose number is 0
 * or whose text is empty is left out. Text has no NUL. Actions are kind:1
 * length:1 value by rising kind: the numbers of ACTION_MAP (rates 4 octets,
 * communities as on the wire, DSCP 1; kind 2 and 6 no value, for their bits
 * are in the flags), then 0x40 flags:1, 0x41 repeated:2, 0x42 unknown:1, 0x43
 * stripped:1, those only when not zero.
 *
 * Later versions of sluice add fields. A tag from 128 on may be skipped by a
 * reader that does not know it; any other unknown tag makes the record
 * unreadable to it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "store/entry.h"

#define RECORD_VERSION   1
#define RECORD_HEAD_LEN  80
/* Longest record; a reader takes up to RECORD_LEN_LIMIT (C2SP tlog-tiles
 * entry bundles have two length octets). */
#define RECORD_MAX       8192u
#define RECORD_LEN_LIMIT 65535u

/*
 * Encode. Returns the length, or -1 when the entry is not such as may be
 * kept: kind, state or check out of range, a text without its NUL, raw_len too
 * large, a rule or actions that are not valid. live_op is left out.
 */
int record_encode(const struct entry *entry, uint8_t out[RECORD_MAX]);

/*
 * Decode; octets may come from anywhere. Returns the number of fields that were
 * skipped because a later version added them (with 0, and only then, encoding
 * again gives the same octets), or -1 when this is no record. Unused terms of
 * rule and octets of raw are not written; live_op is LIVE_NONE.
 */
int record_decode(const uint8_t *data, size_t len, struct entry *out);

/* The sequence number in a record's head; UINT64_MAX when it is too short. */
uint64_t record_seq(const uint8_t *data, size_t len);

/* What a search asks for, read without the rest; texts point into the record.
 */
struct record_peek {
	uint64_t wall_ns;
	uint64_t rule_id;
	const uint8_t *customer; /* customer_len octets; NULL: empty */
	const uint8_t *operator_name;
	uint8_t customer_len;
	uint8_t operator_len;
	uint16_t reason;
	uint8_t kind;
	uint8_t state;
	struct prefix dst; /* afi 0: no destination, or a pattern */
};

/*
 * Of every record that record_decode() takes, the same as it says; of others,
 * -1, or whatever stands there. Returns 0 or -1.
 */
int record_peek(const uint8_t *data, size_t len, struct record_peek *out);
