/* SPDX-License-Identifier: BSD-2-Clause */
/* One customer's IRR list as the loader read it, and what becomes of it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/message.h"

/* Of the guard: does it know that this list has another one waiting? */
enum irr_told {
	IRR_TOLD_NO = 0,
	IRR_TOLD_YES = 1,
	IRR_TOLD_STALE = 2, /* cannot be known: tell again */
};

struct irr_list {
	struct msg_cfg_irr head;
	struct prefix *prefixes; /* owned */
	uint32_t n;
	uint32_t room;
	/* Of a list in force. */
	bool dirty;   /* the guard has another one */
	uint8_t told; /* enum irr_told */
	/* What the file holds now, not adopted, owned; NULL: nothing waits.
	 * Not usable: there is nothing to confirm. */
	struct irr_list *found;
	bool confirmed; /* found was, and is adopted as soon as that can be */
};

enum irr_change {
	IRR_SAME, /* nothing new is in it */
	IRR_TAKE, /* adopt it */
	IRR_HOLD, /* usable, but a person should look first */
	IRR_KEEP, /* not usable: what is in force stays */
};

/* With the head as it came (checked), without prefixes. NULL when out of
 * memory. */
struct irr_list *irr_list_new(const struct msg_cfg_irr *head);
void irr_list_free(struct irr_list *list); /* NULL is fine */

/* Append a prefix. NULL, or what is wrong (borrowed for ever): more than the
 * head says, or out of memory. */
const char *irr_list_add(struct irr_list *list, const struct prefix *prefix);

/* As many prefixes as the head says. */
bool irr_list_whole(const struct irr_list *list);

/* A copy, with what waits; NULL when out of memory. */
struct irr_list *irr_list_copy(const struct irr_list *list);

/* What is to be done with what was found when have is in force: what is empty,
 * not usable, or smaller by more than a fifth does not replace what is usable.
 */
enum irr_change irr_list_compare(
    const struct irr_list *have, const struct irr_list *found);

const char *irr_status_name(unsigned status);
