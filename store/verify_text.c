/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of what can be wrong with a log. */
#include "store/verify.h"

static const struct {
	const char *name;
	const char *text;
} faults[VERIFY_FAULTS] = { [VERIFY_SOUND] = { "sound", "everything agrees" },
#define X(symbol, name, text) [VERIFY_##symbol] = { name, text },
	VERIFY_MAP(X)
#undef X
};

const char *
verify_fault_name(unsigned fault)
{
	return fault < VERIFY_FAULTS ? faults[fault].name : "?";
}

const char *
verify_fault_text(unsigned fault)
{
	return fault < VERIFY_FAULTS ? faults[fault].text : "?";
}
