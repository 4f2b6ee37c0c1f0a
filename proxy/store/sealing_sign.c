/* SPDX-License-Identifier: BSD-2-Clause */
/* Towards the signer: one request at a time, and what its answers mean. */
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/store/sealing_parts.h"

#define SIGNER_LIMIT (64u << 10)

static void
signer_drop(struct sealing *sealing)
{
	channel_close(sealing->signer);
	sealing->signer = NULL;
	sealing->ready = false;
	sealing->asked = 0;
	sealing->rotating = false;
	sealing_update(sealing);
}

/* The signer did what none of ours does. */
static void
signer_break(struct sealing *sealing, const char *why)
{
	log_line(LOG_ERROR, "signer: channel closed: %s", why);
	sealing->signer_broken = true;
	signer_drop(sealing);
}

/* ---- asking ---- */

/* The one before is kept first: then no witness, and no restart, finds one
 * that the store knows nothing of. */
static bool
can_ask(const struct sealing *sealing)
{
	return sealing->signer != NULL && sealing->ready &&
	       sealing->asked == 0 && sealing->refused == SEAL_SIGNING &&
	       (sealing->last || sealing->now_ms >= sealing->next_ms) &&
	       sealing_keep_idle(sealing);
}

/* At the start, also while a witness is waited for: what has been signed is
 * signed again, which tells whether it was the last. */
static bool
is_to_compare(const struct sealing *sealing)
{
	return !sealing->compared && sealing_kept(sealing) != NULL &&
	       can_ask(sealing);
}

static bool
may_ask(const struct sealing *sealing)
{
	const struct sealing_kept *kept = sealing_kept(sealing);
	uint64_t size = writer_head(sealing->writer)->size;

	return can_ask(sealing) && !sealing->waiting && size > 0 &&
	       (kept == NULL || kept->checkpoint.size < size);
}

/* The tree of the request, and that it grows out of what was signed last. */
static int
request_make(struct sealing *sealing, struct msg_sign *msg, bool again)
{
	const struct sealing_kept *kept = sealing_kept(sealing);
	const struct ledger_head *head = writer_head(sealing->writer);
	struct checkpoint *want = &sealing->want;
	int err = 0;

	memset(msg, 0, sizeof(*msg));
	memset(want, 0, sizeof(*want));
	memcpy(want->origin, sealing->origin, sizeof(want->origin));
	want->size = head->size;
	memcpy(want->root, head->root, sizeof(want->root));
	if (again && kept != NULL) {
		*want = kept->checkpoint;
		sealing->old_size = want->size;
	}
	if (sealing->old_size > 0 && sealing->old_size < want->size)
		err = ledger_consistency(store_ledger(sealing->store),
		    sealing->old_size, want->size, &msg->proof);
	msg->head.kind = MSG_SIGN;
	msg->request = sealing_request(sealing);
	msg->old_size = sealing->old_size;
	msg->checkpoint = *want;
	msg->known_size = kept == NULL ? UINT64_MAX : kept->checkpoint.size;
	return err;
}

void
sealing_sign_tick(struct sealing *sealing)
{
	bool again = is_to_compare(sealing);
	struct msg_sign msg;
	int err;

	/* It is not asked twice: what it says to the first is waited for. */
	if (sealing->asked != 0 &&
	    sealing->now_ms - sealing->asked_ms >= SEALING_SIGNER_MS)
		sealing_failed(sealing, "it does not answer");
	if (!again && !may_ask(sealing))
		return;
	sealing->next_ms = sealing->now_ms + SEALING_SIGN_MS;
	err = request_make(sealing, &msg, again);
	if (err != 0) {
		sealing_failed(sealing, "proof of growth cannot be made");
		log_line(LOG_ERROR, "seal: from=%llu to=%llu: %s",
		    (unsigned long long)msg.old_size,
		    (unsigned long long)msg.checkpoint.size,
		    db_error_text(err));
		return;
	}
	if (channel_send(sealing->signer, &msg, sizeof(msg), -1) != 0)
		return;
	sealing->asked = msg.request;
	sealing->asked_ms = sealing->now_ms;
	channel_flush(sealing->signer);
}

/* ---- answers ---- */

/* It is believed when it is what was asked for, signed by the key that was
 * told. */
static bool
note_good(const struct sealing *sealing, const struct msg_signed *msg)
{
	struct checkpoint found;
	size_t text_len;

	return msg->note_len <= sizeof(msg->note) &&
	       checkpoint_parse(msg->note, msg->note_len, &found, &text_len) ==
		   0 &&
	       strcmp(found.origin, sealing->want.origin) == 0 &&
	       found.size == sealing->want.size &&
	       memcmp(found.root, sealing->want.root, SEAL_LEN) == 0 &&
	       note_verify(msg->note, msg->note_len, &sealing->key, NULL);
}

static bool
is_kept(const struct sealing *sealing)
{
	const struct sealing_kept *kept = sealing_kept(sealing);

	return kept != NULL && kept->checkpoint.size == sealing->want.size;
}

