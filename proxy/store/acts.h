/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators want done to the log. */
#pragma once

#include <stdbool.h>

#include "proxy/common/message.h"
#include "proxy/store/notes.h"
#include "proxy/store/scrub.h"
#include "proxy/store/sealing.h"

/* All borrowed. */
struct acts {
	const char *path;   /* of the store */
	const char *origin; /* the log's name */
	const struct notes *notes;
	struct sealing *sealing;
	struct scrub *scrub;
	bool renewing; /* set: this store is to end, the next begins a new log
			*/
	char rotated_by[32]; /* who wants the new key that is to come; "" */
};

/* Do it, and say in ok and text what came of it. msg->act is one of enum
 * audit_act, its texts are terminated. A new log waits for the disk. */
void acts_do(struct acts *acts, const struct msg_audit_act *msg,
    struct msg_audit_acted *out);
