/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Towards witnesses (C2SP tlog-witness), by way of the role that speaks HTTP:
 * what each has cosigned, and what its answers mean. Each gets the newest
 * checkpoint, one at a time.
 */
#include <stdio.h>
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/store/sealing_parts.h"

#define WITNESS_LIMIT (256u << 10)
#define RECALL_MAX    4096 /* checkpoints looked at: nearly three days */
#define UNPROVEN_MAX  2    /* the first may be of a state just left */
#define CONFLICTS_MAX 3    /* in a row, before it is asked less often */
#define DISAGREES     "does not agree with itself"

static void
witness_drop(struct sealing *sealing)
{
	channel_close(sealing->witness);
	sealing->witness = NULL;
	for (unsigned i = 0; i < sealing->n_witnesses; i++)
		sealing->witnesses[i].request = 0;
}

/* The role did what none of ours does. */
static void
witness_break(struct sealing *sealing, const char *why)
{
	log_line(LOG_ERROR, "witness: channel closed: %s", why);
	sealing->witness_broken = true;
	witness_drop(sealing);
}

/* ---- who they are ---- */

/* One that we had already keeps what is known of it. */
static void
witness_init(struct sealing_witness *to, const struct log_witness *from,
    const struct note_key *key, const struct sealing_witness *before)
{
	memset(to, 0, sizeof(*to));
	if (before != NULL)
		*to = *before;
	to->key = *key;
	to->request = 0;
	to->next_ms = 0;
	memcpy(to->url, from->url, sizeof(to->url));
}

static const struct sealing_witness *
witness_find(
    const struct sealing_witness *list, unsigned n, const struct note_key *key)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(list[i].key.name, key->name) == 0 &&
		    memcmp(list[i].key.id, key->id, NOTE_ID_LEN) == 0)
			return &list[i];
	return NULL;
}

/* What a checkpoint says of those that are new to us; false: of all known. */
static bool
recall_from(
    struct sealing *sealing, uint64_t size, const char *note, size_t len)
{
	bool wanted = false;

	for (unsigned i = 0; i < sealing->n_witnesses; i++) {
		struct sealing_witness *witness = &sealing->witnesses[i];
		uint64_t seconds;

		if (witness->size != 0 || witness->key.name[0] == '\0')
			continue;
		wanted = true;
		if (!note_verify(note, len, &witness->key, &seconds))
			continue;
		witness->size = size;
		witness->at_ns = seconds * UINT64_C(1000000000);
		witness->heard_ns = witness->at_ns;
	}
	return wanted;
}

/* Back from the last checkpoint: the newest that was cosigned is kept, but
 * maybe not by all of them. */
static void
witness_recall(struct sealing *sealing)
{
	uint64_t size, at_most = UINT64_MAX;
	char note[NOTE_MAX];
	size_t len;

	for (unsigned n = 0; n < RECALL_MAX; n++) {
		if (ledger_note(store_ledger(sealing->store), at_most, &size,
			note, &len) != 0 ||
		    !recall_from(sealing, size, note, len) || size == 0)
			return;
		at_most = size - 1;
	}
}

bool
sealing_config_valid(const struct msg_cfg_log *config)
{
	bool good =
	    check_text(config->name, sizeof(config->name)) &&
	    check_text(config->syslog_path, sizeof(config->syslog_path)) &&
	    config->n_witnesses <= WITNESSES_MAX &&
	    note_name_valid(config->name);

	for (unsigned i = 0; good && i < config->n_witnesses; i++)
		good = check_text(config->witness[i].url, URL_LEN) &&
		       check_text(config->witness[i].vkey, NOTE_VKEY_MAX);
	return good;
}

/* A witness keeps its number also when the one before it is left out: the role
 * that speaks HTTP counts as the configuration does. */
