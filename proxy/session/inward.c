/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What we say to the peer: rules to our own routers; to customers nothing but
 * End-of-RIB and empty refreshes.
 */
#include "proxy/session/session.h"
#include "proxy/wire/refresh.h"
#include "proxy/wire/update_build.h"

/* Buffers filled in one turn: then timers and the guard have theirs. */
#define ROUNDS_MAX 32u

static void
on_more(void *ctx)
{
	inward_pump(ctx);
}

/* Begin to serve what was asked for, at most every few seconds. */
static void
serve(struct session *session)
{
	uint8_t families = session->asked;

	/* RFC 7313 4: no BoRR before our End-of-RIB; and one at a time. */
	families &= (uint8_t) ~(session->eor_due | session->eorr_due);
	if (session->up == NULL || session->asked == 0)
		return;
	session->asked &= (uint8_t)~families;
	if (session->state.refresh == 2) {
		session->borr_due |= families;
		session->eorr_due |= families;
	}
	for (unsigned bit = 1; session->out != NULL && bit <= FAMILY_ALL;
	     bit <<= 1)
		if ((families & FAMILY_FLOWSPEC & bit) != 0)
			adj_out_refresh(session->out, bit);
	session->serve_waits = true;
	timer_start(session->serve_timer, SESSION_REFRESH_MS, 0);
}

static void
on_serve(void *ctx)
{
	struct session *session = ctx;

	session->serve_waits = false;
	serve(session);
}

void
inward_asked(struct session *session, unsigned family)
{
	session->asked |= (uint8_t)family;
	if (!session->serve_waits)
		serve(session);
}

int
inward_init(struct session *session)
{
	session->serve_timer = timer_new(session->loop, on_serve, session);
	session->more = timer_new(session->loop, on_more, session);
	return session->serve_timer == NULL || session->more == NULL ? -1 : 0;
}

void
inward_fini(struct session *session)
{
	timer_free(session->serve_timer);
	timer_free(session->more);
}

void
inward_up(struct session *session)
{
	session->eor_due = session->state.families;
	if (session->out != NULL)
		adj_out_up(session->out, session->state.families);
}

void
inward_down(struct session *session)
{
	session->eor_due = 0;
	session->asked = 0;
	session->borr_due = 0;
	session->eorr_due = 0;
	if (session->out != NULL)
		adj_out_down(session->out);
}

static bool
is_due(const struct session *session, unsigned family)
{
	return session->out != NULL && adj_out_due(session->out, family) > 0;
}

/* End-of-RIB of our rules waits until the guard has told them all. */
static bool
may_end(const struct session *session, unsigned family)
{
	if (is_due(session, family))
		return false;
	return session->out == NULL || session->synced ||
	       (family & FAMILY_FLOWSPEC) == 0;
}

/* The marks behind the rules of a family. */
static unsigned
write_ends(struct session *session, struct writer *writer)
{
	unsigned n = 0;

	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1) {
		if ((session->eorr_due & bit) != 0 && !is_due(session, bit)) {
			refresh_encode(writer, bit, REFRESH_END);
			session->eorr_due &= (uint8_t)~bit;
		}
		if ((session->eor_due & bit) != 0 && may_end(session, bit)) {
			update_end_of_rib(writer, bit);
			session->eor_due &= (uint8_t)~bit;
			n++;
		}
	}
	return n;
}

/* Fill one buffer; the smallest marks always fit an empty one. */
static void
write_some(struct session *session, struct writer *writer)
{
	unsigned n = 0;

	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1)
		if ((session->borr_due & bit) != 0)
			refresh_encode(writer, bit, REFRESH_BEGIN);
	session->borr_due = 0;
	if (session->out != NULL)
		n = adj_out_build(session->out, writer);
	if (writer_room(writer) > 1024)
		n += write_ends(session, writer);
	session->state.updates_out += n;
	if (n > 0)
		report_count(session);
}

void
inward_pump(struct session *session)
{
	struct writer writer;

	for (unsigned i = 0; i < ROUNDS_MAX; i++) {
		if (session->up == NULL ||
		    !conn_update_begin(session->up->conn, &writer))
			return;
		write_some(session, &writer);
		if (writer.len == 0)
			return;
		conn_write_end(session->up->conn, &writer);
	}
	timer_start(session->more, 0, 0);
}

bool
inward_idle(const struct session *session)
{
	return session->up == NULL || (!is_due(session, FAMILY_FLOWSPEC) &&
					  conn_pending(session->up->conn) == 0);
}
