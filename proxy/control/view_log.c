/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators are shown of the log as a whole: its seal, its octets. */
#include "proxy/control/view.h"

#include <string.h>

static struct json *
view_witnesses(const struct msg_audit_seal *msg)
{
	struct json *list = json_list_new();

	for (uint32_t i = 0; i < msg->n_witnesses; i++) {
		const struct seal_witness *witness = &msg->witness[i];
		struct json *json = json_new();

		json_put_text(json, "name", witness->name);
		json_put_number(json, "size", witness->size);
		view_put_time(json, "at", witness->at_ns);
		json_put_text(json, "text", witness->text);
		json_add(list, json);
	}
	return list;
}

/* The last look at everything; its members are null before the first. */
static struct json *
view_scrub(const struct msg_audit_seal *msg)
{
	struct json *json = json_new();

	view_put_time(json, "time", msg->scrub_ns);
	if (msg->scrub_ns == 0)
		json_put_null(json, "ms");
	else
		json_put_number(json, "ms", msg->scrub_ms);
	json_put_bool(json, "damaged", msg->damaged != 0);
	json_put_text(json, "text", msg->scrub_text);
	return json;
}

/* When this log began, and what was before it. */
static struct json *
view_begun(const struct msg_audit_seal *msg)
{
	struct json *json = json_new();

	view_put_time(json, "time", msg->begun_ns);
	json_put_bool(json, "renewed", msg->renewed != 0);
	view_put_some(json, "text", msg->begun_text);
	return json;
}

struct json *
view_seal(const struct msg_audit_seal *msg)
{
	struct json *json = json_new();
	char note[NOTE_MAX + 1];

	memcpy(note, msg->note, msg->note_len);
	note[msg->note_len] = '\0';
	json_put_text(json, "state", view_seal_state(msg->state));
	json_put_number(json, "size", msg->size);
	json_put_number(json, "log_size", msg->log_size);
	view_put_time(json, "signed", msg->signed_ns);
	json_put_number(json, "seen_size", msg->seen_size);
	view_put_some(json, "origin", msg->origin);
	view_put_some(json, "vkey", msg->vkey);
	view_put_some(json, "old_vkey", msg->old_vkey);
	view_put_some(json, "cosigner", msg->cosigner);
	view_put_some(json, "note", note);
	json_put_text(json, "text", msg->text);
	json_put(json, "witnesses", view_witnesses(msg));
	json_put_number(json, "pruned_blocks", msg->pruned_blocks);
	json_put_number(json, "octets", msg->octets);
	json_put(json, "scrub", view_scrub(msg));
	json_put(json, "begun", view_begun(msg));
	return json;
}

void
view_status_seal(struct json *status, const struct msg_audit_seal *msg)
{
	struct json *log = json_into(status, "log");
	struct json *checkpoint = json_new();

	json_put_number(checkpoint, "size", msg->size);
	view_put_time(checkpoint, "signed", msg->signed_ns);
	json_put_text(checkpoint, "state", view_seal_state(msg->state));
	json_put_text(checkpoint, "text", msg->text);
	json_put_number(checkpoint, "seen_size", msg->seen_size);
	view_put_some(log, "origin", msg->origin);
	json_put(log, "checkpoint", checkpoint);
	json_put(log, "witnesses", view_witnesses(msg));
	json_put_number(log, "pruned", msg->pruned_blocks);
	json_put_number(log, "octets", msg->octets);
	json_put(log, "scrub", view_scrub(msg));
	json_put(log, "begun", view_begun(msg));
}

struct json *
view_raw(const struct msg_audit_raw *msg)
{
	struct json *json = json_new();
	char text[SEAL_BASE64_LEN(AUDIT_RAW_MAX) + 1];

	switch (msg->what) {
	case AUDIT_RECORD:
		(void)seal_base64(msg->octets, msg->len, text, sizeof(text));
		json_put_number(json, "seq", msg->seq);
		json_put_text(json, "raw", text);
		break;
	case AUDIT_BLOCK:
		json_put_number(json, "block", msg->seq);
		break;
	case AUDIT_INDEX:
		json_put_number(json, "index", msg->seq);
		break;
	case AUDIT_PRUNED:
		json_put_number(json, "pruned", msg->seq);
		break;
	default:
		json_put_number(json, "missing", msg->seq);
		return json;
	}
	view_put_hex(json, "hash", msg->hash, sizeof(msg->hash));
	return json;
}

struct json *
view_proof(const struct msg_audit_proof *msg)
{
	struct json *json = json_new(), *list = json_list_new();
	char text[2 * SEAL_LEN + 1];

	for (uint32_t i = 0; i < msg->proof.n; i++) {
		view_hex(msg->proof.hash[i], SEAL_LEN, text);
		json_add_text(list, text);
	}
	json_put_number(json, "index", msg->index);
	json_put_number(json, "size", msg->size);
	json_put(json, "hashes", list);
	return json;
}
