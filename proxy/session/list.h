/* SPDX-License-Identifier: BSD-2-Clause */
/* A doubly linked list through its members; the head is a link, too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list_link {
	struct list_link *prev; /* NULL: in no list */
	struct list_link *next;
};

/* The struct that link (not NULL) is the member of. */
#define LIST_OF(link, type, member)                                            \
	((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void
list_init(struct list_link *head)
{
	head->prev = head;
	head->next = head;
}

static inline bool
list_empty(const struct list_link *head)
{
	return head->next == head;
}

static inline bool
list_linked(const struct list_link *link)
{
	return link->prev != NULL;
}

/* NULL when there is none. */
static inline struct list_link *
list_first(const struct list_link *head)
{
	return head->next == head ? NULL : head->next;
}

/* Append a link that is in no list. */
static inline void
list_append(struct list_link *head, struct list_link *link)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

/* Put a link that is in no list in front. */
static inline void
list_prepend(struct list_link *head, struct list_link *link)
{
	list_append(head->next, link);
}

/* Take out the first link; NULL when there is none. */
static inline struct list_link *
list_take(struct list_link *head)
{
	struct list_link *link = list_first(head);

	if (link == NULL)
		return NULL;
	head->next = link->next;
	link->next->prev = head;
	link->prev = NULL;
	link->next = NULL;
	return link;
}

/* Take a link out of its list, if it is in one. */
static inline void
list_remove(struct list_link *link)
{
	if (link->prev == NULL)
		return;
	link->prev->next = link->next;
	link->next->prev = link->prev;
	link->prev = NULL;
	link->next = NULL;
}
