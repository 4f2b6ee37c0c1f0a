/* SPDX-License-Identifier: BSD-2-Clause */
/* A new log, a new key, a full look. */
#include "proxy/store/acts.h"

#include <stdio.h>

#include "proxy/common/log.h"
#include "proxy/store/begin.h"

static void
act_renew(struct acts *acts, const struct msg_audit_act *msg,
    struct msg_audit_acted *out)
{
	out->ok = begin_renew(acts->path, msg->operator_name, msg->text) == 0;
	if (!out->ok) {
		(void)snprintf(out->text, sizeof(out->text),
		    "the wish cannot be kept in %.200s", acts->path);
		return;
	}
	log_line(LOG_WARN, "log: %s wants a new one: %s", msg->operator_name,
	    msg->text);
	(void)snprintf(out->text, sizeof(out->text),
	    "the log %s is set aside, a new one begins", acts->origin);
	acts->renewing = true;
}

/* One after the other, so that entries lead from each key to the next. */
static void
act_rotate(struct acts *acts, const struct msg_audit_act *msg,
    struct msg_audit_acted *out)
{
	bool busy = notes_wanted(acts->notes, NOTES_KEY) ||
		    sealing_rotating(acts->sealing);

	out->ok = !busy && sealing_rotate(acts->sealing) == 0;
	if (out->ok)
		(void)snprintf(acts->rotated_by, sizeof(acts->rotated_by), "%s",
		    msg->operator_name);
	(void)snprintf(out->text, sizeof(out->text), "%s",
	    busy ? "the log does not tell of the last new key yet; try again"
	    : out->ok ? "asked; the log will tell of the new key"
		      : "the signer is not there");
}

void
acts_do(struct acts *acts, const struct msg_audit_act *msg,
    struct msg_audit_acted *out)
{
	if (msg->act == AUDIT_RENEW) {
		act_renew(acts, msg, out);
	} else if (msg->act == AUDIT_ROTATE) {
		log_line(LOG_INFO, "seal: %s wants a new key: %s",
		    msg->operator_name, msg->text);
		act_rotate(acts, msg, out);
	} else {
		out->ok = scrub_ask(acts->scrub);
		(void)snprintf(out->text, sizeof(out->text), "%s",
		    out->ok ? "begun; the status will tell"
			    : "a look is under way");
	}
}
