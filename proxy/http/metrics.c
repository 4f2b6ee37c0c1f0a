/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of metrics, and how each is made of rows. */
#include "proxy/http/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "policy/reason.h"
#include "policy/rpki.h"
#include "policy/verdict.h"
#include "proxy/control/when.h"
#include "proxy/http/metrics_part.h"

/* ---- values ---- */

/* The object that holds the last name of path; *last is that name. */
static const struct json *
holder(const struct json *row, const char *path, const char **last)
{
	const char *dot = strchr(path, '.');
	char name[32];

	while (dot != NULL) {
		size_t len = (size_t)(dot - path);

		*last = path;
		if (len >= sizeof(name))
			return NULL;
		memcpy(name, path, len);
		name[len] = '\0';
		row = json_get(row, name);
		path = dot + 1;
		dot = strchr(path, '.');
	}
	*last = path;
	return row;
}

bool
metrics_number(const struct json *row, const char *path, uint64_t *out)
{
	const char *name;
	const struct json *at = holder(row, path, &name);

	return json_number(at, name, out);
}

static bool
true_at(const struct json *row, const char *path)
{
	const char *name;
	const struct json *at = holder(row, path, &name);

	return json_true_at(at, name);
}

const char *
metrics_text(const struct json *row, const char *path)
{
	const char *name;
	const struct json *at = holder(row, path, &name);

	return json_text(at, name);
}

/* ---- samples ---- */

/* Label values may hold anything but these three as they are. */
static void
label_add(struct body *body, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			body_text(body, "\\n");
		else if (*text == '"' || *text == '\\')
			body_print(body, "\\%c", *text);
		else
			body_add(body, text, 1);
	}
}

void
metrics_begin(struct body *body, const char *name, const struct label *labels)
{
	const char *before = "{";

	body_text(body, name);
	for (; labels != NULL && labels->name != NULL; labels++) {
		body_text(body, before);
		body_text(body, labels->name);
		body_text(body, "=\"");
		label_add(body, labels->value);
		body_text(body, "\"");
		before = ",";
	}
	body_text(body, before[0] == ',' ? "} " : " ");
}

void
metrics_sample(struct body *body, const char *name, const struct label *labels,
    uint64_t value)
{
	metrics_begin(body, name, labels);
	body_print(body, "%" PRIu64 "\n", value);
}

/* The row's number, where it has one. */
static void
sample_at(struct body *body, const struct metric *metric,
    const struct label *labels, const struct json *row)
{
	uint64_t value;

	if (metrics_number(row, metric->path, &value))
		metrics_sample(body, metric->name, labels, value);
}

/* A limit: null is none. */
static void
limit_at(struct body *body, const struct metric *metric,
    const struct label *labels, const struct json *row)
{
	uint64_t value;

	metrics_begin(body, metric->name, labels);
	if (metrics_number(row, metric->path, &value))
		body_print(body, "%" PRIu64 "\n", value);
	else
		body_text(body, "+Inf\n");
}

/* Seconds from now to the time there, negative when it is past. */
static bool
seconds_at(
    const struct json *row, const char *path, uint64_t now_ns, int64_t *out)
{
	const char *text = metrics_text(row, path);
	uint64_t at_ns;

	if (text == NULL || when_parse(text, now_ns, &at_ns) < 0)
		return false;
	*out = at_ns > now_ns ? (int64_t)((at_ns - now_ns) / 1000000000)
			      : -(int64_t)((now_ns - at_ns) / 1000000000);
	return true;
}

/* ---- sluice as a whole ---- */

static void
say_up(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	metrics_sample(body, metric->name, NULL, from->up);
}

static void
say_build(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	const struct label labels[] = { { "version", from->version },
		{ NULL, NULL } };

	metrics_sample(body, metric->name, labels, 1);
}

static void
say_number(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	sample_at(body, metric, NULL, from->status);
}

static void
say_limit(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	if (from->status != NULL)
		limit_at(body, metric, NULL, from->status);
}

static void
say_bool(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	if (from->status != NULL)
		metrics_sample(body, metric->name, NULL,
		    true_at(from->status, metric->path));
}

/* Is there a text there, and not null? */
static void
say_there(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	if (from->status != NULL)
		metrics_sample(body, metric->name, NULL,
		    metrics_text(from->status, metric->path) != NULL);
}

static void
say_store(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	const char *text = metrics_text(from->status, metric->path);

	if (text != NULL)
		metrics_sample(
		    body, metric->name, NULL, strcmp(text, "fine") == 0);
}

