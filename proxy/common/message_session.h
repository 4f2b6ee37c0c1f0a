/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages between sessions and the guard. */
#pragma once

#include "proxy/common/message_base.h"
#include "proxy/common/message_config.h"

/* ---- session <-> guard, customers ---- */

enum down_reason {
	DOWN_NONE = 0,     /* up, or never was */
	DOWN_LOST = 1,     /* hold timer, TCP loss, errors: rules linger */
	DOWN_CEASED = 2,   /* peer sent Cease 6/2, 6/3 or 6/9: rules end */
	DOWN_REMOVED = 3,  /* no longer configured: rules end */
	DOWN_SHUTDOWN = 4, /* sluice itself stops: rules stay in the store */
	DOWN_CLOSED = 5,   /* the operator or guard closed it: rules end */
};

/* RFC 4271 8.2.2, as shown. */
enum bgp_state {
	BGP_IDLE = 1,
	BGP_CONNECT,
	BGP_ACTIVE,
	BGP_OPEN_SENT,
	BGP_OPEN_CONFIRM,
	BGP_ESTABLISHED,
};

struct msg_session_state { /* first on a new channel, on change, and at most
			      once a second when counters moved */
	struct msg_head head;
	uint32_t peer;
	uint8_t state;    /* enum bgp_state */
	uint8_t up;       /* established */
	uint8_t down;     /* enum down_reason of the last end */
	uint8_t families; /* negotiated */
	uint8_t complete; /* families of which all has come */
	uint8_t refresh;  /* 1 route refresh, 2 enhanced */
	uint8_t authenticated;
	uint8_t code; /* of the last NOTIFICATION, either way */
	uint8_t subcode;
	uint8_t sent_last;    /* we sent it */
	uint16_t hold_s;      /* negotiated */
	uint64_t since_ms;    /* CLOCK_BOOTTIME of the last change of up */
	uint64_t established; /* times */
	uint64_t updates_in;
	uint64_t updates_out;
	uint64_t rules_in;        /* NLRI announced */
	uint64_t malformed;       /* NLRI refused as malformed */
	uint64_t overflow;        /* announcements beyond the received bound */
	uint64_t unicast_in;      /* unicast NLRI announced */
	uint64_t unicast_ignored; /* of these: by community or originator */
	uint32_t held;            /* rules in the Adj-RIB-In or -Out now */
	uint32_t prefixes;        /* customers: unicast prefixes kept now */
	uint8_t router_id[4];
	struct address local;
	struct address remote;
	struct auth_state auth; /* of the connection now, zero without one */
	char text[192];         /* why it went down, for a person */
};

struct msg_rule_announce { /* then rule, then raw */
	struct msg_head head;
	uint64_t handle;
	uint16_t wire_reason; /* enum reason: ACCEPTED where bytes were fine */
	uint16_t raw_len;     /* 0: came in canonical form */
	uint8_t family;
	uint8_t more; /* more of what came at once follows */
	uint8_t zero[2];
	struct wish wish;
	struct action_set actions;
	struct rule rule;
};

struct msg_rule_withdraw { /* then rule */
	struct msg_head head;
	uint64_t handle;
	uint8_t family;
	uint8_t more; /* likewise: none is promoted into its room meanwhile */
	uint8_t zero[6];
	struct rule rule;
};

struct msg_rule_refused { /* then raw */
	struct msg_head head;
	uint16_t reason; /* enum reason */
	uint16_t raw_len;
	uint8_t family;
	uint8_t zero[3];
	char fault[64]; /* the decoder's name for it */
};

/* IPv4: host order. Bits past len are zero. */
struct unicast4 {
	uint32_t addr;
	uint8_t len;
	uint8_t zero[3];
};
struct unicast6 {
	uint8_t addr[16];
	uint8_t len;
	uint8_t zero[7];
};
#define UNICAST4_MAX 1000u /* in one message */
#define UNICAST6_MAX 500u

/*
 * Unicast routes with the same attributes, or (withdraw) prefixes without one.
 * Then n times struct unicast4 or unicast6, by family. Customers: in the order
 * of the session's table; feeds: in the order in which they came.
 */
struct msg_unicast {
	struct msg_head head;
	uint16_t n;       /* 1 to UNICAST4_MAX or UNICAST6_MAX */
	uint8_t family;   /* FAMILY_IPV4_UNICAST or FAMILY_IPV6_UNICAST */
	uint8_t withdraw; /* facts are zero then */
	struct route_facts facts; /* local_pref of an eBGP route: 0, the guard
				     knows better */
};

enum rib_mark {
	MARK_REPLAY_END = 1, /* the new guard has heard all the session knows */
	MARK_COMPLETE = 2,   /* End-of-RIB or quiet time */
	MARK_REFRESH_BEGIN = 3, /* RFC 7313 BoRR */
	MARK_REFRESH_END = 4,   /* EoRR */
};

struct msg_rib_mark {
	struct msg_head head;
	uint8_t mark;   /* enum rib_mark */
	uint8_t family; /* one family bit; REPLAY_END: complete families */
	uint8_t zero[6];
};

/*
 * Marks of unicast families. A customer's session keeps its routes and replays
 * them to a new guard like its rules, as REPLAY_END says. An inward session
 * (a feed) keeps none: towards a new guard its families are incomplete; it asks
 * its peer for route refresh, and says COMPLETE when all has come again (or
 * closes the session where the peer knows no refresh). COMPLETE of a feed
 * stands for this guard and this session only. A refresh that the guard asked
 * for (MSG_REFRESH) or that the peer began is framed by REFRESH_BEGIN and
 * REFRESH_END where both ends are known: customers' replays, RFC 7313. So is
 * what a feed sends again because this guard stood still and missed some; with
 * a plain refresh quiet time ends it then. A BEGIN may come without the END of
 * the one before: it begins anew. Until COMPLETE, which follows END, the state
 * does not name the family as complete.
 */
struct msg_rule_ack { /* the withdrawal of this handle is durable */
	struct msg_head head;
	uint64_t handle;
};

struct msg_refresh { /* ask the peer to send again */
	struct msg_head head;
	uint8_t families;
	uint8_t zero[7];
};

struct msg_peer_cease {
	struct msg_head head;
	uint8_t subcode;
	uint8_t zero[7];
	char text[128];
};

/* ---- session <-> guard, inward ---- */

#define OUT_COMMUNITIES_MAX 10

/* Attributes that all rules of one customer carry inward. */
struct msg_out_attrs {
	struct msg_head head;
	uint32_t customer;
	uint32_t n;
	struct community community[OUT_COMMUNITIES_MAX];
};

struct msg_out_rule { /* MSG_OUT_ANNOUNCE, _WITHDRAW, _HELD; then rule */
	struct msg_head head;
	uint32_t customer; /* whose attributes; WITHDRAW: 0 */
	uint8_t family;
	uint8_t zero[3];
	struct action_set actions;
	uint8_t pad[4];
	struct rule rule;
};

enum out_sync {
	OUT_SYNC_BEGIN = 1, /* guard: a full dump follows */
	OUT_SYNC_END = 2,   /* guard: that was all: withdraw what did not come,
			       then End-of-RIB. session: all that it holds has
			       been reported */
};

struct msg_out_sync { /* both ways */
	struct msg_head head;
	uint32_t sync;
	uint32_t zero;
};
