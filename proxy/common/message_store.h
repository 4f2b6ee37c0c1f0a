/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to and from the store. */
#pragma once

#include "proxy/common/message_base.h"
#include "store/note.h"
#include "store/proof.h"

/* ---- guard <-> store ---- */

struct msg_store_hello {
	struct msg_head head;
	uint64_t next_seq; /* the log's size */
	uint8_t root[32];
	char origin[NOTE_NAME_MAX]; /* which log it is */
};

/*
 * MSG_STORE_NOTE: the store has something to record, and the guard is the log's
 * only author. Sent again after a while until the store sees the entry.
 */
struct msg_store_note {
	struct msg_head head;
	uint64_t count;
	uint32_t
	    kind; /* ENTRY_KEY, or ENTRY_SUMMARY of what retention removes */
	uint32_t zero;
	char operator_name[32];
	char evidence[EVIDENCE_MAX];
	char text[ENTRY_TEXT_MAX];
};

struct msg_store_seq { /* MSG_STORE_LOAD, _LOADED (seq: live rules sent) and
			  _DURABLE (every entry below seq is on disk) */
	struct msg_head head;
	uint64_t seq;
};

/*
 * A packed entry: MSG_STORE_APPEND, MSG_STORE_LIVE, MSG_AUDIT_ENTRY. Made and
 * read only by proxy/common/entry_msg.h.
 */
struct msg_entry {
	struct msg_head head;
	uint64_t seq;
	uint64_t wall_ns;
	uint64_t mono_ns;
	uint64_t rule_id;
	uint64_t count;
	uint64_t lifetime_ms;
	struct wish wish; /* has_rule */
	uint32_t request; /* MSG_AUDIT_ENTRY */
	uint16_t reason;
	uint16_t raw_len;
	uint8_t kind;
	uint8_t state;
	uint8_t check;
	uint8_t live_op;
	uint8_t has_rule;
	uint8_t approved;
	uint8_t customer_len; /* strings follow in this order, no NULs */
	uint8_t session_len;
	uint8_t operator_len;
	uint8_t evidence_len;
	uint8_t text_len;
	uint8_t afi; /* of the rule, or of the raw octets alone */
	uint8_t zero[4];
	uint8_t boot_id[16];
	uint8_t config_hash[32];
	uint8_t tail[]; /* actions and rule (has_rule), strings, raw */
};

enum store_status {
	STORE_FINE = 1,
	STORE_FULL = 2
};

struct msg_store_status {
	struct msg_head head;
	uint32_t status; /* enum store_status */
	int32_t error;   /* errno-like, for the log line */
};

/* ---- control <-> store ---- */

struct msg_audit_query { /* answered by entries, then one MSG_AUDIT_END */
	struct msg_head head;
	uint32_t request;
	uint32_t max;      /* entries, at most 256 */
	uint64_t from_seq; /* first to look at */
	uint64_t to_seq;   /* first not to look at */
	uint64_t from_ns;  /* wall time, 0: any */
	uint64_t to_ns;
	uint64_t rule_id; /* UINT64_MAX: any */
	uint16_t reason;  /* 0: any */
	uint8_t kind;     /* 0: any */
	uint8_t state;    /* UINT8_MAX: any */
	uint8_t backward; /* newest first: from to_seq - 1 down */
	uint8_t zero[3];
	char customer[NAME_MAX_LEN]; /* "": any */
	char operator_name[32];
	struct prefix prefix; /* afi 0: any; else covering or covered dst */
	uint8_t pad[6];
};

struct msg_audit_end {
	struct msg_head head;
	uint32_t request;
	uint32_t more; /* there may be further entries from next_seq on */
	uint64_t next_seq;
	uint64_t size; /* of the log */
	uint8_t root[32];
};

/* Records as they stand, by rising number from from_seq, up to max items; then
 * MSG_AUDIT_END. */
struct msg_audit_raw_ask { /* MSG_AUDIT_RAW_ASK */
	struct msg_head head;
	uint32_t request;
	uint32_t max;
	uint64_t from_seq;
	uint64_t to_seq; /* first not wanted */
};

enum audit_raw {
	AUDIT_RECORD = 1,  /* then its octets; hash: the leaf's beside it */
	AUDIT_BLOCK = 2,   /* hash of the block that ends before seq */
	AUDIT_PRUNED = 3,  /* the block from seq on was removed; hash: its */
	AUDIT_MISSING = 4, /* no such record, or it cannot be read */
	AUDIT_INDEX = 5,   /* hash: SHA-256 of what is kept to search the block
			      by that ends before seq */
};
#define AUDIT_RAW_MAX 12288u /* octets of one record that can be sent */
struct msg_audit_raw {       /* MSG_AUDIT_RAW */
	struct msg_head head;
	uint32_t request;
	uint16_t what; /* enum audit_raw */
	uint16_t len;
	uint64_t seq;
	uint8_t hash[32];
	uint8_t octets[]; /* len */
};

