/* SPDX-License-Identifier: BSD-2-Clause */
/* A source, a guard and a clock around the rpki role. */
#include "tests/lib/rpki_scene.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/check.h"

#define SCENE_START_MS 1000000u

static int
source_start(void *ctx, const struct msg_cfg_rpki *config)
{
	struct rpki_scene *scene = ctx;

	assert_true(config->n > 0);
	assert_int_equal(scene->started, scene->stopped);
	scene->started++;
	return scene->unstartable ? -1 : 0;
}

static void
source_stop(void *ctx)
{
	struct rpki_scene *scene = ctx;

	scene->stopped++;
}

static void
cache_fill(struct rpki_cache *cache, uint16_t port, uint32_t group)
{
	static const uint8_t loopback[4] = { 127, 0, 0, 1 };

	cache->address.afi = AFI_IPV4;
	cache->address.port = port;
	memcpy(cache->address.addr, loopback, sizeof(loopback));
	cache->group = group;
}

int
scene_setup(void **state)
{
	struct rpki_scene *scene = calloc(1, sizeof(*scene));
	const struct rpki_source source = { source_start, source_stop, scene };

	assert_non_null(scene);
	scene->guard = -1;
	scene->now_ms = SCENE_START_MS;
	scene->loop = loop_new();
	scene->rpki = rpki_new(scene->loop, &source, SCENE_VRPS / 2);
	assert_non_null(scene->rpki);
	scene->config = (struct msg_cfg_rpki){ .n = 2,
		.refresh_s = 10,
		.retry_s = 5,
		.expire_s = SCENE_EXPIRE,
		.grace_s = SCENE_GRACE,
		.shrink_percent = 20 };
	cache_fill(&scene->config.cache[0], 3323, 0);
	cache_fill(&scene->config.cache[1], 8282, 1);
	scene_guard(scene);
	rpki_configure(scene->rpki, &scene->config, scene->now_ms);
	*state = scene;
	return 0;
}

int
scene_teardown(void **state)
{
	struct rpki_scene *scene = *state;

	rpki_free(scene->rpki);
	loop_free(scene->loop);
	if (scene->guard >= 0)
		(void)close(scene->guard);
	free(scene);
	return 0;
}

void
scene_guard(struct rpki_scene *scene)
{
	int fds[2];

	if (scene->guard >= 0)
		(void)close(scene->guard);
	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	scene->guard = fds[0];
	scene->n_octets = 0;
	scene->begins = scene->states = scene->vrp_messages = 0;
	scene->announced = scene->withdrawn = 0;
	rpki_attach(scene->rpki, fds[1]);
}

/* ---- the source ---- */

struct vrp
scene_vrp(unsigned number)
{
	struct vrp vrp = { .asn = number };

	vrp.prefix.afi = number % 4 == 3 ? AFI_IPV6 : AFI_IPV4;
	vrp.prefix.len = vrp.max_len = 24;
	vrp.prefix.addr[0] = 10;
	vrp.prefix.addr[1] = (uint8_t)(number >> 8);
	vrp.prefix.addr[2] = (uint8_t)number;
	return vrp;
}

void
scene_hear(struct rpki_scene *scene, unsigned cache, unsigned from, unsigned to,
    bool announce)
{
	for (unsigned i = from; i < to; i++) {
		struct vrp vrp = scene_vrp(i);

		rpki_heard(scene->rpki, cache, &vrp, announce);
	}
}

void
scene_sync(struct rpki_scene *scene, unsigned cache)
{
	const struct rpki_sync sync = { .cache = cache,
		.session = (uint16_t)(7 + cache),
		.serial = ++scene->serial,
		.expire_s = SCENE_EXPIRE };

	rpki_synced(scene->rpki, &sync, scene->now_ms);
}

void
scene_pass(struct rpki_scene *scene, uint64_t seconds)
{
	scene->now_ms += seconds * 1000;
	rpki_tick(scene->rpki, scene->now_ms);
}

/* ---- the guard ---- */

static void
take_vrps(struct rpki_scene *scene, const struct msg_vrp *msg)
{
	const struct vrp *vrps = (const void *)(msg + 1);

	assert_true(check_vrps(msg));
	for (unsigned i = 0; i < msg->n; i++) {
		struct vrp wanted = scene_vrp(vrps[i].asn);

		assert_true(vrps[i].asn < SCENE_VRPS);
		assert_memory_equal(&vrps[i], &wanted, sizeof(wanted));
		assert_int_equal(scene->has[vrps[i].asn], msg->withdraw);
		scene->has[vrps[i].asn] = !msg->withdraw;
	}
	if (msg->withdraw) {
		scene->count -= msg->n;
		scene->withdrawn += msg->n;
	} else {
		scene->count += msg->n;
		scene->announced += msg->n;
	}
	scene->vrp_messages++;
}

static void
take_state(struct rpki_scene *scene, const struct msg_rpki_state *msg)
{
	assert_true(check_rpki_state(msg));
	if (scene->states++ == 0) {
		scene->first = *msg;
		scene->state_before_begin = scene->begins == 0;
	}
	scene->last = *msg;
}

static void
take(struct rpki_scene *scene, const struct msg_head *head)
{
	const void *msg = head;

	assert_true(head->len >= msg_len_min(head->kind));
	assert_true(head->len <= msg_len_max(head->kind));
	if (head->kind == MSG_VRP) {
		assert_int_equal(scene->begins, 1);
		take_vrps(scene, msg);
	} else if (head->kind == MSG_RPKI_STATE) {
		take_state(scene, msg);
	} else {
		assert_int_equal(head->kind, MSG_VRP_BEGIN);
		scene->begins++;
		memset(scene->has, 0, sizeof(scene->has));
		scene->count = 0;
	}
}

void
scene_read(struct rpki_scene *scene)
{
	ssize_t n;

	while ((n = read(scene->guard, &scene->octets[scene->n_octets],
		    sizeof(scene->octets) - scene->n_octets)) > 0) {
		size_t at = 0;

		scene->n_octets += (size_t)n;
		while (scene->n_octets - at >= sizeof(struct msg_head)) {
			const struct msg_head *head =
			    (const void *)&scene->octets[at];

			if (head->len > scene->n_octets - at)
				break;
			take(scene, head);
			at += head->len;
		}
		scene->n_octets -= at;
		memmove(scene->octets, &scene->octets[at], scene->n_octets);
	}
}
