/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators are shown of the sessions. */
#include "proxy/control/view.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "policy/dialect.h"

/* A name out of a list; "?" past its end or where it has a hole. */
static const char *
name_of(const char *const *names, size_t n, unsigned number)
{
	return number < n && names[number] != NULL ? names[number] : "?";
}
#define NAME(names, number)                                                    \
	name_of((names), sizeof(names) / sizeof((names)[0]), (number))

static const char *const bgp_states[] = {
	[BGP_IDLE] = "Idle",
	[BGP_CONNECT] = "Connect",
	[BGP_ACTIVE] = "Active",
	[BGP_OPEN_SENT] = "OpenSent",
	[BGP_OPEN_CONFIRM] = "OpenConfirm",
	[BGP_ESTABLISHED] = "Established",
};

static const char *const down_names[] = {
	[DOWN_NONE] = "none",
	[DOWN_LOST] = "lost",
	[DOWN_CEASED] = "ceased",
	[DOWN_REMOVED] = "removed",
	[DOWN_SHUTDOWN] = "shutdown",
	[DOWN_CLOSED] = "closed",
};

static const char *const refreshes[] = { "none", "plain", "enhanced" };

static struct json *
families(unsigned bits)
{
	struct json *list = json_list_new();

#define X(symbol, bit, afi, safi, name)                                        \
	if ((bits & (bit)) != 0)                                               \
		json_add_text(list, (name));
	FAMILY_MAP(X)
#undef X
	return list;
}

static void
put_address(struct json *to, const char *key, const struct address *address)
{
	char text[INET6_ADDRSTRLEN];
	int family = address->afi == AFI_IPV6 ? AF_INET6 : AF_INET;

	if (address->afi == AFI_NONE ||
	    inet_ntop(family, address->addr, text, sizeof(text)) == NULL)
		json_put_null(to, key);
	else
		json_put_text(to, key, text);
}

void
view_put_router_id(struct json *to, const char *key, const uint8_t id[4])
{
	struct address address = { .afi = AFI_IPV4 };

	memcpy(address.addr, id, 4);
	if (id[0] == 0 && id[1] == 0 && id[2] == 0 && id[3] == 0)
		address.afi = AFI_NONE;
	put_address(to, key, &address);
}

static void
put_counters(struct json *to, const struct msg_session_state *state)
{
	json_put_number(to, "established", state->established);
	json_put_number(to, "updates_in", state->updates_in);
	json_put_number(to, "updates_out", state->updates_out);
	json_put_number(to, "rules_in", state->rules_in);
	json_put_number(to, "malformed", state->malformed);
	json_put_number(to, "overflow", state->overflow);
	json_put_number(to, "unicast_in", state->unicast_in);
	json_put_number(to, "unicast_ignored", state->unicast_ignored);
	json_put_number(to, "held", state->held);
}

/* Why it is down, or was. */
static void
put_down(struct json *to, const struct msg_session_state *state)
{
	struct json *notification;

	json_put_text(to, "down", NAME(down_names, state->down));
	json_put_text(to, "text", state->text);
	if (state->code == 0) {
		json_put_null(to, "notification");
		return;
	}
	notification = json_new();
	json_put_number(notification, "code", state->code);
	json_put_number(notification, "subcode", state->subcode);
	json_put_text(
	    notification, "by", state->sent_last != 0 ? "us" : "neighbor");
	json_put(to, "notification", notification);
}

/* Time of day of a moment since boot. */
static uint64_t
wall_of(uint64_t boot_ms, const struct view_now *now)
{
	uint64_t ago_ms = boot_ms < now->boot_ms ? now->boot_ms - boot_ms : 0;

	if (boot_ms == 0 || ago_ms > now->wall_ns / 1000000)
		return 0;
	return now->wall_ns - ago_ms * 1000000;
}

/* Without a key a session counts as authenticated: it is as configured. */
static const char *
key_of(const struct msg_ctl_session *msg)
{
	if (msg->keyed == 0)
		return "none";
	return msg->state.up != 0 && msg->state.authenticated != 0
		   ? "checked"
		   : "configured";
}

static uint64_t
sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void
put_key_id(struct json *to, const char *key, bool there, uint8_t id)
{
	if (there)
		json_put_number(to, key, id);
	else
		json_put_null(to, key);
}

/* With MD5 and down: what came to the whole host with a wrong signature, or
 * without one. */
