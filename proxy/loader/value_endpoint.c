/* SPDX-License-Identifier: BSD-2-Clause */
/* An address with a port: text both ways. */
#include <stdio.h>
#include <string.h>

#include "proxy/loader/value.h"

int
value_endpoint(const char *text, struct address *out)
{
	bool bracket = text[0] == '[';
	const char *end = strrchr(text, ':');
	struct address address = { 0 };
	char host[VALUE_TEXT_MAX];
	uint64_t port;
	size_t n;

	if (end == NULL || value_number(end + 1, 1, UINT16_MAX, &port) < 0)
		return -1;
	n = (size_t)(end - text);
	if (n >= sizeof(host))
		return -1;
	memcpy(host, text, n);
	host[n] = '\0';
	if (bracket) {
		if (n < 3 || host[n - 1] != ']')
			return -1;
		host[n - 1] = '\0';
	}
	if (value_address(bracket ? &host[1] : host, &address) < 0 ||
	    (address.afi == AFI_IPV6) != bracket)
		return -1;
	address.port = (uint16_t)port;
	*out = address;
	return 0;
}

void
value_print_endpoint(const struct address *address, char *buf, size_t size)
{
	bool bracket = address->afi == AFI_IPV6;
	char host[VALUE_TEXT_MAX];

	value_print_address(address, host, sizeof(host));
	(void)snprintf(buf, size, "%s%s%s:%u", bracket ? "[" : "", host,
	    bracket ? "]" : "", address->port);
}
