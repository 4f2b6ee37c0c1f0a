/* SPDX-License-Identifier: BSD-2-Clause */
/* What is signed, and what is not. */
#include "proxy/signer/signer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/log.h"
#include "proxy/signer/folder.h"
#include "proxy/signer/keys.h"
#include "proxy/signer/memory.h"

#define NS 1000000000u

/* A store that has been taken over could fill the folder. No more of our logs
 * than the store sets aside in two days are begun at once, then one an hour. */
#define BEGUN_EVERY_NS (UINT64_C(3600) * NS)
#define BEGUN_AT_ONCE  8
#define ROTATE_EVERY_S 60

struct signer {
	bool set;
	bool ready;   /* has folder and keys */
	bool at_home; /* the folder is where we are */
	int folder;   /* -1: not open */
	struct keys keys;
	char path[PATH_LEN];
	char name[NOTE_NAME_MAX];
	char why[128];     /* not ready */
	char said[128];    /* why nothing was signed the last time; "" */
	uint64_t begun_ns; /* wall; until then logs begun count */
	unsigned n_cosigned;
	struct note_key cosigned[COSIGNED_MAX];
};

struct signer *
signer_new(void)
{
	struct signer *signer = calloc(1, sizeof(*signer));

	if (signer != NULL)
		signer->folder = -1;
	return signer;
}

void
signer_free(struct signer *signer)
{
	if (signer == NULL)
		return;
	keys_fini(&signer->keys);
	if (signer->folder >= 0)
		(void)close(signer->folder);
	free(signer);
}

/* ---- configuration, keys ---- */

static void
say_keys(const struct signer *signer)
{
	char vkey[NOTE_VKEY_MAX];

	if (note_key_print(&signer->keys.cosigner, vkey, sizeof(vkey)) > 0)
		log_line(LOG_INFO, "signer: ready: folder=%s cosigner=%s",
		    signer->path, vkey);
}

/* Open and load; said when it is another outcome than before. */
static void
try_keys(struct signer *signer)
{
	char why[sizeof(signer->why)] = "";

	if (signer->ready)
		return;
	if (signer->folder < 0)
		signer->folder = folder_open(
		    signer->at_home ? "." : signer->path, why, sizeof(why));
	signer->ready =
	    signer->folder >= 0 && keys_load(&signer->keys, signer->folder,
				       signer->name, why, sizeof(why)) == 0;
	if (!signer->ready && strcmp(why, signer->why) != 0)
		log_line(LOG_ERROR, "signer: no key: folder=%s: %s",
		    signer->path, why);
	memcpy(signer->why, why, sizeof(why));
	if (signer->ready)
		say_keys(signer);
}

static int
take_cosigned(struct signer *signer, const struct msg_cfg_log *config)
{
	struct note_key keys[COSIGNED_MAX];

	if (config->n_cosigned > COSIGNED_MAX)
		return -1;
	for (uint32_t i = 0; i < config->n_cosigned; i++) {
		if (note_key_parse(config->cosigned[i], &keys[i]) != 0 ||
		    keys[i].algorithm != NOTE_ED25519)
			return -1;
	}
	signer->n_cosigned = config->n_cosigned;
	memcpy(signer->cosigned, keys, config->n_cosigned * sizeof(keys[0]));
	return 0;
}

int
signer_configure(
    struct signer *signer, const struct msg_cfg_log *config, bool at_home)
{
	if (config->key_path[0] == '\0' || !note_name_valid(config->name) ||
	    take_cosigned(signer, config) != 0)
		return -1;
	if (signer->set && strcmp(signer->path, config->key_path) != 0)
		log_line(LOG_WARN, "signer: a new folder takes a restart of "
				   "the daemon");
	if (!signer->set) {
		memcpy(signer->path, config->key_path, sizeof(signer->path));
		signer->at_home = at_home;
	}
	memcpy(signer->name, config->name, sizeof(signer->name));
	signer->set = true;
	try_keys(signer);
	return 0;
}

