/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What operators are shown, as JSON with stable names. Messages must have
 * passed their checks (proxy/common/check.h); values returned belong to the
 * caller.
 */
#pragma once

#include "proxy/common/message.h"
#include "proxy/control/json.h"

/* The clocks at one moment: times since boot are shown as times of day. */
struct view_now {
	uint64_t wall_ns; /* CLOCK_REALTIME */
	uint64_t boot_ms; /* CLOCK_BOOTTIME */
};

/*
 * One rule. Without an id (it was only asked about) "id" is null. "expires" is
 * the end of its state or of its ground, "ends" that of its lifetime,
 * "lifetime" the seconds until that; null: no end.
 */
struct json *view_rule(const struct msg_ctl_rule *msg);

/* {"name","verdict","reason","evidence"…}; verdict is pass, held or refused. */
struct json *view_check(const struct msg_ctl_check *msg);

/* One route of the unicast table. An AS that is not known is null. */
struct json *view_route(const struct msg_ctl_route *msg);

struct json *view_session(
    const struct msg_ctl_session *msg, const struct view_now *now);

/* A customer: limits that are none are null, as is the AS of the operators'
 * own rules. "lifetime" is in seconds, null without an end. */
struct json *view_customer(const struct msg_ctl_customer *msg);

/* How many verdicts with a reason; "customer" null: of all together. */
struct json *view_metric(const struct msg_ctl_metric *msg);

/* What the guard knows; the rest of "log" is null until the store's seal is put
 * into it. */
struct json *view_status(const struct msg_ctl_status *msg);
void view_status_seal(struct json *status, const struct msg_audit_seal *msg);

/* The seal of the log; keys, origin and note are null where there are none. */
struct json *view_seal(const struct msg_audit_seal *msg);

/* {"seq","raw","hash"}, raw in base64; {"block" or "pruned","hash"};
 * {"missing"}. */
struct json *view_raw(const struct msg_audit_raw *msg);

/* {"index","size","hashes":[…]} */
struct json *view_proof(const struct msg_audit_proof *msg);

/* One entry of the log. Members that mean nothing for its kind are left out. */
struct json *view_entry(const struct entry *entry);

/* ---- parts that several views share ---- */

/* "rule", "match", "action", "nlri". */
void view_put_rule(
    struct json *to, const struct rule *rule, const struct action_set *actions);

/* "reason", "reason_number", "detail". */
void view_put_reason(struct json *to, unsigned reason);

/* A BGP Identifier, null when it is 0.0.0.0. */
void view_put_router_id(struct json *to, const char *key, const uint8_t id[4]);

/* A number, null when it is UINT32_MAX: no limit. */
void view_put_limit(struct json *to, const char *key, uint32_t limit);

/* A text, null when it is empty. */
void view_put_some(struct json *to, const char *key, const char *text);

/* {"lifetime":seconds or null,"dry_run":bool}; null when nothing is asked. */
void view_put_wish(struct json *to, const char *key, const struct wish *wish);

/* A member a state, by its name. */
void view_put_states(struct json *to, const uint32_t by_state[STATE_COUNT]);

/* {all_name:all,part_name:part} */
struct json *view_pair(
    const char *all_name, uint32_t all, const char *part_name, uint32_t part);

/* Names of enum customer_mode and enum customer_validate; "?" past them. */
const char *view_mode(unsigned mode);
const char *view_validate(unsigned validate);

/* Name of an enum seal_state; "?" past them. */
const char *view_seal_state(unsigned state);

/* A time, null when it is 0. */
void view_put_time(struct json *to, const char *key, uint64_t wall_ns);

/* Octets as hexadecimal digits; out has 2 * n + 1. */
void view_hex(const uint8_t *octets, size_t n, char *out);

/* The same as a member; n is at most RULE_KEY_MAX or ENTRY_RAW_MAX. */
void view_put_hex(
    struct json *to, const char *key, const uint8_t *octets, size_t n);
