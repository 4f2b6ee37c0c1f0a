/* SPDX-License-Identifier: BSD-2-Clause */
/* Points in time, to the second, from text and back: RFC 3339, no locale. */
#include "proxy/loader/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Where each number stands, and what it may be. */
struct field {
	uint8_t at;
	uint8_t len;
	uint16_t min;
	uint16_t max;
};

enum part {
	YEAR,
	MONTH,
	DAY,
	HOUR,
	MINUTE,
	SECOND,
	PARTS
};

static const struct field fields[PARTS] = {
	[YEAR] = { 0, 4, 1970, 9999 },
	[MONTH] = { 5, 2, 1, 12 },
	[DAY] = { 8, 2, 1, 31 },
	[HOUR] = { 11, 2, 0, 23 },
	[MINUTE] = { 14, 2, 0, 59 },
	[SECOND] = { 17, 2, 0, 59 },
};

static const struct field east_hours = { 1, 2, 0, 23 };
static const struct field east_minutes = { 4, 2, 0, 59 };

#define LAST  INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define SHAPE "dddd-dd-ddTdd:dd:dd"

/* text begins as shape says: d is a digit, anything else is itself. */
static bool
shaped(const char *text, const char *shape)
{
	for (; *shape != '\0'; shape++, text++) {
		bool digit = *text >= '0' && *text <= '9';

		if (*shape == 'd' ? !digit : *text != *shape)
			return false;
	}
	return true;
}

static int
field_read(const char *text, const struct field *field, int *out)
{
	int value = 0;

	for (unsigned i = 0; i < field->len; i++)
		value = value * 10 + (text[field->at + i] - '0');
	*out = value;
	return value >= field->min && value <= field->max ? 0 : -1;
}

static int
month_days(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* "Z", "+01:00": seconds east of UTC. */
static int
zone_read(const char *text, int64_t *east)
{
	int hours, minutes;

	*east = 0;
	if (strcmp(text, "Z") == 0)
		return 0;
	if ((text[0] != '+' && text[0] != '-') || !shaped(&text[1], "dd:dd") ||
	    text[6] != '\0' || field_read(text, &east_hours, &hours) < 0 ||
	    field_read(text, &east_minutes, &minutes) < 0)
		return -1;
	*east = (int64_t)hours * 3600 + (int64_t)minutes * 60;
	*east = text[0] == '-' ? -*east : *east;
	return 0;
}

int
value_time(const char *text, uint64_t *out)
{
	int part[PARTS] = { 0 };
	int64_t east, seconds;
	struct tm tm = { 0 };

	if (!shaped(text, SHAPE))
		return -1;
	for (unsigned i = 0; i < PARTS; i++) {
		if (field_read(text, &fields[i], &part[i]) < 0)
			return -1;
	}
	if (part[DAY] > month_days(part[YEAR], part[MONTH]) ||
	    zone_read(&text[sizeof(SHAPE) - 1], &east) < 0)
		return -1;
	tm.tm_year = part[YEAR] - 1900;
	tm.tm_mon = part[MONTH] - 1;
	tm.tm_mday = part[DAY];
	tm.tm_hour = part[HOUR];
	tm.tm_min = part[MINUTE];
	tm.tm_sec = part[SECOND];
	seconds = (int64_t)timegm(&tm) - east;
	/* 0 stands for no time at all. An offset may lead out of the years. */
	if (seconds <= 0 || seconds > LAST)
		return -1;
	*out = (uint64_t)seconds;
	return 0;
}

void
value_print_time(uint64_t seconds, char *buf, size_t size)
{
	time_t at = (time_t)seconds;
	struct tm tm = { 0 };

	(void)gmtime_r(&at, &tm);
	(void)snprintf(buf, size, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
}
