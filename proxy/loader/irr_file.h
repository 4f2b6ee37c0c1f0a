/* SPDX-License-Identifier: BSD-2-Clause */
/* An IRR file from disk. */
#pragma once

#include <stddef.h>

#include "proxy/common/message.h"

/*
 * Read the file at path into msg, all of it but index and max_age_ms, with
 * at most max prefixes, and the prefixes into *prefixes (msg->n; for free(),
 * NULL when there are none). What is wrong with the file is msg->status and
 * msg->why; nothing else can fail.
 */
void irr_file_read(const char *path, size_t max, struct msg_cfg_irr *msg,
    struct prefix **prefixes);

/* An IRR_MISSING one, with this reason. */
void irr_file_none(const char *path, const char *why, struct msg_cfg_irr *msg);
