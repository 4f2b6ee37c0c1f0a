/* SPDX-License-Identifier: BSD-2-Clause */
/* What begins and ends a section: its place in the model with the defaults,
 * and what its keys must hold together (proxy/loader/schema.h). */
#pragma once

#include "proxy/loader/schema.h"

struct config_customer;

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
void *finish_key_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_actions_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_service_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_rpki_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_fleet_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_protected_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_noc_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_wish_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_redirect_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_log_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);
void *finish_witness_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted);

/* finish */
void finish_customer(struct walk *walk, void *into);
void finish_neighbor(struct walk *walk, void *into);
void finish_internal(struct walk *walk, void *into);
void finish_key(struct walk *walk, void *into);
void finish_ipv4(struct walk *walk, void *into);
void finish_ipv6(struct walk *walk, void *into);
void finish_actions(struct walk *walk, void *into);
void finish_rate(struct walk *walk, void *into);
void finish_packets(struct walk *walk, void *into);
void finish_own(struct walk *walk, void *into);
void finish_limits(struct walk *walk, void *into);
void finish_protected(struct walk *walk, void *into);
void finish_noc(struct walk *walk, void *into);
void finish_lifetime(struct walk *walk, void *into);
void finish_redirect(struct walk *walk, void *into);
void finish_retention(struct walk *walk, void *into);

/* Where redirects are replaced, the new target is one that may be asked for. */
void finish_rewrites(struct walk *walk, const struct config_customer *customer);

/* What finish_customer() does for a customer's dry_run. */
void finish_dry_run(struct walk *walk, struct config_customer *customer);
