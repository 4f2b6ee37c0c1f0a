/* SPDX-License-Identifier: BSD-2-Clause */
/* Channel to the guard. What is owed to it is kept as state, not as messages:
 * when the channel has no room, on_room says it later. */
#include "proxy/store/guard_link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/entry_msg.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"

#define LINK_LIMIT (4u << 20)

struct guard_link {
	struct loop *loop;
	struct store *store;
	struct writer *writer;
	struct channel *channel; /* NULL: no guard */
	struct notes *notes;     /* NULL: nothing is wanted */
	char origin[NOTE_NAME_MAX];
	uint8_t key[SEAL_PUBLIC_LEN]; /* that a KEY entry would tell of */
	uint64_t told;                /* durable, as the guard knows */
	bool broken;                  /* the guard is none of ours */
	bool greeted;
	bool owes_durable;
	bool owes_status;
	bool loading;       /* live rules are being sent */
	uint64_t load_from; /* next id to send */
	uint64_t loaded;    /* sent so far */
	uint64_t damaged;   /* could not be sent */
	uint64_t withheld;  /* not believed */
	enum {
		LIVE_BELIEVED = 0,
		LIVE_DOUBTED, /* not sent before somebody knows */
		LIVE_DISBELIEVED,
	} belief;
	uint64_t live;      /* rows of the table at the start */
	struct entry entry; /* scratch */
};

static void
link_drop(struct guard_link *link)
{
	channel_close(link->channel);
	link->channel = NULL;
	link->greeted = false;
	link->owes_durable = false;
	link->owes_status = false;
	link->loading = false;
}

/* The guard did what no guard of ours does. */
static void
link_break(struct guard_link *link, const char *why)
{
	log_line(LOG_ERROR, "guard: channel closed: %s", why);
	link->broken = true;
	link_drop(link);
	writer_kick(link->writer);
}

/* ---- towards the guard ---- */

static void
greet(struct guard_link *link)
{
	const struct ledger_head *head = writer_head(link->writer);
	struct msg_store_hello hello = { .head.kind = MSG_STORE_HELLO };

	if (link->greeted || link->channel == NULL)
		return;
	if (!writer_idle(link->writer)) {
		/* When that is done at once, we have been called from there. */
		writer_discard(link->writer);
		if (!writer_idle(link->writer) || link->greeted)
			return;
	}
	hello.next_seq = head->size;
	memcpy(hello.root, head->root, sizeof(hello.root));
	memcpy(hello.origin, link->origin, sizeof(hello.origin));
	link->greeted =
	    channel_send(link->channel, &hello, sizeof(hello), -1) == 0;
	link->owes_status = link->greeted && writer_full(link->writer);
	link->told = head->size;
	if (link->greeted && link->notes != NULL)
		notes_greeted(link->notes, head->size);
}

static int
send_live(void *ctx, const struct entry *entry)
{
	struct guard_link *link = ctx;
	size_t size = entry_msg_size(entry);
	struct msg_entry *msg;

	link->load_from = entry->rule_id;
	/* Acts of operators only keep rules out: those hold. */
	if (link->belief == LIVE_DISBELIEVED && entry->has_rule != 0) {
		link->withheld++;
		return 0;
	}
	msg = channel_reserve(link->channel, MSG_STORE_LIVE, size);
	if (msg == NULL)
		return 1;
	entry_msg_pack(entry, msg);
	channel_commit(link->channel, size);
	link->loaded++;
	return 0;
}

static void
bad_live(void *ctx, uint64_t rule_id, uint64_t seq)
{
	struct guard_link *link = ctx;

	link->damaged++;
	log_line(LOG_ERROR,
	    "log: entry is damaged, its rule is not restored: seq=%llu id=%llu",
	    (unsigned long long)seq, (unsigned long long)rule_id);
}

/* From the first live rule on. */
static void
load_begin(struct guard_link *link)
{
	int err = store_live_count(link->store, &link->live);

	if (err != 0)
		log_line(LOG_ERROR, "live rules: cannot be counted: %s",
		    db_error_text(err));
	link->loading = true;
	link->load_from = 0;
	link->loaded = 0;
	link->damaged = 0;
	link->withheld = 0;
}

/* A table that is damaged may end early and look whole. */
static void
load_compare(const struct guard_link *link)
{
	if (link->withheld > 0)
		log_line(LOG_ERROR,
		    "live rules: %llu are not restored: the log is not the one "
		    "that was signed; sessions say anew what is wanted",
		    (unsigned long long)link->withheld);
	if (link->loaded + link->damaged + link->withheld != link->live)
		log_line(LOG_ERROR,
		    "live rules: the store counts %llu, but %llu were read",
		    (unsigned long long)link->live,
		    (unsigned long long)(link->loaded + link->damaged +
					 link->withheld));
}

/* As many live rules as there is room for; then, at last, that this was all. */
static void
load(struct guard_link *link)
{
	const struct store_live_ops ops = { send_live, bad_live, link };
	struct msg_store_seq end = { .head.kind = MSG_STORE_LOADED };
	int err;

	err = store_live(link->store, link->load_from, &ops);
	if (err < 0) {
		log_line(LOG_ERROR, "live rules: cannot read: %s; ending",
		    db_error_text(err));
		exit(EXIT_FAILURE);
	}
	if (err != 0)
		return;
	if (link->load_from != UINT64_MAX)
		load_compare(link);
	/* All have gone: what may be left is to say so. */
	link->load_from = UINT64_MAX;
	end.seq = link->loaded;
	if (channel_send(link->channel, &end, sizeof(end), -1) == 0)
		link->loading = false;
}