static void
take_signed(struct sealing *sealing, const struct msg_signed *msg)
{
	if (!note_good(sealing, msg)) {
		sealing_failed(
		    sealing, "what it signed is not what it was asked to");
		return;
	}
	sealing->failed = false;
	sealing->conflicts = 0;
	sealing->old_size = sealing->want.size;
	if (is_kept(sealing))
		return; /* signed again */
	sealing->signed_ns = sealing->wall_ns;
	sealing_keep_add(sealing, msg);
}

/* It has signed another one last: is that one ours? */
static void
take_conflict(struct sealing *sealing, const struct msg_signed *msg)
{
	uint8_t root[SEAL_LEN];
	int err;

	if (msg->last_size > writer_head(sealing->writer)->size) {
		sealing_refuse(
		    sealing, SEAL_ROLLED_BACK, msg->last_size, "the signer");
		return;
	}
	err = msg->last_size == 0 ? 0
				  : ledger_root(store_ledger(sealing->store),
					msg->last_size, root);
	if (err != 0) {
		sealing_failed(
		    sealing, "the root of its last checkpoint cannot be made");
		return;
	}
	if (msg->last_size > 0 && memcmp(root, msg->last_root, SEAL_LEN) != 0) {
		sealing_refuse(
		    sealing, SEAL_FORKED, msg->last_size, "the signer");
		return;
	}
	if (++sealing->conflicts > 2) {
		sealing_failed(sealing, "it does not agree with itself");
		return;
	}
	sealing->old_size = msg->last_size;
	sealing->next_ms = sealing->now_ms;
}

static void
take_answer(struct sealing *sealing, const struct msg_signed *msg)
{
	switch (msg->result) {
	case SIGN_DONE:
		take_signed(sealing, msg);
		break;
	case SIGN_CONFLICT:
		take_conflict(sealing, msg);
		break;
	case SIGN_UNPROVEN:
		sealing_refuse(
		    sealing, SEAL_FORKED, msg->last_size, "the signer");
		break;
	case SIGN_FORGOTTEN:
		sealing_refuse(
		    sealing, SEAL_FORGOTTEN, msg->last_size, "the signer");
		break;
	default:
		sealing_failed(
		    sealing, msg->text[0] != '\0' ? msg->text : "it refuses");
		break;
	}
}

static void
take_hello(struct sealing *sealing, const struct msg_signer_hello *msg)
{
	bool rotating = sealing->rotating;

	sealing->rotating = false;
	/* The key that was told before stays. */
	if (msg->state != SIGNER_READY && rotating && sealing->ready) {
		log_line(LOG_WARN, "seal: no new key: %s", msg->text);
		return;
	}
	if (msg->state != SIGNER_READY) {
		sealing_failed(sealing,
		    msg->text[0] != '\0' ? msg->text : "it has no key");
		return;
	}
	if (note_key_make(&sealing->key, sealing->origin, NOTE_ED25519,
		msg->public_key) != 0) {
		sealing_failed(sealing, "its key is none");
		return;
	}
	sealing->hello = *msg;
	sealing->ready = true;
	sealing->failed = false;
	sealing->ops.key(sealing->ops.ctx, msg);
	sealing_update(sealing);
	sealing_sign_tick(sealing);
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct sealing *sealing = ctx;
	const void *msg = head;
	const struct msg_signed *answer = msg;

	(void)fd;
	if (head->kind == MSG_SIGNER_HELLO && check_signer_hello(msg)) {
		take_hello(sealing, msg);
	} else if (head->kind == MSG_SIGNED && check_signed(answer) &&
		   answer->request == sealing->asked) {
		sealing->asked = 0;
		sealing->compared |= answer->result != SIGN_FAILED;
		take_answer(sealing, answer);
		sealing_update(sealing);
	} else {
		signer_break(sealing, "message out of turn or malformed");
	}
}

static void
on_closed(void *ctx)
{
	struct sealing *sealing = ctx;

	if (channel_misused(sealing->signer)) {
		signer_break(sealing, "broken frame");
		return;
	}
	log_line(LOG_WARN, "signer: gone");
	signer_drop(sealing);
}

void
sealing_attach_signer(struct sealing *sealing, int fd)
{
	static const struct channel_ops ops = { on_message, on_closed, NULL,
		NULL };

	signer_drop(sealing);
	sealing->failed = false;
	sealing->signer =
	    role_channel(sealing->loop, fd, SIGNER_LIMIT, &ops, sealing);
}

int
sealing_rotate(struct sealing *sealing)
{
	const struct msg_rotate msg = { .head.kind = MSG_ROTATE };

	if (sealing->signer == NULL ||
	    channel_send(sealing->signer, &msg, sizeof(msg), -1) != 0)
		return -1;
	channel_flush(sealing->signer);
	sealing->rotating = true;
	return 0;
}

bool
sealing_rotating(const struct sealing *sealing)
{
	return sealing->rotating;
}
