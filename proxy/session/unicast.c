/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the peer says of unicast routes: which are used, and the facts of them.
 * Customers' go into routes_in, those of our routers through feed.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/session/communities.h"
#include "proxy/session/session.h"
#include "proxy/wire/notification.h"
#include "proxy/wire/unicast.h"
#include "proxy/wire/writer.h"

/* ---- which routes, and their facts ---- */

static uint32_t
router_id(const struct session *session)
{
	struct reader reader;

	reader_init(&reader, session->config.router_id,
	    sizeof(session->config.router_id));
	return reader_u32(&reader);
}

static bool
is_ignored(const struct session *session, const struct update *update)
{
	const struct ignore *ignore = &session->config.ignore;
	uint32_t originator = update->has_originator ? update->originator_id
						     : session->up->open.bgp_id;

	/* RFC 4456 8: our own come back. */
	if (update->has_originator && originator == router_id(session))
		return true;
	for (uint32_t i = 0; i < ignore->n_originators; i++)
		if (ignore->originator[i] == originator)
			return true;
	for (uint32_t i = 0; i < ignore->n_communities; i++)
		if (communities_have(update, &ignore->community[i]))
			return true;
	return false;
}

static void
facts_fill(const struct update *update, struct route_facts *out)
{
	memset(out, 0, sizeof(*out));
	out->neighbor_as = update->path.first_as;
	out->origin_as = update->path.origin_as;
	out->path_length = update->path.length;
	if (update->path.length == 0)
		out->flags |= ROUTE_INTERNAL;
	if (update->has_originator)
		out->flags |= ROUTE_REFLECTED;
	/* These are zero where they did not come, or may not (eBGP). */
	out->originator_id = update->originator_id;
	out->local_pref = update->local_pref;
	out->cluster_length = update->cluster_length;
	out->med = update->med;
	out->origin = update->origin;
}

/* ---- customers ---- */

/* Cease 6/1, and idle for long (RFC 4486 4: AFI, SAFI, bound). */
static bool
over_limit(struct session *session, unsigned family, struct cause *cause)
{
	uint32_t max = session->config.max_prefixes;
	struct writer writer;

	writer_init(&writer, session->limit_data, sizeof(session->limit_data));
	writer_u16(&writer, family_afi(family));
	writer_u8(&writer, family_safi(family));
	writer_u32(&writer, max);
	(void)snprintf(session->limit_text, sizeof(session->limit_text),
	    "more than %" PRIu32 " prefixes of %s", max, family_name(family));
	session->limited = true;
	cause->code = NOTIFICATION_CEASE;
	cause->subcode = NOTIFICATION_CEASE_MAX_PREFIXES;
	cause->down = DOWN_CLOSED;
	cause->data = (struct span){ session->limit_data, writer.len };
	cause->text = session->limit_text;
	log_line(LOG_REMOTE, "%s: idle for %u minutes", session->limit_text,
	    SESSION_IDLE_LIMIT_MS / 60000);
	return false;
}

static bool
out_of_memory(struct cause *cause)
{
	cause->code = NOTIFICATION_CEASE;
	cause->subcode = NOTIFICATION_CEASE_RESOURCES;
	cause->text = "out of memory for unicast routes";
	return false;
}

/* False: it ends the session. */
static bool
announced(struct session *session, const struct prefix *prefix,
    const struct route_facts *facts, struct cause *cause)
{
	unsigned family = family_of(prefix->afi, SAFI_UNICAST);

	switch (routes_in_announce(session->routes, prefix, facts,
	    (session->refreshing & family) != 0)) {
	case ROUTES_IN_FAILED:
		return out_of_memory(cause);
	case ROUTES_IN_OVERFLOW:
		return over_limit(session, family, cause);
	case ROUTES_IN_SAME:
	case ROUTES_IN_CHANGED:
		break;
	}
	return true;
}

static bool
keep(struct session *session, const struct update_nlri *part,
    const struct route_facts *facts, struct cause *cause)
{
	bool lingers = (session->state.complete & part->family) == 0;
	struct reader nlri = part->nlri;
	struct prefix prefix;

	if ((part->family & FAMILY_UNICAST) == 0)
		return true;
	while (nlri.left > 0) {
		if (unicast_next(&nlri, part->afi, &prefix) != WIRE_OK)
			return true; /* update_decode has seen to it */
		if (facts == NULL)
			routes_in_withdraw(session->routes, &prefix, lingers);
		else if (!announced(session, &prefix, facts, cause))
			return false;
	}
	return true;
}

/* ---- UPDATE ---- */

static unsigned
count(const struct update_nlri *part)
{
	return (part->family & FAMILY_UNICAST) == 0 ? 0 : part->n;
}

bool
unicast_update(
    struct session *session, const struct update *update, struct cause *cause)
{
	unsigned n = count(&update->mp_reach) + count(&update->announced);
	const struct route_facts *use = NULL;
	struct route_facts facts;

	if (n + count(&update->mp_unreach) + count(&update->withdrawn) == 0)
		return true;
	session->state.unicast_in += n;
	/* What is not used replaces what was: it counts as withdrawn. */
	if (n > 0 && update_usable_unicast(update)) {
		if (is_ignored(session, update)) {
			session->state.unicast_ignored += n;
		} else {
			facts_fill(update, &facts);
			use = &facts;
		}
	}
	if (session->routes == NULL) {
		feed_update(session, update, use);
		return true;
	}
	/* RFC 4271 4.3: a prefix in both ends up announced. */
	return keep(session, &update->withdrawn, NULL, cause) &&
	       keep(session, &update->mp_unreach, NULL, cause) &&
	       keep(session, &update->mp_reach, use, cause) &&
	       keep(session, &update->announced, use, cause);
}

/* ---- refresh ---- */

void
unicast_refresh(struct session *session, unsigned family, bool begins)
{
	if (begins)
		routes_in_stale(session->routes, family);
	else
		routes_in_sweep(session->routes, family);
}

static void
again(struct session *session, unsigned family)
{
	routes_in_again(session->routes, family);
	session->begin_due |= (uint8_t)family;
	/* Else the peer's own refresh will end. */
	if ((session->refreshing & family) == 0)
		session->end_due |= (uint8_t)family;
}

void
unicast_again(struct session *session, unsigned families)
{
	families &= session->state.families & (unsigned)FAMILY_UNICAST;
	if (session->up == NULL)
		return;
	if (session->routes == NULL) {
		feed_again(session, families);
		return;
	}
	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1)
		if ((families & bit) != 0)
			again(session, bit);
}

bool
unicast_ask(struct session *session)
{
	unsigned families = session->state.families & (unsigned)FAMILY_UNICAST;

	if (session->up == NULL || families == 0)
		return true;
	if (session->state.refresh == 0)
		return false;
	if (session->routes == NULL)
		feed_again(session, families);
	else
		learn_ask(session, families);
	return true;
}
