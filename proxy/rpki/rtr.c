/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RTRlib's callbacks, which come from threads of its own, to our loop.
 *
 *   RTRlib's thread --queue, under a mutex--> eventfd --> loop
 *
 * A full queue makes RTRlib's thread wait; the loop never waits for RTRlib.
 * So what has been closed is ended by a thread of its own: RTRlib joins its
 * threads then, and one of them may be asleep.
 *
 * A cache's records are changed, and we are called, only when its End of Data
 * has come; then the state of its socket becomes ESTABLISHED. The manager's own
 * callback does not tell of each, so ours takes its place and calls it.
 */
#include "proxy/rpki/rtr.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rtrlib/rtrlib.h>

#include "proxy/common/log.h"

#define QUEUE_MAX         16384u /* events; two such buffers */
#define CONNECT_TIMEOUT_S 10u
/* RFC 8210 6 */
#define REFRESH_MAX_S     86400u
#define RETRY_MAX_S       7200u
#define EXPIRE_MIN_S      600u
#define EXPIRE_MAX_S      172800u

enum event_kind {
	EVENT_ANNOUNCE = 1,
	EVENT_WITHDRAW,
	EVENT_SYNC,
	EVENT_TROUBLE,
};

struct event {
	uint8_t kind;
	uint8_t cache;
	union {
		struct vrp vrp;
		struct rpki_sync sync;
		const char *what;
	};
};

struct cache {
	struct rtr_socket socket; /* first: RTRlib tells us of this */
	struct tr_socket transport;
	struct rtr_caches *caches;
	rtr_connection_state_fp manager;
	uint8_t number;
	char host[64];
	char port[8];
};

/* Owned by the loop until it is closed, then by the thread that ends it. */
struct rtr_caches {
	struct rtr_ops ops;
	struct watch *watch;
	int wake; /* eventfd */
	struct rtr_mgr_config *manager;
	struct cache caches[RPKI_CACHES_MAX];
	struct rtr_socket *sockets[RPKI_CACHES_MAX];
	struct rtr_mgr_group groups[RPKI_CACHES_MAX];
	unsigned n_groups;
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t room;
	bool closed;
	bool odd; /* a VRP that cannot be was left out */
	size_t n;
	struct event *filling;
	struct event *draining; /* the loop's */
};

/* ---- in RTRlib's threads ---- */

static void
event_put(struct rtr_caches *caches, const struct event *event)
{
	const uint64_t one = 1;
	ssize_t written = 0;

	(void)pthread_mutex_lock(&caches->mutex);
	while (caches->n == QUEUE_MAX && !caches->closed)
		(void)pthread_cond_wait(&caches->room, &caches->mutex);
	/* It counts to 2^64: this cannot fail. */
	if (!caches->closed && caches->n == 0)
		written = write(caches->wake, &one, sizeof(one));
	if (!caches->closed)
		caches->filling[caches->n++] = *event;
	(void)written;
	(void)pthread_mutex_unlock(&caches->mutex);
}

/* RTRlib's addresses are in host order. */
static bool
vrp_fill(struct vrp *vrp, const struct pfx_record *record)
{
	bool wide = record->prefix.ver == LRTR_IPV6;

	memset(vrp, 0, sizeof(*vrp));
	vrp->prefix.afi = wide ? AFI_IPV6 : AFI_IPV4;
	vrp->prefix.len = record->min_len;
	vrp->max_len = record->max_len;
	vrp->asn = record->asn;
	for (size_t i = 0; i < (wide ? 4u : 1u); i++) {
		uint32_t word = htonl(wide ? record->prefix.u.addr6.addr[i]
					   : record->prefix.u.addr4.addr);

		memcpy(
		    &vrp->prefix.addr[i * sizeof(word)], &word, sizeof(word));
	}
	return prefix_valid(&vrp->prefix) && vrp->max_len >= vrp->prefix.len &&
	       vrp->max_len <= afi_bits(vrp->prefix.afi);
}

static void
on_record(
    struct pfx_table *table, const struct pfx_record record, const bool added)
{
	const struct cache *cache = (const void *)record.socket;
	struct event event = { .kind =
				   added ? EVENT_ANNOUNCE : EVENT_WITHDRAW };

	(void)table;
	if (cache == NULL)
		return;
	event.cache = cache->number;
	if (vrp_fill(&event.vrp, &record)) {
		event_put(cache->caches, &event);
		return;
	}
	(void)pthread_mutex_lock(&cache->caches->mutex);
	cache->caches->odd = true;
	(void)pthread_mutex_unlock(&cache->caches->mutex);
}

/* NULL: none. */
static const char *
trouble_of(enum rtr_socket_state state)
{
	switch (state) {
	case RTR_ERROR_NO_DATA_AVAIL:
		return "has no data";
	case RTR_ERROR_FATAL:
		return "connection lost, or protocol error";
	case RTR_ERROR_TRANSPORT:
		return "no connection";
	case RTR_CONNECTING:
	case RTR_ESTABLISHED:
	case RTR_RESET:
	case RTR_SYNC:
	case RTR_FAST_RECONNECT:
	case RTR_ERROR_NO_INCR_UPDATE_AVAIL:
	case RTR_SHUTDOWN:
	case RTR_CLOSED:
	default:
		return NULL;
	}
}

