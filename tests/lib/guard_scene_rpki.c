/* SPDX-License-Identifier: BSD-2-Clause */
/* The scene's rpki role: VRPs as a cache gave them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "tests/lib/guard_scene.h"

struct vrps_msg {
	struct msg_vrp msg;
	struct vrp vrp[VRPS_MAX];
};

static void
rpki_hear(void *ctx, const struct msg_head *head, int fd)
{
	struct scene_rpki *rpki = ctx;

	assert_int_equal(fd, -1);
	assert_int_equal(head->kind, MSG_CONFIRMED);
	memcpy(&rpki->confirmed, head, sizeof(rpki->confirmed));
	rpki->confirmations++;
}

static void
rpki_closed(void *ctx)
{
	struct scene_rpki *rpki = ctx;

	channel_close(rpki->channel);
	rpki->channel = NULL;
}

static const struct channel_ops rpki_ops = {
	.on_message = rpki_hear,
	.on_closed = rpki_closed,
};

static void
say(struct scene_rpki *rpki, void *msg, enum msg_kind kind, size_t size)
{
	((struct msg_head *)msg)->kind = (uint16_t)kind;
	if (rpki->channel == NULL)
		return;
	assert_int_equal(channel_send(rpki->channel, msg, size, -1), 0);
	channel_flush(rpki->channel);
}

static void
say_vrps(
    struct scene_rpki *rpki, const struct vrp *vrps, size_t n, bool withdraw)
{
	struct vrps_msg m = { .msg.withdraw = withdraw };

	for (size_t at = 0; at < n; at += m.msg.n) {
		size_t left = n - at;

		m.msg.n = (uint16_t)(left < VRPS_MAX ? left : VRPS_MAX);
		memcpy(m.vrp, &vrps[at], m.msg.n * sizeof(*vrps));
		say(rpki, &m, MSG_VRP, sizeof(m.msg) + m.msg.n * sizeof(*vrps));
	}
}

void
scene_rpki_cache(struct scene *scene)
{
	struct rpki_cache *cache = &scene->rpki_config.cache[0];

	scene->rpki_config.n = 1;
	*cache = (struct rpki_cache){ .group = 1,
		.address = { .afi = AFI_IPV4,
		    .port = 3323,
		    .addr = { 192, 0, 2, 250 } } };
	scene->rpki.state.state = RPKI_LOADING;
	(void)snprintf(scene->rpki.state.cache, sizeof(scene->rpki.state.cache),
	    "192.0.2.250:3323");
}

void
scene_rpki_tell(struct scene *scene)
{
	scene->rpki.state.head.len = 0;
	say(&scene->rpki, &scene->rpki.state, MSG_RPKI_STATE,
	    sizeof(scene->rpki.state));
}

/* First that nothing has come yet, so that half a set is none. */
void
scene_rpki_give(struct scene *scene)
{
	struct scene_rpki *rpki = &scene->rpki;
	struct msg_rpki_state loading = { .state = RPKI_LOADING };
	struct msg_vrp_begin begin = { 0 };

	channel_close(rpki->channel);
	rpki->channel =
	    scene_role_channel(scene, ROLE_RPKI, &rpki_ops, rpki, &rpki->fd);
	assert_non_null(rpki->channel);
	memcpy(loading.cache, rpki->state.cache, sizeof(loading.cache));
	say(rpki, &loading, MSG_RPKI_STATE, sizeof(loading));
	say(rpki, &begin, MSG_VRP_BEGIN, sizeof(begin));
	say_vrps(rpki, rpki->vrps, rpki->n, false);
	scene_rpki_tell(scene);
}

/* The process dies; scene_rpki_give() starts another, which keeps the set as if
 * the cache had given it again. */
void
scene_rpki_die(struct scene *scene)
{
	channel_close(scene->rpki.channel);
	scene->rpki.channel = NULL;
}

void
scene_rpki_state(struct scene *scene, enum rpki_state state)
{
	struct scene_rpki *rpki = &scene->rpki;
	struct msg_rpki_state *said = &rpki->state;

	said->state = (uint8_t)state;
	said->have[0] = said->have[1] = 0;
	for (size_t i = 0; i < rpki->n; i++)
		said->have[rpki->vrps[i].prefix.afi == AFI_IPV6]++;
	if (state == RPKI_FRESH) {
		said->session = 7;
		said->serial++;
		said->since_ms = clock_boot_ms();
		said->expires_ms = said->since_ms + 7200000;
	}
	scene_rpki_tell(scene);
}

static struct vrp
vrp_of(const char *prefix, uint8_t max_len, uint32_t asn)
{
	struct vrp vrp = { .max_len = max_len, .asn = asn };

	assert_int_equal(prefix_parse(prefix, &vrp.prefix), 0);
	return vrp;
}

static struct vrp *
vrp_find(struct scene_rpki *rpki, const struct vrp *vrp)
{
	for (size_t i = 0; i < rpki->n; i++) {
		if (memcmp(&rpki->vrps[i], vrp, sizeof(*vrp)) == 0)
			return &rpki->vrps[i];
	}
	return NULL;
}

void
scene_vrp_add(
    struct scene *scene, const char *prefix, uint8_t max_len, uint32_t asn)
{
	struct scene_rpki *rpki = &scene->rpki;
	const struct vrp vrp = vrp_of(prefix, max_len, asn);

	assert_null(vrp_find(rpki, &vrp));
	assert_true(rpki->n < SCENE_VRPS);
	rpki->vrps[rpki->n++] = vrp;
	say_vrps(rpki, &vrp, 1, false);
}

void
scene_vrp_remove(
    struct scene *scene, const char *prefix, uint8_t max_len, uint32_t asn)
{
	struct scene_rpki *rpki = &scene->rpki;
	const struct vrp vrp = vrp_of(prefix, max_len, asn);
	struct vrp *at = vrp_find(rpki, &vrp);

	assert_non_null(at);
	*at = rpki->vrps[--rpki->n];
	say_vrps(rpki, &vrp, 1, true);
}
