/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration values: text both ways. */
#include "proxy/loader/value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_ROUTE_TARGET 0x02 /* RFC 4360 4: subtype */

int
value_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	size_t n = strlen(text);
	uint64_t value = 0;

	if (n == 0 || n > 18 || (text[0] == '0' && n > 1))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	if (value < min || value > max)
		return -1;
	*out = value;
	return 0;
}

static uint64_t
unit_seconds(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	default:
		return 0;
	}
}

int
value_seconds(const char *text, bool plain, uint64_t *out)
{
	char digits[10];
	size_t n = strlen(text);
	uint64_t unit = n > 0 ? unit_seconds(text[n - 1]) : 0;
	uint64_t value;

	if (unit > 0)
		n--;
	if (n == 0 || n >= sizeof(digits))
		return -1;
	memcpy(digits, text, n);
	digits[n] = '\0';
	if (value_number(digits, 0, UINT32_MAX, &value) < 0)
		return -1;
	if (unit == 0 && value != 0 && !plain)
		return -1;
	*out = unit == 0 ? value : value * unit;
	return 0;
}

int
value_rate(const char *text, double *out)
{
	char *end = NULL;
	double value;

	/* Neither hexadecimal, nor infinity, nor a name of not-a-number. */
	if (!isdigit((unsigned char)text[0]) ||
	    text[strspn(text, "0123456789.e+")] != '\0')
		return -1;
	value = strtod(text, &end);
	if (end == text || *end != '\0' || !isfinite(value))
		return -1;
	if (value < 1 || value > VALUE_RATE_MAX)
		return -1;
	*out = value;
	return 0;
}

/* The interface after '%': its index, or 0. */
static uint32_t
scope_parse(const char *text)
{
	uint64_t index;

	if (value_number(text, 1, INT32_MAX, &index) == 0)
		return (uint32_t)index;
	if (strlen(text) >= IF_NAMESIZE)
		return 0;
	return if_nametoindex(text);
}

static int
address6_parse(const char *text, struct address *out)
{
	const char *percent = strchr(text, '%');
	size_t n = percent == NULL ? strlen(text) : (size_t)(percent - text);
	char plain[INET6_ADDRSTRLEN];
	struct in6_addr addr;
	uint32_t scope = 0;

	if (n >= sizeof(plain))
		return -1;
	memcpy(plain, text, n);
	plain[n] = '\0';
	if (inet_pton(AF_INET6, plain, &addr) != 1 ||
	    IN6_IS_ADDR_V4MAPPED(&addr))
		return -1;
	if (percent != NULL)
		scope = scope_parse(percent + 1);
	if (IN6_IS_ADDR_LINKLOCAL(&addr) != (scope != 0) ||
	    (percent != NULL && scope == 0))
		return -1;
	out->afi = AFI_IPV6;
	out->scope = scope;
	memcpy(out->addr, &addr, sizeof(addr));
	return 0;
}

int
value_address(const char *text, struct address *out)
{
	struct in_addr addr;

	if (strchr(text, ':') != NULL)
		return address6_parse(text, out);
	if (inet_pton(AF_INET, text, &addr) != 1)
		return -1;
	out->afi = AFI_IPV4;
	out->scope = 0;
	memset(out->addr, 0, sizeof(out->addr));
	memcpy(out->addr, &addr, sizeof(addr));
	return 0;
}

int
value_router_id(const char *text, uint32_t *out)
{
	struct in_addr addr;

	if (inet_pton(AF_INET, text, &addr) != 1 || addr.s_addr == 0)
		return -1;
	*out = ntohl(addr.s_addr);
	return 0;
}

bool
value_name_ok(const char *text)
{
	size_t n = strlen(text);

	if (n == 0 || n >= NAME_MAX_LEN || text[0] == '.' || text[0] == '-')
		return false;
	return strspn(text,
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		   "0123456789._-") == n;
}

int
value_asn(const char *text, uint32_t *out)
{
	uint64_t asn;

	if (value_number(text, 1, UINT32_MAX - 1, &asn) < 0 || asn == 23456 ||
	    asn == 65535)
		return -1;
	*out = (uint32_t)asn;
	return 0;
}

static void
put_u16(uint8_t *out, uint64_t value)
{
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
}

static void
put_u32(uint8_t *out, uint64_t value)
{
	put_u16(out, value >> 16);
	put_u16(out + 2, value);
}

static uint32_t
get_u16(const uint8_t *in)
{
	return (uint32_t)in[0] << 8 | in[1];
}

static uint32_t
get_u32(const uint8_t *in)
{
	return get_u16(in) << 16 | get_u16(in + 2);
}

/*
 * Cut text at its colons into at most max parts of at most 15 characters.
 * Returns their number, 0 when there are more or a longer one.
 */