void
sealing_configure(struct sealing *sealing, const struct msg_cfg_log *config)
{
	struct sealing_witness before[WITNESSES_MAX];
	unsigned n_before = sealing->n_witnesses;

	memcpy(before, sealing->witnesses, sizeof(before));
	sealing->n_witnesses = config->n_witnesses;
	for (unsigned i = 0; i < config->n_witnesses; i++) {
		const struct log_witness *from = &config->witness[i];
		struct note_key key;

		if (note_key_parse(from->vkey, &key) != 0 ||
		    key.algorithm != NOTE_COSIGNED) {
			log_line(LOG_ERROR,
			    "seal: witness has no key of a witness: %s",
			    from->url);
			memset(&key, 0, sizeof(key));
		}
		witness_init(&sealing->witnesses[i], from, &key,
		    witness_find(before, n_before, &key));
	}
	witness_recall(sealing);
	if (!sealing->configured)
		sealing_check(sealing);
	if (sealing->n_witnesses == 0)
		sealing->waiting = false;
	else if (!sealing->configured && sealing_kept(sealing) != NULL)
		sealing->waiting = true;
	sealing->configured = true;
	sealing_update(sealing);
}

/* ---- asking ---- */

static void
witness_fails(const struct sealing *sealing, struct sealing_witness *witness,
    const char *text)
{
	if (strcmp(witness->text, text) != 0)
		log_line(
		    LOG_WARN, "seal: witness %s: %s", witness->key.name, text);
	(void)snprintf(witness->text, sizeof(witness->text), "%s", text);
	witness->backoff_ms = witness->backoff_ms == 0
				  ? SEALING_SUBMIT_MS
				  : witness->backoff_ms * 2;
	if (witness->backoff_ms > SEALING_BACKOFF_MS)
		witness->backoff_ms = SEALING_BACKOFF_MS;
	witness->next_ms = sealing->now_ms + witness->backoff_ms;
}

static bool
is_due(const struct sealing *sealing, const struct sealing_witness *witness)
{
	const struct sealing_kept *kept = sealing_kept(sealing);

	if (kept == NULL || witness->request != 0 ||
	    witness->key.name[0] == '\0' || sealing->now_ms < witness->next_ms)
		return false;
	return sealing->waiting || kept->checkpoint.size > witness->size ||
	       (witness->confirm && kept->checkpoint.size == witness->size);
}

/* Retention has removed the entries from which growth would be proven to it. */
static void
witness_lost(const struct sealing *sealing, struct sealing_witness *witness)
{
	char text[sizeof(witness->text)];

	(void)snprintf(text, sizeof(text),
	    "must be reset to %llu: no proof is left from %llu",
	    (unsigned long long)sealing_kept(sealing)->checkpoint.size,
	    (unsigned long long)witness->size);
	witness_fails(sealing, witness, text);
}

static void
submit(struct sealing *sealing, struct sealing_witness *witness, uint32_t index)
{
	const struct sealing_kept *kept = sealing_kept(sealing);
	struct msg_submit msg = { .head.kind = MSG_SUBMIT, .witness = index };
	uint64_t size = kept->checkpoint.size;
	int err = 0;

	/* While waiting: "this is what we have last; have you seen more?" */
	msg.old_size = sealing->waiting ? size : witness->size;
	if (msg.old_size > 0 && msg.old_size < size)
		err = ledger_consistency(store_ledger(sealing->store),
		    msg.old_size, size, &msg.proof);
	if (err == DB_PRUNED) {
		witness_lost(sealing, witness);
		return;
	}
	if (err != 0) {
		witness_fails(sealing, witness, db_error_text(err));
		return;
	}
	msg.request = sealing_request(sealing);
	msg.note_len = (uint32_t)kept->len;
	memcpy(msg.note, kept->note, kept->len);
	if (channel_send(sealing->witness, &msg, sizeof(msg), -1) != 0)
		return;
	witness->request = msg.request;
	witness->sent_size = size;
	witness->sent_old = msg.old_size;
	witness->asked_ms = sealing->now_ms;
	witness->next_ms = sealing->now_ms + SEALING_SUBMIT_MS;
}

