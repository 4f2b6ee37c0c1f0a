/* SPDX-License-Identifier: BSD-2-Clause */
/* The scene's unicast routes: of customers and of feeds. */
#include "tests/lib/guard_scene_unicast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/clock.h"

/* One message of prefixes with the same facts. */
struct routes_msg {
	struct msg_unicast msg;
	union {
		struct unicast4 four[UNICAST4_MAX];
		struct unicast6 six[UNICAST6_MAX];
	} at;
};

struct route_facts
scene_facts(uint32_t neighbor, uint32_t origin)
{
	struct route_facts facts = {
		.neighbor_as = neighbor, .origin_as = origin, .local_pref = 100
	};

	if (neighbor == 0 && origin == 0)
		facts.flags = ROUTE_INTERNAL;
	else
		facts.path_length = neighbor == origin ? 1 : 2;
	return facts;
}

uint32_t
scene_asn(uint32_t customer)
{
	return 65001 + customer;
}

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

/* One prefix into a message; its size. facts NULL: withdrawn. */
static size_t
fill(struct routes_msg *m, const struct prefix *prefix,
    const struct route_facts *facts)
{
	m->msg = (struct msg_unicast){ .n = 1, .withdraw = facts == NULL };
	if (facts != NULL)
		m->msg.facts = *facts;
	if (prefix->afi == AFI_IPV4) {
		m->msg.family = FAMILY_IPV4_UNICAST;
		m->at.four[0] = (struct unicast4){
			.addr = (uint32_t)prefix->addr[0] << 24 |
				(uint32_t)prefix->addr[1] << 16 |
				(uint32_t)prefix->addr[2] << 8 |
				prefix->addr[3],
			.len = prefix->len,
		};
		return sizeof(m->msg) + sizeof(m->at.four[0]);
	}
	m->msg.family = FAMILY_IPV6_UNICAST;
	m->at.six[0] = (struct unicast6){ .len = prefix->len };
	memcpy(m->at.six[0].addr, prefix->addr, sizeof(m->at.six[0].addr));
	return sizeof(m->msg) + sizeof(m->at.six[0]);
}

/* ---- customers' ---- */

static void
session_say_route(struct scene_session *s, const struct prefix *prefix,
    const struct route_facts *facts)
{
	struct routes_msg m;
	size_t size = fill(&m, prefix, facts);

	session_say(s, &m.msg, MSG_UNICAST, size);
}

static struct scene_route *
route_of(struct scene_session *s, const struct prefix *prefix)
{
	for (size_t i = 0; i < s->n_routes; i++) {
		if (prefix_cmp(&s->routes[i].prefix, prefix) == 0)
			return &s->routes[i];
	}
	return NULL;
}

void
session_route_facts(struct scene_session *s, const struct prefix *prefix,
    const struct route_facts *facts)
{
	struct scene_route *route = route_of(s, prefix);

	if (route == NULL) {
		assert_true(s->n_routes < SCENE_ROUTES);
		route = &s->routes[s->n_routes++];
	}
	*route = (struct scene_route){ *prefix, *facts };
	route->facts.local_pref = 0; /* the guard knows better */
	session_say_route(s, prefix, &route->facts);
}

void
session_route(struct scene_session *s, const char *text)
{
	const struct prefix prefix = prefix_of(text);
	const struct route_facts facts =
	    scene_facts(scene_asn(s->customer), scene_asn(s->customer));

	session_route_facts(s, &prefix, &facts);
}

void
session_unroute_prefix(struct scene_session *s, const struct prefix *prefix)
{
	struct scene_route *route = route_of(s, prefix);

	if (route == NULL)
		return;
	session_say_route(s, prefix, NULL);
	*route = s->routes[--s->n_routes];
}

void
session_unroute(struct scene_session *s, const char *text)
{
	const struct prefix prefix = prefix_of(text);

	session_unroute_prefix(s, &prefix);
}

void
session_unicast_mark(
    struct scene_session *s, enum rib_mark mark, unsigned families)
{
	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1) {
		struct msg_rib_mark msg = { .mark = (uint8_t)mark,
			.family = (uint8_t)bit };

		if ((bit & families & s->families & FAMILY_UNICAST) == 0)
			continue;
		if (mark == MARK_COMPLETE)
			s->complete |= (uint8_t)bit;
		session_say(s, &msg, MSG_RIB_MARK, sizeof(msg));
	}
}

void
session_say_routes(struct scene_session *s, unsigned families)
{
	for (size_t i = 0; i < s->n_routes; i++) {
		const struct scene_route *route = &s->routes[i];
		unsigned family = family_of(route->prefix.afi, SAFI_UNICAST);

		if (family & families & s->families)
			session_say_route(s, &route->prefix, &route->facts);
	}
}

void
session_refresh(struct scene_session *s, unsigned families)
{
	s->refreshes++;
	session_unicast_mark(s, MARK_REFRESH_BEGIN, families);
	session_say_routes(s, families);
	session_unicast_mark(s, MARK_REFRESH_END, families);
}

/* ---- feeds ---- */

/* Rules that it is told as well are nothing to it. */
static void
feed_hear(void *ctx, const struct msg_head *head, int fd)
{
	struct scene_feed *feed = ctx;

	assert_int_equal(fd, -1);
	feed->refreshes += head->kind == MSG_REFRESH;
}

static void
feed_closed(void *ctx)
{
	struct scene_feed *feed = ctx;

	channel_close(feed->channel);
	feed->channel = NULL;
}

static const struct channel_ops feed_ops = {
	.on_message = feed_hear,
	.on_closed = feed_closed,
};

