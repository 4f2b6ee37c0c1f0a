/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rpki role between a source, a guard and a clock that are the test's: what
 * the guard is told is kept as a guard would keep it.
 */
#pragma once

#include "proxy/common/loop.h"
#include "proxy/rpki/rpki.h"

#define SCENE_VRPS   40000u
#define SCENE_EXPIRE 600u /* s */
#define SCENE_GRACE  60u  /* s */

struct rpki_scene {
	struct loop *loop;
	struct rpki *rpki;
	uint64_t now_ms;
	struct msg_cfg_rpki config;
	/* the source */
	unsigned started, stopped;
	bool unstartable;
	uint32_t serial;
	/* the guard */
	int guard; /* its end of the channel; -1: none */
	unsigned begins, states, vrp_messages;
	bool has[SCENE_VRPS];
	size_t count, announced, withdrawn;
	struct msg_rpki_state first, last; /* states since it was attached */
	bool state_before_begin;
	_Alignas(8) uint8_t octets[1u << 20];
	size_t n_octets;
};

/* cmocka's setup and teardown. Two caches, in groups 0 and 1; one guard; the
 * clock stands at a million ms. */
int scene_setup(void **state);
int scene_teardown(void **state);

/* Another guard; the one before is gone. */
void scene_guard(struct rpki_scene *scene);

/* The VRP of a number: 10.0.0.0/24 and on, IPv6 for every fourth. */
struct vrp scene_vrp(unsigned number);

/* A cache says from .. to-1, or takes them back. */
void scene_hear(struct rpki_scene *scene, unsigned cache, unsigned from,
    unsigned to, bool announce);
/* Its End of Data; the serial is one more than before. */
void scene_sync(struct rpki_scene *scene, unsigned cache);
/* The clock goes on, and the role looks at it. */
void scene_pass(struct rpki_scene *scene, uint64_t seconds);
/* Take what the guard has been told; asserts that it is well formed, and that
 * nothing is announced twice or withdrawn without being there. */
void scene_read(struct rpki_scene *scene);
