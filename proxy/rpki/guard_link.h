/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rpki role's channel to the guard: what the guard is owed of a set of
 * VRPs, then what the set is worth. Nothing is queued: when the channel is
 * full, what is owed stays owed until there is room.
 *
 * Order: to a new guard the state, MSG_VRP_BEGIN, everything, the state. Later
 * on: announcements, withdrawals, the state; so a VRP that replaces another is
 * there before the other goes. The guard says only that a held set has been
 * confirmed. A guard that has not been told the whole of a
 * fresh set yet hears LOADING.
 */
#pragma once

#include "proxy/common/channel.h"
#include "proxy/rpki/vrp_set.h"

struct guard_link;

/* set is borrowed. NULL when memory is out. */
struct guard_link *guard_link_new(struct loop *loop, struct vrp_set *set);
void guard_link_free(struct guard_link *link); /* NULL is fine */

/* Take over fd, a channel to a guard; the one before is closed. */
void guard_link_attach(struct guard_link *link, int fd);

/* This is how the set stands (state->head is not looked at). It follows when
 * all that is owed has been sent. */
void guard_link_state(
    struct guard_link *link, const struct msg_rpki_state *state);

/* Send what there is room for. */
void guard_link_settle(struct guard_link *link);

/* The guard has said that a person confirmed a held set; asked once. */
bool guard_link_confirmed(struct guard_link *link);

/* The guard did what no guard of ours does, and its channel is closed: the
 * process is to end, so that the next one is linked anew. */
bool guard_link_broken(const struct guard_link *link);
