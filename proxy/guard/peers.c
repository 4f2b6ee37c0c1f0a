/* SPDX-License-Identifier: BSD-2-Clause */
/* Neighbours and customers, and the channels to their sessions. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/prefix.h"
#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/guard/contain.h"
#include "proxy/guard/evidence.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/noc.h"
#include "proxy/guard/place.h"
#include "proxy/guard/quota.h"

/* Octets kept towards one session. */
#define SESSION_BUFFER (1u << 20)

struct guard_peer *
peer_get(struct guard *guard, uint32_t number)
{
	return number < GUARD_PEERS_MAX ? guard->peers[number] : NULL;
}

/* By customer's name, then address. */
static int
named_cmp(const void *a, const void *b)
{
	const struct guard_peer *x = *(const struct guard_peer *const *)a;
	const struct guard_peer *y = *(const struct guard_peer *const *)b;
	int cmp = strcmp(x->customer->name, y->customer->name);

	return cmp != 0 ? cmp : strcmp(x->address, y->address);
}

static struct guard_peer *
named_find(const struct guard *guard, const char *customer, const char *address)
{
	size_t low = 0, high = guard->n_named;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct guard_peer *peer = guard->named[mid];
		int cmp = strcmp(customer, peer->customer->name);

		if (cmp == 0)
			cmp = strcmp(address, peer->address);
		if (cmp == 0)
			return peer;
		if (cmp < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* Those of the customer: *n of them. */
static struct guard_peer **
named_of(struct guard *guard, const char *customer, size_t *n)
{
	size_t low = 0, high = guard->n_named;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(guard->named[mid]->customer->name, customer) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (*n = 0;
	     low + *n < guard->n_named &&
	     strcmp(guard->named[low + *n]->customer->name, customer) == 0;)
		++*n;
	return &guard->named[low];
}

struct guard_peer *
peer_named(struct guard *guard, const char *customer, const char *session)
{
	struct guard_peer *peer = named_find(guard, customer, session);
	struct guard_peer **peers;
	size_t n;

	/* Only of a range's place is the name another than the address. */
	if (peer != NULL || strchr(session, '#') == NULL)
		return peer;
	peers = named_of(guard, customer, &n);
	return place_find(peers, n, session);
}

struct guard_peer **
peers_of(struct guard *guard, const struct guard_customer *customer, size_t *n)
{
	return named_of(guard, customer->name, n);
}

/* Where the customer of this number is, or would be. */
static size_t
customer_at(const struct guard *guard, uint32_t number)
{
	size_t low = 0, high = guard->n_customers;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (guard->customers[mid]->number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct guard_customer *
customer_of_number(struct guard *guard, uint32_t number)
{
	size_t at = customer_at(guard, number);

	if (at == guard->n_customers || guard->customers[at]->number != number)
		return NULL;
	return guard->customers[at];
}

static struct guard_customer *
customer_add(struct guard *guard, uint32_t number, const char *name)
{
	struct guard_customer **grown = realloc(guard->customers,
	    (guard->n_customers + 1) * sizeof(struct guard_customer *));
	struct guard_customer *customer = calloc(1, sizeof(*customer));
	size_t at;

	if (grown != NULL)
		guard->customers = grown;
	if (customer == NULL)
		return NULL;
	if (grown == NULL) {
		free(customer);
		return NULL;
	}
	customer->number = number;
	bucket_limit(&customer->news, UINT32_MAX, UINT32_MAX);
	customer->tokens = GUARD_REFUSALS_BURST;
	customer->tokens_ms = loop_now_ms(guard->loop);
	memcpy(customer->name, name, sizeof(customer->name));
	link_init(&customer->waiting);
	at = customer_at(guard, number);
	memmove(&grown[at + 1], &grown[at],
	    (guard->n_customers - at) * sizeof(struct guard_customer *));
	grown[at] = customer;
	guard->n_customers++;
	return customer;
}

static int
customers_configure(struct guard *guard)
{
	for (size_t i = 0; i < guard->n_customers; i++)
		guard->customers[i]->policy = NULL;
	for (size_t i = 0; i < guard->config->n_customers; i++) {
		const struct config_customer *c = &guard->config->customers[i];
		struct guard_customer *customer =
		    customer_of_number(guard, c->number);

		if (customer == NULL)
			customer =
			    customer_add(guard, c->number, c->policy.name);
		if (customer == NULL)
			return -1;
		customer->policy = &c->policy;
		customer->room = true; /* limits may have grown */
	}
	return 0;
}

static void
linger_ended(void *ctx)
{
	struct guard_peer *peer = ctx;

	log_line(LOG_INFO, "customer %s: linger ended: neighbor=%s",
	    peer->customer->name, peer->address);
	customer_linger_ended(peer->guard, peer);
}

static struct guard_peer *
peer_add(struct guard *guard, uint32_t number)
{
	struct guard_peer *peer = calloc(1, sizeof(*peer));

	if (peer == NULL)
		return NULL;
	peer->guard = guard;
	peer->number = number;
	peer->state.state = BGP_IDLE;
	link_init(&peer->rules);
	link_init(&peer->acks);
	peer->linger = timer_new(guard->loop, linger_ended, peer);
	if (peer->linger == NULL) {
		free(peer);
		return NULL;
	}
	guard->peers[number] = peer;
	if (number >= guard->n_peers)
		guard->n_peers = number + 1;
	return peer;
}

/* Numbers are given by name, and a customer's neighbour has the customer's: a
 * peer never changes sides. */
static bool
same_side(const struct guard_peer *peer, const struct guard_customer *customer)
{
	return peer->customer == customer &&
	       peer->internal == (customer == NULL);
}

static int
peer_configure(struct guard *guard, const struct msg_cfg_neighbor *msg)
{
	struct guard_customer *customer = NULL;
	struct guard_peer *peer = peer_get(guard, msg->peer);

	if (msg->peer >= GUARD_PEERS_MAX)
		return -1;
	if (msg->index != CFG_INTERNAL)
		customer = customer_of_number(
		    guard, guard->config->customers[msg->index].number);
	if (peer == NULL) {
		peer = peer_add(guard, msg->peer);
		if (peer == NULL)
			return -1;
		peer->customer = customer;
		peer->internal = customer == NULL;
	} else if (!same_side(peer, customer)) {
		return -1;
	}
	peer->configured = true;
	peer->families = msg->families;
	peer->dialect = msg->emit;
	memcpy(peer->name, msg->name, sizeof(peer->name));
	place_configure(peer, msg);
	if (customer != NULL && !peer->lingering)
		peer->linger_left_ms = customer->policy->linger_ms;
	return 0;
}

/* The index of customers' peers by their names. */
static int
named_make(struct guard *guard)
{
	struct guard_peer **named = reallocarray(
	    guard->named, guard->n_peers + 1, sizeof(struct guard_peer *));

	if (named == NULL)
		return -1;
	guard->named = named;
	guard->n_named = 0;
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		struct guard_peer *peer = guard->peers[i];

		if (peer != NULL && peer->configured && !peer->internal)
			named[guard->n_named++] = peer;
	}
	if (guard->n_named > 0)
		qsort(named, guard->n_named, sizeof(struct guard_peer *),
		    named_cmp);
	return 0;
}

int
peers_configure(struct guard *guard)
{
	const struct config *config = guard->config;

	if (customers_configure(guard) < 0)
		return -1;
	contain_configure(guard);
	if (quota_configure(guard) < 0 || noc_configure(guard) < 0)
		return -1;
	evidence_configure(guard);
	guard->tables |= config->dialects;
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		if (guard->peers[i] != NULL)
			guard->peers[i]->configured = false;
	}
	for (size_t i = 0; i < config->n_neighbors; i++) {
		if (peer_configure(guard, &config->neighbors[i]) < 0)
			return -1;
	}
	return named_make(guard);
}

/* ---- channels ---- */

/* More of what came at once follows, or this was the last of it. */
static void
peer_mid(struct guard_peer *peer, bool more)
{
	struct guard_customer *customer = peer->customer;

	if (peer->mid == more)
		return;
	peer->mid = more;
	customer->mid_ms = loop_now_ms(peer->guard->loop);
	if (more)
		customer->mid++;
	else if (customer->mid > 0)
		customer->mid--;
	customer->room = true;
}

static void
peer_closed(void *ctx)
{
	struct guard_peer *peer = ctx;

	if (channel_misused(peer->channel)) {
		log_line(LOG_ERROR, "session %s: broken frame", peer->name);
		guard_blame(peer->guard, ROLE_SESSION, peer->number);
	}
	channel_close(peer->channel);
	peer->channel = NULL;
	if (!peer->internal)
		peer_mid(peer, false);
	if (peer->internal)
		inward_close(peer->guard, peer);
	else
		customer_gone(peer->guard, peer);
}

static void
misbehaved(struct guard_peer *peer, const struct msg_head *head)
{
	log_line(LOG_ERROR, "session %s: bad message: kind=%u len=%u",
	    peer->name, (unsigned)head->kind, (unsigned)head->len);
	guard_blame(peer->guard, ROLE_SESSION, peer->number);
	peer_closed(peer);
}

/* A process that starts anew knows nothing of the one before. */
static void
ended_keep(struct guard_peer *peer, const struct msg_session_state *msg)
{
	if (msg->up || msg->down == DOWN_NONE)
		return;
	peer->ended = (struct session_end){ .code = msg->code,
		.subcode = msg->subcode,
		.sent_last = msg->sent_last,
		.remote = msg->remote };
	memcpy(peer->ended.text, msg->text, sizeof(peer->ended.text));
}

static bool
customer_message(
    struct guard *guard, struct guard_peer *peer, const struct msg_head *head)
{
	const void *msg = head;
	const uint8_t *raw = NULL;

	guard->now_ns = clock_wall_ns();
	switch (head->kind) {
	case MSG_RULE_ANNOUNCE:
		if (!check_rule_announce(msg, &raw))
			return false;
		peer_mid(peer, ((const struct msg_rule_announce *)msg)->more);
		/* Removed: its process will end. Or all of us end, and the
		 * states of sessions are no longer taken: what stands would be
		 * judged as if it had none. */
		if (!peer->configured || guard->stopping)
			return true;
		guard_announce(guard, peer, msg, raw);
		return true;
	case MSG_RULE_WITHDRAW:
		if (!check_rule_withdraw(msg))
			return false;
		peer_mid(peer, ((const struct msg_rule_withdraw *)msg)->more);
		guard_withdraw(guard, peer, msg);
		return true;
	case MSG_RULE_REFUSED:
		if (!check_rule_refused(msg, &raw))
			return false;
		guard_refused(guard, peer, msg, raw);
		return true;
	case MSG_SESSION_STATE:
		if (!check_session_state(msg))
			return false;
		ended_keep(peer, msg);
		customer_state(guard, peer, msg);
		return true;
	case MSG_RIB_MARK:
		customer_mark(guard, peer, msg);
		return true;
	case MSG_UNICAST:
		if (!check_unicast(msg))
			return false;
		if (peer->configured)
			unicast_routes(guard, peer, msg);
		return true;
	default:
		return false;
	}
}

static bool
inward_message(
    struct guard *guard, struct guard_peer *peer, const struct msg_head *head)
{
	const void *msg = head;

	const struct msg_rib_mark *mark = msg;

	switch (head->kind) {
	case MSG_SESSION_STATE:
		if (!check_session_state(msg))
			return false;
		ended_keep(peer, msg);
		inward_state(guard, peer, msg);
		return true;
	case MSG_UNICAST:
		if (!check_unicast(msg))
			return false;
		if (peer->configured)
			unicast_routes(guard, peer, msg);
		return true;
	case MSG_RIB_MARK:
		unicast_mark(guard, peer, mark->mark, mark->family);
		return true;
	case MSG_OUT_HELD:
		if (!check_out_rule(msg))
			return false;
		return inward_held(guard, peer, msg);
	case MSG_OUT_SYNC:
		inward_sync(guard, peer, msg);
		return true;
	default:
		return false;
	}
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct guard_peer *peer = ctx;
	bool fine;

	if (fd >= 0)
		(void)close(fd); /* sessions pass none */
	fine = peer->internal ? inward_message(peer->guard, peer, head)
			      : customer_message(peer->guard, peer, head);
	if (!fine)
		misbehaved(peer, head);
}

static void
on_room(void *ctx)
{
	struct guard_peer *peer = ctx;

	if (!peer->internal)
		customer_acks(peer->guard, peer);
	/* Inward cursors go on at the end of this turn. */
}

static const struct channel_ops peer_ops = {
	.on_message = on_message,
	.on_closed = peer_closed,
	.on_room = on_room,
};

void
peer_open(struct guard *guard, uint32_t number, int fd)
{
	struct guard_peer *peer = peer_get(guard, number);

	if (peer == NULL || !peer->configured) {
		(void)close(fd);
		return;
	}
	if (peer->channel != NULL)
		peer_closed(peer); /* a new process took the old one's place */
	peer->channel =
	    channel_open(guard->loop, fd, SESSION_BUFFER, &peer_ops, peer);
	if (peer->channel == NULL) {
		guard_no_memory(guard, ROLE_SESSION, number);
		return;
	}
	peer->heard = false;
	peer->replayed = false;
	memset(peer->refreshed_ms, 0, sizeof(peer->refreshed_ms));
	if (peer->internal)
		inward_open(guard, peer);
}

void
peers_fini(struct guard *guard)
{
	guard->stopping = true; /* nothing follows from it any more */
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		if (guard->peers[i] == NULL)
			continue;
		if (guard->peers[i]->internal)
			inward_close(guard, guard->peers[i]);
		channel_close(guard->peers[i]->channel);
		timer_free(guard->peers[i]->linger);
		free(guard->peers[i]);
	}
	noc_fini(guard);
	for (size_t i = 0; i < guard->n_customers; i++) {
		coverage_free(guard->customers[i]->coverage);
		free(guard->customers[i]);
	}
	free(guard->customers);
	free(guard->named);
}
