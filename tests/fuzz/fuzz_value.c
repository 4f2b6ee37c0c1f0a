/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A text as each kind of value that a configuration has: what is refused
 * leaves nothing behind, what is taken is in range, and what is printed of it
 * is read as the same again.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/loader/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void
numbers(const char *text)
{
	uint64_t n = 77;
	uint32_t asn = 77;
	double rate = 77;

	if (value_number(text, 10, 5000, &n) == 0)
		must(n >= 10 && n <= 5000, "a number in range");
	else
		must(n == 77, "nothing of what is refused");
	if (value_asn(text, &asn) == 0)
		must(asn != 0 && asn != 23456 && asn != 65535 &&
			 asn != UINT32_MAX,
		    "an AS that may be");
	if (value_rate(text, &rate) == 0)
		must(isfinite(rate) && rate >= 1 && rate <= VALUE_RATE_MAX,
		    "a rate in range");
	else
		must(rate == 77, "no rate of what is refused");
	n = 77;
	if (value_seconds(text, false, &n) < 0)
		must(n == 77, "no time of what is refused");
	else
		must(n <= UINT64_C(999999999) * 86400, "seconds in range");
}

static void
octets(const char *text)
{
	char printed[VALUE_TEXT_MAX];
	uint64_t n, back;

	if (value_octets(text, &n) < 0)
		return;
	value_print_octets(n, printed, sizeof(printed));
	must(value_octets(printed, &back) == 0 && back == n, "octets again");
}

static void
times(const char *text)
{
	char printed[VALUE_TEXT_MAX];
	uint64_t at, back;

	if (value_time(text, &at) < 0)
		return;
	must(at > 0, "a time after 1970");
	value_print_time(at, printed, sizeof(printed));
	must(value_time(printed, &back) == 0 && back == at, "a time again");
}

static bool
same_host(const struct address *a, const struct address *b)
{
	return a->afi == b->afi && a->scope == b->scope &&
	       memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

/* An interface's name is not printed, its index is. */
static void
addresses(const char *text)
{
	char printed[VALUE_TEXT_MAX];
	struct address address = { 0 }, back = { 0 };

	if (value_address(text, &address) == 0) {
		value_print_address(&address, printed, sizeof(printed));
		must(value_address(printed, &back) == 0 &&
			 same_host(&address, &back),
		    "an address again");
	}
	if (value_endpoint(text, &address) == 0) {
		must(address.port != 0, "a port");
		value_print_endpoint(&address, printed, sizeof(printed));
		must(value_endpoint(printed, &back) == 0 &&
			 same_host(&address, &back) &&
			 address.port == back.port,
		    "an endpoint again");
	}
}

static void
communities(const char *text)
{
	char printed[VALUE_TEXT_MAX];
	struct value_target target, target_back;
	struct community tag, tag_back;

	if (value_target(text, &target) == 0) {
		value_print_target(&target, printed, sizeof(printed));
		must(value_target(printed, &target_back) == 0 &&
			 memcmp(&target, &target_back, sizeof(target)) == 0,
		    "a target again");
	}
	if (value_tag(text, &tag) == 0) {
		value_print_tag(&tag, printed, sizeof(printed));
		must(value_tag(printed, &tag_back) == 0 &&
			 memcmp(&tag, &tag_back, sizeof(tag)) == 0,
		    "a community again");
	}
}

static void
words(const char *text)
{
	char url[URL_LEN], back[URL_LEN];
	uint32_t id = 0;

	if (value_url(text, url) == 0) {
		must(memchr(url, '\0', sizeof(url)) != NULL, "a URL that ends");
		must(strncmp(url, "http", 4) == 0, "a URL of HTTP");
		must(value_url(url, back) == 0 && strcmp(url, back) == 0,
		    "a URL again");
	}
	if (value_router_id(text, &id) == 0)
		must(id != 0, "an identifier");
	if (value_name_ok(text))
		must(strlen(text) < NAME_MAX_LEN && strchr(text, '/') == NULL,
		    "a name that is one");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL, "memory");
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	numbers(text);
	octets(text);
	times(text);
	addresses(text);
	communities(text);
	words(text);
	free(text);
	return 0;
}
