/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside sealing: what its files share. Only for proxy/store/sealing*.c. */
#pragma once

#include "proxy/store/sealing.h"

/* The last checkpoints, for the cosignatures that come after them: of 18 s, for
 * the one that they belong to may be gone from the disk. */
#define SEALING_RING 24

struct sealing_kept {
	struct checkpoint checkpoint;
	size_t text_len; /* of the signed text */
	size_t len;      /* 0: unused */
	bool kept;       /* on disk, as it was signed */
	bool dirty;      /* not on disk as it is now */
	bool stays;      /* see SEALING_STAY_MS */
	bool cosigned;   /* by a witness of ours */
	char note[NOTE_MAX];
};

struct sealing_witness {
	char url[URL_LEN];
	struct note_key key;
	uint64_t size; /* cosigned, or said to be */
	uint64_t at_ns;
	uint64_t heard_ns;   /* wall: when it told of size; 0: never */
	bool confirm;        /* its size by a 409, not by a cosignature */
	unsigned unproven;   /* 422 to a proof from there, in a row */
	uint64_t next_ms;    /* earliest next submission */
	uint64_t asked_ms;   /* of the last one */
	uint64_t backoff_ms; /* 0: it answered last */
	unsigned conflicts;  /* 409 in a row */
	uint32_t request;    /* not answered; 0: none */
	uint64_t sent_size;  /* of the checkpoint in it */
	uint64_t sent_old;
	char text[64];
};

struct sealing {
	struct loop *loop;
	struct store *store;
	struct writer *writer;
	struct sealing_ops ops;
	char origin[NOTE_NAME_MAX];
	uint64_t now_ms;
	uint64_t wall_ns;
	uint32_t request; /* last number given */

	/* state */
	enum seal_state told;    /* to the owner */
	enum seal_state refused; /* SIGNING: not */
	bool configured;
	bool waiting; /* for a witness, since the start */
	uint64_t seen_size;
	uint64_t repeat_ms;
	char text[256];

	/* signer */
	struct channel *signer;
	bool ready; /* it has a key */
	bool failed;
	bool rotating;      /* MSG_ROTATE not answered */
	bool last;          /* sign at once */
	bool compared;      /* it has said what it signed last */
	bool signer_broken; /* not told yet */
	struct note_key key;
	struct msg_signer_hello hello;
	uint32_t asked; /* MSG_SIGN not answered; 0: none */
	uint64_t asked_ms;
	struct checkpoint want;
	uint64_t old_size;  /* to be proven from: what the signer signed last */
	unsigned conflicts; /* in a row */
	uint64_t next_ms;
	uint64_t signed_ns;

	/* notes */
	/* The last place is for an older one that is merged into. */
	struct sealing_kept ring[SEALING_RING + 1];
	unsigned newest;
	/* What the writer's thread puts; not touched while put_busy. */
	bool put_busy;
	unsigned put_slot;
	uint64_t put_size;
	size_t put_len;
	uint64_t put_drop; /* size that goes with it; 0: none */
	bool put_stays;
	bool put_cosigned;
	char put_note[NOTE_MAX];
	/* What is on disk, beside those that stay for good; 0: none. */
	uint64_t newest_size;
	uint64_t cosigned_size;
	bool newest_stays;
	bool cosigned_stays;
	uint64_t stay_ms; /* of the last that stays */

	/* witnesses */
	struct channel *witness;
	bool witness_broken; /* not told yet */
	unsigned n_witnesses;
	struct sealing_witness witnesses[WITNESSES_MAX];
};

/* sealing.c */
uint32_t sealing_request(struct sealing *sealing);
/* Never again, until a restart: say so. seen is the greatest size heard of. */
void sealing_refuse(struct sealing *sealing, enum seal_state state,
    uint64_t seen, const char *who);
void sealing_failed(struct sealing *sealing, const char *text);
/* The last checkpoint that is kept must be one of this log; at the start. */
void sealing_check(struct sealing *sealing);
void sealing_update(struct sealing *sealing); /* tell of another state */

/* sealing_sign.c */
void sealing_sign_tick(struct sealing *sealing);

/* sealing_keep.c */
/* From disk, at the start. */
int sealing_keep_load(struct sealing *sealing);
/* A note that was signed and checked. */
void sealing_keep_add(struct sealing *sealing, const struct msg_signed *msg);
/* Put what is dirty, one at a time. */
void sealing_keep_tick(struct sealing *sealing);
/* The newest that is on disk; NULL: none. */
const struct sealing_kept *sealing_kept(const struct sealing *sealing);
/* All are on disk. */
bool sealing_keep_idle(const struct sealing *sealing);
/* The one of this size, to be merged into; NULL: no longer in memory. Then it
 * is read from disk: NULL when that place is taken, or there is none. */
struct sealing_kept *sealing_keep_find(struct sealing *sealing, uint64_t size);
struct sealing_kept *sealing_keep_late(struct sealing *sealing, uint64_t size);

/* sealing_witness.c */
void sealing_witness_tick(struct sealing *sealing);
