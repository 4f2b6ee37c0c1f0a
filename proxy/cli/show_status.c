/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice status": one screen. */
#include <inttypes.h>
#include <string.h>

#include "proxy/cli/show.h"
#include "policy/rpki.h"
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

/* Octets, rounded up so that little is not nothing. */
static void
octets_words(const struct json *row, const char *key, char buf[SHOW_NUMBER_MAX])
{
	uint64_t n = 0;

	(void)json_number(row, key, &n);
	if (n >= (uint64_t)1 << 20)
		(void)snprintf(buf, SHOW_NUMBER_MAX, "%" PRIu64 " MiB",
		    (n >> 20) + ((n & 0xfffff) != 0));
	else
		(void)snprintf(buf, SHOW_NUMBER_MAX, "%" PRIu64 " KiB",
		    (n >> 10) + ((n & 0x3ff) != 0));
}

/* Witnesses that have cosigned the last checkpoint. */
static size_t
cosigned(const struct json *witnesses, uint64_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < json_length(witnesses); i++) {
		uint64_t theirs;

		n += json_number(json_at(witnesses, i), "size", &theirs) &&
		     theirs >= size;
	}
	return n;
}

/* How far the log is vouched for; nothing when the store does not say. */
static void
status_seal(const struct show *show, const struct json *log)
{
	const struct json *checkpoint = json_get(log, "checkpoint");
	const struct json *witnesses = json_get(log, "witnesses");
	char size[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX], of[64] = "";
	uint64_t n = 0;

	if (!json_object_at(log, "checkpoint"))
		return;
	(void)json_number(checkpoint, "size", &n);
	if (json_length(witnesses) > 0)
		(void)snprintf(of, sizeof(of),
		    ", cosigned by %zu of %zu witness%s",
		    cosigned(witnesses, n), json_length(witnesses),
		    json_length(witnesses) == 1 ? "" : "es");
	if (n == 0)
		SHOW(show, "           no checkpoint yet", "\n");
	else if (json_text(checkpoint, "signed") == NULL)
		SHOW(show, "           checkpoint of ",
		    show_number(checkpoint, "size", size),
		    ", from before the last start", of, "\n");
	else
		SHOW(show, "           checkpoint of ",
		    show_number(checkpoint, "size", size), ", ",
		    show_age(show, checkpoint, "signed", false, age), " old",
		    of, "\n");
}

/* What it takes, what has gone, and when it was looked at. */
static void
status_room(const struct show *show, const struct json *log)
{
	const struct json *scrub = json_get(log, "scrub");
	char octets[SHOW_NUMBER_MAX], pruned[SHOW_NUMBER_MAX],
	    age[SHOW_AGE_MAX];
	uint64_t n;

	if (!json_number(log, "octets", &n))
		return;
	octets_words(log, "octets", octets);
	SHOW(show, "           ", octets, " on disk");
	if (json_number(log, "pruned", &n) && n > 0)
		SHOW(show, ", ", show_number(log, "pruned", pruned),
		    n == 1 ? " block" : " blocks", " removed as too old");
	if (json_text(scrub, "time") != NULL)
		SHOW(show, ", looked at in full ",
		    show_age(show, scrub, "time", false, age), " ago",
		    json_true_at(scrub, "damaged") ? ": DAMAGED" : ": sound");
	SHOW(show, "\n");
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
	status_seal(show, log);
	status_room(show, log);
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

static void
status_unicast(const struct show *show, const struct json *row)
{
	char number[SHOW_NUMBER_MAX], octets[SHOW_NUMBER_MAX];
	uint64_t n;

	status_feed(show, row, "ipv4", "unicast    ");
	status_feed(show, row, "ipv6", "           ");
	octets_words(row, "unicast_octets", octets);
	SHOW(show, "           ", octets, " of memory");
	if (json_number(row, "foreign_routes", &n) && n > 0)
		SHOW(show, "; customers' routes seen outside what they own: ",
		    show_number(row, "foreign_routes", number));
	SHOW(show, "\n");
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
		    /* NOLINTNEXTLINE(bugprone-suspicious-missing-comma) */
		    " for a best match that is gone (`sluice rules --ground "
		    "gone`)",
		    "\n");
}

/* "1820 of 2800", or with no limit the count alone. */
static void
part_of(const struct show *show, const struct json *object, const char *part,
    const char *all)
{
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX];
	uint64_t limit;
	bool bound = json_number(object, all, &limit);

	SHOW(show, show_number(object, part, a), bound ? " of " : "",
	    bound ? show_number(object, all, b) : "");
}

static void
status_quota(const struct show *show, const struct json *row)
{
	const struct json *quota = json_get(row, "quota");
	char number[SHOW_NUMBER_MAX];
	uint64_t n;

	SHOW(show, "room       rules ");
	part_of(show, quota, "rules", "rules_max");
	SHOW(show, ", cost ");
	part_of(show, quota, "cost", "cost_max");
	if (json_number(quota, "paced", &n) && n > 0)
		SHOW(show,
		    "; told slowly now: ", show_number(quota, "paced", number),
		    n == 1 ? " router" : " routers");
	SHOW(show, "\n");
}

/* RPKI where a cache is configured, IRR where a customer has a list. */
static void
status_rpki(const struct show *show, const struct json *row)
{
	const struct json *rpki = json_get(row, "rpki");
	const struct json *irr = json_get(row, "irr");
	const struct json *vrps = json_get(rpki, "vrps");
	const char *state = show_field(rpki, "state");
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX],
	    serial[SHOW_NUMBER_MAX];
	uint64_t n;

	if (state[0] != '\0' && strcmp(state, rpki_state_name(RPKI_NONE)) != 0)
		SHOW(show, "rpki       ", state, ", ",
		    show_number(vrps, "ipv4", a), " ipv4 and ",
		    show_number(vrps, "ipv6", b), " ipv6 VRPs, serial ",
		    show_number(rpki, "serial", serial), " of ",
		    json_text(rpki, "cache") != NULL ? show_field(rpki, "cache")
						     : "no cache",
		    ", ", show_age(show, rpki, "since", false, age), " old",
		    "\n");
	if (json_number(irr, "lists", &n) && n > 0)
		SHOW(show, "irr        ", show_number(irr, "lists", a),
		    n == 1 ? " list" : " lists", "\n");
}

void
show_status(const struct show *show, const struct json *row)
{
	show_notices(show, row);
	status_sluice(show, row);
	status_log(show, row);
	status_sessions(show, row);
	status_unicast(show, row);
	status_rules(show, row);
	status_quota(show, row);
	status_rpki(show, row);
}
