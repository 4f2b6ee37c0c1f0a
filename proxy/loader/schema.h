/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every key of a configuration, one row each: where it stands, what it holds,
 * and the function that takes its value.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct place;
struct set;
struct walk;

enum section {
	SECTION_NONE = 0,
	SECTION_TOP,
	SECTION_ROUTER,
	SECTION_LISTEN,
	SECTION_STORE,
	SECTION_CONTROL,
	SECTION_VALIDATION,
	SECTION_BRAKE,
	SECTION_INTERNAL,
	SECTION_CUSTOMER,
	SECTION_NEIGHBOR,
	SECTION_KEY,
	SECTION_OWN,
	SECTION_DESTINATION,
	SECTION_IPV4,
	SECTION_IPV6,
	SECTION_ACTIONS,
	SECTION_RATE,
	SECTION_PACKETS,
	SECTION_LIMITS,
	SECTION_HTTP,
	SECTION_RPKI,
	SECTION_FLEET,
	SECTION_PROTECTED,
	SECTION_NOC,
	SECTION_LIFETIME,
	SECTION_WISH,
	SECTION_APPROVAL,
	SECTION_REWRITE,
	SECTION_REDIRECT,
	SECTION_RETENTION,
	SECTION_WITNESS,
	SECTION_COSIGN,
	SECTION_COUNT
};

enum shape {
	SHAPE_LATER = 0, /* known, but not built yet: refused */
	SHAPE_VALUE,     /* one text */
	SHAPE_VALUES,    /* a list of texts */
	SHAPE_MAP,       /* the section `into` */
	SHAPE_MAPS,      /* a list of the section `into` */
};

/* A name that a value may be. */
struct schema_name {
	const char *name;
	uint32_t value;
};

struct schema_key {
	uint8_t section;     /* enum section it stands in */
	uint8_t shape;       /* enum shape */
	uint8_t into;        /* enum section of MAP and MAPS */
	bool required;       /* VALUES: and at least one */
	const char *instead; /* required: unless this key is there */
	const char *name;
	int (*set)(struct set *set, const char *text);
	/* For set: the field and its bounds. */
	uint16_t offset; /* in what the section fills */
	uint16_t size;   /* octets of the field */
	/* Where to keep the struct place of the value, of VALUES the first; 0:
	 * nowhere. */
	uint16_t mark;
	uint64_t min;
	uint64_t max;
	const struct schema_name *names; /* ends with a NULL name */
};

struct schema_section {
	const char *name; /* for hints: "a key of customers" */
	/* May be spread over several files, each key once. */
	bool spread;
	/*
	 * What the section fills, outer being what the one around it fills.
	 * NULL: no room; then *wanted says why.
	 */
	void *(*begin)(struct config *config, const struct place *at,
	    void *outer, const char **wanted);
	/* Look at the section as a whole; only called when its own keys were
	 * fine. May be NULL. */
	void (*finish)(struct walk *walk, void *into);
};

/* The row of a key, or NULL. */
const struct schema_key *schema_find(enum section section, const char *name);

/* Rows of a section, one after the other: the first, and how many. */
const struct schema_key *schema_rows(enum section section, unsigned *n);

const struct schema_section *schema_section(enum section section);

/*
 * What to write instead of name: "a key of router; hold_time perhaps", or the
 * list of all keys, to buf (size octets).
 */
void schema_hint(
    enum section section, const char *name, char *buf, size_t size);