void
sealing_witness_tick(struct sealing *sealing)
{
	if (sealing->witness == NULL || sealing->refused != SEAL_SIGNING)
		return;
	for (unsigned i = 0; i < sealing->n_witnesses; i++) {
		struct sealing_witness *witness = &sealing->witnesses[i];

		if (witness->request != 0 &&
		    sealing->now_ms - witness->asked_ms >= SEALING_ANSWER_MS) {
			witness->request = 0;
			witness_fails(sealing, witness, "does not answer");
		}
		if (is_due(sealing, witness))
			submit(sealing, witness, i);
	}
	channel_flush(sealing->witness);
}

_Static_assert(WITNESSES_MAX <= LEDGER_PINS_MAX, "each may need a block");

void
sealing_pins(const struct sealing *sealing, struct ledger_pins *out)
{
	out->n = 0;
	for (unsigned i = 0; i < sealing->n_witnesses; i++) {
		const struct sealing_witness *witness = &sealing->witnesses[i];

		if (witness->size % LEDGER_BLOCK == 0 ||
		    (sealing->wall_ns > witness->heard_ns &&
			sealing->wall_ns - witness->heard_ns > SEALING_PIN_NS))
			continue;
		out->block[out->n++] = witness->size / LEDGER_BLOCK;
	}
}

/* ---- answers ---- */

/* 200: signature lines, of which one is its own. */
static void
take_lines(struct sealing *sealing, struct sealing_witness *witness,
    const struct msg_submitted *msg)
{
	struct sealing_kept *slot =
	    sealing_keep_find(sealing, witness->sent_size);
	char lines[NOTE_MAX + 1];
	uint64_t seconds = 0;
	size_t before;

	memcpy(lines, msg->body, msg->body_len);
	lines[msg->body_len] = '\0';
	if (slot == NULL)
		slot = sealing_keep_late(sealing, witness->sent_size);
	if (slot == NULL) {
		witness_fails(sealing, witness, "its answer came too late");
		return;
	}
	before = slot->len;
	if (note_add(slot->note, sizeof(slot->note), &slot->len, slot->text_len,
		lines, &witness->key) != 1) {
		slot->len = before;
		witness_fails(sealing, witness,
		    "its answer is no cosignature of its key");
		return;
	}
	if (slot->len != before)
		slot->dirty = true;
	slot->cosigned = true;
	(void)note_verify(slot->note, slot->len, &witness->key, &seconds);
	if (witness->size < witness->sent_size)
		witness->size = witness->sent_size;
	witness->at_ns = seconds * UINT64_C(1000000000);
	witness->heard_ns = sealing->wall_ns;
	witness->confirm = false;
	witness->conflicts = 0;
	witness->text[0] = '\0';
	sealing_keep_tick(sealing);
}

/* The most that a witness's word does: nothing more is signed. */
static void
witness_objects(struct sealing *sealing, const struct sealing_witness *witness,
    enum seal_state state, uint64_t size)
{
	char who[sizeof(witness->key.name) + 8];

	(void)snprintf(who, sizeof(who), "witness %s", witness->key.name);
	sealing_refuse(sealing, state, size, who);
}

/*
 * 409: it has seen another size than we thought, or this one as another tree.
 * One that is larger than what it cosigned for us, but not than what was
 * signed, is no rollback: its answer did not get here. Where it is the newest,
 * that is submitted once more: then it is cosigned, or it was of another tree.
 */
