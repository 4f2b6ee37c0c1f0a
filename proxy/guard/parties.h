/* SPDX-License-Identifier: BSD-2-Clause */
/* Whom the guard deals with: customers, neighbours, and what operators did to
 * them. */
#pragma once

#include "proxy/common/channel.h"
#include "proxy/common/loop.h"
#include "proxy/guard/bounds.h"
#include "proxy/guard/bucket.h"
#include "proxy/guard/config.h"
#include "proxy/guard/coverage.h"
#include "proxy/guard/rib_in.h"
#include "proxy/guard/rib_out.h"
#include "proxy/guard/session_end.h"
#include "proxy/guard/strikes.h"
#include "proxy/guard/suspects.h"

struct guard;

/* Something that an operator did and that stays until it is undone. */
struct guard_act {
	bool on;
	bool owed;         /* its entry has found no room in the log yet */
	uint64_t id;       /* of its entry in the table of live rules */
	uint64_t since_ns; /* wall */
	char by[32];
	char why[ENTRY_TEXT_MAX];
};

/* One of a customer that is not configured. */
struct guard_orphan {
	uint8_t verb; /* enum contain_verb */
	char name[CUSTOMER_NAME_MAX];
	struct guard_act act;
};

/* One customer; lives as long as the guard, so that a reload keeps counts. */
struct guard_customer {
	uint32_t number;
	uint32_t rules;      /* inward rules accepted, held or pending .. */
	uint32_t cost;       /* .. and their hardware entries */
	uint32_t idle_rules; /* of these: monitored, so nowhere inward */
	uint32_t idle_cost;
	uint32_t known; /* rules of all its sessions */
	uint32_t mid;   /* sessions in the middle of what came at once */
	uint64_t mid_ms;
	struct bucket news;        /* new rules */
	struct coverage *coverage; /* NULL: addresses are not limited */
	struct strikes strikes;
	struct suspects suspects;
	struct guard_act quarantine;
	struct guard_act freeze;
	bool muted;
	bool irr_held;      /* a new list waits for a person .. */
	uint32_t irr_found; /* .. with so many prefixes */
	uint32_t n_waiting;
	uint32_t saved_rules; /* scratch of a dry run */
	uint32_t saved_idle_rules;
	uint32_t saved_idle_cost;
	uint32_t saved_cost;
	struct coverage *saved_coverage;
	uint64_t verdicts[GUARD_REASONS]; /* since the guard started */
	const struct customer *policy;    /* in config; NULL: removed */
	struct rib_link waiting;          /* WAIT_QUOTA, in arrival order */
	bool room;                        /* what is in use went down */
	uint16_t lacks; /* why the first that waits does, when .. */
	const struct rib_rule *asked; /* .. it was this; only compared */
	bool summarised;              /* counts[] holds something */
	bool braked;                  /* scratch of the brake */
	bool revalidate;              /* scratch of a reload */
	uint32_t fed[2];              /* sessions of which all has come */
	uint64_t revoked_ms;          /* last time that it lost a rule so */
	uint32_t lost; /* rules revoked, to be said in the next second .. */
	uint32_t back; /* .. and those that passed again after that */
	char lost_why[EVIDENCE_MAX]; /* of the first of them */
	uint32_t tokens;
	uint64_t tokens_ms;
	uint32_t counts[GUARD_REASONS]; /* refusals for the next summary */
	char name[CUSTOMER_NAME_MAX];
};

/* One configured neighbour, customer's or inward. */
struct guard_peer {
	struct guard *guard;
	uint32_t number;
	bool configured;
	bool internal;
	uint8_t families;
	uint8_t dialect; /* inward */
	char name[NAME_MAX_LEN];
	char address[NAME_MAX_LEN]; /* or "198.51.100.0/28#1" */
	char session[NAME_MAX_LEN]; /* in records: or "198.51.100.5#1" */
	struct prefix range;        /* of the family NONE: one address */
	struct auth_state auth;     /* counts, at our listeners */
	struct channel *channel;    /* NULL: its process is not there */
	struct msg_session_state state;
	struct session_end ended; /* the last, also of a process before */
	bool heard;               /* state is from this process */
	/* customers */
	struct guard_customer *customer;
	struct rib_link rules;
	struct rib_link acks; /* WAIT_ACK */
	struct timer *linger;
	bool lingering;
	uint64_t linger_left_ms;
	uint64_t linger_since_ms; /* boot time */
	uint64_t stable_since_ms; /* boot time; 0: not complete */
	bool replayed;
	bool grace;               /* lingering only for the replay to come */
	bool mid;                 /* more of what came at once follows */
	uint8_t complete;         /* families of which all has come */
	uint8_t refreshing;       /* families between BoRR and EoRR */
	uint64_t refreshed_ms[2]; /* last BoRR taken: IPv4, IPv6; 0: none */
	/* unicast */
	uint16_t source;   /* in the unicast table; SOURCE_NONE */
	uint8_t fed;       /* unicast families of which all has come */
	uint8_t counted;   /* .. in the sums of those fed */
	uint8_t overflow;  /* .. of which a route found no room */
	uint8_t again;     /* .. and of which none did in this refresh either */
	uint8_t replaying; /* .. between BoRR and EoRR */
	uint64_t foreign;  /* routes outside what the customer owns */
	uint64_t notes_minute; /* of notes: this minute had .. */
	uint32_t notes;        /* .. so many */
	/* inward */
	struct rib_cursor cursor;
	struct bucket pace; /* first announcements */
	bool paced;         /* some wait for it */
	size_t unpaced;     /* so many are not paced */
	bool attached;
	bool greeted; /* OUT_SYNC_BEGIN has been said */
	bool dumping; /* between OUT_SYNC_BEGIN and _END */
	bool dumped;
	size_t next_attrs;  /* customer whose attributes are to be said next */
	uint64_t held_left; /* MSG_OUT_HELD that it may still send */
	bool reported;      /* it has said what it holds */
};