bool
signer_is_set(const struct signer *signer)
{
	return signer->set;
}

bool
signer_tick(struct signer *signer, uint64_t wall_ns)
{
	char why[sizeof(signer->why)];

	if (!signer->set)
		return false;
	if (signer->ready) {
		if (!keys_retire(&signer->keys, signer->folder, wall_ns / NS))
			return false;
		log_line(LOG_INFO, "signer: the key before this one has ended");
		return true;
	}
	memcpy(why, signer->why, sizeof(why));
	try_keys(signer);
	return signer->ready || strcmp(why, signer->why) != 0;
}

void
signer_hello(
    const struct signer *signer, uint64_t wall_ns, struct msg_signer_hello *out)
{
	const struct keys *keys = &signer->keys;

	memset(out, 0, sizeof(*out));
	out->head.kind = MSG_SIGNER_HELLO;
	out->state = signer->ready ? SIGNER_READY : SIGNER_FAILED;
	memcpy(out->text, signer->why, sizeof(out->text));
	if (!signer->ready)
		return;
	memcpy(out->public_key, keys->public_key, sizeof(out->public_key));
	(void)note_key_print(
	    &keys->cosigner, out->cosigner, sizeof(out->cosigner));
	if (!keys_has_old(keys, wall_ns / NS))
		return;
	out->has_old = 1;
	out->old_until_ns = keys->rollover.until_s * NS;
	memcpy(out->old_key, keys->rollover.old_key, sizeof(out->old_key));
	memcpy(out->by_new, keys->rollover.by_new, sizeof(out->by_new));
	memcpy(out->by_old, keys->rollover.by_old, sizeof(out->by_old));
}

/* ---- answers ---- */

static void
answer(struct msg_signed *out, enum sign_result result, const char *text)
{
	out->result = result;
	(void)snprintf(out->text, sizeof(out->text), "%s", text);
	if (result == SIGN_DONE)
		return;
	/* What may have been signed already does not leave. */
	out->note_len = 0;
	memset(out->note, 0, sizeof(out->note));
}

static void
answer_begin(struct msg_signed *out, uint32_t request)
{
	memset(out, 0, sizeof(*out));
	out->head.kind = MSG_SIGNED;
	out->request = request;
}

static void
answer_last(struct msg_signed *out, const struct checkpoint *last)
{
	out->last_size = last->size;
	memcpy(out->last_root, last->root, sizeof(out->last_root));
}

/* It is asked again soon: one line for one reason. */
static void
answer_failed(struct signer *signer, struct msg_signed *out, const char *text)
{
	answer(out, SIGN_FAILED, text);
	if (strcmp(signer->said, out->text) == 0)
		return;
	memcpy(signer->said, out->text, sizeof(signer->said));
	log_line(LOG_ERROR, "signer: nothing is signed: %s", out->text);
}

static void
answer_kept(struct signer *signer, struct msg_signed *out, int err)
{
	char text[sizeof(out->text)];

	if (err == 0) {
		signer->said[0] = '\0';
		answer(out, SIGN_DONE, "");
		return;
	}
	(void)snprintf(
	    text, sizeof(text), "it cannot be kept: %s", strerror(-err));
	answer_failed(signer, out, text);
}

/* ---- does it grow out of the last one? ---- */

/* A request, be it of a log of ours or another's. */
struct growth {
	uint64_t old_size;
	const struct checkpoint *next;
	const struct proof *proof;
	const struct checkpoint *last; /* zeroed: none */
};

static bool
empty_root(const uint8_t root[SEAL_LEN])
{
	uint8_t hash[SEAL_LEN];

	seal_sha256("", 0, hash);
	return memcmp(root, hash, SEAL_LEN) == 0;
}

