/* SPDX-License-Identifier: BSD-2-Clause */
/* The state, and what tells of it. */
#include "proxy/store/sealing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/store/sealing_parts.h"

static const char *
state_text(enum seal_state state)
{
	switch (state) {
#define X(symbol, number, name, text)                                          \
	case SEAL_##symbol:                                                    \
		return text;
		SEAL_STATE_MAP(X)
#undef X
	}
	return "?";
}

/* What a person is to do about it. */
static const char *
state_advice(enum seal_state state)
{
	switch (state) {
	case SEAL_ROLLED_BACK:
		return "a backup was restored, or entries were taken away: "
		       "bring back the newer store, or begin a new log with "
		       "\"sluice audit renew\"";
	case SEAL_FORKED:
		return "the store was changed or replaced: bring back the "
		       "right one, or begin a new log with "
		       "\"sluice audit renew\"";
	case SEAL_FORGOTTEN:
		return "bring back the signer's folder, or begin a new log "
		       "with \"sluice audit renew\"";
	case SEAL_AWAY:
	case SEAL_SIGNING:
	case SEAL_WAITING:
	case SEAL_FAILED:
		break;
	}
	return "";
}

uint32_t
sealing_request(struct sealing *sealing)
{
	if (++sealing->request == 0)
		sealing->request = 1;
	return sealing->request;
}

bool
sealing_compared(const struct sealing *sealing)
{
	return sealing->compared;
}

enum seal_state
sealing_state(const struct sealing *sealing)
{
	if (sealing->refused != SEAL_SIGNING)
		return sealing->refused;
	if (sealing->failed)
		return SEAL_FAILED;
	if (sealing->signer == NULL || !sealing->ready)
		return SEAL_AWAY;
	return sealing->waiting ? SEAL_WAITING : SEAL_SIGNING;
}

void
sealing_update(struct sealing *sealing)
{
	enum seal_state state = sealing_state(sealing);
	bool refused = sealing->refused != SEAL_SIGNING;

	if (state == sealing->told)
		return;
	sealing->told = state;
	if (!refused)
		log_line(LOG_INFO, "seal: %s", state_text(state));
	sealing->ops.changed(sealing->ops.ctx, state, refused);
}

static void
refusal_say(struct sealing *sealing)
{
	log_line(LOG_ERROR, "seal: nothing more is signed: %s", sealing->text);
	sealing->repeat_ms = sealing->now_ms + SEALING_REPEAT_MS;
}

void
sealing_refuse(struct sealing *sealing, enum seal_state state, uint64_t seen,
    const char *who)
{
	if (sealing->refused != SEAL_SIGNING)
		return;
	sealing->refused = state;
	sealing->seen_size = seen;
	(void)snprintf(sealing->text, sizeof(sealing->text),
	    "%s: entries=%llu seen=%llu by %.60s; %s", state_text(state),
	    (unsigned long long)writer_head(sealing->writer)->size,
	    (unsigned long long)seen, who, state_advice(state));
	refusal_say(sealing);
	sealing_update(sealing);
}

void
sealing_failed(struct sealing *sealing, const char *text)
{
	if (sealing->refused != SEAL_SIGNING)
		return;
	if (!sealing->failed || strcmp(sealing->text, text) != 0)
		log_line(LOG_ERROR, "seal: signer: %s", text);
	(void)snprintf(sealing->text, sizeof(sealing->text), "%s", text);
	sealing->failed = true;
	sealing->next_ms = sealing->now_ms + SEALING_RETRY_MS;
	sealing_update(sealing);
}

void
sealing_tick(struct sealing *sealing, uint64_t now_ms, uint64_t wall_ns)
{
	sealing->now_ms = now_ms;
	sealing->wall_ns = wall_ns;
	if (sealing->stay_ms == 0)
		sealing->stay_ms = now_ms;
	if (sealing->refused != SEAL_SIGNING && now_ms >= sealing->repeat_ms)
		refusal_say(sealing);
	sealing_keep_tick(sealing);
	sealing_sign_tick(sealing);
	sealing_witness_tick(sealing);
	sealing_update(sealing);
}

