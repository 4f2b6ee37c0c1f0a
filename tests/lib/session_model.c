/* SPDX-License-Identifier: BSD-2-Clause */
/* What a session says, held against what was said to it. */
#include "tests/lib/session_model.h"

#include <string.h>

#include "proxy/wire/flowspec.h"
#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"
#include "proxy/wire/refresh.h"
#include "proxy/wire/update.h"

struct model model;

/* ---- rules ---- */

static uint64_t
hash(uint64_t from, const void *data, size_t len)
{
	const uint8_t *octets = data;

	for (size_t i = 0; i < len; i++)
		from = (from ^ octets[i]) * UINT64_C(0x100000001b3);
	return from;
}

struct model_rule
model_rule_of(
    const struct rule *rule, const struct action_set *actions, uint64_t reason)
{
	struct model_rule out = { .family = (uint8_t)family_of(
				      rule->afi, SAFI_FLOWSPEC) };

	out.key = hash(1, rule, rule_size(rule));
	if (actions != NULL)
		out.value = hash(reason, actions, sizeof(*actions));
	return out;
}

struct model_rule *
model_rules_find(struct model_rules *rules, uint64_t key)
{
	for (unsigned i = 0; i < rules->n; i++)
		if (rules->rule[i].key == key)
			return &rules->rule[i];
	return NULL;
}

void
model_rules_put(struct model_rules *rules, const struct model_rule *rule)
{
	struct model_rule *place = model_rules_find(rules, rule->key);

	if (place == NULL && rules->n == MODEL_RULES) {
		rules->full = true;
		return;
	}
	if (place == NULL)
		place = &rules->rule[rules->n++];
	*place = *rule;
}

void
model_rules_drop(struct model_rules *rules, uint64_t key)
{
	struct model_rule *place = model_rules_find(rules, key);

	if (place != NULL)
		*place = rules->rule[--rules->n];
}

void
model_rules_clear(struct model_rules *rules)
{
	rules->n = 0;
	rules->full = false;
}

/* ---- life ---- */

void
model_reset(struct session *session, int supervisor)
{
	for (unsigned i = 0; i < WORLD_SOCKETS; i++) {
		struct model_peer *peer = &model.peer[i];

		memset(&peer->in, 0, offsetof(struct model_stream, octets));
		memset(&peer->out, 0, offsetof(struct model_stream, octets));
		memset(&peer->opened, 0,
		    offsetof(struct model_peer, says) -
			offsetof(struct model_peer, opened));
		model_rules_clear(&peer->says);
		model_rules_clear(&peer->has);
	}
	model_rules_clear(&model.ever);
	model_rules_clear(&model.view);
	model_rules_clear(&model.wanted);
	memset(&model.attrs, 0, sizeof(model) - offsetof(struct model, attrs));
	model.session = session;
	model.supervisor = supervisor;
	model.guard = -1;
}

void
model_guard(int fd)
{
	model.guard = fd;
	model.stated = false;
	model.begun = 0;
	model.n_handles = 0;
	memset(&model.state, 0, sizeof(model.state));
	model_rules_clear(&model.view);
}

void
model_out(const struct msg_out_rule *msg)
{
	struct model_rule rule = model_rule_of(&msg->rule, &msg->actions, 0);

	if (model.stopping)
		return;
	rule.customer = msg->customer;
	rule.seen = true;
	if (msg->head.kind == MSG_OUT_WITHDRAW)
		model_rules_drop(&model.wanted, rule.key);
	else
		model_rules_put(&model.wanted, &rule);
}

void
model_sync(enum out_sync sync)
{
	struct model_rules *wanted = &model.wanted;

	if (model.stopping)
		return;
	if (sync == OUT_SYNC_BEGIN) {
		for (unsigned i = 0; i < wanted->n; i++)
			wanted->rule[i].seen = false;
		model.syncing = true;
	}
	if (sync != OUT_SYNC_END || !model.syncing)
		return;
	model.syncing = false;
	for (unsigned i = wanted->n; i-- > 0;)
		if (!wanted->rule[i].seen)
			wanted->rule[i] = wanted->rule[--wanted->n];
}

/* ---- streams ---- */

typedef void message_fn(
    struct model_peer *peer, uint8_t type, const uint8_t *body, size_t len);

