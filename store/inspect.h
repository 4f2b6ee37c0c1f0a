/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A store is looked at in a child process before anything of it is believed:
 * damage may be fatal to whoever reads it, and then it is the child's end.
 *
 * QUICK looks at the structure of the whole file (store/page.h), at the tree's
 * edge against the hashes below it, the digest of the live rules, the entries
 * that they name, and the last entries; FULL at every record, hash, index and
 * checkpoint.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum inspect_depth {
	INSPECT_QUICK = 1,
	INSPECT_FULL = 2,
	INSPECT_PAGES = 3, /* the structure alone; also beside a writer */
};

struct inspect_report {
	int32_t error;     /* enum db_error; 0: sound */
	uint32_t live_bad; /* the table of live rules is not what was written:
			      it is to be dropped, the log is sound */
	uint64_t size;     /* entries; as far as could be told */
	uint64_t first;    /* first entry at fault, UINT64_MAX: none named */
	uint8_t root[32];  /* as the damaged store has it; zero: unknown */
	uint64_t ms;       /* that it took */
	char why[128];     /* one line; "" when sound */
	char origin[128];  /* the log's name, as read; "": unknown */
};

/*
 * Look at the store at path, which nobody may write to meanwhile (QUICK alone).
 * Forks: call it with one thread running. Always fills in the report; a child
 * that dies, or takes more than limit_ms of the processor's time (0: no limit;
 * rounded up to a second), is DB_CORRUPT, with the signal in why; but one that
 * somebody has killed is DB_MEMORY, for that says nothing of the store. A disk
 * that is slow is waited for.
 */
void inspect_store(const char *path, enum inspect_depth depth,
    uint64_t limit_ms, struct inspect_report *report);

/* The same, and say (may be NULL) is called every INSPECT_SAY_MS with the time
 * that has passed. */
#define INSPECT_SAY_MS 60000
struct inspect_wait {
	uint64_t limit_ms;
	void (*say)(const void *ctx, uint64_t ms);
	const void *ctx;
};
void inspect_store_wait(const char *path, enum inspect_depth depth,
    const struct inspect_wait *wait, struct inspect_report *report);

/*
 * The same in a child that goes on by itself beside the daemon (FULL, at low
 * priority, in short transactions): its pid, or -1; its report can be read from
 * *fd (one struct, at its end; end of file without one: it died).
 */
pid_t inspect_start(const char *path, int *fd);

/* Drop the table of live rules of the store at path. 0 or an error. */
int inspect_drop_live(const char *path);

/*
 * Set the store's files aside, read-only, in a folder "aside-TIME-N" beside
 * them; owner.lock stays. out gets its name (NAME_MAX_LEN octets). Keeps what
 * others may read from it: nothing. Returns 0 or an error; BUSY when a daemon
 * has it, FULL when INSPECT_ASIDE_MAX have been set aside within a day.
 */
#define INSPECT_ASIDE_MAX 4
int inspect_aside(const char *path, uint64_t wall_ns, char *out);

/* The folder that was set aside last, as its name says; NOT_FOUND: none. out
 * has NAME_MAX_LEN octets. */
int inspect_aside_last(const char *path, char *out);
