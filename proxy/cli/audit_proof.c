/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice audit checkpoint" and "proof": what is given to others, and checked
 * before it is. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/cli/audit.h"
#include "proxy/cli/text.h"
#include "proxy/control/view.h"

/* ---- a checkpoint ---- */

static int
keys_say(const struct audit *audit, const struct source_seal *seal)
{
	const struct {
		const char *name;
		const char *vkey;
	} rows[] = {
		{ "log", seal->vkey },
		{ "old", seal->old_vkey },
		{ "cosigner", seal->cosigner },
	};
	struct json *json = json_new();

	if (seal->vkey[0] == '\0') {
		json_free(json);
		return audit_complain(
		    audit, CLI_NO, "the log's key is not known");
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].vkey[0] != '\0')
			json_put_text(json, rows[i].name, rows[i].vkey);
		else
			json_put_null(json, rows[i].name);
		if (!audit->args->json && rows[i].vkey[0] != '\0')
			SHOW(audit->show, rows[i].vkey, "\n");
	}
	if (audit->args->json)
		show_json_line(audit->show, json);
	json_free(json);
	return CLI_DONE;
}

/* The last checkpoint, or that of at most --size entries. */
static int
seal_get(const struct audit *audit, struct source_seal *seal,
    struct checkpoint *checkpoint)
{
	uint64_t at_most =
	    audit->args->size > 0 ? audit->args->size : UINT64_MAX;
	size_t text_len;

	if (source_seal(audit->source, at_most, seal) < 0)
		return audit_source_failed(audit);
	if (seal->note_len == 0 && audit->args->size > 0)
		return audit_complain(audit, CLI_NO,
		    "the log keeps no signed checkpoint of %" PRIu64
		    " entries or fewer",
		    audit->args->size);
	if (seal->note_len == 0)
		return audit_complain(
		    audit, CLI_NO, "the log keeps no signed checkpoint yet");
	if (checkpoint_parse(
		seal->note, seal->note_len, checkpoint, &text_len) < 0)
		return audit_complain(
		    audit, CLI_NO, "the log's checkpoint cannot be read");
	return CLI_DONE;
}

static void
put_checkpoint(struct json *json, const struct source_seal *seal,
    const struct checkpoint *checkpoint)
{
	char root[2 * SEAL_LEN + 1];

	view_hex(checkpoint->root, SEAL_LEN, root);
	json_put_text(json, "origin", checkpoint->origin);
	json_put_number(json, "size", checkpoint->size);
	json_put_text(json, "root", root);
	json_put_text(json, "note", seal->note);
}

int
audit_checkpoint(const struct audit *audit)
{
	struct source_seal seal;
	struct checkpoint checkpoint = { 0 };
	struct json *json;
	int status;

	if (audit->args->keys) {
		if (source_seal(audit->source, UINT64_MAX, &seal) < 0)
			return audit_source_failed(audit);
		return keys_say(audit, &seal);
	}
	status = seal_get(audit, &seal, &checkpoint);
	if (status != 0)
		return status;
	if (audit->args->json) {
		json = json_new();
		put_checkpoint(json, &seal, &checkpoint);
		show_json_line(audit->show, json);
		json_free(json);
		return CLI_DONE;
	}
	/* As it is: it has been parsed, and is to be verified elsewhere. */
	(void)fwrite(seal.note, 1, seal.note_len, audit->show->out);
	if (audit->args->size > 0 && checkpoint.size != audit->args->size)
		(void)audit_complain(audit, CLI_DONE,
		    "none of %" PRIu64
		    " entries is kept; this is the last before it, of %" PRIu64,
		    audit->args->size, checkpoint.size);
	return CLI_DONE;
}

/* ---- proofs ---- */

static struct json *
proof_json(const struct proof *proof)
{
	struct json *list = json_list_new();
	char hash[2 * SEAL_LEN + 1];

	for (uint32_t i = 0; i < proof->n && i < PROOF_MAX; i++) {
		view_hex(proof->hash[i], SEAL_LEN, hash);
		json_add_text(list, hash);
	}
	return list;
}

/* To the file of -o, or standard output. */
static int
text_put(const struct audit *audit, const char *text, size_t len)
{
	const char *path = audit->args->output;
	FILE *file;
	bool failed;

	if (path == NULL) {
		/* main looks at standard output. */
		(void)fwrite(text, 1, len, audit->show->out);
		return CLI_DONE;
	}
	file = fopen(path, "we");
	if (file == NULL)
		return audit_complain(
		    audit, CLI_WRONG, "%.200s: %s", path, strerror(errno));
	failed = fwrite(text, 1, len, file) != len;
	failed = fclose(file) != 0 || failed;
	return failed ? audit_complain(
			    audit, CLI_NO, "%.200s: %s", path, strerror(errno))
		      : CLI_DONE;
}

