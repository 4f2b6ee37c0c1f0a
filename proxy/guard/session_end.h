/* SPDX-License-Identifier: BSD-2-Clause */
/* How a session ended, to be shown when another process has begun. */
#pragma once

#include <stdint.h>

#include "proxy/common/message.h"

/* As in its state; no text: none has ended. */
struct session_end {
	uint8_t code;
	uint8_t subcode;
	uint8_t sent_last;
	struct address remote; /* of a range's place: who had it */
	char text[sizeof(((struct msg_session_state *)0)->text)];
};
