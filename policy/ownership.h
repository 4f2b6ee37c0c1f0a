/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three sources that say whose a destination is, each by itself; what
 * follows from them is check_ownership.c's. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/customer.h"
#include "policy/line.h"
#include "policy/prefix.h"
#include "policy/rpki.h"

/* What the customer's IRR list says. */
enum ownership_irr {
	OWNERSHIP_IRR_NONE = 0, /* the customer has none */
	OWNERSHIP_IRR_INSIDE,
	OWNERSHIP_IRR_OUTSIDE,
	OWNERSHIP_IRR_UNKNOWN, /* missing, incomplete or too old */
};

/*
 * Ask the list. stands: the rule was accepted before; then a list that is not
 * usable may still say INSIDE, but never OUTSIDE. *entry is what covers dst
 * (INSIDE), else NULL.
 */
enum ownership_irr ownership_irr(const struct customer_irr *irr,
    const struct prefix *dst, bool stands, const struct prefix_entry **entry);

/* "IRR 203.0.113.0/24 (file 0a1b2c3d of 2026-11-23)" */
void ownership_irr_line(struct line *line, const struct customer_irr *irr,
    const struct prefix_entry *entry);

#define OWNERSHIP_ROAS 2 /* that are told of those that object */

/* What the VRPs that cover a destination say (RFC 6811 2, without maxLength).
 */
struct ownership_roas {
	bool covered;
	bool named; /* one of them names an AS of the customer's: roas[0] */
	uint8_t n;  /* of roas; the first found when none names one */
	struct vrp roas[OWNERSHIP_ROAS];
};

/* local_asn counts where the customer's space is ours (pa). */
void ownership_roas(const struct customer *customer, uint32_t local_asn,
    const struct rpki_view *view, const struct prefix *dst,
    struct ownership_roas *out);

/* "ROA 203.0.113.0/24-24 AS65001" */
void ownership_roa_line(struct line *line, const struct vrp *vrp);
/* "(127.0.0.1:3323 session 7 serial 12)" */
void ownership_view_line(struct line *line, const struct rpki_view *view);