static int
json_put_out(const struct audit *audit, struct json *json)
{
	size_t len;
	char *text = json_print(json, &len);
	int status;

	text = text_alloc(text, len + 2);
	text[len++] = '\n';
	status = text_put(audit, text, len);
	free(text);
	json_free(json);
	return status;
}

struct given {
	struct source_seal seal;
	struct checkpoint checkpoint;
	struct proof proof;
	uint8_t old_root[SEAL_LEN];
	bool has_old;
};

static int
inclusion_put(const struct audit *audit, const struct given *given,
    const struct source_item *item)
{
	const struct proof_file file = {
		.index = item->seq,
		.proof = given->proof,
		.record = item->record,
		.record_len = item->len,
		.note = given->seal.note,
		.note_len = given->seal.note_len,
	};
	struct json *json;
	char *text;
	int len, status;

	if (audit->args->json) {
		json = json_new();
		json_put_number(json, "index", item->seq);
		put_checkpoint(json, &given->seal, &given->checkpoint);
		json_put(json, "hashes", proof_json(&given->proof));
		json_put(json, "entry",
		    audit_record_json(
			item->record, item->len, item->hash, true));
		return json_put_out(audit, json);
	}
	text = text_alloc(NULL, PROOF_TEXT_MAX);
	len = proof_file_print(&file, text, PROOF_TEXT_MAX);
	status = len < 0
		     ? audit_complain(audit, CLI_NO, "the proof is too long")
		     : text_put(audit, text, (size_t)len);
	free(text);
	return status;
}

static int
inclusion_run(const struct audit *audit, struct given *given)
{
	uint64_t id = audit->args->id, size = given->checkpoint.size;
	struct source_item item;
	uint8_t leaf[SEAL_LEN];

	if (id >= size)
		return audit_complain(audit, CLI_NO,
		    "entry %" PRIu64 " is not in the checkpoint of %" PRIu64
		    " entries",
		    id, size);
	if (source_proof(audit->source, id, size, false, &given->proof) < 0 ||
	    source_range(audit->source, id, id + 1) < 0 ||
	    source_next(audit->source, &item) < 0)
		return audit_source_failed(audit);
	if (item.what != SOURCE_RECORD)
		return audit_complain(
		    audit, CLI_NO, "entry %" PRIu64 " is not there", id);
	seal_leaf(item.record, item.len, leaf);
	memcpy(item.hash, leaf, SEAL_LEN);
	if (!proof_check_inclusion(
		&given->proof, id, size, leaf, given->checkpoint.root))
		return audit_complain(audit, CLI_NO,
		    "entry %" PRIu64 " does not lead to the root of the "
		    "checkpoint of %" PRIu64 " entries: see sluice audit "
		    "verify",
		    id, size);
	return inclusion_put(audit, given, &item);
}

static int
consistency_put(const struct audit *audit, const struct given *given)
{
	size_t size = PROOF_TEXT_MAX, len;
	struct json *json;
	char *text;
	int status;

	if (audit->args->json) {
		json = json_new();
		json_put_number(json, "old", audit->args->consistency);
		put_checkpoint(json, &given->seal, &given->checkpoint);
		json_put(json, "hashes", proof_json(&given->proof));
		return json_put_out(audit, json);
	}
	text = text_alloc(NULL, size);
	len = (size_t)snprintf(
	    text, size, "old %" PRIu64 "\n", audit->args->consistency);
	for (uint32_t i = 0; i < given->proof.n; i++) {
		(void)seal_base64(
		    given->proof.hash[i], SEAL_LEN, &text[len], size - len);
		len += SEAL_BASE64_LEN(SEAL_LEN);
		text[len++] = '\n';
	}
	text[len++] = '\n';
	memcpy(&text[len], given->seal.note, given->seal.note_len);
	len += given->seal.note_len;
	status = text_put(audit, text, len);
	free(text);
	return status;
}

/* The root at the old size, where a checkpoint tells it. */
static int
old_read(const struct audit *audit, struct given *given)
{
	struct checkpoint old;
	struct source_seal seal;
	size_t text_len;

	if (source_seal(audit->source, audit->args->consistency, &seal) < 0)
		return -1;
	if (seal.note_len > 0 &&
	    checkpoint_parse(seal.note, seal.note_len, &old, &text_len) == 0 &&
	    old.size == audit->args->consistency) {
		memcpy(given->old_root, old.root, SEAL_LEN);
		given->has_old = true;
	}
	return 0;
}

