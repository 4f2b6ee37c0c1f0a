/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signatures of TCP segments while sluice runs: key chains as time passes,
 * rollover on connections that stay, and what the kernel has counted and
 * nobody else would tell.
 *
 * One timer: every second while a connection moves to another key, else when
 * counters are due or a key's time begins or ends; none without keys.
 */
#include "proxy/supervisor/supervisor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/supervisor/names_down.h"

#define WATCH_ROLL_MS  1000
#define WATCH_COUNT_MS 10000 /* between looks at counters */
#define WATCH_TOLD_MS  60000 /* between lines about the same thing */
#define WATCH_SOON_MS  100   /* the kernel has had a segment or two by then */
#define NS_PER_S       1000000000u

/* It is time to say something again. */
static bool
told_long_ago(uint64_t told_ms, uint64_t now_ms)
{
	return told_ms == 0 || now_ms - told_ms >= WATCH_TOLD_MS;
}

/* ---- connections ---- */

static void
event_log(
    struct peer *peer, const struct peer_socket *slot, struct auth_event *event)
{
	const char *name = peer->setup.neighbor.name;

	if (event->moved)
		log_line(LOG_INFO,
		    "peer %s: key %u signs what we send, key %u asked of the "
		    "peer",
		    name, slot->roll.current, slot->roll.rnext);
	if (event->forced > 0)
		log_line(LOG_WARN,
		    "peer %s: keys=%u taken away though the peer may not have "
		    "moved to key %u",
		    name, event->forced, slot->roll.rnext);
	else if (event->removed > 0)
		log_line(LOG_INFO, "peer %s: keys=%u taken away", name,
		    event->removed);
}

/* The connection's keys. True: look again soon. */
static bool
socket_watch(struct peer *peer, struct peer_socket *slot)
{
	struct auth_chain chain = peer_chain(peer);
	struct auth_event event;

	if (auth_roll(&chain, slot->fd, &slot->roll, &event) < 0) {
		if (told_long_ago(peer->key_told_ms, chain.now_ms)) {
			peer->key_told_ms = chain.now_ms | 1;
			log_line(LOG_ERROR, "peer %s: %s",
			    peer->setup.neighbor.name, event.why);
		}
		return true;
	}
	peer->auth.bad += event.bad;
	peer->auth.unknown += event.unknown;
	peer->auth.unsigned_in += event.unsigned_in;
	event_log(peer, slot, &event);
	/* The peer has to see it, or whoever asks how the session does. */
	if (event.nudge || event.moved)
		peer_nudge(peer);
	return slot->roll.moving;
}

/* One peer with TCP-AO. True: look again soon. */
static bool
peer_watch(struct peer *peer, uint64_t now_s)
{
	bool soon = false;

	keys_tick(peer, now_s);
	for (size_t i = 0; i < PEER_SOCKETS_MAX; i++) {
		if (peer->sockets[i].id != 0)
			soon |= socket_watch(peer, &peer->sockets[i]);
	}
	return soon;
}

/* ---- counters of TCP-AO ---- */

/* What the listeners have counted with one neighbour's keys. */
struct key_sum {
	const struct auth_chain *chain;
	uint64_t good;
	uint64_t bad;
};

static void
listener_sum(void *ctx, int fd)
{
	struct key_sum *sum = ctx;
	const struct keychain *chain = sum->chain->chain;

	for (uint32_t i = 0; i < chain->n; i++) {
		struct tcp_ao_key key = { .remote = *sum->chain->remote,
			.len = sum->chain->len,
			.send_id = chain->key[i].send_id,
			.receive_id = chain->key[i].receive_id };
		struct tcp_ao_held held;

		if (tcp_ao_find(sum->chain->ao, fd, &key, &held) < 0)
			continue;
		sum->good += held.good;
		sum->bad += held.bad;
	}
}

/* What came since the last look; a key that was taken away took its counters
 * with it. */
