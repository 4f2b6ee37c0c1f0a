/* SPDX-License-Identifier: BSD-2-Clause */
/* Which set of VRPs is in force, and what it is worth. */
#include "proxy/rpki/rpki.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "proxy/common/log.h"
#include "proxy/rpki/guard_link.h"
#include "proxy/rpki/vrp_set.h"

#define MS      1000u
/* After a set that is too large, or a source that does not start. */
#define REST_MS (600u * MS)

_Static_assert(RPKI_CACHES_MAX <= VRP_SET_CACHES, "a bit for each");

struct rpki {
	struct rpki_source source;
	struct vrp_set *set;
	struct guard_link *guard;
	struct msg_cfg_rpki config;
	struct msg_rpki_state state;
	struct rpki_sync last; /* the last End of Data, held or not .. */
	uint64_t last_ms;
	uint64_t loading_until_ms;
	uint64_t again_ms; /* start the source again then; 0: it runs */
	bool overflow;     /* there was no room for all */
	const char *troubles[RPKI_CACHES_MAX];
};

/* ---- life ---- */

struct rpki *
rpki_new(struct loop *loop, const struct rpki_source *source, size_t max)
{
	struct rpki *rpki = calloc(1, sizeof(*rpki));
	uint8_t key[HASH_KEY_LEN];

	if (rpki == NULL)
		return NULL;
	rpki->source = *source;
	if (getrandom(key, sizeof(key), 0) == (ssize_t)sizeof(key))
		rpki->set = vrp_set_new(key, max);
	if (rpki->set != NULL)
		rpki->guard = guard_link_new(loop, rpki->set);
	if (rpki->guard == NULL) {
		rpki_free(rpki);
		return NULL;
	}
	return rpki;
}

void
rpki_free(struct rpki *rpki)
{
	if (rpki == NULL)
		return;
	if (rpki->config.n > 0)
		rpki->source.stop(rpki->source.ctx);
	guard_link_free(rpki->guard);
	vrp_set_free(rpki->set);
	free(rpki);
}

/* ---- what is said of it ---- */

/* "127.0.0.1:3323" or "[::1]:3323". */
static void
cache_name(const struct rpki *rpki, unsigned cache, char name[RPKI_CACHE_MAX])
{
	const struct address *address = &rpki->config.cache[cache].address;
	bool wide = address->afi == AFI_IPV6;
	char text[INET6_ADDRSTRLEN] = "?";

	(void)inet_ntop(
	    wide ? AF_INET6 : AF_INET, address->addr, text, sizeof(text));
	(void)snprintf(name, RPKI_CACHE_MAX, wide ? "[%s]:%u" : "%s:%u", text,
	    (unsigned)address->port);
}

/* What a person should know: the worst of it. */
static void
fill_text(const struct rpki *rpki, char *text, size_t size)
{
	char name[RPKI_CACHE_MAX];

	text[0] = '\0';
	if (rpki->overflow) {
		(void)snprintf(
		    text, size, "caches send more VRPs than there is room for");
		return;
	}
	if (rpki->state.held) {
		(void)snprintf(text, size,
		    "a much smaller set has come: sluice confirm rpki");
		return;
	}
	for (unsigned i = 0; i < rpki->config.n; i++) {
		if (rpki->troubles[i] == NULL)
			continue;
		cache_name(rpki, i, name);
		(void)snprintf(text, size, "%s: %s", name, rpki->troubles[i]);
		return;
	}
}

static void
tell(struct rpki *rpki)
{
	struct msg_rpki_state *state = &rpki->state;

	for (unsigned i = 0; i < 2; i++)
		state->have[i] =
		    (uint32_t)vrp_set_wanted(rpki->set, AFI_IPV4 + i);
	fill_text(rpki, state->text, sizeof(state->text));
	guard_link_state(rpki->guard, state);
}

const struct msg_rpki_state *
rpki_look(const struct rpki *rpki)
{
	return &rpki->state;
}

bool
rpki_failed(const struct rpki *rpki)
{
	return guard_link_broken(rpki->guard);
}

static void
state_set(struct rpki *rpki, enum rpki_state state)
{
	if (rpki->state.state == state)
		return;
	rpki->state.state = (uint8_t)state;
	log_line(state >= RPKI_EXPIRED ? LOG_ERROR : LOG_INFO, "VRPs: %s",
	    rpki_state_name(state));
}

