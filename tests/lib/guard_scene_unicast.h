/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unicast in the scene: customers' sessions that carry it beside their rules,
 * and feeds, which are route reflectors' sessions that carry nothing else.
 * Customers' sessions keep their routes and say them again to a new guard, or
 * when they are asked to; feeds keep none.
 */
#pragma once

#include "tests/lib/guard_scene.h"

/* Facts of a route through neighbor that was born in origin; both 0: inside. */
struct route_facts scene_facts(uint32_t neighbor, uint32_t origin);
/* The number of this place in scene.customers. */
uint32_t scene_asn(uint32_t customer);

/* ---- customers' sessions ---- */

/* A route with the customer's own AS as its path. */
void session_route(struct scene_session *session, const char *prefix);
void session_route_facts(struct scene_session *session,
    const struct prefix *prefix, const struct route_facts *facts);
void session_unroute(struct scene_session *session, const char *prefix);
void session_unroute_prefix(
    struct scene_session *session, const struct prefix *prefix);
/* A mark of unicast families. */
void session_unicast_mark(
    struct scene_session *session, enum rib_mark mark, unsigned families);
/* All that it keeps of these families, once more. */
void session_say_routes(struct scene_session *session, unsigned families);
/* The guard asked: all again, between two marks. */
void session_refresh(struct scene_session *session, unsigned families);

/* ---- feeds ---- */

/* To be added before scene_start(); IPv4 and IPv6 unicast. */
struct scene_feed *scene_feed_add(struct scene *scene);
void scene_give_feeds(struct scene *scene);
void feed_give(struct scene_feed *feed);
void feed_up(struct scene_feed *feed);
void feed_down(struct scene_feed *feed);
/* Its process dies, and another takes its place. */
void feed_die(struct scene_feed *feed);
void feed_mark(struct scene_feed *feed, enum rib_mark mark, unsigned families);
void feed_route(struct scene_feed *feed, const char *prefix, uint32_t neighbor);
void feed_route_facts(struct scene_feed *feed, const struct prefix *prefix,
    const struct route_facts *facts);
void feed_unroute(struct scene_feed *feed, const char *prefix);
void feed_unroute_prefix(struct scene_feed *feed, const struct prefix *prefix);
/* IPv4 /32 from this address on, step addresses apart; facts NULL: gone. */
void feed_many(struct scene_feed *feed, uint32_t first, unsigned n,
    uint32_t step, const struct route_facts *facts);

/* Let so much time pass, and settle. */
void scene_pass(struct scene *scene, uint64_t ms);

/* ---- looking ---- */

/* The rule that this session announces has this state, and reason. */
bool session_rule_is(const struct scene_session *session, const char *dst,
    enum state state, enum reason reason);
/* A scene whose customers validate by this feed: it has a complete view with
 * 10.1.0.0/16 through acme and 10.2.0.0/16 through bolt. */
struct scene *scene_with_feed(void (*change)(struct scene *scene));
