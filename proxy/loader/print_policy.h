/* SPDX-License-Identifier: BSD-2-Clause */
/* Print what policy needs: services, quotas, grounds, lifetimes. */
#pragma once

#include "proxy/loader/print.h"

/* What has been printed of the lists that go by customer. */
struct print_cursor {
	size_t prefix;
	size_t target;
	size_t first_target; /* of the customer at hand */
	size_t asn;
	size_t neighbor;
	size_t class;
	size_t rewrite;
	size_t wish;
};

/* Further keys of control; http and rpki. */
void print_service(const struct config *config, FILE *out);

/* Fleet, what is protected. */
void print_shared(const struct config *config, FILE *out);

/* Keys of own besides its prefixes. */
void print_ground(FILE *out, const struct config_customer *customer);

/* The sections limits, lifetime, actions.rewrite and approval. */
void print_limits(FILE *out, const struct msg_cfg_customer *msg);
void print_lifetime(const struct config *config, FILE *out,
    const struct msg_cfg_customer *msg, struct print_cursor *cursor);
void print_rewrite(const struct config *config, FILE *out,
    const struct msg_cfg_customer *msg, struct print_cursor *cursor);
void print_approval(const struct config *config, FILE *out, uint32_t index,
    struct print_cursor *cursor);