static uint64_t
grown(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

static void
peer_count(struct peer *peer)
{
	struct auth_chain chain = peer_chain(peer);
	struct key_sum sum = { .chain = &chain };
	uint64_t bad;

	if (!peer->setup.keyed)
		return;
	listeners_each(
	    peer->supervisor->listeners, chain.remote->afi, listener_sum, &sum);
	bad = grown(sum.bad, peer->auth.seen_bad);
	peer->auth.total.kind = AUTH_AO;
	peer->auth.total.good += grown(sum.good, peer->auth.seen_good);
	peer->auth.total.bad += bad;
	peer->auth.bad += bad;
	peer->auth.seen_good = sum.good;
	peer->auth.seen_bad = sum.bad;
}

/* Tell the operator what came from this neighbour and did not fit its keys. */
static void
peer_log(struct peer *peer, uint64_t now_ms)
{
	struct peer_auth *auth = &peer->auth;

	if ((auth->bad | auth->unknown | auth->unsigned_in) == 0 ||
	    !told_long_ago(auth->told_ms, now_ms))
		return;
	log_line(LOG_REMOTE,
	    "peer %s: segments do not fit its keys: bad=%" PRIu64
	    " unknown_key=%" PRIu64 " unsigned=%" PRIu64,
	    peer->setup.neighbor.name, auth->bad, auth->unknown,
	    auth->unsigned_in);
	auth->bad = 0;
	auth->unknown = 0;
	auth->unsigned_in = 0;
	auth->told_ms = now_ms | 1;
}

/* ---- counters of TCP MD5 ---- */

static void
md5_count(struct supervisor *supervisor, uint64_t now_ms)
{
	struct auth_watch *watch = &supervisor->auth;
	const struct netstat_md5 *old = &watch->md5_logged;
	char names[NAMES_DOWN_MAX];

	if (!netstat_read(&watch->md5))
		return;
	if (!watch->counting) {
		/* What was before us is not ours. */
		watch->counting = true;
		watch->md5_logged = watch->md5;
		watch->md5_told = watch->md5;
		return;
	}
	if (memcmp(old, &watch->md5, sizeof(*old)) == 0 ||
	    !told_long_ago(watch->md5_told_ms, now_ms))
		return;
	names_down(supervisor->peers, supervisor->n_peers, AUTH_MD5, names);
	log_line(LOG_REMOTE,
	    "tcp md5: segments dropped on this host: bad=%" PRIu64
	    " no_password=%" PRIu64 " unsigned=%" PRIu64
	    ": neighbours with a password that are not up: %s",
	    grown(watch->md5.bad, old->bad),
	    grown(watch->md5.unknown, old->unknown),
	    grown(watch->md5.unsigned_in, old->unsigned_in), names);
	watch->md5_logged = watch->md5;
	watch->md5_told_ms = now_ms | 1;
}

/* ---- what the listeners cannot tell by neighbour ---- */

struct listen_sum {
	const struct tcp_ao *ao;
	uint64_t unknown;
	uint64_t unsigned_in;
};

static void
listener_info(void *ctx, int fd)
{
	struct listen_sum *sum = ctx;
	struct tcp_ao_info info;

	if (tcp_ao_info(sum->ao, fd, &info) < 0)
		return;
	sum->unknown += info.unknown;
	sum->unsigned_in += info.unsigned_in;
}

static void
listeners_count_ao(struct supervisor *supervisor, uint64_t now_ms)
{
	struct auth_watch *watch = &supervisor->auth;
	struct listen_sum sum = { .ao = &supervisor->ao };
	char names[NAMES_DOWN_MAX];

	listeners_each(supervisor->listeners, AFI_IPV4, listener_info, &sum);
	listeners_each(supervisor->listeners, AFI_IPV6, listener_info, &sum);
	if ((sum.unknown == watch->listen_unknown &&
		sum.unsigned_in == watch->listen_unsigned) ||
	    !told_long_ago(watch->listen_told_ms, now_ms))
		return;
	names_down(supervisor->peers, supervisor->n_peers, AUTH_AO, names);
	log_line(LOG_REMOTE,
	    "tcp-ao: segments dropped at the listeners: unknown_key=%" PRIu64
	    " unsigned=%" PRIu64 ": neighbours with keys that are not up: %s",
	    grown(sum.unknown, watch->listen_unknown),
	    grown(sum.unsigned_in, watch->listen_unsigned), names);
	watch->listen_unknown = sum.unknown;
	watch->listen_unsigned = sum.unsigned_in;
	watch->listen_told_ms = now_ms | 1;
}

/* ---- the guard ---- */

/* False: no room now. */
static bool
guard_send(
    struct supervisor *supervisor, uint32_t peer, const struct auth_state *auth)
{
	struct msg_peer_auth msg = {
		.head = { .kind = MSG_PEER_AUTH }, .peer = peer, .auth = *auth
	};

	return channel_send(supervisor->guard.process.channel, &msg,
		   sizeof(msg), -1) == 0;
}

static void
guard_tell_md5(struct supervisor *supervisor)
{
	struct auth_watch *watch = &supervisor->auth;
	const struct auth_state auth = { .kind = AUTH_MD5,
		.bad = watch->md5.bad,
		.unknown = watch->md5.unknown,
		.unsigned_in = watch->md5.unsigned_in };

	if ((!watch->md5_said || memcmp(&watch->md5_told, &watch->md5,
				     sizeof(watch->md5)) != 0) &&
	    watch->counting && guard_send(supervisor, 0, &auth)) {
		watch->md5_told = watch->md5;
		watch->md5_said = true;
	}
}

/* What it does not know yet; a new one knows nothing. */
static void
guard_tell(struct supervisor *supervisor)
{
	struct process *guard = &supervisor->guard.process;
	bool anew = supervisor->auth.guard_ms != guard->started_ms;

	if (!supervisor->guard.ready || !process_up(guard))
		return;
	supervisor->auth.guard_ms = guard->started_ms;
	/* It takes the first counts as what was before it: also if none. */
	if (anew)
		supervisor->auth.md5_said = false;
	for (uint32_t i = 0; i < supervisor->n_peers; i++) {
		struct peer *peer = supervisor->peers[i];
		struct peer_auth *auth = &peer->auth;

		if (anew)
			auth->told = (struct auth_state){ 0 };
		if (memcmp(&auth->told, &auth->total, sizeof(auth->told)) !=
			0 &&
		    guard_send(
			supervisor, peer->setup.neighbor.peer, &auth->total))
			auth->told = auth->total;
	}
	guard_tell_md5(supervisor);
	channel_flush(guard->channel);
}

/* ---- the timer ---- */

/* What there is to watch. */
struct watched {
	bool md5;
	bool ao;
	bool soon;       /* a connection moves */
	uint64_t next_s; /* a key's time; 0: none */
};

static void
peers_watch(struct supervisor *supervisor, bool count, struct watched *out)
{
	uint64_t now_s = clock_wall_ns() / NS_PER_S;
	uint64_t now_ms = loop_now_ms(supervisor->loop);

	for (uint32_t i = 0; i < supervisor->n_peers; i++) {
		struct peer *peer = supervisor->peers[i];
		uint8_t kind = peer->setup.neighbor.authenticated;
		uint64_t next_s;

		out->md5 |= kind == AUTH_MD5;
		if (kind != AUTH_AO || peer->state != PEER_RUNNING)
			continue;
		out->ao = true;
		out->soon |= peer_watch(peer, now_s);
		next_s = keychain_next(&peer->setup.chain, now_s);
		if (next_s != 0 && (out->next_s == 0 || next_s < out->next_s))
			out->next_s = next_s;
		if (count) {
			peer_count(peer);
			peer_log(peer, now_ms);
		}
	}
}

/* Until the next look, ms. */
static uint64_t
watch_wait(const struct watched *watched)
{
	uint64_t wall_ns = clock_wall_ns();
	uint64_t until_ms = WATCH_COUNT_MS;

	if (watched->soon)
		until_ms = WATCH_ROLL_MS;
	if (watched->next_s != 0 && watched->next_s * NS_PER_S > wall_ns) {
		uint64_t ms =
		    (watched->next_s * NS_PER_S - wall_ns) / 1000000u + 1;

		if (ms < until_ms)
			until_ms = ms;
	}
	return until_ms;
}

static void
watch_start(struct supervisor *supervisor, uint64_t after_ms)
{
	struct auth_watch *watch = &supervisor->auth;

	watch->due_ms = loop_now_ms(supervisor->loop) + after_ms;
	timer_start(watch->timer, after_ms, 0);
}

static void
on_watch(void *ctx)
{
	struct supervisor *supervisor = ctx;
	struct auth_watch *watch = &supervisor->auth;
	uint64_t now_ms = loop_now_ms(supervisor->loop);
	bool count = watch->counted_ms == 0 ||
		     now_ms - watch->counted_ms >= WATCH_COUNT_MS;
	struct watched watched = { .md5 = false };

	watch->due_ms = 0;
	if (supervisor->phase != PHASE_RUN)
		return;
	peers_watch(supervisor, count, &watched);
	if (count) {
		watch->counted_ms = now_ms | 1;
		if (watched.ao)
			listeners_count_ao(supervisor, now_ms);
		if (watched.md5)
			md5_count(supervisor, now_ms);
		guard_tell(supervisor);
	}
	if (watched.ao || watched.md5)
		watch_start(supervisor, watch_wait(&watched));
}

int
auth_watch_init(struct supervisor *supervisor)
{
	supervisor->ao = tcp_ao_kernel();
	supervisor->auth.timer =
	    timer_new(supervisor->loop, on_watch, supervisor);
	return supervisor->auth.timer == NULL ? -1 : 0;
}

void
auth_watch_fini(struct supervisor *supervisor)
{
	timer_free(supervisor->auth.timer);
}

void
auth_watch_soon(struct supervisor *supervisor)
{
	struct auth_watch *watch = &supervisor->auth;

	/* Whoever connects again and again must not put it off. */
	if (watch->timer == NULL ||
	    (watch->due_ms != 0 &&
		watch->due_ms <= loop_now_ms(supervisor->loop) + WATCH_SOON_MS))
		return;
	watch_start(supervisor, WATCH_SOON_MS);
}
