/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one customer may ask for: built from the configuration, then never
 * changed. A zeroed customer may ask for nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/action.h"
#include "policy/prefix.h"
#include "policy/prefix_set.h"
#include "policy/rule.h"

#define CUSTOMER_NAME_MAX        64 /* octets of a name with its NUL */
#define CUSTOMER_TARGETS_MAX     32
#define CUSTOMER_TARGETS_RT6_MAX 8
#define CUSTOMER_TARGETS_IP_MAX  16
#define CUSTOMER_TAGS_MAX        8
#define CUSTOMER_TAG_LEN         12 /* octets of the longest community */

/* Every component: bits 1..13. */
#define CUSTOMER_COMPONENTS_ALL ((1u << (RULE_TYPE_MAX + 1)) - 2u)

enum customer_mode {
	CUSTOMER_OFF = 0,
	CUSTOMER_MONITOR = 1, /* judged and recorded, never sent inward */
	CUSTOMER_ENFORCE = 2,
};

/*
 * Lengths of destinations: min_len..max_len pass, hold_from..min_len - 1 wait
 * for a person, all others are refused. hold_from == min_len holds nothing;
 * max_len 0 refuses every length.
 */
struct customer_window {
	uint8_t min_len;
	uint8_t max_len;
	uint8_t hold_from;
};

/* Rates above 0. max 0: none is allowed. A floor below 1 counts as 1: less
 * than one octet or packet a second is a discard in disguise. */
struct customer_rate {
	double min;
	double max;
};

enum customer_tag_kind {
	CUSTOMER_TAG_NONE = 0,
	CUSTOMER_TAG_STANDARD = 1, /* 4 octets, RFC 1997 */
	CUSTOMER_TAG_EXTENDED = 2, /* 8 octets: a route target, RFC 4360 */
	CUSTOMER_TAG_LARGE = 3,    /* 12 octets, RFC 8092 */
};

/* A community to put on the customer's rules: as on the wire, then zeros. */
struct customer_tag {
	uint8_t kind; /* enum customer_tag_kind */
	uint8_t octets[CUSTOMER_TAG_LEN];
};

/*
 * Actions: each kind needs its bit in kinds. Besides, rate 0 needs discard,
 * a rate above 0 needs a ceiling, redirects and marks need their target
 * listed, and each flag its bit in flags.
 */
struct customer_actions {
	uint32_t kinds; /* ACTION_BIT of each kind that may be used */
	bool discard;
	uint8_t flags; /* enum action_flag that may be set */
	uint8_t n_targets;
	uint8_t n_targets_rt6;
	uint8_t n_targets_ip;
	struct customer_rate bytes;   /* octets a second */
	struct customer_rate packets; /* packets a second */
	uint64_t marks;               /* bit n: DSCP n */
	/* redirect and interface-set, as action_set holds them */
	uint8_t targets[CUSTOMER_TARGETS_MAX][8];
	uint8_t targets_rt6[CUSTOMER_TARGETS_RT6_MAX][20]; /* redirect_rt6 */
	/* redirect-ip: the address must lie in one of them */
	struct prefix targets_ip[CUSTOMER_TARGETS_IP_MAX];
};

/* UINT32_MAX (UINT64_MAX) in any of them: no limit. */
struct customer_limits {
	uint32_t rules;    /* accepted, held and pending, as emitted parts */
	uint32_t received; /* rules kept in memory, refused ones included */
	uint32_t prefixes; /* unicast prefixes of one session and family */
	uint32_t cost;     /* hardware entries of these rules */
	uint32_t new_per_second; /* new rules that pass .. */
	uint32_t burst;          /* .. and so many at once */
	uint32_t strikes; /* malformed NLRI in 10 minutes; 0: not counted */
	/* Addresses that all its rules' destinations cover together: IPv4
	 * addresses and IPv6 /64s, and as percent of its own space. */
	uint64_t addresses;
	uint32_t addresses_percent; /* 100 or more: no limit */
};

/* Does a list of prefixes besides the registered ones count, and how? */
enum customer_match {
	OWN_MATCH_ALL = 0, /* the destination lies in each that is configured */
	OWN_MATCH_ANY = 1, /* .. in any */
};

enum customer_rpki {
	OWN_RPKI_VETO = 0,    /* ROAs that cover it must name the customer */
	OWN_RPKI_REQUIRE = 1, /* and there must be one */
	OWN_RPKI_OFF = 2,
};

/* The customer's IRR list, as it came from bgpq4. */
struct customer_irr {
	bool configured;
	bool usable;             /* complete, and young enough */
	uint8_t hash[32];        /* of the file; its serial */
	uint64_t written_ns;     /* wall: when the file was written */
	uint64_t max_age_ms;     /* 0: any */
	struct prefix_set *list; /* owned; NULL: none */
};

