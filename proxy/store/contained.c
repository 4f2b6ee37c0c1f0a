/* SPDX-License-Identifier: BSD-2-Clause */
/* What keeps rules out, over the end of a log. */
#include "proxy/store/contained.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "store/record.h"
#include "store/seal.h"

#define HEAD_LEN 8u
#define FREEZE   2u /* enum contain_verb of the guard */
/* Acts are short: no more is read, nor written. */
#define FILE_MAX ((size_t)32 << 20)

static const char name[] = "contained";
static const char name_new[] = "contained.new";
static const char name_carry[] = "contained.carry";
static const uint8_t magic[4] = { 'S', 'L', 'C', '1' };

static int
folder_open(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* ---- a file in memory ---- */

struct image {
	uint8_t *octets;
	size_t len;
	size_t room;
	uint32_t n;
	int err; /* enum db_error; sticks */
};

static void
image_add(struct image *image, const void *octets, size_t len)
{
	size_t room = image->room == 0 ? 4096 : image->room;

	while (room < image->len + len && room <= FILE_MAX)
		room *= 2;
	if (image->err == 0 && room > FILE_MAX)
		image->err = DB_FULL;
	if (image->err == 0 && room != image->room) {
		uint8_t *grown = realloc(image->octets, room);

		if (grown == NULL)
			image->err = DB_MEMORY;
		else
			image->octets = grown;
	}
	if (image->err != 0)
		return;
	image->room = room;
	memcpy(&image->octets[image->len], octets, len);
	image->len += len;
}

static int
image_entry(void *ctx, const struct entry *entry)
{
	struct image *image = ctx;
	uint8_t record[RECORD_MAX];
	uint8_t size[2];
	int len;

	if (entry->kind != ENTRY_EMERGENCY || entry->has_rule != 0)
		return 0;
	len = record_encode(entry, record);
	if (len < 0 || image->n == CONTAINED_MAX) {
		image->err = DB_MISUSE;
		return 1;
	}
	size[0] = (uint8_t)(len >> 8);
	size[1] = (uint8_t)len;
	image_add(image, size, sizeof(size));
	image_add(image, record, (size_t)len);
	image->n++;
	return image->err != 0;
}

static void
image_make(struct image *image, struct store *store)
{
	const struct store_live_ops ops = { image_entry, NULL, image };
	uint8_t head[HEAD_LEN] = { 0 };
	uint8_t sum[SEAL_LEN];
	int err;

	memcpy(head, magic, sizeof(magic));
	image_add(image, head, sizeof(head));
	err = store_live(store, 0, &ops);
	if (err < 0)
		image->err = err;
	if (image->err != 0)
		return;
	for (unsigned i = 0; i < 4; i++)
		image->octets[4 + i] = (uint8_t)(image->n >> (24 - 8 * i));
	seal_sha256(image->octets, image->len, sum);
	image_add(image, sum, sizeof(sum));
}

/* ---- writing ---- */

static int
octets_write(int fd, const uint8_t *octets, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, octets, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		octets += n;
		len -= (size_t)n;
	}
	return fsync(fd);
}

