/* SPDX-License-Identifier: BSD-2-Clause */
/* Fixed answers, filled in by hand. */
#include "tests/lib/ctl_samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/customer.h"
#include "policy/dialect.h"
#include "policy/reason.h"
#include "policy/rule_text.h"

#define TEXT(array, text) ((void)snprintf((array), sizeof(array), "%s", (text)))
#define AGO_S(s)          (SAMPLE_NOW_NS - UINT64_C(1000000000) * (s))

static void
rule_of_text(const char *text, struct rule *rule, struct action_set *actions)
{
	struct rule_text_error error;

	if (rule_parse(text, rule, actions, &error) == 0)
		return;
	(void)fprintf(stderr, "not a rule: %s\n", text);
	abort();
}

static void
head_fill(struct msg_head *head, enum msg_kind kind, size_t len)
{
	head->kind = (uint16_t)kind;
	head->len = (uint32_t)((len + 7) & ~(size_t)7);
}

void
sample_rule(struct msg_ctl_rule *msg)
{
	memset(msg, 0, sizeof(*msg));
	msg->reason = REASON_ACCEPTED;
	msg->state = STATE_ACCEPTED;
	msg->family = FAMILY_IPV4_FLOWSPEC;
	msg->announced = 1;
	msg->durable = 1;
	msg->cost = 3;
	msg->parts = 1;
	msg->ends_ns = SAMPLE_NOW_NS + UINT64_C(82800000000000);
	msg->id = 17;
	msg->seq = 1234;
	msg->first_seen_ns = AGO_S(3600);
	msg->since_ns = AGO_S(192);
	msg->now_ns = SAMPLE_NOW_NS;
	TEXT(msg->customer, "acme");
	TEXT(msg->neighbor, "198.51.100.2");
	rule_of_text("match destination 203.0.113.7/32 protocol =17 "
		     "source-port =53 then discard",
	    &msg->rule, &msg->actions);
	head_fill(&msg->head, MSG_CTL_RULE,
	    offsetof(struct msg_ctl_rule, rule) + rule_size(&msg->rule));
}

void
sample_rule_refused(struct msg_ctl_rule *msg)
{
	memset(msg, 0, sizeof(*msg));
	msg->reason = REASON_NOT_REGISTERED;
	msg->state = STATE_REFUSED;
	msg->check = CHECK_OWNERSHIP;
	msg->family = FAMILY_IPV6_FLOWSPEC;
	msg->durable = 1;
	msg->id = 4711;
	msg->seq = 4711;
	msg->first_seen_ns = AGO_S(100000);
	msg->since_ns = AGO_S(100000);
	msg->expires_ns = SAMPLE_NOW_NS + UINT64_C(1800000000000);
	msg->now_ns = SAMPLE_NOW_NS;
	TEXT(msg->customer, "beta-networks");
	TEXT(msg->neighbor, "2001:db8:ffff::2");
	TEXT(msg->evidence, "2001:db8:666::1/128 is in no prefix of "
			    "beta-networks");
	rule_of_text(
	    "match destination 2001:db8:666::1/128 source "
	    "2001:db8::/32 protocol =6 destination-port >=1024&<=65535 "
	    "tcp-flags =S packet-length >=40&<=60 then rate-limit 9600",
	    &msg->rule, &msg->actions);
	head_fill(&msg->head, MSG_CTL_RULE,
	    offsetof(struct msg_ctl_rule, rule) + rule_size(&msg->rule));
}

void
sample_rule_ground(struct msg_ctl_rule *msg, enum rule_ground ground)
{
	sample_rule(msg);
	msg->ground = (uint8_t)ground;
	if (ground == GROUND_BRAKED)
		TEXT(msg->evidence,
		    "best match 203.0.113.0/24 leads to AS65002 (from rr1), "
		    "acme is AS65001");
	if (ground == GROUND_GONE || ground == GROUND_REST)
		msg->expires_ns = SAMPLE_NOW_NS + UINT64_C(43000000000);
	if (ground != GROUND_REST)
		return;
	msg->state = STATE_REVOKED;
	msg->reason = REASON_NO_ROUTE;
	msg->check = CHECK_VALIDATION;
	msg->announced = 0;
	msg->cost = 0;
	msg->parts = 0;
}

