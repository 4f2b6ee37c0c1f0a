/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks on what another role sent. The channel has checked that the length
 * lies between msg_len_min() and msg_len_max() of the kind; these look inside.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proxy/common/message.h"

/* The array holds a NUL. */
bool check_text(const char *text, size_t size);

bool check_address(const struct address *address, bool may_be_any);

/* A single family bit. */
bool check_family(unsigned family);
/* The AFI that rules of this family have; NONE for unicast and others. */
unsigned check_rule_afi(unsigned family);
/* In the list of reasons. */
bool check_reason(unsigned reason);
/* n octets, all zero. */
bool check_zero(const uint8_t *octets, size_t n);
/* No numbers that no route has, or that contradict each other. */
bool check_facts(const struct route_facts *facts);

/*
 * The rule at the end of the message that begins at head, followed by raw_len
 * octets: it is valid, of the AFI of family (0: any), and the length adds up.
 * *raw (may be NULL) is set to the raw octets.
 */
bool check_rule_tail(const struct msg_head *head, const struct rule *rule,
    unsigned family, size_t raw_len, const uint8_t **raw);

/* Whole messages. */
bool check_rule_announce(
    const struct msg_rule_announce *msg, const uint8_t **raw);
bool check_rule_withdraw(const struct msg_rule_withdraw *msg);
bool check_rule_refused(
    const struct msg_rule_refused *msg, const uint8_t **raw);
bool check_out_rule(const struct msg_out_rule *msg);
/* Also that the prefixes are masked, and that the facts are those of a route
 * (of a withdrawal: none). */
bool check_unicast(const struct msg_unicast *msg);
bool check_ignore(const struct ignore *ignore);
bool check_session_state(const struct msg_session_state *msg);
bool check_auth(const struct auth_state *auth);
bool check_peer_auth(const struct msg_peer_auth *msg);
bool check_ctl_request(const struct msg_ctl_request *msg);
bool check_ctl_rule(const struct msg_ctl_rule *msg);
bool check_ctl_route(const struct msg_ctl_route *msg);
bool check_ctl_status(const struct msg_ctl_status *msg);
bool check_ctl_customer(const struct msg_ctl_customer *msg);
bool check_ctl_metric(const struct msg_ctl_metric *msg);
/* Also that the prefixes are masked and the lengths possible. */
bool check_vrps(const struct msg_vrp *msg);
bool check_rpki_state(const struct msg_rpki_state *msg);
bool check_cfg_rpki(const struct msg_cfg_rpki *msg);
bool check_cfg_irr(const struct msg_cfg_irr *msg);
bool check_wishes(const struct wish_rules *wishes);
/* Counts and texts; names, keys and URLs are not looked into. */
bool check_cfg_log(const struct msg_cfg_log *msg);
/* Octets where there are some, and their length adds up. */
bool check_audit_raw(const struct msg_audit_raw *msg);
/* Also that the note holds no NUL; not that it is one. */
bool check_audit_seal(const struct msg_audit_seal *msg);
bool check_guard_past(const struct msg_guard_past *msg);
bool check_guard_suspect(const struct msg_guard_suspect *msg);
bool check_held(const struct msg_held *msg);
bool check_confirm(const struct msg_confirm *msg);
/* What the log tells: classes, times and texts. */
bool check_log_level(const struct msg_log_level *msg);
bool check_log_ask(const struct msg_log_ask *msg);
bool check_log_shown(const struct msg_log_shown *msg);

/*
 * Around the log's signature: form only (texts, counts, a proof's length, a
 * note without NUL). Keys and notes are parsed by who uses them.
 */
bool check_signer_hello(const struct msg_signer_hello *msg);
bool check_sign(const struct msg_sign *msg);
bool check_cosign(const struct msg_cosign *msg);
bool check_signed(const struct msg_signed *msg);
bool check_submit(const struct msg_submit *msg);
bool check_submitted(const struct msg_submitted *msg);
