/* SPDX-License-Identifier: BSD-2-Clause */
/* Setters of an entry of what is protected. */
#include "proxy/loader/set.h"

#include <stdio.h>
#include <string.h>

#include "proxy/loader/value.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

struct named {
	const char *name;
	uint8_t number;
};

static const struct named protocols[] = {
	{ "icmp", 1 },
	{ "tcp", PROTOCOL_TCP },
	{ "udp", PROTOCOL_UDP },
	{ "icmp6", 58 },
	{ "ospf", 89 },
};
#define PROTOCOLS (sizeof(protocols) / sizeof(protocols[0]))

/* Packets of protocols that routers live on. */
struct preset {
	const char *name;
	uint8_t protocol;
	uint8_t n;
	uint16_t ports[3];
};

static const struct preset presets[] = {
	{ "bgp", PROTOCOL_TCP, 1, { 179 } },
	/* RFC 5881 4, RFC 5883 5 */
	{ "bfd", PROTOCOL_UDP, 3, { 3784, 3785, 4784 } },
	/* RFC 8210 13, and what caches listen at in practice */
	{ "rtr", PROTOCOL_TCP, 3, { 323, 324, 3323 } },
};
#define PRESETS (sizeof(presets) / sizeof(presets[0]))

int
set_protected_prefix(struct set *set, const char *text)
{
	struct config_protected *entry = set->into;

	return set_read_prefix(set, text, 0, &entry->prefix);
}

/* Its number, or -1. */
static int
protocol_read(const char *text)
{
	uint64_t number;

	for (size_t i = 0; i < PROTOCOLS; i++) {
		if (strcmp(protocols[i].name, text) == 0)
			return protocols[i].number;
	}
	return value_number(text, 0, UINT8_MAX, &number) == 0 ? (int)number
							      : -1;
}

int
set_protocol(struct set *set, const char *text)
{
	struct config_protected *entry = set->into;
	int number = protocol_read(text);

	if (number < 0)
		return set_refuse(set,
		    "tcp, udp, icmp, icmp6, ospf or a protocol number from 0 "
		    "to 255");
	if (memchr(entry->protocols, number, entry->n_protocols) != NULL)
		return set_refuse(set, "each protocol once");
	if (entry->n_protocols >= CONFIG_PORTS_MAX)
		return set_refuse(set, "at most 32 entries");
	entry->protocols[entry->n_protocols++] = (uint8_t)number;
	return 0;
}

static int
ports_put(struct set *set, uint64_t first, uint64_t last)
{
	struct config_protected *entry = set->into;

	for (unsigned i = 0; i < entry->n_ports; i++) {
		if (entry->ports[i].first == first &&
		    entry->ports[i].last == last)
			return set_refuse(set, "each entry once");
	}
	if (entry->n_ports >= CONFIG_PORTS_MAX)
		return set_refuse(set, "at most 32 entries");
	entry->ports[entry->n_ports].first = (uint16_t)first;
	entry->ports[entry->n_ports].last = (uint16_t)last;
	entry->n_ports++;
	return 0;
}

int
set_ports(struct set *set, const char *text)
{
	size_t n = strcspn(text, "-");
	uint64_t first, last;
	char low[8];

	if (n >= sizeof(low))
		return set_refuse(set, "a port or a range, as in 3784-3785");
	memcpy(low, text, n);
	low[n] = '\0';
	if (value_number(low, 0, UINT16_MAX, &first) < 0 ||
	    value_number(text[n] == '-' ? &text[n + 1] : low, first, UINT16_MAX,
		&last) < 0)
		return set_refuse(set,
		    "a port from 0 to 65535 or a range of them, as in "
		    "3784-3785");
	return ports_put(set, first, last);
}

int
set_preset(struct set *set, const char *text)
{
	struct config_protected *entry = set->into;

	for (size_t i = 0; i < PRESETS; i++) {
		const struct preset *preset = &presets[i];

		if (strcmp(preset->name, text) != 0)
			continue;
		if (entry->n_protocols > 0 || entry->n_ports > 0)
			return set_refuse(
			    set, "either preset, or protocol and port");
		entry->preset = true;
		entry->protocols[entry->n_protocols++] = preset->protocol;
		for (unsigned k = 0; k < preset->n; k++)
			(void)ports_put(
			    set, preset->ports[k], preset->ports[k]);
		/* Unless a comment says more. */
		if (entry->msg.name[0] == '\0')
			(void)snprintf(entry->msg.name, sizeof(entry->msg.name),
			    "%s", preset->name);
		return 0;
	}
	return set_refuse(set, "one of bgp bfd rtr");
}

int
set_comment(struct set *set, const char *text)
{
	struct config_protected *entry = set->into;
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		if (text[i] < ' ' || text[i] > '~')
			n = 0;
	}
	if (n == 0 || n >= sizeof(entry->msg.name))
		return set_refuse(set, "1 to 63 characters of printable ASCII");
	memset(entry->msg.name, 0, sizeof(entry->msg.name));
	memcpy(entry->msg.name, text, n);
	return 0;
}
