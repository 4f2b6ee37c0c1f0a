/* SPDX-License-Identifier: BSD-2-Clause */
/* What is unusual: on top of "sluice status", and behind "status --check". */
#include <inttypes.h>
#include <string.h>

#include "proxy/cli/show.h"
#include "proxy/control/when.h"

#define NOTICE_MAX 400
#define BEGUN_NS   (UINT64_C(24) * 3600 * 1000000000) /* told that long */

/* Write what is to be said about row to buf; false when nothing is. */
typedef bool notice_look(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX]);

static uint64_t
count(const struct json *object, const char *key)
{
	uint64_t n = 0;

	(void)json_number(object, key, &n);
	return n;
}

static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* ---- containment ---- */

static bool
notice_panic(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *at = json_get(row, "containment");
	const char *by = json_text(at, "panic_by");
	char age[SHOW_AGE_MAX];

	if (!json_true_at(at, "panic"))
		return false;
	(void)snprintf(buf, NOTICE_MAX,
	    "everything is withdrawn since %.40s (%s) by %.40s; `sluice "
	    "resume` ends it",
	    show_field(at, "panic_since"),
	    show_age(show, at, "panic_since", false, age),
	    by != NULL ? by : "?");
	return true;
}

/* It ends by itself; the crash does not. */
static bool
notice_safe(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *at = json_get(row, "containment");
	char age[SHOW_AGE_MAX];

	if (json_text(at, "safe_until") == NULL)
		return false;
	(void)snprintf(buf, NOTICE_MAX,
	    "the guard crashed %" PRIu64 " times: only withdrawals go inward "
	    "until %.40s (in %s)",
	    count(at, "crashes"), show_field(at, "safe_until"),
	    show_age(show, at, "safe_until", true, age));
	return true;
}

static bool
notice_suspects(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	uint64_t n = count(json_get(row, "containment"), "suspects");

	(void)show;
	if (n > 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "%" PRIu64 " rule%s kept out since a guard crashed "
		    "(`sluice rules --state quarantined`); `sluice release ID` "
		    "ends it",
		    n, n == 1 ? " is" : "s are");
	return n > 0;
}

static bool
notice_frozen(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *at = json_get(row, "containment");
	uint64_t some = count(at, "customers_frozen");

	(void)show;
	if (json_true_at(at, "frozen"))
		(void)snprintf(buf, NOTICE_MAX,
		    "no new rule of anybody is let in; `sluice thaw` ends it");
	else if (some > 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "no new rule of %" PRIu64 " customer%s is let in (`sluice "
		    "customers`)",
		    some, plural(some));
	return json_true_at(at, "frozen") || some > 0;
}

static bool
notice_selftest(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *test =
	    json_get(json_get(row, "containment"), "selftest");

	(void)show;
	if (json_true_at(test, "ok"))
		return false;
	if (count(test, "asked") == 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "the guard has not tested itself yet: not enforcing");
	else
		(void)snprintf(buf, NOTICE_MAX,
		    "the guard's own test failed, not enforcing: %" PRIu64
		    " of %" PRIu64 "; %.200s",
		    count(test, "failed"), count(test, "asked"),
		    show_field(test, "text"));
	return true;
}

static bool
notice_quarantine(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	uint64_t n = count(json_get(row, "containment"), "quarantined");

	(void)show;
	if (n > 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "%" PRIu64 " customer%s out; `sluice release C` ends it", n,
		    n == 1 ? " is" : "s are");
	return n > 0;
}

static bool
notice_muted(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	uint64_t n = count(json_get(row, "containment"), "muted");

	(void)show;
	if (n > 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "%" PRIu64 " customer%s sent too much that is malformed "
		    "(`sluice customers`); `sluice release C` ends it",
		    n, plural(n));
	return n > 0;
}

/* ---- what a rule rests on ---- */

