/* SPDX-License-Identifier: BSD-2-Clause */
/* The capabilities of an OPEN (RFC 5492), one by one. */
#pragma once

#include "proxy/wire/open.h"
#include "proxy/wire/reader.h"

enum capability_code {
	CAPABILITY_MULTIPROTOCOL = 1,
	CAPABILITY_REFRESH = 2,
	CAPABILITY_EXTENDED_MESSAGE = 6,
	CAPABILITY_ROLE = 9,
	CAPABILITY_GRACEFUL_RESTART = 64,
	CAPABILITY_AS4 = 65,
	CAPABILITY_ENHANCED_REFRESH = 70,
};

/*
 * Decode the capabilities of one optional parameter into *out, adding to what
 * earlier parameters said. Consumes the reader. A known capability of wrong
 * length, or one that overruns the parameter, is FAULT_OPEN_MALFORMED.
 */
enum wire_fault capability_decode(struct reader *reader, struct open *out);

/* Write what open_encode advertises, as one parameter's value. */
void capability_encode(const struct open *open, struct writer *writer);
