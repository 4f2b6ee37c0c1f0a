/* SPDX-License-Identifier: BSD-2-Clause */
/* Prefix values: text both ways, masking, order, containment. */
#include "policy/prefix.h"

#include <arpa/inet.h>
#include <string.h>

#define IPV6_GROUPS 8u

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

/* ---- text ----
 * Every verdict carries prefixes as text, so this is done without formatting;
 * the text is inet_ntop()'s. Each put_ function returns the octets it wrote. */

/* A number of at most three digits, without leading zeros. */
static size_t
put_decimal(char *out, unsigned value)
{
	size_t n = 0;

	if (value >= 100)
		out[n++] = (char)('0' + value / 100);
	if (value >= 10)
		out[n++] = (char)('0' + value / 10 % 10);
	out[n++] = (char)('0' + value % 10);
	return n;
}

static size_t
put_ipv4(char *out, const uint8_t addr[4])
{
	size_t n = 0;

	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			out[n++] = '.';
		n += put_decimal(&out[n], addr[i]);
	}
	return n;
}

static unsigned
ipv6_group(const uint8_t addr[ADDRESS_MAX], unsigned i)
{
	return (unsigned)addr[2 * i] << 8 | addr[2 * i + 1];
}

static size_t
put_group(char *out, unsigned group)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (unsigned shift = 12; shift > 0; shift -= 4) {
		if (n > 0 || group >> shift != 0)
			out[n++] = digits[group >> shift & 0xf];
	}
	out[n++] = digits[group & 0xf];
	return n;
}

/* RFC 5952 4.2: the first of the longest runs of two or more zero groups.
 * Returns its length, 0 when there is none. */
static unsigned
zero_run(const uint8_t addr[ADDRESS_MAX], unsigned *first)
{
	unsigned best = 1, n = 0;

	*first = IPV6_GROUPS;
	for (unsigned i = 0; i < IPV6_GROUPS; i++) {
		n = ipv6_group(addr, i) == 0 ? n + 1 : 0;
		if (n > best) {
			best = n;
			*first = i + 1 - n;
		}
	}
	return best > 1 ? best : 0;
}

static size_t
put_ipv6(char *out, const uint8_t addr[ADDRESS_MAX])
{
	unsigned first, run = zero_run(addr, &first);
	/* RFC 5952 5: an IPv4 address in the last two groups. */
	bool mapped = first == 0 && run == 5 && ipv6_group(addr, 5) == 0xffff;
	bool dotted = first == 0 && (run == 6 || mapped);
	unsigned groups = dotted ? IPV6_GROUPS - 2 : IPV6_GROUPS;
	size_t n = 0;

	for (unsigned i = 0; i < groups; i++) {
		if (i == first) {
			out[n++] = ':';
			out[n++] = ':';
			i += run - 1;
			continue;
		}
		if (i > 0 && i != first + run)
			out[n++] = ':';
		n += put_group(&out[n], ipv6_group(addr, i));
	}
	if (!dotted)
		return n;
	if (mapped)
		out[n++] = ':';
	return n + put_ipv4(&out[n], &addr[12]);
}

/* PREFIX_TEXT_MAX octets hold it with what follows it. */
static size_t
put_address(char *out, const struct prefix *prefix)
{
	if (prefix->afi == AFI_IPV4)
		return put_ipv4(out, prefix->addr);
	if (prefix->afi == AFI_IPV6)
		return put_ipv6(out, prefix->addr);
	out[0] = '?';
	return 1;
}

/* The first n octets of text, as many as fit, and a NUL. */
static char *
text_cut(char *buf, size_t size, const char *text, size_t n)
{
	if (size == 0)
		return buf;
	if (n > size - 1)
		n = size - 1;
	memcpy(buf, text, n);
	buf[n] = '\0';
	return buf;
}

char *
prefix_print_address(const struct prefix *prefix, char *buf, size_t size)
{
	char text[PREFIX_TEXT_MAX];

	return text_cut(buf, size, text, put_address(text, prefix));
}

char *
prefix_print(const struct prefix *prefix, char *buf, size_t size)
{
	char text[PREFIX_TEXT_MAX];
	size_t n = put_address(text, prefix);

	text[n++] = '/';
	n += put_decimal(&text[n], prefix->len);
	return text_cut(buf, size, text, n);
}

int
prefix_cmp(const struct prefix *a, const struct prefix *b)
{
	int order;

	if (a->afi != b->afi)
		return a->afi < b->afi ? -1 : 1;
	/* Most differ here. */
	if (a->addr[0] != b->addr[0])
		return (int)a->addr[0] - (int)b->addr[0];
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

	/* Most differ in the first. */
	if (len > 8 * ADDRESS_MAX || (whole > 0 && a->addr[0] != b->addr[0]) ||
	    memcmp(a->addr, b->addr, whole) != 0)
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
