/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LMDB behind a small door.
 *
 * A full disk is the one failure after which we go on, so it must be told from
 * a broken one. LMDB reports a short write as EIO although the file system is
 * merely full; db_commit() then asks the file system for as much room as was
 * wanted (room_left()) before it believes in a defect. Trying again is safe: a
 * transaction that failed wrote only pages that no root refers to, and the next
 * one writes all of its own. A failure to write the root itself makes LMDB
 * refuse every later transaction, which is IO here.
 */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY_LEN  8
/* Pages that one commit may write beyond the values: branches, roots, free
 * list. */
#define OVERHEAD ((size_t)1 << 16)

struct db {
	MDB_env *env;
	MDB_dbi table[DB_TABLES];
	int folder; /* descriptor, for room_left() */
	int owner;  /* descriptor of the lock file; -1 when reading only */
	bool readonly;
	bool anew;
};

static const char *const table_names[DB_TABLES] = {
	[DB_LOG] = "log",
	[DB_LIVE] = "live",
	[DB_TREE] = "tree",
	[DB_NODE] = "node",
	[DB_INDEX] = "index",
	[DB_NOTE] = "note",
	[DB_META] = "meta",
};

const char *
db_error_text(int error)
{
	switch (error) {
	case DB_OK:
		return "no error";
#define X(symbol, number, text)                                                \
	case DB_##symbol:                                                      \
		return text;
		DB_ERROR_MAP(X)
#undef X
	default:
		return "?";
	}
}

static int
error_of(int code)
{
	switch (code) {
	case 0:
		return DB_OK;
	case MDB_MAP_FULL:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return DB_FULL;
	case MDB_NOTFOUND:
		return DB_NOT_FOUND;
	case MDB_KEYEXIST: /* appended key is not the greatest */
	case MDB_PAGE_NOTFOUND:
	case MDB_CORRUPTED:
	case MDB_VERSION_MISMATCH:
	case MDB_INVALID:
	case MDB_INCOMPATIBLE:
	case MDB_BAD_VALSIZE:
		return DB_CORRUPT;
	case ENOMEM:
	case MDB_READERS_FULL:
		return DB_MEMORY;
	case EACCES:
	case EPERM:
	case EROFS:
	case ENOENT:
	case ENOTDIR:
	case EEXIST:
		return DB_ACCESS;
	case EAGAIN:
		return DB_BUSY;
	default: /* EIO, MDB_PANIC … */
		return DB_IO;
	}
}

/* Nobody else can put files there: those that we open by name are ours. */
static bool
folder_is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
	       (st.st_uid == geteuid() || st.st_uid == 0);
}

