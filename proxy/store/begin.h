/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the role does before it trusts a store: an operator's wish for a new log
 * is fulfilled, the files are inspected in a child, damage is set aside, and a
 * log that has just begun gets its name and its first entry.
 */
#pragma once

#include <stdbool.h>

#include "store/note.h"
#include "store/store.h"

/* What there was before this log; for its entry 0. */
struct begin {
	const char *shown;           /* the folder's name in log lines */
	char evidence[EVIDENCE_MAX]; /* "": nothing is known */
	char operator_name[32];      /* of who wanted a new log; "" */
	bool renewed;                /* the marker is still there */
};

/*
 * Look at the store at path and put it right; one thread may run, nothing may
 * be open. Log lines call it shown, which is borrowed as long as begin is used.
 * Returns 0 when it may be opened, -1 when it must not be: a log line has said
 * why.
 */
int begin_look(const char *path, const char *shown, struct begin *begin);

/* Say why the store cannot be opened, db.h's err; of a folder that cannot be
 * used also whose it is. */
void begin_fail(const char *path, const char *shown, int err);

/*
 * Read the log's name into origin (NOTE_NAME_MAX octets); a log that has none
 * yet gets one, "name/" and 8 hex digits, and an empty one its entry 0, in one
 * transaction. Waits for the disk. Returns 0 or an error (enum db_error).
 */
int begin_origin(struct store *store, const char *name,
    const struct begin *begin, char *origin);

/* The new log is there: take the operator's marker away. */
void begin_end(const char *path, const struct begin *begin);

/* Leave the marker: the next start sets the log aside. operator_name and reason
 * are texts from elsewhere. Durable when 0; -1: errno. */
int begin_renew(
    const char *path, const char *operator_name, const char *reason);