static void
send_status(struct guard_link *link)
{
	bool full = writer_full(link->writer);
	const struct msg_store_status status = {
		.head.kind = MSG_STORE_STATUS,
		.status = full ? STORE_FULL : STORE_FINE,
		.error = full ? ENOSPC : 0,
	};

	if (channel_send(link->channel, &status, sizeof(status), -1) == 0)
		link->owes_status = false;
}

static void
send_durable(struct guard_link *link)
{
	const struct msg_store_seq durable = {
		.head.kind = MSG_STORE_DURABLE,
		.seq = writer_head(link->writer)->size,
	};

	if (channel_send(link->channel, &durable, sizeof(durable), -1) != 0)
		return;
	link->owes_durable = false;
	link->told = durable.seq;
}

/* Pay what is owed, as far as there is room. */
static void
settle(struct guard_link *link)
{
	if (link->channel == NULL)
		return;
	greet(link);
	if (!link->greeted)
		return;
	if (link->owes_durable)
		send_durable(link);
	if (link->owes_status)
		send_status(link);
	if (link->loading && link->belief != LIVE_DOUBTED)
		load(link);
	channel_flush(link->channel);
}

/* ---- from the guard ---- */

static void
take_entry(struct guard_link *link, const struct msg_entry *msg)
{
	uint64_t next = writer_next(link->writer);

	if (entry_msg_unpack(msg, &link->entry) != 0) {
		link_break(link, "entry is malformed");
		return;
	}
	if (link->entry.seq < next) {
		link->owes_durable = true; /* sent again; we have it */
		return;
	}
	if (link->entry.seq > next) {
		link_break(link, "entries are missing");
		return;
	}
	if (writer_add(link->writer, &link->entry) != 0) {
		link_break(link, "entry cannot be recorded");
		return;
	}
	if (link->notes != NULL &&
	    notes_look(link->notes, &link->entry) == NOTES_KEY)
		writer_meta(
		    link->writer, STORE_KEY, link->key, sizeof(link->key));
	if (!writer_room(link->writer))
		channel_pause(link->channel, true);
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct guard_link *link = ctx;

	(void)fd;
	if (!link->greeted) {
		link_break(link, "spoke before it was greeted");
		return;
	}
	if (head->kind == MSG_STORE_APPEND) {
		take_entry(link, (const struct msg_entry *)(const void *)head);
	} else if (head->kind == MSG_STORE_LOAD && !link->loading) {
		load_begin(link);
	} else {
		link_break(link, "message out of turn");
	}
}

static void
on_batch(void *ctx)
{
	struct guard_link *link = ctx;

	writer_kick(link->writer);
	if (writer_room(link->writer))
		channel_pause(link->channel, false);
	settle(link);
}

static void
on_room(void *ctx)
{
	settle(ctx);
}

static void
on_closed(void *ctx)
{
	struct guard_link *link = ctx;

	if (channel_misused(link->channel)) {
		link_break(link, "broken frame");
		return;
	}
	log_line(LOG_INFO, "guard: gone");
	link_drop(link);
	writer_kick(link->writer);
}

struct guard_link *
guard_link_new(struct loop *loop, struct store *store, struct writer *writer)
{
	struct guard_link *link = calloc(1, sizeof(*link));

	if (link == NULL)
		return NULL;
	link->loop = loop;
	link->store = store;
	link->writer = writer;
	return link;
}

void
guard_link_free(struct guard_link *link)
{
	if (link == NULL)
		return;
	link_drop(link);
	free(link);
}

void
guard_link_origin(struct guard_link *link, const char *origin)
{
	(void)snprintf(link->origin, sizeof(link->origin), "%s", origin);
}

void
guard_link_notes(struct guard_link *link, struct notes *notes)
{
	link->notes = notes;
}

void
guard_link_key(struct guard_link *link, const uint8_t key[SEAL_PUBLIC_LEN])
{
	memcpy(link->key, key, sizeof(link->key));
}

int
guard_link_note(struct guard_link *link, const struct msg_store_note *note)
{
	if (link->channel == NULL || !link->greeted ||
	    channel_send(link->channel, note, sizeof(*note), -1) != 0)
		return -1;
	channel_flush(link->channel);
	return 0;
}

void
guard_link_attach(struct guard_link *link, int fd)
{
	static const struct channel_ops ops = { on_message, on_closed, on_room,
		on_batch };

	link_drop(link);
	writer_kick(link->writer);
	link->channel = role_channel(link->loop, fd, LINK_LIMIT, &ops, link);
	settle(link);
}

bool
guard_link_broken(const struct guard_link *link)
{
	return link->broken;
}

bool
guard_link_up(const struct guard_link *link)
{
	return link->channel != NULL;
}

void
guard_link_durable(struct guard_link *link)
{
	if (writer_head(link->writer)->size != link->told)
		link->owes_durable = true;
	if (link->channel != NULL && writer_room(link->writer))
		channel_pause(link->channel, false);
	settle(link);
}

void
guard_link_full(struct guard_link *link, bool full)
{
	if (full)
		log_line(LOG_ERROR, "log: no room on the disk: "
				    "new rules are refused, retrying");
	else
		log_line(LOG_INFO, "log: there is room again");
	link->owes_status = true;
	settle(link);
}

void
guard_link_doubt(struct guard_link *link)
{
	link->belief = LIVE_DOUBTED;
}

void
guard_link_believe(struct guard_link *link, bool believed)
{
	link->belief = believed ? LIVE_BELIEVED : LIVE_DISBELIEVED;
	settle(link);
}
