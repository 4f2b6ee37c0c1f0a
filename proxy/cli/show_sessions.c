/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice sessions": a table, or one in full. */
#include <inttypes.h>
#include <string.h>

#include "proxy/cli/show.h"
#include "proxy/cli/table.h"

static bool
is_inward(const struct json *row)
{
	return json_text(row, "customer") == NULL;
}

/* "41/50": used of allowed, or inward held of what should be. */
static void
used(const struct json *row, char *buf, size_t size)
{
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX];

	(void)snprintf(buf, size, "%s/%s", show_number(row, "accepted", a),
	    show_number(row, is_inward(row) ? "rules" : "max_rules", b));
}

/* "12", "9999", "12k", "1.05M": in five characters or so. */
static void
count_short(const struct json *object, const char *key, char *buf, size_t size)
{
	uint64_t n = 0;

	(void)json_number(object, key, &n);
	if (n < 10000)
		(void)snprintf(buf, size, "%" PRIu64, n);
	else if (n < 1000000)
		(void)snprintf(buf, size, "%" PRIu64 "k", n / 1000);
	else
		(void)snprintf(buf, size, "%" PRIu64 ".%02" PRIu64 "M",
		    n / 1000000, n / 10000 % 100);
}

/* "1.05M/203k": in the unicast table, IPv4 and IPv6. */
static void
routes_short(const struct json *row, char *buf, size_t size)
{
	const struct json *routes = json_get(row, "routes");
	char v4[SHOW_NUMBER_MAX + 4], v6[SHOW_NUMBER_MAX + 4];

	count_short(routes, "ipv4", v4, sizeof(v4));
	count_short(routes, "ipv6", v6, sizeof(v6));
	(void)snprintf(buf, size, "%s/%s", v4, v6);
}

static bool
listed(const struct json *list, const char *name)
{
	for (size_t i = 0; i < json_length(list); i++) {
		const char *found = json_text_at(list, i);

		if (found != NULL && strcmp(found, name) == 0)
			return true;
	}
	return false;
}

/* What is wrong: why it is down, or that routes are still to come. */
static const char *
session_note(const struct json *row)
{
	static const char *const names[] = { "ipv4-unicast", "ipv6-unicast" };
	bool missing[2];

	if (!json_true_at(row, "up"))
		return show_field(row, "text");
	for (size_t i = 0; i < 2; i++)
		missing[i] = listed(json_get(row, "families"), names[i]) &&
			     !listed(json_get(row, "fed"), names[i]);
	if (missing[0] && missing[1])
		return "ipv4-unicast and ipv6-unicast are not complete";
	if (missing[0])
		return "ipv4-unicast is not complete";
	return missing[1] ? "ipv6-unicast is not complete" : NULL;
}

/* "198.51.100.0/28#1" of a range: who came to it, "198.51.100.5#1". */
static const char *
neighbor_name(const struct json *row, char *buf, size_t size)
{
	const char *name = show_field(row, "neighbor");
	const char *mark = strrchr(name, '#');
	const char *came = json_text(row, "remote");

	if (mark == NULL || came == NULL || !json_true_at(row, "up"))
		return name;
	(void)snprintf(buf, size, "%s%s", came, mark);
	return buf;
}

/* The first place of a range stands for it. */
static bool
is_range(const struct json *row)
{
	const char *mark = strrchr(show_field(row, "neighbor"), '#');

	return json_object_at(row, "range") && mark != NULL &&
	       strcmp(mark, "#1") == 0;
}

/* "1 of 8 places taken" */
static void
places(const struct json *row, char *buf, size_t size)
{
	const struct json *range = json_get(row, "range");
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX];

	(void)snprintf(buf, size, "%s of %s places taken",
	    show_number(range, "taken", a), show_number(range, "places", b));
}

/* Whoever is too many hops away is not heard. */
static bool
ttl_of(const struct json *row, uint64_t *hops)
{
	return json_number(json_get(row, "auth"), "ttl_security", hops) &&
	       *hops > 0;
}

/* Some session's segments are signed, or have to come from near. */
static bool
any_auth(const struct answer *answer)
{
	bool any = false;
	uint64_t hops;

	for (size_t i = 0; i < answer->n_rows && !any; i++) {
		struct json *line = answer_row(answer, i);
		const struct json *auth =
		    json_get(json_get(line, "row"), "auth");
		const char *kind = json_text(auth, "kind");

		any = (kind != NULL && strcmp(kind, "none") != 0) ||
		      ttl_of(json_get(line, "row"), &hops);
		json_free(line);
	}
	return any;
}