/* Rules that lost their right stand still. */
static bool
notice_brake(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *brake = json_get(row, "brake");
	uint64_t rules = count(brake, "rules");
	uint64_t customers = count(brake, "customers");
	char age[SHOW_AGE_MAX];

	if (json_text(brake, "since") == NULL)
		return false;
	(void)snprintf(buf, NOTICE_MAX,
	    "%" PRIu64 " rule%s of %" PRIu64
	    " customer%s would be revoked; %s (for %s now)",
	    rules, plural(rules), customers, plural(customers),
	    rules == 1 ? "it stands" : "they stand",
	    show_age(show, brake, "since", false, age));
	return true;
}

/* Is there a feed of this family, and none that is complete? */
static bool
is_blind(const struct json *row, const char *family)
{
	const struct json *feed = json_get(json_get(row, "feeds"), family);

	return count(feed, "configured") > 0 && count(feed, "complete") == 0;
}

static bool
notice_blind(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	bool v4 = is_blind(row, "ipv4"), v6 = is_blind(row, "ipv6");

	(void)show;
	(void)snprintf(buf, NOTICE_MAX,
	    "NO FEED IS COMPLETE: new %s%s%s rules are refused",
	    v4 ? "ipv4" : "", v4 && v6 ? " and " : "", v6 ? "ipv6" : "");
	return v4 || v6;
}

/* What customers ask for is not done there. */
static bool
notice_inward(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *inward = json_get(row, "inward");
	uint64_t all = count(inward, "configured"), up = count(inward, "up");

	(void)show;
	(void)snprintf(buf, NOTICE_MAX,
	    "%" PRIu64 " of %" PRIu64 " sessions to routers inside %s down: "
	    "no change reaches them (`sluice sessions`)",
	    all - up, all, all - up == 1 ? "is" : "are");
	return up < all;
}

static bool
notice_rpki_held(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *held = json_get(json_get(row, "rpki"), "held");

	(void)show;
	if (!json_object_at(json_get(row, "rpki"), "held"))
		return false;
	(void)snprintf(buf, NOTICE_MAX,
	    "the cache sent %" PRIu64 " VRPs where %" PRIu64
	    " are in force: not taken; `sluice confirm rpki` takes them",
	    count(held, "found"), count(held, "have"));
	return true;
}

static bool
notice_rpki(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *rpki = json_get(row, "rpki");
	const char *state = show_field(rpki, "state");
	char age[SHOW_AGE_MAX];

	(void)show_age(show, rpki, "expires", false, age);
	if (strcmp(state, "expired") == 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "the data expired %s ago: it holds what stands, new rules "
		    "that need a ROA are refused",
		    age);
	else if (strcmp(state, "gone") == 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "the data expired %s ago: nothing rests on it any more",
		    age);
	else if (strcmp(state, "loading") == 0)
		(void)snprintf(
		    buf, NOTICE_MAX, "no cache has sent a complete set yet");
	else
		return false;
	return true;
}

static bool
notice_irr_held(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	uint64_t n = count(json_get(row, "irr"), "held");

	(void)show;
	if (n > 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "%" PRIu64 " new list%s much smaller, empty or broken: not "
		    "taken; `sluice confirm irr` takes what is only smaller",
		    n, n == 1 ? " is" : "s are");
	return n > 0;
}

static bool
notice_irr(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	uint64_t n = count(json_get(row, "irr"), "unusable");

	(void)show;
	if (n > 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "%" PRIu64 " of %" PRIu64 " list%s missing or too old "
		    "(`sluice customers`)",
		    n, count(json_get(row, "irr"), "lists"),
		    n == 1 ? " is" : "s are");
	return n > 0;
}

/* ---- sluice itself ---- */

static bool
notice_rollback(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	char age[SHOW_AGE_MAX];

	if (json_text(row, "rollback") == NULL)
		return false;
	(void)snprintf(buf, NOTICE_MAX,
	    "the configuration is rolled back at %.40s (in %s) unless `sluice "
	    "confirm reload` comes",
	    show_field(row, "rollback"),
	    show_age(show, row, "rollback", true, age));
	return true;
}

