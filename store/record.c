/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries to octets and back; the form is told in the header. */
#include "store/record.h"

#include <stdbool.h>
#include <string.h>

enum field {
	FIELD_CHECK = 1,
	FIELD_RULE_ID = 2,
	FIELD_COUNT = 3,
	FIELD_APPROVED = 4,
	FIELD_CUSTOMER = 5,
	FIELD_SESSION = 6,
	FIELD_OPERATOR = 7,
	FIELD_RULE = 8,
	FIELD_ACTIONS = 9,
	FIELD_RECEIVED = 10,
	FIELD_EVIDENCE = 11,
	FIELD_TEXT = 12,
	FIELD_LIFETIME = 13,
	FIELD_WISH_LIFETIME = 14,
	FIELD_DRY_RUN = 15,
	FIELD_OPTIONAL = 0x80, /* from here on, may be skipped */
};

/* In the actions field, behind the kinds of ACTION_MAP. */
enum extra {
	EXTRA_FLAGS = 0x40,
	EXTRA_REPEATED = 0x41,
	EXTRA_UNKNOWN = 0x42,
	EXTRA_STRIPPED = 0x43,
};

static const uint8_t magic[4] = { 'S', 'L', 'R', RECORD_VERSION };

/* Everything at its longest, field heads included. */
_Static_assert(RECORD_HEAD_LEN + 15 * 3 + 7 * 8 + 2 * NAME_MAX_LEN + 32 + 1 +
		       RULE_KEY_MAX + (ACTION_KINDS + 4) * 2 +
		       sizeof(struct action_set) + 1 + ENTRY_RAW_MAX +
		       EVIDENCE_MAX + ENTRY_TEXT_MAX <=
		   RECORD_MAX,
    "RECORD_MAX");

/* ---- writing; the buffer is large enough, see above ---- */

struct out {
	uint8_t *data;
	size_t at;
};

static void
out_octets(struct out *out, const void *data, size_t len)
{
	memcpy(&out->data[out->at], data, len);
	out->at += len;
}

static void
out_number(struct out *out, uint64_t value, unsigned width)
{
	for (unsigned shift = 8 * width; shift > 0;) {
		shift -= 8;
		out->data[out->at++] = (uint8_t)(value >> shift);
	}
}

static void
out_field(struct out *out, enum field tag, const void *data, size_t len)
{
	if (len == 0)
		return;
	out_number(out, tag, 1);
	out_number(out, len, 2);
	out_octets(out, data, len);
}

static void
out_number_field(struct out *out, enum field tag, uint64_t value)
{
	unsigned width = 0;

	for (uint64_t rest = value; rest > 0; rest >>= 8)
		width++;
	if (width == 0)
		return;
	out_number(out, tag, 1);
	out_number(out, width, 2);
	out_number(out, value, width);
}

/* Room for a field whose length is not known yet; field_end() fills it in. */
static size_t
field_begin(struct out *out, enum field tag)
{
	out_number(out, tag, 1);
	out_number(out, 0, 2);
	return out->at;
}

static void
field_end(struct out *out, size_t begin)
{
	struct out length = { out->data, begin - 2 };

	out_number(&length, out->at - begin, 2);
}

/* ---- actions: one table for both directions ---- */

/* How the value of a kind is kept: octets of the set, or a number. */
struct action_form {
	uint8_t len; /* of the value in the record */
	bool number;
	size_t offset; /* in struct action_set */
};

static const struct action_form forms[ACTION_KINDS] = {
#define OCTETS(member)                                                         \
	{                                                                      \
		sizeof(((struct action_set *)0)->member), false,               \
		    offsetof(struct action_set, member)                        \
	}
#define NUMBER(member)                                                         \
	{                                                                      \
		sizeof(((struct action_set *)0)->member), true,                \
		    offsetof(struct action_set, member)                        \
	}
	[ACTION_RATE_BYTES] = NUMBER(rate_bytes),
	[ACTION_RATE_PACKETS] = NUMBER(rate_packets),
	[ACTION_TRAFFIC] = { 0, false, 0 },
	[ACTION_REDIRECT] = OCTETS(redirect),
	[ACTION_MARK] = OCTETS(dscp),
	[ACTION_REDIRECT_RT6] = OCTETS(redirect_rt6),
	[ACTION_REDIRECT_NEXTHOP] = { 0, false, 0 },
	[ACTION_REDIRECT_IP4] = OCTETS(redirect_ip4),
	[ACTION_REDIRECT_IP6] = OCTETS(redirect_ip6),
	[ACTION_INTERFACE_SET] = OCTETS(interface_set),
};

