/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a session says to guard, supervisor and peer, held against what was
 * said to it: a model of the rules, kept from octets and messages alone, in a
 * world of memory (tests/lib/fake_world.h). What does not fit aborts.
 */
#pragma once

#include "proxy/session/session.h"
#include "tests/lib/fake_world.h"

#define MODEL_RULES   512
#define MODEL_HANDLES 64

/* Rules by a hash of their octets, each with a hash of its value. */
struct model_rules {
	unsigned n;
	bool full; /* more came than there is room for */
	struct model_rule {
		uint64_t key;
		uint64_t value;
		uint8_t family;
		bool seen; /* named since the dump began */
		uint32_t customer;
	} rule[MODEL_RULES];
};

/* One direction of a connection, cut into messages. */
struct model_stream {
	size_t len;
	bool ended; /* by a NOTIFICATION, or what is no message */
	unsigned messages;
	uint8_t octets[4096];
};

struct model_peer {
	struct model_stream in;  /* from the peer */
	struct model_stream out; /* to the peer */
	bool opened;             /* it sent an OPEN that can be read */
	bool established;        /* and a KEEPALIVE */
	bool swept;              /* a refresh may have ended rules */
	bool closed;             /* the supervisor was told */
	uint8_t families;
	uint8_t code; /* of the NOTIFICATION that it was sent */
	uint8_t subcode;
	uint64_t heard_ms; /* when octets of it were last read */
	struct open open;
	struct model_rules says; /* customers: it announces */
	struct model_rules has;  /* inward: it was told */
};

struct model {
	struct session *session;
	struct model_peer peer[WORLD_SOCKETS];
	struct model_rules ever;   /* announced by any */
	struct model_rules view;   /* the guard was told */
	struct model_rules wanted; /* the guard wants inward */
	uint64_t attrs;            /* customers whose attributes are known */
	uint32_t bound;            /* the largest max_received so far */
	bool strange; /* the guard has said what the model does not follow */
	bool stopping;
	bool syncing;
	int guard; /* descriptors of channels; -1: none */
	int supervisor;
	bool stated; /* this guard has heard a state */
	uint8_t begun;
	struct msg_session_state state; /* the last that it heard */
	unsigned n_handles;
	uint64_t handle[MODEL_HANDLES]; /* withdrawn, to be acknowledged */
};

/* The one that world_on_…() keep. */
extern struct model model;

void model_reset(struct session *session, int supervisor);
/* There is another guard, or (-1) none. */
void model_guard(int fd);
/* The guard has told it this rule. */
void model_out(const struct msg_out_rule *msg);
void model_sync(enum out_sync sync);
/* At any time. */
void model_check(void);
/* When everybody has read and time enough has passed: the guard's view is what
 * the peer says, or the peer has what the guard wants. */
void model_compare(void);

/* ---- rules ---- */

/* actions NULL: the value is nothing. */
struct model_rule model_rule_of(
    const struct rule *rule, const struct action_set *actions, uint64_t reason);
struct model_rule *model_rules_find(struct model_rules *rules, uint64_t key);
void model_rules_put(struct model_rules *rules, const struct model_rule *rule);
void model_rules_drop(struct model_rules *rules, uint64_t key);
void model_rules_clear(struct model_rules *rules);
