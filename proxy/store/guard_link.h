/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's end of its channel to the guard: entries in, "durable" out, and
 * the live rules when a new guard asks for them.
 *
 * A guard is greeted (MSG_STORE_HELLO) only when nothing that an earlier one
 * sent is still waiting: then the log's size is the number to go on with. What
 * waits for a full disk then is dropped: nobody was told that it is durable,
 * and the guard sends again what it has not heard of.
 */
#pragma once

#include "proxy/common/channel.h"
#include "proxy/store/notes.h"
#include "proxy/store/writer.h"

struct guard_link;

/* writer and store are borrowed. NULL when out of memory. */
struct guard_link *guard_link_new(
    struct loop *loop, struct store *store, struct writer *writer);
void guard_link_free(struct guard_link *link); /* NULL is fine */

/*
 * Which log it is (a valid name, told in the greeting), and what the store
 * itself wants recorded (borrowed): its entries are looked out for; key (its
 * len octets) is remembered with the one that tells of it. Before a guard is
 * there.
 */
void guard_link_origin(struct guard_link *link, const char *origin);
void guard_link_notes(struct guard_link *link, struct notes *notes);
void guard_link_key(
    struct guard_link *link, const uint8_t key[SEAL_PUBLIC_LEN]);

/* Ask the guard to record something. 0, or -1: no guard, or no room. */
int guard_link_note(struct guard_link *link, const struct msg_store_note *note);

/* Take over fd, a channel to a guard; the one before is closed. */
void guard_link_attach(struct guard_link *link, int fd);

/* A guard did what no guard of ours does. Its channel is closed, and nobody
 * makes another between the two: the process is to end, so that the next one is
 * linked anew. */
bool guard_link_broken(const struct guard_link *link);

/* A guard is there, or what it sent last has not been read. */
bool guard_link_up(const struct guard_link *link);

/* From the writer. */
void guard_link_durable(struct guard_link *link);
void guard_link_full(struct guard_link *link, bool full);

/*
 * Send no live rules before guard_link_believe(): the log may be an older one,
 * put in the place of what was signed. Its rules would be some that have been
 * withdrawn since, so when it is (believed false) they are not sent at all;
 * panics, freezes and quarantines are.
 */
void guard_link_doubt(struct guard_link *link);
void guard_link_believe(struct guard_link *link, bool believed);
