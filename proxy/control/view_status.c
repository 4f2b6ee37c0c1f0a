/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators are shown of sluice as a whole. */
#include "proxy/control/view.h"

static const char *
store_name(unsigned store)
{
	if (store == 0)
		return "away";
	return store == STORE_FINE   ? "fine"
	       : store == STORE_FULL ? "full"
				     : "?";
}

static struct json *
by_state(const struct msg_ctl_status *msg)
{
	struct json *json = json_new();

	json_put_number(json, "known", msg->rules);
	view_put_states(json, msg->by_state);
	json_put_number(json, "inward", msg->out);
	return json;
}

static void
put_feeds(struct json *to, const struct msg_ctl_status *msg)
{
	static const char *const names[] = { "ipv4", "ipv6" };
	struct json *feeds = json_new();

	for (size_t i = 0; i < 2; i++) {
		struct json *feed = view_pair("configured", msg->feeds[i],
		    "complete", msg->feeds_complete[i]);

		json_put_number(feed, "prefixes", msg->prefixes[i]);
		json_put_number(feed, "routes", msg->routes[i]);
		json_put(feeds, names[i], feed);
	}
	json_put(to, "feeds", feeds);
}

static void
status_unicast(struct json *to, const struct msg_ctl_status *msg)
{
	struct json *brake =
	    view_pair("rules", msg->braked, "customers", msg->braked_customers);

	put_feeds(to, msg);
	json_put_number(to, "unicast_octets", msg->unicast_octets);
	json_put_number(to, "foreign_routes", msg->foreign);
	json_put_number(to, "table_full", msg->table_full);
	json_put_number(to, "damped", msg->damped);
	view_put_time(brake, "since", msg->braked_since_ns);
	json_put(to, "brake", brake);
}

/* What keeps rules out, whatever they say. */
static void
status_containment(struct json *to, const struct msg_ctl_status *msg)
{
	struct json *json = json_new(), *test = json_new();

	json_put_bool(json, "panic", msg->panic != 0);
	view_put_some(json, "panic_by", msg->panic_by);
	view_put_time(json, "panic_since", msg->panic_since_ns);
	json_put_bool(json, "frozen", msg->frozen != 0);
	json_put_number(json, "customers_frozen", msg->customers_frozen);
	json_put_number(json, "quarantined", msg->quarantined);
	json_put_number(json, "muted", msg->muted);
	json_put_bool(test, "ok", msg->selftest_ok != 0);
	json_put_number(test, "asked", msg->selftest_asked);
	json_put_number(test, "failed", msg->selftest_failed);
	json_put_text(test, "text", msg->selftest_text);
	json_put(json, "selftest", test);
	view_put_time(json, "safe_until", msg->safe_until_ns);
	json_put_number(json, "crashes", msg->crashes);
	json_put_number(json, "suspects", msg->suspects);
	json_put(to, "containment", json);
}

static void
status_quota(struct json *to, const struct msg_ctl_status *msg)
{
	struct json *json = json_new();

	json_put_number(json, "rules", msg->fleet_rules);
	view_put_limit(json, "rules_max", msg->fleet_rules_max);
	json_put_number(json, "cost", msg->fleet_cost);
	view_put_limit(json, "cost_max", msg->fleet_cost_max);
	json_put_number(json, "waiting", msg->waiting);
	json_put_number(json, "near", msg->near);
	json_put_number(json, "ending", msg->ending);
	json_put_number(json, "paced", msg->paced);
	json_put(to, "quota", json);
}

static void
status_rpki(struct json *to, const struct msg_ctl_status *msg)
{
	struct json *json = json_new();

	json_put_text(json, "state", rpki_state_name(msg->rpki));
	json_put_number(json, "serial", msg->rpki_serial);
	view_put_some(json, "cache", msg->rpki_cache);
	json_put(json, "vrps",
	    view_pair("ipv4", msg->vrps[0], "ipv6", msg->vrps[1]));
	view_put_time(json, "since", msg->rpki_since_ns);
	view_put_time(json, "expires", msg->rpki_expires_ns);
	if (msg->rpki_held != 0)
		json_put(json, "held",
		    view_pair(
			"have", msg->rpki_have[0], "found", msg->rpki_have[1]));
	else
		json_put_null(json, "held");
	json_put(to, "rpki", json);
}

static void
status_irr(struct json *to, const struct msg_ctl_status *msg)
{
	struct json *json =
	    view_pair("lists", msg->irr_lists, "unusable", msg->irr_unusable);

	json_put_number(json, "held", msg->irr_held);
	json_put(to, "irr", json);
}

/* Segments dropped for their TCP MD5 signature, of the whole host. */
static void
status_md5(struct json *to, const struct msg_ctl_status *msg)
{
	struct json *json = json_new();

	json_put_number(json, "bad", msg->md5.bad);
	json_put_number(json, "unknown", msg->md5.unknown);
	json_put_number(json, "unsigned", msg->md5.unsigned_in);
	json_put(to, "tcp_md5", json);
}

struct json *
view_status(const struct msg_ctl_status *msg)
{
	static const char *const sealed[] = { "origin", "checkpoint",
		"witnesses", "pruned", "octets", "scrub" };
	struct json *json = json_new(), *log = json_new();

	view_put_time(json, "started", msg->started_ns);
	json_put_number(json, "generation", msg->generation);
	view_put_hex(
	    json, "config_hash", msg->config_hash, sizeof(msg->config_hash));
	json_put_text(json, "store", store_name(msg->store));
	json_put_bool(json, "synced", msg->synced != 0);
	json_put_number(log, "size", msg->log_size);
	json_put_number(log, "pending", msg->log_pending);
	json_put_number(log, "store_behind", msg->store_behind);
	for (size_t i = 0; i < sizeof(sealed) / sizeof(sealed[0]); i++)
		json_put_null(log, sealed[i]);
	json_put(json, "log", log);
	json_put_number(json, "customers", msg->customers);
	json_put(json, "sessions",
	    view_pair("configured", msg->sessions, "up", msg->sessions_up));
	json_put(json, "inward",
	    view_pair("configured", msg->inward, "up", msg->inward_up));
	json_put(json, "rules", by_state(msg));
	status_unicast(json, msg);
	status_containment(json, msg);
	status_quota(json, msg);
	status_rpki(json, msg);
	status_irr(json, msg);
	view_put_time(json, "rollback", msg->rollback_ns);
	status_md5(json, msg);
	return json;
}
