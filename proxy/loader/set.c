/* SPDX-License-Identifier: BSD-2-Clause */
/* Setters of single values. */
#include "proxy/loader/set.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/loader/value.h"

#define HOUR_S 3600u
#define DAY_S  86400u

void *
set_field(const struct set *set)
{
	return (uint8_t *)set->into + set->key->offset;
}

int
set_refuse(struct set *set, const char *wanted)
{
	(void)snprintf(set->wanted, sizeof(set->wanted), "%s", wanted);
	return -1;
}

void
set_field_put(const struct set *set, uint64_t value)
{
	uint8_t u8 = (uint8_t)value;
	uint16_t u16 = (uint16_t)value;
	uint32_t u32 = (uint32_t)value;

	switch (set->key->size) {
	case 1:
		memcpy(set_field(set), &u8, sizeof(u8));
		break;
	case 2:
		memcpy(set_field(set), &u16, sizeof(u16));
		break;
	case 4:
		memcpy(set_field(set), &u32, sizeof(u32));
		break;
	default:
		memcpy(set_field(set), &value, sizeof(value));
		break;
	}
}

static uint64_t
field_get(const struct set *set)
{
	uint8_t u8 = 0;
	uint32_t u32 = 0;

	if (set->key->size == sizeof(u8)) {
		memcpy(&u8, set_field(set), sizeof(u8));
		return u8;
	}
	memcpy(&u32, set_field(set), sizeof(u32));
	return u32;
}

int
set_number(struct set *set, const char *text)
{
	uint64_t value;

	if (value_number(text, set->key->min, set->key->max, &value) < 0) {
		(void)snprintf(set->wanted, sizeof(set->wanted),
		    "a number from %" PRIu64 " to %" PRIu64, set->key->min,
		    set->key->max);
		return -1;
	}
	set_field_put(set, value);
	return 0;
}

int
set_flag(struct set *set, const char *text)
{
	bool on = strcmp(text, "true") == 0;

	if (!on && strcmp(text, "false") != 0)
		return set_refuse(set, "true or false");
	set_field_put(set, on);
	return 0;
}

int
set_traffic(struct set *set, const char *text)
{
	struct config_customer *customer = set->into;
	bool on = strcmp(text, "true") == 0;

	if (!on && strcmp(text, "false") != 0)
		return set_refuse(set, "true or false");
	if (on) {
		customer->msg.actions |= ACTION_BIT(ACTION_TRAFFIC);
		customer->msg.traffic_flags |= (uint8_t)set->key->min;
	}
	return 0;
}

int
set_seconds(struct set *set, const char *text)
{
	uint64_t seconds;

	if (value_seconds(text, true, &seconds) < 0 ||
	    seconds < set->key->min || seconds > set->key->max) {
		(void)snprintf(set->wanted, sizeof(set->wanted),
		    "%" PRIu64 " to %" PRIu64 " seconds, as in 180 or 3m",
		    set->key->min, set->key->max);
		return -1;
	}
	set_field_put(set, seconds);
	return 0;
}

int
set_time(struct set *set, const char *text)
{
	uint64_t max = set->key->max;
	uint64_t seconds;

	if (value_seconds(text, false, &seconds) < 0 || seconds > max) {
		(void)snprintf(set->wanted, sizeof(set->wanted),
		    "a time up to %" PRIu64
		    "%s with its unit, as in 10s, 30m or %s",
		    max < DAY_S ? max / HOUR_S : max / DAY_S,
		    max < DAY_S ? "h" : "d", max < DAY_S ? "1h" : "24h");
		return -1;
	}
	set_field_put(set, seconds * 1000);
	return 0;
}

int
set_rate(struct set *set, const char *text)
{
	double rate;

	if (value_rate(text, &rate) < 0)
		return set_refuse(
		    set, "a rate from 1 to 1e12 a second, as in 125000000");
	memcpy(set_field(set), &rate, sizeof(rate));
	return 0;
}

/* The row of a name that may be written here; NULL and refused if there is
 * none. */
