/* SPDX-License-Identifier: BSD-2-Clause */
/* Places on the web and amounts of octets: text both ways. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/loader/value.h"

#define HOST_MAX 253u /* octets of a name, RFC 1035 2.3.4 */

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/* Octets of the host at text, brackets included; 0: there is none. */
static size_t
host_span(const char *text)
{
	struct address address = { 0 };
	char plain[VALUE_TEXT_MAX];
	size_t n = 0;

	if (text[0] != '[') {
		while (text[n] != '\0' && (strchr(letters, text[n]) != NULL ||
					      text[n] == '-' || text[n] == '.'))
			n++;
		return text[0] == '-' || text[0] == '.' || n > HOST_MAX ? 0 : n;
	}
	n = strcspn(text, "]");
	if (text[n] != ']' || n < 3 || n > sizeof(plain))
		return 0;
	memcpy(plain, &text[1], n - 1);
	plain[n - 1] = '\0';
	if (value_address(plain, &address) < 0 || address.afi != AFI_IPV6 ||
	    address.scope != 0)
		return 0;
	return n + 1;
}

/* ":PORT" or nothing before the path; -1 when it is neither. */
static int
port_span(const char *text, size_t *span)
{
	char digits[6];
	uint64_t port;

	*span = 0;
	if (text[0] != ':')
		return 0;
	*span = strcspn(text, "/");
	if (*span < 2 || *span > sizeof(digits))
		return -1;
	memcpy(digits, &text[1], *span - 1);
	digits[*span - 1] = '\0';
	return value_number(digits, 1, UINT16_MAX, &port);
}

/* RFC 3986 3.3, as far as a path needs it. */
static bool
path_ok(const char *text)
{
	static const char marks[] = "/-._~%!$&'()*+,;=:@";

	if (text[0] != '\0' && text[0] != '/')
		return false;
	for (; *text != '\0'; text++) {
		if (strchr(letters, *text) == NULL &&
		    strchr(marks, *text) == NULL)
			return false;
	}
	return true;
}

int
value_url(const char *text, char out[URL_LEN])
{
	size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
			: strncmp(text, "http://", 7) == 0 ? 7
							   : 0;
	size_t len = strlen(text);
	size_t host, port;

	if (scheme == 0)
		return -1;
	host = host_span(&text[scheme]);
	if (host == 0 || port_span(&text[scheme + host], &port) < 0 ||
	    !path_ok(&text[scheme + host + port]))
		return -1;
	while (len > scheme + host && text[len - 1] == '/')
		len--;
	if (len >= URL_LEN)
		return -1;
	memcpy(out, text, len);
	out[len] = '\0';
	return 0;
}

static const char units[] = "KMGT";

int
value_octets(const char *text, uint64_t *out)
{
	size_t n = strlen(text);
	const char *unit = n > 1 ? strchr(units, text[n - 1]) : NULL;
	unsigned shift = unit == NULL ? 0 : 10 * (unsigned)(unit - units + 1);
	char digits[20];
	uint64_t value;

	if (unit != NULL)
		n--;
	if (n >= sizeof(digits))
		return -1;
	memcpy(digits, text, n);
	digits[n] = '\0';
	if (value_number(digits, 0, (UINT64_MAX / 2) >> shift, &value) < 0)
		return -1;
	*out = value << shift;
	return 0;
}

void
value_print_octets(uint64_t octets, char *buf, size_t size)
{
	char unit[2] = "";

	for (size_t i = 0;
	     octets != 0 && octets % 1024 == 0 && units[i] != '\0'; i++) {
		octets /= 1024;
		unit[0] = units[i];
	}
	(void)snprintf(buf, size, "%" PRIu64 "%s", octets, unit);
}