static int
consistency_run(const struct audit *audit, struct given *given)
{
	uint64_t old = audit->args->consistency, size = given->checkpoint.size;

	if (old > size)
		return audit_complain(audit, CLI_NO,
		    "the checkpoint is of %" PRIu64
		    " entries, fewer than %" PRIu64,
		    size, old);
	if (old_read(audit, given) < 0 ||
	    source_proof(audit->source, old, size, true, &given->proof) < 0)
		return audit_source_failed(audit);
	if (given->has_old &&
	    !proof_check_consistency(&given->proof, old, given->old_root, size,
		given->checkpoint.root))
		return audit_complain(audit, CLI_NO,
		    "the log does not grow out of its own checkpoint of "
		    "%" PRIu64 " entries: see sluice audit verify",
		    old);
	return consistency_put(audit, given);
}

int
audit_proof(const struct audit *audit)
{
	struct given *given = text_alloc(NULL, sizeof(*given));
	int status;

	memset(given, 0, sizeof(*given));
	status = seal_get(audit, &given->seal, &given->checkpoint);
	if (status == 0)
		status = audit->args->has_consistency
			     ? consistency_run(audit, given)
			     : inclusion_run(audit, given);
	free(given);
	return status;
}

/* ---- a proof alone ---- */

static int
proof_result(const struct audit *audit, const struct proof_file *file,
    const struct note_key *key, const struct checkpoint *checkpoint)
{
	uint8_t leaf[SEAL_LEN];
	struct json *row, *json;

	seal_leaf(file->record, file->record_len, leaf);
	row = audit_record_json(file->record, file->record_len, leaf, false);
	if (audit->args->json) {
		json = json_new();
		json_put_bool(json, "sound", true);
		json_put_number(json, "index", file->index);
		json_put_text(json, "origin", checkpoint->origin);
		json_put_number(json, "size", checkpoint->size);
		json_put_text(json, "key", key->name);
		if (row != NULL)
			json_put(json, "entry", row);
		show_json_line(audit->show, json);
		json_free(json);
		return CLI_DONE;
	}
	if (row != NULL)
		show_entry(audit->show, row);
	else
		SHOW(audit->show, "the record cannot be read", "\n");
	json_free(row);
	(void)fprintf(audit->show->out, "sound: entry %" PRIu64 " of the log ",
	    file->index);
	SHOW(audit->show, checkpoint->origin, "\n", "signed by ", key->name);
	(void)fprintf(audit->show->out,
	    " in a checkpoint of %" PRIu64 " entries\n", checkpoint->size);
	return CLI_DONE;
}

static int
proof_not(const struct audit *audit, const char *why)
{
	struct json *json;

	if (audit->args->json) {
		json = json_new();
		json_put_bool(json, "sound", false);
		json_put_text(json, "text", why);
		show_json_line(audit->show, json);
		json_free(json);
	}
	return audit_complain(
	    audit, CLI_NO, "%.200s: %s", audit->args->proof, why);
}

static int
proof_look(const struct audit *audit, const struct proof_file *file)
{
	const struct args_list *list = &audit->args->vkeys;
	const char *why = "no key";
	struct checkpoint checkpoint;
	struct note_key key;

	for (unsigned i = 0; i < list->n; i++) {
		if (note_key_parse(list->text[i], &key) < 0)
			return audit_complain(audit, CLI_WRONG,
			    "--key: \"%.80s\" is no verifier key (NAME+ID+KEY)",
			    list->text[i]);
		why = proof_file_check(file, &key, &checkpoint);
		if (why == NULL)
			return proof_result(audit, file, &key, &checkpoint);
	}
	return proof_not(audit, why);
}

#define RECORD_ROOM 65536u

int
audit_verify_proof(const struct audit *audit)
{
	uint8_t *record = text_alloc(NULL, RECORD_ROOM);
	struct proof_file file;
	size_t len;
	char *text = audit_file_read(audit->args->proof, PROOF_TEXT_MAX, &len);
	int status;

	if (text == NULL)
		status = audit_complain(audit, CLI_WRONG, "%.200s: %s",
		    audit->args->proof, strerror(errno));
	else if (proof_file_parse(text, len, &file, record, RECORD_ROOM) < 0)
		status = audit_complain(audit, CLI_WRONG,
		    "%.200s: this is no proof (c2sp.org/tlog-proof@v1)",
		    audit->args->proof);
	else
		status = proof_look(audit, &file);
	free(text);
	free(record);
	return status;
}