static void
feed_say(struct scene_feed *feed, void *msg, enum msg_kind kind, size_t size)
{
	((struct msg_head *)msg)->kind = (uint16_t)kind;
	if (feed->channel == NULL)
		return;
	assert_int_equal(channel_send(feed->channel, msg, size, -1), 0);
	channel_flush(feed->channel);
}

struct scene_feed *
scene_feed_add(struct scene *scene)
{
	struct scene_feed *feed = &scene->feeds[scene->n_feeds++];

	assert_true(scene->n_feeds <= SCENE_FEEDS);
	feed->scene = scene;
	feed->peer = 199 + (uint32_t)scene->n_feeds;
	feed->families = FAMILY_UNICAST;
	feed->state.state = BGP_IDLE;
	feed->state.router_id[0] = 192;
	feed->state.router_id[3] = (uint8_t)scene->n_feeds;
	return feed;
}

static void
feed_tell(struct scene_feed *feed)
{
	feed->state.peer = feed->peer;
	feed_say(feed, &feed->state, MSG_SESSION_STATE, sizeof(feed->state));
}

void
feed_give(struct scene_feed *feed)
{
	struct msg_out_sync end = { .sync = OUT_SYNC_END };

	if (feed->removed)
		return;
	feed->state.complete = 0; /* towards this guard */
	channel_close(feed->channel);
	feed->channel =
	    scene_channel(feed->scene, feed->peer, &feed_ops, feed, &feed->fd);
	feed_tell(feed);
	feed_say(feed, &end, MSG_OUT_SYNC, sizeof(end));
}

void
scene_give_feeds(struct scene *scene)
{
	for (size_t i = 0; i < scene->n_feeds; i++)
		feed_give(&scene->feeds[i]);
}

void
feed_up(struct scene_feed *feed)
{
	feed->state.state = BGP_ESTABLISHED;
	feed->state.up = 1;
	feed->state.down = DOWN_NONE;
	feed->state.families = feed->families;
	feed->state.since_ms = clock_boot_ms();
	feed->state.established++;
	feed->state.complete = 0;
	feed_tell(feed);
}

void
feed_down(struct scene_feed *feed)
{
	feed->state.state = BGP_IDLE;
	feed->state.up = 0;
	feed->state.down = DOWN_LOST;
	feed->state.families = 0;
	feed->state.complete = 0;
	feed->state.since_ms = clock_boot_ms();
	feed_tell(feed);
}

void
feed_die(struct scene_feed *feed)
{
	feed->state.up = 0;
	feed->state.state = BGP_IDLE;
	feed_give(feed);
}

void
feed_mark(struct scene_feed *feed, enum rib_mark mark, unsigned families)
{
	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1) {
		struct msg_rib_mark msg = { .mark = (uint8_t)mark,
			.family = (uint8_t)bit };

		if ((bit & families & feed->families) == 0)
			continue;
		if (mark == MARK_COMPLETE)
			feed->state.complete |= (uint8_t)bit;
		feed_say(feed, &msg, MSG_RIB_MARK, sizeof(msg));
	}
}

void
feed_route_facts(struct scene_feed *feed, const struct prefix *prefix,
    const struct route_facts *facts)
{
	struct routes_msg m;
	size_t size = fill(&m, prefix, facts);

	feed_say(feed, &m.msg, MSG_UNICAST, size);
}

void
feed_route(struct scene_feed *feed, const char *text, uint32_t neighbor)
{
	const struct prefix prefix = prefix_of(text);
	const struct route_facts facts = scene_facts(neighbor, neighbor);

	feed_route_facts(feed, &prefix, &facts);
}

void
feed_unroute_prefix(struct scene_feed *feed, const struct prefix *prefix)
{
	feed_route_facts(feed, prefix, NULL);
}

void
feed_unroute(struct scene_feed *feed, const char *text)
{
	const struct prefix prefix = prefix_of(text);

	feed_unroute_prefix(feed, &prefix);
}

void
feed_many(struct scene_feed *feed, uint32_t first, unsigned n, uint32_t step,
    const struct route_facts *facts)
{
	struct routes_msg m;

	m.msg = (struct msg_unicast){ .family = FAMILY_IPV4_UNICAST,
		.withdraw = facts == NULL };
	if (facts != NULL)
		m.msg.facts = *facts;
	for (unsigned i = 0; i < n; i++) {
		m.at.four[m.msg.n++] =
		    (struct unicast4){ .addr = first + i * step, .len = 32 };
		if (m.msg.n < 200 && i + 1 < n)
			continue;
		feed_say(feed, &m.msg, MSG_UNICAST,
		    sizeof(m.msg) + m.msg.n * sizeof(m.at.four[0]));
		m.msg.n = 0;
	}
}

static bool
has_passed(struct scene *scene)
{
	return loop_now_ms(scene->loop) >= scene->wake_ms;
}

void
scene_pass(struct scene *scene, uint64_t ms)
{
	scene->wake_ms = loop_now_ms(scene->loop) + ms;
	scene_until(scene, has_passed);
	scene_settle(scene);
}

/* ---- looking ---- */

bool
session_rule_is(const struct scene_session *s, const char *dst,
    enum state state, enum reason reason)
{
	const struct rib_rule *rule = scene_known(s, dst);

	return rule != NULL && rule->state == state && rule->reason == reason;
}

struct scene *
scene_with_feed(void (*change)(struct scene *scene))
{
	struct scene *scene = scene_prepare();
	struct scene_feed *feed = scene_feed_add(scene);

	for (size_t i = 0; i < scene->n_customers; i++)
		scene->customers[i].validate = VALIDATE_NEIGHBOR_AS;
	if (change != NULL)
		change(scene);
	scene_start(scene);
	feed_up(feed);
	feed_route(feed, "10.1.0.0/16", scene_asn(0));
	feed_route(feed, "10.2.0.0/16", scene_asn(1));
	feed_mark(feed, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	return scene;
}
