/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The algebra of match sets.
 *
 * Which fields a packet has depends on its protocol and on whether it is a
 * later fragment; so packets fall into the classes below. Within a class every
 * packet has the same fields and a rule is a product of independent
 * dimensions, save that "port" (source or destination) ties two of them into
 * a plane. Products are compared dimension by dimension: exact, and without
 * looking at a single packet.
 */
#include "policy/matchset.h"

#include <stddef.h>

#include "policy/bitmask.h"
#include "policy/interval.h"
#include "policy/pattern.h"

#define PROTO_ICMP  1u
#define PROTO_TCP   6u
#define PROTO_UDP   17u
#define PROTO_ICMP6 58u

/* Head: a whole packet or a first fragment, which holds the L4 header. */
enum class {
	CLASS_TCP = 0x01,
	CLASS_UDP = 0x02,
	CLASS_ICMP = 0x04,
	CLASS_OTHER = 0x08, /* heads of all other protocols */
	CLASS_LATER = 0x10, /* later fragments of any protocol */
};
#define CLASS_HEADS (CLASS_TCP | CLASS_UDP | CLASS_ICMP | CLASS_OTHER)

#define BIT(type) (1u << (type))
#define PORTS     (BIT(RULE_PORT) | BIT(RULE_DST_PORT) | BIT(RULE_SRC_PORT))
#define ICMP      (BIT(RULE_ICMP_TYPE) | BIT(RULE_ICMP_CODE))
#define FLAGS     BIT(RULE_TCP_FLAGS)

/*
 * The fragment states that packets can be in. A set of them is a bitset over
 * this table. IPv6 has no DF, so the first four are all.
 */
static const uint8_t fragment_states[] = {
	0,
	RULE_FRAGMENT_FF,
	RULE_FRAGMENT_ISF,
	RULE_FRAGMENT_ISF | RULE_FRAGMENT_LF,
	RULE_FRAGMENT_DF,
	RULE_FRAGMENT_DF | RULE_FRAGMENT_FF,
	RULE_FRAGMENT_DF | RULE_FRAGMENT_ISF,
	RULE_FRAGMENT_DF | RULE_FRAGMENT_ISF | RULE_FRAGMENT_LF,
};
#define STATES_IPV4  0xffu
#define STATES_IPV6  0x0fu
#define STATES_HEAD  0x33u
#define STATES_LATER 0xccu

#define PROTO_WORDS 4
struct proto_set {
	uint64_t word[PROTO_WORDS];
};

/* A rule, taken apart. Only what the rule asks for is filled. */
struct shape {
	unsigned present; /* BIT of each component from 3 on */
	unsigned classes; /* enum class: where the rule matches something */
	unsigned states;  /* fragment states let through */
	unsigned icmp;    /* number of ICMP in this family */
	struct proto_set protos;
	struct interval_set sets[RULE_TYPE_MAX + 1]; /* of those present */
	const struct rule_term *flag_terms;
	unsigned n_flag_terms;
	struct bitmask_set flags; /* with FLAGS and CLASS_TCP */
	struct interval_pool pool;
};

static bool
proto_holds(const struct proto_set *set, unsigned proto)
{
	return (set->word[proto / 64] >> proto % 64 & 1) != 0;
}

static void
proto_add(struct proto_set *set, uint32_t lo, uint32_t hi)
{
	for (unsigned w = lo / 64; w <= hi / 64; w++) {
		unsigned from = w == lo / 64 ? lo % 64 : 0;
		unsigned to = w == hi / 64 ? hi % 64 : 63;

		set->word[w] |= UINT64_MAX << from & UINT64_MAX >> (63 - to);
	}
}

static void
proto_of_set(struct proto_set *out, const struct interval_set *set)
{
	*out = (struct proto_set){ { 0 } };
	for (unsigned i = 0; i < set->n; i++)
		proto_add(out, set->at[i].lo, set->at[i].hi);
}

/* Leave the protocols of CLASS_OTHER. */
static void
proto_drop_known(struct proto_set *set, unsigned icmp)
{
	set->word[PROTO_TCP / 64] &= ~(UINT64_C(1) << PROTO_TCP % 64);
	set->word[PROTO_UDP / 64] &= ~(UINT64_C(1) << PROTO_UDP % 64);
	set->word[icmp / 64] &= ~(UINT64_C(1) << icmp % 64);
}

static bool
proto_empty(const struct proto_set *set)
{
	return (set->word[0] | set->word[1] | set->word[2] | set->word[3]) == 0;
}

static bool
proto_meets(const struct proto_set *a, const struct proto_set *b)
{
	uint64_t common = 0;

	for (unsigned w = 0; w < PROTO_WORDS; w++)
		common |= a->word[w] & b->word[w];
	return common != 0;
}

