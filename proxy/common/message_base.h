/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages between roles. One build makes all roles, so there are no
 * versions: plain structs in host order, a length and a kind in front. The
 * receiver checks every field as if a stranger had sent it
 * (proxy/common/check.h helps).
 *
 * Variable parts: a message that ends in a rule carries rule_size() octets of
 * it, then raw_len octets of NLRI as received where it says so. Strings are
 * NUL-terminated inside their fixed arrays.
 *
 * Words of art
 *   peer      one configured BGP neighbour; a number given by the supervisor,
 *             stable as long as the supervisor lives
 *   customer  a configured customer; a number given likewise, by name
 *   handle    names one slot of a session's Adj-RIB-In: generation << 32 | slot
 *   complete  the peer has sent all it has: End-of-RIB, or quiet time
 */
#pragma once

#include <stdint.h>

#include "policy/action.h"
#include "policy/prefix.h"
#include "policy/rule.h"
#include "policy/rpki.h"
#include "policy/unicast.h"
#include "policy/verdict.h"
#include "proxy/wire/family.h"
#include "store/entry.h"

#define MSG_LEN_MAX 16384u /* no message is longer */
#define PATH_LEN    256
#define ROLE_FD     3 /* every role finds its channel to the supervisor here */

enum role {
	ROLE_NONE = 0,
	ROLE_SUPERVISOR,
	ROLE_SESSION,
	ROLE_GUARD,
	ROLE_STORE,
	ROLE_CONTROL,
	ROLE_LOADER,
	ROLE_RPKI,
	ROLE_HTTP,
	ROLE_SIGNER,
	ROLE_WITNESS,
	ROLE_COUNT
};

#define FAMILY_FLOWSPEC (FAMILY_IPV4_FLOWSPEC | FAMILY_IPV6_FLOWSPEC)
#define FAMILY_UNICAST  (FAMILY_IPV4_UNICAST | FAMILY_IPV6_UNICAST)