/* path is of IPv4; that of IPv6 differs in this name alone. */
static void
say_family(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	static const char *const names[] = { "ipv4", "ipv6" };

	for (size_t i = 0; i < 2; i++) {
		const struct label labels[] = { { "family", names[i] },
			{ NULL, NULL } };
		const char *gap = strchr(metric->path, '*');
		struct metric one = *metric;
		char path[64] = "";
		size_t len = (size_t)(gap - metric->path);

		memcpy(path, metric->path, len);
		memcpy(&path[len], names[i], 4);
		memcpy(&path[len + 4], gap + 1, strlen(gap + 1) + 1);
		one.path = path;
		sample_at(body, &one, labels, from->status);
	}
}

static void
say_rpki_state(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	const char *now = metrics_text(from->status, metric->path);

	for (unsigned i = RPKI_NONE; i <= RPKI_GONE && now != NULL; i++) {
		const struct label labels[] = { { "state", rpki_state_name(i) },
			{ NULL, NULL } };

		metrics_sample(body, metric->name, labels,
		    strcmp(now, rpki_state_name(i)) == 0);
	}
}

static void
say_left(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	int64_t seconds;

	if (!seconds_at(from->status, metric->path, from->now_ns, &seconds))
		return;
	metrics_begin(body, metric->name, NULL);
	body_print(body, "%" PRId64 "\n", seconds);
}

/* ---- by customer, by session ---- */

/* What one customer's row makes. */
typedef void customer_say(struct body *body, const struct metric *metric,
    const struct label *labels, const struct json *row);

static void
each_customer(struct body *body, const struct metric *metric,
    const struct metrics_from *from, customer_say *say)
{
	for (size_t i = 0; i < json_length(from->customers); i++) {
		const struct json *row = json_at(from->customers, i);
		const struct label labels[] = {
			{ "customer", json_text(row, "customer") },
			{ NULL, NULL }
		};

		if (labels[0].value != NULL)
			say(body, metric, labels, row);
	}
}

static void
bool_at(struct body *body, const struct metric *metric,
    const struct label *labels, const struct json *row)
{
	metrics_sample(body, metric->name, labels, true_at(row, metric->path));
}

static void
say_customer_number(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	each_customer(body, metric, from, sample_at);
}

static void
say_customer_limit(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	each_customer(body, metric, from, limit_at);
}

static void
say_customer_bool(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	each_customer(body, metric, from, bool_at);
}

static void
states_at(struct body *body, const struct metric *metric,
    const struct label *labels, const struct json *row)
{
	const struct json *rules = json_get(row, metric->path);
	uint64_t value;

	for (unsigned i = 0; i < STATE_COUNT; i++) {
		const struct label both[] = { labels[0],
			{ "state", state_name(i) }, { NULL, NULL } };

		if (json_number(rules, state_name(i), &value))
			metrics_sample(body, metric->name, both, value);
	}
}

static void
say_states(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	each_customer(body, metric, from, states_at);
}

static void
say_irr_age(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	for (size_t i = 0; i < json_length(from->customers); i++) {
		const struct json *row = json_at(from->customers, i);
		const struct label labels[] = {
			{ "customer", json_text(row, "customer") },
			{ NULL, NULL }
		};

		int64_t seconds;

		if (labels[0].value != NULL &&
		    seconds_at(row, metric->path, from->now_ns, &seconds))
			metrics_sample(body, metric->name, labels,
			    seconds < 0 ? (uint64_t)-seconds : 0);
	}
}

static void
say_sessions(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	for (size_t i = 0; i < json_length(from->sessions); i++) {
		const struct json *row = json_at(from->sessions, i);
		const char *customer = json_text(row, "customer");
		const struct label labels[] = {
			{ "neighbor", json_text(row, "neighbor") },
			{ "customer", customer == NULL ? "" : customer },
			{ NULL, NULL }
		};

		if (labels[0].value != NULL && !json_true_at(row, "free"))
			bool_at(body, metric, labels, row);
	}
}

/* ---- verdicts ---- */

/* A row's count, with names that this build knows. */
static bool
verdict_of(const struct json *row, unsigned *reason, uint64_t *count)
{
	const char *name = json_text(row, "reason");

	return name != NULL && reason_from_name(name, reason) == 1 &&
	       json_number(row, "count", count);
}

