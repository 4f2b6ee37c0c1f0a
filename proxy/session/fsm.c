/* SPDX-License-Identifier: BSD-2-Clause */
/* The BGP finite state machine: the table of RFC 4271 8.2.2. */
#include "proxy/session/fsm.h"

#include <stdio.h>
#include <string.h>

#include "proxy/wire/notification.h"

/* Ends of a connection, by who is told. */
#define TELL    (FSM_NOTIFY | FSM_CLOSE | FSM_IDLE_HOLD)
#define HANG_UP (FSM_CLOSE | FSM_IDLE_HOLD)

/* X(state, event, next, code, effects): one row per legal pair. */
#define FSM_TABLE(X)                                                           \
	X(IDLE, START, CONNECT, 0, FSM_RETRY_START | FSM_DIAL)                 \
	X(IDLE, START_PASSIVE, ACTIVE, 0, 0)                                   \
	X(IDLE, STOP, IDLE, 0, 0)                                              \
                                                                               \
	X(CONNECT, STOP, IDLE, 0, FSM_RETRY_STOP)                              \
	X(CONNECT, RETRY, CONNECT, 0, FSM_RETRY_START | FSM_DIAL)              \
	X(CONNECT, TCP_UP, OPEN_SENT, 0,                                       \
	    FSM_RETRY_STOP | FSM_SEND_OPEN | FSM_OPEN_WAIT)                    \
	X(CONNECT, TCP_DOWN, ACTIVE, 0, FSM_RETRY_START)                       \
                                                                               \
	X(ACTIVE, STOP, IDLE, 0, FSM_RETRY_STOP)                               \
	X(ACTIVE, RETRY, CONNECT, 0, FSM_RETRY_START | FSM_DIAL)               \
	X(ACTIVE, TCP_UP, OPEN_SENT, 0,                                        \
	    FSM_RETRY_STOP | FSM_SEND_OPEN | FSM_OPEN_WAIT)                    \
	X(ACTIVE, TCP_DOWN, ACTIVE, 0, 0)                                      \
                                                                               \
	X(OPEN_SENT, STOP, IDLE, 0, TELL)                                      \
	X(OPEN_SENT, HOLD, IDLE, NOTIFICATION_HOLD_TIMER, TELL)                \
	X(OPEN_SENT, SEND_HOLD, IDLE, NOTIFICATION_SEND_HOLD_TIMER, TELL)      \
	X(OPEN_SENT, TCP_DOWN, ACTIVE, 0, FSM_CLOSE | FSM_RETRY_START)         \
	X(OPEN_SENT, OPEN, OPEN_CONFIRM, 0,                                    \
	    FSM_SEND_KEEPALIVE | FSM_KEEPALIVE_START | FSM_HOLD_START)         \
	X(OPEN_SENT, HEADER_FAULT, IDLE, 0, TELL)                              \
	X(OPEN_SENT, OPEN_FAULT, IDLE, 0, TELL)                                \
	X(OPEN_SENT, COLLISION, IDLE, 0, FSM_NOTIFY | FSM_CLOSE)               \
	X(OPEN_SENT, NOTIFICATION, IDLE, 0, HANG_UP)                           \
                                                                               \
	X(OPEN_CONFIRM, STOP, IDLE, 0, TELL)                                   \
	X(OPEN_CONFIRM, HOLD, IDLE, NOTIFICATION_HOLD_TIMER, TELL)             \
	X(OPEN_CONFIRM, KEEPALIVE_DUE, OPEN_CONFIRM, 0,                        \
	    FSM_SEND_KEEPALIVE | FSM_KEEPALIVE_START)                          \
	X(OPEN_CONFIRM, SEND_HOLD, IDLE, NOTIFICATION_SEND_HOLD_TIMER, TELL)   \
	X(OPEN_CONFIRM, TCP_DOWN, IDLE, 0, HANG_UP)                            \
	X(OPEN_CONFIRM, HEADER_FAULT, IDLE, 0, TELL)                           \
	X(OPEN_CONFIRM, OPEN_FAULT, IDLE, 0, TELL)                             \
	X(OPEN_CONFIRM, COLLISION, IDLE, 0, FSM_NOTIFY | FSM_CLOSE)            \
	X(OPEN_CONFIRM, NOTIFICATION, IDLE, 0, HANG_UP)                        \
	X(OPEN_CONFIRM, KEEPALIVE, ESTABLISHED, 0, FSM_HOLD_START | FSM_UP)    \
                                                                               \
	X(ESTABLISHED, STOP, IDLE, 0, FSM_DOWN | TELL)                         \
	X(ESTABLISHED, HOLD, IDLE, NOTIFICATION_HOLD_TIMER, FSM_DOWN | TELL)   \
	X(ESTABLISHED, KEEPALIVE_DUE, ESTABLISHED, 0,                          \
	    FSM_SEND_KEEPALIVE | FSM_KEEPALIVE_START)                          \
	X(ESTABLISHED, SEND_HOLD, IDLE, NOTIFICATION_SEND_HOLD_TIMER,          \
	    FSM_DOWN | TELL)                                                   \
	X(ESTABLISHED, TCP_DOWN, IDLE, 0, FSM_DOWN | HANG_UP)                  \
	X(ESTABLISHED, HEADER_FAULT, IDLE, 0, FSM_DOWN | TELL)                 \
	X(ESTABLISHED, NOTIFICATION, IDLE, 0, FSM_DOWN | HANG_UP)              \
	X(ESTABLISHED, KEEPALIVE, ESTABLISHED, 0, FSM_HOLD_START)              \
	X(ESTABLISHED, UPDATE, ESTABLISHED, 0, FSM_HOLD_START | FSM_UPDATE)    \
	X(ESTABLISHED, UPDATE_FAULT, IDLE, 0, FSM_DOWN | TELL)                 \
	X(ESTABLISHED, REFRESH, ESTABLISHED, 0, FSM_HOLD_START | FSM_REFRESH)  \
	X(ESTABLISHED, REFRESH_FAULT, IDLE, 0, FSM_DOWN | TELL)