static bool
notice_store(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const char *store = show_field(row, "store");

	(void)show;
	if (strcmp(store, "fine") == 0 && json_true_at(row, "synced"))
		return false;
	(void)snprintf(buf, NOTICE_MAX, "the store is %.16s%s: new rules wait",
	    store,
	    json_true_at(row, "synced") ? "" : ", LIVE RULES NOT LOADED");
	return true;
}

/* Signed is what somebody could later be shown; rules do not wait for it. */
static bool
notice_seal(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *checkpoint =
	    json_get(json_get(row, "log"), "checkpoint");
	const char *state = json_text(checkpoint, "state");
	const char *text = show_field(checkpoint, "text");

	(void)show;
	if (state == NULL || strcmp(state, "signing") == 0)
		return false;
	(void)snprintf(buf, NOTICE_MAX,
	    "THE LOG IS NOT SIGNED (%.16s): %.256s; rules go on", state,
	    text[0] != '\0' ? text : "the signer has not said why");
	return true;
}

static bool
notice_scrub(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *scrub = json_get(json_get(row, "log"), "scrub");

	(void)show;
	if (!json_true_at(scrub, "damaged"))
		return false;
	(void)snprintf(buf, NOTICE_MAX,
	    "the log is DAMAGED on disk: %.128s (`sluice audit verify`); "
	    "`sluice audit renew` begins another",
	    show_field(scrub, "text"));
	return true;
}

/* The log before it did not end by anybody's wish: somebody has to hear of it.
 */
static bool
notice_begun(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *begun = json_get(json_get(row, "log"), "begun");
	const char *time = json_text(begun, "time");
	uint64_t when;

	if (time == NULL || json_text(begun, "text") == NULL ||
	    json_true_at(begun, "renewed") || when_parse(time, 0, &when) < 0 ||
	    (show->now_ns > when && show->now_ns - when > BEGUN_NS))
		return false;
	(void)snprintf(buf, NOTICE_MAX, "began anew at %.40s: %.255s", time,
	    show_field(begun, "text"));
	return true;
}

/* One that lags behind is named; all of them are in the log's own lines. */
static bool
notice_witness(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *list = json_get(json_get(row, "log"), "witnesses");

	(void)show;
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *witness = json_at(list, i);
		const char *text = show_field(witness, "text");

		if (text[0] == '\0')
			continue;
		(void)snprintf(buf, NOTICE_MAX, "%.120s: %.63s",
		    show_field(witness, "name"), text);
		return true;
	}
	return false;
}

static bool
notice_full(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	uint64_t n = count(row, "table_full");

	(void)show;
	if (n > 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "%" PRIu64 " unicast route%s found no room (max_routes)", n,
		    plural(n));
	return n > 0;
}

static bool
notice_held(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	uint64_t n = count(json_get(row, "rules"), "held");

	(void)show;
	if (n > 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "%" PRIu64 " rule%s for a person (`sluice rules --state "
		    "held`)",
		    n, n == 1 ? " waits" : "s wait");
	return n > 0;
}

static bool
notice_quota(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	const struct json *quota = json_get(row, "quota");
	uint64_t near = count(quota, "near"), waiting = count(quota, "waiting");

	(void)show;
	if (near == 0 && waiting == 0)
		return false;
	(void)snprintf(buf, NOTICE_MAX,
	    "%" PRIu64 " customer%s over the warning mark, %" PRIu64
	    " rule%s for room (`sluice customers`)",
	    near, plural(near), waiting, waiting == 1 ? " waits" : "s wait");
	return true;
}

static bool
notice_ending(
    const struct show *show, const struct json *row, char buf[NOTICE_MAX])
{
	uint64_t n = count(json_get(row, "quota"), "ending");

	(void)show;
	if (n > 0)
		(void)snprintf(buf, NOTICE_MAX,
		    "%" PRIu64 " rule%s within the hour (`sluice extend ID`)",
		    n, n == 1 ? " ends" : "s end");
	return n > 0;
}

