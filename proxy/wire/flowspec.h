/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flowspec NLRI <-> struct rule (RFC 8955 section 4, RFC 8956 section 3).
 *
 * In two steps, because they fail differently: framing (a length octet that
 * overruns the attribute ends the session) and value (a rule that is framed
 * but malformed is refused alone).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "policy/rule.h"
#include "proxy/wire/fault.h"
#include "proxy/wire/reader.h"
#include "proxy/wire/writer.h"

/* Longest value that the two-octet length can say (RFC 8955 4.1). */
#define FLOWSPEC_VALUE_MAX 4095
/* Room that any encoded rule needs, length octets and all. */
#define FLOWSPEC_NLRI_MAX  (2 + RULE_KEY_MAX)

/*
 * Borrow the next NLRI value, without its length octets; call while
 * reader->left > 0. FAULT_NLRI_FRAMING when the length or the value overruns
 * the reader (which has then failed). Both length forms of a small value are
 * taken; an empty value is framed, so it is WIRE_OK here.
 */
enum wire_fault flowspec_next(struct reader *reader, struct span *value);

/*
 * Decode one value of afi (AFI_IPV4, AFI_IPV6). WIRE_OK: *out is canonical and
 * passes rule_valid(); only rule_size(out) octets of it are written. Else a
 * FAULT_FLOW_* or FAULT_TOO_MANY_TERMS, and *out is not a rule (its afi is 0).
 */
enum wire_fault flowspec_decode(
    struct span value, unsigned afi, struct rule *out);

/*
 * Write a canonical rule as one NLRI: shortest length form, then rule_key().
 * Fails the writer, with nothing written, when it does not fit.
 */
void flowspec_encode(const struct rule *rule, struct writer *writer);
