/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our own UPDATEs: built from judged values, never from received octets. Many
 * NLRI with the same attributes share one message.
 *
 *	update_begin_reach(&builder, &out, FAMILY_IPV4_FLOWSPEC, &attrs);
 *	while (more && update_add(&builder, rule))
 *		…
 *	update_end(&builder);
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/action.h"
#include "policy/rule.h"
#include "proxy/wire/family.h"
#include "proxy/wire/message.h"
#include "proxy/wire/unicast.h"
#include "proxy/wire/writer.h"

#define UPDATE_COMMUNITIES_MAX 10
#define UPDATE_LARGE_MAX       10
#define UPDATE_TARGETS_MAX     10
#define UPDATE_PATH_MAX        16

/* RFC 1997, RFC 7999. */
#define COMMUNITY_NO_EXPORT    0xffffff01u
#define COMMUNITY_NO_ADVERTISE 0xffffff02u
#define COMMUNITY_BLACKHOLE    0xffff029au

struct large_community {
	uint32_t global; /* AS */
	uint32_t local1;
	uint32_t local2;
};

/*
 * The attributes of one announcement. Zeroed: ORIGIN IGP, empty AS_PATH, no
 * LOCAL_PREF, no community, no action, no next hop. Counts above the maximum
 * make update_begin_reach fail.
 */
struct update_attrs {
	struct action_set actions;
	bool has_local_pref; /* inward: always */
	uint32_t local_pref;
	uint8_t n_communities;
	uint8_t n_large;
	uint8_t n_targets;
	uint8_t n_path; /* 0: empty AS_PATH, as inward */
	uint32_t communities[UPDATE_COMMUNITIES_MAX];
	struct large_community large[UPDATE_LARGE_MAX];
	uint8_t targets[UPDATE_TARGETS_MAX][8]; /* ext. communities as on the
						   wire: route targets */
	uint32_t path[UPDATE_PATH_MAX]; /* one AS_SEQUENCE of four octets each;
					   for test speakers */
	uint8_t next_hop_len;           /* 0 for Flowspec */
	uint8_t next_hop[ADDRESS_MAX];
};

/* Longest attributes that follow MP_REACH_NLRI; tested. */
#define UPDATE_TAIL_MAX 512

/* One message under construction. Its fields are update_build.c's. */
struct update_builder {
	struct writer *out; /* borrowed until update_end */
	size_t message;     /* places in out */
	size_t attributes;
	size_t mp_length;
	size_t first_nlri;
	size_t limit; /* out->len that NLRI must not pass */
	uint8_t family;
	bool open;
	size_t tail_len;
	uint8_t tail[UPDATE_TAIL_MAX];
};

/*
 * Begin one UPDATE behind what out already holds. False, with out as it was,
 * when out has no room for the smallest or attrs is beyond its maxima.
 * MP_REACH_NLRI comes first (RFC 7606 5.1), the others in order of type.
 */
bool update_begin_reach(struct update_builder *builder, struct writer *out,
    unsigned family, const struct update_attrs *attrs);
bool update_begin_withdraw(
    struct update_builder *builder, struct writer *out, unsigned family);

/*
 * Add one NLRI. False when it does not fit (a message is MESSAGE_MAX octets at
 * most, out may have less room): nothing is written, end this message and
 * begin another. A rule always fits a message of its own.
 */
bool update_add(struct update_builder *builder, const struct rule *rule);
bool update_add_prefix(
    struct update_builder *builder, const struct prefix *prefix);
/* The same with octets as they are: for test speakers. */
bool update_add_bytes(
    struct update_builder *builder, const uint8_t *data, size_t len);

/* Finish the message. With no NLRI added there is none: out is as it was
 * before update_begin_*, and false is returned. */
bool update_end(struct update_builder *builder);

/* A whole End-of-RIB of one family (RFC 4724 2). */
void update_end_of_rib(struct writer *out, unsigned family);
