/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rpki role but for RTRlib: which set of VRPs is in force, and what it is
 * worth (RFC 8210 6).
 *
 *   caches --heard--> what is live --at End of Data--> what is in force -->
 * guard
 *
 * At each End of Data the whole of what the caches have becomes the set in
 * force; or, when it is empty or smaller by more than shrink_percent, it is
 * held until a person says yes or a larger one comes. The set in force is ours:
 * what RTRlib drops because a cache has gone stays in it, and it ages: EXPIRED
 * at the Expire of its last End of Data, GONE after grace_s more. A set that is
 * held does not make the old one younger.
 *
 * Time comes in as an argument: CLOCK_BOOTTIME, ms.
 */
#pragma once

#include "proxy/common/channel.h"

struct rpki;

/* Where VRPs come from. Nothing of it is heard before start, after stop, or
 * from within either. */
struct rpki_source {
	/* 0, or -1: it cannot be started now. config has caches. */
	int (*start)(void *ctx, const struct msg_cfg_rpki *config);
	void (*stop)(void *ctx);
	void *ctx;
};

/* One End of Data. */
struct rpki_sync {
	uint32_t cache; /* its place in the configuration */
	uint32_t serial;
	uint32_t expire_s; /* the cache's, or ours */
	uint16_t session;
};

/* At most max VRPs are taken of all caches together. loop is borrowed. NULL
 * when memory is out. */
struct rpki *rpki_new(
    struct loop *loop, const struct rpki_source *source, size_t max);
void rpki_free(struct rpki *rpki); /* NULL is fine; stops the source */

/* From the supervisor. config is as check_cfg_rpki() lets it through; no caches
 * is RPKI_NONE. What is in force stays so over other changes. */
void rpki_configure(
    struct rpki *rpki, const struct msg_cfg_rpki *config, uint64_t now_ms);
void rpki_attach(struct rpki *rpki, int fd); /* a guard; fd is taken over */
/* A person said yes to what is held. */
void rpki_confirm(struct rpki *rpki, uint64_t now_ms);

/* From the source; cache is its place in the configuration. */
void rpki_heard(
    struct rpki *rpki, unsigned cache, const struct vrp *vrp, bool announce);
void rpki_synced(
    struct rpki *rpki, const struct rpki_sync *sync, uint64_t now_ms);
/* what goes wrong with this cache, in a few words that are not freed; NULL:
 * nothing any more. */
void rpki_trouble(struct rpki *rpki, unsigned cache, const char *what);

/* At least every second, and after each turn of the loop: the guard may have
 * passed on a confirmation. */
void rpki_tick(struct rpki *rpki, uint64_t now_ms);

/* How it stands; borrowed until the next call. */
const struct msg_rpki_state *rpki_look(const struct rpki *rpki);

/* The guard did what no guard of ours does: end. */
bool rpki_failed(const struct rpki *rpki);
