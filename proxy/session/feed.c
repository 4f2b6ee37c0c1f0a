/* SPDX-License-Identifier: BSD-2-Clause */
/* The unicast routes of an inward session, on their way to the guard. */
#include "proxy/session/feed.h"

#include "proxy/common/log.h"
#include "proxy/session/session.h"
#include "proxy/session/unicast_msg.h"
#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"

/* The most that one UPDATE makes: an octet for each NLRI, and at most one
 * message more than full ones for each of its four fields. */
#define UPDATE_GROWS                                                           \
	(MESSAGE_MAX * sizeof(struct unicast6) +                               \
	    16 * sizeof(struct msg_unicast))
/* Besides: states and marks. */
#define SPARE 8192u

/* An UPDATE is taken only when there is room for all it can say, so none is
 * ever half told. */
_Static_assert(PUMP_BUFFER_INWARD > CHANNEL_BATCH + UPDATE_GROWS + SPARE,
    "the channel's batch must leave room for an UPDATE");
#define PENDING_MAX (PUMP_BUFFER_INWARD - UPDATE_GROWS - SPARE)
#define RESUME_AT   CHANNEL_BATCH

static unsigned
feed_families(const struct session *session)
{
	if (session->out == NULL || session->up == NULL)
		return FAMILY_NONE;
	return session->state.families & (unsigned)FAMILY_UNICAST;
}

/* ---- pausing ---- */

static void
resume(struct session *session)
{
	struct feed *feed = &session->feed;

	if (!feed->paused)
		return;
	feed->paused = false;
	timer_stop(feed->stall);
	if (session->up != NULL)
		conn_resume(session->up->conn);
}

/* This guard does not hear everything any more. */
static void
lose(struct session *session, unsigned families)
{
	struct feed *feed = &session->feed;
	unsigned all = families & feed_families(session);
	unsigned was = session->state.complete;

	feed->missed |= (uint8_t)all;
	feed->begun &= (uint8_t)~all;
	feed->fed &= (uint8_t)~all;
	session->state.complete &= (uint8_t)~all;
	if (session->state.complete != was)
		report_change(session);
}

static void
on_stall(void *ctx)
{
	struct session *session = ctx;

	if (!session->feed.paused)
		return;
	log_line(LOG_WARN,
	    "the guard takes no unicast routes: they are asked for again when "
	    "it does");
	lose(session, FAMILY_UNICAST);
	resume(session);
}

void
feed_room(struct session *session)
{
	struct feed *feed = &session->feed;

	if (feed->paused || session->guard == NULL || session->up == NULL ||
	    feed->missed == feed_families(session) ||
	    channel_pending(session->guard) <= PENDING_MAX)
		return;
	feed->paused = true;
	timer_start(feed->stall, FEED_STALL_MS, 0);
	conn_pause(session->up->conn);
}

/* ---- marks ---- */

/* Marks are said where they belong in the stream. */
static void
say_mark(struct session *session, enum rib_mark mark, unsigned family)
{
	if ((session->feed.missed & family) != 0)
		return;
	if (!pump_state(session) || !pump_mark(session, mark, family))
		lose(session, family);
}

static void
say_begin(struct session *session, unsigned family)
{
	say_mark(session, MARK_REFRESH_BEGIN, family);
	if ((session->feed.missed & family) == 0)
		session->feed.begun |= (uint8_t)family;
}

/* All of one family has come. */
static void
finish(struct session *session, unsigned family)
{
	struct feed *feed = &session->feed;

	if ((feed->begun & family) != 0)
		say_mark(session, MARK_REFRESH_END, family);
	feed->begun &= (uint8_t)~family;
	feed->ended |= (uint8_t)family;
	if ((feed->fed & family) != 0 && (feed->asked & family) == 0)
		return;
	say_mark(session, MARK_COMPLETE, family);
	if ((feed->missed & family) != 0)
		return;
	log_line(
	    LOG_INFO, "unicast is complete: family=%s", family_name(family));
	feed->asked &= (uint8_t)~family;
	feed->fed |= (uint8_t)family;
	session->state.complete |= (uint8_t)family;
	report_change(session);
}

