/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is signed, and what is not. A checkpoint is signed when it is proven to
 * grow out of the last one that was signed for its log; the new one is on the
 * disk before the signature leaves. So of two that contradict each other no
 * more than one is ever signed, whoever asks.
 *
 * No sockets; times are arguments (wall clock).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/message_seal.h"

struct signer;

struct signer *signer_new(void); /* NULL: out of memory */
void signer_free(struct signer *signer);

/*
 * Take the configuration: first, and on change (the folder then stays what it
 * was). Opens the folder, reads or makes the keys; when that fails, the signer
 * refuses all and says why in its HELLO. At home: the working folder is that
 * folder, whose path may be closed to us. -1: it is not well-formed.
 */
int signer_configure(
    struct signer *signer, const struct msg_cfg_log *config, bool at_home);

/* Has been configured. */
bool signer_is_set(const struct signer *signer);

/* Every few seconds: true when there is another HELLO to send. */
bool signer_tick(struct signer *signer, uint64_t wall_ns);

void signer_hello(const struct signer *signer, uint64_t wall_ns,
    struct msg_signer_hello *out);

/* Answer well-formed requests (check_sign(), check_cosign()). Logs of ours are
 * begun, and keys made, only so often. */
void signer_sign(struct signer *signer, const struct msg_sign *msg,
    uint64_t wall_ns, struct msg_signed *out);
void signer_cosign(struct signer *signer, const struct msg_cosign *msg,
    uint64_t wall_ns, struct msg_signed *out);

/* Another key. 0, or -1 with *failed (a whole HELLO) to be sent before the
 * usual one: the keys stay what they were. */
int signer_rotate(
    struct signer *signer, uint64_t wall_ns, struct msg_signer_hello *failed);
