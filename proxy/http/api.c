/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of control as JSON. */
#include "proxy/http/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/control/json.h"
#include "proxy/control/view.h"
#include "proxy/control/when.h"

/* ---- parts ---- */

/* Append a value; it is taken. */
static void
value_add(struct body *body, struct json *value)
{
	size_t len;
	char *text = json_print(value, &len);

	body_add(body, text, len);
	free(text);
	json_free(value);
}

/* Append a string, quoted. */
static void
string_add(struct body *body, const char *text)
{
	struct json *list = json_list_new();
	char *printed;
	size_t len;

	json_add_text(list, text);
	printed = json_print(list, &len);
	if (len > 2)
		body_add(body, &printed[1], len - 2);
	free(printed);
	json_free(list);
}

/* "2026-01-31 03:04:05" of our time, as birdwatcher writes it. */
static void
put_short_time(struct json *to, const char *key, const char *time)
{
	char text[20] = "";

	if (time != NULL && strlen(time) >= 19) {
		memcpy(text, time, 19);
		text[10] = ' ';
	}
	json_put_text(to, key, text);
}

/* {"api":…,"ttl":…, and the name of what follows. */
static void
head_add(struct body *body, const struct api_head *head, const char *name)
{
	struct json *api = json_new(), *cache = json_new(), *at = json_new();
	char text[WHEN_TEXT_MAX];

	json_put_text(
	    at, "date", when_print(head->fetched_ns, text, sizeof(text)));
	json_put_text(at, "timezone_type", "UTC");
	json_put_text(at, "timezone", "UTC");
	json_put(cache, "cached_at", at);
	json_put_text(api, "Version", head->version);
	json_put_bool(
	    api, "result_from_cache", head->fetched_ns < head->now_ns);
	json_put(api, "cache_status", cache);
	body_text(body, "{\"api\":");
	value_add(body, api);
	body_print(body, ",\"ttl\":\"%s\",\"%s\":",
	    when_print(head->fetched_ns + head->ttl_ns, text, sizeof(text)),
	    name);
}

/* Row i, the caller's; NULL when it is no object. */
static struct json *
row_read(const struct rows *rows, size_t i)
{
	char why[128];
	size_t len;
	const char *text = rows_at(rows, i, &len);

	return json_read(text, len, why, sizeof(why));
}

static void
forget(struct json *object, const char *key)
{
	json_free(json_take(object, key));
}

static uint64_t
number_or_0(const struct json *object, const char *key)
{
	uint64_t number;

	return json_number(object, key, &number) ? number : 0;
}

static const char *
text_or(const struct json *object, const char *key, const char *other)
{
	const char *text = json_text(object, key);

	return text == NULL ? other : text;
}

/* ---- status ---- */

static struct json *
status_view(const struct api_head *head, const struct json *row)
{
	struct json *status = json_new();

	json_put_text(status, "version", head->version);
	json_put_text(status, "message", "sluice is up");
	view_put_time(status, "current_server", head->fetched_ns);
	json_put_text(status, "last_reboot", text_or(row, "started", ""));
	return status;
}

void
api_status(
    struct body *body, const struct api_head *head, const struct rows *rows)
{
	struct json *row = rows->n == 1 ? row_read(rows, 0) : NULL;
	struct json *inner;

	if (row == NULL)
		row = json_new();
	inner = json_take(row, "containment");
	if (inner != NULL) {
		forget(inner, "panic_by");
		json_put(row, "containment", inner);
	}
	head_add(body, head, "status");
	value_add(body, status_view(head, row));
	body_text(body, ",\"sluice\":");
	value_add(body, row);
	body_text(body, "}\n");
}

/* ---- lists ---- */

/* All rows, without this member. */
static void
list_add(struct body *body, const struct api_head *head, const char *name,
    const struct rows *rows, const char *without)
{
	const char *before = "";

	head_add(body, head, name);
	body_text(body, "[");
	for (size_t i = 0; i < rows->n && !body->full; i++) {
		struct json *row = row_read(rows, i);

		if (row == NULL)
			continue;
		forget(row, without);
		body_text(body, before);
		value_add(body, row);
		before = ",";
	}
	body_print(
	    body, "],\"truncated\":%s}\n", rows->truncated ? "true" : "false");
}

void
api_customers(
    struct body *body, const struct api_head *head, const struct rows *rows)
{
	list_add(body, head, "customers", rows, "contained_by");
}

void
api_rules(
    struct body *body, const struct api_head *head, const struct rows *rows)
{
	list_add(body, head, "rules", rows, "operator");
}

/* ---- sessions ---- */

/* "acme/198.51.100.2", or "rr1". */
static void
protocol_name(const struct json *row, char name[API_NAME_MAX])
{
	const char *customer = json_text(row, "customer");
	const char *neighbor = text_or(row, "neighbor", "");

	if (customer == NULL)
		(void)snprintf(name, API_NAME_MAX, "%s", neighbor);
	else
		(void)snprintf(name, API_NAME_MAX, "%s/%s", customer, neighbor);
}