void
sample_rule_noc(struct msg_ctl_rule *msg)
{
	sample_rule(msg);
	msg->id = 4720;
	msg->state = STATE_MONITORED;
	msg->reason = REASON_DRY_RUN;
	msg->announced = 0;
	msg->wish.lifetime_s = 5400;
	msg->wish.dry_run = 1;
	msg->expires_ns = msg->ends_ns + UINT64_C(1000000000);
	TEXT(msg->customer, "noc");
	TEXT(msg->neighbor, "");
	TEXT(msg->operator_name, "alice");
}

void
sample_check(struct msg_ctl_check *msg, unsigned check)
{
	memset(msg, 0, sizeof(*msg));
	head_fill(&msg->head, MSG_CTL_CHECK, sizeof(*msg));
	msg->check = (uint8_t)check;
	msg->reason = REASON_ACCEPTED;
	TEXT(msg->evidence, "as it should be");
	if (check == CHECK_SCOPE) {
		msg->reason = REASON_WIDE;
		TEXT(msg->evidence, "/48 is held from /48 to /55");
	} else if (check == CHECK_OWNERSHIP) {
		msg->reason = REASON_NOT_REGISTERED;
		TEXT(msg->evidence,
		    "2001:db8:666::1/128 is in no prefix of beta-networks");
	}
}

void
sample_status(struct msg_ctl_status *msg)
{
	memset(msg, 0, sizeof(*msg));
	head_fill(&msg->head, MSG_CTL_STATUS, sizeof(*msg));
	msg->store = STORE_FINE;
	msg->synced = 1;
	msg->started_ns = AGO_S(18420);
	msg->generation = 3;
	msg->log_size = 4712;
	msg->log_pending = 2;
	msg->store_behind = 9;
	msg->customers = 12;
	msg->sessions = 15;
	msg->sessions_up = 14;
	msg->inward = 2;
	msg->inward_up = 2;
	msg->rules = 100;
	msg->by_state[STATE_ACCEPTED] = 88;
	msg->by_state[STATE_HELD] = 2;
	msg->by_state[STATE_REFUSED] = 10;
	msg->out = 90;
	msg->selftest_ok = 1;
	msg->selftest_asked = 64;
	msg->fleet_rules = 98;
	msg->fleet_rules_max = UINT32_MAX;
	msg->fleet_cost = 212;
	msg->fleet_cost_max = 2800;
	msg->md5 = (struct auth_state){ .kind = AUTH_MD5, .bad = 3 };
	for (unsigned i = 0; i < 32; i++)
		msg->config_hash[i] = (uint8_t)(0xa0 + i);
}

void
sample_status_braked(struct msg_ctl_status *msg)
{
	sample_status(msg);
	msg->store_behind = 0;
	msg->feeds[0] = msg->feeds[1] = 2;
	msg->feeds_complete[0] = 2;
	msg->prefixes[0] = 1048576;
	msg->prefixes[1] = 1;
	msg->routes[0] = 2097152;
	msg->routes[1] = 1;
	msg->unicast_octets = UINT64_C(134217729);
	msg->foreign = 17;
	msg->table_full = 3;
	msg->damped = 2;
	msg->braked = 312;
	msg->braked_customers = 5;
	msg->braked_since_ns = AGO_S(130);
}

void
sample_status_unusual(struct msg_ctl_status *msg)
{
	sample_status_braked(msg);
	msg->inward_up = 1;
	msg->store = STORE_FULL;
	msg->panic = msg->frozen = 1;
	msg->panic_since_ns = AGO_S(75);
	TEXT(msg->panic_by, "alice");
	msg->selftest_ok = 0;
	msg->selftest_failed = 1;
	TEXT(msg->selftest_text, "own-session: accepted \x1b[31m");
	msg->safe_until_ns = AGO_S(0) + UINT64_C(200000000000);
	msg->crashes = 3;
	msg->suspects = 1;
	msg->quarantined = 1;
	msg->muted = 2;
	msg->waiting = 3;
	msg->ending = 1;
	msg->near = 2;
	msg->paced = 1;
	msg->rpki = RPKI_EXPIRED;
	msg->rpki_held = 1;
	msg->rpki_serial = 4711;
	msg->vrps[0] = 450000;
	msg->vrps[1] = 150000;
	msg->rpki_have[0] = 600000;
	msg->rpki_have[1] = 12;
	msg->rpki_since_ns = AGO_S(8000);
	msg->rpki_expires_ns = AGO_S(800);
	TEXT(msg->rpki_cache, "127.0.0.1:3323");
	msg->irr_lists = 12;
	msg->irr_unusable = 1;
	msg->irr_held = 2;
	msg->rollback_ns = SAMPLE_NOW_NS + UINT64_C(90000000000);
}

