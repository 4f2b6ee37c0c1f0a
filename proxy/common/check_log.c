/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on what is said of the log: its keys, its seal, its octets. */
#include "proxy/common/check.h"

#include <string.h>

bool
check_cfg_log(const struct msg_cfg_log *msg)
{
	if (msg->name[0] == '\0' || msg->key_path[0] != '/' ||
	    !check_text(msg->name, sizeof(msg->name)) ||
	    !check_text(msg->key_path, sizeof(msg->key_path)) ||
	    !check_text(msg->syslog_path, sizeof(msg->syslog_path)) ||
	    msg->n_witnesses > WITNESSES_MAX ||
	    msg->n_cosigned > COSIGNED_MAX ||
	    !check_address(&msg->listen, true) ||
	    (msg->listen.afi != AFI_NONE && msg->listen.port == 0))
		return false;
	for (uint32_t i = 0; i < msg->n_witnesses; i++) {
		const struct log_witness *witness = &msg->witness[i];

		if (witness->url[0] == '\0' || witness->vkey[0] == '\0' ||
		    !check_text(witness->url, sizeof(witness->url)) ||
		    !check_text(witness->vkey, sizeof(witness->vkey)))
			return false;
	}
	for (uint32_t i = 0; i < msg->n_cosigned; i++) {
		if (msg->cosigned[i][0] == '\0' ||
		    !check_text(msg->cosigned[i], sizeof(msg->cosigned[i])))
			return false;
	}
	return true;
}

bool
check_audit_raw(const struct msg_audit_raw *msg)
{
	size_t len = sizeof(*msg) + msg->len;

	return msg->what >= AUDIT_RECORD && msg->what <= AUDIT_INDEX &&
	       msg->len <= AUDIT_RAW_MAX &&
	       ((len + 7) & ~(size_t)7) == msg->head.len &&
	       (msg->what == AUDIT_RECORD) == (msg->len > 0);
}

static bool
seal_texts(const struct msg_audit_seal *msg)
{
	return check_text(msg->origin, sizeof(msg->origin)) &&
	       check_text(msg->vkey, sizeof(msg->vkey)) &&
	       check_text(msg->old_vkey, sizeof(msg->old_vkey)) &&
	       check_text(msg->cosigner, sizeof(msg->cosigner)) &&
	       check_text(msg->text, sizeof(msg->text)) &&
	       check_text(msg->scrub_text, sizeof(msg->scrub_text)) &&
	       check_text(msg->begun_text, sizeof(msg->begun_text));
}

bool
check_audit_seal(const struct msg_audit_seal *msg)
{
	if (msg->state > SEAL_FAILED || msg->damaged > 1 || msg->renewed > 1 ||
	    msg->n_witnesses > WITNESSES_MAX || msg->note_len > NOTE_MAX ||
	    memchr(msg->note, 0, msg->note_len) != NULL || !seal_texts(msg))
		return false;
	for (uint32_t i = 0; i < msg->n_witnesses; i++) {
		const struct seal_witness *witness = &msg->witness[i];

		if (!check_text(witness->name, sizeof(witness->name)) ||
		    !check_text(witness->text, sizeof(witness->text)))
			return false;
	}
	return true;
}
