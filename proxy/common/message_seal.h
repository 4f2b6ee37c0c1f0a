/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages around the log's signature: store, signer, witness.
 *
 * The signer holds the keys and, for each log (its own, and those it is a
 * witness of), the last checkpoint that it has signed. It signs the next one
 * only when it is proven to grow out of that: whoever asks cannot make it sign
 * a fork. The store makes the proofs. The witness role speaks HTTP with other
 * witnesses and logs (C2SP tlog-witness), and knows no keys.
 */
#pragma once

#include "proxy/common/message_base.h"
#include "store/note.h"
#include "store/proof.h"

#define WITNESSES_MAX 8  /* that cosign our checkpoints */
#define COSIGNED_MAX  16 /* logs whose checkpoints we cosign */
#define URL_LEN       256

/* ---- configuration ---- */

/* MSG_CFG_LOG, once, also where the file says nothing; the parts that concern
 * them go to store, signer and witness in their own messages. */
struct log_witness {
	char url[URL_LEN];        /* http(s)://…, without "/add-checkpoint" */
	char vkey[NOTE_VKEY_MAX]; /* of its cosignatures */
};
struct msg_cfg_log {
	struct msg_head head;
	char name[NOTE_NAME_MAX];   /* origin is this "/" 8 hex digits */
	char key_path[PATH_LEN];    /* the signer's folder */
	char syslog_path[PATH_LEN]; /* "/dev/log"; "": no checkpoints there */
	uint64_t retain_ms;         /* entries older than that go; 0: never */
	uint64_t retain_octets;     /* 0: no bound */
	uint32_t n_witnesses;
	uint32_t n_cosigned;
	struct log_witness witness[WITNESSES_MAX];
	char cosigned[COSIGNED_MAX][NOTE_VKEY_MAX];
	struct address listen; /* for add-checkpoint; afi 0: none */
};

/* To the store it goes as MSG_STORE_LOG behind MSG_STORE_CONFIG, to the signer
 * as MSG_SIGNER_CONFIG, to the witness as MSG_WITNESS_CONFIG; each first, and
 * on change. All are struct msg_cfg_log. */

/* ---- signer -> store ---- */

enum signer_state {
	SIGNER_READY = 1,
	SIGNER_FAILED = 2, /* no key: text says why */
};

/* MSG_SIGNER_HELLO: first, and when the key has changed. */
struct msg_signer_hello {
	struct msg_head head;
	uint32_t state;   /* enum signer_state */
	uint32_t has_old; /* the key before this one still signs, too */
	uint8_t public_key[SEAL_PUBLIC_LEN];
	uint8_t old_key[SEAL_PUBLIC_LEN];
	uint64_t old_until_ns; /* wall; it stops to sign then */
	/* Both keys' signatures over the rollover statement, see
	 * proxy/signer/rollover.h; has_old. */
	uint8_t by_new[SEAL_SIGNATURE_LEN];
	uint8_t by_old[SEAL_SIGNATURE_LEN];
	char cosigner[NOTE_VKEY_MAX]; /* ours, as a witness */
	char text[128];
};

/* ---- store -> signer, witness -> signer, and the answer ---- */

/* MSG_SIGN: store. The tree of size entries grows out of that of old_size. */
struct msg_sign {
	struct msg_head head;
	uint32_t request; /* not 0 */
	uint32_t zero;
	uint64_t old_size;
	struct checkpoint checkpoint;
	struct proof proof;
	/* The last one that the store knows of, UINT64_MAX: none. A signer that
	 * knows of none then refuses: its memory has been taken away. */
	uint64_t known_size;
};

/* MSG_COSIGN: witness. Somebody's request, read but not believed. */
struct msg_cosign {
	struct msg_head head;
	uint32_t request; /* not 0 */
	uint32_t note_len;
	uint64_t old_size;
	struct proof proof;
	char note[NOTE_MAX];
};

enum sign_result {
	SIGN_DONE = 1,     /* 200; note: the signed checkpoint; COSIGN: the
			      signature lines alone */
	SIGN_CONFLICT = 2, /* 409; old_size is not last_size, or the size is the
			      same and the root another */
	SIGN_UNPROVEN = 3, /* 422; the proof does not hold */
	SIGN_UNKNOWN = 4,  /* 404; no such log is cosigned */
	SIGN_FORBIDDEN = 5, /* 403; not signed by the log's key */
	SIGN_BAD = 6,       /* 400; old_size > size, no checkpoint … */
	SIGN_FORGOTTEN = 7, /* SIGN: last checkpoint missing, see known_size */
	SIGN_FAILED = 8,    /* it could not be kept on disk: text; try again */
};

/* MSG_SIGNED, for MSG_SIGN and MSG_COSIGN */
struct msg_signed {
	struct msg_head head;
	uint32_t request;
	uint32_t result;    /* enum sign_result */
	uint64_t last_size; /* of the last checkpoint signed; 0: none */
	uint8_t last_root[SEAL_LEN];
	uint32_t note_len;
	uint32_t zero;
	char text[128];
	char note[NOTE_MAX];
};

/* MSG_ROTATE: store -> signer, an operator wants a new key. Answered by another
 * MSG_SIGNER_HELLO, FAILED when it could not be made (the old one stays). */
struct msg_rotate {
	struct msg_head head;
};

/* ---- store <-> witness ---- */

/* MSG_SUBMIT: store -> witness; POST it to witness number `witness`. */
struct msg_submit {
	struct msg_head head;
	uint32_t request; /* not 0 */
	uint32_t witness;
	uint64_t old_size;
	struct proof proof;
	uint32_t note_len;
	uint32_t zero;
	char note[NOTE_MAX];
};

/* MSG_SUBMITTED: what it said, unread. */
struct msg_submitted {
	struct msg_head head;
	uint32_t request;
	uint32_t witness;
	uint32_t status; /* HTTP's; 0: not reached, text says why */
	uint32_t body_len;
	uint64_t size; /* 409 with text/x.tlog.size; else UINT64_MAX */
	char text[128];
	char body[NOTE_MAX]; /* 200: signature lines */
};
