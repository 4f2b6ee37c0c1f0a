/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections to control: the supervisor makes them, the role's own thread
 * takes them from it, the thread that makes pages uses them, one question after
 * the other. http itself cannot connect to anything.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define LINK_SPARE_MAX 4u
#define LINK_KEEP_MS   20000u /* unused; control closes them later than that */

struct link;

/* NULL with errno. */
struct link *link_new(void);

/* Closes what is left. No thread uses it any more. NULL is fine. */
void link_free(struct link *link);

/* ---- the role's thread ---- */

/* A descriptor that can be read when link_waits() may have changed. */
int link_wanted_fd(const struct link *link);

/* Somebody waits for a connection, and none has been offered since. Makes
 * link_wanted_fd() unreadable. */
bool link_waits(struct link *link);

/* Take over a connection. With LINK_SPARE_MAX already there it is closed. */
void link_offer(struct link *link, int fd);

/* ---- the thread that asks ---- */

/*
 * A connection, the caller's, to be closed or given back by link_return(): one
 * that is there and stands, else the next one offered. -ETIMEDOUT at until_ms
 * (boot time), -ECANCELED when stop_fd (-1: none) is readable, or -errno.
 */
int link_take(struct link *link, int stop_fd, uint64_t until_ms);

/* Give back one on which every answer has been read to its end. */
void link_return(struct link *link, int fd);