/* In the order of C2SP tlog-witness; false when answered. */
static bool
grows(const struct growth *growth, struct msg_signed *out)
{
	const struct checkpoint *next = growth->next;
	const struct checkpoint *last = growth->last;

	if (growth->old_size > next->size) {
		answer(out, SIGN_BAD, "old size is larger than size");
		return false;
	}
	if (growth->old_size != last->size) {
		answer(out, SIGN_CONFLICT, "old size is not the last size");
		return false;
	}
	if (next->size == last->size && last->size != 0 &&
	    memcmp(next->root, last->root, SEAL_LEN) != 0) {
		answer(out, SIGN_CONFLICT, "another root of the same size");
		return false;
	}
	if ((next->size == 0 && !empty_root(next->root)) ||
	    !proof_check_consistency(growth->proof, growth->old_size,
		last->root, next->size, next->root)) {
		answer(out, SIGN_UNPROVEN, "the proof does not hold");
		return false;
	}
	return true;
}

/* ---- our own log ---- */

/* The keys of our log's notes: the current one, then the old one. */
static unsigned
own_keys(const struct signer *signer, const char *origin, bool with_old,
    struct note_key keys[2])
{
	const struct keys *ours = &signer->keys;

	if (note_key_make(&keys[0], origin, NOTE_ED25519, ours->public_key) !=
	    0)
		return 0;
	if (!with_old || ours->old == NULL ||
	    note_key_make(
		&keys[1], origin, NOTE_ED25519, ours->rollover.old_key) != 0)
		return 1;
	return 2;
}

/* The note, signed by the current key and, as long as it does, by the old. */
static int
write_own(struct signer *signer, const struct checkpoint *checkpoint,
    uint64_t wall_ns, struct msg_signed *out)
{
	struct seal_key *secrets[2] = { signer->keys.key, signer->keys.old };
	bool with_old = keys_has_old(&signer->keys, wall_ns / NS);
	struct note_key keys[2];
	unsigned n = own_keys(signer, checkpoint->origin, with_old, keys);
	int text_len =
	    checkpoint_print(checkpoint, out->note, sizeof(out->note));
	size_t len = (size_t)text_len;

	if (text_len < 0 || n == 0)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		if (note_sign(out->note, sizeof(out->note), &len,
			(size_t)text_len, &keys[i], secrets[i], 0) != 0)
			return -1;
	}
	out->note_len = (uint32_t)len;
	return 0;
}

/* May another log of ours begin now? A clock that is set back asks for less
 * patience, not more. */
static bool
may_begin(struct signer *signer, uint64_t wall_ns)
{
	const uint64_t most = BEGUN_EVERY_NS * BEGUN_AT_ONCE;

	if (signer->begun_ns < wall_ns || signer->begun_ns - wall_ns > most)
		signer->begun_ns = wall_ns;
	return signer->begun_ns - wall_ns <= most - BEGUN_EVERY_NS;
}

/* What is remembered of a log of ours; false when answered. */
static bool
recall_own(struct signer *signer, const struct msg_sign *msg, uint64_t wall_ns,
    struct checkpoint *last, struct msg_signed *out)
{
	const char *origin = msg->checkpoint.origin;
	char why[sizeof(out->text)] = "";
	struct note_key keys[2];
	const struct memory_ask ask = { MEMORY_OWN, origin, keys,
		own_keys(signer, origin, true, keys) };
	enum memory_found found =
	    memory_read(signer->folder, &ask, last, why, sizeof(why));

	if (found == MEMORY_BAD) {
		memset(last, 0, sizeof(*last));
		answer_failed(signer, out, why);
		return false;
	}
	answer_last(out, last);
	if (found == MEMORY_FOUND)
		return true;
	if (msg->known_size != UINT64_MAX) {
		answer(out, SIGN_FORGOTTEN,
		    "the last checkpoint of this log is missing here");
		return false;
	}
	if (!may_begin(signer, wall_ns)) {
		answer_failed(signer, out,
		    "too many logs have been begun within an hour");
		return false;
	}
	if (memory_has_room(signer->folder))
		return true;
	answer(out, SIGN_FAILED,
	    "too many logs have been begun: remove files "
	    "own-* of those that are no more");
	return false;
}

