/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Raising rates and replacing redirect targets. What a customer may not ask
 * for at all stays as it is, for the action check to refuse.
 */
#include "policy/rewrite.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The words that were put down up to now. */
struct words {
	char *buf;
	size_t size;
	size_t len;
};

static void words_add(struct words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
words_add(struct words *words, const char *format, ...)
{
	size_t room = words->size - words->len;
	va_list args;
	int n;

	va_start(args, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is, above. */
	n = vsnprintf(words->buf + words->len, room, format, args);
	va_end(args);
	if (n > 0)
		words->len += (size_t)n < room ? (size_t)n : room - 1;
}

/* The customer may use this kind, and asks for it once. */
static bool
may_use(const struct customer *customer, const struct action_set *actions,
    enum action_kind kind)
{
	return (actions->present & customer->actions.kinds &
		   ACTION_BIT(kind)) != 0 &&
	       (actions->repeated & ACTION_BIT(kind)) == 0;
}

/* A rate of 0 is a discard: asked for, and never raised. */
static bool
rate_raise(const struct customer_rate *limit, enum action_kind kind,
    uint32_t *bits, struct words *words)
{
	double floor = limit->min > 1.0 ? limit->min : 1.0;
	double rate = action_rate(*bits);
	uint32_t raised;

	if (!action_rate_finite(*bits) || !(rate > 0.0) ||
	    !(limit->max >= floor) || rate >= floor)
		return false;
	raised = action_rate_bits(floor);
	if (rate >= action_rate(raised))
		return false; /* the floor, as far as the wire can say it */
	words_add(words, "%s%s raised from %.10g to the floor %.10g",
	    words->len > 0 ? ", " : "", action_name(kind), rate, floor);
	*bits = raised;
	return true;
}

/* What replaces a target; NULL: nothing does. */
static const uint8_t *
redirect_next(const struct customer_rewrite *rewrite, const uint8_t *target)
{
	for (unsigned i = 0; i < CUSTOMER_REWRITES_MAX; i++) {
		const struct customer_redirect *at = &rewrite->redirects[i];

		if (i < rewrite->n_redirects &&
		    memcmp(at->from, target, 8) == 0)
			return at->to;
	}
	return NULL;
}

/* Where a target ends up; NULL where it is not replaced, also by a circle. */
static const uint8_t *
redirect_last(const struct customer_rewrite *rewrite, const uint8_t *target)
{
	const uint8_t *last = NULL;

	for (unsigned i = 0; i <= CUSTOMER_REWRITES_MAX; i++) {
		const uint8_t *next = redirect_next(rewrite, target);

		if (next == NULL)
			return last;
		last = target = next;
	}
	return NULL;
}

static uint64_t
number_of(const uint8_t octets[8])
{
	uint64_t n = 0;

	for (unsigned i = 0; i < 8; i++)
		n = n << 8 | octets[i];
	return n;
}

static bool
redirect_replace(const struct customer_rewrite *rewrite, uint8_t target[8],
    struct words *words)
{
	const uint8_t *to = redirect_last(rewrite, target);

	if (to == NULL)
		return false;
	words_add(words, "%sredirect %016" PRIx64 " replaced by %016" PRIx64,
	    words->len > 0 ? ", " : "", number_of(target), number_of(to));
	memcpy(target, to, 8);
	return true;
}

bool
rewrite_actions(const struct customer *customer,
    const struct action_set *actions, struct action_set *out, char *words,
    size_t size)
{
	struct words put = { words, size, 0 };
	bool changed = false;

	words[0] = '\0';
	*out = *actions;
	if (customer->rewrite.raise_rates &&
	    may_use(customer, actions, ACTION_RATE_BYTES))
		changed = rate_raise(&customer->actions.bytes,
		    ACTION_RATE_BYTES, &out->rate_bytes, &put);
	if (customer->rewrite.raise_rates &&
	    may_use(customer, actions, ACTION_RATE_PACKETS))
		changed = rate_raise(&customer->actions.packets,
			      ACTION_RATE_PACKETS, &out->rate_packets, &put) ||
			  changed;
	if (may_use(customer, actions, ACTION_REDIRECT))
		changed =
		    redirect_replace(&customer->rewrite, out->redirect, &put) ||
		    changed;
	return changed;
}
