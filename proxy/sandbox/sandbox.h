/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a role can still do once it has been taken over: only its own work.
 *
 *   sandbox_begin   first in main(): no core, not dumpable, no new privileges,
 *                   limits, and of the capabilities only those that the way to
 *                   sandbox_enter() needs
 *   (the role hears its configuration from the supervisor, and from nobody
 *   else; binds or takes over what it owns)
 *   sandbox_enter   its own user, no capability, Landlock, seccomp; there is
 *                   no way back. Before any thread, and before an octet of
 *                   anybody but the supervisor is read
 *
 * Started as root, each role and each session has a user of its own: numbers
 * that no account has. Started as another user all have that one, and the
 * other layers keep them apart.
 *
 * Where the kernel lacks a layer the role goes on without, and says so once at
 * its start; a layer that is there and fails ends the role.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proxy/common/message_base.h"

#define SANDBOX_PATHS_MAX 8
#define SANDBOX_PORTS_MAX 16

/* What a role asks for beside what its kind has anyway. Strings are borrowed
 * for the call. */
struct sandbox_wants {
	const char *write[SANDBOX_PATHS_MAX]; /* folders: files in them are
						 read, written, made, removed */
	size_t n_write;
	const char *read[SANDBOX_PATHS_MAX]; /* files or folders */
	size_t n_read;
	const char *run[SANDBOX_PATHS_MAX]; /* programs, with what they load */
	size_t n_run;
	uint16_t connect[SANDBOX_PORTS_MAX]; /* TCP */
	size_t n_connect;
	uint32_t number; /* of a session: the peer's; else 0 */
};

/* What holds, for the log and the self-test. */
struct sandbox_level {
	bool user;    /* one of its own */
	int landlock; /* ABI, 0: the kernel has none */
	bool seccomp;
};

/* 0, or -errno: do not go on. */
int sandbox_begin(enum role role);

/* 0, or -errno: do not go on. level may be NULL. */
int sandbox_enter(enum role role, const struct sandbox_wants *wants,
    struct sandbox_level *level);

/* sandbox_enter(), or NULL: not at all, as in a test. */
typedef int sandbox_entry(enum role role, const struct sandbox_wants *wants,
    struct sandbox_level *level);

/* The user of a role (number: of a session) when started as root. */
uid_t sandbox_uid(enum role role, uint32_t number);

/*
 * Make the folder (0700) where it is missing. While still root, with a user for
 * each role: it and the role's own files right in it become the role's, and it
 * is the working folder then, for what is above it may be closed to the role.
 * Nothing is followed out of it: no symbolic link, no file with a second name;
 * no file of another name, and no folder with such files alone (-ENOTEMPTY), is
 * touched. 0, or -errno.
 */
int sandbox_own(const char *folder, enum role role);