static void
out_extra(struct out *out, enum extra kind, unsigned value, unsigned width)
{
	if (value == 0)
		return;
	out_number(out, kind, 1);
	out_number(out, width, 1);
	out_number(out, value, width);
}

static void
out_actions(struct out *out, const struct action_set *set)
{
	const uint8_t *octets = (const uint8_t *)set;
	size_t begin = field_begin(out, FIELD_ACTIONS);

	for (unsigned kind = 0; kind < ACTION_KINDS; kind++) {
		const struct action_form *form = &forms[kind];
		uint32_t value = 0;

		if ((set->present & ACTION_BIT(kind)) == 0)
			continue;
		out_number(out, kind, 1);
		out_number(out, form->len, 1);
		if (form->number) {
			memcpy(&value, &octets[form->offset], sizeof(value));
			out_number(out, value, sizeof(value));
		} else {
			out_octets(out, &octets[form->offset], form->len);
		}
	}
	out_extra(out, EXTRA_FLAGS, set->flags, 1);
	out_extra(out, EXTRA_REPEATED, set->repeated, 2);
	out_extra(out, EXTRA_UNKNOWN, set->unknown, 1);
	out_extra(out, EXTRA_STRIPPED, set->stripped, 1);
	if (out->at == begin)
		out->at -= 3; /* none at all: no field */
	else
		field_end(out, begin);
}

/* ---- encode ---- */

static bool
text_ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool
entry_encodable(const struct entry *entry)
{
	if (entry->kind == ENTRY_NONE || entry->kind >= ENTRY_COUNT ||
	    entry->state >= STATE_COUNT || entry->check >= CHECK_COUNT ||
	    entry->has_rule > 1 || entry->approved > 1 ||
	    entry->raw_len > ENTRY_RAW_MAX)
		return false;
	if (!text_ends(entry->customer, sizeof(entry->customer)) ||
	    !text_ends(entry->session, sizeof(entry->session)) ||
	    !text_ends(entry->operator_name, sizeof(entry->operator_name)) ||
	    !text_ends(entry->evidence, sizeof(entry->evidence)) ||
	    !text_ends(entry->text, sizeof(entry->text)))
		return false;
	if (entry->has_rule == 0)
		return true;
	return entry->wish.dry_run <= 1 &&
	       entry->rule.n_terms <= RULE_TERMS_MAX &&
	       rule_valid(&entry->rule, rule_size(&entry->rule)) &&
	       action_valid(&entry->actions);
}

static void
out_head(struct out *out, const struct entry *entry)
{
	out_octets(out, magic, sizeof(magic));
	out_number(out, entry->kind, 1);
	out_number(out, entry->state, 1);
	out_number(out, entry->reason, 2);
	out_number(out, entry->seq, 8);
	out_number(out, entry->wall_ns, 8);
	out_number(out, entry->mono_ns, 8);
	out_octets(out, entry->boot_id, sizeof(entry->boot_id));
	out_octets(out, entry->config_hash, sizeof(entry->config_hash));
}

static void
out_rule(struct out *out, const struct entry *entry)
{
	size_t begin = field_begin(out, FIELD_RULE);

	out_number(out, entry->rule.afi, 1);
	out->at += rule_key(&entry->rule, &out->data[out->at]);
	field_end(out, begin);
	out_actions(out, &entry->actions);
}

static void
out_received(struct out *out, const struct entry *entry)
{
	size_t begin;

	if (entry->raw_len == 0)
		return;
	begin = field_begin(out, FIELD_RECEIVED);
	out_number(
	    out, afi_bits(entry->rule.afi) == 0 ? 0 : entry->rule.afi, 1);
	out_octets(out, entry->raw, entry->raw_len);
	field_end(out, begin);
}

static void
out_text(struct out *out, enum field tag, const char *text)
{
	out_field(out, tag, text, strlen(text));
}

int
record_encode(const struct entry *entry, uint8_t out[RECORD_MAX])
{
	struct out to;

	to.data = out;
	to.at = 0;
	if (!entry_encodable(entry))
		return -1;
	out_head(&to, entry);
	out_number_field(&to, FIELD_CHECK, entry->check);
	out_number_field(&to, FIELD_RULE_ID, entry->rule_id);
	out_number_field(&to, FIELD_COUNT, entry->count);
	out_number_field(&to, FIELD_APPROVED, entry->approved);
	out_text(&to, FIELD_CUSTOMER, entry->customer);
	out_text(&to, FIELD_SESSION, entry->session);
	out_text(&to, FIELD_OPERATOR, entry->operator_name);
	if (entry->has_rule != 0)
		out_rule(&to, entry);
	out_received(&to, entry);
	out_text(&to, FIELD_EVIDENCE, entry->evidence);
	out_text(&to, FIELD_TEXT, entry->text);
	out_number_field(&to, FIELD_LIFETIME, entry->lifetime_ms);
	if (entry->has_rule != 0) {
		out_number_field(
		    &to, FIELD_WISH_LIFETIME, entry->wish.lifetime_s);
		out_number_field(&to, FIELD_DRY_RUN, entry->wish.dry_run);
	}
	return (int)to.at;
}

