/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RTRlib, in whose threads the caches are spoken to: what they say is handed
 * over to the loop in order, through a bounded queue. The only place that knows
 * RTRlib.
 *
 * Caches of the lowest group are asked first, those of the next when one of
 * them fails, and so on; RTRlib goes back when a better group is whole again.
 * It speaks version 1 and goes down to 0 (RFC 8210 7), and takes a cache's
 * intervals where they are within the bounds of RFC 8210 6.
 */
#pragma once

#include "proxy/common/loop.h"
#include "proxy/common/message.h"
#include "proxy/rpki/rpki.h"

struct rtr_caches;

struct rtr_ops {
	/* VRPs are valid (check_vrps()). */
	void (*on_vrp)(
	    void *ctx, unsigned cache, const struct vrp *vrp, bool announce);
	void (*on_sync)(void *ctx, const struct rpki_sync *sync);
	/* what: in a few words that are not freed; NULL: nothing is wrong */
	void (*on_trouble)(void *ctx, unsigned cache, const char *what);
	void *ctx;
};

/* Begin to speak to the caches of config (one at least). NULL when that cannot
 * be done. */
struct rtr_caches *rtr_caches_open(struct loop *loop,
    const struct msg_cfg_rpki *config, const struct rtr_ops *ops);

/* No more is heard. RTRlib's threads end by themselves some time later. NULL is
 * fine. */
void rtr_caches_close(struct rtr_caches *caches);

/* RTRlib prints what it does: have that go nowhere. Once per process. */
void rtr_be_quiet(void);
