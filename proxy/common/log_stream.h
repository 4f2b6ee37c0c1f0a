/* SPDX-License-Identifier: BSD-2-Clause */
/* Who reads standard error, and that they never hold up who writes. */
#pragma once

#include <stdbool.h>

/* Is fd a stream of systemd's journal? */
bool log_stream_is_journal(int fd);

/*
 * No write(2) to fd waits from now on: EAGAIN where its reader stands still.
 * A pipe or terminal is opened anew, since its flags are shared with whoever
 * started us; a socket is ours alone; a file has no reader and stays. For
 * processes that inherit fd it holds too. Returns 0 or -errno.
 */
int log_stream_unblock(int fd);