/* All together, under a name of their own so that a sum over customers counts
 * nothing twice: each reason once, so that none is missed by an alert. */
static void
say_totals(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	static const uint16_t reasons[] = {
#define X(symbol, number, name, text) (number),
		REASON_MAP(X)
#undef X
	};
	uint64_t counts[256] = { 0 }, count;
	unsigned reason;

	for (size_t i = 0; i < json_length(from->verdicts); i++) {
		const struct json *row = json_at(from->verdicts, i);

		if (json_text(row, "customer") == NULL &&
		    verdict_of(row, &reason, &count) && reason < 256)
			counts[reason] = count;
	}
	for (size_t i = 0;
	     from->verdicts != NULL && i < sizeof(reasons) / sizeof(reasons[0]);
	     i++) {
		const struct label labels[] = {
			{ "reason", reason_name(reasons[i]) }, { NULL, NULL }
		};

		metrics_sample(
		    body, metric->name, labels, counts[reasons[i] % 256]);
	}
}

static void
say_verdicts(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	uint64_t count;
	unsigned reason;

	if (from->verdicts == NULL)
		return;
	for (size_t i = 0; i < json_length(from->verdicts); i++) {
		const struct json *row = json_at(from->verdicts, i);
		const char *customer = json_text(row, "customer");

		const struct label labels[] = { { "customer", customer },
			{ "reason", json_text(row, "reason") },
			{ NULL, NULL } };

		if (customer != NULL && verdict_of(row, &reason, &count))
			metrics_sample(body, metric->name, labels, count);
	}
}

/* ---- the list ---- */

