/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration: YAML files in, messages out (proxy/common/message.h,
 * "configuration").
 *
 *   file --yaml_doc--> nodes --walk, along the schema--> model --check--> send
 *
 * A configuration with a single error yields no configuration at all: only
 * MSG_CFG_ERROR messages, neither BEGIN nor END. MSG_CFG_END is the one sign
 * that all is well and complete.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "proxy/common/message.h"

#define CONFIG_ERRORS_MAX        20
#define CONFIG_BYTES_MAX         (16u << 20) /* of all files together */
#define CONFIG_FILES_MAX         256
#define CONFIG_INCLUDE_DEPTH_MAX 4
#define CONFIG_CUSTOMERS_MAX     10000
#define CONFIG_PREFIXES_MAX      200000      /* registered ones */
#define CONFIG_IRR_PREFIXES_MAX  1000000     /* in all IRR files together */
#define CONFIG_IRR_BYTES_MAX     (64u << 20) /* of one IRR file */
#define CONFIG_CLASSES_MAX       20000
#define CONFIG_PROTECTED_MAX     4096
#define CONFIG_ASNS_MAX          200000 /* besides customers' own */
#define CONFIG_NEIGHBORS_MAX     20000  /* with each session of a range */
#define CONFIG_LISTEN_MAX        64

struct config;

/* Takes one message, borrowed for the call. Not 0 ends the sending. */
typedef int (*config_sink)(void *ctx, const struct msg_head *head);

struct config_counts {
	size_t customers;
	size_t neighbors; /* internal ones included; a range is one */
	size_t prefixes;
};

/* An empty configuration; NULL when memory is out. */
struct config *config_new(void);
void config_free(struct config *config); /* NULL is fine */

/*
 * Load the file at path and all that it includes, once per struct config.
 * Returns 0, or -1 with one or more errors.
 */
int config_load(struct config *config, const char *path);

/*
 * Load len octets, called name in errors and taken to lie in the folder "/".
 * No file is opened or looked at: includes are errors, password files are
 * taken as good.
 */
int config_load_memory(
    struct config *config, const char *name, const uint8_t *bytes, size_t len);

/* Errors in the order of the files, at most CONFIG_ERRORS_MAX; NULL from the
 * count on. Borrowed. */
size_t config_error_count(const struct config *config);
const struct msg_cfg_error *config_error(const struct config *config, size_t i);

/*
 * What is no error but should be known: a customer's IRR file that cannot be
 * used, or is older than it may be; a customer's neighbour that anyone on the
 * path can speak as; a chain of keys with a gap or an end, or that this kernel
 * cannot hold. The place is that of the key, or the neighbour's.
 */
struct config_warning {
	const char *file;
	uint32_t line;
	uint32_t column;
	char key[128];
	char text[PATH_LEN + 160];
};
/* The kernel that it is for has no TCP-AO. */
void config_lacks_ao(struct config *config);

/* Before config_load(): this process is of the user that sluiced would be of,
 * so that keys which it may not read are errors. */
void config_as_user(struct config *config);

/* The next one into out; *at is 0 at first. False when there is none. */
bool config_warning_next(
    const struct config *config, size_t *at, struct config_warning *out);

/* What was loaded. */
struct config_counts config_counts(const struct config *config);

/*
 * Give the messages to sink: BEGIN, ROUTER, LISTEN …, VALIDATION, FLEET, RPKI,
 * SERVICE, LOG, CUSTOMER …, IRR …, PREFIX … (registered, then those of IRR
 * lists), TARGET …, ASN …, CLASS …, REWRITE …, WISH …, PROTECTED …,
 * NEIGHBOR (with its KEYs behind it; of a range once for each session) …, END;
 * or the errors. The last CUSTOMER is the operators' own, noc.
 * The ASNs of a customer ascend, each once, its own not among them. Returns 0,
 * or what sink returned.
 */
int config_send(const struct config *config, config_sink sink, void *ctx);

/* The prefixes of one IRR list, as config_send() gives them. */
int config_send_irr(const struct msg_cfg_irr *msg,
    const struct prefix *prefixes, config_sink sink, void *ctx);

/*
 * Print the configuration in force, defaults filled in, as YAML that loads to
 * the same messages (the hash aside). Only after a load without errors.
 */
void config_print(const struct config *config, FILE *out);
