/* SPDX-License-Identifier: BSD-2-Clause */
/* What the IRR list and the ROAs say of a destination. */
#include "policy/ownership.h"

#include <stddef.h>
#include <string.h>

#include "policy/prefix_set.h"

#define HASH_SHOWN 4 /* octets of a file's hash */

enum ownership_irr
ownership_irr(const struct customer_irr *irr, const struct prefix *dst,
    bool stands, const struct prefix_entry **entry)
{
	*entry = NULL;
	if (!irr->configured)
		return OWNERSHIP_IRR_NONE;
	if (!irr->usable && !stands)
		return OWNERSHIP_IRR_UNKNOWN;
	*entry = prefix_set_longest(irr->list, dst);
	if (*entry != NULL)
		return OWNERSHIP_IRR_INSIDE;
	return irr->usable && irr->list != NULL ? OWNERSHIP_IRR_OUTSIDE
						: OWNERSHIP_IRR_UNKNOWN;
}

void
ownership_irr_line(struct line *line, const struct customer_irr *irr,
    const struct prefix_entry *entry)
{
	line_text(line, "IRR ");
	line_text(line, entry->text);
	line_text(line, " (file ");
	line_hex(line, irr->hash, HASH_SHOWN);
	line_text(line, " of ");
	line_date(line, irr->written_ns);
	line_text(line, ")");
}

/* Whose AS numbers are looked for, and what was found. */
struct search {
	const struct customer *customer;
	uint32_t local_asn;
	struct ownership_roas *out;
};

/* The AS numbers behind the customer are sorted. */
static bool
asns_hold(const struct customer *customer, uint32_t asn)
{
	uint32_t low = 0, high = customer->n_asns;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (customer->asns[middle] < asn)
			low = middle + 1;
		else
			high = middle;
	}
	return low < customer->n_asns && customer->asns[low] == asn;
}

/* AS 0 names nobody (RFC 6483 4, RFC 7607). */
static bool
roa_names(const struct search *search, uint32_t asn)
{
	const struct customer *customer = search->customer;

	if (asn == 0)
		return false;
	return asn == customer->asn ||
	       (customer->pa && asn == search->local_asn) ||
	       asns_hold(customer, asn);
}

static bool
roa_visit(void *visitor, const struct vrp *vrp)
{
	struct search *search = visitor;
	struct ownership_roas *out = search->out;

	out->covered = true;
	if (roa_names(search, vrp->asn)) {
		out->named = true;
		out->roas[0] = *vrp;
		out->n = 1;
		return true;
	}
	if (out->n < OWNERSHIP_ROAS)
		out->roas[out->n++] = *vrp;
	return false;
}

void
ownership_roas(const struct customer *customer, uint32_t local_asn,
    const struct rpki_view *view, const struct prefix *dst,
    struct ownership_roas *out)
{
	struct search search = { customer, local_asn, out };

	out->covered = false;
	out->named = false;
	out->n = 0;
	(void)view->covering(view->ctx, dst, roa_visit, &search);
}

void
ownership_roa_line(struct line *line, const struct vrp *vrp)
{
	line_text(line, "ROA ");
	line_prefix(line, &vrp->prefix);
	line_text(line, "-");
	line_number(line, vrp->max_len);
	line_text(line, " AS");
	line_number(line, vrp->asn);
}

void
ownership_view_line(struct line *line, const struct rpki_view *view)
{
	line_text(line, "(");
	line_text(line, view->cache == NULL ? "?" : view->cache);
	line_text(line, " session ");
	line_number(line, view->session);
	line_text(line, " serial ");
	line_number(line, view->serial);
	line_text(line, ")");
}