static void
take_size(struct sealing *sealing, struct sealing_witness *witness,
    const struct msg_submitted *msg)
{
	const struct sealing_kept *kept = sealing_kept(sealing);

	if (msg->size == UINT64_MAX || kept == NULL) {
		witness_fails(sealing, witness, "conflict without a size");
	} else if (msg->size > kept->checkpoint.size) {
		witness_objects(sealing, witness, SEAL_ROLLED_BACK, msg->size);
	} else if (msg->size != witness->sent_old) {
		witness->size = msg->size; /* again, from there */
		witness->unproven = 0;
		witness->heard_ns = sealing->wall_ns;
		/* At once, but not again and again. */
		if (witness->conflicts > CONFLICTS_MAX)
			witness_fails(sealing, witness, DISAGREES);
		else if (!witness->confirm)
			witness->next_ms = sealing->now_ms;
		witness->confirm = true;
	} else if (msg->size == witness->sent_size) {
		witness_objects(sealing, witness, SEAL_FORKED, msg->size);
	} else {
		witness_fails(sealing, witness, DISAGREES);
	}
}

/* 422, to a proof from the size that it told itself: its tree is not ours,
 * which grows out of every one that it was. */
static bool
is_of_other_tree(
    struct sealing_witness *witness, const struct msg_submitted *msg)
{
	if (msg->status == 0)
		return false; /* no answer of its own */
	if (msg->status != 422 || !witness->confirm || witness->size == 0 ||
	    witness->sent_old != witness->size) {
		witness->unproven = 0;
		return false;
	}
	return ++witness->unproven >= UNPROVEN_MAX;
}

static void
take_refusal(struct sealing *sealing, struct sealing_witness *witness,
    const struct msg_submitted *msg)
{
	char text[64];
	const char *why = "";

	if (msg->status == 404)
		why = ": it does not know this log";
	else if (msg->status == 403)
		why = ": it does not know the log's key";
	else if (msg->status == 422)
		why = ": no proof to it, it has seen another log";
	if (msg->status == 0)
		(void)snprintf(
		    text, sizeof(text), "not reached: %.48s", msg->text);
	else
		(void)snprintf(text, sizeof(text), "HTTP %u%s",
		    (unsigned)(msg->status % 1000), why);
	witness_fails(sealing, witness, text);
	if (is_of_other_tree(witness, msg))
		witness_objects(sealing, witness, SEAL_FORKED, witness->size);
}

static void
take_answer(struct sealing *sealing, struct sealing_witness *witness,
    const struct msg_submitted *msg)
{
	witness->request = 0;
	if (msg->status == 409)
		witness->conflicts++;
	if (msg->status == 200 ||
	    (msg->status == 409 && witness->conflicts <= CONFLICTS_MAX))
		witness->backoff_ms = 0;
	if (msg->status == 200)
		take_lines(sealing, witness, msg);
	else if (msg->status == 409)
		take_size(sealing, witness, msg);
	else
		take_refusal(sealing, witness, msg);
	if (msg->status == 0)
		return;
	/* Whatever it said: it does not know of more than we do. */
	sealing->waiting = false;
	sealing_update(sealing);
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct sealing *sealing = ctx;
	const struct msg_submitted *msg = (const void *)head;

	(void)fd;
	if (head->kind != MSG_SUBMITTED || !check_submitted(msg)) {
		witness_break(sealing, "message out of turn or malformed");
		return;
	}
	/* Asked before a reload, or too long ago: of no interest. */
	if (msg->witness < sealing->n_witnesses &&
	    sealing->witnesses[msg->witness].request == msg->request)
		take_answer(sealing, &sealing->witnesses[msg->witness], msg);
}

static void
on_closed(void *ctx)
{
	struct sealing *sealing = ctx;

	if (channel_misused(sealing->witness)) {
		witness_break(sealing, "broken frame");
		return;
	}
	log_line(LOG_WARN, "witness: gone");
	witness_drop(sealing);
}

void
sealing_attach_witness(struct sealing *sealing, int fd)
{
	static const struct channel_ops ops = { on_message, on_closed, NULL,
		NULL };

	witness_drop(sealing);
	sealing->witness =
	    role_channel(sealing->loop, fd, WITNESS_LIMIT, &ops, sealing);
}
