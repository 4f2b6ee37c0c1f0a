/* SPDX-License-Identifier: BSD-2-Clause */
/* One value of a configuration into the model: the setters that the rows of
 * the schema name. */
#pragma once

#include "proxy/loader/problem.h"
#include "proxy/loader/schema.h"

/* What a setter gets, and where it explains itself. */
struct set {
	struct config *config;
	void *into; /* what the section fills */
	const struct schema_key *key;
	struct place at;
	char found[PROBLEM_FOUND_MAX]; /* empty: the text, quoted */
	char wanted[PROBLEM_WANTED_MAX];
};

/* Each returns 0, or -1 when text is not what is wanted. */
int set_number(struct set *set, const char *text);  /* min..max to offset */
int set_flag(struct set *set, const char *text);    /* uint8_t */
int set_seconds(struct set *set, const char *text); /* uint16_t, min..max */
int set_time(struct set *set, const char *text);    /* uint64_t ms, max s */
int set_rate(struct set *set, const char *text);    /* double */
int set_choice(struct set *set, const char *text);  /* uint8_t, names */
int set_bit(struct set *set, const char *text);     /* ORed, names */
int set_dscp(struct set *set, const char *text);    /* uint64_t, ORed */
int set_name(struct set *set, const char *text);
int set_asn(struct set *set, const char *text);
int set_router_id(struct set *set, const char *text);
int set_address(struct set *set, const char *text); /* a host's own */
int set_listen(struct set *set, const char *text);  /* may be any */
int set_path(struct set *set, const char *text); /* char[min], absolute then */
int set_traffic(struct set *set, const char *text); /* flag; min: its bit */

/* Lists; set_list.c. */
int set_prefix(struct set *set, const char *text);
int set_redirect(struct set *set, const char *text);
int set_redirect_ip(struct set *set, const char *text);
int set_tag(struct set *set, const char *text);
int set_asns(struct set *set, const char *text);
int set_ignore_community(struct set *set, const char *text);
int set_ignore_originator(struct set *set, const char *text);
int set_include(struct set *set, const char *text);

/* Limits and times; set_limit.c. */
int set_limit(struct set *set, const char *text);    /* or unlimited: ~0 */
int set_percent(struct set *set, const char *text);  /* or unlimited: 100 */
int set_lifetime(struct set *set, const char *text); /* or unlimited: 0 */

/* Services; set_service.c. */
int set_group(struct set *set, const char *text);    /* char[32] of service */
int set_endpoint(struct set *set, const char *text); /* address and port */
int set_cache(struct set *set, const char *text);
int set_protect_customers(struct set *set, const char *text);

/* The log, its witnesses, and whose witness we are; set_log.c. */
int set_store_path(struct set *set, const char *text);
int set_log_name(struct set *set, const char *text);
int set_syslog(struct set *set, const char *text); /* char[min], or off: "" */
int set_octets(struct set *set, const char *text); /* uint64_t, min..max */
int set_url(struct set *set, const char *text);
int set_witness_key(struct set *set, const char *text);
int set_cosigned(struct set *set, const char *text);

/* Authentication, and neighbours by range; set_key.c. A file that a secret is
 * in is looked at, not read. */
int set_password(struct set *set, const char *text);
int set_key_file(struct set *set, const char *text);
int set_key_time(struct set *set, const char *text); /* uint64_t seconds */
int set_range(struct set *set, const char *text);

/* What is protected; set_protected.c. */
int set_protected_prefix(struct set *set, const char *text);
int set_protocol(struct set *set, const char *text);
int set_ports(struct set *set, const char *text);
int set_preset(struct set *set, const char *text);
int set_comment(struct set *set, const char *text);

/* What a customer's rules may become; set_rule.c. */
int set_irr(struct set *set, const char *text);
int set_class(struct set *set, const char *text);     /* min: its kind */
int set_target(struct set *set, const char *text);    /* uint8_t[8] */
int set_community(struct set *set, const char *text); /* struct community */
int set_wish_time(struct set *set, const char *text);

/* The field that the row names. */
void *set_field(const struct set *set);

/* Store value in the field, as wide as the row says. */
void set_field_put(const struct set *set, uint64_t value);

/* The address belongs to one host. */
bool set_is_host(const struct address *address);

/* A prefix of at least min_len bits that is written with its length. */
int set_read_prefix(
    struct set *set, const char *text, unsigned min_len, struct prefix *prefix);

/* A redirect community as action_set holds it. */
int set_read_target(struct set *set, const char *text, uint8_t out[8]);

#define SET_WANTED_COMMUNITY                                                   \
	"a community, as in 64500:100, 64500:1:100 (large) or rt:64500:100 "   \
	"(extended)"

/* Note what is wanted and return -1. */
int set_refuse(struct set *set, const char *wanted);

/*
 * The absolute path of text as written in the file of set, in buf (size
 * octets). -1 and refused when it is empty, too long or not printable ASCII.
 */
int set_resolve(struct set *set, const char *text, char *buf, size_t size);
