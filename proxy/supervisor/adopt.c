/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration comes into force: the parts that are there only where it
 * wants them, listeners, keys, peers, in this order. */
#include "proxy/supervisor/supervisor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/log.h"

static void
problem_say(struct msg_cfg_error *problem, const char *key, const char *text)
{
	memset(problem, 0, sizeof(*problem));
	(void)snprintf(problem->key, sizeof(problem->key), "%s", key);
	(void)snprintf(problem->wanted, sizeof(problem->wanted), "%s", text);
}

/* All rows. NULL, or the one that something is wrong with, and what. */
static const struct setup *
setups_fill(const struct cfg_set *set, struct setup *setups, char *why)
{
	for (uint32_t i = 0; i < set->neighbors.n; i++) {
		if (setup_fill(set, i, &setups[i], why) < 0)
			return &setups[i];
	}
	return NULL;
}

/* A password or key file is not good. */
static void
file_say(
    struct msg_cfg_error *problem, const struct setup *bad, const char *unread)
{
	uint32_t n = bad->chain.n;

	problem_say(problem, n > 0 ? "key_file" : "password_file", unread);
	memcpy(problem->file,
	    n > 0 ? bad->chain.key[n - 1].file : bad->neighbor.password_file,
	    sizeof(problem->file));
	(void)snprintf(
	    problem->found, sizeof(problem->found), "%s", bad->neighbor.name);
}

/* The first neighbour that has a key chain, where there is nothing to put it
 * on; NULL: none. One that should be authenticated never is without: better no
 * sluiced at all. */
static const struct setup *
ao_lacks(
    const struct supervisor *supervisor, const struct setup *setups, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (setups[i].chain.n > 0)
			return tcp_ao_supported(&supervisor->ao) ? NULL
								 : &setups[i];
	}
	return NULL;
}

static void
lacks_say(struct msg_cfg_error *problem, const struct setup *bad)
{
	char key[sizeof(problem->key)];

	(void)snprintf(key, sizeof(key), "tcp_ao of %s", bad->neighbor.name);
	problem_say(problem, key,
	    "this kernel has no TCP-AO (Linux 6.7 with CONFIG_TCP_AO): use "
	    "password_file, or a kernel that has it");
}

struct setup *
adopt_prepare(struct supervisor *supervisor, struct cfg_set *set,
    struct msg_cfg_error *problem)
{
	const char *why =
	    cfg_set_number(set, supervisor->customers, supervisor->names);
	char unread[PASSWORD_WHY_MAX];
	const struct setup *bad;
	struct setup *setups;

	if (why != NULL) {
		problem_say(problem, "neighbors", why);
		return NULL;
	}
	/* One more, so that none is no failure. */
	setups = calloc((size_t)set->neighbors.n + 1, sizeof(*setups));
	if (setups == NULL) {
		problem_say(problem, "", "out of memory");
		return NULL;
	}
	bad = setups_fill(set, setups, unread);
	if (bad != NULL) {
		file_say(problem, bad, unread);
	} else {
		bad = ao_lacks(supervisor, setups, set->neighbors.n);
		if (bad == NULL)
			return setups;
		lacks_say(problem, bad);
	}
	free(setups);
	return NULL;
}

/* 1 + the row of each peer number (0: none), to be freed. NULL when out of
 * memory. */
static uint32_t *
rows_by_number(const struct setup *setups, uint32_t n, uint32_t max)
{
	uint32_t *rows = calloc((size_t)max + 1, sizeof(*rows));

	for (uint32_t i = 0; rows != NULL && i < n; i++)
		rows[setups[i].neighbor.peer] = i + 1;
	return rows;
}

/* ---- peers ---- */

/* Room for n more. 0, or -1 when out of memory. */
static int
peers_room(struct supervisor *supervisor, uint32_t n)
{
	uint32_t room = supervisor->n_peers + n;
	struct peer **grown;

	if (room <= supervisor->room_peers)
		return 0;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): it is of pointers. */
	grown = reallocarray(supervisor->peers, room, sizeof(*grown));
	if (grown == NULL)
		return -1;
	supervisor->peers = grown;
	supervisor->room_peers = room;
	return 0;
}