void
signer_sign(struct signer *signer, const struct msg_sign *msg, uint64_t wall_ns,
    struct msg_signed *out)
{
	const struct checkpoint *next = &msg->checkpoint;
	struct checkpoint last;
	const struct growth growth = { msg->old_size, next, &msg->proof,
		&last };

	answer_begin(out, msg->request);
	if (!signer->ready) {
		answer(out, SIGN_FAILED, signer->why);
		return;
	}
	if (!note_name_valid(next->origin) || next->size > INT64_MAX) {
		answer(out, SIGN_BAD, "no checkpoint");
		return;
	}
	if (!recall_own(signer, msg, wall_ns, &last, out) ||
	    !grows(&growth, out))
		return;
	if (write_own(signer, next, wall_ns, out) != 0) {
		answer(out, SIGN_BAD, "no checkpoint");
		return;
	}
	answer_kept(signer, out,
	    memory_keep(signer->folder, MEMORY_OWN, next->origin, out->note,
		out->note_len));
	if (out->result != SIGN_DONE)
		return;
	if (last.origin[0] == '\0')
		signer->begun_ns += BEGUN_EVERY_NS;
	answer_last(out, next);
}

/* ---- rotation ---- */

/* While another key is made ready. */
struct rotation {
	struct signer *signer;
	struct seal_key *key;
	uint8_t public_key[SEAL_PUBLIC_LEN];
};

/* The last checkpoint of a log, signed by the next key, too: it must still be
 * ours when this key has ended. */
static int
sign_anew(void *ctx, const char *origin)
{
	const struct rotation *rotation = ctx;
	struct signer *signer = rotation->signer;
	struct note_key keys[2], next;
	const struct memory_ask ask = { MEMORY_OWN, origin, keys,
		own_keys(signer, origin, true, keys) };
	struct checkpoint last;
	char note[NOTE_MAX], why[128];
	size_t len;
	int n;

	if (memory_read(signer->folder, &ask, &last, why, sizeof(why)) !=
	    MEMORY_FOUND)
		return -EBADMSG;
	n = checkpoint_print(&last, note, sizeof(note));
	len = (size_t)n;
	if (n < 0 ||
	    note_key_make(&next, origin, NOTE_ED25519, rotation->public_key) !=
		0 ||
	    note_sign(note, sizeof(note), &len, (size_t)n, &next, rotation->key,
		0) != 0 ||
	    note_sign(note, sizeof(note), &len, (size_t)n, &keys[0],
		signer->keys.key, 0) != 0)
		return -EBADMSG;
	return memory_keep(signer->folder, MEMORY_OWN, origin, note, len);
}

static int
sign_all_anew(void *ctx, struct seal_key *key)
{
	struct rotation rotation = { .signer = ctx, .key = key };

	seal_key_public(key, rotation.public_key);
	return memory_walk_own(rotation.signer->folder, sign_anew, &rotation);
}

/* Also after a restart: the old key's time began with the last rotation. */
static bool
too_soon(const struct signer *signer, uint64_t now_s)
{
	uint64_t made_s = signer->keys.rollover.until_s - ROLLOVER_KEPT_S;

	return signer->keys.old != NULL && now_s >= made_s &&
	       now_s - made_s < ROTATE_EVERY_S;
}

int
signer_rotate(
    struct signer *signer, uint64_t wall_ns, struct msg_signer_hello *failed)
{
	int err = -ENOKEY;