static const struct metric list[] = {
	{ "sluice_up", "1 when the guard answers.", say_up, NULL, false },
	{ "sluice_build_info", "The version that runs.", say_build, NULL,
	    false },
	{ "sluice_verdicts_total", "Verdicts by customer and reason.",
	    say_verdicts, NULL, true },
	{ "sluice_verdicts_all_total",
	    "Verdicts by reason, of all customers together.", say_totals, NULL,
	    true },
	{ "sluice_rules", "Rules by state.", say_states, "rules", false },
	{ "sluice_rules_inward", "Rules that stand inward.", say_number,
	    "rules.inward", false },
	{ "sluice_rules_ending", "Rules whose lifetime ends within an hour.",
	    say_number, "quota.ending", false },
	{ "sluice_quota_rules", "Inward rules in use.", say_customer_number,
	    "quota.rules", false },
	{ "sluice_quota_rules_limit", "Inward rules allowed.",
	    say_customer_limit, "quota.rules_max", false },
	{ "sluice_quota_cost", "Hardware entries in use.", say_customer_number,
	    "quota.cost", false },
	{ "sluice_quota_cost_limit", "Hardware entries allowed.",
	    say_customer_limit, "quota.cost_max", false },
	{ "sluice_quota_waiting", "Rules that wait for room.",
	    say_customer_number, "rules.waiting", false },
	{ "sluice_fleet_rules", "Inward rules in use, of all customers.",
	    say_number, "quota.rules", false },
	{ "sluice_fleet_rules_limit", "Inward rules that the routers take.",
	    say_limit, "quota.rules_max", false },
	{ "sluice_fleet_cost", "Hardware entries in use, of all customers.",
	    say_number, "quota.cost", false },
	{ "sluice_fleet_cost_limit", "Hardware entries that the routers have.",
	    say_limit, "quota.cost_max", false },
	{ "sluice_sessions", "Customers' sessions that are configured.",
	    say_number, "sessions.configured", false },
	{ "sluice_sessions_up", "Customers' sessions that are up.", say_number,
	    "sessions.up", false },
	{ "sluice_inward", "Inward sessions that are configured.", say_number,
	    "inward.configured", false },
	{ "sluice_inward_up", "Inward sessions that are up.", say_number,
	    "inward.up", false },
	{ "sluice_session_up", "1 when the session is up.", say_sessions, "up",
	    false },
	{ "sluice_tcp_md5_failures_total",
	    "Segments dropped for their MD5 signature, of the whole host.",
	    metrics_auth_md5, "tcp_md5", true },
	{ "sluice_session_auth_segments_total",
	    "Segments with TCP-AO, by what became of them.",
	    metrics_auth_segments, "result", true },
	{ "sluice_session_auth_key",
	    "Key that signs what is sent, and key that is asked for.",
	    metrics_auth_keys, "key", false },
	{ "sluice_customer_quarantined", "1 when an operator took it out.",
	    say_customer_bool, "quarantined", false },
	{ "sluice_customer_frozen", "1 when none of its new rules goes in.",
	    say_customer_bool, "frozen", false },
	{ "sluice_customer_muted", "1 when it sent too much that is malformed.",
	    say_customer_bool, "muted", false },
	{ "sluice_panic", "1 when an operator withdrew everything.", say_bool,
	    "containment.panic", false },
	{ "sluice_guard_safe_mode",
	    "1 while only withdrawals go inward, after crashes.", say_there,
	    "containment.safe_until", false },
	{ "sluice_guard_crashes_total", "Crashes of the guard.", say_number,
	    "containment.crashes", true },
	{ "sluice_guard_suspects", "Rules kept out since the guard crashed.",
	    say_number, "containment.suspects", false },
	{ "sluice_frozen", "1 when nobody's new rules go in.", say_bool,
	    "containment.frozen", false },
	{ "sluice_selftest_ok", "1 when the guard's own test passed.", say_bool,
	    "containment.selftest.ok", false },
	{ "sluice_selftest_failed", "Known-bad rules that passed the test.",
	    say_number, "containment.selftest.failed", false },
	{ "sluice_brake", "1 while a mass change waits for a person.",
	    say_there, "brake.since", false },
	{ "sluice_brake_rules", "Rules that the brake holds.", say_number,
	    "brake.rules", false },
	{ "sluice_log_size", "Entries of the log.", say_number, "log.size",
	    false },
	{ "sluice_log_pending", "Entries that are not on disk yet.", say_number,
	    "log.pending", false },
	{ "sluice_store_ok", "1 when the store is there and has room.",
	    say_store, "store", false },
	{ "sluice_log_sealed", "1 when checkpoints of the log are signed.",
	    metrics_sealed, "log.checkpoint.state", false },
	{ "sluice_log_seal_state", "1 for the state of the log's signature.",
	    metrics_seal_state, "log.checkpoint.state", false },
	{ "sluice_log_checkpoint_size", "Entries under the last checkpoint.",
	    say_number, "log.checkpoint.size", false },
	{ "sluice_log_checkpoint_timestamp_seconds",
	    "When the last checkpoint was signed.", metrics_time,
	    "log.checkpoint.signed", false },
	{ "sluice_witness_cosigned_size",
	    "Entries that the witness has cosigned.", metrics_witness_size,
	    "size", false },
	{ "sluice_witness_timestamp_seconds", "When the witness cosigned last.",
	    metrics_witness_time, "at", false },
	{ "sluice_log_octets", "Octets that the log takes.", say_number,
	    "log.octets", false },
	{ "sluice_log_pruned_blocks",
	    "Blocks of 256 entries that retention removed.", say_number,
	    "log.pruned", false },
	{ "sluice_log_scrub_damaged",
	    "1 when the last full look at the log found damage.",
	    metrics_damaged, "log.scrub.damaged", false },
	{ "sluice_log_scrub_timestamp_seconds",
	    "When the log was last looked at in full.", metrics_time,
	    "log.scrub.time", false },
	{ "sluice_unicast_routes", "Routes of the unicast table.", say_family,
	    "feeds.*.routes", false },
	{ "sluice_unicast_feeds", "Feeds that are configured.", say_family,
	    "feeds.*.configured", false },
	{ "sluice_unicast_feeds_complete", "Feeds that are up and complete.",
	    say_family, "feeds.*.complete", false },
	{ "sluice_rpki_vrps", "Validated ROA payloads in force.", say_family,
	    "rpki.vrps.*", false },
	{ "sluice_rpki_state", "1 for the state of the RPKI data.",
	    say_rpki_state, "rpki.state", false },
	{ "sluice_rpki_seconds_to_expire",
	    "Until the RPKI data expires; negative after it.", say_left,
	    "rpki.expires", false },
	{ "sluice_irr_age_seconds", "Age of the customer's IRR file.",
	    say_irr_age, "irr.written", false },
};

void
metrics_add(struct body *body, const struct metrics_from *from)
{
	static const struct metrics_from none;
	struct metrics_from seen = from->up ? *from : none;

	seen.version = from->version;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		const struct metric *metric = &list[i];

		body_print(body, "# HELP %s %s\n", metric->name, metric->help);
		body_print(body, "# TYPE %s %s\n", metric->name,
		    metric->counter ? "counter" : "gauge");
		metric->say(body, metric, &seen);
	}
}
