/* SPDX-License-Identifier: BSD-2-Clause */
/* A heap of times whose items know their places. */
#include "proxy/guard/deadline.h"

#include <stdlib.h>

#define ROOM_FIRST 16u
#define ROOM_MAX   (UINT32_MAX / 4)

void
deadlines_init(struct deadlines *deadlines)
{
	*deadlines = (struct deadlines){ 0 };
}

void
deadlines_fini(struct deadlines *deadlines)
{
	free(deadlines->at);
	*deadlines = (struct deadlines){ 0 };
}

static void
put(struct deadlines *deadlines, uint32_t i, const struct deadline *deadline)
{
	deadlines->at[i] = *deadline;
	*deadline->place = i + 1;
}

/* Put it at i or, while it is earlier than what is above, there. */
static void
rise(struct deadlines *deadlines, uint32_t i, struct deadline deadline)
{
	while (i > 0) {
		uint32_t above = (i - 1) / 2;

		if (deadlines->at[above].when_ms <= deadline.when_ms)
			break;
		put(deadlines, i, &deadlines->at[above]);
		i = above;
	}
	put(deadlines, i, &deadline);
}

/* Put it at i or, while it is later than what is below, there. */
static void
sink(struct deadlines *deadlines, uint32_t i, struct deadline deadline)
{
	const struct deadline *at = deadlines->at;

	for (;;) {
		uint32_t below = 2 * i + 1;

		if (below >= deadlines->n)
			break;
		if (below + 1 < deadlines->n &&
		    at[below + 1].when_ms < at[below].when_ms)
			below++;
		if (deadline.when_ms <= at[below].when_ms)
			break;
		put(deadlines, i, &at[below]);
		i = below;
	}
	put(deadlines, i, &deadline);
}

/* Where i is free: up or down, as it has to. */
static void
settle(struct deadlines *deadlines, uint32_t i, struct deadline deadline)
{
	if (i > 0 && deadline.when_ms < deadlines->at[(i - 1) / 2].when_ms)
		rise(deadlines, i, deadline);
	else
		sink(deadlines, i, deadline);
}

static int
grow(struct deadlines *deadlines)
{
	uint32_t room = deadlines->room == 0 ? ROOM_FIRST : deadlines->room * 2;
	struct deadline *at;

	if (room > ROOM_MAX)
		return -1;
	at = realloc(deadlines->at, room * sizeof(*at));
	if (at == NULL)
		return -1;
	deadlines->at = at;
	deadlines->room = room;
	return 0;
}

int
deadlines_set(
    struct deadlines *deadlines, uint64_t when_ms, void *item, uint32_t *place)
{
	const struct deadline deadline = { when_ms, item, place };

	if (*place != 0) {
		settle(deadlines, *place - 1, deadline);
		return 0;
	}
	if (deadlines->n == deadlines->room && grow(deadlines) < 0)
		return -1;
	rise(deadlines, deadlines->n++, deadline);
	return 0;
}

void
deadlines_remove(struct deadlines *deadlines, uint32_t *place)
{
	uint32_t i = *place;

	if (i == 0)
		return;
	*place = 0;
	deadlines->n--;
	if (i - 1 < deadlines->n)
		settle(deadlines, i - 1, deadlines->at[deadlines->n]);
}

void *
deadlines_first(const struct deadlines *deadlines)
{
	return deadlines->n == 0 ? NULL : deadlines->at[0].item;
}

uint64_t
deadlines_first_ms(const struct deadlines *deadlines)
{
	return deadlines->n == 0 ? UINT64_MAX : deadlines->at[0].when_ms;
}

void *
deadlines_pop(struct deadlines *deadlines)
{
	void *item = deadlines_first(deadlines);

	if (item != NULL)
		deadlines_remove(deadlines, deadlines->at[0].place);
	return item;
}
