/* SPDX-License-Identifier: BSD-2-Clause */
/* The signing keys and their files. */
#include "proxy/signer/keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proxy/signer/folder.h"

#define MARK_LEN 8

static const char key_mark[] = "sluicek1";
static const char cosigner_mark[] = "sluicec1";

struct key_octets {
	uint8_t seed[SEAL_SEED_LEN];
	uint8_t public_key[SEAL_PUBLIC_LEN];
};

/* As it lies on the disk: octets only. */
struct key_file {
	uint8_t mark[MARK_LEN];
	struct key_octets key;
	struct key_octets old; /* from here on: has_old only */
	uint8_t until_s[8];
	uint8_t by_new[SEAL_SIGNATURE_LEN];
	uint8_t by_old[SEAL_SIGNATURE_LEN];
};
#define KEY_FILE_SHORT offsetof(struct key_file, old)

struct cosigner_file {
	uint8_t mark[MARK_LEN];
	struct key_octets key;
	char name[NOTE_NAME_MAX];
};

_Static_assert(sizeof(struct key_file) == 8 + 4 * 32 + 8 + 2 * 64, "octets");
_Static_assert(sizeof(struct cosigner_file) == 8 + 64 + 128, "octets");

static void
put_key(struct seal_key *key, struct key_octets *out)
{
	seal_key_seed(key, out->seed);
	seal_key_public(key, out->public_key);
}

/* NULL when the halves are not of one key: a damaged octet would be another
 * key, which nobody knows. */
static struct seal_key *
get_key(const struct key_octets *octets)
{
	struct seal_key *key = seal_key_load(octets->seed);
	uint8_t public_key[SEAL_PUBLIC_LEN];

	if (key == NULL)
		return NULL;
	seal_key_public(key, public_key);
	if (memcmp(public_key, octets->public_key, sizeof(public_key)) == 0)
		return key;
	seal_key_free(key);
	return NULL;
}

/* ---- the log's ---- */

/* Returns the length. */
static size_t
pack(struct seal_key *key, struct seal_key *old,
    const struct rollover *rollover, struct key_file *file)
{
	memset(file, 0, sizeof(*file));
	memcpy(file->mark, key_mark, MARK_LEN);
	put_key(key, &file->key);
	if (old == NULL)
		return KEY_FILE_SHORT;
	put_key(old, &file->old);
	for (unsigned i = 0; i < 8; i++)
		file->until_s[i] = (uint8_t)(rollover->until_s >> (56 - 8 * i));
	memcpy(file->by_new, rollover->by_new, sizeof(file->by_new));
	memcpy(file->by_old, rollover->by_old, sizeof(file->by_old));
	return sizeof(*file);
}

static int
unpack_old(struct keys *keys, const struct key_file *file)
{
	struct rollover *rollover = &keys->rollover;

	keys->old = get_key(&file->old);
	if (keys->old == NULL)
		return -1;
	memcpy(rollover->old_key, file->old.public_key, SEAL_PUBLIC_LEN);
	memcpy(rollover->new_key, file->key.public_key, SEAL_PUBLIC_LEN);
	for (unsigned i = 0; i < 8; i++)
		rollover->until_s = rollover->until_s << 8 | file->until_s[i];
	memcpy(rollover->by_new, file->by_new, SEAL_SIGNATURE_LEN);
	memcpy(rollover->by_old, file->by_old, SEAL_SIGNATURE_LEN);
	return rollover_verify(rollover) ? 0 : -1;
}

static int
unpack(struct keys *keys, const struct key_file *file, size_t len)
{
	if ((len != KEY_FILE_SHORT && len != sizeof(*file)) ||
	    memcmp(file->mark, key_mark, MARK_LEN) != 0)
		return -1;
	keys->key = get_key(&file->key);
	if (keys->key == NULL)
		return -1;
	seal_key_public(keys->key, keys->public_key);
	return len == sizeof(*file) ? unpack_old(keys, file) : 0;
}

static int
save(struct keys *keys, int folder, struct seal_key *key, struct seal_key *old,
    const struct rollover *rollover)
{
	struct key_file file;
	size_t len = pack(key, old, rollover, &file);
	int err =
	    folder_keep_secret(folder, KEYS_FILE, &file, len, &keys->to_wipe);

	seal_wipe(&file, sizeof(file));
	return err;
}

static int
make(struct keys *keys, int folder)
{
	keys->key = seal_key_make();
	if (keys->key == NULL)
		return -ENOMEM;
	seal_key_public(keys->key, keys->public_key);
	return save(keys, folder, keys->key, NULL, NULL);
}

static const char *
file_fault(int err)
{
	if (err == -EPERM)
		return "it must be a plain file of ours, with mode 0400";
	return err == -EFBIG ? "it is damaged" : strerror(-err);
}

static int
load_key(struct keys *keys, int folder, bool has_signed, char *why, size_t size)
{
	struct key_file file;
	const char *fault = NULL;
	size_t len;
	int err = folder_read(folder, KEYS_FILE, &file, sizeof(file), &len);

	if (err == 0 && unpack(keys, &file, len) != 0)
		fault = "it is damaged, or no memory can be locked";
	else if (err == -ENOENT && has_signed)
		fault = "it is gone, but what it has signed is here";
	else if (err == -ENOENT)
		err = make(keys, folder);
	seal_wipe(&file, sizeof(file));
	if (err == 0 && fault == NULL)
		return 0;
	(void)snprintf(why, size, "%s: %s", KEYS_FILE,
	    fault != NULL ? fault : file_fault(err));
	return -1;
}

