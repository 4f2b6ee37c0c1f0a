/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole session of the session role: connections, octets of the peer, time,
 * and what supervisor and guard say, as a script of octets. The first three
 * say how it is configured, then each step is an octet and what it takes.
 * tests/lib/session_model.h holds what it says against what was said to it.
 */
#include <stdlib.h>
#include <string.h>

#include "proxy/wire/notification.h"
#include "tests/lib/session_script.h"
#include "tests/lib/small_rule.h"

#define STEPS_MAX 200
#define CUSTOMERS 4u
#define QUIET_MS  2000u /* rules wait for routes, reports for a second */
#define STOP_MS   4000u /* SESSION_STOP_MS and CONN_LINGER_MS, and more */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- the supervisor ---- */

static void
configure(struct script *script, unsigned what, unsigned hold)
{
	static const uint16_t holds[] = { 9, 90, 3, 0 };
	static const uint32_t bounds[] = { 100, 3, 1, 10 };
	struct msg_session_config *config = &script->config;

	config->head.kind = MSG_SESSION_CONFIG;
	config->peer = 7;
	config->local_asn = SCRIPT_LOCAL_ASN;
	config->peer_asn = script_peer_asn(script);
	config->router_id[3] = 1;
	config->max_received = bounds[what >> 2 & 3];
	config->max_prefixes = bounds[what >> 4 & 3];
	config->hold_s = holds[hold & 3];
	config->families = (uint8_t)(FAMILY_ALL & ~(hold >> 2 & 0xf));
	if (config->families == 0)
		config->families = FAMILY_ALL;
	config->passive = (what & 2) == 0;
	config->authenticated = hold & 0x40 ? AUTH_AO : AUTH_NONE;
	config->local_pref = 100 + (what >> 6);
	memcpy(config->name, "acme", sizeof("acme"));
	config->ignore.n_originators = hold >> 7;
	config->ignore.originator[0] = 5;
	config->wishes.n = hold >> 7;
	config->wishes.rule[0].community.kind = COMMUNITY_STANDARD;
	config->wishes.rule[0].wish.dry_run = 1;
	if (config->max_received > model.bound)
		model.bound = config->max_received;
	world_tell(model.supervisor, config, sizeof(*config), -1);
}

static void
do_configure(struct script *script)
{
	unsigned what = script_next(script);

	configure(script, what, script_next(script));
}

static void
do_connect(struct script *script)
{
	unsigned how = script_next(script);
	struct msg_socket msg = {
		.head = { .len = sizeof(msg), .kind = MSG_SOCKET },
		.direction = how & 1 ? SOCKET_ACTIVE : SOCKET_PASSIVE,
		.authenticated = how & 2 ? AUTH_AO : AUTH_NONE,
	};
	int socket = world_connect();

	if (socket < 0)
		return;
	script->socket = (unsigned)socket;
	script->sockets++;
	msg.id = (uint32_t)socket + 1;
	world_tell(model.supervisor, &msg, sizeof(msg), WORLD_SOCKET0 + socket);
}

static void
do_dial_failed(struct script *script)
{
	struct msg_dial msg = { .head = { .kind = MSG_DIAL_FAILED },
		.error = (int32_t)script_next(script) };

	world_tell(model.supervisor, &msg, sizeof(msg), -1);
}

static void
do_nudge(struct script *script)
{
	struct msg_head msg = { .kind = MSG_NUDGE };

	(void)script;
	world_tell(model.supervisor, &msg, sizeof(msg), -1);
}

static void
stop(unsigned subcode)
{
	struct msg_stop msg = { .head = { .kind = MSG_STOP },
		.subcode = (uint8_t)(2 + subcode % 3),
		.text = "maintenance" };

	model.stopping = true;
	world_tell(model.supervisor, &msg, sizeof(msg), -1);
}

static void
do_stop(struct script *script)
{
	stop(script_next(script));
}

static void
do_supervisor_gone(struct script *script)
{
	if (script_next(script) % 4 == 0)
		world_channel_end(model.supervisor);
}

/* A connection that comes up. */
static void
do_establish(struct script *script)
{
	do_connect(script);
	peer_open(script);
	peer_keepalive(script);
}

