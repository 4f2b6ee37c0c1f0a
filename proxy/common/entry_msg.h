/* SPDX-License-Identifier: BSD-2-Clause */
/* Log entries on a channel: packed, so that the usual one is small. */
#pragma once

#include <stddef.h>

#include "proxy/common/message.h"

/* Octets that the packed form takes at most. */
#define ENTRY_MSG_MAX                                                          \
	(sizeof(struct msg_entry) + sizeof(struct action_set) +                \
	    sizeof(struct rule) + 2ul * NAME_MAX_LEN + 32 + EVIDENCE_MAX +     \
	    ENTRY_TEXT_MAX + ENTRY_RAW_MAX + 16)

/* Octets that this entry takes, a multiple of 8. */
size_t entry_msg_size(const struct entry *entry);

/* Pack into msg, which holds entry_msg_size() octets; msg->head is not
 * touched, request is 0. */
void entry_msg_pack(const struct entry *entry, struct msg_entry *msg);

/*
 * Unpack and check everything but the reason, which another version may have
 * written; msg->head.len octets are there. Returns 0, or
 * -1 when the message is not such as entry_msg_pack() makes. Only the used
 * parts of *entry are written (not the unused terms and raw octets).
 */
int entry_msg_unpack(const struct msg_entry *msg, struct entry *entry);
