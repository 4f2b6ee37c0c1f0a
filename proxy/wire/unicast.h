/* SPDX-License-Identifier: BSD-2-Clause */
/* Unicast NLRI <-> struct prefix (RFC 4271 4.3, RFC 4760 5). */
#pragma once

#include "policy/prefix.h"
#include "proxy/wire/fault.h"
#include "proxy/wire/reader.h"
#include "proxy/wire/writer.h"

/*
 * Read the next prefix of afi; call while reader->left > 0. Bits past its
 * length are cleared. FAULT_NLRI_PREFIX when it is longer than its address or
 * cut short; the reader has then failed.
 */
enum wire_fault unicast_next(
    struct reader *reader, unsigned afi, struct prefix *out);

/* Write one prefix. */
void unicast_encode(const struct prefix *prefix, struct writer *writer);
