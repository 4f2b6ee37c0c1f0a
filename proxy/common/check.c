/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on what another role sent: everything is a stranger's here. */
#include "proxy/common/check.h"

#include <endian.h>
#include <string.h>

bool
check_zero(const uint8_t *octets, size_t n)
{
	uint8_t all = 0;

	for (size_t i = 0; i < n; i++)
		all |= octets[i];
	return all == 0;
}

bool
check_text(const char *text, size_t size)
{
	return memchr(text, 0, size) != NULL;
}

bool
check_address(const struct address *address, bool may_be_any)
{
	size_t octets = afi_bits(address->afi) / 8;

	if (address->zero != 0 || (octets == 0 && address->afi != AFI_NONE))
		return false;
	if (octets == 0 && !may_be_any)
		return false;
	if (address->scope != 0 && address->afi != AFI_IPV6)
		return false;
	return check_zero(&address->addr[octets], ADDRESS_MAX - octets);
}

bool
check_family(unsigned family)
{
	return family != 0 && (family & ~(unsigned)FAMILY_ALL) == 0 &&
	       (family & (family - 1)) == 0;
}

unsigned
check_rule_afi(unsigned family)
{
	if (!check_family(family) || (family & FAMILY_FLOWSPEC) == 0)
		return AFI_NONE;
	return family_afi(family);
}

bool
check_reason(unsigned reason)
{
	return reason == REASON_ACCEPTED ||
	       strcmp(reason_name(reason), "?") != 0;
}

bool
check_rule_tail(const struct msg_head *head, const struct rule *rule,
    unsigned family, size_t raw_len, const uint8_t **raw)
{
	size_t offset = (size_t)((const uint8_t *)rule - (const uint8_t *)head);
	size_t size, end;

	if (offset + RULE_SIZE_MIN > head->len || raw_len > ENTRY_RAW_MAX ||
	    rule->n_terms > RULE_TERMS_MAX)
		return false;
	size = RULE_SIZE_MIN + rule->n_terms * sizeof(rule->terms[0]);
	end = offset + size + raw_len;
	if (((end + 7) & ~(size_t)7) != head->len)
		return false;
	if (family != 0 && check_rule_afi(family) != rule->afi)
		return false;
	if (raw != NULL)
		*raw = (const uint8_t *)rule + size;
	return rule_valid(rule, size);
}

bool
check_rule_announce(const struct msg_rule_announce *msg, const uint8_t **raw)
{
	return check_rule_afi(msg->family) != AFI_NONE && msg->more <= 1 &&
	       check_zero(msg->zero, sizeof(msg->zero)) &&
	       wish_valid(&msg->wish) && msg->wire_reason != REASON_UNJUDGED &&
	       check_reason(msg->wire_reason) && action_valid(&msg->actions) &&
	       check_rule_tail(
		   &msg->head, &msg->rule, msg->family, msg->raw_len, raw);
}

bool
check_rule_withdraw(const struct msg_rule_withdraw *msg)
{
	return check_rule_afi(msg->family) != AFI_NONE && msg->more <= 1 &&
	       check_zero(msg->zero, sizeof(msg->zero)) &&
	       check_rule_tail(&msg->head, &msg->rule, msg->family, 0, NULL);
}

bool
check_rule_refused(const struct msg_rule_refused *msg, const uint8_t **raw)
{
	size_t end = sizeof(*msg) + msg->raw_len;

	if (raw != NULL)
		*raw = (const uint8_t *)(msg + 1);
	return check_rule_afi(msg->family) != AFI_NONE &&
	       check_zero(msg->zero, 3) && msg->raw_len <= ENTRY_RAW_MAX &&
	       ((end + 7) & ~(size_t)7) == msg->head.len &&
	       msg->reason != REASON_UNJUDGED &&
	       msg->reason != REASON_ACCEPTED && check_reason(msg->reason) &&
	       check_text(msg->fault, sizeof(msg->fault));
}

bool
check_guard_past(const struct msg_guard_past *msg)
{
	return msg->safe_ms <= GUARD_SAFE_MAX_MS;
}

bool
check_guard_suspect(const struct msg_guard_suspect *msg)
{
	return check_rule_tail(&msg->head, &msg->rule, 0, 0, NULL);
}

bool
check_out_rule(const struct msg_out_rule *msg)
{
	return check_rule_afi(msg->family) != AFI_NONE &&
	       check_zero(msg->zero, 3) && action_valid(&msg->actions) &&
	       check_rule_tail(&msg->head, &msg->rule, msg->family, 0, NULL);
}

