/* SPDX-License-Identifier: BSD-2-Clause */
/* Seal, proofs, and acts of operators. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"
#include "proxy/store/audit_parts.h"

static void
reply(struct audit_link *link, const void *msg, size_t size)
{
	if (channel_send(link->channel, msg, size, -1) != 0)
		log_line(LOG_WARN, "control: an answer did not fit");
}

/* ---- seal ---- */

/* What its first entry says of the log; nothing when it is gone, or from a time
 * when logs did not begin with such a one. */
static void
begun_fill(struct ledger *ledger, struct msg_audit_seal *out)
{
	struct entry *entry = malloc(sizeof(*entry));

	if (entry == NULL)
		return;
	if (ledger_get(ledger, 0, entry) == 0 && entry->kind == ENTRY_START &&
	    strncmp(entry->text, "log ", 4) == 0) {
		out->begun_ns = entry->wall_ns;
		out->renewed = entry->operator_name[0] != '\0';
		if (strcmp(entry->evidence, "before: nothing") != 0)
			(void)snprintf(out->begun_text, sizeof(out->begun_text),
			    "%s", entry->evidence);
	}
	free(entry);
}

/* What the store itself knows. */
static void
seal_fill(
    const struct audit_link *link, uint64_t at_most, struct msg_audit_seal *out)
{
	struct ledger *ledger = store_ledger(link->store);
	struct ledger_head head = { 0 };
	struct ledger_pruned pruned = { 0 };
	size_t len = 0;

	if (ledger_head_read(ledger, &head) == 0)
		out->log_size = head.size;
	if (ledger_pruned(ledger, &pruned) == 0)
		out->pruned_blocks = pruned.blocks;
	(void)ledger_octets(ledger, &out->octets);
	begun_fill(ledger, out);
	if (ledger_note(ledger, at_most, &out->size, out->note, &len) == 0)
		out->note_len = (uint32_t)len;
	else
		out->size = 0;
}

void
audit_seal(struct audit_link *link, const struct msg_audit_seal_ask *ask)
{
	struct msg_audit_seal *out = calloc(1, sizeof(*out));

	if (out == NULL)
		return;
	out->head.kind = MSG_AUDIT_SEAL;
	out->request = ask->request;
	seal_fill(link, ask->at_most, out);
	if (link->ops.seal != NULL)
		link->ops.seal(link->ops.ctx, out);
	reply(link, out, sizeof(*out));
	free(out);
}

/* ---- proofs ---- */

/* 0 stands for the last checkpoint's size. */
static int
size_default(const struct audit_link *link, uint64_t *size)
{
	char note[NOTE_MAX];
	size_t len;

	if (*size != 0)
		return 0;
	return ledger_note(
	    store_ledger(link->store), UINT64_MAX, size, note, &len);
}

static int
proof_make(const struct audit_link *link, const struct msg_audit_proof_ask *ask,
    struct msg_audit_proof *out)
{
	struct ledger *ledger = store_ledger(link->store);
	struct ledger_head head;
	int err = size_default(link, &out->size);

	if (err == 0)
		err = ledger_head_read(ledger, &head);
	if (err != 0)
		return err;
	if (out->size > head.size)
		return DB_NOT_FOUND;
	if (ask->consistency)
		return ask->index > out->size
			   ? DB_NOT_FOUND
			   : ledger_consistency(
				 ledger, ask->index, out->size, &out->proof);
	return ask->index >= out->size ? DB_NOT_FOUND
				       : ledger_inclusion(ledger, ask->index,
					     out->size, &out->proof);
}

void
audit_proof(struct audit_link *link, const struct msg_audit_proof_ask *ask)
{
	struct msg_audit_proof out = { .head.kind = MSG_AUDIT_PROOF,
		.request = ask->request,
		.index = ask->index,
		.size = ask->size };

	out.error = proof_make(link, ask, &out);
	if (out.error != 0)
		memset(&out.proof, 0, sizeof(out.proof));
	reply(link, &out, sizeof(out));
}

/* ---- acts ---- */

bool
audit_act(struct audit_link *link, const struct msg_audit_act *act)
{
	struct msg_audit_acted out = { .head.kind = MSG_AUDIT_ACTED,
		.request = act->request };

	if (act->act < AUDIT_ROTATE || act->act > AUDIT_SCRUB ||
	    !check_text(act->operator_name, sizeof(act->operator_name)) ||
	    !check_text(act->text, sizeof(act->text)))
		return false;
	if (link->ops.act != NULL)
		link->ops.act(link->ops.ctx, act, &out);
	else
		(void)snprintf(out.text, sizeof(out.text), "not now");
	reply(link, &out, sizeof(out));
	return true;
}
