/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this the log that was signed last? */
#include "proxy/store/belief.h"

#include "proxy/common/log.h"

void
belief_begin(struct belief *belief, struct guard_link *guard, uint64_t now_ms)
{
	guard_link_doubt(guard);
	belief->by_ms = now_ms + BELIEF_MS;
}

void
belief_look(struct belief *belief, struct guard_link *guard,
    const struct sealing *sealing, uint64_t now_ms)
{
	enum seal_state state;

	if (belief->by_ms == 0)
		return;
	state = sealing_state(sealing);
	if (state == SEAL_ROLLED_BACK || state == SEAL_FORKED) {
		guard_link_believe(guard, false);
	} else if (sealing_compared(sealing) && state != SEAL_WAITING) {
		guard_link_believe(guard, true);
	} else if (now_ms >= belief->by_ms) {
		log_line(LOG_WARN,
		    "seal: %s what was signed last; live rules are restored",
		    state == SEAL_WAITING ? "no witness has said yet"
					  : "the signer has not said yet");
		guard_link_believe(guard, true);
	} else {
		return;
	}
	belief->by_ms = 0;
}
