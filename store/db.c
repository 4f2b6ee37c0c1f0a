/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LMDB behind a small door.
 *
 * A full disk, after which we go on, must be told from a broken one. LMDB
 * reports a short write as EIO although the file system is merely full;
 * db_commit() then asks the file system for as much room as was wanted
 * (folder_full()) before it believes in a defect. Trying again is safe: a
 * transaction that failed wrote only pages that no root refers to, and the
 * next one writes all of its own. A failure to write the root itself makes LMDB
 * refuse every later transaction, which is IO here.
 */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/folder.h"
#include "store/page.h"

#define KEY_LEN      8
/* Pages that one commit may write beyond the values: branches, roots, free
 * list. */
#define OVERHEAD     ((size_t)1 << 16)
/* Looks at the length of a file that somebody writes to, until one says fine.
 */
#define LENGTH_TRIES 8

struct db {
	MDB_env *env;
	MDB_dbi table[DB_TABLES];
	struct folder folder;
	unsigned tables; /* that are there; an older store has fewer */
	bool readonly;
	bool anew;
};

static int
error_of(int code)
{
	switch (code) {
	case MDB_MAP_FULL:
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
	case MDB_READERS_FULL:
		return DB_MEMORY;
	default: /* errno values; MDB_PANIC … */
		return folder_error(code);
	}
}

/* Makes the folder, takes the lock: one writing process at a time. */
static int
folder_begin(struct db *db, const char *path)
{
	int err = folder_take(&db->folder, path);

	if (err == 0)
		db->anew = faccessat(db->folder.fd, "lock.mdb", F_OK, 0) == 0 &&
			   folder_size(&db->folder, "data.mdb") == 0;
	return err;
}

/* Address space for the file: what was asked for, but room to double. */
static size_t
map_wanted(const struct db *db, size_t map_size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t map = map_size == 0 ? DB_MAP_DEFAULT : map_size;
	uint64_t size = folder_size(&db->folder, "data.mdb");

	if (size <= SIZE_MAX / 4 && map < 2 * (size_t)size)
		map = 2 * (size_t)size;
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
	while (db->tables < DB_TABLES && code == 0) {
		code = mdb_dbi_open(txn, db_table_name(db->tables), flags,
		    &db->table[db->tables]);
		if (code == 0)
			db->tables++;
	}
	/* The first three were there from the beginning. */
	if (code == MDB_NOTFOUND && db->readonly && db->tables >= DB_NODE)
		code = 0;
	if (code != 0) {
		mdb_txn_abort(txn);
		return error_of(code);
	}
	return error_of(mdb_txn_commit(txn));
}

static int
length_look(const struct db *db)
{
	int fd = openat(db->folder.fd, "data.mdb", O_RDONLY | O_CLOEXEC);
	uint64_t size = folder_size(&db->folder, "data.mdb");
	struct page_report report;
	void *file;
	int err;

	if (fd < 0)
		return errno == ENOENT ? 0 : error_of(errno); /* none yet */
	if (size == 0 || size > SIZE_MAX) {
		(void)close(fd);
		return size == 0 ? 0 : DB_MEMORY;
	}
	file = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (file == MAP_FAILED)
		return error_of(errno);
	err = page_length_check(file, (size_t)size, &report);
	(void)munmap(file, (size_t)size);
	return err;
}

/*
 * The file is as long as its roots say, or lacks only pages that are free: LMDB
 * need not write those at the end that it took and gave back in one
 * transaction. Read without LMDB, to which a missing page is a signal. Beside a
 * writer roots and pages may change while they are read: then once more.
 */
