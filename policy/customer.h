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

struct customer_limits {
	uint32_t rules;    /* accepted, held and pending, as emitted parts */
	uint32_t received; /* rules kept in memory, refused ones included */
	uint32_t prefixes; /* unicast prefixes of one session and family */
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

struct customer {
	char name[CUSTOMER_NAME_MAX];
	uint32_t asn;
	uint8_t mode; /* enum customer_mode */
	uint8_t n_tags;
	uint32_t components;    /* bit n: rule component n may be used */
	struct prefix_set *own; /* registered prefixes; owned; NULL: none */
	struct customer_window ipv4;
	struct customer_window ipv6;
	struct customer_actions actions;
	struct customer_limits limits;
	uint64_t linger_ms;  /* how long rules outlive a lost session */
	uint8_t validate;    /* enum customer_validate */
	uint8_t best_match;  /* enum customer_best_match */
	uint8_t failover;    /* enum customer_failover */
	uint32_t local_pref; /* of the unicast routes that it announces */
	uint32_t *asns;      /* besides asn: also behind it; sorted; owned */
	uint32_t n_asns;
	struct customer_tag tags[CUSTOMER_TAGS_MAX];
};

/*
 * Fill with the defaults: mode monitor, no prefixes, IPv4 /25../32 with /24
 * held, IPv6 /56../128 with /48../55 held, every component, discard only,
 * floors of 8000 octets and 10 packets a second without a ceiling, 50 rules,
 * 100 received, 1000 unicast prefixes, linger 30 minutes, validate
 * neighbor-as, LOCAL_PREF 100, no further ASNs. What the customer owned before
 * is not freed.
 */
void customer_defaults(struct customer *customer);

/* Free what the customer owns (not the struct) and zero it. */
void customer_free(struct customer *customer);

/* The window of a family; one that refuses all for an unknown family. */
struct customer_window customer_window(
    const struct customer *customer, unsigned afi);
