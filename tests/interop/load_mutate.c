/* SPDX-License-Identifier: BSD-2-Clause */
/* UPDATEs, damaged. */
#include "tests/interop/load_mutate.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/wire/flowspec.h"
#include "proxy/wire/update_build.h"

#define ATTRIBUTES_MAX 16
#define LIST_LEN_AT    (MESSAGE_HEADER_LEN + 2) /* seeds withdraw no IPv4 */
#define LIST_AT        (LIST_LEN_AT + 2)
#define EXTENDED       0x10
#define MP_REACH       14
#define MP_UNREACH     15

/* Where one attribute of a seed is. */
struct place {
	size_t at;
	size_t value;
	size_t end;
	uint8_t type;
};

/* A message being damaged. */
struct draft {
	struct random *random;
	uint8_t *octets;
	size_t len;
	struct place places[ATTRIBUTES_MAX];
	unsigned n;
};

const char *
mutate_name(unsigned way)
{
	static const char *const names[] = {
#define X(symbol, name) name,
		MUTATE_MAP(X)
#undef X
	};

	return names[way];
}

/* ---- seeds ---- */

static void
seed_rules(struct random *random, struct update_builder *builder,
    struct writer *out, const struct update_attrs *attrs)
{
	bool six = random_one_in(random, 2);
	unsigned family = six ? FAMILY_IPV6_FLOWSPEC : FAMILY_IPV4_FLOWSPEC;
	uint64_t n = 1 + random_below(random, 4);
	struct rule rule;
	bool open = random_one_in(random, 4)
			? update_begin_withdraw(builder, out, family)
			: update_begin_reach(builder, out, family, attrs);

	while (open && n-- > 0) {
		random_rule_wild(random, six ? AFI_IPV6 : AFI_IPV4, &rule);
		(void)update_add(builder, &rule);
	}
}

static void
seed_routes(struct random *random, struct update_builder *builder,
    struct writer *out, struct update_attrs *attrs)
{
	uint64_t n = 1 + random_below(random, 8);
	struct prefix prefix;

	attrs->next_hop_len = ADDRESS_MAX;
	memcpy(attrs->next_hop, "\x20\x01\x0d\xb8", 4);
	if (!update_begin_reach(builder, out, FAMILY_IPV6_UNICAST, attrs))
		return;
	while (n-- > 0) {
		memset(&prefix, 0, sizeof(prefix));
		prefix.afi = AFI_IPV6;
		prefix.len = 48;
		memcpy(prefix.addr, "\x20\x01\x0d\xb8\0", 5);
		prefix.addr[5] = (uint8_t)random_next(random);
		(void)update_add_prefix(builder, &prefix);
	}
}

static void
seed_draw(struct mutate *mutate, uint32_t asn, struct mutate_seed *seed)
{
	struct random *random = &mutate->random;
	struct update_attrs attrs = {
		.n_path = 1, .path = { asn }, .n_communities = 2
	};
	struct update_builder builder;
	struct writer writer;

	attrs.communities[0] = (uint32_t)random_next(random);
	attrs.communities[1] = COMMUNITY_NO_EXPORT;
	do {
		writer_init(&writer, seed->octets, sizeof(seed->octets));
		memset(&builder, 0, sizeof(builder));
		random_actions(random, &attrs.actions);
		if (random_one_in(random, 8))
			seed_routes(random, &builder, &writer, &attrs);
		else
			seed_rules(random, &builder, &writer, &attrs);
	} while (!update_end(&builder));
	seed->len = writer.len;
}

int
mutate_init(struct mutate *mutate, uint32_t asn, uint64_t seed)
{
	memset(mutate, 0, sizeof(*mutate));
	mutate->random.state = seed * 2 + 1;
	mutate->seeds = calloc(MUTATE_SEEDS, sizeof(mutate->seeds[0]));
	if (mutate->seeds == NULL)
		return -1;
	for (unsigned i = 0; i < MUTATE_SEEDS; i++)
		seed_draw(mutate, asn, &mutate->seeds[i]);
	return 0;
}

