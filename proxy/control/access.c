/* SPDX-License-Identifier: BSD-2-Clause */
/* Roles from groups. */
#include "proxy/control/access.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/common/log.h"

#define ENTRY_FIRST 4096u      /* octets of a group's entry .. */
#define ENTRY_MAX   (1u << 20) /* .. and of the largest one that is read */

static const char *const names[] = {
	[ACCESS_NONE] = "none",
	[ACCESS_VIEWER] = "viewer",
	[ACCESS_NOC] = "noc",
	[ACCESS_ADMIN] = "admin",
};

const char *
access_name(unsigned access)
{
	return access <= ACCESS_ADMIN ? names[access] : "?";
}

int
access_look_peer(int fd, struct access_peer *out)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	out->n_groups = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return -errno;
	out->uid = cred.uid;
	out->gid = cred.gid;
	len = sizeof(out->groups);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, out->groups, &len) == 0)
		out->n_groups = len / sizeof(out->groups[0]);
	else /* too many of them; the primary one still counts */
		log_line(LOG_WARN, "socket: groups are not known: uid=%u: %s",
		    (unsigned)cred.uid, strerror(errno));
	return 0;
}

/* The number of a group by its name; false when there is none. */
static bool
group_find(const char *name, gid_t *out)
{
	struct group entry, *found = NULL;
	size_t size = ENTRY_FIRST;
	int status;

	do {
		char *buf = malloc(size);

		if (buf == NULL)
			return false;
		status = getgrnam_r(name, &entry, buf, size, &found);
		if (status == 0 && found != NULL)
			*out = found->gr_gid;
		free(buf);
		size *= 2;
	} while (status == ERANGE && size <= ENTRY_MAX);
	return status == 0 && found != NULL;
}

void
access_rules_make(
    struct access_rules *rules, const struct msg_control_config *config)
{
	const char *const named[] = {
		[ACCESS_VIEWER] = config->viewer,
		[ACCESS_NOC] = config->noc,
		[ACCESS_ADMIN] = config->admin,
	};

	*rules = (struct access_rules){ .open = true, .own = geteuid() };
	for (unsigned i = ACCESS_VIEWER; i <= ACCESS_ADMIN; i++) {
		struct access_group *group = &rules->groups[i];

		if (named[i][0] == '\0')
			continue;
		rules->open = false;
		group->named = true;
		group->known = group_find(named[i], &group->gid);
		if (!group->known)
			log_line(LOG_ERROR,
			    "socket: there is no such group, nobody has its "
			    "role: role=%s group=%s",
			    names[i], named[i]);
	}
}

static bool
is_member(const struct access_peer *peer, gid_t gid)
{
	if (peer->gid == gid)
		return true;
	for (size_t i = 0; i < peer->n_groups && i < ACCESS_GROUPS_MAX; i++) {
		if (peer->groups[i] == gid)
			return true;
	}
	return false;
}

enum access
access_of(const struct access_rules *rules, const struct access_peer *peer)
{
	if (rules->open || peer->uid == 0 || peer->uid == rules->own)
		return ACCESS_ADMIN;
	for (unsigned i = ACCESS_ADMIN; i > ACCESS_NONE; i--) {
		if (rules->groups[i].known &&
		    is_member(peer, rules->groups[i].gid))
			return (enum access)i;
	}
	return ACCESS_NONE;
}