enum msg_kind {
	MSG_NONE = 0,
	/* supervisor -> any */
	MSG_CHANNEL, /* + fd: a channel to another role */
	MSG_STOP,    /* end; session: NOTIFICATION first */
	/* supervisor -> any but the loader; role.c takes it, no role sees it */
	MSG_LOG_LEVEL,
	/* supervisor <-> session */
	MSG_SESSION_CONFIG,
	MSG_SOCKET,        /* + fd: a connected TCP socket */
	MSG_SOCKET_CLOSED, /* session is done with it: close the duplicate */
	MSG_DIAL,          /* session asks for a connection */
	MSG_DIAL_FAILED,
	MSG_NUDGE, /* supervisor -> session: send a KEEPALIVE now */
	/* loader -> supervisor -> guard */
	MSG_CFG_BEGIN,
	MSG_CFG_ROUTER,
	MSG_CFG_LISTEN,
	MSG_CFG_CUSTOMER,
	MSG_CFG_PREFIX,
	MSG_CFG_TARGET,
	MSG_CFG_ASN,
	MSG_CFG_VALIDATION,
	MSG_CFG_NEIGHBOR,
	MSG_CFG_KEY, /* of the neighbour before it; kept from the guard */
	MSG_CFG_IRR, /* a customer's list; its prefixes follow */
	MSG_CFG_CLASS,
	MSG_CFG_REWRITE,
	MSG_CFG_WISH,
	MSG_CFG_PROTECTED,
	MSG_CFG_FLEET,
	MSG_CFG_RPKI,
	MSG_CFG_SERVICE,
	MSG_CFG_LOG,
	MSG_CFG_ERROR, /* loader only */
	MSG_CFG_END,
	MSG_CFG_RESULT,  /* guard -> supervisor */
	MSG_PEER_BROKEN, /* guard, store, signer -> supervisor: start it anew */
	/* supervisor -> guard, outside of a set: another list of a customer */
	MSG_IRR_BEGIN,  /* struct msg_cfg_irr */
	MSG_IRR_PREFIX, /* struct msg_cfg_prefix */
	MSG_IRR_END,    /* struct msg_irr_end */
	MSG_HELD,       /* supervisor -> guard: this waits for a person */
	MSG_PEER_AUTH,  /* supervisor -> guard: segments that no key fitted */
	MSG_CONFIRMED,  /* guard -> supervisor, rpki: a person said yes */
	/* supervisor -> store, control, http, rpki */
	MSG_STORE_CONFIG,
	MSG_CONTROL_CONFIG,
	MSG_HTTP_CONFIG,
	MSG_RPKI_CONFIG, /* struct msg_cfg_rpki */
	MSG_HTTP_ASK,    /* http -> supervisor: a connection to control, please;
			    the answer is MSG_CHANNEL, to both */
	/* supervisor -> store, signer, witness: struct msg_cfg_log */
	MSG_STORE_LOG,
	MSG_SIGNER_CONFIG,
	MSG_WITNESS_CONFIG,
	/* signer, store, witness: proxy/common/message_seal.h */
	MSG_SIGNER_HELLO,
	MSG_SIGN,
	MSG_COSIGN,
	MSG_SIGNED,
	MSG_ROTATE,
	MSG_SUBMIT,
	MSG_SUBMITTED,
	/* rpki -> guard */
	MSG_VRP_BEGIN, /* forget all: everything follows */
	MSG_VRP,
	MSG_RPKI_STATE,
	/* control <-> supervisor */
	MSG_RELOAD,
	MSG_RELOAD_RESULT,
	MSG_LOG_ASK,
	MSG_LOG_SHOWN,
	/* session -> guard */
	MSG_SESSION_STATE,
	MSG_RULE_ANNOUNCE,
	MSG_RULE_WITHDRAW,
	MSG_RULE_REFUSED, /* framed, but no rule could be made of it */
	MSG_RIB_MARK,
	MSG_UNICAST, /* routes of one UPDATE, or withdrawn */
	MSG_OUT_HELD,
	/* guard -> session */
	MSG_RULE_ACK,
	MSG_REFRESH,
	MSG_PEER_CEASE,
	MSG_OUT_ATTRS,
	MSG_OUT_ANNOUNCE,
	MSG_OUT_WITHDRAW,
	MSG_OUT_SYNC,
	/* guard <-> store */
	MSG_STORE_HELLO,  /* store -> guard */
	MSG_STORE_LOAD,   /* guard -> store: send the live rules */
	MSG_STORE_LIVE,   /* store -> guard: one live rule (packed entry) */
	MSG_STORE_LOADED, /* store -> guard: that was all */
	MSG_STORE_APPEND, /* guard -> store: one packed entry */
	MSG_STORE_DURABLE,
	MSG_STORE_STATUS, /* store -> guard: full, or fine again */
	MSG_STORE_NOTE,   /* store -> guard: please record this */
	/* control <-> store */
	MSG_AUDIT_QUERY,
	MSG_AUDIT_ENTRY, /* packed entry */
	MSG_AUDIT_END,
	MSG_AUDIT_RAW_ASK,
	MSG_AUDIT_RAW,
	MSG_AUDIT_SEAL_ASK,
	MSG_AUDIT_SEAL,
	MSG_AUDIT_PROOF_ASK,
	MSG_AUDIT_PROOF,
	MSG_AUDIT_ACT,
	MSG_AUDIT_ACTED,
	/* control <-> guard */
	MSG_CTL_REQUEST,
	MSG_CTL_STATUS,
	MSG_CTL_SESSION,
	MSG_CTL_RULE,
	MSG_CTL_CHECK,
	MSG_CTL_ROUTE,
	MSG_CTL_CUSTOMER,
	MSG_CTL_METRIC,
	MSG_CTL_END,
	/* supervisor -> guard, before its first configuration */
	MSG_GUARD_PAST,    /* + fd: struct past_page, to write to */
	MSG_GUARD_SUSPECT, /* a rule that a guard may have crashed of */
	MSG_KINDS
};

struct msg_head {
	uint32_t len; /* whole message, head included; a multiple of 8 */
	uint16_t kind;
	uint16_t zero;
};

struct address {
	uint8_t afi; /* enum afi; 0: any */
	uint8_t zero;
	uint16_t port;  /* host order */
	uint32_t scope; /* IPv6 link-local interface index */
	uint8_t addr[ADDRESS_MAX];
};

/* How the kernel tells that a TCP segment is its sender's. */
enum auth_kind {
	AUTH_NONE = 0,
	AUTH_MD5 = 1, /* RFC 2385 */
	AUTH_AO = 2,  /* RFC 5925 */
};