/* The seal of the log, and checkpoints: the one of the greatest size <= at_most
 * (UINT64_MAX: the last). Answered by one MSG_AUDIT_SEAL. */
struct msg_audit_seal_ask { /* MSG_AUDIT_SEAL_ASK */
	struct msg_head head;
	uint32_t request;
	uint32_t zero;
	uint64_t at_most;
};

/* X(symbol, number, "name", "sentence") */
#define SEAL_STATE_MAP(X)                                                      \
	X(AWAY, 0, "away", "the signer is not there")                          \
	X(SIGNING, 1, "signing", "checkpoints are signed")                     \
	X(WAITING, 2, "waiting",                                               \
	    "no witness has answered yet since the start")                     \
	X(ROLLED_BACK, 3, "rolled-back",                                       \
	    "the log is shorter than what was signed")                         \
	X(FORKED, 4, "forked", "the log is not the one that was signed")       \
	X(FORGOTTEN, 5, "forgotten",                                           \
	    "the signer's own last checkpoint is gone")                        \
	X(FAILED, 6, "failed", "the signer has no key, or cannot keep it")
enum seal_state {
#define X(symbol, number, name, text) SEAL_##symbol = (number),
	SEAL_STATE_MAP(X)
#undef X
};

struct seal_witness {
	char name[NOTE_NAME_MAX]; /* of its key */
	uint64_t size;            /* that it has cosigned */
	uint64_t at_ns;           /* wall: of its last cosignature; 0: none */
	char text[64];            /* what is wrong; "" */
};

struct msg_audit_seal { /* MSG_AUDIT_SEAL */
	struct msg_head head;
	uint32_t request;
	uint16_t state;     /* enum seal_state */
	uint8_t damaged;    /* the last full look found damage: scrub_text */
	uint8_t renewed;    /* an operator wanted this log: begun_text */
	uint64_t size;      /* of the checkpoint below; 0: none */
	uint64_t log_size;  /* entries now */
	uint64_t signed_ns; /* wall: when the last one was signed */
	uint64_t seen_size; /* what the signer or a witness has seen: not
			       SIGNING */
	uint64_t pruned_blocks;
	uint64_t octets;   /* that the log's tables take, by their pages; the
			      file may be larger */
	uint64_t scrub_ns; /* wall: of the last full look; 0: none yet */
	uint64_t scrub_ms;
	uint64_t begun_ns; /* wall: when this log began; 0: not known, or its
			      first entries are gone */
	uint32_t n_witnesses;
	uint32_t note_len;
	struct seal_witness witness[8];
	char origin[NOTE_NAME_MAX];
	char vkey[NOTE_VKEY_MAX];
	char old_vkey[NOTE_VKEY_MAX]; /* "": none */
	char cosigner[NOTE_VKEY_MAX]; /* ours as a witness */
	char text[256];               /* what is wrong and what to do */
	char scrub_text[128];
	char begun_text[EVIDENCE_MAX]; /* what was before this log, why it is no
					  more; "": nothing was */
	char note[NOTE_MAX];
};

/* MSG_AUDIT_PROOF_ASK: that entry `index` is in the tree of size entries; with
 * consistency: that this tree grows out of that of index entries. size 0: of
 * the last checkpoint. */
struct msg_audit_proof_ask {
	struct msg_head head;
	uint32_t request;
	uint32_t consistency;
	uint64_t index;
	uint64_t size;
};

struct msg_audit_proof { /* MSG_AUDIT_PROOF */
	struct msg_head head;
	uint32_t request;
	int32_t error; /* enum db_error */
	uint64_t index;
	uint64_t size;
	struct proof proof;
};

enum audit_act {
	AUDIT_ROTATE = 1, /* another signing key */
	AUDIT_RENEW = 2,  /* set this log aside, begin another */
	AUDIT_SCRUB = 3,  /* look at everything now */
};

struct msg_audit_act { /* MSG_AUDIT_ACT, answered by MSG_AUDIT_ACTED */
	struct msg_head head;
	uint32_t request;
	uint32_t act; /* enum audit_act */
	char operator_name[32];
	char text[128]; /* why */
};

struct msg_audit_acted { /* MSG_AUDIT_ACTED */
	struct msg_head head;
	uint32_t request;
	uint32_t ok;
	char text[256];
};