void
mutate_free(struct mutate *mutate)
{
	free(mutate->seeds);
	mutate->seeds = NULL;
}

/* ---- damage ---- */

static size_t
below(const struct draft *draft, size_t n)
{
	return (size_t)random_below(draft->random, n);
}

static uint8_t
octet(const struct draft *draft)
{
	static const uint8_t borders[] = { 0, 1, 0x7f, 0x80, 0xf0, 0xff };

	if (random_one_in(draft->random, 2))
		return borders[below(draft, sizeof(borders))];
	return (uint8_t)(random_next(draft->random) >> 9);
}

static void
put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static size_t
get16(const uint8_t *at)
{
	return (size_t)at[0] << 8 | at[1];
}

/* Seeds are sound. */
static void
places_find(struct draft *draft)
{
	size_t at = LIST_AT;

	draft->n = 0;
	while (at + 3 < draft->len && draft->n < ATTRIBUTES_MAX) {
		const uint8_t *octets = draft->octets;
		struct place *place = &draft->places[draft->n++];
		bool extended = (octets[at] & EXTENDED) != 0;

		place->at = at;
		place->type = octets[at + 1];
		place->value = at + (extended ? 4 : 3);
		place->end = place->value + (extended ? get16(&octets[at + 2])
						      : octets[at + 2]);
		at = place->end;
	}
}

static void
lengths_agree(struct draft *draft)
{
	put16(&draft->octets[LIST_LEN_AT], draft->len - LIST_AT);
	put16(&draft->octets[MESSAGE_HEADER_LEN - 3], draft->len);
}

/* Take octets from..to out. */
static void
take_out(struct draft *draft, size_t from, size_t to)
{
	memmove(&draft->octets[from], &draft->octets[to], draft->len - to);
	draft->len -= to - from;
}

static void
damage_range(struct draft *draft, size_t from, size_t to)
{
	size_t n = 1 + below(draft, 3);

	while (to > from && n-- > 0)
		draft->octets[from + below(draft, to - from)] = octet(draft);
}

static void
damage_length(struct draft *draft)
{
	const struct place *place = &draft->places[below(draft, draft->n)];
	size_t spots[] = { MESSAGE_HEADER_LEN - 3, MESSAGE_HEADER_LEN,
		LIST_LEN_AT, place->at + 2, place->at + 2, place->value + 5 };
	uint8_t *at;

	/* The first NLRI's own length, behind AFI, SAFI and the next hop's. */
	if (place->type == MP_UNREACH)
		spots[5] = place->value + 3;
	at = &draft->octets[spots[below(draft, 6)]];
	switch (below(draft, 4)) {
	case 0:
		at[0]++;
		break;
	case 1:
		at[0]--;
		break;
	case 2:
		at[1] = octet(draft);
		break;
	default:
		at[0] = octet(draft);
		break;
	}
}

static void
damage_trim(struct draft *draft)
{
	struct place *place = &draft->places[below(draft, draft->n)];
	size_t keep = below(draft, place->end - place->value + 1);
	uint8_t *length = &draft->octets[place->at + 2];

	take_out(draft, place->value + keep, place->end);
	if (place->value - place->at == 4)
		put16(length, keep);
	else
		length[0] = (uint8_t)keep;
	lengths_agree(draft);
}

static void
damage_order(struct draft *draft)
{
	const struct place *a = &draft->places[below(draft, draft->n)];
	uint8_t moved[MESSAGE_MAX];
	size_t len = a->end - a->at;

	memcpy(moved, &draft->octets[a->at], len);
	take_out(draft, a->at, a->end);
	memcpy(&draft->octets[draft->len], moved, len);
	draft->len += len;
}

