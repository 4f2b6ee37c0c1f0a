/* SPDX-License-Identifier: BSD-2-Clause */
/* What has been read of a configuration so far: the messages to be sent, each
 * with the place it came from. */
#pragma once

#include <stdbool.h>

#include "proxy/loader/config.h"
#include "proxy/loader/schema.h"

#define CONFIG_PORTS_MAX 32 /* of one protected entry; likewise protocols */

/* A range of neighbours: lengths that it may have, and sessions at a time. */
#define RANGE4_MIN         8
#define RANGE4_MAX         31
#define RANGE6_MIN         32
#define RANGE6_MAX         127
#define RANGE_SESSIONS     8
#define RANGE_SESSIONS_MAX 64

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
	uint32_t owner;        /* uid */
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
	struct place irr_at;
	struct place rpki_at;
	struct place dry_run_at;
	struct community dry_run; /* kind 0: none */
	uint64_t irr_max_age_ms;
	char irr[PATH_LEN];  /* absolute; "": none */
	uint8_t families;    /* of all its neighbours */
	uint32_t n_prefixes; /* registered */
	uint16_t n_asns;     /* as written */
	uint16_t n_redirect;
	uint16_t n_redirect_ip;
	uint16_t n_tags;
	uint16_t n_classes;
	uint16_t n_rewrites;
	uint16_t n_wishes;
};

/* The index of what belongs to the operators' own rules while files are read:
 * they come after all customers, whose number is not known yet. */
#define MODEL_NOC (CFG_INTERNAL - 1)

/* One neighbour, or (msg.range_len) so many sessions' worth of them. */
struct config_neighbor {
	struct msg_cfg_neighbor msg; /* of a range: its name without number */
	uint8_t sessions;            /* of a range */
	uint8_t n_keys;
	uint32_t first_key; /* of config->keys */
	struct place at;
	struct place name_at; /* line 0 where the key is not there */
	struct place ip_at;   /* of ip or range */
	struct place asn_at;
	struct place families_at; /* of the first */
	struct place passive_at;
};

/* Keys of one neighbour stand together. */
struct config_key {
	struct msg_cfg_key msg;
	uint8_t number; /* in its list */
	struct place at;
	struct place send_at;
	struct place receive_at;
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

struct config_class {
	struct msg_cfg_class msg;
};

struct config_rewrite {
	struct msg_cfg_rewrite msg;
	struct place to_at;
};

struct config_wish {
	struct msg_cfg_wish msg;
	struct place at; /* of the community */
	struct place lifetime_at;
};

struct config_protected {
	struct msg_cfg_protected msg;
	struct place at;
	struct prefix prefix;
	bool preset;         /* it has filled what follows */
	uint8_t n_protocols; /* 0: any */
	uint8_t n_ports;     /* likewise */
	uint8_t protocols[CONFIG_PORTS_MAX];
	struct {
		uint16_t first;
		uint16_t last;
	} ports[CONFIG_PORTS_MAX]; /* source or destination */
};

/* What a customer's IRR file holds. */
struct config_irr {
	struct msg_cfg_irr msg;
	struct prefix *prefixes; /* msg.n; owned */
	struct place at;         /* of own.irr */
};

struct config_fleet {
	struct msg_cfg_fleet msg;
	struct place guaranteed_at; /* line 0 where the key is not there */
};

struct config_rpki {
	struct msg_cfg_rpki msg;
	struct place refresh_at; /* likewise */
	struct place retry_at;
	struct place expire_at;
};

/* How the log is kept and signed, and whose witness we are. */
struct config_log {
	struct msg_cfg_log msg;
	struct place path_at; /* line 0 where the key is not there */
	struct place key_at;
	struct place age_at;
	struct place listen_at;
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
	struct msg_cfg_service service;
	struct config_fleet fleet;
	struct config_rpki rpki;
	struct config_log log;
	struct config_customer noc;  /* not among the customers */
	struct model_list listens;   /* struct config_listen */
	struct model_list customers; /* struct config_customer */
	struct model_list prefixes;  /* struct config_prefix, by customer */
	struct model_list targets;   /* struct config_target, by customer */
	struct model_list asns;      /* struct config_asn, by customer */
	struct model_list classes;   /* struct config_class, by customer */
	struct model_list rewrites;  /* struct config_rewrite, by customer */
	struct model_list wishes;    /* struct config_wish, by customer */
	struct model_list protects;  /* struct config_protected */
	struct model_list irrs;      /* struct config_irr, by customer */
	struct model_list neighbors; /* struct config_neighbor */
	struct model_list keys;      /* struct config_key, by neighbour */
	struct config_file *files;   /* CONFIG_FILES_MAX */
	unsigned n_files;
	bool in_memory; /* look at no file */
	bool lacks_ao;  /* this kernel has no TCP-AO */
	bool as_user;   /* sluiced would read keys as who runs this */
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
struct config_key *model_key(const struct config *config, size_t i);
struct config_class *model_class(const struct config *config, size_t i);
struct config_rewrite *model_rewrite(const struct config *config, size_t i);
struct config_wish *model_wish(const struct config *config, size_t i);
struct config_protected *model_protected(const struct config *config, size_t i);
struct config_irr *model_irr(const struct config *config, size_t i);

/*
 * Pointers to the elements of list (each of size octets), sorted; for free().
 * order gets two such pointers. NULL when the list is empty or memory is out.
 */
void **model_list_sorted(const struct model_list *list, size_t size,
    int (*order)(const void *, const void *));

/* Bring the elements into this order. -1 when memory is out. */
int model_list_reorder(struct model_list *list, size_t size,
    int (*order)(const void *, const void *));

/* A file sets this key of the section; true only once that file was read. */
bool model_has(
    const struct config *config, enum section section, const char *name);

/* Free all that the lists hold, not the config itself. */
void model_free(struct config *config);