/* Makes the folder, takes the lock: one writing process at a time. */
static int
folder_take(struct db *db, const char *path)
{
	struct stat st;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return error_of(errno);
	db->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (db->folder < 0)
		return error_of(errno);
	if (!folder_is_ours(db->folder))
		return DB_ACCESS;
	db->owner = openat(db->folder, "owner.lock",
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (db->owner < 0)
		return error_of(errno);
	if (flock(db->owner, LOCK_EX | LOCK_NB) != 0)
		return error_of(errno);
	db->anew =
	    faccessat(db->folder, "lock.mdb", F_OK, 0) == 0 &&
	    (fstatat(db->folder, "data.mdb", &st, 0) != 0 || st.st_size == 0);
	return 0;
}

/* Address space for the file: what was asked for, but room to double. */
static size_t
map_wanted(const struct db *db, size_t map_size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t map = map_size == 0 ? DB_MAP_DEFAULT : map_size;
	struct stat st;

	if (fstatat(db->folder, "data.mdb", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_size > 0 && (uint64_t)st.st_size <= SIZE_MAX / 4 &&
	    map < 2 * (size_t)st.st_size)
		map = 2 * (size_t)st.st_size;
	return (map + page - 1) / page * page;
}

static int
tables_open(struct db *db)
{
	unsigned flags = db->readonly ? 0 : MDB_CREATE;
	MDB_txn *txn;
	int code;

	code =
	    mdb_txn_begin(db->env, NULL, db->readonly ? MDB_RDONLY : 0, &txn);
	if (code != 0)
		return error_of(code);
	for (unsigned i = 0; i < DB_TABLES && code == 0; i++)
		code = mdb_dbi_open(txn, table_names[i], flags, &db->table[i]);
	if (code != 0) {
		mdb_txn_abort(txn);
		return error_of(code);
	}
	return error_of(mdb_txn_commit(txn));
}

static void
fell(int signo)
{
	(void)signo;
	_exit(EXIT_FAILURE);
}

static int
touch(void *ctx, uint64_t key, const uint8_t *data, size_t len)
{
	volatile uint8_t last = len > 0 ? data[len - 1] : 0;

	(void)ctx;
	(void)key;
	(void)last;
	return 0;
}

/* Read every page that is in use: free list and tables. */
static int
pages_touch(MDB_env *env)
{
	struct db db = { .env = env, .readonly = true };
	struct db_txn txn;

	if (tables_open(&db) != 0 || db_begin(&db, &txn, false) != 0)
		return DB_SHORT;
	for (unsigned i = 0; i < DB_TABLES; i++)
		(void)db_walk(&txn, i, 0, touch, NULL);
	db.table[0] = 0; /* LMDB's handle of its own list */
	return db_walk(&txn, 0, 0, touch, NULL);
}

/*
 * LMDB need not write pages at the end that it took and gave back in one
 * transaction: a file that is shorter than its count of pages is whole when all
 * in use can be read. A child tries, for a missing page is a signal.
 */
static int
pages_check(MDB_env *env)
{
	int status = -1;
	pid_t pid = fork();

	if (pid < 0)
		return error_of(errno);
	if (pid == 0) {
		(void)signal(SIGBUS, fell);
		(void)signal(SIGABRT, fell);
		_exit(pages_touch(env) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 ? 0 : DB_SHORT;
}

/* The file is as long as its own count of pages says. */
static int
length_check(const struct db *db, const char *path)
{
	MDB_env *env = NULL;
	MDB_envinfo info;
	MDB_stat stat;
	struct stat st;
	int code;

	if (fstatat(db->folder, "data.mdb", &st, 0) != 0 || st.st_size == 0)
		return 0; /* none yet */
	code = mdb_env_create(&env);
	if (code == 0)
		code = mdb_env_set_maxdbs(env, DB_TABLES);
	if (code == 0)
		code = mdb_env_open(env, path, MDB_RDONLY | MDB_NOLOCK, 0600);
	if (code == 0)
		code = mdb_env_info(env, &info);
	if (code == 0)
		code = mdb_env_stat(env, &stat);
	/* The count first: a writer makes the file longer before it says so. */
	if (code == 0 && fstatat(db->folder, "data.mdb", &st, 0) != 0)
		code = errno;
	if (code != 0)
		code = error_of(code);
	else if ((uint64_t)st.st_size / stat.ms_psize <= info.me_last_pgno)
		code = pages_check(env);
	mdb_env_close(env);
	return code;
}

static int
env_open(struct db *db, const char *path, size_t map_size, unsigned flags)
{
	int code = mdb_env_create(&db->env);

	if (code == 0)
		code = mdb_env_set_maxdbs(db->env, DB_TABLES);
	if (code == 0 && !db->readonly)
		code = mdb_env_set_mapsize(db->env, map_wanted(db, map_size));
	/* Readers hop threads: a slot belongs to the transaction. */
	if (code == 0)
		code = mdb_env_open(db->env, path, flags | MDB_NOTLS, 0600);
	if (code != 0)
		return error_of(code);
	db_reader_check(db);
	return tables_open(db);
}

static struct db *
db_new(void)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		return NULL;
	db->folder = -1;
	db->owner = -1;
	return db;
}

int
db_open(const char *path, size_t map_size, struct db **out)
{
	struct db *db = db_new();
	int err;

	*out = NULL;
	if (db == NULL)
		return DB_MEMORY;
	err = folder_take(db, path);
	if (err == 0)
		err = length_check(db, path);
	if (err == 0)
		err = env_open(db, path, map_size, 0);
	/* The names of new files must be on disk, too. */
	if (err == 0 && fsync(db->folder) != 0)
		err = error_of(errno);
	if (err != 0) {
		db_close(db);
		return err;
	}
	*out = db;
	return 0;
}

int
db_open_readonly(const char *path, struct db **out)
{
	struct db *db = db_new();
	unsigned flags = MDB_RDONLY;
	int err = 0;

	*out = NULL;
	if (db == NULL)
		return DB_MEMORY;
	db->readonly = true;
	db->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (db->folder < 0)
		err = error_of(errno);
	/* A copy has no writer to agree with: leave no lock file there. */
	else if (faccessat(db->folder, "lock.mdb", W_OK, 0) != 0)
		flags |= MDB_NOLOCK;
	if (err == 0)
		err = length_check(db, path);
	if (err == 0)
		err = env_open(db, path, 0, flags);
	if (err != 0) {
		db_close(db);
		return err;
	}
	*out = db;
	return 0;
}

bool
db_begun_anew(const struct db *db)
{
	return db->anew;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	if (db->env != NULL)
		mdb_env_close(db->env);
	if (db->owner >= 0)
		(void)close(db->owner);
	if (db->folder >= 0)
		(void)close(db->folder);
	free(db);
}

int
db_begin(struct db *db, struct db_txn *txn, bool write)
{
	memset(txn, 0, sizeof(*txn));
	txn->db = db;
	if (write && db->readonly)
		txn->error = DB_MISUSE;
	else
		txn->error = error_of(mdb_txn_begin(
		    db->env, NULL, write ? 0 : MDB_RDONLY, &txn->handle));
	if (txn->error != 0)
		txn->handle = NULL;
	return txn->error;
}

/* Whether the file could grow by size octets: tried on a file of its own, at
 * the same offset, so that quotas and file size limits count too. */
static bool
room_left(const struct db *db, size_t size)
{
	struct stat st;
	bool full;
	int fd;

	if (fstatat(db->folder, "data.mdb", &st, AT_SYMLINK_NOFOLLOW) != 0)
		return true;
	fd = openat(db->folder, "room.tmp",
	    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_of(errno) != DB_FULL;
	full = fallocate(fd, 0, st.st_size, (off_t)size) != 0 &&
	       error_of(errno) == DB_FULL;
	(void)close(fd);
	(void)unlinkat(db->folder, "room.tmp", 0);
	return !full;
}

int
db_commit(struct db_txn *txn)
{
	int code;

	if (txn->error == 0 && txn->handle == NULL)
		txn->error = DB_MISUSE;
	if (txn->error != 0) {
		db_abort(txn);
		return txn->error;
	}
	code = mdb_txn_commit(txn->handle);
	txn->handle = NULL;
	txn->error = error_of(code);
	if (code == EIO && !room_left(txn->db, txn->written + OVERHEAD))
		txn->error = DB_FULL;
	return txn->error;
}

void
db_abort(struct db_txn *txn)
{
	if (txn->handle != NULL)
		mdb_txn_abort(txn->handle);
	txn->handle = NULL;
}

/* Big-endian, so that the file's own order is that of the numbers. */
static MDB_val
key_of(uint64_t key, uint8_t octets[KEY_LEN])
{
	MDB_val val = { KEY_LEN, octets };

	for (unsigned i = 0; i < KEY_LEN; i++)
		octets[i] = (uint8_t)(key >> (56 - 8 * i));
	return val;
}

static bool
key_read(const MDB_val *val, uint64_t *key)
{
	const uint8_t *octets = val->mv_data;

	*key = 0;
	if (val->mv_size != KEY_LEN)
		return false;
	for (unsigned i = 0; i < KEY_LEN; i++)
		*key = *key << 8 | octets[i];
	return true;
}

static bool
txn_usable(struct db_txn *txn)
{
	if (txn->error == 0 && txn->handle == NULL)
		txn->error = DB_MISUSE;
	return txn->error == 0;
}

static void
put(struct db_txn *txn, enum db_table table, uint64_t key,
    const struct db_value *value, unsigned flags)
{
	MDB_val room = { value->len + value->tail_len, NULL };
	uint8_t octets[KEY_LEN];
	MDB_val name = key_of(key, octets);
	uint8_t *out;

	if (!txn_usable(txn))
		return;
	txn->error = error_of(mdb_put(txn->handle, txn->db->table[table], &name,
	    &room, flags | MDB_RESERVE));
	if (txn->error != 0)
		return;
	out = room.mv_data;
	memcpy(out, value->data, value->len);
	if (value->tail_len > 0)
		memcpy(&out[value->len], value->tail, value->tail_len);
	txn->written += value->len + value->tail_len;
}

void
db_append(struct db_txn *txn, enum db_table table, uint64_t key,
    const struct db_value *value)
{
	put(txn, table, key, value, MDB_APPEND);
}

void
db_put(struct db_txn *txn, enum db_table table, uint64_t key,
    const struct db_value *value)
{
	put(txn, table, key, value, 0);
}

void
db_delete(struct db_txn *txn, enum db_table table, uint64_t key)
{
	uint8_t octets[KEY_LEN];
	MDB_val name = key_of(key, octets);
	int code;

	if (!txn_usable(txn))
		return;
	code = mdb_del(txn->handle, txn->db->table[table], &name, NULL);
	if (code != MDB_NOTFOUND)
		txn->error = error_of(code);
}

int
db_get(struct db_txn *txn, enum db_table table, uint64_t key,
    const uint8_t **data, size_t *len)
{
	uint8_t octets[KEY_LEN];
	MDB_val name = key_of(key, octets), val = { 0, NULL };
	int code;

	*data = NULL;
	*len = 0;
	if (!txn_usable(txn))
		return txn->error;
	code = mdb_get(txn->handle, txn->db->table[table], &name, &val);
	if (code == MDB_NOTFOUND)
		return DB_NOT_FOUND;
	txn->error = error_of(code);
	*data = val.mv_data;
	*len = val.mv_size;
	return txn->error;
}

int
db_count(
    struct db_txn *txn, enum db_table table, uint64_t *count, uint64_t *last)
{
	MDB_val name = { 0, NULL }, val = { 0, NULL };
	MDB_cursor *cursor;
	MDB_stat st;
	int code;

	*count = 0;
	*last = 0;
	if (!txn_usable(txn))
		return txn->error;
	code = mdb_stat(txn->handle, txn->db->table[table], &st);
	if (code == 0)
		code = mdb_cursor_open(
		    txn->handle, txn->db->table[table], &cursor);
	if (code != 0)
		return txn->error = error_of(code);
	*count = st.ms_entries;
	if (st.ms_entries > 0) {
		code = mdb_cursor_get(cursor, &name, &val, MDB_LAST);
		if (code == MDB_NOTFOUND ||
		    (code == 0 && !key_read(&name, last)))
			code = MDB_CORRUPTED;
	}
	mdb_cursor_close(cursor);
	return txn->error = error_of(code);
}

int
db_walk(struct db_txn *txn, enum db_table table, uint64_t from,
    int (*visit)(void *ctx, uint64_t key, const uint8_t *data, size_t len),
    void *ctx)
{
	uint8_t octets[KEY_LEN];
	MDB_val name = key_of(from, octets), val = { 0, NULL };
	MDB_cursor *cursor;
	uint64_t key;
	int code, stop = 0;

	if (!txn_usable(txn))
		return txn->error;
	code = mdb_cursor_open(txn->handle, txn->db->table[table], &cursor);
	if (code != 0)
		return txn->error = error_of(code);
	code = mdb_cursor_get(cursor, &name, &val, MDB_SET_RANGE);
	while (code == 0 && stop == 0) {
		if (!key_read(&name, &key)) {
			code = MDB_CORRUPTED;
			break;
		}
		stop = visit(ctx, key, val.mv_data, val.mv_size);
		if (stop == 0)
			code = mdb_cursor_get(cursor, &name, &val, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	if (code != 0 && code != MDB_NOTFOUND)
		return txn->error = error_of(code);
	return stop;
}

void
db_reader_check(struct db *db)
{
	int dead = 0;

	(void)mdb_reader_check(db->env, &dead);
}