/* "", "md5", "tcp-ao", or with its keys and counts "tcp-ao key 2 (next 3), good
 * 1234, bad 0, unknown 0, unsigned 0"; then "ttl 1". */
static void
auth_print(const struct json *row, char *buf, size_t size)
{
	const struct json *auth = json_get(row, "auth");
	const char *kind = show_field(auth, "kind");
	uint64_t current, next, hops;
	size_t used;
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX], c[SHOW_NUMBER_MAX],
	    d[SHOW_NUMBER_MAX];

	(void)snprintf(
	    buf, size, "%.8s", strcmp(kind, "none") == 0 ? "" : kind);
	if (json_number(auth, "current_key", &current) &&
	    json_number(auth, "next_key", &next))
		(void)snprintf(buf, size,
		    "tcp-ao key %" PRIu64 " (next %" PRIu64
		    "), good %s, bad %s, unknown %s, unsigned %s",
		    current, next, show_number(auth, "good", a),
		    show_number(auth, "bad", b),
		    show_number(auth, "unknown_key", c),
		    show_number(auth, "unsigned", d));
	used = strlen(buf);
	if (ttl_of(row, &hops))
		(void)snprintf(&buf[used], size - used, "%sttl %" PRIu64,
		    used > 0 ? ", " : "", hops);
}

/* A range as a row, before those who are there. */
static void
range_add(struct table *table, const struct json *row)
{
	char asn[SHOW_NUMBER_MAX], auth[8 * SHOW_NUMBER_MAX],
	    taken[3 * SHOW_NUMBER_MAX];
	const char *kind = show_field(json_get(row, "auth"), "kind");
	uint64_t hops = 0;
	const char *cells[] = {
		show_field(row, "customer"),
		show_field(json_get(row, "range"), "prefix"),
		show_number(row, "asn", asn),
		"(range)",
		NULL,
		NULL,
		NULL,
		NULL,
		NULL,
	};

	places(row, taken, sizeof(taken));
	(void)snprintf(
	    auth, sizeof(auth), "%.8s", strcmp(kind, "none") == 0 ? "" : kind);
	if (ttl_of(row, &hops))
		(void)snprintf(auth, sizeof(auth), "%.8s%sttl %" PRIu64,
		    strcmp(kind, "none") == 0 ? "" : kind,
		    strcmp(kind, "none") == 0 ? "" : ", ", hops);
	table_add(table, cells, auth, taken);
}

static void
session_add(
    const struct show *show, struct table *table, const struct json *row)
{
	char asn[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX], known[SHOW_NUMBER_MAX],
	    malformed[SHOW_NUMBER_MAX], share[2 * SHOW_NUMBER_MAX],
	    routes[3 * SHOW_NUMBER_MAX], auth[8 * SHOW_NUMBER_MAX], name[96];
	const char *cells[] = {
		is_inward(row) ? "(inward)" : show_field(row, "customer"),
		neighbor_name(row, name, sizeof(name)),
		show_number(row, "asn", asn),
		show_field(row, "state"),
		show_age(show, row, "since", false, age),
		share,
		is_inward(row) ? "-" : show_number(row, "rules", known),
		show_number(row, "malformed", malformed),
		routes,
	};

	used(row, share, sizeof(share));
	routes_short(row, routes, sizeof(routes));
	auth_print(row, auth, sizeof(auth));
	table_add(table, cells, auth, session_note(row));
}

void
show_sessions(const struct show *show, const struct answer *answer)
{
	static const char *const heads[] = { "CUSTOMER", "NEIGHBOR", "AS",
		"STATE", "FOR", "USED", "KNOWN", "BAD", "ROUTES" };
	struct table *table = table_new(heads, sizeof(heads) / sizeof(heads[0]),
	    any_auth(answer) ? "AUTH" : NULL, 0x1f4);

	if (answer->n_rows == 0) {
		SHOW(show, "no sessions", "\n");
		table_free(table);
		return;
	}
	for (size_t i = 0; i < answer->n_rows; i++) {
		struct json *line = answer_row(answer, i);

		if (is_range(json_get(line, "row")))
			range_add(table, json_get(line, "row"));
		if (!json_true_at(json_get(line, "row"), "free"))
			session_add(show, table, json_get(line, "row"));
		json_free(line);
	}
	table_print(table, show->out, show->width, false);
	table_free(table);
}

