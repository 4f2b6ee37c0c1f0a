/* SPDX-License-Identifier: BSD-2-Clause */
/* A search in the log: what its filters let through. */
#pragma once

#include <stdbool.h>

#include "proxy/common/message.h"
#include "store/entry.h"

/* The entry is one that the query asks for; its number (from_seq, to_seq) is
 * not looked at. The query's texts are terminated. Reads both, keeps none. */
bool query_wants(
    const struct msg_audit_query *query, const struct entry *entry);
