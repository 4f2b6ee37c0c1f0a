/* SPDX-License-Identifier: BSD-2-Clause */
/* The unicast view of a prefix: its routes, why the best is best, and what
 * inside it leads elsewhere. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/guard/guard.h"

#define PATHS_MAX 64u    /* of one prefix shown */
#define MORE_MAX  100u   /* more-specifics shown */
#define LOOK_MAX  65536u /* more-specifics looked at */

static bool
row_send(struct guard *guard, uint32_t request, enum ctl_route_kind kind,
    const struct rib_route *route)
{
	const struct source_info *info =
	    rib_unicast_source(guard->unicast, route->source);
	const struct guard_peer *peer = guard->peers[info->peer];
	struct msg_ctl_route *msg =
	    channel_reserve(guard->control, MSG_CTL_ROUTE, sizeof(*msg));

	if (msg == NULL)
		return false;
	memset((char *)msg + sizeof(msg->head), 0,
	    sizeof(*msg) - sizeof(msg->head));
	msg->request = request;
	msg->kind = (uint8_t)kind;
	msg->stale = route->stale;
	msg->external = info->external;
	msg->prefix = route->prefix;
	msg->facts = *route->facts;
	msg->router_id[0] = (uint8_t)(info->router_id >> 24);
	msg->router_id[1] = (uint8_t)(info->router_id >> 16);
	msg->router_id[2] = (uint8_t)(info->router_id >> 8);
	msg->router_id[3] = (uint8_t)info->router_id;
	msg->known = unicast_known(guard, peer, route->prefix.afi);
	if (peer->internal) {
		msg->peer_asn = guard->config->router.asn;
		memcpy(msg->source, peer->name, sizeof(msg->source));
	} else {
		memcpy(msg->source, peer->session, sizeof(msg->source));
		memcpy(
		    msg->customer, peer->customer->name, sizeof(msg->customer));
		if (peer->customer->policy != NULL)
			msg->peer_asn = peer->customer->policy->asn;
	}
	if (kind == CTL_ROUTE_PATH)
		(void)snprintf(msg->why, sizeof(msg->why), "%s",
		    route_step_name(route->step));
	channel_commit(guard->control, sizeof(*msg));
	return true;
}

/* What became of the look at more-specifics. */
struct more {
	unsigned sent;
	unsigned left; /* not shown */
	bool cut;      /* there are some that were not looked at */
};

/* An AS_PATH that is empty and one that begins with an AS_SET have no left-most
 * AS, either of them. */
static bool
same_way(const struct route_facts *a, const struct route_facts *b)
{
	return a->neighbor_as == b->neighbor_as &&
	       ((a->flags ^ b->flags) & ROUTE_INTERNAL) == 0;
}

/* Those inside prefix that lead to another AS than its best match (NULL: it has
 * none). False when the channel has no room. */
static bool
more_send(struct guard *guard, const struct msg_ctl_request *msg,
    const struct rib_route *match, struct more *more)
{
	struct prefix_walk walk;
	struct rib_route route;
	unsigned looked = 0;

	*more = (struct more){ 0 };
	rib_unicast_walk(guard->unicast, &walk, &msg->prefix);
	while (rib_unicast_next(guard->unicast, &walk, &route)) {
		if (looked++ == LOOK_MAX) {
			more->cut = true;
			break;
		}
		if (match != NULL && same_way(route.facts, match->facts))
			continue;
		if (more->sent == MORE_MAX) {
			more->left++;
			continue;
		}
		if (!row_send(guard, msg->request, CTL_ROUTE_MORE, &route))
			return false;
		more->sent++;
	}
	return true;
}

/* Add to what the answer ends with. */
static void
say(struct guard_answer *answer, const char *text)
{
	size_t len = strlen(answer->text);

	(void)snprintf(&answer->text[len], sizeof(answer->text) - len, "%s%s",
	    len > 0 ? "; " : "", text);
}

static void
say_more(struct guard_answer *answer, const struct more *more)
{
	char text[64];

	if (more->left > 0) {
		(void)snprintf(text, sizeof(text),
		    "%u more-specific %s not shown", more->left,
		    more->left == 1 ? "route is" : "routes are");
		say(answer, text);
	}
	if (more->cut) {
		(void)snprintf(text, sizeof(text),
		    "more-specific routes behind the first %u not looked at",
		    LOOK_MAX);
		say(answer, text);
	}
}

/* Is the view complete in which no route covers it? Where no feed is configured
 * its owner's sessions are the view. */
static bool
is_known(const struct guard *guard, const struct prefix *prefix)
{
	unsigned f = prefix->afi == AFI_IPV6;
	bool owned = false;

	if (guard->feeds[f] > 0)
		return guard->fed[f] > 0;
	for (size_t i = 0; i < guard->n_customers; i++) {
		const struct guard_customer *customer = guard->customers[i];

		if (customer->policy == NULL ||
		    prefix_set_cover(customer->policy->own, prefix) == NULL)
			continue;
		if (customer->fed[f] > 0)
			return true;
		owned = true;
	}
	return !owned;
}

/* The routes of the best match of what is asked for. */
static bool
paths_send(struct guard *guard, const struct msg_ctl_request *msg,
    const struct prefix *prefix)
{
	struct rib_route routes[PATHS_MAX];
	size_t n =
	    rib_unicast_routes(guard->unicast, prefix, routes, PATHS_MAX);

	for (size_t i = 0; i < n; i++) {
		if (!row_send(guard, msg->request, CTL_ROUTE_PATH, &routes[i]))
			return false;
	}
	return true;
}

bool
operator_routes(struct guard *guard, const struct msg_ctl_request *msg,
    struct guard_answer *answer)
{
	struct rib_route match;
	struct more more;
	bool matches;

	if (!operator_room(guard))
		return false;
	matches = rib_unicast_match(guard->unicast, &msg->prefix, &match);
	if (matches) {
		answer->request.prefix = match.prefix;
		if (!paths_send(guard, msg, &match.prefix))
			return false;
	} else {
		answer->exit_code = 1;
		say(answer, "no unicast route covers it");
		if (!is_known(guard, &msg->prefix))
			say(answer, "the view is not complete");
	}
	if (!more_send(guard, msg, matches ? &match : NULL, &more))
		return false;
	say_more(answer, &more);
	return true;
}