/* A list of names, with blanks between. */
static void
names_print(const struct show *show, const struct json *list)
{
	if (json_length(list) == 0)
		SHOW(show, "none");
	for (size_t i = 0; i < json_length(list); i++) {
		const char *name = json_text_at(list, i);

		SHOW(show, i > 0 ? " " : "", name != NULL ? name : "?");
	}
	SHOW(show, "\n");
}

static void
session_down(const struct show *show, const struct json *row)
{
	const struct json *last = json_get(row, "notification");
	const char *down = show_field(row, "down");
	char code[SHOW_NUMBER_MAX], subcode[SHOW_NUMBER_MAX];

	if (show_field(row, "text")[0] != '\0')
		SHOW(show, "  last end     ",
		    strcmp(down, "none") == 0 ? "" : down,
		    strcmp(down, "none") == 0 ? "" : ": ",
		    show_field(row, "text"), "\n");
	if (json_object_at(row, "notification"))
		SHOW(show, "  notification ", show_number(last, "code", code),
		    "/", show_number(last, "subcode", subcode), ", sent by ",
		    show_field(last, "by"), "\n");
}

static bool
some(const struct json *object, const char *key)
{
	uint64_t n;

	return json_number(object, key, &n) && n > 0;
}

/* It carries unicast routes, or did. */
static bool
has_unicast(const struct json *row)
{
	const struct json *routes = json_get(row, "routes");

	return listed(json_get(row, "families"), "ipv4-unicast") ||
	       listed(json_get(row, "families"), "ipv6-unicast") ||
	       some(row, "unicast_in") || some(routes, "ipv4") ||
	       some(routes, "ipv6");
}

/* Routes that it announced, those that are in the table, and the families of
 * which all has come to the guard. */
static void
session_unicast(const struct show *show, const struct json *row)
{
	const struct json *routes = json_get(row, "routes");
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX], c[SHOW_NUMBER_MAX],
	    d[SHOW_NUMBER_MAX];

	SHOW(show, "  unicast      ", show_number(row, "unicast_in", a),
	    " announced, ", show_number(row, "unicast_ignored", b),
	    " of them ignored (communities, originators)", "\n");
	SHOW(show, "  in the table ", show_number(routes, "ipv4", a), " ipv4, ",
	    show_number(routes, "ipv6", b), " ipv6");
	if (!is_inward(row))
		SHOW(show, "; kept ", show_number(row, "prefixes", c),
		    "; seen outside what it owns: ",
		    show_number(row, "foreign", d));
	SHOW(show, "\n", "  guard has    ");
	names_print(show, json_get(row, "fed"));
}

static void
session_counters(const struct show *show, const struct json *row)
{
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX], c[SHOW_NUMBER_MAX];

	SHOW(show, "  updates      ", show_number(row, "updates_in", a),
	    " in, ", show_number(row, "updates_out", b), " out; established ",
	    show_number(row, "established", c),
	    strcmp(c, "1") == 0 ? " time" : " times", "\n");
	if (!is_inward(row))
		SHOW(show, "  rules in     ", show_number(row, "rules_in", a),
		    " announced, ", show_number(row, "malformed", b),
		    " malformed, ", show_number(row, "overflow", c),
		    " beyond the bound", "\n");
}

/* With a key: does the kernel check it now? */
static void
key_print(const struct show *show, const struct json *row)
{
	const char *kind = show_field(json_get(row, "auth"), "kind");
	const char *key = show_field(row, "key");
	char ttl[SHOW_NUMBER_MAX];
	uint64_t hops;

	if (strcmp(key, "none") == 0)
		SHOW(show, "no key");
	else
		SHOW(show, strcmp(kind, "none") == 0 ? "" : kind,
		    strcmp(kind, "none") == 0 ? "" : " ", "key ",
		    strcmp(key, "checked") == 0 ? "checked"
		    : json_true_at(row, "up")   ? "configured, NOT checked"
		    : json_true_at(row, "free") ? "configured"
						: "configured, not up");
	if (ttl_of(row, &hops))
		SHOW(show, ", ttl ",
		    show_number(json_get(row, "auth"), "ttl_security", ttl));
}

/* Of MD5, and down: what the kernel counts for all of the host only, and no
 * timeout would tell. */