static int
length_check(const struct db *db)
{
	int err = length_look(db);

	for (unsigned i = 0; i < LENGTH_TRIES && db->readonly && err != 0; i++)
		err = length_look(db);
	return err;
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
	db->folder.fd = -1;
	db->folder.owner = -1;
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
	err = folder_begin(db, path);
	if (err == 0)
		err = length_check(db);
	if (err == 0)
		err = env_open(db, path, map_size, 0);
	/* The names of new files must be on disk, too. */
	if (err == 0 && fsync(db->folder.fd) != 0)
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
	int err;

	*out = NULL;
	if (db == NULL)
		return DB_MEMORY;
	db->readonly = true;
	err = folder_open(&db->folder, path);
	/* A copy has no writer to agree with: leave no lock file there. */
	if (err == 0 && faccessat(db->folder.fd, "lock.mdb", W_OK, 0) != 0)
		flags |= MDB_NOLOCK;
	if (err == 0)
		err = length_check(db);
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
db_readonly(const struct db *db)
{
	return db->readonly;
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
	folder_close(&db->folder);
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
	if (code == EIO &&
	    folder_full(&txn->db->folder, "data.mdb", txn->written + OVERHEAD))
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

/* For reading: the table is there. */
static bool
table_usable(struct db_txn *txn, enum db_table table)
{
	return txn_usable(txn) && (unsigned)table < txn->db->tables;
}

/* Returns LMDB's code. */
static int
put(struct db_txn *txn, enum db_table table, uint64_t key,
    const struct db_value *value, unsigned flags)
{
	MDB_val room = { value->len + value->tail_len, NULL };
	uint8_t octets[KEY_LEN];
	MDB_val name = key_of(key, octets);
	uint8_t *out;
	int code = mdb_put(txn->handle, txn->db->table[table], &name, &room,
	    flags | MDB_RESERVE);

	if (code != 0)
		return code;
	out = room.mv_data;
	memcpy(out, value->data, value->len);
	if (value->tail_len > 0)
		memcpy(&out[value->len], value->tail, value->tail_len);
	txn->written += value->len + value->tail_len;
	return 0;
}

void
db_append(struct db_txn *txn, enum db_table table, uint64_t key,
    const struct db_value *value)
{
	if (txn_usable(txn))
		txn->error = error_of(put(txn, table, key, value, MDB_APPEND));
}

void
db_put(struct db_txn *txn, enum db_table table, uint64_t key,
    const struct db_value *value)
{
	if (txn_usable(txn))
		txn->error = error_of(put(txn, table, key, value, 0));
}

bool
db_insert(struct db_txn *txn, enum db_table table, uint64_t key,
    const struct db_value *value, const uint8_t **data, size_t *len)
{
	int code;

	*data = NULL;
	*len = 0;
	if (!txn_usable(txn))
		return false;
	/* Keys mostly rise: at the end there is no search, and pages become
	 * full instead of half full. */
	code = put(txn, table, key, value, MDB_APPEND);
	if (code == MDB_KEYEXIST)
		code = put(txn, table, key, value, MDB_NOOVERWRITE);
	if (code == MDB_KEYEXIST)
		(void)db_get(txn, table, key, data, len);
	else
		txn->error = error_of(code);
	return code == 0;
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
	if (!table_usable(txn, table))
		return txn->error != 0 ? txn->error : DB_NOT_FOUND;
	code = mdb_get(txn->handle, txn->db->table[table], &name, &val);
	if (code == MDB_NOTFOUND)
		return DB_NOT_FOUND;
	txn->error = error_of(code);
	*data = val.mv_data;
	*len = val.mv_size;
	return txn->error;
}

/* To the least key from name on, or the greatest up to it. */
static int
cursor_seek(MDB_cursor *cursor, MDB_val *name, MDB_val *val, bool last)
{
	uint64_t wanted, found;
	int code;

	(void)key_read(name, &wanted);
	code = mdb_cursor_get(cursor, name, val, MDB_SET_RANGE);
	if (!last)
		return code;
	if (code == MDB_NOTFOUND)
		return mdb_cursor_get(cursor, name, val, MDB_LAST);
	if (code == 0 && (!key_read(name, &found) || found != wanted))
		return mdb_cursor_get(cursor, name, val, MDB_PREV);
	return code;
}

/* NOT_FOUND does not stick. */
static int
find(struct db_txn *txn, enum db_table table, uint64_t *key, MDB_val *val,
    bool last)
{
	uint8_t octets[KEY_LEN];
	MDB_val name = key_of(*key, octets);
	MDB_cursor *cursor;
	int code;

	if (!table_usable(txn, table))
		return txn->error != 0 ? txn->error : DB_NOT_FOUND;
	code = mdb_cursor_open(txn->handle, txn->db->table[table], &cursor);
	if (code != 0)
		return txn->error = error_of(code);
	code = cursor_seek(cursor, &name, val, last);
	mdb_cursor_close(cursor);
	if (code == MDB_NOTFOUND)
		return DB_NOT_FOUND;
	if (code == 0 && !key_read(&name, key))
		code = MDB_CORRUPTED;
	return txn->error = error_of(code);
}

int
db_find_first(struct db_txn *txn, enum db_table table, uint64_t at_least,
    uint64_t *key, const uint8_t **data, size_t *len)
{
	MDB_val val = { 0, NULL };
	int err;

	*key = at_least;
	err = find(txn, table, key, &val, false);
	*data = val.mv_data;
	*len = val.mv_size;
	return err;
}

int
db_find_last(struct db_txn *txn, enum db_table table, uint64_t at_most,
    uint64_t *key, const uint8_t **data, size_t *len)
{
	MDB_val val = { 0, NULL };
	int err;

	*key = at_most;
	err = find(txn, table, key, &val, true);
	*data = val.mv_data;
	*len = val.mv_size;
	return err;
}

static int
table_stat(struct db_txn *txn, enum db_table table, MDB_stat *st)
{
	memset(st, 0, sizeof(*st));
	if (table_usable(txn, table))
		txn->error =
		    error_of(mdb_stat(txn->handle, txn->db->table[table], st));
	return txn->error;
}

int
db_count(
    struct db_txn *txn, enum db_table table, uint64_t *count, uint64_t *last)
{
	MDB_val val;
	MDB_stat st;
	int err = table_stat(txn, table, &st);

	*count = st.ms_entries;
	*last = UINT64_MAX;
	if (err == 0 && st.ms_entries > 0) {
		err = find(txn, table, last, &val, true);
		if (err == DB_NOT_FOUND)
			err = txn->error = DB_CORRUPT;
	}
	if (err != 0 || st.ms_entries == 0)
		*last = 0;
	return err;
}

uint64_t
db_octets(struct db_txn *txn, enum db_table table)
{
	MDB_stat st;

	if (table_stat(txn, table, &st) != 0)
		return 0;
	return (uint64_t)st.ms_psize *
	       (st.ms_branch_pages + st.ms_leaf_pages + st.ms_overflow_pages);
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

	if (!table_usable(txn, table))
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