static void
finish_all(struct session *session, unsigned families)
{
	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1)
		if ((families & bit) != 0)
			finish(session, bit);
}

/* ---- when all has come ---- */

/* Families of which only silence tells that all has come. */
static unsigned
waiting(const struct session *session)
{
	const struct feed *feed = &session->feed;
	unsigned fresh =
	    feed_families(session) & ~((unsigned)feed->ended | feed->asked);

	if (session->up == NULL || session->up->open.has_graceful_restart)
		fresh = 0;
	return (feed->asked | fresh) & ~((unsigned)session->ask | feed->missed);
}

static uint64_t
quiet_ms(const struct session *session)
{
	return session->feed.asked != 0 && session->state.refresh == 2
		   ? FEED_ENHANCED_MS
		   : SESSION_QUIET_MS;
}

static void
window_begin(struct feed *feed, uint64_t now_ms)
{
	feed->window_ms = now_ms;
	feed->window = 0;
}

static bool
is_quiet(struct session *session, uint64_t now_ms)
{
	struct feed *feed = &session->feed;
	uint64_t enough_ms = quiet_ms(session);
	bool few;

	if (now_ms - feed->heard_ms >= enough_ms)
		return true;
	if (now_ms - feed->window_ms < enough_ms)
		return false;
	few = feed->window <= FEED_FEW_MIN ||
	      feed->window <= feed->total / FEED_FEW;
	window_begin(feed, now_ms);
	return few;
}

static void
on_quiet(void *ctx)
{
	struct session *session = ctx;
	struct feed *feed = &session->feed;
	uint64_t now_ms = loop_now_ms(session->loop);
	uint64_t silent_ms = now_ms - feed->heard_ms;
	unsigned families = waiting(session);

	if (families == 0)
		return;
	if (feed->paused || !is_quiet(session, now_ms)) {
		uint64_t enough_ms = quiet_ms(session);

		timer_start(feed->quiet,
		    silent_ms < enough_ms ? enough_ms - silent_ms : 1000, 0);
		return;
	}
	finish_all(session, families);
}

/* All is to come from now on. */
static void
wait_for_all(struct session *session)
{
	struct feed *feed = &session->feed;

	feed->heard_ms = loop_now_ms(session->loop);
	feed->total = 0;
	window_begin(feed, feed->heard_ms);
	timer_start(feed->quiet, quiet_ms(session), 0);
}

void
feed_end_of_rib(struct session *session, unsigned family)
{
	struct feed *feed = &session->feed;

	family &= feed_families(session);
	feed->heard |= (uint8_t)family;
	feed->ended |= (uint8_t)family;
	if (session->guard == NULL)
		lose(session, family);
	/* The refresh that is under way says when all has come. */
	finish_all(session, family & ~((unsigned)feed->asked | feed->missed));
}

/* ---- refresh ---- */

void
feed_refresh(struct session *session, unsigned family, bool begins)
{
	struct feed *feed = &session->feed;

	if ((family & feed_families(session) & ~(unsigned)feed->missed) == 0 ||
	    session->guard == NULL)
		return;
	if (begins) {
		/* RFC 7313 4: not before End-of-RIB, where it is promised. */
		if (session->up->open.has_graceful_restart &&
		    (feed->ended & family) == 0)
			return;
		say_begin(session, family);
	} else if ((feed->begun & family) != 0) {
		finish(session, family);
	}
}

/* The request is on its way. */
void
feed_asked(struct session *session, unsigned families)
{
	if ((families & feed_families(session)) != 0)
		wait_for_all(session);
}

static void
reset(struct session *session)
{
	static const struct cause cause = {
		.code = NOTIFICATION_CEASE,
		.subcode = NOTIFICATION_CEASE_RESET,
		.down = DOWN_LOST,
		.text = "unicast routes are needed again, and the peer knows "
			"no route refresh",
	};

	slot_event(session->up, FSM_EV_STOP, &cause);
}

