/* SPDX-License-Identifier: BSD-2-Clause */
/* What has been read of a configuration so far: the messages to be sent, each
 * with the place it came from. */
#pragma once

#include <stdbool.h>

#include "proxy/loader/config.h"
#include "proxy/loader/schema.h"

/* Where something stands. item and sub are its numbers in the lists of its
 * own file, for the key path. */
struct place {
	uint32_t file; /* of config->files */
	uint32_t line;
	uint32_t column;
	uint32_t item;
	uint32_t sub;
};

struct config_file {
	char *name;   /* as shown in errors; owned */
	char *path;   /* as opened; owned */
	char *folder; /* absolute, without symbolic links; owned */
	uint64_t device;
	uint64_t inode;
	struct place included; /* by which include entry */
	unsigned depth;
};

struct config_listen {
	struct msg_cfg_listen msg;
	struct place at;
};

struct config_customer {
	struct msg_cfg_customer msg;
	struct place at;
	struct place name_at;
	struct place asn_at;
	struct place validate_at; /* line 0 where the key is not there */
	uint8_t families;         /* of all its neighbours */
	uint16_t n_asns;          /* as written */
	uint16_t n_redirect;
	uint16_t n_redirect_ip;
	uint16_t n_tags;
};

struct config_neighbor {
	struct msg_cfg_neighbor msg;
	struct place at;
	struct place name_at; /* line 0 where the key is not there */
	struct place ip_at;
	struct place asn_at;
	struct place families_at; /* of the first */
	struct place passive_at;
};

struct config_prefix {
	struct msg_cfg_prefix msg;
	struct place at;
};

struct config_target {
	struct msg_cfg_target msg;
};

struct config_asn {
	struct msg_cfg_asn msg;
	struct place at;
};

/* A growing array. Elements move when it grows. */
struct model_list {
	void *items;
	size_t n;
	size_t room;
};

struct config {
	struct msg_cfg_begin begin;
	struct msg_cfg_router router;
	struct msg_cfg_validation validation;
	struct model_list listens;   /* struct config_listen */
	struct model_list customers; /* struct config_customer */
	struct model_list prefixes;  /* struct config_prefix, by customer */
	struct model_list targets;   /* struct config_target, by customer */
	struct model_list asns;      /* struct config_asn, by customer */
	struct model_list neighbors; /* struct config_neighbor */
	struct config_file *files;   /* CONFIG_FILES_MAX */
	unsigned n_files;
	bool in_memory; /* look at no file */
	/* Keys seen in sections that may be spread over files. */
	uint64_t seen[SECTION_COUNT];
	struct place where[SECTION_COUNT]; /* line 0: nowhere */
	uint8_t *bytes;                    /* of all files, in order; owned */
	size_t n_bytes;
	size_t n_errors;
	uint32_t error_file[CONFIG_ERRORS_MAX];
	struct msg_cfg_error errors[CONFIG_ERRORS_MAX];
};

/*
 * One more element of size octets, zeroed, at the end of list; NULL when
 * memory is out. All elements of a list have one size.
 */
void *model_list_push(struct model_list *list, size_t size);

/* Element i (< n) of each list. */
struct config_listen *model_listen(const struct config *config, size_t i);
struct config_customer *model_customer(const struct config *config, size_t i);
struct config_prefix *model_prefix(const struct config *config, size_t i);
struct config_target *model_target(const struct config *config, size_t i);
struct config_asn *model_asn(const struct config *config, size_t i);
struct config_neighbor *model_neighbor(const struct config *config, size_t i);
