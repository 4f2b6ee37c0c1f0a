/* SPDX-License-Identifier: BSD-2-Clause */
/* What is found wrong with a log, and in which order it is told. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "store/verify_parts.h"

/* Make room for a finding behind those with a lesser first, or NULL when it is
 * one too many. */
static struct verify_finding *
finding_place(struct verify *verify, uint64_t first)
{
	unsigned at = verify->n_findings;

	while (at > 0 && verify->findings[at - 1].first > first)
		at--;
	if (at == VERIFY_FINDINGS_MAX)
		return NULL;
	if (verify->n_findings < VERIFY_FINDINGS_MAX)
		verify->n_findings++;
	memmove(&verify->findings[at + 1], &verify->findings[at],
	    (verify->n_findings - 1 - at) * sizeof(verify->findings[0]));
	return &verify->findings[at];
}

/* Does it carry on a finding of its kind? Then that one grows. */
static bool
finding_grows(
    struct verify *verify, unsigned fault, uint64_t first, uint64_t last)
{
	for (unsigned i = verify->n_findings; i-- > 0;) {
		struct verify_finding *before = &verify->findings[i];

		if (before->fault == fault && before->last < first &&
		    before->last + 1 == first) {
			before->last = last;
			return true;
		}
	}
	return false;
}

void
verify_found(struct verify *verify, enum verify_fault fault, uint64_t first,
    uint64_t last, const char *format, ...)
{
	struct verify_finding *finding;
	va_list list;

	verify->total++;
	if (finding_grows(verify, fault, first, last))
		return;
	finding = finding_place(verify, first);
	if (finding == NULL)
		return;
	finding->fault = (uint8_t)fault;
	finding->first = first;
	finding->last = last;
	va_start(list, format);
	(void)vsnprintf(finding->text, sizeof(finding->text), format, list);
	va_end(list);
}

/*
 * An entry that is no good is named; a hash that does not agree names all
 * entries below it, and a signature none at all.
 */
static unsigned
vagueness(const struct verify_finding *finding)
{
	switch ((enum verify_fault)finding->fault) {
	case VERIFY_EDITED:
	case VERIFY_MISSING:
	case VERIFY_MISPLACED:
	case VERIFY_UNREADABLE:
		return 0;
	case VERIFY_SHORT:
	case VERIFY_FORKED:
	case VERIFY_HASHES:
	case VERIFY_INDEX:
		return 1;
	case VERIFY_FOREIGN:
	case VERIFY_SOUND:
	case VERIFY_FAULTS:
		break;
	}
	return 2;
}

/* Is a to be told after b? Ranges: the narrower first. */
static bool
is_behind(const struct verify_finding *a, const struct verify_finding *b)
{
	unsigned vague = vagueness(a);

	if (vague != vagueness(b))
		return vague > vagueness(b);
	if (vague == 1 && a->last - a->first != b->last - b->first)
		return a->last - a->first > b->last - b->first;
	return a->first > b->first;
}

void
verify_order(struct verify *verify)
{
	for (unsigned i = 1; i < verify->n_findings; i++) {
		struct verify_finding finding = verify->findings[i];
		unsigned at = i;

		for (; at > 0 && is_behind(&verify->findings[at - 1], &finding);
		     at--)
			verify->findings[at] = verify->findings[at - 1];
		verify->findings[at] = finding;
	}
}

const struct verify_finding *
verify_findings(const struct verify *verify, unsigned *n, uint64_t *total)
{
	*n = verify->n_findings;
	*total = verify->total;
	return verify->findings;
}

const char *
verify_hash(const uint8_t hash[SEAL_LEN], char out[VERIFY_HASH])
{
	(void)snprintf(out, VERIFY_HASH, "%02x%02x%02x%02x%02x%02x%02x%02x",
	    hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6],
	    hash[7]);
	return out;
}
