/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts that several views share. */
#include "proxy/control/view.h"

#include <assert.h>

#include "policy/customer.h"
#include "policy/reason.h"
#include "proxy/control/when.h"

#define HEX_MAX (ENTRY_RAW_MAX > RULE_KEY_MAX ? ENTRY_RAW_MAX : RULE_KEY_MAX)

void
view_put_time(struct json *to, const char *key, uint64_t wall_ns)
{
	char text[WHEN_TEXT_MAX];

	if (wall_ns == 0)
		json_put_null(to, key);
	else
		json_put_text(to, key, when_print(wall_ns, text, sizeof(text)));
}

void
view_hex(const uint8_t *octets, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[octets[i] >> 4];
		out[2 * i + 1] = digits[octets[i] & 15];
	}
	out[2 * n] = '\0';
}

void
view_put_hex(struct json *to, const char *key, const uint8_t *octets, size_t n)
{
	char text[2 * HEX_MAX + 1];

	assert(n <= HEX_MAX);
	view_hex(octets, n, text);
	json_put_text(to, key, text);
}

void
view_put_reason(struct json *to, unsigned reason)
{
	json_put_text(to, "reason", reason_name(reason));
	json_put_number(to, "reason_number", reason);
	json_put_text(to, "detail", reason_text(reason));
}

void
view_put_limit(struct json *to, const char *key, uint32_t limit)
{
	if (limit == UINT32_MAX)
		json_put_null(to, key);
	else
		json_put_number(to, key, limit);
}

void
view_put_some(struct json *to, const char *key, const char *text)
{
	if (text[0] == '\0')
		json_put_null(to, key);
	else
		json_put_text(to, key, text);
}

void
view_put_wish(struct json *to, const char *key, const struct wish *wish)
{
	struct json *json;

	if (wish->lifetime_s == 0 && wish->dry_run == 0) {
		json_put_null(to, key);
		return;
	}
	json = json_new();
	if (wish->lifetime_s == 0)
		json_put_null(json, "lifetime");
	else
		json_put_number(json, "lifetime", wish->lifetime_s);
	json_put_bool(json, "dry_run", wish->dry_run != 0);
	json_put(to, key, json);
}

struct json *
view_pair(
    const char *all_name, uint32_t all, const char *part_name, uint32_t part)
{
	struct json *json = json_new();

	json_put_number(json, all_name, all);
	json_put_number(json, part_name, part);
	return json;
}

void
view_put_states(struct json *to, const uint32_t by_state[STATE_COUNT])
{
	for (unsigned i = 0; i < STATE_COUNT; i++)
		json_put_number(to, state_name(i), by_state[i]);
}

const char *
view_mode(unsigned mode)
{
	switch (mode) {
	case CUSTOMER_OFF:
		return "off";
	case CUSTOMER_MONITOR:
		return "monitor";
	case CUSTOMER_ENFORCE:
		return "enforce";
	default:
		return "?";
	}
}

const char *
view_validate(unsigned validate)
{
	switch (validate) {
	case VALIDATE_NONE:
		return "none";
	case VALIDATE_NEIGHBOR_AS:
		return "neighbor-as";
	case VALIDATE_STRICT:
		return "strict";
	case VALIDATE_OFF:
		return "off";
	default:
		return "?";
	}
}

const char *
view_seal_state(unsigned state)
{
	switch (state) {
#define X(symbol, number, name, text)                                          \
	case SEAL_##symbol:                                                    \
		return name;
		SEAL_STATE_MAP(X)
#undef X
	default:
		return "?";
	}
}