static void
do_time(struct script *script)
{
	static const uint32_t steps_ms[] = { 1, 10, 100, 1000, 2000, 3000, 5000,
		10000, 30000, 60000, 480000, 900000 };

	world_advance(steps_ms[script_next(script) %
			       (sizeof(steps_ms) / sizeof(steps_ms[0]))]);
}

/* ---- the guard ---- */

static void
do_guard(struct script *script)
{
	struct msg_channel msg = { .head = { .kind = MSG_CHANNEL },
		.role = ROLE_GUARD };
	int fd = world_channel_fd();

	(void)script;
	if (fd < 0)
		return;
	/* What the one before is still told, nobody hears. */
	model_guard(fd);
	world_tell(model.supervisor, &msg, sizeof(msg), fd);
}

static void
do_guard_gone(struct script *script)
{
	(void)script;
	if (model.guard < 0)
		return;
	world_channel_end(model.guard);
	model_guard(-1);
}

/* It reads no more, with more or less room; or again. */
static void
do_guard_stalls(struct script *script)
{
	unsigned n = script_next(script);
	size_t limit =
	    script->config.internal != 0 ? PUMP_BUFFER_INWARD : PUMP_BUFFER;

	if (model.guard < 0)
		return;
	if (n == 0)
		world_channel_read(model.guard);
	else
		world_channel_stall(
		    model.guard, limit - ((size_t)(n & 0x1f) << (n >> 5) * 2));
}

static void
guard_says(void *msg, size_t size, enum msg_kind kind)
{
	struct msg_head *head = msg;

	head->kind = (uint16_t)kind;
	if (model.guard >= 0)
		world_tell(model.guard, msg, size, -1);
}

static void
do_ack(struct script *script)
{
	unsigned n = script_next(script);
	struct msg_rule_ack msg = { .handle = n };

	if (model.n_handles > 0 && n != 255) {
		n %= model.n_handles;
		msg.handle = model.handle[n];
		model.handle[n] = model.handle[--model.n_handles];
	}
	guard_says(&msg, sizeof(msg), MSG_RULE_ACK);
}

static void
do_ask(struct script *script)
{
	struct msg_refresh msg = { .families = (uint8_t)script_next(script) };

	guard_says(&msg, sizeof(msg), MSG_REFRESH);
}

static void
do_cease(struct script *script)
{
	/* Those that RFC 4486 and later name. */
	struct msg_peer_cease msg = {
		.subcode = (uint8_t)(1 + script_next(script) % 8), .text = "no"
	};

	guard_says(&msg, sizeof(msg), MSG_PEER_CEASE);
}

static void
do_attrs(struct script *script)
{
	unsigned what = script_next(script);
	struct msg_out_attrs msg = { .customer = what % CUSTOMERS,
		.n = what >> 4 & 1 };

	msg.community[0].kind = COMMUNITY_STANDARD;
	msg.community[0].value[3] = (uint8_t)what;
	if (model.guard < 0)
		return;
	model.attrs |= UINT64_C(1) << msg.customer;
	guard_says(&msg, sizeof(msg), MSG_OUT_ATTRS);
}

static void
do_out_rule(struct script *script)
{
	unsigned n = script_next(script);
	unsigned how = script_next(script);
	bool withdraw = (how & 0x80) != 0;
	struct msg_out_rule msg;

	memset(&msg, 0, offsetof(struct msg_out_rule, rule));
	small_rule(n, &msg.rule);
	msg.family = n % 2 == 0 ? FAMILY_IPV4_FLOWSPEC : FAMILY_IPV6_FLOWSPEC;
	if (!withdraw) {
		msg.customer = how % CUSTOMERS;
		msg.actions = small_action(1 + (how >> 2 & 7));
	}
	msg.head.kind = withdraw ? MSG_OUT_WITHDRAW : MSG_OUT_ANNOUNCE;
	if (model.guard < 0)
		return;
	model_out(&msg);
	guard_says(&msg,
	    offsetof(struct msg_out_rule, rule) + rule_size(&msg.rule),
	    (enum msg_kind)msg.head.kind);
}

static void
do_sync(struct script *script)
{
	struct msg_out_sync msg = { .sync = 1 + script_next(script) % 2 };

	if (model.guard < 0)
		return;
	model_sync((enum out_sync)msg.sync);
	guard_says(&msg, sizeof(msg), MSG_OUT_SYNC);
}