static uint32_t
expire_within(unsigned expire_s)
{
	if (expire_s < EXPIRE_MIN_S)
		return EXPIRE_MIN_S;
	return expire_s > EXPIRE_MAX_S ? EXPIRE_MAX_S : expire_s;
}

/* A cache that has been restarted has another session, and may answer a Serial
 * Query of the old one with an error instead of a Cache Reset. RTRlib would ask
 * the same until its data expires. What it has stays until the End of Data. */
static void
begin_anew(struct rtr_socket *socket)
{
	socket->request_session_id = true;
	socket->serial_number = 0;
}

/* The manager first: it may close groups that are not needed any more, and what
 * they had goes before this set is complete. */
static void
on_state(const struct rtr_socket *socket, const enum rtr_socket_state state,
    void *manager, void *group)
{
	const struct cache *cache = (const void *)socket;
	struct event event = { .cache = cache->number };

	cache->manager(socket, state, manager, group);
	if (state == RTR_ERROR_FATAL)
		begin_anew(&cache->caches->caches[cache->number].socket);
	if (state == RTR_ESTABLISHED) {
		event.kind = EVENT_SYNC;
		event.sync = (struct rpki_sync){
			.cache = cache->number,
			.session = (uint16_t)socket->session_id,
			.serial = socket->serial_number,
			.expire_s = expire_within(socket->expire_interval),
		};
		event_put(cache->caches, &event);
		return;
	}
	event.kind = EVENT_TROUBLE;
	event.what = trouble_of(state);
	/* One that is not needed any more is not in trouble. */
	if (event.what != NULL || state == RTR_SHUTDOWN)
		event_put(cache->caches, &event);
}

/* RTRlib calls it without looking whether there is one. */
static void
on_key(
    struct spki_table *table, const struct spki_record record, const bool added)
{
	(void)table;
	(void)record;
	(void)added;
}

/* ---- in the loop ---- */

static void
event_run(const struct rtr_caches *caches, const struct event *event)
{
	const struct rtr_ops *ops = &caches->ops;

	switch (event->kind) {
	case EVENT_ANNOUNCE:
	case EVENT_WITHDRAW:
		ops->on_vrp(ops->ctx, event->cache, &event->vrp,
		    event->kind == EVENT_ANNOUNCE);
		return;
	case EVENT_SYNC:
		ops->on_sync(ops->ctx, &event->sync);
		return;
	default:
		ops->on_trouble(ops->ctx, event->cache, event->what);
		return;
	}
}

/* The callbacks do not close what calls them: that is done from the loop's
 * timers and from the supervisor's messages. */
static void
on_wake(void *ctx, int events)
{
	struct rtr_caches *caches = ctx;
	struct event *full;
	uint64_t count;
	size_t n;
	bool odd;

	(void)events;
	if (read(caches->wake, &count, sizeof(count)) < 0)
		return;
	(void)pthread_mutex_lock(&caches->mutex);
	n = caches->n;
	odd = caches->odd;
	full = caches->filling;
	caches->filling = caches->draining;
	caches->draining = full;
	caches->n = 0;
	caches->odd = false;
	(void)pthread_cond_broadcast(&caches->room);
	(void)pthread_mutex_unlock(&caches->mutex);
	for (size_t i = 0; i < n; i++)
		event_run(caches, &full[i]);
	if (odd)
		log_line(LOG_REMOTE, "cache: sends VRPs that cannot be");
}

/* ---- life ---- */

static void
caches_free(struct rtr_caches *caches)
{
	if (caches->wake >= 0)
		(void)close(caches->wake);
	(void)pthread_mutex_destroy(&caches->mutex);
	(void)pthread_cond_destroy(&caches->room);
	free(caches->filling);
	free(caches->draining);
	free(caches);
}

static struct rtr_caches *
caches_new(struct loop *loop)
{
	struct rtr_caches *caches = calloc(1, sizeof(*caches));

	if (caches == NULL)
		return NULL;
	(void)pthread_mutex_init(&caches->mutex, NULL);
	(void)pthread_cond_init(&caches->room, NULL);
	caches->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	caches->filling = calloc(QUEUE_MAX, sizeof(*caches->filling));
	caches->draining = calloc(QUEUE_MAX, sizeof(*caches->draining));
	if (caches->wake >= 0)
		caches->watch = watch_new(loop, caches->wake, on_wake, caches);
	if (caches->watch == NULL || caches->filling == NULL ||
	    caches->draining == NULL) {
		watch_free(caches->watch);
		caches_free(caches);
		return NULL;
	}
	watch_set(caches->watch, WATCH_READ);
	return caches;
}

