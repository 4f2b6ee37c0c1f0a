/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of the states and of the checks. */
#include "policy/verdict.h"

#include <stddef.h>

static const char *const states[STATE_COUNT] = {
#define X(symbol, number, name) [STATE_##symbol] = (name),
	STATE_MAP(X)
#undef X
};

static const char *const checks[CHECK_COUNT] = {
#define X(symbol, name) [CHECK_##symbol] = (name),
	CHECK_MAP(X)
#undef X
};

const char *
state_name(unsigned state)
{
	if (state >= STATE_COUNT || states[state] == NULL)
		return "?";
	return states[state];
}

const char *
check_name(unsigned check)
{
	if (check >= CHECK_COUNT || checks[check] == NULL)
		return "?";
	return checks[check];
}