static bool
proto_covers(const struct proto_set *outer, const struct proto_set *inner)
{
	uint64_t missing = 0;

	for (unsigned w = 0; w < PROTO_WORDS; w++)
		missing |= inner->word[w] & ~outer->word[w];
	return missing == 0;
}

static struct proto_set
proto_others(const struct shape *shape)
{
	struct proto_set set = shape->protos;

	proto_drop_known(&set, shape->icmp);
	return set;
}

/* Pointers to the sets of the dimension that several components narrow. */
struct meeting {
	const struct interval_set *sets[INTERVAL_MEET_MAX];
	unsigned n;
};

static void
meeting_add(struct meeting *meeting, const struct shape *shape, unsigned type)
{
	if ((shape->present & BIT(type)) != 0)
		meeting->sets[meeting->n++] = &shape->sets[type];
}

/*
 * Some pair of ports passes both rules. "port" holds for the source or for
 * the destination, in each rule on its own: one of four cases.
 */
static bool
plane_meets(const struct shape *a, const struct shape *b)
{
	unsigned cases_a = (a->present & BIT(RULE_PORT)) != 0 ? 2 : 1;
	unsigned cases_b = (b->present & BIT(RULE_PORT)) != 0 ? 2 : 1;

	for (unsigned i = 0; i < cases_a * cases_b; i++) {
		struct meeting side[2];

		side[0].n = 0;
		side[1].n = 0;
		meeting_add(&side[0], a, RULE_SRC_PORT);
		meeting_add(&side[0], b, RULE_SRC_PORT);
		meeting_add(&side[1], a, RULE_DST_PORT);
		meeting_add(&side[1], b, RULE_DST_PORT);
		meeting_add(&side[i % cases_a], a, RULE_PORT);
		meeting_add(&side[i / cases_a], b, RULE_PORT);
		if (interval_meet(side[0].sets, side[0].n) &&
		    interval_meet(side[1].sets, side[1].n))
			return true;
	}
	return false;
}

/* Fill the flags when asked for; false when no value of them passes. */
static bool
flags_init(struct shape *shape)
{
	if ((shape->present & FLAGS) == 0)
		return true;
	return bitmask_of_terms(
	    shape->flag_terms, shape->n_flag_terms, &shape->flags);
}

/* Heads of TCP and UDP, the protocols with ports. */
static unsigned
classes_with_ports(struct shape *shape)
{
	unsigned classes = 0;

	if ((shape->present & ICMP) != 0)
		return 0;
	if ((shape->present & BIT(RULE_PORT)) != 0 &&
	    !plane_meets(shape, shape))
		return 0;
	if (proto_holds(&shape->protos, PROTO_TCP) && flags_init(shape))
		classes |= CLASS_TCP;
	if (proto_holds(&shape->protos, PROTO_UDP) &&
	    (shape->present & FLAGS) == 0)
		classes |= CLASS_UDP;
	return classes;
}

/* The classes in which some packet passes. */
static unsigned
classes_of(struct shape *shape)
{
	unsigned classes = 0;
	unsigned upper = shape->present & (PORTS | ICMP | FLAGS);

	if (upper == 0 && (shape->states & STATES_LATER) != 0)
		classes |= CLASS_LATER;
	if ((shape->states & STATES_HEAD) == 0)
		return classes;
	classes |= classes_with_ports(shape);
	if ((upper & ~ICMP) == 0 && proto_holds(&shape->protos, shape->icmp))
		classes |= CLASS_ICMP;
	if (upper == 0) {
		struct proto_set others = proto_others(shape);

		if (!proto_empty(&others))
			classes |= CLASS_OTHER;
	}
	return classes;
}

static unsigned
states_of(const struct rule_term *terms, unsigned n, unsigned feasible)
{
	unsigned states = 0;

	for (unsigned i = 0; (feasible >> i) != 0; i++) {
		if (bitmask_matches(terms, n, fragment_states[i]))
			states |= 1u << i;
	}
	return states;
}

/* Take in one component; false when no value at all passes it. */
static bool
shape_add(struct shape *shape, const struct rule_term *terms, unsigned n,
    unsigned afi)
{
	unsigned type = terms[0].type;

	if (type < RULE_PROTO || type > RULE_TYPE_MAX)
		return false;
	if (type == RULE_FLOW_LABEL && afi != AFI_IPV6)
		return false;
	shape->present |= BIT(type);
	if (type == RULE_FRAGMENT) {
		shape->states = states_of(terms, n, shape->states);
		return shape->states != 0;
	}
	if (type == RULE_TCP_FLAGS) {
		shape->flag_terms = terms;
		shape->n_flag_terms = n;
		return true;
	}
	shape->sets[type] = interval_of_terms(
	    &shape->pool, terms, n, (uint32_t)rule_field_max(type, afi));
	return shape->sets[type].n != 0;
}

