/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extended communities (attribute 16) and IPv6 address specific ones
 * (attribute 25) <-> struct action_set (RFC 8955 7, RFC 8956 6, drafts).
 */
#pragma once

#include "policy/action.h"
#include "proxy/wire/fault.h"
#include "proxy/wire/reader.h"
#include "proxy/wire/writer.h"

#define FLOW_ACTION_LEN  8  /* octets of one value of attribute 16 */
#define FLOW_ACTION6_LEN 20 /* of attribute 25 */

/*
 * Add the values of one attribute to *set, which the caller zeroed before the
 * first. Of two values of one kind the first stays; a different second one is
 * noted in set->repeated. Types reserved for Flowspec actions that are not
 * listed count as unknown, all others as stripped (both stop at 255). A
 * negative rate is 0 (RFC 8955 7.1).
 *
 * FAULT_ATTRIBUTE_LENGTH: empty, or not a multiple of the value's length.
 * FAULT_RATE_NOT_FINITE: treat as withdraw. After a fault *set is not to be
 * used.
 */
enum wire_fault flow_action_decode(struct span value, struct action_set *set);
enum wire_fault flow_action_decode6(struct span value, struct action_set *set);

/*
 * Write the actions of *set as values, without attribute header: those of
 * attribute 16, or those of attribute 25. Our own form: the AS octets of rates
 * 0, reserved octets 0. Return how many were written.
 */
unsigned flow_action_encode(
    const struct action_set *set, struct writer *writer);
unsigned flow_action_encode6(
    const struct action_set *set, struct writer *writer);
