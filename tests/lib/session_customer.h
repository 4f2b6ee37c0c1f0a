/* SPDX-License-Identifier: BSD-2-Clause */
/* What a customer in a scene does, and what the guard then hears. */
#pragma once

#include "proxy/wire/refresh.h"
#include "proxy/wire/update_build.h"
#include "tests/lib/session_scene.h"

/* Attributes of a good customer. */
extern const struct update_attrs customer_attrs;

/* One UPDATE with rule n of small_rule() in octets (MESSAGE_MAX); returns its
 * length. */
size_t customer_update(
    uint8_t *octets, unsigned n, unsigned rate, bool withdraw);
/* Send it. */
void customer_announce(int fd, unsigned n, unsigned rate);
void customer_withdraw(int fd, unsigned n);
/* An UPDATE whose one NLRI are these octets. */
void customer_announce_octets(int fd, const uint8_t *nlri, size_t len);
void customer_end_of_rib(int fd, unsigned family);
/* Of IPv4 Flowspec. */
void customer_refresh(int fd, enum refresh_subtype subtype);
void customer_notification(int fd, uint8_t code, uint8_t subcode);
/* Read the End-of-RIBs that a customer gets. */
void customer_hear_ends(int fd);

/* The guard hears of rule n; returns its handle. */
uint64_t expect_announce(struct scene *scene, unsigned n, uint16_t reason);
uint64_t expect_withdraw(struct scene *scene, unsigned n);
void expect_mark(struct scene *scene, uint8_t mark, uint8_t family);
/* The session is down for this reason, and says why. */
void expect_down(struct scene *scene, uint8_t down);
/* The supervisor hears that a connection is closed. */
void expect_socket_closed(struct scene *scene, uint32_t id);
