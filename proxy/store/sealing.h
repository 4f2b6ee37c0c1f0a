/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checkpoints of the log: when they are asked for, who signs and cosigns them,
 * and when there must be none.
 *
 *   writer --durable--> sealing --MSG_SIGN, proof--> signer
 *                          |  <------ signed note ------'
 *                   checked, kept with the log (writer's thread), published
 *                          |--MSG_SUBMIT, proof--> witness role --> witnesses
 *                          |  <----- cosignatures, merged into the note
 *
 * Nothing is signed by anybody that has not been durable before. The signer
 * signs what is proven to grow out of what it signed last, so that there is
 * nothing we could say that makes it sign a fork; what it says of itself tells
 * us when the log is not what it was:
 *
 *   state        entered when                           left by
 *   AWAY         no channel, no key told                MSG_SIGNER_HELLO
 *   WAITING      started, a checkpoint is kept, there   an answer of one of
 *                are witnesses: the last checkpoint is  them, whatever it is
 *                submitted again, nothing new signed
 *   SIGNING      all is well
 *   FAILED       no key, it cannot be kept, or there    the next success
 *                is no answer
 *   ROLLED_BACK  signer or witness have seen more       restart, renew
 *   FORKED       .. as much or less, but another log    restart, renew
 *   FORGOTTEN    the signer knows of nothing, we do     restart, renew
 *
 * Rules and their records go on in every state. The time is given with
 * sealing_tick(): there are no timers here.
 */
#pragma once

#include <stdbool.h>

#include "proxy/common/channel.h"
#include "proxy/common/message.h"
#include "proxy/store/writer.h"

/* Asked for when entries have come, and so long after the last time. Ticks
 * should come at least four times a second. */
#define SEALING_SIGN_MS    750
/* After a failure of the signer. Its folder may lie on the disk that is full:
 * when there is room, a checkpoint is to follow within a second. */
#define SEALING_RETRY_MS   400
#define SEALING_SIGNER_MS  10000   /* for the signer to answer: then FAILED */
#define SEALING_SUBMIT_MS  1000    /* to one witness */
#define SEALING_BACKOFF_MS 60000   /* most, while it cannot be reached */
#define SEALING_ANSWER_MS  120000  /* for the witness role to tell of one */
#define SEALING_REPEAT_MS  3600000 /* a refusal is said again */

/*
 * Of the checkpoints in the store one a minute stays: the first after a minute
 * since the last that stays (the last found at a start is one). Beside them
 * stand the newest, and the newest that a witness has cosigned; the one that
 * either was before goes in the transaction that puts the new one. A note takes
 * 204 octets with a name of 24, and 130 more for each witness: 1,440 of them a
 * day take 426,000 octets of pages, with two witnesses 1,192,000. Retention
 * removes those of what it has removed.
 */
#define SEALING_STAY_MS 60000

/* A witness that has not been heard of for so long may find that the entries
 * are gone from which growth would have to be proven to it. */
#define SEALING_PIN_NS (UINT64_C(30) * 86400 * 1000000000)
struct sealing;

struct sealing_ops {
	/* A checkpoint is signed and on disk, or has been cosigned since.
	 * Borrowed for the call. */
	void (*published)(void *ctx, const char *note, size_t len);
	/* Another state; refused says that nothing more will be signed. */
	void (*changed)(void *ctx, enum seal_state state, bool refused);
	/* The signer's key, at first and when it changes; borrowed. */
	void (*key)(void *ctx, const struct msg_signer_hello *hello);
	void *ctx;
};

/* All borrowed, ops copied. The log has its name: origin. now_ms is that of
 * sealing_tick(): the signer may speak before the first. NULL when out of
 * memory. The writer ends first. */
struct sealing *sealing_new(struct loop *loop, struct store *store,
    struct writer *writer, const char *origin, const struct sealing_ops *ops,
    uint64_t now_ms);
void sealing_free(struct sealing *sealing); /* NULL is fine */

/* Its texts end, its counts fit, its name is one. */
bool sealing_config_valid(const struct msg_cfg_log *config);

/* Who cosigns; again on a reload. Witnesses whose key is none are said and left
 * out. */
void sealing_configure(
    struct sealing *sealing, const struct msg_cfg_log *config);

/* Take over fd, a channel to the signer or the witness role; the one before is
 * closed. */
void sealing_attach_signer(struct sealing *sealing, int fd);
void sealing_attach_witness(struct sealing *sealing, int fd);

/* ROLE_SIGNER or ROLE_WITNESS when that did what none of ours does, and its
 * channel is closed; once for each such channel. Else ROLE_NONE. */
enum role sealing_broken(struct sealing *sealing);

/* Do what is due. now_ms is monotonic, wall_ns for people. */
void sealing_tick(struct sealing *sealing, uint64_t now_ms, uint64_t wall_ns);

/* No more entries will come: sign what there is at once, whatever the pace. */
void sealing_last(struct sealing *sealing);
/* All that could be signed now is signed and on disk. */
bool sealing_idle(const struct sealing *sealing);

/* Ask the signer for a new key: 0, or -1 when it is away. */
int sealing_rotate(struct sealing *sealing);
/* It has been asked and has not answered. */
bool sealing_rotating(const struct sealing *sealing);

/* The signer has said, since the start, what it signed last: unless the state
 * is ROLLED_BACK or FORKED, this log begins with that. */
bool sealing_compared(const struct sealing *sealing);

enum seal_state sealing_state(const struct sealing *sealing);

/* The last checkpoint that is kept; *len 0: none. Valid until the next call. */
const char *sealing_note(const struct sealing *sealing, size_t *len);

/* The disk has room again: what failed for the want of it is tried now. */
void sealing_room(struct sealing *sealing);

/* The blocks in which witnesses stand that may still be led on from there. */
void sealing_pins(const struct sealing *sealing, struct ledger_pins *out);

/* Fill in what concerns seal and witnesses, but for the note. */
void sealing_fill(const struct sealing *sealing, struct msg_audit_seal *out);
