/* SPDX-License-Identifier: BSD-2-Clause */
/* UPDATEs of numbered rules, and a reader for what a relay makes of them. */
#include "tests/bench/bench_rules.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/wire/reader.h"
#include "proxy/wire/update_build.h"

#define ATTR_EXTENDED   0x10
#define ATTR_MP_REACH   14
#define ATTR_MP_UNREACH 15

void
bench_rule(uint32_t n, struct rule *rule)
{
	memset(rule, 0, RULE_SIZE_MIN + 2 * sizeof(rule->terms[0]));
	rule->afi = AFI_IPV4;
	rule->has = RULE_HAS_DST;
	rule->dst_len = 32;
	rule->dst[0] = 10;
	rule->dst[1] = (uint8_t)(n >> 16);
	rule->dst[2] = (uint8_t)(n >> 8);
	rule->dst[3] = (uint8_t)n;
	rule->n_terms = 2;
	rule->terms[0].type = RULE_PROTO;
	rule->terms[0].op = RULE_OP_EQ;
	rule->terms[0].value = 17;
	rule->terms[1].type = RULE_DST_PORT;
	rule->terms[1].op = RULE_OP_EQ;
	rule->terms[1].value = 1024 + n % 60000;
}

struct action_set
bench_action(void)
{
	struct action_set set;

	memset(&set, 0, sizeof(set));
	set.present = ACTION_BIT(ACTION_RATE_BYTES);
	return set;
}

/* One UPDATE of rules from..to-1, as many as fit (one: a single one). Returns
 * the first that is not in it. */
static uint32_t
update_make(struct bench_updates *updates, const struct update_attrs *attrs,
    uint32_t from, uint32_t to)
{
	struct update_builder builder;
	struct writer writer;
	struct rule rule;

	writer_init(&writer, &updates->octets[updates->len],
	    updates->room - updates->len);
	if (!update_begin_reach(&builder, &writer, FAMILY_IPV4_FLOWSPEC, attrs))
		return from;
	while (from < to) {
		bench_rule(from, &rule);
		if (!update_add(&builder, &rule))
			break;
		from++;
	}
	if (update_end(&builder))
		updates->n++;
	updates->len += writer.len;
	return from;
}

static int
make(struct bench_updates *updates, uint32_t asn, uint32_t first, uint32_t n,
    bool one)
{
	struct update_attrs attrs = {
		.actions = bench_action(), .n_path = 1, .path = { asn }
	};
	uint32_t last = first + n;

	memset(updates, 0, sizeof(*updates));
	updates->room = (size_t)n * (one ? 96 : 16) + (size_t)2 * MESSAGE_MAX;
	updates->octets = malloc(updates->room);
	if (one)
		updates->ends = malloc(n * sizeof(updates->ends[0]));
	if (updates->octets == NULL || (one && updates->ends == NULL))
		goto failed;
	while (first < last) {
		uint32_t at = first;

		first = update_make(updates, &attrs, at, one ? at + 1 : last);
		if (first == at)
			goto failed;
		if (one)
			updates->ends[updates->n - 1] = updates->len;
	}
	return 0;
failed:
	bench_updates_free(updates);
	return -1;
}

int
bench_updates_make(
    struct bench_updates *updates, uint32_t asn, uint32_t first, uint32_t n)
{
	return make(updates, asn, first, n, false);
}

int
bench_updates_make_one(
    struct bench_updates *updates, uint32_t asn, uint32_t first, uint32_t n)
{
	return make(updates, asn, first, n, true);
}

/* Room for one more message and its end. */
static int
grow(struct bench_updates *updates)
{
	size_t room = 2 * updates->room + MESSAGE_MAX;
	void *more;

	/* Ends are sized with the octets: no message is as short as one. */
	if (updates->room - updates->len >= MESSAGE_MAX)
		return 0;
	more = realloc(updates->octets, room);
	if (more == NULL)
		return -1;
	updates->octets = more;
	more = realloc(updates->ends, room);
	if (more == NULL)
		return -1;
	updates->ends = more;
	updates->room = room;
	return 0;
}

int
bench_updates_add(
    struct bench_updates *updates, uint32_t asn, uint32_t n, bool reach)
{
	const struct update_attrs attrs = {
		.actions = bench_action(), .n_path = 1, .path = { asn }
	};
	struct update_builder builder;
	struct writer writer;
	struct rule rule;

	if (grow(updates) < 0)
		return -1;
	writer_init(&writer, &updates->octets[updates->len],
	    updates->room - updates->len);
	bench_rule(n, &rule);
	if (!(reach ? update_begin_reach(
			  &builder, &writer, FAMILY_IPV4_FLOWSPEC, &attrs)
		    : update_begin_withdraw(
			  &builder, &writer, FAMILY_IPV4_FLOWSPEC)) ||
	    !update_add(&builder, &rule) || !update_end(&builder))
		return -1;
	updates->len += writer.len;
	updates->ends[updates->n++] = updates->len;
	return 0;
}

void
bench_updates_free(struct bench_updates *updates)
{
	free(updates->octets);
	free(updates->ends);
	memset(updates, 0, sizeof(*updates));
}

/* NLRI of IPv4 Flowspec; each begins with its destination, 01 20 0a x y z. */
static int
nlri_read(struct reader *reader, void (*saw)(void *ctx, uint32_t n), void *ctx)
{
	while (reader->left > 0) {
		size_t len = reader_u8(reader);
		const uint8_t *nlri = reader_take(reader, len);

		if (nlri == NULL || len < 6 || len >= 0xf0 || nlri[0] != 1 ||
		    nlri[1] < 31 || nlri[1] > 32 || nlri[2] != 10)
			return -1;
		if (saw != NULL)
			saw(ctx, (uint32_t)nlri[3] << 16 |
				     (uint32_t)nlri[4] << 8 | nlri[5]);
	}
	return reader->failed ? -1 : 0;
}

/* MP_REACH_NLRI or MP_UNREACH_NLRI. */
static int
mp_read(struct reader *value, bool reach, const struct bench_seen *seen)
{
	unsigned afi = reader_u16(value);
	unsigned safi = reader_u8(value);

	if (afi != AFI_IPV4 || safi != SAFI_FLOWSPEC)
		return -1;
	if (!reach)
		return nlri_read(value, seen->went, seen->ctx);
	(void)reader_take(value, reader_u8(value)); /* next hop */
	(void)reader_u8(value);
	return nlri_read(value, seen->came, seen->ctx);
}

int
bench_update_read(
    const uint8_t *body, size_t len, const struct bench_seen *seen)
{
	struct reader reader, attrs, value;

	reader_init(&reader, body, len);
	(void)reader_take(&reader, reader_u16(&reader)); /* withdrawn */
	reader_sub(&reader, reader_u16(&reader), &attrs);
	while (attrs.left > 0) {
		unsigned flags = reader_u8(&attrs);
		unsigned type = reader_u8(&attrs);
		size_t size = (flags & ATTR_EXTENDED) != 0 ? reader_u16(&attrs)
							   : reader_u8(&attrs);

		reader_sub(&attrs, size, &value);
		if ((type == ATTR_MP_REACH || type == ATTR_MP_UNREACH) &&
		    mp_read(&value, type == ATTR_MP_REACH, seen) < 0)
			return -1;
	}
	return reader.failed || attrs.failed ? -1 : 0;
}