static int
image_keep(int folder, const struct image *image)
{
	int fd = openat(folder, name_new,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int err;

	if (fd < 0)
		return -1;
	err = octets_write(fd, image->octets, image->len);
	if (close(fd) != 0 || err != 0 ||
	    renameat(folder, name_new, folder, name) != 0) {
		(void)unlinkat(folder, name_new, 0);
		return -1;
	}
	return fsync(folder);
}

int
contained_write(const char *path, struct store *store)
{
	struct image image = { 0 };
	int folder = folder_open(path);
	int err = -1;

	if (folder < 0)
		return -1;
	image_make(&image, store);
	if (image.err == 0)
		err = image_keep(folder, &image);
	else
		errno = EIO;
	free(image.octets);
	(void)close(folder);
	return err;
}

/* ---- claiming ---- */

static int
claim(int folder)
{
	int fd;

	if (faccessat(folder, name_carry, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0; /* of a start that did not come to its end */
	if (renameat(folder, name, folder, name_carry) != 0) {
		if (errno != ENOENT)
			return -1;
		fd = openat(folder, name_carry,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0 || close(fd) != 0)
			return -1;
	}
	return fsync(folder);
}

int
contained_claim(const char *path)
{
	int folder = folder_open(path);
	int err;

	if (folder < 0)
		return -1;
	err = claim(folder);
	(void)close(folder);
	return err;
}

/* ---- reading ---- */

/* The whole file, to be freed; NULL: there is none, or it is none of ours. */
static uint8_t *
file_read(int folder, size_t *len)
{
	int fd = openat(
	    folder, name_carry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	uint8_t *octets = NULL;
	struct stat st;
	ssize_t n;

	*len = 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size >= (off_t)(HEAD_LEN + SEAL_LEN) &&
	    (uint64_t)st.st_size <= FILE_MAX)
		octets = malloc((size_t)st.st_size);
	while (octets != NULL && *len < (size_t)st.st_size) {
		n = read(fd, &octets[*len], (size_t)st.st_size - *len);
		if (n <= 0)
			break;
		*len += (size_t)n;
	}
	(void)close(fd);
	return octets;
}

static bool
image_whole(const uint8_t *octets, size_t len)
{
	uint8_t sum[SEAL_LEN];

	if (octets == NULL || len < HEAD_LEN + SEAL_LEN ||
	    memcmp(octets, magic, sizeof(magic)) != 0)
		return false;
	seal_sha256(octets, len - SEAL_LEN, sum);
	return memcmp(sum, &octets[len - SEAL_LEN], SEAL_LEN) == 0;
}

/* ---- carrying ---- */

struct carry {
	struct store *store;
	struct entry *entry;
	bool found; /* it is in force there already */
};

static int
same_act(void *ctx, const struct entry *entry)
{
	struct carry *carry = ctx;

	carry->found = entry->kind == ENTRY_EMERGENCY && entry->has_rule == 0 &&
		       entry->count == carry->entry->count &&
		       strcmp(entry->customer, carry->entry->customer) == 0;
	return carry->found;
}

/* carry->entry, as the next of this log. */
static int
act_put(struct carry *carry)
{
	const struct store_live_ops ops = { same_act, NULL, carry };
	struct entry *entry = carry->entry;
	char evidence[EVIDENCE_MAX];
	int err;

	carry->found = false;
	err = store_live(carry->store, 0, &ops);
	if (err < 0 || carry->found)
		return err < 0 ? err : 0;
	(void)snprintf(evidence, sizeof(evidence),
	    "%.100s; carried over from the log before", entry->evidence);
	memcpy(entry->evidence, evidence, sizeof(entry->evidence));
	entry->seq = entry->rule_id = store_next(carry->store);
	entry->live_op = LIVE_PUT;
	err = store_begin(carry->store);
	if (err == 0)
		err = store_append_entry(carry->store, entry);
	if (err == 0)
		return store_commit(carry->store, NULL);
	store_abort(carry->store);
	return err;
}

static int
acts_put(struct carry *carry, const uint8_t *octets, size_t len, uint32_t *n)
{
	size_t at = HEAD_LEN;
	int err = 0;

	while (err == 0 && at + 2 <= len - SEAL_LEN) {
		size_t size = (size_t)octets[at] << 8 | octets[at + 1];

		at += 2;
		if (size > len - SEAL_LEN - at ||
		    record_decode(&octets[at], size, carry->entry) < 0 ||
		    carry->entry->kind != ENTRY_EMERGENCY ||
		    carry->entry->has_rule != 0)
			return DB_CORRUPT;
		err = act_put(carry);
		at += size;
		(*n)++;
	}
	return err;
}

/* Nobody knows what was forbidden. */
static int
freeze_put(struct carry *carry)
{
	struct entry *entry = carry->entry;

	memset(entry, 0, sizeof(*entry));
	entry->wall_ns = clock_wall_ns();
	entry->mono_ns = clock_boot_ns();
	clock_boot_id(entry->boot_id);
	entry->kind = ENTRY_EMERGENCY;
	entry->count = FREEZE;
	(void)snprintf(
	    entry->operator_name, sizeof(entry->operator_name), "sluice");
	(void)snprintf(entry->evidence, sizeof(entry->evidence), "freeze");
	(void)snprintf(entry->text, sizeof(entry->text),
	    "the log before is lost, and with it whether there was a panic, "
	    "freeze or quarantine: look, then `sluice thaw`");
	return act_put(carry);
}

static int
carry_all(int folder, struct store *store)
{
	struct carry carry = { .store = store,
		.entry = calloc(1, sizeof(struct entry)) };
	size_t len;
	uint8_t *octets = file_read(folder, &len);
	uint32_t n = 0;
	int err = DB_CORRUPT;

	if (carry.entry == NULL) {
		free(octets);
		return DB_MEMORY;
	}
	if (image_whole(octets, len))
		err = acts_put(&carry, octets, len, &n);
	if (err == DB_CORRUPT) {
		log_line(LOG_ERROR,
		    "log: what was contained before is not known: "
		    "frozen until an operator thaws");
		err = freeze_put(&carry);
	} else if (n > 0) {
		log_line(LOG_WARN,
		    "log: acts of operators carried over into the new log: %u",
		    (unsigned)n);
	}
	free(octets);
	free(carry.entry);
	return err;
}

int
contained_carry(const char *path, struct store *store)
{
	int folder = folder_open(path);
	int err = 0;

	if (folder < 0)
		return DB_ACCESS;
	if (faccessat(folder, name_carry, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		err = carry_all(folder, store);
		/* Else the next start finds them in force. */
		if (err == 0 && contained_write(path, store) == 0) {
			(void)unlinkat(folder, name_carry, 0);
			(void)fsync(folder);
		}
	}
	(void)close(folder);
	return err;
}
