/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the world outside of the store is told of the seal: checkpoints to the
 * system log, at most one a minute (more at a stop, at a refusal and when the
 * key changes), and the key to the log itself.
 */
#pragma once

#include "proxy/store/notes.h"
#include "proxy/store/sealing.h"
#include "proxy/store/syslog.h"

#define PUBLISH_EVERY_MS 60000

struct publish;

struct publish *publish_new(void);          /* NULL when out of memory */
void publish_free(struct publish *publish); /* NULL is fine */
void publish_configure(struct publish *publish, const char *syslog_path);
struct syslog *publish_log(struct publish *publish);

/* A checkpoint is there: sent now, or as soon as a minute is over. */
void publish_note(
    struct publish *publish, const char *note, size_t len, uint64_t now_ms);
void publish_tick(struct publish *publish, uint64_t now_ms);

/* The last checkpoint at once, unless it was the last that was sent. */
void publish_now(struct publish *publish, const struct sealing *sealing);
/* That nothing more is signed, with the last checkpoint. */
void publish_refusal(struct publish *publish, const struct sealing *sealing,
    enum seal_state state);

/* Have the guard record the signer's key, unless the log tells of it already;
 * by: the operator who wanted a new one, "": nobody. True when it has to. */
bool publish_key(struct notes *notes, struct store *store,
    const struct msg_signer_hello *hello, const char *by);
