/* SPDX-License-Identifier: BSD-2-Clause */
/* What the guard is told about the session itself. */
#include <inttypes.h>
#include <string.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/session/session.h"
#include "proxy/wire/writer.h"

static void
on_report(void *ctx)
{
	struct session *session = ctx;

	session->report_waits = false;
	session->state_due = true;
}

int
report_init(struct session *session)
{
	session->report_timer = timer_new(session->loop, on_report, session);
	session->state.head.len = sizeof(session->state);
	session->state.head.kind = MSG_SESSION_STATE;
	session->state.state = BGP_IDLE;
	session->state.since_ms = clock_boot_ms();
	return session->report_timer == NULL ? -1 : 0;
}

void
report_fini(struct session *session)
{
	timer_free(session->report_timer);
}

void
report_change(struct session *session)
{
	uint8_t a = session->slot[0].state;
	uint8_t b = session->slot[1].state;

	session->state.state = a > b ? a : b;
	session->state_due = true;
}

void
report_auth(struct session *session)
{
	const struct slot *slot = session->up;
	struct auth_state *auth = &session->state.auth;

	*auth = (struct auth_state){ 0 };
	if (slot == NULL)
		return;
	auth->kind = slot->socket.authenticated;
	if (auth->kind == AUTH_AO && slot->conn != NULL)
		(void)conn_auth(slot->conn, auth);
}

void
report_keepalive(const struct slot *slot)
{
	if (slot->socket.authenticated == AUTH_AO && slot == slot->session->up)
		report_count(slot->session);
}

void
report_nudge(struct session *session)
{
	if (session->up == NULL || session->up->conn == NULL)
		return;
	greet_keepalive(session->up);
	report_count(session);
}

void
report_count(struct session *session)
{
	if (session->report_waits || session->state_due)
		return;
	session->report_waits = true;
	timer_start(session->report_timer, SESSION_REPORT_MS, 0);
}

void
report_up(struct session *session)
{
	const struct slot *slot = session->up;
	struct msg_session_state *state = &session->state;
	struct writer id;

	state->up = 1;
	state->down = DOWN_NONE;
	state->families = greet_families(slot);
	state->complete = 0;
	state->refresh = 0;
	if (slot->open.has_refresh)
		state->refresh = slot->open.has_enhanced_refresh ? 2 : 1;
	/* As configured: without a key there is nothing to check. */
	state->authenticated = slot->socket.authenticated != 0 ||
			       session->config.authenticated == 0;
	state->hold_s = greet_hold(slot);
	state->since_ms = clock_boot_ms();
	state->established++;
	writer_init(&id, state->router_id, sizeof(state->router_id));
	writer_u32(&id, slot->open.bgp_id);
	state->local = slot->socket.local;
	state->remote = slot->socket.remote;
	state->code = 0;
	state->subcode = 0;
	state->sent_last = 0;
	state->text[0] = '\0';
	log_line(LOG_INFO,
	    "established: families=0x%02x hold=%u refresh=%u asn=%" PRIu32,
	    state->families, state->hold_s, state->refresh, slot->open.asn);
	report_change(session);
}

void
report_down(struct session *session, uint8_t down)
{
	struct msg_session_state *state = &session->state;

	state->up = 0;
	state->down = down;
	state->families = 0;
	state->complete = 0;
	state->refresh = 0;
	state->authenticated = 0;
	state->auth = (struct auth_state){ 0 };
	state->hold_s = 0;
	state->since_ms = clock_boot_ms();
	log_line(
	    down == DOWN_LOST || down == DOWN_CEASED ? LOG_REMOTE : LOG_INFO,
	    "down: %s", state->text);
	report_change(session);
	/* Said even when the next session comes up before there is room. */
	session->ended = *state;
	session->ended_due = true;
}