/* ---- reading: the only way to the octets; failure sticks ---- */

struct in {
	const uint8_t *data;
	size_t left;
	bool failed;
};

/* The next len octets, or NULL. */
static const uint8_t *
in_octets(struct in *in, size_t len)
{
	const uint8_t *octets = in->data;

	if (in->failed || in->left < len) {
		in->failed = true;
		return NULL;
	}
	in->data += len;
	in->left -= len;
	return octets;
}

static void
in_copy(struct in *in, void *out, size_t len)
{
	const uint8_t *octets = in_octets(in, len);

	if (octets != NULL)
		memcpy(out, octets, len);
}

static uint64_t
in_number(struct in *in, unsigned width)
{
	const uint8_t *octets = in_octets(in, width);
	uint64_t value = 0;

	for (unsigned i = 0; octets != NULL && i < width; i++)
		value = value << 8 | octets[i];
	return value;
}

/* A field's value as a reader of its own. */
static struct in
in_part(struct in *in, size_t len)
{
	const uint8_t *octets = in_octets(in, len);
	struct in part = { octets, len, octets == NULL };

	if (octets == NULL)
		part.left = 0;
	return part;
}

static bool
in_end(const struct in *in)
{
	return !in->failed && in->left == 0;
}

/* ---- decode ---- */

/* Without leading zeros, so neither empty nor 0. */
static bool
read_number(struct in *in, uint64_t max, uint64_t *out)
{
	if (in->left == 0 || in->left > 8 || in->data[0] == 0)
		return false;
	*out = in_number(in, (unsigned)in->left);
	return *out <= max;
}

static bool
read_octet(struct in *in, uint64_t max, uint8_t *out)
{
	uint64_t value = 0;

	if (!read_number(in, max, &value))
		return false;
	*out = (uint8_t)value;
	return true;
}

/* The array was zeroed, so the NUL is there. */
static bool
read_text(struct in *in, char *out, size_t size)
{
	size_t len = in->left;

	if (len == 0 || len >= size)
		return false;
	in_copy(in, out, len);
	return memchr(out, '\0', len) == NULL;
}

static bool
read_rule(struct in *in, struct entry *out)
{
	unsigned afi = (unsigned)in_number(in, 1);
	size_t len = in->left;
	const uint8_t *key = in_octets(in, len);

	if (key == NULL || rule_from_key(afi, key, len, &out->rule) != 0)
		return false;
	out->has_rule = 1;
	return true;
}

static bool
read_extra(struct in *in, unsigned kind, struct action_set *set)
{
	unsigned value = (unsigned)in_number(in, (unsigned)in->left);

	switch (kind) {
	case EXTRA_FLAGS:
		set->flags = (uint8_t)value;
		break;
	case EXTRA_REPEATED:
		set->repeated = (uint16_t)value;
		break;
	case EXTRA_UNKNOWN:
		set->unknown = (uint8_t)value;
		break;
	default:
		set->stripped = (uint8_t)value;
		break;
	}
	return value != 0;
}

static bool
read_action(struct in *in, unsigned kind, struct action_set *set)
{
	uint8_t *octets = (uint8_t *)set;
	uint32_t value;

	if (kind >= EXTRA_FLAGS && kind <= EXTRA_STRIPPED)
		return in->left == (kind == EXTRA_REPEATED ? 2 : 1) &&
		       read_extra(in, kind, set);
	if (kind >= ACTION_KINDS || in->left != forms[kind].len)
		return false;
	set->present |= (uint16_t)ACTION_BIT(kind);
	if (forms[kind].number) {
		value = (uint32_t)in_number(in, sizeof(value));
		memcpy(&octets[forms[kind].offset], &value, sizeof(value));
	} else {
		in_copy(in, &octets[forms[kind].offset], forms[kind].len);
	}
	return true;
}

static bool
read_actions(struct in *in, struct entry *out)
{
	unsigned floor = 0; /* kinds rise */

	if (out->has_rule == 0 || in->left == 0)
		return false;
	while (!in->failed && in->left > 0) {
		unsigned kind = (unsigned)in_number(in, 1);
		size_t len = (size_t)in_number(in, 1);
		struct in part = in_part(in, len);

		if (part.failed || kind < floor ||
		    !read_action(&part, kind, &out->actions))
			return false;
		floor = kind + 1;
	}
	return in_end(in) && action_valid(&out->actions);
}