static const struct fsm_step table[FSM_STATES][FSM_EVENTS] = {
#define X(state, event, after, number, what)                                   \
	[BGP_##state][FSM_EV_##event] = { .next = BGP_##after,                 \
		.code = (number),                                              \
		.listed = 1,                                                   \
		.effects = (what) },
	FSM_TABLE(X)
#undef X
};

/* RFC 6608: subcode 1 in OpenSent, 2 in OpenConfirm, 3 in Established. */
static struct fsm_step
error_step(unsigned state)
{
	struct fsm_step step = {
		.next = BGP_IDLE,
		.code = NOTIFICATION_FSM,
		.effects = FSM_RETRY_STOP | FSM_IDLE_HOLD,
	};

	if (state < BGP_OPEN_SENT || state > BGP_ESTABLISHED)
		return step;
	step.effects = TELL;
	step.subcode = NOTIFICATION_FSM_OPEN_SENT;
	if (state == BGP_OPEN_CONFIRM)
		step.subcode = NOTIFICATION_FSM_OPEN_CONFIRM;
	if (state == BGP_ESTABLISHED) {
		step.subcode = NOTIFICATION_FSM_ESTABLISHED;
		step.effects |= FSM_DOWN;
	}
	return step;
}

struct fsm_step
fsm_step(unsigned state, unsigned event)
{
	if (state >= FSM_STATES || event >= FSM_EVENTS ||
	    !table[state][event].listed)
		return error_step(state);
	return table[state][event];
}

const char *
fsm_state_name(unsigned state)
{
	static const char *const names[FSM_STATES] = {
		[BGP_IDLE] = "Idle",
		[BGP_CONNECT] = "Connect",
		[BGP_ACTIVE] = "Active",
		[BGP_OPEN_SENT] = "OpenSent",
		[BGP_OPEN_CONFIRM] = "OpenConfirm",
		[BGP_ESTABLISHED] = "Established",
	};

	if (state >= FSM_STATES || names[state] == NULL)
		return "?";
	return names[state];
}

const char *
fsm_event_name(unsigned event)
{
	static const char *const names[FSM_EVENTS] = {
#define X(symbol, name, number) [FSM_EV_##symbol] = (name),
		FSM_EVENT_MAP(X)
#undef X
	};

	return event < FSM_EVENTS ? names[event] : "?";
}

/* " notify=5/1 close …" */
static void
print_effects(const struct fsm_step *step, char *buf, size_t size)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} effects[] = {
#define X(symbol, bit, name) { (bit), (name) },
		FSM_EFFECT_MAP(X)
#undef X
	};
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++) {
		if ((step->effects & effects[i].bit) == 0 || at >= size)
			continue;
		at += (size_t)snprintf(
		    &buf[at], size - at, " %s", effects[i].name);
		if (effects[i].bit == FSM_NOTIFY && step->code != 0 &&
		    at < size)
			at += (size_t)snprintf(&buf[at], size - at, "=%u/%u",
			    step->code, step->subcode);
	}
}

size_t
fsm_print(char *buf, size_t size)
{
	size_t at = 0;

	for (unsigned state = BGP_IDLE; state < FSM_STATES; state++) {
		for (unsigned event = 0; event < FSM_EVENTS; event++) {
			struct fsm_step step = fsm_step(state, event);
			char effects[256];
			size_t room = at < size ? size - at : 0;

			print_effects(&step, effects, sizeof(effects));
			at += (size_t)snprintf(room > 0 ? &buf[at] : NULL, room,
			    "%s, %s: %s%s%s\n", fsm_state_name(state),
			    fsm_event_name(event),
			    step.listed ? "" : "(error) ",
			    fsm_state_name(step.next), effects);
		}
	}
	return at;
}