/* ---- ours as a witness ---- */

static int
make_cosigner(struct keys *keys, int folder, const char *name)
{
	struct cosigner_file file = { 0 };
	uint8_t public_key[SEAL_PUBLIC_LEN];
	int err;

	keys->cosign = seal_key_make();
	if (keys->cosign == NULL)
		return -ENOMEM;
	if ((size_t)snprintf(file.name, sizeof(file.name), "%s/witness",
		name) >= sizeof(file.name))
		return -ENAMETOOLONG;
	seal_key_public(keys->cosign, public_key);
	if (note_key_make(
		&keys->cosigner, file.name, NOTE_COSIGNED, public_key) != 0)
		return -EINVAL;
	memcpy(file.mark, cosigner_mark, MARK_LEN);
	put_key(keys->cosign, &file.key);
	err = folder_keep_secret(
	    folder, KEYS_COSIGNER, &file, sizeof(file), &keys->to_wipe);
	seal_wipe(&file, sizeof(file));
	return err;
}

static int
unpack_cosigner(struct keys *keys, const struct cosigner_file *file, size_t len)
{
	if (len != sizeof(*file) ||
	    memcmp(file->mark, cosigner_mark, MARK_LEN) != 0)
		return -1;
	keys->cosign = get_key(&file->key);
	if (keys->cosign == NULL)
		return -1;
	return note_key_make(
	    &keys->cosigner, file->name, NOTE_COSIGNED, file->key.public_key);
}

static int
load_cosigner(
    struct keys *keys, int folder, const char *name, char *why, size_t size)
{
	struct cosigner_file file;
	bool damaged = false;
	size_t len;
	int err = folder_read(folder, KEYS_COSIGNER, &file, sizeof(file), &len);

	if (err == 0)
		damaged = unpack_cosigner(keys, &file, len) != 0;
	else if (err == -ENOENT)
		err = make_cosigner(keys, folder, name);
	seal_wipe(&file, sizeof(file));
	if (err == 0 && !damaged)
		return 0;
	(void)snprintf(why, size, "%s: %s", KEYS_COSIGNER,
	    damaged ? "it is damaged, or no memory can be locked"
		    : file_fault(err));
	return -1;
}

/* ---- all ---- */

static int
is_there(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return 1;
}

int
keys_load(
    struct keys *keys, int folder, const char *name, char *why, size_t size)
{
	bool has_signed = folder_walk(folder, "own-", is_there, NULL) != 0;

	memset(keys, 0, sizeof(*keys));
	keys->to_wipe = true;
	if (load_key(keys, folder, has_signed, why, size) == 0 &&
	    load_cosigner(keys, folder, name, why, size) == 0)
		return 0;
	keys_fini(keys);
	return -1;
}

void
keys_fini(struct keys *keys)
{
	seal_key_free(keys->key);
	seal_key_free(keys->old);
	seal_key_free(keys->cosign);
	memset(keys, 0, sizeof(*keys));
}

static int
state_rollover(
    struct rollover *rollover, struct seal_key *old, struct seal_key *new)
{
	char text[ROLLOVER_MAX];
	int len;

	seal_key_public(old, rollover->old_key);
	seal_key_public(new, rollover->new_key);
	len = rollover_print(rollover, text, sizeof(text));
	if (len < 0)
		return -EINVAL;
	seal_sign(new, text, (size_t)len, rollover->by_new);
	seal_sign(old, text, (size_t)len, rollover->by_old);
	return 0;
}

int
keys_rotate(struct keys *keys, int folder, uint64_t now_s,
    int (*ready)(void *ctx, struct seal_key *key), void *ctx)
{
	struct rollover rollover = { .until_s = now_s + ROLLOVER_KEPT_S };
	struct seal_key *key = seal_key_make();
	int err;

	if (key == NULL)
		return -ENOMEM;
	err = state_rollover(&rollover, keys->key, key);
	if (err == 0)
		err = ready(ctx, key);
	if (err == 0)
		err = save(keys, folder, key, keys->key, &rollover);
	if (err != 0) {
		seal_key_free(key);
		return err;
	}
	seal_key_free(keys->old);
	keys->old = keys->key;
	keys->key = key;
	keys->rollover = rollover;
	seal_key_public(key, keys->public_key);
	return 0;
}

bool
keys_has_old(const struct keys *keys, uint64_t now_s)
{
	return keys->old != NULL && now_s < keys->rollover.until_s;
}

bool
keys_retire(struct keys *keys, int folder, uint64_t now_s)
{
	if (keys->to_wipe) {
		keys->to_wipe = folder_wipe_replaced(folder, KEYS_FILE) != 0;
		keys->to_wipe |=
		    folder_wipe_replaced(folder, KEYS_COSIGNER) != 0;
	}
	if (keys->old == NULL || keys_has_old(keys, now_s) ||
	    save(keys, folder, keys->key, NULL, NULL) != 0)
		return false;
	seal_key_free(keys->old);
	keys->old = NULL;
	memset(&keys->rollover, 0, sizeof(keys->rollover));
	return true;
}
