/* SPDX-License-Identifier: BSD-2-Clause */
/* Which keys may have signed the log's checkpoints, when keys were changed. */
#include <stdlib.h>
#include <string.h>

#include "proxy/cli/audit.h"
#include "proxy/cli/text.h"
#include "proxy/signer/rollover.h"

struct link {
	uint8_t old_key[SEAL_PUBLIC_LEN];
	uint8_t new_key[SEAL_PUBLIC_LEN];
};

struct key_ring {
	unsigned n_keys;
	unsigned n_present; /* of them; the others were replaced */
	unsigned n_links;
	unsigned refused;
	struct note_key keys[KEY_RING_MAX];
	struct link links[KEY_LINKS_MAX];
};

struct key_ring *
key_ring_new(void)
{
	struct key_ring *ring = text_alloc(NULL, sizeof(*ring));

	memset(ring, 0, sizeof(*ring));
	return ring;
}

void
key_ring_free(struct key_ring *ring)
{
	free(ring);
}

bool
key_ring_add(struct key_ring *ring, const struct note_key *key)
{
	if (ring->n_keys == KEY_RING_MAX)
		return false;
	ring->keys[ring->n_keys++] = *key;
	return true;
}

void
key_ring_link(void *ctx, const char *text, const char *evidence)
{
	struct key_ring *ring = ctx;
	struct rollover rollover;
	struct link *link;

	if (rollover_read(text, evidence, &rollover) < 0)
		return; /* the first key, which follows none */
	if (ring->n_links == KEY_LINKS_MAX || !rollover_verify(&rollover)) {
		ring->refused++;
		return;
	}
	link = &ring->links[ring->n_links++];
	memcpy(link->old_key, rollover.old_key, SEAL_PUBLIC_LEN);
	memcpy(link->new_key, rollover.new_key, SEAL_PUBLIC_LEN);
}

static bool
is_trusted(const struct key_ring *ring, const char *name,
    const uint8_t public_key[SEAL_PUBLIC_LEN])
{
	for (unsigned i = 0; i < ring->n_keys; i++) {
		const struct note_key *key = &ring->keys[i];

		if (key->algorithm == NOTE_ED25519 &&
		    strcmp(key->name, name) == 0 &&
		    memcmp(key->public_key, public_key, SEAL_PUBLIC_LEN) == 0)
			return true;
	}
	return false;
}

/* The other key of a link of this one's, under its name. */
static void
link_follow(struct key_ring *ring, const struct note_key *key,
    const struct link *link, bool back)
{
	const uint8_t *other = link->new_key;
	struct note_key made;

	if (back &&
	    memcmp(key->public_key, link->new_key, SEAL_PUBLIC_LEN) == 0)
		other = link->old_key;
	else if (memcmp(key->public_key, link->old_key, SEAL_PUBLIC_LEN) != 0)
		return;
	if (!is_trusted(ring, key->name, other) &&
	    note_key_make(&made, key->name, NOTE_ED25519, other) == 0)
		(void)key_ring_add(ring, &made);
}

/* To those that follow, or to all. */
static void
follow(struct key_ring *ring, bool back)
{
	/* Those that are added have their turn, too. */
	for (unsigned i = 0; i < ring->n_keys; i++) {
		const struct note_key key = ring->keys[i];

		for (unsigned k = 0;
		     key.algorithm == NOTE_ED25519 && k < ring->n_links; k++)
			link_follow(ring, &key, &ring->links[k], back);
	}
}

void
key_ring_follow(struct key_ring *ring)
{
	follow(ring, false);
	ring->n_present = ring->n_keys;
	follow(ring, true);
}

const struct note_key *
key_ring_keys(const struct key_ring *ring, unsigned *n)
{
	*n = ring->n_keys;
	return ring->keys;
}

unsigned
key_ring_replaced(const struct key_ring *ring)
{
	return ring->n_present;
}

unsigned
key_ring_refused(const struct key_ring *ring)
{
	return ring->refused;
}
