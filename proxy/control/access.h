/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may do what: roles from Unix groups, by what the kernel says of the
 * process at the other end of the socket.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "proxy/common/message.h"

/* Each may do what those before it may. */
enum access {
	ACCESS_NONE = 0,
	ACCESS_VIEWER, /* looks */
	ACCESS_NOC,    /* acts on rules and customers */
	ACCESS_ADMIN,  /* changes the configuration */
};
const char *access_name(unsigned access); /* "noc"; "?" when out of range */

/* More supplementary groups than this of one process are not looked at. */
#define ACCESS_GROUPS_MAX 1024u

/* A process. */
struct access_peer {
	uid_t uid;
	gid_t gid;
	size_t n_groups;
	gid_t groups[ACCESS_GROUPS_MAX]; /* supplementary; n_groups are set */
};

/* How a peer is looked up: the process at the other end of fd. Returns 0, or
 * -errno when it cannot be told. */
typedef int access_look(int fd, struct access_peer *out);

/* As the kernel keeps it from the moment of connect(): a group that was left
 * since then counts until the connection's end. */
access_look access_look_peer;

/* A group that gives a role. */
struct access_group {
	bool named; /* in the configuration */
	bool known; /* .. and there is such a group */
	gid_t gid;
};

struct access_rules {
	bool open; /* no group is named: whoever connects may do all */
	uid_t own; /* that sluice runs as: may do all */
	struct access_group groups[ACCESS_ADMIN + 1]; /* by enum access */
};

/* Rules of a configuration: looks the groups up, once. A name that no group has
 * is logged, and nobody has its role by group. Texts must end in their arrays.
 */
void access_rules_make(
    struct access_rules *rules, const struct msg_control_config *config);

/* The highest role of a peer. Root, and the user that sluice runs as, have
 * ADMIN; without rules of groups everybody has. */
enum access access_of(
    const struct access_rules *rules, const struct access_peer *peer);