static unsigned
parts_cut(const char *text, char parts[][16], unsigned max)
{
	for (unsigned n = 0; n < max; n++) {
		size_t len = strcspn(text, ":");

		if (len == 0 || len > 15)
			return 0;
		memcpy(parts[n], text, len);
		parts[n][len] = '\0';
		if (text[len] == '\0')
			return n + 1;
		text += len + 1;
	}
	return 0;
}

/* Drop a final 'L', which asks for an AS number of four octets. */
static bool
long_mark_drop(char *text)
{
	size_t n = strlen(text);

	if (n < 2 || text[n - 1] != 'L')
		return false;
	text[n - 1] = '\0';
	return true;
}

int
value_target(const char *text, struct value_target *out)
{
	struct value_target target = { 0 };
	char parts[2][16];
	struct in_addr addr;
	uint64_t admin, value;
	bool wide;

	if (parts_cut(text, parts, 2) != 2)
		return -1;
	if (inet_pton(AF_INET, parts[0], &addr) == 1) {
		target.form = 1;
		memcpy(target.octets, &addr, sizeof(addr));
	} else {
		wide = long_mark_drop(parts[0]);
		if (value_number(parts[0], 0, UINT32_MAX, &admin) < 0)
			return -1;
		target.form = wide || admin > UINT16_MAX ? 2 : 0;
		if (target.form == 2)
			put_u32(target.octets, admin);
		else
			put_u16(target.octets, admin);
	}
	if (value_number(parts[1], 0,
		target.form == 0 ? UINT32_MAX : UINT16_MAX, &value) < 0)
		return -1;
	if (target.form == 0)
		put_u32(target.octets + 2, value);
	else
		put_u16(target.octets + 4, value);
	*out = target;
	return 0;
}

static int
tag_numbers(const char *text, struct community *out)
{
	char parts[3][16];
	unsigned n = parts_cut(text, parts, 3);
	struct community tag = { 0 };

	if (n < 2)
		return -1;
	tag.kind = n == 2 ? COMMUNITY_STANDARD : COMMUNITY_LARGE;
	for (size_t i = 0; i < n; i++) {
		uint64_t value;

		if (value_number(parts[i], 0, n == 2 ? UINT16_MAX : UINT32_MAX,
			&value) < 0)
			return -1;
		if (n == 2)
			put_u16(&tag.value[2 * i], value);
		else
			put_u32(&tag.value[4 * i], value);
	}
	*out = tag;
	return 0;
}

int
value_tag(const char *text, struct community *out)
{
	struct value_target target;

	if (strncmp(text, "rt:", 3) != 0)
		return tag_numbers(text, out);
	if (value_target(text + 3, &target) < 0)
		return -1;
	*out = (struct community){ .kind = COMMUNITY_EXTENDED };
	out->value[0] = target.form;
	out->value[1] = TYPE_ROUTE_TARGET;
	memcpy(&out->value[2], target.octets, sizeof(target.octets));
	return 0;
}

void
value_print_address(const struct address *address, char *buf, size_t size)
{
	char text[INET6_ADDRSTRLEN] = "?";

	(void)inet_ntop(address->afi == AFI_IPV4 ? AF_INET : AF_INET6,
	    address->addr, text, sizeof(text));
	if (address->scope == 0)
		(void)snprintf(buf, size, "%s", text);
	else
		(void)snprintf(buf, size, "%s%%%" PRIu32, text, address->scope);
}

void
value_print_target(const struct value_target *target, char *buf, size_t size)
{
	const uint8_t *octets = target->octets;
	uint32_t asn = get_u32(octets);

	if (target->form == 0)
		(void)snprintf(buf, size, "%" PRIu32 ":%" PRIu32,
		    get_u16(octets), get_u32(octets + 2));
	else if (target->form == 1)
		(void)snprintf(buf, size, "%u.%u.%u.%u:%" PRIu32, octets[0],
		    octets[1], octets[2], octets[3], get_u16(octets + 4));
	else
		(void)snprintf(buf, size, "%" PRIu32 "%s:%" PRIu32, asn,
		    asn > UINT16_MAX ? "" : "L", get_u16(octets + 4));
}

void
value_print_tag(const struct community *tag, char *buf, size_t size)
{
	const uint8_t *value = tag->value;
	struct value_target target = { .form = value[0] };
	char text[VALUE_TEXT_MAX - 3];

	if (tag->kind == COMMUNITY_STANDARD) {
		(void)snprintf(buf, size, "%" PRIu32 ":%" PRIu32,
		    get_u16(value), get_u16(value + 2));
	} else if (tag->kind == COMMUNITY_LARGE) {
		(void)snprintf(buf, size, "%" PRIu32 ":%" PRIu32 ":%" PRIu32,
		    get_u32(value), get_u32(value + 4), get_u32(value + 8));
	} else {
		memcpy(target.octets, value + 2, sizeof(target.octets));
		value_print_target(&target, text, sizeof(text));
		(void)snprintf(buf, size, "rt:%s", text);
	}
}
