/* SPDX-License-Identifier: BSD-2-Clause */
/* Unicast routes in a scene: what a peer sends, and what the guard hears. */
#pragma once

#include <sys/types.h>

#include "proxy/wire/refresh.h"
#include "tests/lib/session_scene.h"

/* Attributes as they are when all is well, of a customer and of a router. */
#define UNICAST_ORIGIN "400101 00"
#define UNICAST_HOP    "400304 c6336402"
#define UNICAST_PATH   "400206 0201 0000fde9" /* 65001, SCENE_PEER */
#define UNICAST_OK     UNICAST_ORIGIN UNICAST_PATH UNICAST_HOP
#define UNICAST_INSIDE UNICAST_ORIGIN "400200" UNICAST_HOP "400504 000000c8"

/* Send an UPDATE by its fields, in hexadecimal digits. */
void unicast_send(int fd, const char *withdrawn, const char *attributes,
    const char *announced);
void unicast_end_of_rib(int fd, unsigned family);
void unicast_refresh(int fd, unsigned family, enum refresh_subtype subtype);

/*
 * n different /24, from 1.0.0.0 + first * 256 on, in full UPDATEs with
 * UNICAST_INSIDE, then an End-of-RIB; by a process of its own, which may have
 * to wait for the session.
 */
pid_t unicast_flood(int fd, unsigned first, unsigned n);
/* It has sent all. */
void unicast_flooded(pid_t pid);
/* The session has stopped reading while the flood has more. */
void unicast_wait_stuck(int fd, pid_t pid);

/* The guard hears next: "+192.0.2.0/24 198.51.100.0/24" or "-10.0.0.0/8". If
 * facts is not NULL these are copied out. */
void unicast_expect(
    struct scene *scene, const char *text, struct route_facts *facts);
/* The guard hears of the n routes of a flood, in order, and nothing else. */
void unicast_expect_flood(struct scene *scene, unsigned first, unsigned n);

/* The peer is asked for these families by one ROUTE-REFRESH each; UPDATEs
 * before that are skipped. */
void unicast_expect_asked(int fd, unsigned family);
