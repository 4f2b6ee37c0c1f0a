/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values that a configuration is written in, from text and back. Every
 * parser takes a whole NUL-terminated text, returns 0 or -1, and leaves *out
 * alone on -1.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/message.h"

#define VALUE_TEXT_MAX 80   /* longest printed value with its NUL */
#define VALUE_RATE_MAX 1e12 /* octets or packets a second */

/* Decimal digits, no sign, no leading zero, min..max. */
int value_number(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/*
 * Seconds: "10s" "30m" "24h" "7d", at most 9 digits. Without a unit only 0,
 * or, where plain is set, a number of seconds.
 */
int value_seconds(const char *text, bool plain, uint64_t *out);

/*
 * A point in time to the second, RFC 3339: "2026-12-01T00:00:00Z" or with an
 * offset as in +01:00; no fraction, no leap second. Seconds since 1970, > 0.
 */
int value_time(const char *text, uint64_t *out);

/* A rate, "8000" or "1.25e8": 1 to VALUE_RATE_MAX. */
int value_rate(const char *text, double *out);

/*
 * An IPv4 or IPv6 address; a link-local one names its interface or the
 * interface's index ("fe80::1%eth0"), others must not. Sets all but the port.
 */
int value_address(const char *text, struct address *out);

/* Octets: "52428800", "50M", "50G", "1T"; units are powers of 1024. */
int value_octets(const char *text, uint64_t *out);

/*
 * "http(s)://HOST[:PORT][/PATH]", where something is asked for by POST: no
 * user, query or fragment. Copied to out without slashes at its end.
 */
int value_url(const char *text, char out[URL_LEN]);

/* An address with a port: "192.0.2.5:3323", "[2001:db8::5]:3323". */
int value_endpoint(const char *text, struct address *out);

/* A BGP identifier, as an IPv4 address and not 0.0.0.0; in host order. */
int value_router_id(const char *text, uint32_t *out);

/* 1..63 letters, digits, dots, hyphens, underscores; first is no dot or
 * hyphen. */
bool value_name_ok(const char *text);

/* Autonomous systems that may stand on a session: not 0 (RFC 7607), 23456
 * (RFC 6793), 65535 or 4294967295 (RFC 7300). */
int value_asn(const char *text, uint32_t *out);

/*
 * A route target's last seven octets: form (0: AS of 2 octets, 1: IPv4 address,
 * 2: AS of 4 octets), then six as on the wire (RFC 4360 3, RFC 5668 2).
 * "64500:666", "10.0.0.1:1", "4200000000:1"; "64500L:666" asks for form 2.
 */
struct value_target {
	uint8_t form;
	uint8_t octets[6];
};
int value_target(const char *text, struct value_target *out);

/* "64500:100" standard, "64500:1:100" large, "rt:64500:100" extended. */
int value_tag(const char *text, struct community *out);

/* Print to buf (VALUE_TEXT_MAX is enough) what parses to the same value. */
void value_print_address(const struct address *address, char *buf, size_t size);
void value_print_endpoint(
    const struct address *address, char *buf, size_t size);
void value_print_time(uint64_t seconds, char *buf, size_t size); /* in UTC */
void value_print_octets(uint64_t octets, char *buf, size_t size);
void value_print_target(
    const struct value_target *target, char *buf, size_t size);
void value_print_tag(const struct community *tag, char *buf, size_t size);
