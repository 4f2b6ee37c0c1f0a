/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a session tells an engineer who has set its log to debug. Where that is
 * off, each of these is one comparison.
 */
#pragma once

#include "proxy/common/log.h"
#include "proxy/session/session.h"
#include "proxy/wire/refresh.h"

/* The FSM of a connection went from one state to another. */
void trace_fsm_print(
    const struct slot *slot, enum fsm_event event, unsigned before);
/* An OPEN, as sent or as received (perhaps a faulty one). */
void trace_open_print(const struct open *open, bool sent);
/* An UPDATE of so many octets. */
void trace_update_print(const struct update *update, size_t octets);
/* A ROUTE-REFRESH, either way, of these families. */
void trace_refresh_print(unsigned families, unsigned subtype, bool sent);

static inline void
trace_fsm(const struct slot *slot, enum fsm_event event, unsigned before)
{
	if (log_wants(LOG_DEBUG))
		trace_fsm_print(slot, event, before);
}

static inline void
trace_open(const struct open *open, bool sent)
{
	if (log_wants(LOG_DEBUG))
		trace_open_print(open, sent);
}

static inline void
trace_update(const struct update *update, size_t octets)
{
	if (log_wants(LOG_DEBUG))
		trace_update_print(update, octets);
}

static inline void
trace_refresh(unsigned families, unsigned subtype, bool sent)
{
	if (log_wants(LOG_DEBUG))
		trace_refresh_print(families, subtype, sent);
}
