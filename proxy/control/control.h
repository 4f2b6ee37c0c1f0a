/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control role: operators' programs on one side, supervisor, guard and
 * store on the other.
 *
 *   client.c   lines of one connection, bounded both ways
 *   request.c  a line, made into what is asked
 *   task.c     what was asked, until its end
 *   listen.c   the socket, and who is at its other end
 *   access.c   what they may do
 *
 * Guard and store may go away and come back at any time; what was asked of
 * them then ends with an error, and the operator asks again.
 */
#pragma once

#include <stdbool.h>

#include "proxy/common/loop.h"
#include "proxy/control/access.h"
#include "proxy/sandbox/sandbox.h"

#define CONTROL_CLIENTS_MAX 32

struct control;

/*
 * Take over fd, the channel to the supervisor. NULL when out of memory; fd is
 * closed then. The loop is stopped when the supervisor says so or goes away,
 * and when control cannot listen.
 */
struct control *control_new(struct loop *loop, int fd);

/* How it gives up all other rights once it listens. */
void control_contain(struct control *control, sandbox_entry *enter);

/* Look those who connect up by other means than access_look_peer(). */
void control_look(struct control *control, access_look *look);

/* Close everything and remove the socket. NULL is fine. */
void control_free(struct control *control);

/* True when the role ended because it could not work. */
bool control_failed(const struct control *control);