void
sample_customer(struct msg_ctl_customer *msg)
{
	memset(msg, 0, sizeof(*msg));
	head_fill(&msg->head, MSG_CTL_CUSTOMER, sizeof(*msg));
	msg->asn = 65001;
	msg->mode = CUSTOMER_ENFORCE;
	msg->validate = VALIDATE_NEIGHBOR_AS;
	msg->rpki = OWN_RPKI_REQUIRE;
	msg->irr = 1;
	msg->sessions = 2;
	msg->sessions_up = 1;
	msg->known = 43;
	msg->by_state[STATE_ACCEPTED] = 41;
	msg->by_state[STATE_REFUSED] = 2;
	msg->waiting = 2;
	msg->ending = 1;
	msg->rules = 41;
	msg->rules_max = 50;
	msg->cost = 120;
	msg->cost_max = 200;
	msg->addresses = 300;
	msg->addresses_max = 512;
	msg->new_left = 18;
	msg->new_per_second = 10;
	msg->burst = 20;
	msg->strikes = 3;
	msg->strikes_max = 20;
	msg->registered = 1;
	msg->irr_prefixes = 12;
	msg->irr_written_ns = AGO_S(7200);
	msg->lifetime_ms = 86400000;
	TEXT(msg->name, "acme");
}

void
sample_customer_contained(struct msg_ctl_customer *msg)
{
	sample_customer(msg);
	msg->mode = CUSTOMER_MONITOR;
	msg->quarantined = msg->frozen = msg->muted = 1;
	msg->irr = 3;
	msg->irr_found = 2;
	msg->rules_max = msg->cost_max = UINT32_MAX;
	msg->addresses = 0;
	msg->addresses_max = UINT64_MAX;
	msg->new_per_second = msg->burst = UINT32_MAX;
	msg->strikes_max = 0;
	msg->lifetime_ms = 0;
	msg->contained_ns = AGO_S(600);
	TEXT(msg->contained_by, "alice");
	TEXT(msg->name, "beta-networks");
}

void
sample_customer_noc(struct msg_ctl_customer *msg)
{
	memset(msg, 0, sizeof(*msg));
	head_fill(&msg->head, MSG_CTL_CUSTOMER, sizeof(*msg));
	msg->noc = 1;
	msg->mode = CUSTOMER_ENFORCE;
	msg->rpki = OWN_RPKI_OFF;
	msg->validate = VALIDATE_OFF;
	msg->known = msg->by_state[STATE_ACCEPTED] = 1;
	msg->rules = msg->cost = 1;
	msg->rules_max = 50;
	msg->cost_max = 200;
	msg->addresses_max = UINT64_MAX;
	msg->new_per_second = 10;
	msg->burst = msg->new_left = 20;
	msg->lifetime_ms = 86400000;
	TEXT(msg->name, "noc");
}

void
sample_metric(struct msg_ctl_metric *msg)
{
	memset(msg, 0, sizeof(*msg));
	head_fill(&msg->head, MSG_CTL_METRIC, sizeof(*msg));
	msg->reason = REASON_NOT_REGISTERED;
	msg->count = 4711;
	TEXT(msg->customer, "acme");
}

static void
route_base(struct msg_ctl_route *msg, enum ctl_route_kind kind,
    const char *prefix, const char *why)
{
	memset(msg, 0, sizeof(*msg));
	head_fill(&msg->head, MSG_CTL_ROUTE, sizeof(*msg));
	msg->kind = (uint8_t)kind;
	msg->known = 1;
	msg->peer_asn = 64500;
	if (prefix_parse(prefix, &msg->prefix) < 0)
		abort();
	memcpy(msg->router_id, "\xc0\x00\x02\x0a", 4);
	msg->facts.local_pref = 100;
	TEXT(msg->source, "rr1");
	TEXT(msg->why, why);
}

/* Acme's own, over its session that is lost. */
static void
route_of_acme(struct msg_ctl_route *msg)
{
	route_base(msg, CTL_ROUTE_PATH, "203.0.113.0/24", "session state");
	msg->stale = 1;
	msg->external = 1;
	msg->peer_asn = 65001;
	memcpy(msg->router_id, "\xc6\x33\x64\x02", 4);
	msg->facts.neighbor_as = msg->facts.origin_as = 65001;
	msg->facts.path_length = 1;
	msg->facts.origin = ROUTE_INCOMPLETE;
	TEXT(msg->source, "198.51.100.2");
	TEXT(msg->customer, "acme");
}

