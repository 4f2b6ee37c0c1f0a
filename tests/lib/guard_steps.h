/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps that many tests of the guard take. Each settles. */
#pragma once

#include "tests/lib/guard_scene.h"

/* The guard dies; a new one is given all that is there. */
void step_restart(struct scene *scene);
/* An operator asks, and the answer is yes, or (NO) no. */
void step_do(struct scene *scene, enum ctl_verb verb, const char *customer);
void step_no(struct scene *scene, enum ctl_verb verb, const char *customer);
void step_do_id(struct scene *scene, enum ctl_verb verb, uint64_t id);
void step_no_id(struct scene *scene, enum ctl_verb verb, uint64_t id);
void step_status(struct scene *scene);
/* The row of the customer of this name. */
const struct msg_ctl_customer *step_customer(
    struct scene *scene, const char *name);
/* n rules 10.C.0.from/32 .., C the customer's own, discard. */
void step_announce(struct scene_session *session, unsigned from, unsigned n);
void step_withdraw(struct scene_session *session, unsigned from, unsigned n);
/* A rule that becomes so many rules inward. */
void step_announce_parts(
    struct scene_session *session, const char *dst, unsigned parts);
/* The rule in the guard's memory, to be changed as time would; asserted to be
 * there. */
struct rib_rule *step_rule(
    const struct scene_session *session, const char *dst);
/* Its lifetime ends now. */
void step_expire(struct scene_session *session, const char *dst);
/* The last entry of the table of live rules about this destination, to be
 * changed as another boot would have it. */
struct msg_entry *step_live_entry(struct scene *scene, const char *dst);
/* The rule that the operators announced; NULL: not known. */
struct rib_rule *step_noc_rule(struct scene *scene, const char *dst);
/* What the router was told to do with this destination; asserted to be
 * there. */
double step_rate(const struct scene_router *router, const char *dst);