/* Take a rule apart; false when no packet can match. */
static bool
shape_init(struct shape *shape, const struct rule *rule)
{
	unsigned n = rule->n_terms;
	unsigned end;

	shape->present = 0;
	shape->pool.used = 0;
	shape->icmp = rule->afi == AFI_IPV6 ? PROTO_ICMP6 : PROTO_ICMP;
	shape->states = rule->afi == AFI_IPV6 ? STATES_IPV6 : STATES_IPV4;
	for (unsigned i = 0; i < n; i = end) {
		end = i + 1;
		while (end < n && rule->terms[end].type == rule->terms[i].type)
			end++;
		if (!shape_add(shape, &rule->terms[i], end - i, rule->afi))
			return false;
	}
	if ((shape->present & BIT(RULE_PROTO)) != 0) {
		proto_of_set(&shape->protos, &shape->sets[RULE_PROTO]);
	} else {
		for (unsigned w = 0; w < PROTO_WORDS; w++)
			shape->protos.word[w] = UINT64_MAX;
	}
	shape->classes = classes_of(shape);
	return shape->classes != 0;
}

/* The dimension of one component has a value that passes both. */
static bool
field_meets(const struct shape *a, const struct shape *b, unsigned type)
{
	const struct interval_set *sets[] = { &a->sets[type], &b->sets[type] };

	if ((a->present & b->present & BIT(type)) == 0)
		return true;
	return interval_meet(sets, 2);
}

static const struct interval whole_ports = { 0, 65535 };

static struct interval_set
port_set(const struct shape *shape, unsigned type)
{
	if ((shape->present & BIT(type)) != 0)
		return shape->sets[type];
	return (struct interval_set){ &whole_ports, 1 };
}

/* Every value of the dimension that passes inner passes outer. */
static bool
field_covers(const struct shape *outer, const struct shape *inner,
    unsigned type, unsigned afi)
{
	struct interval whole = { 0, (uint32_t)rule_field_max(type, afi) };
	struct interval_set set = { &whole, 1 };

	if ((outer->present & BIT(type)) == 0)
		return true;
	if ((inner->present & BIT(type)) != 0)
		set = inner->sets[type];
	return interval_contains(&outer->sets[type], &set);
}

/* The ports src x dst all pass outer. */
static bool
plane_covers_box(const struct shape *outer, const struct interval_set *src,
    const struct interval_set *dst)
{
	struct interval_set outer_src = port_set(outer, RULE_SRC_PORT);
	struct interval_set outer_dst = port_set(outer, RULE_DST_PORT);
	struct interval_set outer_port = port_set(outer, RULE_PORT);

	if (src->n == 0 || dst->n == 0)
		return true;
	/* Were a source and a destination outside "port", their pair would
	 * be: one whole side must be inside. */
	return interval_contains(&outer_src, src) &&
	       interval_contains(&outer_dst, dst) &&
	       (interval_contains(&outer_port, src) ||
		   interval_contains(&outer_port, dst));
}

/* inner's pool takes the two intersections. */
static bool
plane_covers(const struct shape *outer, struct shape *inner)
{
	struct interval_set src = port_set(inner, RULE_SRC_PORT);
	struct interval_set dst = port_set(inner, RULE_DST_PORT);
	struct interval_set port;
	struct interval_set cut;

	if ((outer->present & PORTS) == 0)
		return true;
	if ((inner->present & BIT(RULE_PORT)) == 0)
		return plane_covers_box(outer, &src, &dst);
	port = inner->sets[RULE_PORT];
	cut = interval_intersect(&inner->pool, &src, &port);
	if (!plane_covers_box(outer, &cut, &dst))
		return false;
	cut = interval_intersect(&inner->pool, &dst, &port);
	return plane_covers_box(outer, &src, &cut);
}

bool
matchset_empty(const struct rule *rule)
{
	struct shape shape;

	return !shape_init(&shape, rule);
}

/* The classes where both match something and all but the last dimensions
 * (protocol, ports, flags, ICMP) meet. */
static unsigned
common_classes(const struct shape *a, const struct shape *b)
{
	unsigned states = a->states & b->states;
	unsigned classes = a->classes & b->classes;

	if ((states & STATES_HEAD) == 0)
		classes &= ~(unsigned)CLASS_HEADS;
	if ((states & STATES_LATER) == 0)
		classes &= ~(unsigned)CLASS_LATER;
	if (!field_meets(a, b, RULE_LENGTH) || !field_meets(a, b, RULE_DSCP) ||
	    !field_meets(a, b, RULE_FLOW_LABEL))
		return 0;
	return classes;
}