/* Rules like this one. */
enum customer_class_kind {
	CLASS_APPROVED = 1, /* wide ones inside it need no person */
	CLASS_HELD = 2,     /* those that meet it wait for one */
};
struct customer_class {
	uint8_t kind;      /* enum customer_class_kind */
	struct rule *rule; /* owned; rule_size() octets */
};
#define CUSTOMER_CLASSES_MAX 64u

/* redirect from[] goes inward as to[]; both as action_set holds them. */
#define CUSTOMER_REWRITES_MAX 16u
struct customer_redirect {
	uint8_t from[8];
	uint8_t to[8];
};
struct customer_rewrite {
	bool raise_rates; /* below the floor: to the floor */
	uint8_t n_redirects;
	struct customer_redirect redirects[CUSTOMER_REWRITES_MAX];
};

/* How a rule is validated against unicast routes; see policy/validation.h. */
enum customer_validate {
	VALIDATE_NONE = 0, /* nobody said: refuses */
	VALIDATE_NEIGHBOR_AS = 1,
	VALIDATE_STRICT = 2,
	VALIDATE_OFF = 3,
};
enum customer_best_match {
	BEST_MATCH_EXTERNAL = 0, /* it must lead to one of asns */
	BEST_MATCH_INTERNAL = 1, /* or be born inside, in a registered prefix */
};
enum customer_failover {
	FAILOVER_REVOKE = 0,
	FAILOVER_KEEP = 1, /* another AS may carry what asns originate */
};

#define CUSTOMER_ASNS_MAX 4096

/* Rules kept in memory of a customer that may have so many accepted: bounded
 * also where it may have any number. */
#define CUSTOMER_RECEIVED_MAX 2000000u
static inline uint32_t
customer_received(uint32_t rules)
{
	return rules > CUSTOMER_RECEIVED_MAX / 2 ? CUSTOMER_RECEIVED_MAX
						 : 2 * rules;
}

struct customer {
	char name[CUSTOMER_NAME_MAX];
	uint32_t asn;
	uint8_t mode; /* enum customer_mode */
	uint8_t n_tags;
	uint32_t components; /* bit n: rule component n may be used */
	bool noc;            /* the operators themselves: they own no space */
	struct prefix_set *own; /* registered prefixes; owned; NULL: none */
	uint64_t space;         /* of own; see customer_measure() */
	struct customer_irr irr;
	uint8_t match; /* enum customer_match */
	uint8_t rpki;  /* enum customer_rpki */
	bool pa;       /* the space is ours: ROAs may name our AS */
	bool shared;   /* others may own some of it too */
	struct customer_window ipv4;
	struct customer_window ipv6;
	struct customer_actions actions;
	struct customer_limits limits;
	struct customer_rewrite rewrite;
	struct customer_class *classes; /* owned */
	uint32_t n_classes;
	bool flap_breaker;
	uint64_t lifetime_ms; /* of a rule, at most; 0: no end */
	uint64_t linger_ms;   /* how long rules outlive a lost session */
	uint8_t validate;     /* enum customer_validate */
	uint8_t best_match;   /* enum customer_best_match */
	uint8_t failover;     /* enum customer_failover */
	uint32_t local_pref;  /* of the unicast routes that it announces */
	uint32_t *asns;       /* besides asn: also behind it; sorted; owned */
	uint32_t n_asns;
	struct customer_tag tags[CUSTOMER_TAGS_MAX];
};

/*
 * Fill with the defaults: mode monitor, no prefixes, IPv4 /25../32 with /24
 * held, IPv6 /56../128 with /48../55 held, every component, discard only,
 * floors of 8000 octets and 10 packets a second without a ceiling, 50 rules,
 * 100 received, 1000 unicast prefixes, 200 cost units, 10 new rules a second
 * in bursts of 20, 20 strikes, no limit of addresses, match all, RPKI veto,
 * lifetime 24 hours, flap breaker on, no rewriting, no classes, linger 30
 * minutes, validate neighbor-as, LOCAL_PREF 100, no further ASNs. What the
 * customer owned before is not freed.
 */
void customer_defaults(struct customer *customer);

/* Free what the customer owns (not the struct) and zero it. */
void customer_free(struct customer *customer);

/* The window of a family; one that refuses all for an unknown family. */
struct customer_window customer_window(
    const struct customer *customer, unsigned afi);

/* Addresses of a prefix as customer_limits counts them: IPv4 addresses, or
 * IPv6 /64s (1 for a longer prefix). Saturates at UINT64_MAX; 0 for no known
 * family. */
uint64_t customer_addresses(const struct prefix *prefix);

/* The same of all prefixes of a set together, each counted once where they
 * overlap; saturates; 0 for NULL. Linear in the set's size. */
uint64_t customer_space(const struct prefix_set *set);

/* Fill customer->space. To be called once, when own is complete. */
void customer_measure(struct customer *customer);

/* What all destinations may cover together, by both limits of addresses, once
 * measured; UINT64_MAX: no limit. */
uint64_t customer_address_limit(const struct customer *customer);