static const struct schema_name *
name_find(struct set *set, const char *text)
{
	const struct schema_name *row = set->key->names;
	size_t n;

	for (; row->name != NULL; row++) {
		if (strcmp(row->name, text) == 0)
			return row;
	}
	n = (size_t)snprintf(set->wanted, sizeof(set->wanted), "one of");
	for (row = set->key->names; row->name != NULL; row++) {
		if (n >= sizeof(set->wanted))
			break;
		n += (size_t)snprintf(
		    &set->wanted[n], sizeof(set->wanted) - n, " %s", row->name);
	}
	return NULL;
}

int
set_choice(struct set *set, const char *text)
{
	const struct schema_name *row = name_find(set, text);

	if (row == NULL)
		return -1;
	set_field_put(set, row->value);
	return 0;
}

int
set_bit(struct set *set, const char *text)
{
	const struct schema_name *row = name_find(set, text);

	if (row == NULL)
		return -1;
	if (field_get(set) & row->value)
		return set_refuse(set, "each name once");
	set_field_put(set, field_get(set) | row->value);
	return 0;
}

int
set_dscp(struct set *set, const char *text)
{
	struct config_customer *customer = set->into;
	uint64_t dscp;

	if (value_number(text, 0, 63, &dscp) < 0)
		return set_refuse(set, "a DSCP value from 0 to 63");
	if (customer->msg.marks & UINT64_C(1) << dscp)
		return set_refuse(set, "each value once");
	customer->msg.marks |= UINT64_C(1) << dscp;
	return 0;
}

int
set_name(struct set *set, const char *text)
{
	char *field = set_field(set);

	if (!value_name_ok(text))
		return set_refuse(set,
		    "1 to 63 letters, digits, '.', '_' or '-', not beginning "
		    "with '.' or '-'");
	(void)snprintf(field, NAME_MAX_LEN, "%s", text);
	return 0;
}

int
set_asn(struct set *set, const char *text)
{
	uint32_t asn;

	if (value_asn(text, &asn) < 0)
		return set_refuse(set,
		    "an AS number from 1 to 4294967294, not 23456 or 65535");
	set_field_put(set, asn);
	return 0;
}

int
set_router_id(struct set *set, const char *text)
{
	uint32_t id;

	if (value_router_id(text, &id) < 0)
		return set_refuse(set,
		    "an identifier written as an IPv4 address, not 0.0.0.0");
	id = htonl(id);
	memcpy(set_field(set), &id, sizeof(id));
	return 0;
}

bool
set_is_host(const struct address *address)
{
	static const uint8_t none[ADDRESS_MAX];

	if (memcmp(address->addr, none, sizeof(none)) == 0)
		return false;
	if (address->afi == AFI_IPV6)
		return address->addr[0] != 0xff;
	return address->addr[0] != 0 && address->addr[0] < 224;
}

static int
address_put(struct set *set, const char *text, bool may_be_any)
{
	static const uint8_t any[ADDRESS_MAX];
	struct address address = { 0 };
	struct address *field = set_field(set);

	if (value_address(text, &address) < 0)
		return set_refuse(set,
		    "an IPv4 or IPv6 address (a link-local one with its "
		    "interface, fe80::1%eth0)");
	if (!set_is_host(&address) &&
	    !(may_be_any && memcmp(address.addr, any, sizeof(any)) == 0))
		return set_refuse(set, "the address of one host");
	address.port = field->port;
	*field = address;
	return 0;
}

int
set_address(struct set *set, const char *text)
{
	return address_put(set, text, false);
}

int
set_listen(struct set *set, const char *text)
{
	return address_put(set, text, true);
}

int
set_resolve(struct set *set, const char *text, char *buf, size_t size)
{
	const char *folder = set->config->files[set->at.file].folder;
	int n;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p < ' ' || *p > '~')
			return set_refuse(set, "a path in printable ASCII");
	}
	if (text[0] == '\0')
		return set_refuse(set, "a path");
	if (text[0] == '/')
		n = snprintf(buf, size, "%s", text);
	else
		n = snprintf(buf, size, "%s%s%s", folder,
		    strcmp(folder, "/") == 0 ? "" : "/", text);
	if (n < 0 || (size_t)n >= size) {
		(void)snprintf(set->wanted, sizeof(set->wanted),
		    "a path of at most %zu octets with its folder", size - 1);
		return -1;
	}
	return 0;
}

int
set_path(struct set *set, const char *text)
{
	return set_resolve(set, text, set_field(set), set->key->min);
}
