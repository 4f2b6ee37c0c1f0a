/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines to the machine's system log, which somebody else keeps: a log that is
 * rolled back cannot take them back.
 *
 * A datagram is "<85>Mmm dd hh:mm:ss sluice[PID]: LINE" (RFC 3164 as spoken on
 * local sockets; 85 is authpriv.notice; the time is local). LINE for a
 * checkpoint has words with one blank between them:
 *
 *   checkpoint ORIGIN SIZE ROOT NAME SIGNATURE [NAME SIGNATURE]…
 *
 * as they stand in the note; from it the note is made again as
 *
 *   ORIGIN "\n" SIZE "\n" ROOT "\n" "\n"
 *   then for each pair: EM DASH (U+2014) " " NAME " " SIGNATURE "\n"
 *
 * What a person looks for in the line: everything from "checkpoint " on.
 * Other lines begin with another word ("refused", "waiting").
 *
 * Never waits: what the socket does not take is lost, and said once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "store/note.h"

#define SYSLOG_LINE_MAX (NOTE_MAX + 64)

struct syslog;

/* Nothing is opened yet. NULL when out of memory. */
struct syslog *syslog_new(void);
void syslog_free(struct syslog *log); /* NULL is fine */

/* Send to the socket at path from now on; "": nowhere. Copied. */
void syslog_configure(struct syslog *log, const char *path);

/* One line without line end; control characters become blanks. True when the
 * socket took it. */
bool syslog_line(struct syslog *log, const char *line);

/* A note as a line. -1 when it is no checkpoint, or out is too small. */
int syslog_checkpoint(const char *note, size_t len, char *out, size_t size);