/* Anything, within the lengths of its kind. */
static void
do_strange(struct script *script)
{
	unsigned kind = MSG_RULE_ACK + script_next(script) % 7;
	unsigned len = script_next(script);
	union {
		struct msg_head head;
		uint8_t octets[4096];
	} msg;

	if (len > script->input.left)
		len = (unsigned)script->input.left;
	memset(&msg, 0, sizeof(msg));
	(void)reader_bytes(&script->input, &msg.octets[sizeof(msg.head)], len);
	model.strange = true;
	/* The subcode of a Cease is the guard's to say. */
	if (kind == MSG_PEER_CEASE)
		msg.octets[sizeof(msg.head)] = NOTIFICATION_CEASE_RESET;
	len += (unsigned)sizeof(msg.head);
	if (len < msg_len_min(kind))
		len = msg_len_min(kind);
	guard_says(&msg, len, (enum msg_kind)kind);
}

/* ---- the whole ---- */

/* Steps are added at the end, so that tracked inputs stay what they are. */
static void (*const steps[])(struct script *script) = {
	do_establish,
	do_connect,
	peer_open,
	peer_keepalive,
	peer_rules,
	peer_routes,
	peer_end_of_rib,
	peer_refresh,
	peer_octets,
	peer_hang_up,
	peer_read,
	peer_other_socket,
	peer_piece,
	peer_flip,
	do_time,
	do_configure,
	do_dial_failed,
	do_nudge,
	do_stop,
	do_supervisor_gone,
	do_guard,
	do_guard_gone,
	do_guard_stalls,
	do_ack,
	do_ask,
	do_cease,
	do_attrs,
	do_out_rule,
	do_sync,
	do_strange,
};

/* Everybody reads, and time passes. */
static void
rest(struct script *script)
{
	if (model.guard < 0)
		do_guard(script);
	if (model.guard >= 0)
		world_channel_read(model.guard);
	for (unsigned i = 0; i < script->sockets; i++)
		world_read(i, SIZE_MAX);
	world_settle();
	world_advance(QUIET_MS);
	model_check();
	if (!world_stopped())
		model_compare();
}

/* Nothing more comes: the hold time ends the session, and says so. */
static void
fall_silent(const struct script *script)
{
	const struct slot *up = script->session->up;
	unsigned socket;

	if (up == NULL || up->hold_ms == 0 || world_stopped())
		return;
	socket = conn_id(up->conn) - 1;
	world_advance(up->hold_ms + 1);
	world_must(script->session->up == NULL &&
		       model.peer[socket].code == NOTIFICATION_HOLD_TIMER,
	    "silence for the hold time ends the session with 4/0");
}

/* A stop is through within its time, and everything is given back. */
static void
end(struct script *script, bool silent)
{
	struct session *session = script->session;

	if (silent)
		fall_silent(script);
	if (!world_stopped()) {
		const struct slot *up = session->up;
		unsigned socket = up == NULL ? 0 : conn_id(up->conn) - 1;

		if (!session->stopping)
			stop(0);
		world_advance(STOP_MS);
		world_must(world_stopped(), "a stop is through in time");
		world_must(up == NULL || model.peer[socket].has.n == 0,
		    "a peer keeps no rule behind a stop");
		for (unsigned i = 0; i < script->sockets; i++)
			world_must(model.peer[i].closed,
			    "the supervisor knows of every end");
	}
	session_free(session);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = { .config = {
				     .internal = size > 0 && data[0] & 1 } };
	unsigned first, what;
	int fd;

	if (size < 3)
		return 0;
	world_reset();
	fd = world_channel_fd();
	reader_init(&script.input, data, size);
	script.session = session_new(loop_new(), fd);
	world_must(script.session != NULL, "a session begins");
	model_reset(script.session, fd);
	first = script_next(&script);
	what = script_next(&script);
	configure(&script, first, script_next(&script));
	if (what & 1)
		do_guard(&script);
	for (unsigned i = 0;
	     i < STEPS_MAX && script.input.left > 0 && !world_stopped(); i++) {
		steps[script_next(&script) %
		      (sizeof(steps) / sizeof(steps[0]))](&script);
		model_check();
	}
	if (!world_stopped())
		rest(&script);
	end(&script, (what & 2) != 0);
	return 0;
}
