/* SPDX-License-Identifier: BSD-2-Clause */
/* What each customer's rules carry inward. */
#include "proxy/session/out_attrs.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/session/list.h"
#include "proxy/wire/reader.h"

int
out_attrs_init(struct out_attrs_set *set, const uint8_t key[HASH_KEY_LEN])
{
	return keyset_init(&set->set, key);
}

static void
row_free(void *ctx, struct keyset_node *node)
{
	(void)ctx;
	free(LIST_OF(node, struct out_attrs, node));
}

void
out_attrs_fini(struct out_attrs_set *set)
{
	if (set->set.heads == NULL)
		return;
	keyset_each(&set->set, row_free, NULL);
	keyset_fini(&set->set);
}

struct out_attrs *
out_attrs_find(const struct out_attrs_set *set, uint32_t customer)
{
	struct keyset_node *node =
	    keyset_find(&set->set, &customer, sizeof(customer));

	return node == NULL ? NULL : LIST_OF(node, struct out_attrs, node);
}

/* Kinds known, octets past a value zero, and no more of one kind than an
 * announcement can carry. */
static bool
valid(const struct msg_out_attrs *msg)
{
	static const uint8_t len[] = {
		[COMMUNITY_STANDARD] = 4,
		[COMMUNITY_EXTENDED] = 8,
		[COMMUNITY_LARGE] = 12,
	};
	unsigned n[sizeof(len)] = { 0 };

	if (msg->n > OUT_COMMUNITIES_MAX)
		return false;
	for (uint32_t i = 0; i < msg->n; i++) {
		const struct community *community = &msg->community[i];
		unsigned kind = community->kind;

		if (kind >= sizeof(len) || len[kind] == 0)
			return false;
		n[kind]++;
		for (size_t at = len[kind]; at < sizeof(community->value); at++)
			if (community->value[at] != 0)
				return false;
	}
	return n[COMMUNITY_STANDARD] <= UPDATE_COMMUNITIES_MAX &&
	       n[COMMUNITY_EXTENDED] <= UPDATE_TARGETS_MAX &&
	       n[COMMUNITY_LARGE] <= UPDATE_LARGE_MAX;
}

static bool
row_same(const struct out_attrs *row, const struct msg_out_attrs *msg)
{
	if (row->n != msg->n)
		return false;
	for (uint32_t i = 0; i < msg->n; i++)
		if (row->community[i].kind != msg->community[i].kind ||
		    memcmp(row->community[i].value, msg->community[i].value,
			sizeof(row->community[i].value)) != 0)
			return false;
	return true;
}

struct out_attrs *
out_attrs_set(
    struct out_attrs_set *set, const struct msg_out_attrs *msg, bool *changed)
{
	struct out_attrs *row = out_attrs_find(set, msg->customer);

	*changed = false;
	if (!valid(msg))
		return NULL;
	if (row != NULL && row_same(row, msg))
		return row;
	if (row == NULL) {
		if (set->set.count >= OUT_ATTRS_MAX)
			return NULL;
		row = calloc(1, sizeof(*row));
		if (row == NULL)
			return NULL;
		row->customer = msg->customer;
		row->node.key = &row->customer;
		row->node.len = sizeof(row->customer);
		keyset_insert(&set->set, &row->node);
	}
	row->n = msg->n;
	memcpy(row->community, msg->community, sizeof(row->community));
	*changed = true;
	return row;
}

static void
add_community(const struct community *community, struct update_attrs *out)
{
	struct reader reader;

	reader_init(&reader, community->value, sizeof(community->value));
	if (community->kind == COMMUNITY_STANDARD)
		out->communities[out->n_communities++] = reader_u32(&reader);
	if (community->kind == COMMUNITY_EXTENDED)
		(void)reader_bytes(&reader, out->targets[out->n_targets++], 8);
	if (community->kind == COMMUNITY_LARGE) {
		struct large_community *large = &out->large[out->n_large++];

		large->global = reader_u32(&reader);
		large->local1 = reader_u32(&reader);
		large->local2 = reader_u32(&reader);
	}
}

void
out_attrs_fill(const struct out_attrs *row, const struct action_set *actions,
    uint32_t local_pref, struct update_attrs *out)
{
	memset(out, 0, sizeof(*out));
	out->actions = *actions;
	out->has_local_pref = true;
	out->local_pref = local_pref;
	for (uint32_t i = 0; i < row->n; i++)
		add_community(&row->community[i], out);
}
