/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators are shown of a route of the unicast table. */
#include "proxy/control/view.h"

#include <arpa/inet.h>

static const char *
origin_name(unsigned origin)
{
	static const char *const names[] = {
		[ROUTE_IGP] = "igp",
		[ROUTE_EGP] = "egp",
		[ROUTE_INCOMPLETE] = "incomplete",
	};

	return origin < sizeof(names) / sizeof(names[0]) ? names[origin] : "?";
}

/* None, or several in an AS_SET: null. */
static void
put_asn(struct json *to, const char *key, uint32_t asn)
{
	if (asn == 0)
		json_put_null(to, key);
	else
		json_put_number(to, key, asn);
}

static void
put_facts(struct json *to, const struct route_facts *facts)
{
	uint32_t originator = htonl(facts->originator_id);

	json_put_bool(to, "internal", (facts->flags & ROUTE_INTERNAL) != 0);
	put_asn(to, "neighbor_as", facts->neighbor_as);
	put_asn(to, "origin_as", facts->origin_as);
	json_put_number(to, "path_length", facts->path_length);
	json_put_number(to, "local_pref", facts->local_pref);
	json_put_number(to, "med", facts->med);
	json_put_text(to, "origin", origin_name(facts->origin));
	view_put_router_id(to, "originator_id", (const uint8_t *)&originator);
	json_put_number(to, "cluster_length", facts->cluster_length);
}

struct json *
view_route(const struct msg_ctl_route *msg)
{
	struct json *json = json_new();
	char text[PREFIX_TEXT_MAX];

	json_put_text(
	    json, "prefix", prefix_print(&msg->prefix, text, sizeof(text)));
	json_put_text(json, "source", msg->source);
	if (msg->customer[0] == '\0')
		json_put_null(json, "customer");
	else
		json_put_text(json, "customer", msg->customer);
	json_put_number(json, "asn", msg->peer_asn);
	json_put_bool(json, "external", msg->external != 0);
	json_put_bool(json, "stale", msg->stale != 0);
	put_facts(json, &msg->facts);
	view_put_router_id(json, "router_id", msg->router_id);
	json_put_text(json, "why", msg->why);
	return json;
}
