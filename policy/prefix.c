/* SPDX-License-Identifier: BSD-2-Clause */
/* Prefix values: text both ways, masking, order, containment. */
#include "policy/prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

unsigned
afi_bits(unsigned afi)
{
	if (afi == AFI_IPV4)
		return 32;
	return afi == AFI_IPV6 ? 128 : 0;
}

/* The bits of octet i that lie before bit len. */
static uint8_t
octet_mask(unsigned len, unsigned i)
{
	if (len >= 8 * (i + 1))
		return 0xff;
	if (len <= 8 * i)
		return 0;
	return (uint8_t)(0xff00u >> (len - 8 * i));
}

void
prefix_mask(struct prefix *prefix)
{
	unsigned bits = afi_bits(prefix->afi);
	unsigned len = prefix->len < bits ? prefix->len : bits;

	for (unsigned i = len / 8; i < ADDRESS_MAX; i++)
		prefix->addr[i] &= octet_mask(len, i);
}

bool
prefix_valid(const struct prefix *prefix)
{
	unsigned bits = afi_bits(prefix->afi);

	if (bits == 0 || prefix->len > bits)
		return false;
	for (unsigned i = prefix->len / 8u; i < ADDRESS_MAX; i++) {
		if (prefix->addr[i] & ~octet_mask(prefix->len, i))
			return false;
	}
	return true;
}

/* The digits after the slash: 0..max without leading zeros, else -1. */
static int
length_parse(const char *text, unsigned max)
{
	unsigned value = 0;
	size_t n = strlen(text);

	if (n == 0 || n > 3 || (text[0] == '0' && n > 1))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	return value > max ? -1 : (int)value;
}

/* The text before the slash; false when it is no address. */
static bool
address_parse(const char *text, size_t n, struct prefix *out)
{
	char address[PREFIX_TEXT_MAX];

	if (n == 0 || n >= sizeof(address))
		return false;
	memcpy(address, text, n);
	address[n] = '\0';
	out->afi = memchr(address, ':', n) == NULL ? AFI_IPV4 : AFI_IPV6;
	return inet_pton(out->afi == AFI_IPV4 ? AF_INET : AF_INET6, address,
		   out->addr) == 1;
}

int
prefix_parse(const char *text, struct prefix *out)
{
	const char *slash = strchr(text, '/');
	struct prefix prefix = { 0 };
	int len;

	*out = prefix;
	if (!address_parse(text,
		slash == NULL ? strlen(text) : (size_t)(slash - text), &prefix))
		return -1;
	len = (int)afi_bits(prefix.afi);
	if (slash != NULL)
		len = length_parse(slash + 1, (unsigned)len);
	if (len < 0)
		return -1;
	prefix.len = (uint8_t)len;
	if (!prefix_valid(&prefix))
		return -1;
	*out = prefix;
	return 0;
}

char *
prefix_print_address(const struct prefix *prefix, char *buf, size_t size)
{
	char text[INET6_ADDRSTRLEN] = "?";

	if (size == 0)
		return buf;
	if (prefix->afi == AFI_IPV4)
		(void)inet_ntop(AF_INET, prefix->addr, text, sizeof(text));
	else if (prefix->afi == AFI_IPV6)
		(void)inet_ntop(AF_INET6, prefix->addr, text, sizeof(text));
	(void)snprintf(buf, size, "%s", text);
	return buf;
}

char *
prefix_print(const struct prefix *prefix, char *buf, size_t size)
{
	char address[INET6_ADDRSTRLEN];

	if (size == 0)
		return buf;
	(void)snprintf(buf, size, "%s/%u",
	    prefix_print_address(prefix, address, sizeof(address)),
	    (unsigned)prefix->len);
	return buf;
}

int
prefix_cmp(const struct prefix *a, const struct prefix *b)
{
	int order;

	if (a->afi != b->afi)
		return a->afi < b->afi ? -1 : 1;
	order = memcmp(a->addr, b->addr, ADDRESS_MAX);
	if (order != 0)
		return order;
	return (int)a->len - (int)b->len;
}

/* The first len bits of the two are the same. */
static bool
common(const struct prefix *a, const struct prefix *b, unsigned len)
{
	unsigned whole = len / 8;

	if (len > 8 * ADDRESS_MAX || memcmp(a->addr, b->addr, whole) != 0)
		return false;
	if (len % 8 == 0)
		return true;
	return ((a->addr[whole] ^ b->addr[whole]) & octet_mask(len, whole)) ==
	       0;
}

bool
prefix_contains(const struct prefix *outer, const struct prefix *inner)
{
	return outer->afi == inner->afi && outer->len <= inner->len &&
	       common(outer, inner, outer->len);
}

bool
prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
	return a->afi == b->afi &&
	       common(a, b, a->len < b->len ? a->len : b->len);
}