static bool
flags_meet(const struct shape *a, const struct shape *b)
{
	return (a->present & b->present & FLAGS) == 0 ||
	       bitmask_meet(&a->flags, &b->flags);
}

static bool
shapes_meet(const struct shape *a, const struct shape *b)
{
	unsigned classes = common_classes(a, b);

	/* Where they share UDP, neither asks for flags. */
	if ((classes & (CLASS_TCP | CLASS_UDP)) != 0 && plane_meets(a, b) &&
	    flags_meet(a, b))
		return true;
	if ((classes & CLASS_ICMP) != 0 && field_meets(a, b, RULE_ICMP_TYPE) &&
	    field_meets(a, b, RULE_ICMP_CODE))
		return true;
	if ((classes & CLASS_LATER) != 0 && proto_meets(&a->protos, &b->protos))
		return true;
	if ((classes & CLASS_OTHER) != 0) {
		struct proto_set others = proto_others(a);

		return proto_meets(&others, &b->protos);
	}
	return false;
}

bool
matchset_intersects(const struct rule *a, const struct rule *b)
{
	struct shape x;
	struct shape y;

	if (a->afi != b->afi ||
	    !pattern_meets(pattern_dst(a), pattern_dst(b)) ||
	    !pattern_meets(pattern_src(a), pattern_src(b)))
		return false;
	return shape_init(&x, a) && shape_init(&y, b) && shapes_meet(&x, &y);
}

static bool
states_cover(const struct shape *outer, const struct shape *inner)
{
	unsigned missing = inner->states & ~outer->states;

	if ((inner->classes & CLASS_HEADS) != 0 && (missing & STATES_HEAD) != 0)
		return false;
	return (inner->classes & CLASS_LATER) == 0 ||
	       (missing & STATES_LATER) == 0;
}

static bool
protos_cover(const struct shape *outer, const struct shape *inner)
{
	struct proto_set others;

	if ((inner->classes & CLASS_LATER) != 0)
		return proto_covers(&outer->protos, &inner->protos);
	if ((inner->classes & CLASS_OTHER) == 0)
		return true; /* one protocol a class, and outer has it */
	others = proto_others(inner);
	return proto_covers(&outer->protos, &others);
}

static bool
flags_cover(const struct shape *outer, const struct shape *inner)
{
	if ((outer->present & FLAGS) == 0)
		return true;
	if ((inner->present & FLAGS) == 0)
		return bitmask_contains(&outer->flags, NULL);
	return bitmask_contains(&outer->flags, &inner->flags);
}

/* Neither is empty. */
static bool
shape_covers(const struct shape *outer, struct shape *inner, unsigned afi)
{
	unsigned classes = inner->classes;

	if ((classes & ~outer->classes) != 0 || !states_cover(outer, inner) ||
	    !protos_cover(outer, inner))
		return false;
	if (!field_covers(outer, inner, RULE_LENGTH, afi) ||
	    !field_covers(outer, inner, RULE_DSCP, afi) ||
	    !field_covers(outer, inner, RULE_FLOW_LABEL, afi))
		return false;
	if ((classes & CLASS_ICMP) != 0 &&
	    (!field_covers(outer, inner, RULE_ICMP_TYPE, afi) ||
		!field_covers(outer, inner, RULE_ICMP_CODE, afi)))
		return false;
	if ((classes & CLASS_TCP) != 0 && !flags_cover(outer, inner))
		return false;
	return (classes & (CLASS_TCP | CLASS_UDP)) == 0 ||
	       plane_covers(outer, inner);
}

bool
matchset_contains(const struct rule *outer, const struct rule *inner)
{
	struct shape x;
	struct shape y;

	if (outer->afi != inner->afi ||
	    !pattern_covers(pattern_dst(outer), pattern_dst(inner)) ||
	    !pattern_covers(pattern_src(outer), pattern_src(inner)))
		return matchset_empty(inner);
	if (!shape_init(&y, inner))
		return true;
	return shape_init(&x, outer) && shape_covers(&x, &y, outer->afi);
}

bool
matchset_equal(const struct rule *a, const struct rule *b)
{
	return matchset_contains(a, b) && matchset_contains(b, a);
}

bool
matchset_precedes(const struct rule *a, const struct rule *b)
{
	return a->afi == b->afi && rule_cmp(a, b) < 0 &&
	       matchset_intersects(a, b);
}
