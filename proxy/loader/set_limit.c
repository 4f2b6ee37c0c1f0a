/* SPDX-License-Identifier: BSD-2-Clause */
/* Setters of limits, which may be lifted. */
#include "proxy/loader/set.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/loader/value.h"

#define UNLIMITED "unlimited"

int
set_limit(struct set *set, const char *text)
{
	uint64_t value = UINT64_MAX;

	if (strcmp(text, UNLIMITED) != 0 &&
	    value_number(text, set->key->min, set->key->max, &value) < 0) {
		(void)snprintf(set->wanted, sizeof(set->wanted),
		    "a number from %" PRIu64 " to %" PRIu64 ", or " UNLIMITED,
		    set->key->min, set->key->max);
		return -1;
	}
	set_field_put(set, value);
	return 0;
}

int
set_percent(struct set *set, const char *text)
{
	uint64_t value = 100;

	if (strcmp(text, UNLIMITED) != 0 &&
	    value_number(text, 1, 100, &value) < 0)
		return set_refuse(set, "a number from 1 to 100, or " UNLIMITED);
	set_field_put(set, value);
	return 0;
}

int
set_lifetime(struct set *set, const char *text)
{
	uint64_t seconds = 0;

	if (strcmp(text, UNLIMITED) != 0 &&
	    (value_seconds(text, false, &seconds) < 0 || seconds == 0 ||
		seconds > WISH_LIFETIME_MAX_S))
		return set_refuse(set,
		    "a time from 1s to 366d with its unit, as in 24h, "
		    "or " UNLIMITED);
	set_field_put(set, seconds * 1000);
	return 0;
}

int
set_wish_time(struct set *set, const char *text)
{
	uint64_t seconds;

	if (value_seconds(text, false, &seconds) < 0 || seconds == 0 ||
	    seconds > WISH_LIFETIME_MAX_S)
		return set_refuse(set,
		    "a time from 1s to 366d with its unit, as in 30m or 1h");
	set_field_put(set, seconds);
	return 0;
}