void
sample_route(struct msg_ctl_route *msg, unsigned i)
{
	static const char prefix[] = "203.0.113.0/24";

	if (i == 0) {
		route_base(msg, CTL_ROUTE_PATH, prefix, "local preference");
		msg->facts.local_pref = 200;
		msg->facts.neighbor_as = 65001;
		msg->facts.origin_as = 65101;
		msg->facts.path_length = 2;
		msg->facts.med = 10;
		msg->facts.flags = ROUTE_REFLECTED;
		msg->facts.originator_id = 0xc0000263;
		msg->facts.cluster_length = 1;
	} else if (i == 1) {
		route_base(msg, CTL_ROUTE_PATH, prefix, "local preference");
		msg->facts.flags = ROUTE_INTERNAL;
	} else if (i == 2) {
		route_of_acme(msg);
	} else {
		route_base(
		    msg, CTL_ROUTE_MORE, "203.0.113.128/25", "only route");
		msg->facts.neighbor_as = 4200000000;
		msg->facts.path_length = 3;
		msg->facts.origin = ROUTE_EGP;
	}
}

void
sample_route_unknown(struct msg_ctl_route *msg)
{
	route_base(msg, CTL_ROUTE_PATH, "2001:db8::/32", "only route");
	msg->known = 0;
	msg->stale = 1;
	msg->facts.neighbor_as = msg->facts.origin_as = 65001;
	msg->facts.path_length = 1;
}

static void
state_fill(struct msg_session_state *state)
{
	head_fill(&state->head, MSG_SESSION_STATE, sizeof(*state));
	state->families = FAMILY_FLOWSPEC;
	state->hold_s = 180;
	state->local.afi = AFI_IPV4;
	memcpy(state->local.addr, "\xc0\x00\x02\x01", 4);
	state->remote.afi = AFI_IPV4;
	memcpy(state->remote.addr, "\xc6\x33\x64\x02", 4);
}

void
sample_session(struct msg_ctl_session *msg)
{
	memset(msg, 0, sizeof(*msg));
	head_fill(&msg->head, MSG_CTL_SESSION, sizeof(*msg));
	msg->asn = 65001;
	msg->rules = 43;
	msg->accepted = 41;
	msg->max_rules = 50;
	msg->mode = CUSTOMER_ENFORCE;
	msg->keyed = AUTH_AO;
	TEXT(msg->customer, "acme");
	TEXT(msg->name, "198.51.100.2");
	state_fill(&msg->state);
	msg->state.state = BGP_ESTABLISHED;
	msg->state.up = 1;
	msg->state.complete = FAMILY_IPV4_FLOWSPEC;
	msg->state.refresh = 2;
	msg->state.authenticated = 1;
	msg->state.since_ms = SAMPLE_BOOT_MS - 11520000;
	msg->state.established = 2;
	msg->state.updates_in = 1042;
	msg->state.rules_in = 1100;
	msg->state.malformed = 1;
	msg->state.families |= FAMILY_IPV4_UNICAST;
	msg->state.unicast_in = 12;
	msg->state.unicast_ignored = 1;
	msg->state.prefixes = 11;
	msg->routes[0] = 9;
	msg->foreign = 2;
	msg->fed = FAMILY_IPV4_UNICAST;
	msg->validate = VALIDATE_NEIGHBOR_AS;
	msg->state.held = 43;
	msg->state.auth = (struct auth_state){ .kind = AUTH_AO,
		.current = 2,
		.next = 3,
		.good = 1230,
		.unknown = 1 };
	msg->auth = (struct auth_state){ .kind = AUTH_AO, .good = 4, .bad = 5 };
	memcpy(msg->state.router_id, "\xc6\x33\x64\x02", 4);
}

