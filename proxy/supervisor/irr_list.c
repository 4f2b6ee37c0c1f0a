/* SPDX-License-Identifier: BSD-2-Clause */
/* IRR lists: values, and the rule of adoption. */
#include "proxy/supervisor/irr_list.h"

#include <stdlib.h>
#include <string.h>

#define IRR_LIST_FIRST   64u
#define IRR_KEEP_PERCENT 80u /* of the prefixes must still be there */

struct irr_list *
irr_list_new(const struct msg_cfg_irr *head)
{
	struct irr_list *list = calloc(1, sizeof(*list));

	if (list != NULL)
		list->head = *head;
	return list;
}

void
irr_list_free(struct irr_list *list)
{
	if (list == NULL)
		return;
	/* What was found has nothing that waits behind it. */
	if (list->found != NULL)
		free(list->found->prefixes);
	free(list->found);
	free(list->prefixes);
	free(list);
}

const char *
irr_list_add(struct irr_list *list, const struct prefix *prefix)
{
	uint32_t room = list->room == 0 ? IRR_LIST_FIRST : 2 * list->room;
	struct prefix *grown;

	if (list->n >= list->head.n)
		return "an IRR list of more prefixes than it said";
	if (list->n == list->room) {
		grown = reallocarray(list->prefixes, room, sizeof(*grown));
		if (grown == NULL)
			return "out of memory";
		list->prefixes = grown;
		list->room = room;
	}
	list->prefixes[list->n++] = *prefix;
	return NULL;
}

bool
irr_list_whole(const struct irr_list *list)
{
	return list->n == list->head.n;
}

/* The list alone. */
static struct irr_list *
copy_one(const struct irr_list *list)
{
	struct irr_list *copy = irr_list_new(&list->head);

	if (copy == NULL || list->n == 0)
		return copy;
	copy->prefixes = reallocarray(NULL, list->n, sizeof(*copy->prefixes));
	if (copy->prefixes == NULL) {
		free(copy);
		return NULL;
	}
	memcpy(
	    copy->prefixes, list->prefixes, list->n * sizeof(*copy->prefixes));
	copy->n = list->n;
	copy->room = list->n;
	return copy;
}

struct irr_list *
irr_list_copy(const struct irr_list *list)
{
	struct irr_list *copy = copy_one(list);

	if (copy == NULL || list->found == NULL)
		return copy;
	copy->confirmed = list->confirmed;
	copy->found = copy_one(list->found);
	if (copy->found != NULL)
		return copy;
	irr_list_free(copy);
	return NULL;
}

enum irr_change
irr_list_compare(const struct irr_list *have, const struct irr_list *found)
{
	bool same = memcmp(have->head.hash, found->head.hash,
			sizeof(have->head.hash)) == 0;

	if (found->head.status != IRR_USABLE) {
		if (have->head.status == IRR_USABLE)
			return IRR_KEEP;
		same = same && have->head.status == found->head.status;
		return same ? IRR_SAME : IRR_TAKE;
	}
	if (have->head.status != IRR_USABLE)
		return IRR_TAKE;
	if (same && have->head.written_ns == found->head.written_ns)
		return IRR_SAME;
	if (!same &&
	    (uint64_t)found->n * 100 < (uint64_t)have->n * IRR_KEEP_PERCENT)
		return IRR_HOLD;
	return IRR_TAKE;
}

const char *
irr_status_name(unsigned status)
{
	static const char *const names[] = {
		[IRR_USABLE] = "usable",
		[IRR_MISSING] = "missing",
		[IRR_BROKEN] = "broken",
		[IRR_EMPTY] = "empty",
	};

	if (status < IRR_USABLE || status > IRR_EMPTY)
		return "?";
	return names[status];
}
