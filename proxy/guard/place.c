/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses and ranges of neighbours. */
#include "proxy/guard/place.h"

#include <stdio.h>
#include <string.h>

#include "policy/prefix.h"
#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"

#define MD5_PART_MS 10000

static void
host_of(const struct address *address, struct prefix *out)
{
	memset(out, 0, sizeof(*out));
	out->afi = address->afi;
	out->len = (uint8_t)afi_bits(address->afi);
	memcpy(out->addr, address->addr, sizeof(out->addr));
}

void
place_prefix(const struct msg_cfg_neighbor *msg, struct prefix *out)
{
	host_of(&msg->remote, out);
	if (msg->range_len > 0)
		out->len = msg->range_len;
}

static bool
has_range(const struct guard_peer *peer)
{
	return peer->range.afi != AFI_NONE;
}

/* "#1" of "acme/198.51.100.0/28#1". */
static const char *
mark_of(const char *name)
{
	const char *mark = strrchr(name, '#');

	return mark == NULL ? "" : mark;
}

void
place_configure(struct guard_peer *peer, const struct msg_cfg_neighbor *msg)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix;

	place_prefix(msg, &prefix);
	memset(&peer->range, 0, sizeof(peer->range));
	if (msg->range_len > 0) {
		peer->range = prefix;
		(void)snprintf(peer->address, sizeof(peer->address), "%s%.6s",
		    prefix_print(&prefix, text, sizeof(text)),
		    mark_of(msg->name));
	} else {
		(void)prefix_print_address(
		    &prefix, peer->address, sizeof(peer->address));
	}
	memcpy(peer->session, peer->address, sizeof(peer->session));
	place_state(peer);
}

static bool
came_inside(const struct guard_peer *peer, struct prefix *came)
{
	host_of(&peer->state.remote, came);
	return peer->heard && came->afi != AFI_NONE &&
	       prefix_contains(&peer->range, came);
}

void
place_state(struct guard_peer *peer)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix came;

	if (!has_range(peer) || !came_inside(peer, &came))
		return;
	(void)snprintf(peer->session, sizeof(peer->session), "%s%s",
	    prefix_print_address(&came, text, sizeof(text)),
	    mark_of(peer->address));
}

void
place_remote(const struct guard_peer *peer, const struct msg_cfg_neighbor *n,
    struct prefix *out)
{
	struct prefix came;

	if (!has_range(peer) && peer->heard &&
	    peer->state.remote.afi != AFI_NONE)
		host_of(&peer->state.remote, out);
	else if (has_range(peer) && came_inside(peer, &came))
		*out = came;
	else if (n != NULL)
		place_prefix(n, out);
	else
		memset(out, 0, sizeof(*out));
}

struct guard_peer *
place_find(struct guard_peer *const *peers, size_t n, const char *session)
{
	const char *mark = mark_of(session);
	size_t len = strlen(session) - strlen(mark);
	char text[PREFIX_TEXT_MAX];
	struct prefix came;

	if (mark[0] == '\0' || len >= sizeof(text))
		return NULL;
	memcpy(text, session, len);
	text[len] = '\0';
	if (prefix_parse(text, &came) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (has_range(peers[i]) &&
		    strcmp(mark_of(peers[i]->address), mark) == 0 &&
		    prefix_contains(&peers[i]->range, &came))
			return peers[i];
	}
	return NULL;
}

bool
place_free(const struct guard_peer *peer)
{
	return has_range(peer) && link_empty(&peer->rules) &&
	       !(peer->heard &&
		   (peer->state.up || peer->state.state >= BGP_OPEN_SENT));
}

static bool
same_range(const struct prefix *a, const struct prefix *b)
{
	return a->afi == b->afi && a->len == b->len &&
	       memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

void
place_count(struct guard *guard, const struct guard_peer *peer, uint8_t *places,
    uint8_t *taken)
{
	struct guard_peer **peers;
	size_t n;

	*places = 0;
	*taken = 0;
	if (!has_range(peer) || peer->customer == NULL)
		return;
	peers = peers_of(guard, peer->customer, &n);
	for (size_t i = 0; i < n && *places < UINT8_MAX; i++) {
		if (!same_range(&peers[i]->range, &peer->range))
			continue;
		++*places;
		if (!place_free(peers[i]))
			++*taken;
	}
}

static void
add(uint32_t *sum, uint64_t more)
{
	*sum = more < UINT32_MAX - *sum ? *sum + (uint32_t)more : UINT32_MAX;
}

/* The host's counts are not what they were. */
static void
md5_note(struct guard *guard, const struct auth_state *old)
{
	struct place_md5 *lately = &guard->md5_lately;
	uint64_t part = clock_boot_ms() / MD5_PART_MS;
	size_t at = part % PLACE_MD5_PARTS;

	if (old->kind == AUTH_NONE)
		return; /* from before this guard */
	if (lately->part[at] != part) {
		lately->part[at] = part;
		lately->bad[at] = 0;
		lately->unsigned_in[at] = 0;
	}
	add(&lately->bad[at], guard->md5.bad - old->bad);
	add(&lately->unsigned_in[at],
	    guard->md5.unsigned_in - old->unsigned_in);
}

void
place_md5_lately(
    const struct guard *guard, uint32_t *bad, uint32_t *unsigned_in)
{
	const struct place_md5 *lately = &guard->md5_lately;
	uint64_t part = clock_boot_ms() / MD5_PART_MS;

	*bad = 0;
	*unsigned_in = 0;
	for (size_t i = 0; i < PLACE_MD5_PARTS; i++) {
		if (part - lately->part[i] >= PLACE_MD5_PARTS)
			continue;
		add(bad, lately->bad[i]);
		add(unsigned_in, lately->unsigned_in[i]);
	}
}

static void
grow(uint64_t *count, uint64_t now)
{
	if (*count < now)
		*count = now;
}

static void
auth_grow(struct auth_state *auth, const struct auth_state *now)
{
	auth->kind = now->kind;
	grow(&auth->good, now->good);
	grow(&auth->bad, now->bad);
	grow(&auth->unknown, now->unknown);
	grow(&auth->unsigned_in, now->unsigned_in);
}

static void
md5_grow(struct guard *guard, const struct auth_state *now)
{
	struct auth_state old = guard->md5;

	auth_grow(&guard->md5, now);
	md5_note(guard, &old);
}

void
place_auth(struct guard *guard, const struct msg_peer_auth *msg)
{
	struct guard_peer *peer = peer_get(guard, msg->peer);

	if (!check_peer_auth(msg))
		log_line(LOG_ERROR, "supervisor: bad counts of segments");
	else if (msg->peer == 0)
		md5_grow(guard, &msg->auth);
	else if (peer != NULL && peer->configured)
		auth_grow(&peer->auth, &msg->auth);
}
