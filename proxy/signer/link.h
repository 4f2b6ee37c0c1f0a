/* SPDX-License-Identifier: BSD-2-Clause */
/* Channels to those who ask: the store (HELLO, SIGN, ROTATE) and the witness
 * (COSIGN). Each request has its answer before the next is read. */
#pragma once

#include "proxy/common/channel.h"
#include "proxy/signer/signer.h"

struct link;

/* To ROLE_STORE or ROLE_WITNESS; signer is borrowed until link_free(). NULL
 * when out of memory. */
struct link *link_new(struct loop *loop, struct signer *signer, enum role role);
void link_free(struct link *link); /* NULL is fine */

/* Another process of that role; takes fd. */
void link_attach(struct link *link, int fd);

/* There is something new to say of the keys. */
void link_greet(struct link *link);

/* The other end did what none of ours does, and its channel is closed; true
 * once for each such channel. */
bool link_broken(struct link *link);