static void
peer_add(struct supervisor *supervisor, const struct setup *setup)
{
	struct peer *peer = peer_new(supervisor, setup);

	if (peer == NULL) {
		log_line(
		    LOG_ERROR, "peer %s: out of memory", setup->neighbor.name);
		return;
	}
	supervisor->peers[supervisor->n_peers++] = peer;
	process_start(&peer->process);
}

/* Those that are there: changed or removed. Their rows are taken out. */
static void
peers_update(
    struct supervisor *supervisor, const struct setup *setups, uint32_t *rows)
{
	/* From the end: removal moves the last one into the gap. */
	for (uint32_t i = supervisor->n_peers; i-- > 0;) {
		struct peer *peer = supervisor->peers[i];
		uint32_t number = peer->setup.neighbor.peer;

		if (rows[number] != 0)
			peer_change(peer, &setups[rows[number] - 1]);
		else if (peer->state != PEER_LEAVING)
			peer_remove(peer);
		rows[number] = 0;
	}
}

/* ---- what it would do ---- */

static void
session_note(struct reload_session *list, uint32_t *n, const struct peer *peer,
    uint32_t whys)
{
	if (*n < RELOAD_NAMES_MAX) {
		list[*n] = (struct reload_session){ .whys = whys };
		memcpy(list[*n].name, peer->setup.neighbor.name,
		    sizeof(list[*n].name));
	}
	(*n)++;
}

/* Nothing of a place that nobody has is lost. */
static bool
peer_counts(const struct peer *peer)
{
	return peer->state == PEER_RUNNING &&
	       (peer->setup.neighbor.range_len == 0 || peer_connected(peer));
}

int
adopt_sessions(const struct supervisor *supervisor, const struct cfg_set *set,
    const struct setup *setups, struct reload_sessions *out)
{
	uint32_t *rows = rows_by_number(
	    setups, set->neighbors.n, names_count(supervisor->names));

	memset(out, 0, sizeof(*out));
	if (rows == NULL)
		return -1;
	for (uint32_t i = 0; i < supervisor->n_peers; i++) {
		const struct peer *peer = supervisor->peers[i];
		uint32_t row = rows[peer->setup.neighbor.peer];
		uint32_t whys =
		    row == 0 ? 0 : setup_whys(&peer->setup, &setups[row - 1]);

		if (!peer_counts(peer))
			continue;
		if (row == 0)
			session_note(out->end, &out->ends, peer, 0);
		else if (whys != 0)
			session_note(out->restart, &out->restarts, peer, whys);
	}
	free(rows);
	return 0;
}

/* ---- all of it ---- */

int
adopt_set(struct supervisor *supervisor, struct cfg_set *set,
    const struct setup *setups)
{
	uint32_t n = set->neighbors.n;
	uint32_t max = names_count(supervisor->names);
	uint32_t *rows = rows_by_number(setups, n, max);
	int failed;

	cfg_set_free(supervisor->set);
	supervisor->set = set;
	waits_update(supervisor);
	parts_update(supervisor);
	failed = listeners_update(supervisor->listeners, set);
	if (rows == NULL || peers_room(supervisor, n) < 0) {
		log_line(LOG_ERROR, "configuration: out of memory");
		free(rows);
		return failed + 1;
	}
	keys_update(supervisor, setups, rows);
	listeners_filter(supervisor->listeners, set);
	listeners_start(supervisor->listeners);
	peers_update(supervisor, setups, rows);
	for (uint32_t i = 0; i < n; i++) {
		if (rows[setups[i].neighbor.peer] != 0)
			peer_add(supervisor, &setups[i]);
	}
	auth_watch_soon(supervisor);
	free(rows);
	return failed;
}
