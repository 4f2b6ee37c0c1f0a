/* SPDX-License-Identifier: BSD-2-Clause */
/* How long the rule may live: what the customer may at most, or asks for. */
#include "policy/check.h"

#include <inttypes.h>
#include <stdio.h>

#define SECOND_MS UINT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)

#define SPAN_TEXT_MAX 32

/* "24 h", in the largest unit that says it exactly; "no end" for 0. */
static const char *
span_print(uint64_t ms, char *buf, size_t size)
{
	if (ms == 0)
		return "no end";
	if (ms % HOUR_MS == 0)
		(void)snprintf(buf, size, "%" PRIu64 " h", ms / HOUR_MS);
	else if (ms % MINUTE_MS == 0)
		(void)snprintf(buf, size, "%" PRIu64 " min", ms / MINUTE_MS);
	else if (ms % SECOND_MS == 0)
		(void)snprintf(buf, size, "%" PRIu64 " s", ms / SECOND_MS);
	else
		(void)snprintf(buf, size, "%" PRIu64 " ms", ms);
	return buf;
}

static enum reason
lifetime_say(const struct check_ask *ask, uint64_t most, uint64_t wished)
{
	char most_text[SPAN_TEXT_MAX];
	char wished_text[SPAN_TEXT_MAX];

	if (!ask->explain)
		return REASON_ACCEPTED;
	if (wished == 0)
		return check_pass(
		    ask, "%s", span_print(most, most_text, sizeof(most_text)));
	return check_pass(ask, "%s; asked for %s",
	    span_print(most, most_text, sizeof(most_text)),
	    span_print(wished, wished_text, sizeof(wished_text)));
}

enum reason
check_lifetime(const struct check_ask *ask)
{
	const struct wish *wish = ask->q->wish;
	uint64_t wished = 0;
	uint64_t most;

	if (ask->q->customer == NULL || ask->verdict == NULL)
		return check_say(
		    ask, REASON_UNJUDGED, "not asked: no customer was named");
	if (wish != NULL && !wish_valid(wish))
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: the customer's wish is not a valid one");
	if (wish != NULL)
		wished = wish->lifetime_s * SECOND_MS;
	most = ask->q->customer->lifetime_ms;
	ask->verdict->lifetime_ms = most;
	if (wished != 0 && (most == 0 || wished < most))
		ask->verdict->lifetime_ms = wished;
	return lifetime_say(ask, most, wished);
}
