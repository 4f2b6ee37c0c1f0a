/* SPDX-License-Identifier: BSD-2-Clause */
/* Communities of ours among those of an UPDATE. */
#include "proxy/session/communities.h"

#include "proxy/wire/community.h"

bool
communities_have(const struct update *update, const struct community *community)
{
	switch (community->kind) {
	case COMMUNITY_STANDARD:
		return community_in(update->communities, community->value,
		    COMMUNITY_SIZE_STANDARD);
	case COMMUNITY_EXTENDED:
		return community_in(update->ext_communities, community->value,
		    COMMUNITY_SIZE_EXTENDED);
	default:
		return community_in(update->large_communities, community->value,
		    COMMUNITY_SIZE_LARGE);
	}
}

/* Add what is asked for by one community to what is by others. */
static void
add(struct wish *wish, const struct wish *asked)
{
	if (asked->dry_run != 0)
		wish->dry_run = 1;
	if (asked->lifetime_s != 0 &&
	    (wish->lifetime_s == 0 || asked->lifetime_s < wish->lifetime_s))
		wish->lifetime_s = asked->lifetime_s;
}

struct wish
communities_wish(const struct update *update, const struct wish_rules *wishes)
{
	struct wish wish = { 0 };

	for (uint32_t i = 0; i < wishes->n; i++) {
		const struct wish_rule *rule = &wishes->rule[i];

		if (communities_have(update, &rule->community))
			add(&wish, &rule->wish);
	}
	return wish;
}