/* The family is the rule's, where there is one. */
static bool
read_received(struct in *in, struct entry *out)
{
	unsigned afi = (unsigned)in_number(in, 1);
	size_t len = in->left;

	if (in->failed || len == 0 || len > sizeof(out->raw) ||
	    (afi != AFI_NONE && afi_bits(afi) == 0))
		return false;
	if (out->has_rule != 0 && afi != out->rule.afi)
		return false;
	out->rule.afi = (uint8_t)afi;
	out->raw_len = (uint16_t)len;
	in_copy(in, out->raw, len);
	return true;
}

static bool
read_wish_lifetime(struct in *in, struct entry *out)
{
	uint64_t value = 0;

	if (out->has_rule == 0 || !read_number(in, UINT32_MAX, &value))
		return false;
	out->wish.lifetime_s = (uint32_t)value;
	return true;
}

static bool
read_field(struct in *in, unsigned tag, struct entry *out)
{
	switch (tag) {
	case FIELD_CHECK:
		return read_octet(in, CHECK_COUNT - 1, &out->check);
	case FIELD_RULE_ID:
		return read_number(in, UINT64_MAX, &out->rule_id);
	case FIELD_COUNT:
		return read_number(in, UINT64_MAX, &out->count);
	case FIELD_APPROVED:
		return read_octet(in, 1, &out->approved);
	case FIELD_CUSTOMER:
		return read_text(in, out->customer, sizeof(out->customer));
	case FIELD_SESSION:
		return read_text(in, out->session, sizeof(out->session));
	case FIELD_OPERATOR:
		return read_text(
		    in, out->operator_name, sizeof(out->operator_name));
	case FIELD_RULE:
		return read_rule(in, out);
	case FIELD_ACTIONS:
		return read_actions(in, out);
	case FIELD_RECEIVED:
		return read_received(in, out);
	case FIELD_EVIDENCE:
		return read_text(in, out->evidence, sizeof(out->evidence));
	case FIELD_TEXT:
		return read_text(in, out->text, sizeof(out->text));
	case FIELD_LIFETIME:
		return read_number(in, UINT64_MAX, &out->lifetime_ms);
	case FIELD_WISH_LIFETIME:
		return read_wish_lifetime(in, out);
	case FIELD_DRY_RUN:
		return out->has_rule != 0 &&
		       read_octet(in, 1, &out->wish.dry_run);
	default:
		return false;
	}
}

static bool
read_head(struct in *in, struct entry *out)
{
	uint8_t found[sizeof(magic)] = { 0 };

	in_copy(in, found, sizeof(found));
	if (memcmp(found, magic, sizeof(magic)) != 0)
		return false;
	out->kind = (uint8_t)in_number(in, 1);
	out->state = (uint8_t)in_number(in, 1);
	out->reason = (uint16_t)in_number(in, 2);
	out->seq = in_number(in, 8);
	out->wall_ns = in_number(in, 8);
	out->mono_ns = in_number(in, 8);
	in_copy(in, out->boot_id, sizeof(out->boot_id));
	in_copy(in, out->config_hash, sizeof(out->config_hash));
	return !in->failed && out->kind != ENTRY_NONE &&
	       out->kind < ENTRY_COUNT && out->state < STATE_COUNT;
}

int
record_decode(const uint8_t *data, size_t len, struct entry *out)
{
	struct in in = { data, len, len > RECORD_LEN_LIMIT };
	unsigned floor = 1; /* tags rise */
	int skipped = 0;

	/* All but the rule's terms and the raw octets. */
	memset(out, 0, offsetof(struct entry, rule) + RULE_SIZE_MIN);
	if (!read_head(&in, out))
		return -1;
	while (in.left > 0) {
		unsigned tag = (unsigned)in_number(&in, 1);
		size_t part_len = (size_t)in_number(&in, 2);
		struct in part = in_part(&in, part_len);

		if (part.failed || tag < floor)
			return -1;
		if (tag >= FIELD_OPTIONAL)
			skipped++;
		else if (!read_field(&part, tag, out) || !in_end(&part))
			return -1;
		floor = tag + 1;
	}
	return skipped;
}

uint64_t
record_seq(const uint8_t *data, size_t len)
{
	struct in in = { data, len, len < RECORD_HEAD_LEN };

	(void)in_octets(&in, 8);
	return in.failed ? UINT64_MAX : in_number(&in, 8);
}