/* What the kernel has counted, in segments; of a connection, or (by the
 * supervisor) of what came to the listeners from one neighbour. */
struct auth_state {
	uint8_t kind;    /* enum auth_kind */
	uint8_t current; /* AO: SendID of the key that signs what we send */
	uint8_t next;    /* AO: RNextKeyID, the RecvID that we ask for */
	uint8_t zero[5];
	uint64_t good;
	uint64_t bad;         /* the key is there, the MAC is wrong */
	uint64_t unknown;     /* a KeyID that we have not */
	uint64_t unsigned_in; /* without an option, where one is due */
};

/* ---- supervisor -> any ---- */

struct msg_channel { /* MSG_CHANNEL, fd is the receiver's end */
	struct msg_head head;
	uint32_t role; /* enum role at the other end */
	uint32_t peer; /* ROLE_SESSION: which */
};

struct msg_stop { /* MSG_STOP */
	struct msg_head head;
	uint8_t subcode; /* Cease subcode a session sends: 2 shutdown, 3
			    de-configured, 4 reset */
	uint8_t zero[7];
	char text[128]; /* shutdown communication, RFC 9003 */
};

struct msg_log_level { /* MSG_LOG_LEVEL */
	struct msg_head head;
	uint8_t least; /* enum log_class that is still printed */
	uint8_t zero[7];
};

/* ---- supervisor <-> session ---- */

/* A BGP community: 4, 8 or 12 octets. */
enum community_kind {
	COMMUNITY_STANDARD = 1,
	COMMUNITY_EXTENDED = 2,
	COMMUNITY_LARGE = 3,
};
struct community {
	uint8_t kind; /* enum community_kind */
	uint8_t zero[3];
	uint8_t value[12];
};

/* Unicast routes that are not taken into the table: those with one of these
 * communities, and those of these originators. */
#define IGNORE_COMMUNITIES_MAX 32
#define IGNORE_ORIGINATORS_MAX 32
struct ignore {
	uint32_t n_communities;
	uint32_t n_originators;
	struct community community[IGNORE_COMMUNITIES_MAX];
	/* ORIGINATOR_ID, or the neighbour's BGP Identifier where that is
	 * absent; host order */
	uint32_t originator[IGNORE_ORIGINATORS_MAX];
};

/* Communities by which a customer asks for something beside the rule. */
#define WISH_RULES_MAX 16
struct wish_rule {
	struct community community;
	struct wish wish; /* one thing asked for: a lifetime or a dry run */
};
struct wish_rules {
	uint32_t n;
	uint32_t zero;
	struct wish_rule rule[WISH_RULES_MAX];
};

struct msg_session_config { /* MSG_SESSION_CONFIG: first, and on change */
	struct msg_head head;
	uint32_t peer;
	uint32_t local_asn;
	uint32_t peer_asn;
	uint8_t router_id[4];
	uint32_t max_received; /* rules kept of this peer; 0 for inward */
	uint32_t max_prefixes; /* unicast prefixes of one family that a customer
				  may announce; 0 for inward: no limit */
	uint16_t hold_s;
	uint8_t families;         /* enum family bits offered */
	uint8_t internal;         /* iBGP: rules go out, none come in */
	uint8_t passive;          /* never asks to dial */
	uint8_t authenticated;    /* enum auth_kind, as configured */
	uint16_t connect_retry_s; /* longest wait between attempts */
	uint32_t local_pref;
	uint32_t zero;
	char name[NAME_MAX_LEN]; /* subject of log lines */
	struct ignore ignore;
	struct wish_rules wishes;
};

enum socket_direction {
	SOCKET_ACTIVE = 1,
	SOCKET_PASSIVE = 2
};

struct msg_socket { /* MSG_SOCKET + fd, MSG_SOCKET_CLOSED */
	struct msg_head head;
	uint32_t id; /* the supervisor's number for this connection */
	uint8_t direction;
	uint8_t authenticated; /* enum auth_kind: what the kernel checks */
	uint16_t zero;
	struct address local;
	struct address remote;
};

struct msg_dial { /* MSG_DIAL, MSG_DIAL_FAILED */
	struct msg_head head;
	int32_t error; /* errno, MSG_DIAL_FAILED */
	uint32_t zero;
};