/* The worst first. */
static const struct notice {
	const char *label; /* ten characters and a blank */
	const char *word;
	bool person; /* needs one */
	notice_look *look;
	const char *more; /* lines below it */
} notices[] = {
	{ "SAFE MODE  ", "safe-mode", true, notice_safe,
	    "           see the log for the crash; the rule that it came of is "
	    "quarantined;\n"
	    "           safe mode ends by itself, then all is judged again\n" },
	{ "PANIC      ", "panic", true, notice_panic, NULL },
	{ "SELF-TEST  ", "selftest", true, notice_selftest, NULL },
	{ "FROZEN     ", "frozen", true, notice_frozen, NULL },
	{ "STORE      ", "store", true, notice_store, NULL },
	{ "LOG        ", "seal", true, notice_seal, NULL },
	{ "DAMAGE     ", "damage", true, notice_scrub, NULL },
	{ "LOG        ", "begun", true, notice_begun, NULL },
	{ "WITNESS    ", "witness", false, notice_witness, NULL },
	{ "RELOAD     ", "rollback", true, notice_rollback, NULL },
	{ "BRAKE      ", "brake", true, notice_brake,
	    "           see `sluice rules --ground braked` and `sluice route`\n"
	    "           a leak or a broken feed: repair it, the brake clears "
	    "itself\n"
	    "           a real change: `sluice confirm brake` takes out what "
	    "it holds\n" },
	{ "UNICAST    ", "unicast", true, notice_blind, NULL },
	{ "INWARD     ", "inward", true, notice_inward, NULL },
	{ "TABLE FULL ", "table-full", true, notice_full, NULL },
	{ "RPKI       ", "rpki", true, notice_rpki, NULL },
	{ "RPKI HELD  ", "rpki-held", true, notice_rpki_held, NULL },
	{ "IRR        ", "irr", true, notice_irr, NULL },
	{ "IRR HELD   ", "irr-held", true, notice_irr_held, NULL },
	{ "SUSPECT    ", "suspects", true, notice_suspects, NULL },
	{ "QUARANTINE ", "quarantined", true, notice_quarantine, NULL },
	{ "MUTED      ", "muted", true, notice_muted, NULL },
	{ "HELD       ", "held", true, notice_held, NULL },
	{ "QUOTA      ", "quota", false, notice_quota, NULL },
	{ "ENDING     ", "ending", false, notice_ending, NULL },
};
#define N_NOTICES (sizeof(notices) / sizeof(notices[0]))

void
show_notices(const struct show *show, const struct json *row)
{
	char text[NOTICE_MAX];

	for (size_t i = 0; i < N_NOTICES; i++) {
		if (!notices[i].look(show, row, text))
			continue;
		SHOW(show, notices[i].label, text, "\n");
		if (notices[i].more != NULL)
			(void)fputs(notices[i].more, show->out);
	}
}

static void
check_json(const struct show *show, struct json *why)
{
	struct json *json = json_new();

	json_put_bool(json, "ok", json_length(why) == 0);
	json_put(json, "why", why);
	show_json_line(show, json);
	json_free(json);
}

bool
show_status_check(const struct show *show, const struct json *row, bool json)
{
	struct json *why = json_list_new();
	char text[NOTICE_MAX];
	size_t n = 0;

	for (size_t i = 0; i < N_NOTICES; i++) {
		if (!notices[i].person || !notices[i].look(show, row, text))
			continue;
		if (!json)
			SHOW(show, n > 0 ? "; " : "", notices[i].word, ": ",
			    text);
		json_add_text(why, notices[i].word);
		n++;
	}
	if (!json) {
		SHOW(show, n == 0 ? "all is well" : "", "\n");
		json_free(why);
	} else {
		check_json(show, why);
	}
	return n == 0;
}
