/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators are shown of an entry of the log. */
#include "proxy/control/view.h"

/* A text that may be empty: then it is left out. */
static void
put_some(struct json *to, const char *key, const char *text)
{
	if (text[0] != '\0')
		json_put_text(to, key, text);
}

static void
put_family(struct json *to, unsigned afi)
{
	if (afi == AFI_IPV4)
		json_put_text(to, "family", "ipv4-flowspec");
	else if (afi == AFI_IPV6)
		json_put_text(to, "family", "ipv6-flowspec");
}

static void
put_subject(struct json *to, const struct entry *entry)
{
	if (entry_is_of_rule(entry))
		json_put_number(to, "id", entry->rule_id);
	if (entry->has_rule != 0 || entry->raw_len > 0)
		put_family(to, entry->rule.afi);
	if (entry->has_rule != 0)
		view_put_rule(to, &entry->rule, &entry->actions);
	if (entry->raw_len > 0)
		view_put_hex(to, "raw", entry->raw, entry->raw_len);
}

static void
put_verdict(struct json *to, const struct entry *entry)
{
	if (entry_is_of_rule(entry))
		json_put_text(to, "state", state_name(entry->state));
	if (entry_is_of_rule(entry) || entry->reason != REASON_UNJUDGED)
		view_put_reason(to, entry->reason);
	if (entry->check != CHECK_NONE)
		json_put_text(to, "check", check_name(entry->check));
	put_some(to, "evidence", entry->evidence);
	put_some(to, "text", entry->text);
	if (entry->count > 0)
		json_put_number(to, "count", entry->count);
	if (entry_is_of_rule(entry))
		json_put_bool(to, "approved", entry->approved != 0);
	if (entry->lifetime_ms > 0)
		json_put_number(to, "lifetime", entry->lifetime_ms / 1000);
	if (entry->wish.lifetime_s > 0 || entry->wish.dry_run != 0)
		view_put_wish(to, "wish", &entry->wish);
}

struct json *
view_entry(const struct entry *entry)
{
	struct json *json = json_new();

	json_put_number(json, "seq", entry->seq);
	view_put_time(json, "time", entry->wall_ns);
	json_put_text(json, "kind", entry_kind_name(entry->kind));
	put_some(json, "customer", entry->customer);
	put_some(json, "session", entry->session);
	put_some(json, "operator", entry->operator_name);
	put_subject(json, entry);
	put_verdict(json, entry);
	view_put_hex(json, "boot_id", entry->boot_id, sizeof(entry->boot_id));
	view_put_hex(json, "config_hash", entry->config_hash,
	    sizeof(entry->config_hash));
	return json;
}
