/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of the states, of the checks and of the grounds. */
#include "policy/verdict.h"

#include <stddef.h>

static const char *const states[STATE_COUNT] = {
#define X(symbol, number, name) [STATE_##symbol] = (name),
	STATE_MAP(X)
#undef X
};

static const char *const checks[CHECK_COUNT] = {
#define X(symbol, number, name) [CHECK_##symbol] = (name),
	CHECK_MAP(X)
#undef X
};

static const char *const grounds[GROUND_COUNT] = {
#define X(symbol, name) [GROUND_##symbol] = (name),
	GROUND_MAP(X)
#undef X
};

static const uint8_t order[] = {
#define X(symbol, number, name) CHECK_##symbol,
	CHECK_MAP(X)
#undef X
};

enum check
check_at(unsigned n)
{
	if (n >= sizeof(order))
		return CHECK_NONE;
	return (enum check)order[n];
}

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

const char *
ground_name(unsigned ground)
{
	return ground < GROUND_COUNT ? grounds[ground] : "?";
}