	if (signer->ready)
		err = too_soon(signer, wall_ns / NS) ? -EAGAIN : 0;
	if (err == 0)
		err = keys_rotate(&signer->keys, signer->folder, wall_ns / NS,
		    sign_all_anew, signer);
	if (err == 0) {
		log_line(LOG_INFO, "signer: another key signs now");
		return 0;
	}
	signer_hello(signer, wall_ns, failed);
	failed->state = SIGNER_FAILED;
	(void)snprintf(failed->text, sizeof(failed->text),
	    "no new key could be made, the old one stays: %s",
	    err == -EAGAIN ? "the last one is not a minute old"
			   : strerror(-err));
	log_line(LOG_ERROR, "signer: %s", failed->text);
	return -1;
}

/* ---- witness ---- */

/* Is the log one that we look after, and did it sign this? False when
 * answered. */
static bool
is_cosigned(const struct signer *signer, const struct msg_cosign *msg,
    const char *origin, struct msg_signed *out)
{
	bool known = false;

	for (unsigned i = 0; i < signer->n_cosigned; i++) {
		const struct note_key *key = &signer->cosigned[i];

		if (strcmp(key->name, origin) != 0)
			continue;
		known = true;
		if (note_verify(msg->note, msg->note_len, key, NULL))
			return true;
	}
	if (known)
		answer(out, SIGN_FORBIDDEN, "it is not signed by the log");
	else
		answer(out, SIGN_UNKNOWN, "this log is not cosigned here");
	return false;
}

static bool
recall_cosigned(struct signer *signer, const char *origin,
    struct checkpoint *last, struct msg_signed *out)
{
	const struct memory_ask ask = { MEMORY_FOR, origin,
		&signer->keys.cosigner, 1 };
	char why[sizeof(out->text)] = "";

	if (memory_read(signer->folder, &ask, last, why, sizeof(why)) !=
	    MEMORY_BAD) {
		answer_last(out, last);
		return true;
	}
	memset(last, 0, sizeof(*last));
	answer_failed(signer, out, why);
	return false;
}

/* Keep the text with our cosignature, and answer with the line alone. */
static void
cosign(struct signer *signer, const struct growth *growth, size_t text_len,
    uint64_t wall_ns, struct msg_signed *out)
{
	const char *origin = growth->next->origin;
	size_t len = text_len;
	int err = 0;

	if (note_sign(out->note, sizeof(out->note), &len, text_len,
		&signer->keys.cosigner, signer->keys.cosign,
		wall_ns / NS) != 0) {
		answer(out, SIGN_BAD, "it is too long");
		return;
	}
	/* The same once more is no work for the disk. */
	if (growth->last->origin[0] == '\0' ||
	    growth->last->size != growth->next->size)
		err = memory_keep(
		    signer->folder, MEMORY_FOR, origin, out->note, len);
	answer_kept(signer, out, err);
	if (out->result != SIGN_DONE)
		return;
	text_len++; /* the empty line */
	memmove(out->note, &out->note[text_len], len - text_len);
	memset(&out->note[len - text_len], 0, text_len);
	out->note_len = (uint32_t)(len - text_len);
}

void
signer_cosign(struct signer *signer, const struct msg_cosign *msg,
    uint64_t wall_ns, struct msg_signed *out)
{
	struct checkpoint next, last;
	const struct growth growth = { msg->old_size, &next, &msg->proof,
		&last };
	size_t text_len;

	answer_begin(out, msg->request);
	if (!signer->ready) {
		answer(out, SIGN_FAILED, signer->why);
		return;
	}
	if (checkpoint_parse(msg->note, msg->note_len, &next, &text_len) != 0) {
		answer(out, SIGN_BAD, "no checkpoint");
		return;
	}
	if (!is_cosigned(signer, msg, next.origin, out) ||
	    !recall_cosigned(signer, next.origin, &last, out) ||
	    !grows(&growth, out))
		return;
	memcpy(out->note, msg->note, text_len);
	cosign(signer, &growth, text_len, wall_ns, out);
	if (out->result == SIGN_DONE)
		answer_last(out, &next);
}
