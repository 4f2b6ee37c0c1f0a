/* SPDX-License-Identifier: BSD-2-Clause */
/* Names, sentences and NOTIFICATION codes of the faults. */
#include "proxy/wire/fault.h"

#include <stddef.h>

struct row {
	const char *name;
	const char *text;
	uint8_t code;
	uint8_t subcode;
};

static const struct row rows[FAULT_COUNT] = { [WIRE_OK] = { "ok", "ok", 0, 0 },
#define X(symbol, code, subcode, name, text)                                   \
	[FAULT_##symbol] = { (name), (text), (code), (subcode) },
	FAULT_MAP(X)
#undef X
};

const char *
fault_name(unsigned fault)
{
	return fault < FAULT_COUNT ? rows[fault].name : "?";
}

const char *
fault_text(unsigned fault)
{
	return fault < FAULT_COUNT ? rows[fault].text : "?";
}

bool
fault_notification(unsigned fault, uint8_t *code, uint8_t *subcode)
{
	*code = fault < FAULT_COUNT ? rows[fault].code : 0;
	*subcode = fault < FAULT_COUNT ? rows[fault].subcode : 0;
	return *code != 0;
}
