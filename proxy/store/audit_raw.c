/* SPDX-License-Identifier: BSD-2-Clause */
/* Records as they stand, with the hashes beside them: whoever asked compares.
 */
#include <stdlib.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/store/audit_parts.h"
#include "store/record.h"

struct raw_walk {
	struct audit_link *link;
	uint32_t request;
	uint64_t seq;  /* the next */
	uint64_t size; /* of the log */
	uint64_t to;
	uint32_t left;   /* items that may still be sent */
	uint8_t *record; /* RECORD_LEN_LIMIT octets */
};

/* False when there is no room: stop. */
static bool
item_send(const struct raw_walk *walk, enum audit_raw what, uint64_t seq,
    size_t len, const uint8_t hash[SEAL_LEN])
{
	struct channel *channel = walk->link->channel;
	size_t size = sizeof(struct msg_audit_raw) + len;
	/* Behind a block's last record its two hashes go, too. */
	size_t room = what == AUDIT_BLOCK || what == AUDIT_INDEX
			  ? 0
			  : size + 2 * sizeof(struct msg_audit_raw);
	struct msg_audit_raw *msg;

	if (channel_pending(channel) + room > AUDIT_LINK_LIMIT / 2)
		return false;
	msg = channel_reserve(channel, MSG_AUDIT_RAW, size);
	if (msg == NULL)
		return false;
	msg->request = walk->request;
	msg->what = (uint16_t)what;
	msg->len = (uint16_t)len;
	msg->seq = seq;
	memcpy(msg->hash, hash, sizeof(msg->hash));
	if (len > 0)
		memcpy(msg->octets, walk->record, len);
	channel_commit(channel, size);
	return true;
}

/* The hashes that are kept of the block that ends before seq, and of its index.
 * What cannot be read is left out: its records are there to be hashed. */
static void
block_send(const struct raw_walk *walk, uint64_t seq)
{
	struct ledger *ledger = store_ledger(walk->link->store);
	uint64_t block = seq / LEDGER_BLOCK - 1;
	uint8_t hash[SEAL_LEN];
	bool pruned;

	if (ledger_block(ledger, block, hash, &pruned) == 0)
		(void)item_send(walk, AUDIT_BLOCK, seq, 0, hash);
	if (ledger_index(ledger, block, hash) == 0)
		(void)item_send(walk, AUDIT_INDEX, seq, 0, hash);
}

/* A block that was removed, and on behind it. */
static bool
pruned_send(struct raw_walk *walk)
{
	uint64_t block = walk->seq / LEDGER_BLOCK;
	uint8_t hash[SEAL_LEN] = { 0 };
	bool pruned = false;
	int err =
	    ledger_block(store_ledger(walk->link->store), block, hash, &pruned);

	if (err != 0 || !pruned) {
		if (!item_send(walk, AUDIT_MISSING, walk->seq, 0, hash))
			return false;
		walk->seq++;
		return true;
	}
	if (!item_send(walk, AUDIT_PRUNED, block * LEDGER_BLOCK, 0, hash))
		return false;
	walk->seq = (block + 1) * LEDGER_BLOCK;
	return true;
}

static bool
record_send(struct raw_walk *walk)
{
	uint8_t leaf[SEAL_LEN] = { 0 };
	enum audit_raw what = AUDIT_RECORD;
	size_t len = 0;
	int err = ledger_raw(store_ledger(walk->link->store), walk->seq,
	    walk->record, &len, leaf);

	if (err == DB_PRUNED)
		return pruned_send(walk);
	if (err != 0 || len > AUDIT_RAW_MAX) {
		what = AUDIT_MISSING;
		len = 0;
	}
	if (!item_send(walk, what, walk->seq, len, leaf))
		return false;
	walk->seq++;
	if (walk->seq % LEDGER_BLOCK == 0 && walk->seq <= walk->size)
		block_send(walk, walk->seq);
	return true;
}

void
audit_raw(struct audit_link *link, const struct msg_audit_raw_ask *ask)
{
	struct raw_walk walk = { .link = link,
		.request = ask->request,
		.seq = ask->from_seq,
		.to = ask->to_seq,
		.left = ask->max };
	struct ledger_head head = { 0 };
	int err = ledger_head_read(store_ledger(link->store), &head);

	walk.record = malloc(RECORD_LEN_LIMIT);
	if (err != 0 || walk.record == NULL)
		log_line(LOG_ERROR, "log: cannot be read: %s",
		    db_error_text(err != 0 ? err : DB_MEMORY));
	walk.size = head.size;
	if (walk.to > head.size)
		walk.to = head.size;
	if (walk.left > AUDIT_RAWS_MAX)
		walk.left = AUDIT_RAWS_MAX;
	while (walk.record != NULL && walk.left > 0 && walk.seq < walk.to &&
	       record_send(&walk))
		walk.left--;
	free(walk.record);
	audit_end(link, ask->request, walk.seq < walk.to, walk.seq);
}