bool
check_facts(const struct route_facts *facts)
{
	bool born_inside = (facts->flags & ROUTE_INTERNAL) != 0;
	bool reflected = (facts->flags & ROUTE_REFLECTED) != 0;

	if ((facts->flags & ~(unsigned)ROUTE_FLAGS) != 0 ||
	    facts->origin > ROUTE_INCOMPLETE ||
	    !check_zero(facts->zero, sizeof(facts->zero)))
		return false;
	if (!reflected && facts->originator_id != 0)
		return false;
	/* Where there is an AS, the path has a length. */
	if (born_inside != (facts->path_length == 0))
		return false;
	return !born_inside ||
	       (facts->neighbor_as == 0 && facts->origin_as == 0);
}

/* 1.2 million of these come at once: nothing is decided before the end. */
static bool
prefixes4_valid(const struct unicast4 *prefix, unsigned n)
{
	uint32_t bad = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned len = prefix[i].len;
		uint64_t host = UINT64_C(0xffffffff) >> (len & 63);

		bad |= len > 32;
		bad |= prefix[i].addr & (uint32_t)host;
		bad |= (uint32_t)prefix[i].zero[0] | prefix[i].zero[1] |
		       prefix[i].zero[2];
	}
	return bad == 0;
}

/* The bits of a word of an address that lie behind the prefix; the word begins
 * at bit first. Network order, as the octets are. */
static uint64_t
host_bits(unsigned len, unsigned first)
{
	if (len <= first)
		return UINT64_MAX;
	if (len >= first + 64)
		return 0;
	return htobe64(UINT64_MAX >> (len - first));
}

static bool
prefixes6_valid(const struct unicast6 *prefix, unsigned n)
{
	uint64_t bad = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned len = prefix[i].len;
		uint64_t word[2];

		memcpy(word, prefix[i].addr, sizeof(word));
		bad |= len > 128;
		bad |= word[0] & host_bits(len, 0);
		bad |= word[1] & host_bits(len, 64);
		bad |= !check_zero(prefix[i].zero, sizeof(prefix[i].zero));
	}
	return bad == 0;
}

bool
check_unicast(const struct msg_unicast *msg)
{
	static const struct route_facts none;
	const void *prefixes = msg + 1;
	bool is4 = msg->family == FAMILY_IPV4_UNICAST;
	size_t each = is4 ? sizeof(struct unicast4) : sizeof(struct unicast6);

	if ((!is4 && msg->family != FAMILY_IPV6_UNICAST) || msg->n == 0 ||
	    msg->n > (is4 ? UNICAST4_MAX : UNICAST6_MAX) ||
	    sizeof(*msg) + msg->n * each != msg->head.len || msg->withdraw > 1)
		return false;
	if (msg->withdraw ? memcmp(&msg->facts, &none, sizeof(none)) != 0
			  : !check_facts(&msg->facts))
		return false;
	return is4 ? prefixes4_valid(prefixes, msg->n)
		   : prefixes6_valid(prefixes, msg->n);
}

bool
check_ignore(const struct ignore *ignore)
{
	if (ignore->n_communities > IGNORE_COMMUNITIES_MAX ||
	    ignore->n_originators > IGNORE_ORIGINATORS_MAX)
		return false;
	for (uint32_t i = 0; i < ignore->n_communities; i++) {
		const struct community *community = &ignore->community[i];

		if (community->kind < COMMUNITY_STANDARD ||
		    community->kind > COMMUNITY_LARGE)
			return false;
	}
	return true;
}

bool
check_auth(const struct auth_state *auth)
{
	return auth->kind <= AUTH_AO &&
	       check_zero(auth->zero, sizeof(auth->zero));
}

bool
check_peer_auth(const struct msg_peer_auth *msg)
{
	return msg->zero == 0 && check_auth(&msg->auth);
}

bool
check_session_state(const struct msg_session_state *msg)
{
	unsigned families = FAMILY_ALL;

	return msg->state >= BGP_IDLE && msg->state <= BGP_ESTABLISHED &&
	       msg->up <= 1 && msg->down <= DOWN_CLOSED &&
	       (msg->families & ~families) == 0 &&
	       (msg->complete & ~families) == 0 && msg->refresh <= 2 &&
	       msg->authenticated <= 1 && msg->sent_last <= 1 &&
	       check_address(&msg->local, true) &&
	       check_address(&msg->remote, true) && check_auth(&msg->auth) &&
	       check_text(msg->text, sizeof(msg->text));
}
