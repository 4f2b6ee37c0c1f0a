/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wall clock is only for people: nothing is decided by it but what a reboot
 * has left. When somebody sets it, entries' times jump; that is put on record,
 * so that who reads the log can tell.
 */
#include <inttypes.h>
#include <stdio.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/guard/guard.h"

#define STEP_NS       INT64_C(1000000000)
#define NOTE_EVERY_MS 60000u

static int64_t
rounded_ms(int64_t ns)
{
	return (ns + (ns < 0 ? -500000 : 500000)) / 1000000;
}

/* A clock that does not stand still must not fill the log: what is less than a
 * minute after the last entry is added to the next. */
static void
note(struct guard *guard)
{
	uint64_t now = loop_now_ms(guard->loop);
	int64_t ms = rounded_ms(guard->step_ns);

	if (guard->step_ns == 0 || !guard->loaded ||
	    (guard->step_noted_ms != 0 &&
		now - guard->step_noted_ms < NOTE_EVERY_MS) ||
	    !journal_room(guard->journal, true))
		return;
	guard_entry_begin(guard, ENTRY_FEED);
	(void)snprintf(guard->entry.text, sizeof(guard->entry.text),
	    "wall clock stepped by %s%" PRId64 ".%03" PRId64 " s",
	    ms < 0 ? "-" : "", (ms < 0 ? -ms : ms) / 1000,
	    (ms < 0 ? -ms : ms) % 1000);
	(void)guard_entry_append(guard, NULL);
	guard->step_noted_ms = now;
	guard->step_ns = 0;
}

void
clock_step_second(struct guard *guard)
{
	int64_t offset = (int64_t)(clock_wall_ns() - clock_boot_ns());
	int64_t step = (int64_t)((uint64_t)offset - (uint64_t)guard->offset_ns);

	if (!guard->offset_known || step > STEP_NS || step < -STEP_NS) {
		if (guard->offset_known) {
			log_line(LOG_WARN, "clock: stepped: ms=%" PRId64,
			    rounded_ms(step));
			guard->step_ns = (int64_t)((uint64_t)guard->step_ns +
						   (uint64_t)step);
		}
		guard->offset_known = true;
		guard->offset_ns = offset;
	}
	note(guard);
}