static struct json *
protocol_routes(const struct json *row)
{
	struct json *routes = json_new();
	bool inward = json_text(row, "customer") == NULL;
	uint64_t known = number_or_0(row, "rules");
	uint64_t accepted = number_or_0(row, "accepted");

	json_put_number(routes, "imported", inward ? 0 : known);
	json_put_number(routes, "accepted", inward ? 0 : accepted);
	json_put_number(routes, "filtered",
	    inward || accepted > known ? 0 : known - accepted);
	json_put_number(routes, "exported", inward ? accepted : 0);
	json_put_number(routes, "preferred", inward ? 0 : accepted);
	return routes;
}

static struct json *
protocol_view(const struct json *row, const char *name)
{
	struct json *view = json_new();
	const char *neighbor = text_or(row, "neighbor", "");

	json_put_text(view, "protocol", name);
	json_put_text(view, "bird_protocol", "BGP");
	json_put_text(view, "table", "flowspec");
	json_put_text(view, "state", json_true_at(row, "up") ? "up" : "down");
	put_short_time(view, "state_changed", json_text(row, "since"));
	json_put_text(view, "connection", text_or(row, "state", ""));
	json_put_text(view, "bgp_state", text_or(row, "state", ""));
	json_put_text(view, "description", name);
	json_put_text(
	    view, "neighbor_address", text_or(row, "remote", neighbor));
	json_put_number(view, "neighbor_as", number_or_0(row, "asn"));
	json_put_text(view, "neighbor_id", text_or(row, "router_id", ""));
	json_put_text(view, "source_address", text_or(row, "local", ""));
	json_put_number(view, "hold_timer", number_or_0(row, "hold_time"));
	json_put_text(view, "last_error", text_or(row, "text", ""));
	json_put(view, "routes", protocol_routes(row));
	return view;
}

void
api_protocols(
    struct body *body, const struct api_head *head, const struct rows *rows)
{
	const char *before = "";

	head_add(body, head, "protocols");
	body_text(body, "{");
	for (size_t i = 0; i < rows->n && !body->full; i++) {
		struct json *row = row_read(rows, i), *view;
		char name[API_NAME_MAX];

		if (row == NULL)
			continue;
		protocol_name(row, name);
		view = protocol_view(row, name);
		json_put(view, "sluice", row);
		body_text(body, before);
		string_add(body, name);
		body_text(body, ":");
		value_add(body, view);
		before = ",";
	}
	body_print(
	    body, "},\"truncated\":%s}\n", rows->truncated ? "true" : "false");
}

/* ---- rules of a session ---- */

static bool
protocol_known(const struct rows *sessions, const char *protocol)
{
	char name[API_NAME_MAX];
	bool known = false;

	for (size_t i = 0; i < sessions->n && !known; i++) {
		struct json *row = row_read(sessions, i);

		protocol_name(row, name);
		known = row != NULL && strcmp(name, protocol) == 0;
		json_free(row);
	}
	return known;
}

static struct json *
route_bgp(void)
{
	struct json *bgp = json_new();

	json_put_text(bgp, "origin", "");
	json_put(bgp, "as_path", json_list_new());
	json_put_text(bgp, "next_hop", "");
	json_put_text(bgp, "local_pref", "0");
	json_put_text(bgp, "med", "0");
	json_put(bgp, "communities", json_list_new());
	json_put(bgp, "large_communities", json_list_new());
	return bgp;
}

/* row is taken. */
static struct json *
route_view(struct json *row, const char *protocol)
{
	struct json *view = json_new(), *type = json_list_new();

	json_add_text(type, "Flowspec");
	json_put_text(view, "network", text_or(row, "match", ""));
	json_put_text(view, "from_protocol", protocol);
	json_put_text(view, "interface", "");
	json_put_text(view, "gateway", "");
	json_put_number(view, "metric", 0);
	put_short_time(view, "age", json_text(row, "first_seen"));
	json_put_bool(view, "primary", json_true_at(row, "announced"));
	json_put(view, "type", type);
	json_put(view, "bgp", route_bgp());
	forget(row, "operator");
	json_put(view, "sluice", row);
	return view;
}

int
api_routes(struct body *body, const struct api_head *head, const char *protocol,
    const struct rows *sessions, const struct rows *rules)
{
	const char *before = "";

	if (!protocol_known(sessions, protocol))
		return -1;
	head_add(body, head, "routes");
	body_text(body, "[");
	for (size_t i = 0; i < rules->n && !body->full; i++) {
		struct json *row = row_read(rules, i);
		char name[API_NAME_MAX] = "";

		if (row != NULL)
			protocol_name(row, name);
		if (row == NULL || strcmp(name, protocol) != 0) {
			json_free(row);
			continue;
		}
		body_text(body, before);
		value_add(body, route_view(row, protocol));
		before = ",";
	}
	body_print(
	    body, "],\"truncated\":%s}\n", rules->truncated ? "true" : "false");
	return 0;
}
