/* SPDX-License-Identifier: BSD-2-Clause */
/* What one peer is set up with, and what a new configuration does to it. */
#pragma once

#include "proxy/common/message.h"
#include "proxy/supervisor/cfg_set.h"
#include "proxy/supervisor/keychain.h"
#include "proxy/supervisor/password.h"

struct setup {
	struct msg_cfg_neighbor neighbor;
	struct msg_session_config session; /* what its process gets */
	struct password_id password;       /* zero: none */
	struct keychain chain;             /* empty: no TCP-AO */
	bool keyed; /* the listeners' keys are its: not of the places of a
		       range behind the first */
};

enum setup_change {
	SETUP_SAME,
	SETUP_TUNED,   /* the process is told, the session stays */
	SETUP_CHANGED, /* stop it and start anew */
};

/*
 * Fill *out for neighbour i of the set. Reads its password file or its key
 * files once, to see that they are good, and keeps none of it. 0, or -1 and
 * what is wrong with the file (PASSWORD_WHY_MAX octets); of several key files
 * it is that of the chain's last key then.
 */
int setup_fill(
    const struct cfg_set *set, uint32_t i, struct setup *out, char *why);

enum setup_change setup_compare(
    const struct setup *old, const struct setup *new);

/* Why it is SETUP_CHANGED: 1 << enum restart_why; 0: it is not. */
uint32_t setup_whys(const struct setup *old, const struct setup *new);

/* What cannot change while sluice runs; NULL when nothing of it does, else
 * the key ("router.asn"), borrowed for ever. */
const char *setup_fixed(
    const struct msg_cfg_router *old, const struct msg_cfg_router *new);

/* The same of the log: which one it is, and where its keys lie. */
const char *setup_fixed_log(
    const struct msg_cfg_log *old, const struct msg_cfg_log *new);