static void
stream_add(struct model_peer *peer, struct model_stream *stream,
    const uint8_t *data, size_t len, message_fn *run)
{
	while (len > 0 && !stream->ended) {
		size_t room = sizeof(stream->octets) - stream->len;
		size_t n = len < room ? len : room;
		size_t total = 0;
		uint8_t type = 0;

		memcpy(&stream->octets[stream->len], data, n);
		stream->len += n;
		data += n;
		len -= n;
		for (;;) {
			if (message_peek(stream->octets, stream->len,
				MESSAGE_MAX, &type, &total) != WIRE_OK) {
				world_must(stream != &peer->out,
				    "we send whole, sound messages");
				stream->ended = true;
				return;
			}
			if (total == 0)
				break;
			stream->messages++;
			run(peer, type, &stream->octets[MESSAGE_HEADER_LEN],
			    total - MESSAGE_HEADER_LEN);
			stream->len -= total;
			memmove(stream->octets, &stream->octets[total],
			    stream->len);
		}
	}
	world_must(stream != &peer->out || len == 0,
	    "a NOTIFICATION is the last that we send");
}

/* ---- from the peer ---- */

static struct update_context
context_of(const struct model_peer *peer)
{
	const struct msg_session_config *config = &model.session->config;

	return (struct update_context){
		.families = peer->families,
		.as4 = peer->open.has_as4,
		.external = config->internal == 0,
		.own_asn = config->local_asn,
		.peer_asn = config->peer_asn,
	};
}

static void
peer_says(struct model_peer *peer, const struct update *update,
    const struct update_nlri *part, bool withdraw)
{
	static const struct action_set none;
	struct reader nlri = part->nlri;
	struct model_rule one;
	struct rule rule;
	struct span value;

	if ((part->family & FAMILY_FLOWSPEC) == 0)
		return;
	while (nlri.left > 0 && flowspec_next(&nlri, &value) == WIRE_OK) {
		if (flowspec_decode(value, part->afi, &rule) != WIRE_OK)
			continue;
		one = model_rule_of(&rule,
		    update->fault == WIRE_OK ? &update->actions : &none,
		    update_reason(update));
		if (withdraw) {
			model_rules_drop(&peer->says, one.key);
			continue;
		}
		model_rules_put(&peer->says, &one);
		model_rules_put(&model.ever, &one);
	}
}

static void
heard_update(struct model_peer *peer, const uint8_t *body, size_t len)
{
	const struct update_context context = context_of(peer);
	struct update update;
	uint8_t family;

	if (update_decode(&context, body, len, &update) == UPDATE_RESET) {
		peer->in.ended = true;
		return;
	}
	if (update_is_end_of_rib(&update, &family))
		return;
	peer_says(peer, &update, &update.mp_unreach, true);
	peer_says(peer, &update, &update.mp_reach, false);
}

static void
heard(struct model_peer *peer, uint8_t type, const uint8_t *body, size_t len)
{
	const struct msg_session_config *config = &model.session->config;

	if (peer->in.messages == 1) {
		peer->opened = type == MESSAGE_OPEN &&
			       open_decode(body, len, &peer->open) == WIRE_OK;
		peer->families = peer->open.families & config->families;
		peer->in.ended = !peer->opened;
	} else if (peer->in.messages == 2) {
		peer->established = type == MESSAGE_KEEPALIVE;
		peer->in.ended = !peer->established;
	} else if (type == MESSAGE_UPDATE) {
		heard_update(peer, body, len);
	} else if (type == MESSAGE_ROUTE_REFRESH) {
		peer->swept = true;
	} else {
		peer->in.ended = type != MESSAGE_KEEPALIVE;
	}
}

void
world_on_received(unsigned socket, const uint8_t *data, size_t len)
{
	struct model_peer *peer = &model.peer[socket];

	peer->heard_ms = world_now_ms();
	stream_add(peer, &peer->in, data, len, heard);
}

/* ---- to the peer ---- */