void
feed_again(struct session *session, unsigned families)
{
	families &= feed_families(session);
	if (families == 0)
		return;
	if (session->state.refresh == 0) {
		reset(session);
		return;
	}
	session->feed.asked |= (uint8_t)families;
	learn_ask(session, families);
}

/* There is room: ask for what was missed. What the guard may still hold of it
 * from before ends with the refresh. */
static void
catch_up(struct session *session)
{
	struct feed *feed = &session->feed;
	unsigned families = feed->missed;

	/* The guard hears first that it does not have everything; and a
	 * channel that has no other end any more shows here. */
	report_change(session);
	if (!pump_state(session))
		return;
	feed->missed = 0;
	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1)
		if ((families & feed->told & bit) != 0 &&
		    session->state.refresh == 1)
			say_begin(session, bit);
	feed_again(session, families & ~(unsigned)feed->missed);
}

void
feed_turn(struct session *session)
{
	struct feed *feed = &session->feed;
	bool room = session->guard != NULL &&
		    channel_pending(session->guard) <= RESUME_AT;

	if (room && feed->missed != 0 && session->up != NULL)
		catch_up(session);
	if (room || session->guard == NULL)
		resume(session);
}

/* ---- routes ---- */

/* False when the guard could not be told all of it. */
static bool
tell(struct session *session, const struct update_nlri *part,
    const struct route_facts *facts)
{
	struct reader nlri = part->nlri;
	size_t left = part->n;

	while (nlri.left > 0) {
		struct unicast_msg msg;

		if (!unicast_msg_begin(
			&msg, session->guard, part->family, facts, left))
			return false;
		unicast_msg_read(&msg, &nlri);
		left -= msg.n;
		unicast_msg_end(&msg);
	}
	return true;
}

static void
take(struct session *session, const struct update_nlri *part,
    const struct route_facts *facts)
{
	struct feed *feed = &session->feed;
	unsigned family = part->family & (unsigned)FAMILY_UNICAST;

	if (family == 0 || part->n == 0)
		return;
	feed->heard |= (uint8_t)family;
	feed->window += part->n;
	feed->total += part->n;
	if ((feed->missed & family) != 0)
		return;
	if (!pump_state(session) || !tell(session, part, facts))
		lose(session, family);
	else
		feed->told |= (uint8_t)family;
}

void
feed_update(struct session *session, const struct update *update,
    const struct route_facts *facts)
{
	session->feed.heard_ms = loop_now_ms(session->loop);
	/* RFC 4271 4.3: a prefix in both ends up announced. */
	take(session, &update->withdrawn, NULL);
	take(session, &update->mp_unreach, NULL);
	take(session, &update->mp_reach, facts);
	take(session, &update->announced, facts);
	feed_room(session);
}

/* ---- life ---- */

int
feed_init(struct session *session)
{
	session->feed.stall = timer_new(session->loop, on_stall, session);
	session->feed.quiet = timer_new(session->loop, on_quiet, session);
	return session->feed.stall == NULL || session->feed.quiet == NULL ? -1
									  : 0;
}

void
feed_fini(struct session *session)
{
	timer_free(session->feed.stall);
	timer_free(session->feed.quiet);
}

void
feed_up(struct session *session)
{
	if (feed_families(session) != 0)
		wait_for_all(session);
}

void
feed_down(struct session *session)
{
	struct feed *feed = &session->feed;

	timer_stop(feed->stall);
	timer_stop(feed->quiet);
	feed->heard = 0;
	feed->told = 0;
	feed->missed = 0;
	feed->asked = 0;
	feed->begun = 0;
	feed->ended = 0;
	feed->fed = 0;
	feed->paused = false;
}

void
feed_guard(struct session *session)
{
	struct feed *feed = &session->feed;

	feed->told = 0;
	feed->asked = 0;
	/* Also of a family of which nothing has come, so that none is lost: the
	 * new guard has heard no begin and is to hear no end. */
	feed->begun = 0;
	lose(session, (unsigned)feed->heard | feed->ended);
}