/* ---- the source ---- */

static void
source_start(struct rpki *rpki, uint64_t now_ms)
{
	rpki->again_ms = 0;
	if (rpki->source.start(rpki->source.ctx, &rpki->config) == 0)
		return;
	log_line(LOG_ERROR, "caches: cannot start to ask them");
	rpki->again_ms = now_ms + rpki->config.retry_s * (uint64_t)MS;
}

/* What it said is not known any more; what is in force stays. */
static void
source_stop(struct rpki *rpki)
{
	if (rpki->config.n > 0)
		rpki->source.stop(rpki->source.ctx);
	vrp_set_forget(rpki->set);
	memset(rpki->troubles, 0, sizeof(rpki->troubles));
	memset(rpki->state.found, 0, sizeof(rpki->state.found));
	rpki->state.held = 0;
	rpki->overflow = false;
	rpki->again_ms = 0;
}

/* Other caches, or they are asked at other times. */
static bool
config_moves(const struct msg_cfg_rpki *a, const struct msg_cfg_rpki *b)
{
	return a->n != b->n || a->refresh_s != b->refresh_s ||
	       a->retry_s != b->retry_s || a->expire_s != b->expire_s ||
	       memcmp(a->cache, b->cache, a->n * sizeof(a->cache[0])) != 0;
}

/* No caches: as if there had never been any. */
static void
become_none(struct rpki *rpki)
{
	state_set(rpki, RPKI_NONE);
	vrp_set_disown(rpki->set);
	memset(&rpki->state, 0, sizeof(rpki->state));
}

void
rpki_configure(
    struct rpki *rpki, const struct msg_cfg_rpki *config, uint64_t now_ms)
{
	bool moves = config_moves(&rpki->config, config);

	if (moves)
		source_stop(rpki);
	rpki->config = *config;
	if (config->n == 0)
		become_none(rpki);
	if (config->n > 0 && rpki->state.state == RPKI_NONE) {
		rpki->loading_until_ms =
		    now_ms +
		    ((uint64_t)config->expire_s + config->grace_s) * MS;
		state_set(rpki, RPKI_LOADING);
	}
	if (config->n > 0 && moves)
		source_start(rpki, now_ms);
	tell(rpki);
}

void
rpki_attach(struct rpki *rpki, int fd)
{
	guard_link_attach(rpki->guard, fd);
}

/* ---- what caches say ---- */

void
rpki_heard(
    struct rpki *rpki, unsigned cache, const struct vrp *vrp, bool announce)
{
	if (cache >= rpki->config.n || rpki->overflow)
		return;
	if (vrp_set_hear(rpki->set, vrp, cache, announce) == 0)
		return;
	rpki->overflow = true;
	log_line(LOG_ERROR,
	    "VRPs: no room for all that caches send; what was in force "
	    "stays");
}

void
rpki_trouble(struct rpki *rpki, unsigned cache, const char *what)
{
	char name[RPKI_CACHE_MAX];

	if (cache >= rpki->config.n || rpki->troubles[cache] == what)
		return;
	rpki->troubles[cache] = what;
	cache_name(rpki, cache, name);
	if (what != NULL)
		log_line(LOG_REMOTE, "cache %s: %s", name, what);
	tell(rpki);
}

static size_t
total_live(const struct rpki *rpki)
{
	return vrp_set_live(rpki->set, AFI_IPV4) +
	       vrp_set_live(rpki->set, AFI_IPV6);
}

static size_t
total_wanted(const struct rpki *rpki)
{
	return vrp_set_wanted(rpki->set, AFI_IPV4) +
	       vrp_set_wanted(rpki->set, AFI_IPV6);
}

/* Empty, or smaller than what is in force by more than may be. */
static bool
shrinks(const struct rpki *rpki)
{
	uint64_t have = total_wanted(rpki);
	uint64_t found = total_live(rpki);

	if (have == 0)
		return false;
	return found == 0 ||
	       found * 100 < have * (100 - rpki->config.shrink_percent);
}