void
sealing_check(struct sealing *sealing)
{
	const struct sealing_kept *kept = sealing_kept(sealing);
	uint8_t root[SEAL_LEN];
	int err;

	if (kept == NULL)
		return;
	sealing->old_size = kept->checkpoint.size;
	if (kept->checkpoint.size > writer_head(sealing->writer)->size) {
		sealing_refuse(sealing, SEAL_ROLLED_BACK, kept->checkpoint.size,
		    "a checkpoint in the store");
		return;
	}
	err = ledger_root(
	    store_ledger(sealing->store), kept->checkpoint.size, root);
	if (err != 0)
		log_line(LOG_ERROR,
		    "seal: root of the last checkpoint cannot be made: "
		    "size=%llu: %s",
		    (unsigned long long)kept->checkpoint.size,
		    db_error_text(err));
	else if (memcmp(root, kept->checkpoint.root, SEAL_LEN) != 0)
		sealing_refuse(sealing, SEAL_FORKED, kept->checkpoint.size,
		    "a checkpoint in the store");
}

struct sealing *
sealing_new(struct loop *loop, struct store *store, struct writer *writer,
    const char *origin, const struct sealing_ops *ops, uint64_t now_ms)
{
	struct sealing *sealing = calloc(1, sizeof(*sealing));

	if (sealing == NULL)
		return NULL;
	sealing->loop = loop;
	sealing->store = store;
	sealing->writer = writer;
	sealing->ops = *ops;
	sealing->now_ms = now_ms;
	sealing->refused = SEAL_SIGNING;
	(void)snprintf(sealing->origin, sizeof(sealing->origin), "%s", origin);
	if (sealing_keep_load(sealing) != 0) {
		free(sealing);
		return NULL;
	}
	return sealing;
}

void
sealing_free(struct sealing *sealing)
{
	if (sealing == NULL)
		return;
	channel_close(sealing->signer);
	channel_close(sealing->witness);
	free(sealing);
}

enum role
sealing_broken(struct sealing *sealing)
{
	enum role role = sealing->signer_broken    ? ROLE_SIGNER
			 : sealing->witness_broken ? ROLE_WITNESS
						   : ROLE_NONE;

	if (role == ROLE_SIGNER)
		sealing->signer_broken = false;
	else
		sealing->witness_broken = false;
	return role;
}

void
sealing_room(struct sealing *sealing)
{
	sealing->next_ms = 0; /* with the next tick */
}

void
sealing_last(struct sealing *sealing)
{
	sealing->last = true;
}

bool
sealing_idle(const struct sealing *sealing)
{
	const struct sealing_kept *kept = sealing_kept(sealing);

	if (sealing_state(sealing) != SEAL_SIGNING)
		return sealing_keep_idle(sealing);
	return sealing->asked == 0 && sealing_keep_idle(sealing) &&
	       (writer_head(sealing->writer)->size == 0 ||
		   (kept != NULL && kept->checkpoint.size >=
					writer_head(sealing->writer)->size));
}

const char *
sealing_note(const struct sealing *sealing, size_t *len)
{
	const struct sealing_kept *kept = sealing_kept(sealing);

	*len = kept == NULL ? 0 : kept->len;
	return kept == NULL ? "" : kept->note;
}

/* ---- what is told ---- */

static void
fill_keys(const struct sealing *sealing, struct msg_audit_seal *out)
{
	const struct msg_signer_hello *hello = &sealing->hello;
	struct note_key old;

	if (!sealing->ready)
		return;
	(void)note_key_print(&sealing->key, out->vkey, sizeof(out->vkey));
	if (hello->has_old && note_key_make(&old, sealing->origin, NOTE_ED25519,
				  hello->old_key) == 0)
		(void)note_key_print(
		    &old, out->old_vkey, sizeof(out->old_vkey));
	memcpy(out->cosigner, hello->cosigner, sizeof(out->cosigner));
}

void
sealing_fill(const struct sealing *sealing, struct msg_audit_seal *out)
{
	enum seal_state state = sealing_state(sealing);

	out->state = (uint16_t)state;
	out->signed_ns = sealing->signed_ns;
	out->seen_size = sealing->seen_size;
	memcpy(out->origin, sealing->origin, sizeof(out->origin));
	fill_keys(sealing, out);
	if (sealing->refused != SEAL_SIGNING || sealing->failed)
		memcpy(out->text, sealing->text, sizeof(out->text));
	else if (state != SEAL_SIGNING)
		(void)snprintf(
		    out->text, sizeof(out->text), "%s", state_text(state));
	out->n_witnesses = sealing->n_witnesses;
	for (unsigned i = 0; i < sealing->n_witnesses; i++) {
		const struct sealing_witness *from = &sealing->witnesses[i];
		struct seal_witness *to = &out->witness[i];

		memcpy(to->name, from->key.name, sizeof(to->name));
		to->size = from->size;
		to->at_ns = from->at_ns;
		memcpy(to->text, from->text, sizeof(to->text));
	}
}
