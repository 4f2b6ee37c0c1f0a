/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "sluice audit": verbs that read the log itself, record by record, and check
 * what they read. The source is an open one; returns are exit statuses (enum
 * cli_exit), and what is wrong has been said.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/cli/show.h"
#include "proxy/cli/source.h"
#include "store/note.h"

/* What a verb has: where it reads, what is asked, where it writes. */
struct audit {
	struct source *source; /* NULL for a proof alone */
	const struct args *args;
	const struct show *show;
	bool progress; /* show->err is a terminal */
};

/* Everything but "audit list" and the acts. socket: the daemon's. */
int audit_run(const struct args *args, const struct show *show,
    const char *socket, bool progress);

/* ---- one function a verb ---- */

int audit_verify(const struct audit *audit);
/* Of a store whose file is torn: why its source could not be opened. */
int audit_verify_torn(const struct audit *audit, const char *why);
int audit_verify_proof(const struct audit *audit);
int audit_export(const struct audit *audit);
int audit_tiles(const struct audit *audit);
int audit_checkpoint(const struct audit *audit);
int audit_proof(const struct audit *audit);

/* ---- parts ---- */

/* "sluice: WHAT", cleaned. Returns status. */
__attribute__((format(printf, 3, 4))) int audit_complain(
    const struct audit *audit, int status, const char *format, ...);

/* What the source said, and its status. */
int audit_source_failed(const struct audit *audit);

/* Now and then, on a terminal: how far it is. audit_progress_end() before
 * anything else is written. */
void audit_progress(
    const struct audit *audit, uint64_t at, uint64_t end, const char *what);
void audit_progress_end(const struct audit *audit);

/*
 * A record as the JSON of one entry, the caller's to free; NULL when it is
 * none. leaf NULL: without its hash; raw adds the octets.
 */
struct json *audit_record_json(
    const uint8_t *record, size_t len, const uint8_t *leaf, bool raw);

/* One entry in full, for a person. */
void show_entry(const struct show *show, const struct json *row);

/* A whole file of at most max octets, and a NUL; the caller frees it. NULL
 * with errno. */
char *audit_file_read(const char *path, size_t max, size_t *len);

/* ---- keys over time ---- */

#define KEY_RING_MAX  128 /* keys */
#define KEY_LINKS_MAX 256 /* entries that say that one follows another */

struct key_ring;
struct key_ring *key_ring_new(void); /* out of memory: ends the process */
void key_ring_free(struct key_ring *ring);

/* A key that is trusted. False when there are too many. */
bool key_ring_add(struct key_ring *ring, const struct note_key *key);

/* What an entry about keys says (as source_key): a link only when both keys
 * have signed it. */
void key_ring_link(void *ctx, const char *text, const char *evidence);

/* Trust what is linked with what is trusted, in both directions, and so on. */
void key_ring_follow(struct key_ring *ring);

/* The keys, and the number of the first that is trusted only because another
 * one came after it: who has stolen a key that was replaced can sign with it,
 * also that any key follows it. */
const struct note_key *key_ring_keys(const struct key_ring *ring, unsigned *n);
unsigned key_ring_replaced(const struct key_ring *ring);
/* Entries whose signatures were no good, or that came when there was no room
 * for more. */
unsigned key_ring_refused(const struct key_ring *ring);

/* ---- checkpoints from files ---- */

struct checkpoints;
#define CHECKPOINTS_MAX 64

/* The checkpoints that were brought: of many the last of all, and of the
 * others a part, evenly. NULL: out of memory. */
struct checkpoints *checkpoints_new(void);
void checkpoints_free(struct checkpoints *list);

/* From lines, take only what one of these keys (borrowed) has signed: a system
 * log has those of other logs, too, and what anybody likes to write there. */
void checkpoints_keys(
    struct checkpoints *list, const struct note_key *keys, unsigned n);

/*
 * Read a file: a signed note, or lines with "checkpoint ORIGIN SIZE ROOT NAME
 * SIGNATURE …" in them (see proxy/store/syslog.h). Returns how many it had,
 * or -errno.
 */
long checkpoints_read(struct checkpoints *list, const char *path);

/* The same of octets. */
long checkpoints_take(struct checkpoints *list, const char *text, size_t len);

/* Those that are kept; a NUL behind each. */
unsigned checkpoints_count(const struct checkpoints *list);
const char *checkpoints_at(
    const struct checkpoints *list, unsigned i, size_t *len);

/* A line of syslog as a note (NOTE_MAX octets and a NUL): its length, or -1
 * when there is none in it. */
int checkpoints_line(const char *line, size_t len, char *note, size_t size);
