/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of neighbours that are not up. */
#include "proxy/supervisor/names_down.h"

#include <stdio.h>
#include <string.h>

#define NAMES_SHOWN 8

/* What has been written. */
struct line {
	char *out;
	size_t used;
	unsigned n;
};

static bool
is_down(const struct peer *peer, enum auth_kind kind)
{
	return peer->setup.neighbor.authenticated == kind &&
	       peer->state != PEER_LEAVING && !peer_connected(peer);
}

/* Of a name, what all places of its range share. */
static int
shared_len(const struct peer *peer)
{
	const char *name = peer->setup.neighbor.name;
	const char *mark = NULL;

	if (peer->setup.neighbor.range_len > 0)
		mark = strrchr(name, '#');
	return (int)(mark == NULL ? strlen(name) : (size_t)(mark - name));
}

/* False: there is no room for more. */
static bool
line_add(struct line *line, const struct peer *peer)
{
	size_t left = NAMES_DOWN_MAX - line->used;
	int len;

	if (line->n++ == NAMES_SHOWN) {
		(void)snprintf(&line->out[line->used], left, ", ...");
		return false;
	}
	len = snprintf(&line->out[line->used], left, "%s%.*s",
	    line->n == 1 ? "" : ", ", shared_len(peer),
	    peer->setup.neighbor.name);
	if (len < 0 || (size_t)len >= left)
		return false;
	line->used += (size_t)len;
	return true;
}

/* One more than is shown ends the line. */
struct ranges_named {
	const struct peer *of[NAMES_SHOWN + 1];
	unsigned n;
};

static bool
named_before(const struct ranges_named *ranges, const struct peer *peer)
{
	int len = shared_len(peer);

	for (unsigned i = 0; i < ranges->n; i++) {
		if (shared_len(ranges->of[i]) == len &&
		    strncmp(ranges->of[i]->setup.neighbor.name,
			peer->setup.neighbor.name, (size_t)len) == 0)
			return true;
	}
	return false;
}

void
names_down(struct peer *const *peers, uint32_t n, enum auth_kind kind,
    char out[NAMES_DOWN_MAX])
{
	struct line line = { .out = out };
	struct ranges_named ranges = { .n = 0 };
	bool room = true;

	out[0] = '\0';
	for (uint32_t i = 0; i < n && room; i++) {
		if (peers[i]->setup.neighbor.range_len == 0 &&
		    is_down(peers[i], kind))
			room = line_add(&line, peers[i]);
	}
	for (uint32_t i = 0; i < n && room; i++) {
		if (peers[i]->setup.neighbor.range_len == 0 ||
		    !is_down(peers[i], kind) || named_before(&ranges, peers[i]))
			continue;
		ranges.of[ranges.n++] = peers[i];
		room = line_add(&line, peers[i]);
	}
	if (line.n == 0)
		(void)snprintf(out, NAMES_DOWN_MAX, "none");
}
