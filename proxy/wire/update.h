/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UPDATE message (RFC 4271 4.3, RFC 4760) under RFC 7606: what it says,
 * and what is to be done with it when it is malformed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/action.h"
#include "policy/reason.h"
#include "proxy/wire/as_path.h"
#include "proxy/wire/family.h"
#include "proxy/wire/fault.h"
#include "proxy/wire/flowspec.h"
#include "proxy/wire/reader.h"
#include "proxy/wire/unicast.h"

/* AS numbers beyond which an AS_PATH is refused. */
#define UPDATE_AS_PATH_MAX 255

/* What the session negotiated. */
struct update_context {
	uint8_t families;  /* enum family bits; other families are ignored */
	bool as4;          /* AS numbers have four octets (RFC 6793) */
	bool external;     /* eBGP */
	uint32_t own_asn;  /* 0: no loop check */
	uint32_t peer_asn; /* compared with the left-most AS over eBGP */
};

/* What to do with the message. Zero ends the session. */
enum update_outcome {
	UPDATE_RESET = 0, /* session reset: send fault_notification(fault) with
			     fault_data; use nothing of the message */
	UPDATE_WITHDRAW,  /* treat-as-withdraw: the announced NLRI count as
			     withdrawn, for update_reason(); withdrawals are
			     honoured; the session stays */
	UPDATE_USE,       /* as it stands */
};

/* One MP attribute, and the legacy fields in the same shape. */
struct update_nlri {
	uint8_t family; /* FAMILY_NONE: absent, or not negotiated: ignore it */
	uint16_t afi;   /* as received; 0: absent */
	uint8_t safi;
	uint16_t n;           /* with a family: how many NLRI */
	struct reader nlri;   /* with a family, framing was checked: only values
				 of Flowspec rules can still be bad */
	struct span next_hop; /* of whatever length; of MP_REACH only */
};

/*
 * Read NLRI with flowspec_next() and flowspec_decode() or, for unicast, with
 * unicast_next(). Withdrawals come first, so that a rule in both ends up
 * announced (RFC 4271 4.3). All spans and readers borrow the message.
 */
struct update {
	enum update_outcome outcome;
	enum wire_fault fault;   /* the worst that is not mere discard */
	uint8_t fault_attribute; /* type it was found in, 0 for none */
	uint8_t discarded;       /* malformed attributes discarded, to 255 */
	struct span fault_data;  /* octets for the NOTIFICATION */
	/* REASON_ACCEPTED, AS_PATH_LENGTH, FIRST_AS or AS_PATH_INVALID: none
	 * of these is a fault, all but the first make UPDATE_WITHDRAW. */
	enum reason path_reason;
	/* A bit per attribute type that came, discarded or not; bit 0 for all
	 * types above 63. */
	uint64_t seen;

	struct update_nlri withdrawn; /* legacy IPv4 unicast */
	struct update_nlri mp_unreach;
	struct update_nlri mp_reach;
	struct update_nlri announced; /* legacy IPv4 unicast */

	struct action_set actions; /* attributes 16, 25; 8 and 32 stripped */

	/* For unicast routes; zero when absent. */
	struct as_path path;
	uint8_t origin; /* 0 IGP, 1 EGP, 2 INCOMPLETE */
	bool has_med;
	bool has_local_pref; /* iBGP only */
	bool has_originator;
	uint32_t med;
	uint32_t local_pref;
	uint32_t originator_id; /* host byte order, iBGP only */
	uint8_t cluster_length; /* of CLUSTER_LIST, to 255; iBGP only */
	struct span next_hop;   /* NEXT_HOP, four octets */
	/* As they came, for community_in(). */
	struct span communities;
	struct span ext_communities;
	struct span large_communities;
};

/*
 * Decode the body of an UPDATE, len octets, which out borrows. Returns
 * out->outcome.
 */
enum update_outcome update_decode(const struct update_context *context,
    const uint8_t *body, size_t len, struct update *out);

/*
 * Why announced NLRI of this UPDATE are refused before they are looked at:
 * REASON_RATE_NOT_FINITE, REASON_ATTRIBUTES, or path_reason; REASON_ACCEPTED
 * when they are not.
 */
enum reason update_reason(const struct update *update);

/*
 * Its unicast routes are to be used; else they count as withdrawn. A traffic
 * rate that is no number says nothing of them: a hijacker that adds one to its
 * route must not become invisible.
 */
bool update_usable_unicast(const struct update *update);

/*
 * End-of-RIB (RFC 4724 2): an empty UPDATE, or one with nothing but an empty
 * MP_UNREACH_NLRI. Sets *family; false for a family that is not negotiated
 * (IPv4 unicast excepted: the empty UPDATE names it).
 */
bool update_is_end_of_rib(const struct update *update, uint8_t *family);
