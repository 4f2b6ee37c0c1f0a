/* SPDX-License-Identifier: BSD-2-Clause */
/* What begins and ends a section: its place in the model with the defaults,
 * and what its keys must hold together (proxy/loader/schema.h). */
#pragma once

#include "proxy/loader/schema.h"

/* begin */
void *finish_none_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted); /* fills what the outer one fills */
void *finish_router_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_validation_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_listen_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_customer_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_neighbor_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);

/* finish */
void finish_customer(struct walk *walk, void *into);
void finish_neighbor(struct walk *walk, void *into);
void finish_internal(struct walk *walk, void *into);
void finish_ipv4(struct walk *walk, void *into);
void finish_ipv6(struct walk *walk, void *into);
void finish_actions(struct walk *walk, void *into);
void finish_rate(struct walk *walk, void *into);
void finish_packets(struct walk *walk, void *into);