static void
session_md5(const struct show *show, const struct json *row)
{
	const struct json *host =
	    json_get(json_get(row, "auth"), "host_last_minute");
	char a[SHOW_NUMBER_MAX];

	if (some(host, "bad"))
		SHOW(show, "  md5          ", show_number(host, "bad", a),
		    strcmp(a, "1") == 0 ? " segment" : " segments",
		    " with a wrong signature on this host in the last ",
		    "minute: compare the password with the neighbour's", "\n");
	if (some(host, "unsigned"))
		SHOW(show, "  md5          ", show_number(host, "unsigned", a),
		    strcmp(a, "1") == 0 ? " segment" : " segments",
		    " without a signature on this host in the last ",
		    "minute: does the neighbour have the password?", "\n");
}

/* Of TCP-AO: which keys, and what became of segments that came. */
static void
session_auth(const struct show *show, const struct json *row)
{
	const struct json *auth = json_get(row, "auth");
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX], c[SHOW_NUMBER_MAX],
	    d[SHOW_NUMBER_MAX];

	if (strcmp(show_field(auth, "kind"), "tcp-ao") != 0)
		return;
	SHOW(show, "  tcp-ao       key ", show_number(auth, "current_key", a),
	    " (next ", show_number(auth, "next_key", b), "), good ",
	    show_number(auth, "good", c), ", bad ",
	    show_number(auth, "bad", d));
	SHOW(show, ", unknown key ", show_number(auth, "unknown_key", a),
	    ", unsigned ", show_number(auth, "unsigned", b), "\n");
}

static const char *
address(const struct json *row, const char *key)
{
	const char *text = json_text(row, key);

	return text != NULL ? text : "not known";
}

/* What was agreed on; what a session that is down does not have is left out. */
static void
session_terms(const struct show *show, const struct json *row)
{
	bool inward = is_inward(row), up = json_true_at(row, "up");
	char hold[SHOW_NUMBER_MAX];

	if (json_text(row, "local") != NULL || json_text(row, "remote") != NULL)
		SHOW(show, "  addresses    ", address(row, "local"), " to ",
		    address(row, "remote"), up ? ", router id " : "",
		    up ? address(row, "router_id") : "", "\n");
	SHOW(show, "  session      ");
	if (up)
		SHOW(show, "hold time ", show_number(row, "hold_time", hold),
		    " s, refresh ", show_field(row, "refresh"), ", ");
	key_print(show, row);
	SHOW(show, inward ? ", emit " : ", mode ",
	    show_field(row, inward ? "emit" : "mode"), "\n");
	session_auth(show, row);
	session_md5(show, row);
	if (!inward)
		SHOW(
		    show, "  validation   ", show_field(row, "validate"), "\n");
	if (!up)
		return;
	SHOW(show, "  families     ");
	names_print(show, json_get(row, "families"));
	SHOW(show, "  complete     ");
	names_print(show, json_get(row, "complete"));
}

/* A range: what is the same for all who come. */
static void
range_show(const struct show *show, const struct json *row)
{
	char asn[SHOW_NUMBER_MAX], taken[3 * SHOW_NUMBER_MAX];

	places(row, taken, sizeof(taken));
	SHOW(show, show_field(row, "customer"), " ",
	    show_field(json_get(row, "range"), "prefix"), "  AS",
	    show_number(row, "asn", asn), "  ", taken, "\n");
	if (!json_true_at(row, "free"))
		return; /* it says the rest */
	SHOW(show, "  session      ");
	key_print(show, row);
	SHOW(show, ", mode ", show_field(row, "mode"), "\n");
	session_md5(show, row);
}

bool
show_session_hidden(const struct json *row)
{
	return json_true_at(row, "free") && !is_range(row);
}

void
show_session(const struct show *show, const struct json *row)
{
	bool inward = is_inward(row);
	char asn[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX],
	    share[2 * SHOW_NUMBER_MAX];

	if (is_range(row))
		range_show(show, row);
	if (json_true_at(row, "free"))
		return;
	if (is_range(row))
		SHOW(show, "\n");
	used(row, share, sizeof(share));
	SHOW(show, inward ? "inward" : show_field(row, "customer"), " ",
	    show_field(row, "neighbor"), "  AS", show_number(row, "asn", asn),
	    "  ", show_field(row, "state"), " for ",
	    show_age(show, row, "since", false, age), "\n");
	session_terms(show, row);
	SHOW(show, "  used         ", share,
	    inward ? " (rules that it has, of what it should have)"
		   : " (rules that count, of what it may have)",
	    "\n");
	session_counters(show, row);
	if (has_unicast(row))
		session_unicast(show, row);
	session_down(show, row);
}
