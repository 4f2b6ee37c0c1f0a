/* SPDX-License-Identifier: BSD-2-Clause */
/* Setups of peers, and the difference between two. */
#include "proxy/supervisor/setup.h"

#include <string.h>

#include "policy/customer.h"

/* Rules kept of a peer: twice what may be accepted; none of an inward one. */
static uint32_t
max_received(const struct cfg_set *set, const struct msg_cfg_neighbor *msg)
{
	if (msg->index == CFG_INTERNAL)
		return 0;
	return customer_received(cfg_set_customer(set, msg->index)->max_rules);
}

/* Unicast prefixes that a customer may announce, by family. */
static uint32_t
max_prefixes(const struct cfg_set *set, const struct msg_cfg_neighbor *msg)
{
	if (msg->index == CFG_INTERNAL)
		return 0;
	return cfg_set_customer(set, msg->index)->max_prefixes;
}

static void
session_fill(const struct cfg_set *set, const struct msg_cfg_neighbor *from,
    struct msg_session_config *out)
{
	*out = (struct msg_session_config){
		.head = { .kind = MSG_SESSION_CONFIG },
		.peer = from->peer,
		.local_asn = set->router.asn,
		.peer_asn = from->asn,
		.max_received = max_received(set, from),
		.max_prefixes = max_prefixes(set, from),
		.hold_s = from->hold_s,
		.families = from->families,
		.internal = from->index == CFG_INTERNAL,
		.passive = from->passive,
		.authenticated = from->authenticated,
		.connect_retry_s = from->connect_retry_s,
		.local_pref = set->router.local_pref,
		.ignore = set->validation.ignore,
	};
	if (from->index != CFG_INTERNAL &&
	    cfg_set_wishes(set, from->index) != NULL)
		out->wishes = *cfg_set_wishes(set, from->index);
	memcpy(out->router_id, set->router.router_id, sizeof(out->router_id));
	memcpy(out->name, from->name, sizeof(out->name));
}

static bool
address_equal(const struct address *a, const struct address *b)
{
	return a->afi == b->afi && a->port == b->port && a->scope == b->scope &&
	       memcmp(a->addr, b->addr, ADDRESS_MAX) == 0;
}

/* Places of one range follow each other. */
static bool
same_range(const struct msg_cfg_neighbor *a, const struct msg_cfg_neighbor *b)
{
	return a->range_len == b->range_len &&
	       address_equal(&a->remote, &b->remote);
}

/* Which contents the file has, if they are good. 0, or -1 and why. */
static int
file_look(const char *path, struct password_id *out, char *why)
{
	struct password password;

	if (password_read(path, &password, why) < 0)
		return -1;
	*out = password.id;
	password_wipe(&password);
	return 0;
}

static int
chain_fill(
    const struct cfg_set *set, uint32_t i, struct keychain *out, char *why)
{
	uint32_t n;
	const struct msg_cfg_key *from = cfg_set_keys(set, i, &n);

	for (out->n = 0; out->n < n; from++) {
		struct keychain_key *key = &out->key[out->n++];

		key->send_id = from->send_id;
		key->receive_id = from->receive_id;
		key->algorithm = from->algorithm;
		key->exclude_options = from->exclude_options;
		key->from_s = from->from_s;
		key->until_s = from->until_s;
		memcpy(key->file, from->file, sizeof(key->file));
		if (file_look(key->file, &key->id, why) < 0)
			return -1;
	}
	return 0;
}

int
setup_fill(const struct cfg_set *set, uint32_t i, struct setup *out, char *why)
{
	const struct msg_cfg_neighbor *neighbor = cfg_set_neighbor(set, i);

	memset(out, 0, sizeof(*out));
	out->neighbor = *neighbor;
	out->keyed = neighbor->range_len == 0 || i == 0 ||
		     !same_range(neighbor, cfg_set_neighbor(set, i - 1));
	session_fill(set, neighbor, &out->session);
	if (neighbor->authenticated == AUTH_MD5)
		return file_look(neighbor->password_file, &out->password, why);
	if (neighbor->authenticated == AUTH_AO)
		return chain_fill(set, i, &out->chain, why);
	return 0;
}