static void
put_host(struct json *to, const struct msg_ctl_session *msg)
{
	if (msg->keyed != AUTH_MD5 || msg->state.up != 0)
		json_put_null(to, "host_last_minute");
	else
		json_put(to, "host_last_minute",
		    view_pair(
			"bad", msg->md5_bad, "unsigned", msg->md5_unsigned));
}

/*
 * How its segments are signed. The counts are of the connection that it has
 * now, and of what came from it to our listeners since sluice started; of MD5
 * the kernel counts nothing by neighbour.
 */
static struct json *
auth(const struct msg_ctl_session *msg)
{
	static const char *const kinds[] = {
		[AUTH_NONE] = "none",
		[AUTH_MD5] = "md5",
		[AUTH_AO] = "tcp-ao",
	};
	const struct auth_state *now = &msg->state.auth;
	const struct auth_state *before = &msg->auth;
	struct json *json = json_new();

	json_put_text(json, "kind", NAME(kinds, msg->keyed));
	put_key_id(json, "current_key", now->kind == AUTH_AO, now->current);
	put_key_id(json, "next_key", now->kind == AUTH_AO, now->next);
	json_put_number(json, "good", sum(now->good, before->good));
	json_put_number(json, "bad", sum(now->bad, before->bad));
	json_put_number(
	    json, "unknown_key", sum(now->unknown, before->unknown));
	json_put_number(
	    json, "unsigned", sum(now->unsigned_in, before->unsigned_in));
	put_host(json, msg);
	json_put_number(json, "ttl_security", msg->ttl_hops);
	return json;
}

static void
put_state(struct json *to, const struct msg_ctl_session *msg,
    const struct view_now *now)
{
	const struct msg_session_state *state = &msg->state;

	json_put_text(to, "state", NAME(bgp_states, state->state));
	json_put_bool(to, "up", state->up != 0);
	view_put_time(to, "since", wall_of(state->since_ms, now));
	json_put(to, "families", families(state->families));
	json_put(to, "complete", families(state->complete));
	json_put_text(to, "refresh", NAME(refreshes, state->refresh));
	json_put_bool(to, "authenticated", state->authenticated != 0);
	json_put_text(to, "key", key_of(msg));
	json_put(to, "auth", auth(msg));
	json_put_number(to, "hold_time", state->hold_s);
	view_put_router_id(to, "router_id", state->router_id);
	put_address(to, "local", &state->local);
	put_address(to, "remote", &state->remote);
	put_down(to, state);
	put_counters(to, state);
}

/* What it has in the unicast table, and what not. */
static void
put_unicast(struct json *to, const struct msg_ctl_session *msg)
{
	json_put(to, "fed", families(msg->fed));
	json_put(to, "routes",
	    view_pair("ipv4", msg->routes[0], "ipv6", msg->routes[1]));
	if (msg->internal != 0)
		return;
	json_put_number(to, "prefixes", msg->state.prefixes);
	json_put_number(to, "foreign", msg->foreign);
	json_put_text(to, "validate", view_validate(msg->validate));
}

/* The range that it is a place of, as of "198.51.100.0/28#1". */
static void
put_range(struct json *to, const struct msg_ctl_session *msg)
{
	const char *mark = strrchr(msg->name, '#');
	struct json *range;
	char prefix[NAME_MAX_LEN];

	if (msg->places == 0 || mark == NULL) {
		json_put_null(to, "range");
		return;
	}
	(void)snprintf(
	    prefix, sizeof(prefix), "%.*s", (int)(mark - msg->name), msg->name);
	range = json_new();
	json_put_text(range, "prefix", prefix);
	json_put_number(range, "places", msg->places);
	json_put_number(range, "taken", msg->taken);
	json_put(to, "range", range);
}

struct json *
view_session(const struct msg_ctl_session *msg, const struct view_now *now)
{
	struct json *json = json_new();

	json_put_text(json, "side", msg->internal != 0 ? "inward" : "customer");
	if (msg->internal != 0)
		json_put_null(json, "customer");
	else
		json_put_text(json, "customer", msg->customer);
	json_put_text(json, "neighbor", msg->name);
	json_put_number(json, "asn", msg->asn);
	if (msg->internal != 0)
		json_put_text(json, "emit", dialect_name(msg->emit));
	else
		json_put_text(json, "mode", view_mode(msg->mode));
	json_put_bool(json, "free", msg->free != 0);
	put_range(json, msg);
	put_state(json, msg, now);
	json_put_number(json, "rules", msg->rules);
	json_put_number(json, "accepted", msg->accepted);
	if (msg->internal == 0)
		json_put_number(json, "max_rules", msg->max_rules);
	put_unicast(json, msg);
	return json;
}