/* 0, or -1 when memory is out. */
static int
cache_init(
    struct rtr_caches *caches, unsigned number, const struct address *address)
{
	struct cache *cache = &caches->caches[number];
	const struct tr_tcp_config tcp = { .host = cache->host,
		.port = cache->port,
		.connect_timeout = CONNECT_TIMEOUT_S };
	bool wide = address->afi == AFI_IPV6;
	char text[INET6_ADDRSTRLEN] = "?";

	cache->caches = caches;
	cache->number = (uint8_t)number;
	cache->socket.tr_socket = &cache->transport;
	(void)inet_ntop(
	    wide ? AF_INET6 : AF_INET, address->addr, text, sizeof(text));
	if (address->scope != 0)
		(void)snprintf(cache->host, sizeof(cache->host), "%s%%%u", text,
		    (unsigned)address->scope);
	else
		(void)snprintf(cache->host, sizeof(cache->host), "%s", text);
	(void)snprintf(
	    cache->port, sizeof(cache->port), "%u", (unsigned)address->port);
	return tr_tcp_init(&tcp, &cache->transport) == TR_SUCCESS ? 0 : -1;
}

/* Caches of one number together, in the order of numbers. */
static void
groups_fill(struct rtr_caches *caches, const struct msg_cfg_rpki *config)
{
	unsigned placed = 0;
	uint64_t above = 0; /* groups below are done */

	while (placed < config->n) {
		struct rtr_mgr_group *group = &caches->groups[caches->n_groups];
		uint64_t least = UINT64_MAX;

		for (uint32_t i = 0; i < config->n; i++) {
			if (config->cache[i].group >= above &&
			    config->cache[i].group < least)
				least = config->cache[i].group;
		}
		group->sockets = &caches->sockets[placed];
		group->preference = (uint8_t)++caches->n_groups;
		for (uint32_t i = 0; i < config->n; i++) {
			if (config->cache[i].group != least)
				continue;
			caches->sockets[placed++] = &caches->caches[i].socket;
			group->sockets_len++;
		}
		above = least + 1;
	}
}

static unsigned
within(unsigned value, unsigned least, unsigned most)
{
	if (value < least)
		return least;
	return value > most ? most : value;
}

static int
manager_start(struct rtr_caches *caches, const struct msg_cfg_rpki *config)
{
	if (rtr_mgr_init(&caches->manager, caches->groups, caches->n_groups,
		within(config->refresh_s, 1, REFRESH_MAX_S),
		expire_within(config->expire_s),
		within(config->retry_s, 1, RETRY_MAX_S), on_record, on_key,
		NULL, NULL) != RTR_SUCCESS)
		return -1;
	for (uint32_t i = 0; i < config->n; i++) {
		struct cache *cache = &caches->caches[i];

		cache->manager = cache->socket.connection_state_fp;
		cache->socket.connection_state_fp = on_state;
	}
	return rtr_mgr_start(caches->manager) == RTR_SUCCESS ? 0 : -1;
}

struct rtr_caches *
rtr_caches_open(struct loop *loop, const struct msg_cfg_rpki *config,
    const struct rtr_ops *ops)
{
	struct rtr_caches *caches = caches_new(loop);

	if (caches == NULL)
		return NULL;
	caches->ops = *ops;
	for (uint32_t i = 0; i < config->n; i++) {
		if (cache_init(caches, i, &config->cache[i].address) < 0) {
			rtr_caches_close(caches);
			return NULL;
		}
	}
	groups_fill(caches, config);
	if (manager_start(caches, config) < 0) {
		rtr_caches_close(caches);
		return NULL;
	}
	return caches;
}

/* May take as long as RTRlib sleeps. */
static void *
manager_end(void *ctx)
{
	struct rtr_caches *caches = ctx;

	rtr_mgr_stop(caches->manager);
	rtr_mgr_free(caches->manager);
	caches_free(caches);
	return NULL;
}

void
rtr_caches_close(struct rtr_caches *caches)
{
	pthread_t thread;

	if (caches == NULL)
		return;
	watch_free(caches->watch);
	(void)pthread_mutex_lock(&caches->mutex);
	caches->closed = true;
	(void)pthread_cond_broadcast(&caches->room);
	(void)pthread_mutex_unlock(&caches->mutex);
	if (caches->manager == NULL) {
		for (unsigned i = 0; i < RPKI_CACHES_MAX; i++) {
			struct tr_socket *tr = &caches->caches[i].transport;

			if (tr->socket != NULL)
				tr->free_fp(tr);
		}
		caches_free(caches);
		return;
	}
	if (pthread_create(&thread, NULL, manager_end, caches) != 0) {
		log_line(LOG_ERROR, "caches: a thread cannot be made; ending");
		_exit(1);
	}
	(void)pthread_detach(thread);
}

void
rtr_be_quiet(void)
{
	FILE *nowhere = fopen("/dev/null", "we");

	/* Our own lines are written to the descriptor. */
	if (nowhere != NULL)
		stderr = nowhere;
}