/* How it is authenticated, and with what. */
static uint32_t
auth_whys(const struct setup *old, const struct setup *new)
{
	static const uint32_t of_kind[] = {
		[AUTH_NONE] = 0,
		[AUTH_MD5] = UINT32_C(1) << RESTART_PASSWORD_FILE,
		[AUTH_AO] = UINT32_C(1) << RESTART_TCP_AO,
	};
	const struct msg_cfg_neighbor *a = &old->neighbor;
	const struct msg_cfg_neighbor *b = &new->neighbor;
	uint32_t whys = 0;

	if (a->authenticated != b->authenticated)
		whys |= of_kind[a->authenticated] | of_kind[b->authenticated];
	if (strncmp(a->password_file, b->password_file, PATH_LEN) != 0 ||
	    !password_id_equal(&old->password, &new->password))
		whys |= of_kind[AUTH_MD5];
	if (keychain_compare(&old->chain, &new->chain) == KEYCHAIN_CLASH)
		whys |= of_kind[AUTH_AO];
	return whys;
}

/* What the TCP connection or the OPEN rests on. The dialect is not in it: the
 * guard says everything again to a session that stays. Nor is whose neighbour
 * it is, which its name says. */
uint32_t
setup_whys(const struct setup *old, const struct setup *new)
{
	const struct msg_cfg_neighbor *a = &old->neighbor;
	const struct msg_cfg_neighbor *b = &new->neighbor;
	const bool differs[RESTART_WHY_COUNT] = {
		[RESTART_ASN] = a->asn != b->asn,
		[RESTART_IP] = !address_equal(&a->remote, &b->remote),
		[RESTART_RANGE] = a->range_len != b->range_len,
		[RESTART_LOCAL_ADDRESS] = !address_equal(&a->local, &b->local),
		[RESTART_FAMILIES] = a->families != b->families,
		[RESTART_PASSIVE] = a->passive != b->passive,
		[RESTART_TTL_SECURITY] = a->ttl_hops != b->ttl_hops,
		[RESTART_MULTIHOP] = a->multihop != b->multihop,
		[RESTART_HOLD_TIME] = a->hold_s != b->hold_s,
	};
	uint32_t whys = auth_whys(old, new);

	for (unsigned i = 0; i < RESTART_WHY_COUNT; i++) {
		if (differs[i])
			whys |= UINT32_C(1) << i;
	}
	return whys;
}

/* What lies behind the counts is zero, as the loader sends it. */
static bool
ignore_equal(const struct ignore *a, const struct ignore *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool
wishes_equal(const struct wish_rules *a, const struct wish_rules *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* What a session that stays is told, or its sockets get. */
static bool
details_equal(const struct setup *old, const struct setup *new)
{
	return old->session.max_received == new->session.max_received &&
	       old->session.max_prefixes ==
		   new->session.max_prefixes &&ignore_equal(
		       &old->session.ignore, &new->session.ignore) &&
	       wishes_equal(&old->session.wishes, &new->session.wishes) &&
	       old->session.connect_retry_s ==
		   new->session.connect_retry_s &&keychain_compare(
		       &old->chain, &new->chain) == KEYCHAIN_SAME;
}

enum setup_change
setup_compare(const struct setup *old, const struct setup *new)
{
	if (setup_whys(old, new) != 0)
		return SETUP_CHANGED;
	return details_equal(old, new) ? SETUP_SAME : SETUP_TUNED;
}

const char *
setup_fixed(const struct msg_cfg_router *old, const struct msg_cfg_router *new)
{
	if (old->asn != new->asn)
		return "router.asn";
	if (memcmp(old->router_id, new->router_id, 4) != 0)
		return "router.router_id";
	if (old->local_pref != new->local_pref)
		return "router.local_pref";
	if (strncmp(old->store_path, new->store_path, PATH_LEN) != 0)
		return "store.path";
	if (strncmp(old->control_path, new->control_path, PATH_LEN) != 0)
		return "control.socket";
	return NULL;
}

const char *
setup_fixed_log(const struct msg_cfg_log *old, const struct msg_cfg_log *new)
{
	if (strncmp(old->name, new->name, sizeof(old->name)) != 0)
		return "store.name";
	if (strncmp(old->key_path, new->key_path, PATH_LEN) != 0)
		return "store.key";
	return NULL;
}