void
sample_session_feed(struct msg_ctl_session *msg)
{
	memset(msg, 0, sizeof(*msg));
	head_fill(&msg->head, MSG_CTL_SESSION, sizeof(*msg));
	msg->internal = 1;
	msg->asn = 64500;
	msg->rules = 90;
	msg->accepted = 90;
	msg->emit = DIALECT_STRICT;
	msg->routes[0] = 1048576;
	msg->routes[1] = 43210;
	msg->fed = FAMILY_IPV4_UNICAST;
	TEXT(msg->name, "rr1");
	state_fill(&msg->state);
	msg->state.state = BGP_ESTABLISHED;
	msg->state.up = 1;
	msg->state.families = FAMILY_ALL;
	msg->state.complete = FAMILY_IPV4_UNICAST;
	msg->state.refresh = 1;
	msg->state.since_ms = SAMPLE_BOOT_MS - 100000;
	msg->state.established = 1;
	msg->state.updates_in = 260000;
	msg->state.unicast_in = 1100000;
	msg->state.unicast_ignored = 12;
	memcpy(msg->state.router_id, "\xc0\x00\x02\x0a", 4);
}

void
sample_session_down(struct msg_ctl_session *msg)
{
	memset(msg, 0, sizeof(*msg));
	head_fill(&msg->head, MSG_CTL_SESSION, sizeof(*msg));
	msg->internal = 1;
	msg->asn = 64500;
	msg->rules = 90;
	msg->emit = DIALECT_STRICT;
	TEXT(msg->name, "rr1");
	state_fill(&msg->state);
	msg->state.state = BGP_ACTIVE;
	msg->state.down = DOWN_LOST;
	msg->state.code = 4;
	msg->state.sent_last = 1;
	msg->state.since_ms = SAMPLE_BOOT_MS - 42000;
	TEXT(msg->state.text, "hold timer expired \x1b[31m");
}

void
sample_session_place(struct msg_ctl_session *msg, unsigned n)
{
	sample_session(msg);
	(void)snprintf(msg->name, sizeof(msg->name), "198.51.100.32/28#%u", n);
	msg->keyed = AUTH_MD5;
	msg->ttl_hops = 1;
	msg->places = 8;
	msg->taken = 1;
	msg->auth = (struct auth_state){ 0 };
	msg->state.auth = (struct auth_state){ 0 };
	if (n == 2)
		return;
	msg->free = 1;
	msg->md5_bad = 67;
	msg->md5_unsigned = n == 1;
	msg->state.state = BGP_ACTIVE;
	msg->state.up = 0;
	msg->state.authenticated = 0;
}

void
sample_seal(struct msg_audit_seal *msg)
{
	memset(msg, 0, sizeof(*msg));
	head_fill(&msg->head, MSG_AUDIT_SEAL, sizeof(*msg));
	msg->state = SEAL_SIGNING;
	msg->size = 4700;
	msg->log_size = 4712;
	msg->signed_ns = AGO_S(1);
	msg->octets = UINT64_C(52428801);
	msg->pruned_blocks = 12;
	msg->scrub_ns = AGO_S(7200);
	msg->scrub_ms = 1234;
	msg->n_witnesses = 2;
	TEXT(msg->witness[0].name, "witness.example.net");
	msg->witness[0].size = 4700;
	msg->witness[0].at_ns = AGO_S(1);
	TEXT(msg->witness[1].name, "example.net/edge2/witness");
	TEXT(msg->witness[1].text, "not reached: connection refused");
	msg->begun_ns = AGO_S(86400 * 30);
	TEXT(msg->origin, "sluice/192.0.2.1/1f0a77c2");
	TEXT(msg->vkey, "sluice/192.0.2.1/1f0a77c2+00112233+AQID");
	TEXT(msg->cosigner, "sluice/192.0.2.1/witness+44556677+BAQF");
	TEXT(msg->note, "sluice/192.0.2.1/1f0a77c2\n4700\nAAAA\n\n"
			"\xe2\x80\x94 sluice/192.0.2.1/1f0a77c2 ABCD\n");
	msg->note_len = (uint32_t)strlen(msg->note);
}

void
sample_seal_rolled_back(struct msg_audit_seal *msg)
{
	sample_seal(msg);
	msg->state = SEAL_ROLLED_BACK;
	msg->seen_size = 9000;
	msg->damaged = 1;
	TEXT(msg->old_vkey, "sluice/192.0.2.1/1f0a77c2+8899aabb+AQIE");
	TEXT(msg->text, "9000 entries were signed, 4712 are there");
	TEXT(msg->scrub_text, "block 3: its index does not fit \x1b[31m");
	msg->begun_ns = AGO_S(3600);
	TEXT(msg->begun_text,
	    "before: log sluice/192.0.2.1/00c0ffee folder damaged-1 size 9 "
	    "root 00: page 7 \x1b[31m");
}
