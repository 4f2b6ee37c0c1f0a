/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The witness role: HTTP between logs and their witnesses (C2SP tlog-witness).
 * It holds no key and believes nobody; what is signed is the signer's to say.
 *
 *   others --POST--> server -> request -> MSG_COSIGN -> signer
 *   store -> MSG_SUBMIT -> client --POST--> others
 */
#pragma once

#include <stdbool.h>

#include "proxy/common/loop.h"
#include "proxy/sandbox/sandbox.h"

/* Requests a second that the signer is asked about, and at once: of one source,
 * and in all. Those about logs that are not cosigned here do not count. */
#define WITNESS_RATE      10u
#define WITNESS_BURST     20u
#define WITNESS_RATE_ALL  100u
#define WITNESS_BURST_ALL 200u

struct witness;

/* Take over fd, the channel to the supervisor. NULL when out of memory; fd is
 * closed then. The loop is stopped when the supervisor says so or goes away,
 * and when the role cannot listen. */
struct witness *witness_new(struct loop *loop, int fd);

/* How it gives up all other rights when it has its configuration. With another
 * address, or a witness at another port, it ends, to be started anew. */
void witness_contain(struct witness *witness, sandbox_entry *enter);

void witness_free(struct witness *witness); /* NULL is fine */

/* True when the role ended because it could not work. */
bool witness_failed(const struct witness *witness);
