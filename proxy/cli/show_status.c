/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice status": one screen. */
#include <inttypes.h>
#include <string.h>

#include "proxy/cli/show.h"
#include "policy/verdict.h"

static void
status_sluice(const struct show *show, const struct json *row)
{
	char number[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX], hash[13];

	(void)snprintf(
	    hash, sizeof(hash), "%s", show_field(row, "config_hash"));
	SHOW(show, "guard      up ", show_age(show, row, "started", false, age),
	    ", configuration ", show_number(row, "generation", number), " (",
	    hash, "), ",
	    json_true_at(row, "synced") ? "live rules are loaded"
					: "LIVE RULES NOT LOADED",
	    "\n");
}

static void
status_log(const struct show *show, const struct json *row)
{
	const struct json *log = json_get(row, "log");
	char size[SHOW_NUMBER_MAX], pending[SHOW_NUMBER_MAX],
	    behind[SHOW_NUMBER_MAX];
	uint64_t n;

	SHOW(show, "log        store ", show_field(row, "store"), ", ",
	    show_number(log, "size", size),
	    strcmp(size, "1") == 0 ? " entry, " : " entries, ",
	    show_number(log, "pending", pending), " not on disk yet", "\n");
	if (json_number(log, "store_behind", &n) && n > 0)
		SHOW(show, "           ",
		    show_number(log, "store_behind", behind),
		    n == 1 ? " rule" : " rules", " refused as store-behind",
		    "\n");
}

static void
status_sessions(const struct show *show, const struct json *row)
{
	const struct json *sessions = json_get(row, "sessions");
	const struct json *inward = json_get(row, "inward");
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX], c[SHOW_NUMBER_MAX];

	SHOW(show, "customers  ", show_number(row, "customers", a), ", ",
	    show_number(sessions, "up", b), " of ",
	    show_number(sessions, "configured", c), " sessions up", "\n");
	SHOW(show, "inward     ", show_number(inward, "up", a), " of ",
	    show_number(inward, "configured", b), " sessions up, ",
	    show_number(json_get(row, "rules"), "inward", c),
	    strcmp(c, "1") == 0 ? " rule standing" : " rules standing", "\n");
}

/* The first thing to know of: rules that lost their right stand still. */
static void
status_brake(const struct show *show, const struct json *row)
{
	const struct json *brake = json_get(row, "brake");
	char rules[SHOW_NUMBER_MAX], customers[SHOW_NUMBER_MAX],
	    age[SHOW_AGE_MAX];
	bool one;

	(void)show_number(brake, "rules", rules);
	(void)show_number(brake, "customers", customers);
	if (json_text(brake, "since") == NULL)
		return;
	one = strcmp(rules, "1") == 0;
	SHOW(show, "BRAKE      ", rules, one ? " rule of " : " rules of ",
	    customers, strcmp(customers, "1") == 0 ? " customer" : " customers",
	    " would be revoked; ", one ? "it stands" : "they stand", " (for ",
	    show_age(show, brake, "since", false, age), " now)", "\n",
	    "           see `sluice rules --ground braked` and `sluice route`",
	    "\n",
	    "           a leak or a broken feed: repair it, the brake clears "
	    "itself",
	    "\n", "           a real change: `sluice confirm` takes ",
	    one ? "it" : "them", " out", "\n");
}

/* The second: a family of which nothing new can be validated. */
static void
status_blind(
    const struct show *show, const struct json *row, const char *family)
{
	const struct json *feed = json_get(json_get(row, "feeds"), family);
	uint64_t configured, complete;

	if (json_number(feed, "configured", &configured) && configured > 0 &&
	    json_number(feed, "complete", &complete) && complete == 0)
		SHOW(show, "UNICAST    NO FEED IS COMPLETE: new ", family,
		    " rules are refused", "\n");
}

/* One family: its feeds, and what is in the table. */
static void
status_feed(const struct show *show, const struct json *row, const char *family,
    const char *label)
{
	const struct json *feed = json_get(json_get(row, "feeds"), family);
	char complete[SHOW_NUMBER_MAX], configured[SHOW_NUMBER_MAX],
	    prefixes[SHOW_NUMBER_MAX], routes[SHOW_NUMBER_MAX];

	(void)show_number(feed, "complete", complete);
	(void)show_number(feed, "configured", configured);
	(void)show_number(feed, "prefixes", prefixes);
	(void)show_number(feed, "routes", routes);
	SHOW(show, label, family, " ");
	if (strcmp(configured, "0") == 0)
		SHOW(show, "no feed, customers' routes only, ");
	else
		SHOW(show, complete, " of ", configured, " feeds complete, ");
	SHOW(show, prefixes,
	    strcmp(prefixes, "1") == 0 ? " prefix, " : " prefixes, ", routes,
	    strcmp(routes, "1") == 0 ? " route" : " routes", "\n");
}

/* Memory, rounded up so that little is not nothing. */
static void
octets_words(const struct json *row, char buf[SHOW_NUMBER_MAX])
{
	uint64_t n = 0;

	(void)json_number(row, "unicast_octets", &n);
	if (n >= (uint64_t)1 << 20)
		(void)snprintf(buf, SHOW_NUMBER_MAX, "%" PRIu64 " MiB",
		    (n >> 20) + ((n & 0xfffff) != 0));
	else
		(void)snprintf(buf, SHOW_NUMBER_MAX, "%" PRIu64 " KiB",
		    (n >> 10) + ((n & 0x3ff) != 0));
}

static void
status_unicast(const struct show *show, const struct json *row)
{
	char number[SHOW_NUMBER_MAX], octets[SHOW_NUMBER_MAX];
	uint64_t n;

	status_feed(show, row, "ipv4", "unicast    ");
	status_feed(show, row, "ipv6", "           ");
	octets_words(row, octets);
	SHOW(show, "           ", octets, " of memory");
	if (json_number(row, "foreign_routes", &n) && n > 0)
		SHOW(show, "; customers' routes seen outside what they own: ",
		    show_number(row, "foreign_routes", number));
	SHOW(show, "\n");
	if (json_number(row, "table_full", &n) && n > 0)
		SHOW(show, "           TABLE FULL: ",
		    show_number(row, "table_full", number),
		    n == 1 ? " route" : " routes",
		    " found no room (max_routes)", "\n");
}

static void
status_rules(const struct show *show, const struct json *row)
{
	const struct json *rules = json_get(row, "rules");
	char number[SHOW_NUMBER_MAX];
	uint64_t n;

	SHOW(
	    show, "rules      ", show_number(rules, "known", number), " known");
	for (unsigned i = 0; i < STATE_COUNT; i++) {
		if (json_number(rules, state_name(i), &n) && n > 0)
			SHOW(show, ", ",
			    show_number(rules, state_name(i), number), " ",
			    state_name(i));
	}
	SHOW(show, "\n");
	if (json_number(row, "damped", &n) && n > 0)
		SHOW(show, "           ", show_number(row, "damped", number),
		    n == 1 ? " waits" : " wait",
		    " for a best match that is gone (`sluice rules --ground "
		    "gone`)",
		    "\n");
}

void
show_status(const struct show *show, const struct json *row)
{
	status_brake(show, row);
	status_blind(show, row, "ipv4");
	status_blind(show, row, "ipv6");
	status_sluice(show, row);
	status_log(show, row);
	status_sessions(show, row);
	status_unicast(show, row);
	status_rules(show, row);
}
