/* SPDX-License-Identifier: BSD-2-Clause */
/* Places in ranges. */
#include "proxy/supervisor/ranges.h"

#include <string.h>

#include "policy/prefix.h"
#include "proxy/common/log.h"
#include "proxy/common/endpoint.h"

/* The neighbour's range, or its one address, contains it. */
static bool
is_inside(const struct msg_cfg_neighbor *neighbor, const struct address *remote)
{
	struct prefix range = { .afi = neighbor->remote.afi,
		.len = neighbor->range_len };
	struct prefix host = { .afi = remote->afi,
		.len = (uint8_t)afi_bits(remote->afi) };

	if (neighbor->range_len == 0)
		return endpoint_same_host(&neighbor->remote, remote);
	if (range.afi != host.afi || range.len > host.len)
		return false;
	memcpy(range.addr, neighbor->remote.addr, sizeof(range.addr));
	memcpy(host.addr, remote->addr, sizeof(host.addr));
	return prefix_contains(&range, &host);
}

static bool
has_connection(const struct peer *peer)
{
	for (size_t i = 0; i < PEER_SOCKETS_MAX; i++) {
		if (peer->sockets[i].id != 0)
			return true;
	}
	return false;
}

/* Is a better for a newcomer than b, both being free? */
static bool
is_freer(const struct peer *a, const struct peer *b)
{
	if (b == NULL)
		return true;
	if ((a->remote.afi == 0) != (b->remote.afi == 0))
		return a->remote.afi == 0;
	return a->remote.afi != 0 && a->idle_ms < b->idle_ms;
}

struct ranges_found
ranges_find(const struct supervisor *supervisor, const struct address *remote)
{
	struct ranges_found found = { 0 };
	struct peer *own = NULL, *free_one = NULL;

	for (uint32_t i = 0; i < supervisor->n_peers; i++) {
		struct peer *peer = supervisor->peers[i];

		if (peer->state == PEER_LEAVING ||
		    !is_inside(&peer->setup.neighbor, remote))
			continue;
		if (peer->setup.neighbor.range_len == 0)
			return (struct ranges_found){ .peer = peer };
		found.inside = true;
		if (endpoint_same_host(&peer->remote, remote))
			own = peer;
		else if (!has_connection(peer) && peer->state == PEER_RUNNING &&
			 is_freer(peer, free_one))
			free_one = peer;
	}
	found.peer = own != NULL ? own : free_one;
	return found;
}

void
ranges_bind(struct peer *peer, const struct address *remote)
{
	char text[ENDPOINT_TEXT_MAX];

	if (peer->setup.neighbor.range_len == 0 ||
	    endpoint_same_host(&peer->remote, remote))
		return;
	peer->remote = *remote;
	peer->remote.port = 0;
	log_line(LOG_INFO, "peer %s: is %s now", peer->setup.neighbor.name,
	    endpoint_print(&peer->remote, false, text, sizeof(text)));
}

void
ranges_settle(struct peer *peer)
{
	const struct msg_cfg_neighbor *neighbor = &peer->setup.neighbor;

	if (neighbor->range_len == 0)
		peer->remote = neighbor->remote;
	else if (peer->remote.afi != 0 && !is_inside(neighbor, &peer->remote))
		peer->remote = (struct address){ 0 };
}
