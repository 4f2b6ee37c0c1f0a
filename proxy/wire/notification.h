/* SPDX-License-Identifier: BSD-2-Clause */
/* The NOTIFICATION message (RFC 4271 4.5) and its words (RFC 9003). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proxy/wire/fault.h"
#include "proxy/wire/reader.h"
#include "proxy/wire/writer.h"

/* X(symbol, code, "name") */
#define NOTIFICATION_CODE_MAP(X)                                               \
	X(HEADER, 1, "message header error")                                   \
	X(OPEN, 2, "OPEN message error")                                       \
	X(UPDATE, 3, "UPDATE message error")                                   \
	X(HOLD_TIMER, 4, "hold timer expired")                                 \
	X(FSM, 5, "finite state machine error")                                \
	X(CEASE, 6, "cease")                                                   \
	X(REFRESH, 7, "ROUTE-REFRESH message error")                           \
	X(SEND_HOLD_TIMER, 8, "send hold timer expired") /* RFC 9687 */
enum notification_code {
	NOTIFICATION_NONE = 0,
#define X(symbol, code, name) NOTIFICATION_##symbol = (code),
	NOTIFICATION_CODE_MAP(X)
#undef X
};

/* RFC 4271 6, RFC 4486, RFC 5492, RFC 6608, RFC 7313, RFC 8538, RFC 9234.
 * X(symbol, code, subcode, "name") */
#define NOTIFICATION_SUBCODE_MAP(X)                                            \
	X(HEADER_SYNC, 1, 1, "connection not synchronized")                    \
	X(HEADER_LENGTH, 1, 2, "bad message length")                           \
	X(HEADER_TYPE, 1, 3, "bad message type")                               \
	X(OPEN_VERSION, 2, 1, "unsupported version number")                    \
	X(OPEN_PEER_AS, 2, 2, "bad peer AS")                                   \
	X(OPEN_BGP_ID, 2, 3, "bad BGP identifier")                             \
	X(OPEN_PARAMETER, 2, 4, "unsupported optional parameter")              \
	X(OPEN_HOLD_TIME, 2, 6, "unacceptable hold time")                      \
	X(OPEN_CAPABILITY, 2, 7, "unsupported capability")                     \
	X(OPEN_ROLE, 2, 11, "role mismatch")                                   \
	X(UPDATE_LIST, 3, 1, "malformed attribute list")                       \
	X(UPDATE_UNKNOWN, 3, 2, "unrecognized well-known attribute")           \
	X(UPDATE_MISSING, 3, 3, "missing well-known attribute")                \
	X(UPDATE_FLAGS, 3, 4, "attribute flags error")                         \
	X(UPDATE_LENGTH, 3, 5, "attribute length error")                       \
	X(UPDATE_ORIGIN, 3, 6, "invalid ORIGIN attribute")                     \
	X(UPDATE_NEXT_HOP, 3, 8, "invalid NEXT_HOP attribute")                 \
	X(UPDATE_OPTIONAL, 3, 9, "optional attribute error")                   \
	X(UPDATE_NETWORK, 3, 10, "invalid network field")                      \
	X(UPDATE_AS_PATH, 3, 11, "malformed AS_PATH")                          \
	X(FSM_OPEN_SENT, 5, 1, "unexpected message in OpenSent")               \
	X(FSM_OPEN_CONFIRM, 5, 2, "unexpected message in OpenConfirm")         \
	X(FSM_ESTABLISHED, 5, 3, "unexpected message in Established")          \
	X(CEASE_MAX_PREFIXES, 6, 1, "maximum number of prefixes reached")      \
	X(CEASE_SHUTDOWN, 6, 2, "administrative shutdown")                     \
	X(CEASE_DECONFIGURED, 6, 3, "peer de-configured")                      \
	X(CEASE_RESET, 6, 4, "administrative reset")                           \
	X(CEASE_REJECTED, 6, 5, "connection rejected")                         \
	X(CEASE_CONFIGURATION, 6, 6, "other configuration change")             \
	X(CEASE_COLLISION, 6, 7, "connection collision resolution")            \
	X(CEASE_RESOURCES, 6, 8, "out of resources")                           \
	X(CEASE_HARD_RESET, 6, 9, "hard reset")                                \
	X(CEASE_BFD_DOWN, 6, 10, "BFD down")                                   \
	X(REFRESH_LENGTH, 7, 1, "invalid message length")
enum notification_subcode {
#define X(symbol, code, subcode, name) NOTIFICATION_##symbol = (subcode),
	NOTIFICATION_SUBCODE_MAP(X)
#undef X
};

/* Longest text of a shutdown communication in octets (RFC 9003). */
#define NOTIFICATION_WORDS_MAX 255
/* Room that any of them needs when printed, with its NUL. */
#define NOTIFICATION_TEXT_MAX  (4 * 255 + 16)

struct notification {
	uint8_t code;
	uint8_t subcode;
	struct span data; /* borrowed from the message */
};

/* Decode the body of a NOTIFICATION. Never answered, so its only fault
 * (shorter than two octets) has no code of its own. */
enum wire_fault notification_decode(
    const uint8_t *body, size_t len, struct notification *out);

/*
 * Write a whole NOTIFICATION. data (len octets, borrowed, may be NULL when
 * len is 0) is cut where the message would pass MESSAGE_MAX.
 */
void notification_encode(struct writer *writer, unsigned code, unsigned subcode,
    const uint8_t *data, size_t len);

/*
 * Write a whole Cease with a shutdown communication (RFC 9003): subcode
 * CEASE_SHUTDOWN or CEASE_RESET; with any other subcode the words are left
 * out. words is UTF-8 and may be NULL; cut at a character to 255 octets.
 */
void notification_encode_cease(
    struct writer *writer, unsigned subcode, const char *words);

/*
 * What the peer said in a shutdown communication, safe for a terminal or a
 * log: control characters, DEL, the C1 range, bidirectional and line
 * separators and backslash are escaped ("\x1b", "\u202e"), octets that are not
 * UTF-8 come as "hex:…". Empty for other notifications, for none, and "" for a
 * malformed one. Never writes past size; returns buf.
 */
char *notification_words(
    const struct notification *notification, char *buf, size_t size);

/* "cease"; "?" for an unknown code. */
const char *notification_code_name(unsigned code);
/* "administrative shutdown"; "" for 0, "?" for an unknown pair. */
const char *notification_subcode_name(unsigned code, unsigned subcode);