static void
sent_rules(struct model_peer *peer, const struct update *update,
    const struct update_nlri *part, bool withdraw)
{
	struct action_set actions = update->actions;
	struct reader nlri = part->nlri;
	struct model_rule one;
	struct rule rule;
	struct span value;

	world_must((part->family & ~(unsigned)FAMILY_FLOWSPEC) == 0,
	    "we announce rules only");
	actions.stripped = 0; /* communities that are no actions */
	while (nlri.left > 0) {
		world_must(
		    flowspec_next(&nlri, &value) == WIRE_OK &&
			flowspec_decode(value, part->afi, &rule) == WIRE_OK,
		    "a rule that can be read");
		one = model_rule_of(&rule, &actions, 0);
		if (withdraw)
			model_rules_drop(&peer->has, one.key);
		else
			model_rules_put(&peer->has, &one);
	}
}

static void
sent_update(struct model_peer *peer, const uint8_t *body, size_t len)
{
	struct update_context context = context_of(peer);
	struct update update;
	uint8_t family;

	world_must(peer->established, "UPDATEs when Established only");
	context.own_asn = 0;
	world_must(update_decode(&context, body, len, &update) == UPDATE_USE &&
		       update.discarded == 0 && update.fault == WIRE_OK,
	    "an UPDATE without fault");
	if (update_is_end_of_rib(&update, &family)) {
		world_must((family & peer->families) != 0,
		    "End-of-RIB of a family that is spoken");
		return;
	}
	world_must(
	    model.session->config.internal != 0, "a customer is told nothing");
	world_must(update.mp_reach.n == 0 ||
		       (update.has_local_pref && update.path.length == 0),
	    "inward: LOCAL_PREF, and a path that is empty");
	world_must(update.withdrawn.n == 0 && update.announced.n == 0 &&
		       update.mp_reach.n + update.mp_unreach.n > 0,
	    "rules of a family that is spoken");
	sent_rules(peer, &update, &update.mp_unreach, true);
	sent_rules(peer, &update, &update.mp_reach, false);
}

static void
sent_open(const struct model_peer *peer, const uint8_t *body, size_t len)
{
	const struct msg_session_config *config = &model.session->config;
	struct open open;

	world_must(peer->out.messages == 1, "OPEN is the first");
	/* Families and hold time may be others by now: it may have waited. */
	world_must(open_decode(body, len, &open) == WIRE_OK &&
		       open.asn == config->local_asn && open.has_as4 &&
		       !open.has_extended_message,
	    "an OPEN without fault");
}

static void
sent_notification(struct model_peer *peer, const uint8_t *body, size_t len)
{
	struct notification notification;

	world_must(notification_decode(body, len, &notification) == WIRE_OK &&
		       notification.code >= NOTIFICATION_HEADER &&
		       notification.code <= NOTIFICATION_SEND_HOLD_TIMER &&
		       notification_subcode_name(
			   notification.code, notification.subcode)[0] != '?',
	    "a NOTIFICATION that is known");
	peer->code = notification.code;
	peer->subcode = notification.subcode;
	peer->out.ended = true;
	if (notification.code == NOTIFICATION_HOLD_TIMER)
		world_must(notification.subcode == 0, "4/0");
}

static void
sent(struct model_peer *peer, uint8_t type, const uint8_t *body, size_t len)
{
	struct refresh refresh;

	world_must(peer->out.messages > 1 || type == MESSAGE_OPEN ||
		       type == MESSAGE_NOTIFICATION,
	    "nothing before OPEN");
	switch (type) {
	case MESSAGE_OPEN:
		sent_open(peer, body, len);
		break;
	case MESSAGE_UPDATE:
		sent_update(peer, body, len);
		break;
	case MESSAGE_NOTIFICATION:
		sent_notification(peer, body, len);
		break;
	case MESSAGE_KEEPALIVE:
		world_must(peer->opened, "KEEPALIVE answers an OPEN");
		break;
	default:
		world_must(peer->established && peer->open.has_refresh &&
			       refresh_decode(body, len,
				   peer->open.has_enhanced_refresh,
				   &refresh) == WIRE_OK &&
			       (refresh.family & peer->families) != 0,
		    "ROUTE-REFRESH as negotiated");
		break;
	}
}

void
world_on_sent(unsigned socket, const uint8_t *data, size_t len)
{
	struct model_peer *peer = &model.peer[socket];

	stream_add(peer, &peer->out, data, len, sent);
}
