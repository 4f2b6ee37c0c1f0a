/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug lines of a session. */
#include "proxy/session/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX 192

/* Append ",word", or "word" to nothing. */
static void
word_add(char words[WORDS_MAX], const char *word)
{
	size_t used = strlen(words);

	(void)snprintf(
	    &words[used], WORDS_MAX - used, "%s%s", used == 0 ? "" : ",", word);
}

static const char *
families_words(unsigned families, char words[WORDS_MAX])
{
	words[0] = '\0';
	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1) {
		if ((families & bit) != 0)
			word_add(words, family_name(bit));
	}
	return words[0] == '\0' ? "none" : words;
}

void
trace_fsm_print(const struct slot *slot, enum fsm_event event, unsigned before)
{
	log_line(LOG_DEBUG, "fsm: %s to %s: event=%s connection=%s",
	    fsm_state_name(before), fsm_state_name(slot->state),
	    fsm_event_name(event),
	    slot->direction == SOCKET_ACTIVE ? "dialled" : "accepted");
}

void
trace_open_print(const struct open *open, bool sent)
{
	const struct {
		bool has;
		const char *name;
	} capabilities[] = {
		{ open->has_multiprotocol, "multiprotocol" },
		{ open->has_refresh, "route-refresh" },
		{ open->has_extended_message, "extended-message" },
		{ open->has_role, "role" },
		{ open->has_graceful_restart, "graceful-restart" },
		{ open->has_as4, "as4" },
		{ open->has_enhanced_refresh, "enhanced-refresh" },
	};
	char families[WORDS_MAX], words[WORDS_MAX] = "";

	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]);
	     i++) {
		if (capabilities[i].has)
			word_add(words, capabilities[i].name);
	}
	log_line(LOG_DEBUG,
	    "OPEN %s: asn=%" PRIu32 " hold=%u id=%u.%u.%u.%u families=%s "
	    "capabilities=%s",
	    sent ? "sent" : "received", open->asn, open->hold_s,
	    open->bgp_id >> 24, open->bgp_id >> 16 & 255,
	    open->bgp_id >> 8 & 255, open->bgp_id & 255,
	    families_words(open->families, families),
	    words[0] == '\0' ? "none" : words);
}

void
trace_update_print(const struct update *update, size_t octets)
{
	static const char *const outcomes[] = {
		[UPDATE_RESET] = "reset",
		[UPDATE_WITHDRAW] = "treat-as-withdraw",
		[UPDATE_USE] = "used",
	};
	char families[WORDS_MAX];
	uint8_t family;

	if (update_is_end_of_rib(update, &family)) {
		log_line(LOG_DEBUG, "End-of-RIB received: family=%s",
		    family_name(family));
		return;
	}
	log_line(LOG_DEBUG,
	    "UPDATE received: octets=%zu families=%s announced=%u "
	    "withdrawn=%u outcome=%s%s%s",
	    octets,
	    families_words(update->mp_reach.family | update->mp_unreach.family |
			       update->announced.family |
			       update->withdrawn.family,
		families),
	    (unsigned)update->mp_reach.n + update->announced.n,
	    (unsigned)update->mp_unreach.n + update->withdrawn.n,
	    outcomes[update->outcome],
	    update->fault == WIRE_OK ? "" : " fault=",
	    update->fault == WIRE_OK ? "" : fault_name(update->fault));
}

void
trace_refresh_print(unsigned families, unsigned subtype, bool sent)
{
	static const char *const names[] = {
		[REFRESH_REQUEST] = "request",
		[REFRESH_BEGIN] = "begin",
		[REFRESH_END] = "end",
	};
	char words[WORDS_MAX];

	log_line(LOG_DEBUG, "ROUTE-REFRESH %s: families=%s subtype=%s",
	    sent ? "sent" : "received", families_words(families, words),
	    subtype <= REFRESH_END ? names[subtype] : "unknown");
}
