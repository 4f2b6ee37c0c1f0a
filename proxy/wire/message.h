/* SPDX-License-Identifier: BSD-2-Clause */
/* The header of a BGP message (RFC 4271 4.1): framing, type and length. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proxy/wire/fault.h"
#include "proxy/wire/writer.h"

#define MESSAGE_HEADER_LEN 19
#define MESSAGE_MAX        4096 /* RFC 8654 is never advertised */

enum message_type {
	MESSAGE_OPEN = 1,
	MESSAGE_UPDATE = 2,
	MESSAGE_NOTIFICATION = 3,
	MESSAGE_KEEPALIVE = 4,
	MESSAGE_ROUTE_REFRESH = 5, /* RFC 2918 */
};

/*
 * Look at the message at the head of a stream of len octets; max_len is the
 * longest that may come (MESSAGE_MAX).
 *
 * WIRE_OK and *total > 0: a whole message is there, *total octets with its
 * header, its body is buf + MESSAGE_HEADER_LEN. WIRE_OK and *total == 0: read
 * more. A fault is known as soon as the header is there: marker 1/1; length
 * below the type's minimum, other than the exact length of KEEPALIVE, or over
 * max_len 1/2; type 1/3. Body lengths of ROUTE-REFRESH are refresh.h's.
 */
enum wire_fault message_peek(const uint8_t *buf, size_t len, size_t max_len,
    uint8_t *type, size_t *total);

/*
 * The data that the NOTIFICATION of a header fault carries (RFC 4271 6.1): the
 * length or the type as received. buf is what message_peek saw. Returns its
 * octets, 0 to 2.
 */
size_t message_fault_data(
    const uint8_t *buf, enum wire_fault fault, uint8_t out[2]);

/*
 * Write a header of this type with its length open. Returns the place of the
 * message for message_end.
 */
size_t message_begin(struct writer *writer, enum message_type type);

/* Fill in the length of the message begun at place; longer than MESSAGE_MAX
 * fails the writer. */
void message_end(struct writer *writer, size_t place);

/* A whole KEEPALIVE. */
void message_keepalive(struct writer *writer);

/* "UPDATE"; "?" for an unknown number. */
const char *message_name(unsigned type);
