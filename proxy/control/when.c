/* SPDX-License-Identifier: BSD-2-Clause */
/* Points in time and durations: UTC, no locale. */
#include "proxy/control/when.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)
#define DAY_S     86400u
#define AGO_MAX_S (UINT64_C(100) * 366 * DAY_S)

char *
when_print(uint64_t wall_ns, char *buf, size_t size)
{
	time_t seconds = (time_t)(wall_ns / SECOND_NS);
	struct tm tm = { 0 };

	(void)gmtime_r(&seconds, &tm);
	(void)snprintf(buf, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, (unsigned)(wall_ns % SECOND_NS / (SECOND_NS / 1000)));
	return buf;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly n digits; moves *text on. -1 when they are not there. */
static int
digits(const char **text, unsigned n)
{
	int value = 0;

	for (unsigned i = 0; i < n; i++) {
		if (!is_digit((*text)[i]))
			return -1;
		value = value * 10 + ((*text)[i] - '0');
	}
	*text += n;
	return value;
}

static bool
take(const char **text, char c)
{
	if (**text != c)
		return false;
	++*text;
	return true;
}

static unsigned
month_days(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* Seconds of the day's begin, -1 when there is no such day. */
static int64_t
date_parse(const char **text)
{
	int year, month, day;
	struct tm tm = { 0 };

	year = digits(text, 4);
	if (year < 1970 || year > 2261 || !take(text, '-'))
		return -1;
	month = digits(text, 2);
	if (month < 1 || month > 12 || !take(text, '-'))
		return -1;
	day = digits(text, 2);
	if (day < 1 || (unsigned)day > month_days(year, month))
		return -1;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	return (int64_t)timegm(&tm);
}

/* Seconds of the day; a leap second counts as the one before. */
static int64_t
clock_parse(const char **text)
{
	int hour, minute, second;

	hour = digits(text, 2);
	if (hour < 0 || hour > 23 || !take(text, ':'))
		return -1;
	minute = digits(text, 2);
	if (minute < 0 || minute > 59 || !take(text, ':'))
		return -1;
	second = digits(text, 2);
	if (second < 0 || second > 60)
		return -1;
	second = second == 60 ? 59 : second;
	return (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
}

/* ".678"; digits past the ninth say nothing. */
static bool
fraction_parse(const char **text, uint64_t *ns)
{
	uint64_t unit = SECOND_NS / 10;

	*ns = 0;
	if (!take(text, '.'))
		return true;
	if (!is_digit(**text))
		return false;
	for (; is_digit(**text); ++*text) {
		*ns += unit * (uint64_t)(**text - '0');
		unit /= 10;
	}
	return true;
}

/* "Z", "+01:00": seconds east of UTC. */
static bool
zone_parse(const char **text, int64_t *east)
{
	bool west = **text == '-';
	int hour, minute;

	*east = 0;
	if (take(text, 'Z') || take(text, 'z'))
		return true;
	if (!take(text, '+') && !take(text, '-'))
		return false;
	hour = digits(text, 2);
	if (hour < 0 || hour > 23 || !take(text, ':'))
		return false;
	minute = digits(text, 2);
	if (minute < 0 || minute > 59)
		return false;
	*east = (int64_t)hour * 3600 + (int64_t)minute * 60;
	*east = west ? -*east : *east;
	return true;
}

static int
point_parse(const char *text, uint64_t *out)
{
	int64_t day = date_parse(&text), clock, east, seconds;
	uint64_t ns = 0;

	if (day < 0)
		return -1;
	if (*text == '\0') {
		*out = (uint64_t)day * SECOND_NS;
		return 0;
	}
	if (!take(&text, 'T') && !take(&text, 't') && !take(&text, ' '))
		return -1;
	clock = clock_parse(&text);
	if (clock < 0 || !fraction_parse(&text, &ns) ||
	    !zone_parse(&text, &east) || *text != '\0')
		return -1;
	seconds = day + clock - east;
	if (seconds < 0)
		return -1;
	*out = (uint64_t)seconds * SECOND_NS + ns;
	return 0;
}

/* Seconds of "d", "h", "m" or "s"; 0 for anything else. */
static unsigned
unit_seconds(char c)
{
	switch (c) {
	case 'd':
		return DAY_S;
	case 'h':
		return 3600;
	case 'm':
		return 60;
	case 's':
		return 1;
	default:
		return 0;
	}
}

/* "1h30m": units fall, each once. */
static int
ago_parse(const char *text, uint64_t *seconds)
{
	unsigned last = UINT32_MAX;

	*seconds = 0;
	do {
		uint64_t n = 0;
		unsigned unit;

		if (!is_digit(*text))
			return -1;
		for (; is_digit(*text); text++) {
			n = n * 10 + (uint64_t)(*text - '0');
			if (n > AGO_MAX_S)
				return -1;
		}
		unit = unit_seconds(*text);
		if (unit == 0 || unit >= last)
			return -1;
		last = unit;
		text++;
		*seconds += n * unit;
		if (*seconds > AGO_MAX_S)
			return -1;
	} while (*text != '\0');
	return 0;
}

int
when_parse(const char *text, uint64_t now_ns, uint64_t *out)
{
	uint64_t seconds;

	*out = 0;
	if (ago_parse(text, &seconds) < 0)
		return point_parse(text, out);
	if (seconds * SECOND_NS < now_ns)
		*out = now_ns - seconds * SECOND_NS;
	return 0;
}

int
when_span(const char *text, uint64_t max_ms, uint64_t *out_ms)
{
	uint64_t seconds;

	*out_ms = 0;
	if (ago_parse(text, &seconds) < 0 || seconds == 0 ||
	    seconds > max_ms / 1000)
		return -1;
	*out_ms = seconds * 1000;
	return 0;
}

char *
when_age(uint64_t ms, char *buf, size_t size)
{
	uint64_t s = ms / 1000;

	if (s < 60)
		(void)snprintf(buf, size, "%" PRIu64 "s", s);
	else if (s < 3600)
		(void)snprintf(
		    buf, size, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
	else if (s < DAY_S)
		(void)snprintf(buf, size, "%" PRIu64 "h%02" PRIu64 "m",
		    s / 3600, s / 60 % 60);
	else if (s < 100 * (uint64_t)DAY_S)
		(void)snprintf(buf, size, "%" PRIu64 "d%02" PRIu64 "h",
		    s / DAY_S, s / 3600 % 24);
	else
		(void)snprintf(buf, size, "%" PRIu64 "d", s / DAY_S);
	return buf;
}