static void
damage_twice(struct draft *draft, const struct mutate_seed *other)
{
	struct draft from = { .octets = (uint8_t *)(uintptr_t)other->octets,
		.len = other->len };
	const struct place *place;
	size_t len;

	places_find(&from);
	place = &from.places[below(draft, from.n)];
	len = place->end - place->at;
	if (draft->len + len > MESSAGE_MAX)
		return;
	memcpy(&draft->octets[draft->len], &other->octets[place->at], len);
	draft->len += len;
	lengths_agree(draft);
}

static void
damage_splice(struct draft *draft, const struct mutate_seed *other)
{
	size_t head = LIST_AT + below(draft, draft->len - LIST_AT);
	size_t tail = LIST_AT + below(draft, other->len - LIST_AT);
	size_t len = other->len - tail;

	if (head + len > MESSAGE_MAX)
		len = MESSAGE_MAX - head;
	memcpy(&draft->octets[head], &other->octets[tail], len);
	draft->len = head + len;
	lengths_agree(draft);
}

static void
damage_cut(struct draft *draft)
{
	draft->len = LIST_AT + below(draft, draft->len - LIST_AT);
	put16(&draft->octets[MESSAGE_HEADER_LEN - 3], draft->len);
	if (random_one_in(draft->random, 2))
		lengths_agree(draft);
}

static void
damage_nlri(struct draft *draft)
{
	for (unsigned i = 0; i < draft->n; i++) {
		const struct place *place = &draft->places[i];

		if (place->type == MP_REACH)
			damage_range(draft, place->value + 5, place->end);
		if (place->type == MP_UNREACH)
			damage_range(draft, place->value + 3, place->end);
	}
}

static void
damage_gone(struct draft *draft)
{
	const struct place *place = &draft->places[below(draft, draft->n)];

	take_out(draft, place->at, place->end);
	lengths_agree(draft);
}

static void
damage_bits(struct draft *draft)
{
	size_t n = 1 + below(draft, 8);

	while (n-- > 0)
		draft->octets[16 + below(draft, draft->len - 16)] ^=
		    (uint8_t)(1u << below(draft, 8));
}

static void
damage(struct draft *draft, unsigned way, const struct mutate_seed *other)
{
	const struct place *last = &draft->places[draft->n - 1];

	switch ((enum mutate_way)way) {
	case MUTATE_BITS:
		damage_bits(draft);
		break;
	case MUTATE_LENGTH:
		damage_length(draft);
		break;
	case MUTATE_CUT:
		damage_cut(draft);
		break;
	case MUTATE_TRIM:
		damage_trim(draft);
		break;
	case MUTATE_SPLICE:
		damage_splice(draft, other);
		break;
	case MUTATE_ORDER:
		damage_order(draft);
		break;
	case MUTATE_TWICE:
		damage_twice(draft, other);
		break;
	case MUTATE_GONE:
		damage_gone(draft);
		break;
	case MUTATE_NLRI:
		damage_nlri(draft);
		break;
	case MUTATE_COMMUNITY:
		damage_range(draft, last->value, last->end);
		break;
	case MUTATE_HEADER:
		damage_range(draft, 0, MESSAGE_HEADER_LEN);
		break;
	case MUTATE_OCTETS:
	case MUTATE_WAYS:
		damage_range(draft, MESSAGE_HEADER_LEN, draft->len);
		break;
	}
}

size_t
mutate_draw(struct mutate *mutate, uint8_t out[MESSAGE_MAX])
{
	struct random *random = &mutate->random;
	const struct mutate_seed *seed =
	    &mutate->seeds[random_below(random, MUTATE_SEEDS)];
	const struct mutate_seed *other =
	    &mutate->seeds[random_below(random, MUTATE_SEEDS)];
	unsigned way = (unsigned)random_below(random, MUTATE_WAYS);
	struct draft draft = {
		.random = random, .octets = out, .len = seed->len
	};

	memcpy(out, seed->octets, seed->len);
	places_find(&draft);
	damage(&draft, way, other);
	mutate->made[way]++;
	return draft.len;
}