static void
hold(struct rpki *rpki)
{
	uint32_t found[2];

	for (unsigned i = 0; i < 2; i++)
		found[i] = (uint32_t)vrp_set_live(rpki->set, AFI_IPV4 + i);
	if (!rpki->state.held ||
	    memcmp(found, rpki->state.found, sizeof(found)) != 0)
		log_line(LOG_ERROR,
		    "VRPs: a set of %zu is held, %zu are in force",
		    total_live(rpki), total_wanted(rpki));
	memcpy(rpki->state.found, found, sizeof(found));
	rpki->state.held = 1;
}

/* What is live, complete as of the last End of Data, is in force. */
static void
adopt(struct rpki *rpki)
{
	struct msg_rpki_state *state = &rpki->state;
	size_t changed = vrp_set_adopt(rpki->set);

	cache_name(rpki, rpki->last.cache, state->cache);
	state->session = rpki->last.session;
	state->serial = rpki->last.serial;
	state->since_ms = rpki->last_ms;
	state->expires_ms = rpki->last_ms + rpki->last.expire_s * (uint64_t)MS;
	state->held = 0;
	memset(state->found, 0, sizeof(state->found));
	state_set(rpki, RPKI_FRESH);
	if (changed > 0)
		log_line(LOG_INFO,
		    "VRPs: in force: ipv4=%zu ipv6=%zu cache=%s "
		    "session=%u serial=%u",
		    vrp_set_wanted(rpki->set, AFI_IPV4),
		    vrp_set_wanted(rpki->set, AFI_IPV6), state->cache,
		    (unsigned)state->session, (unsigned)state->serial);
}

static void
note_fine(struct rpki *rpki, unsigned cache)
{
	char name[RPKI_CACHE_MAX];

	if (rpki->troubles[cache] == NULL)
		return;
	rpki->troubles[cache] = NULL;
	cache_name(rpki, cache, name);
	log_line(LOG_INFO, "cache %s: fine again", name);
}

void
rpki_synced(struct rpki *rpki, const struct rpki_sync *sync, uint64_t now_ms)
{
	if (sync->cache >= rpki->config.n)
		return;
	note_fine(rpki, sync->cache);
	rpki->last = *sync;
	rpki->last_ms = now_ms;
	if (rpki->overflow || shrinks(rpki))
		hold(rpki);
	else
		adopt(rpki);
	if (rpki->overflow && rpki->again_ms == 0)
		rpki->again_ms = now_ms + REST_MS;
	tell(rpki);
}

/* What was held may have changed since, or grown old. */
static bool
held_as_told(const struct rpki *rpki, uint64_t now_ms)
{
	return !rpki->overflow &&
	       vrp_set_live(rpki->set, AFI_IPV4) == rpki->state.found[0] &&
	       vrp_set_live(rpki->set, AFI_IPV6) == rpki->state.found[1] &&
	       now_ms < rpki->last_ms + rpki->last.expire_s * (uint64_t)MS;
}

void
rpki_confirm(struct rpki *rpki, uint64_t now_ms)
{
	if (!rpki->state.held)
		return;
	if (!held_as_told(rpki, now_ms)) {
		log_line(
		    LOG_WARN, "VRPs: what was held cannot be adopted any more");
		return;
	}
	log_line(LOG_INFO, "VRPs: confirmed");
	adopt(rpki);
	tell(rpki);
}

/* ---- time ---- */

static void
age(struct rpki *rpki, uint64_t now_ms)
{
	const uint64_t expires_ms = rpki->state.expires_ms;
	const uint64_t grace_ms = rpki->config.grace_s * (uint64_t)MS;

	if (rpki->state.state == RPKI_LOADING &&
	    now_ms >= rpki->loading_until_ms)
		state_set(rpki, RPKI_GONE);
	if (rpki->state.state == RPKI_FRESH && now_ms >= expires_ms)
		state_set(rpki, RPKI_EXPIRED);
	if (rpki->state.state == RPKI_EXPIRED &&
	    now_ms >= expires_ms + grace_ms)
		state_set(rpki, RPKI_GONE);
}

void
rpki_tick(struct rpki *rpki, uint64_t now_ms)
{
	unsigned before = rpki->state.state;

	if (guard_link_confirmed(rpki->guard))
		rpki_confirm(rpki, now_ms);
	if (rpki->again_ms != 0 && now_ms >= rpki->again_ms) {
		source_stop(rpki);
		source_start(rpki, now_ms);
	}
	age(rpki, now_ms);
	if (rpki->state.state != before)
		tell(rpki);
}
