/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of the configuration, as a table. */
#include "proxy/loader/schema.h"

#include <string.h>

#include "policy/cost.h"
#include "policy/customer.h"
#include "policy/dialect.h"
#include "policy/rule.h"
#include "proxy/loader/finish.h"
#include "proxy/loader/set.h"

static const struct schema_name modes[] = {
	{ "enforce", CUSTOMER_ENFORCE },
	{ "monitor", CUSTOMER_MONITOR },
	{ "off", CUSTOMER_OFF },
	{ NULL, 0 },
};

static const struct schema_name validates[] = {
	{ "neighbor-as", VALIDATE_NEIGHBOR_AS },
	{ "strict", VALIDATE_STRICT },
	{ "off", VALIDATE_OFF },
	{ NULL, 0 },
};

static const struct schema_name matches[] = {
	{ "all", OWN_MATCH_ALL },
	{ "any", OWN_MATCH_ANY },
	{ NULL, 0 },
};

static const struct schema_name rpkis[] = {
	{ "veto", OWN_RPKI_VETO },
	{ "require", OWN_RPKI_REQUIRE },
	{ "off", OWN_RPKI_OFF },
	{ NULL, 0 },
};

static const struct schema_name profiles[] = {
#define X(symbol, number, name) { (name), (number) },
	COST_MAP(X)
#undef X
	    { NULL, 0 },
};

static const struct schema_name best_matches[] = {
	{ "external", BEST_MATCH_EXTERNAL },
	{ "internal", BEST_MATCH_INTERNAL },
	{ NULL, 0 },
};

static const struct schema_name failovers[] = {
	{ "revoke", FAILOVER_REVOKE },
	{ "keep", FAILOVER_KEEP },
	{ NULL, 0 },
};

static const struct schema_name dialects[] = {
	{ "strict", DIALECT_STRICT },
	{ "frr", DIALECT_FRR },
	{ "full", DIALECT_FULL },
	{ NULL, 0 },
};

static const struct schema_name algorithms[] = {
	{ "hmac-sha1", AO_HMAC_SHA1 },
	{ "cmac-aes128", AO_CMAC_AES128 },
	{ "hmac-sha256", AO_HMAC_SHA256 },
	{ NULL, 0 },
};

static const struct schema_name families[] = {
	{ "ipv4-unicast", FAMILY_IPV4_UNICAST },
	{ "ipv6-unicast", FAMILY_IPV6_UNICAST },
	{ "ipv4-flowspec", FAMILY_IPV4_FLOWSPEC },
	{ "ipv6-flowspec", FAMILY_IPV6_FLOWSPEC },
	{ NULL, 0 },
};

/* As in the text of a rule. */
static const struct schema_name components[] = {
	{ "destination", 1u << RULE_DST },
	{ "source", 1u << RULE_SRC },
	{ "protocol", 1u << RULE_PROTO },
	{ "port", 1u << RULE_PORT },
	{ "destination-port", 1u << RULE_DST_PORT },
	{ "source-port", 1u << RULE_SRC_PORT },
	{ "icmp-type", 1u << RULE_ICMP_TYPE },
	{ "icmp-code", 1u << RULE_ICMP_CODE },
	{ "tcp-flags", 1u << RULE_TCP_FLAGS },
	{ "packet-length", 1u << RULE_LENGTH },
	{ "dscp", 1u << RULE_DSCP },
	{ "fragment", 1u << RULE_FRAGMENT },
	{ "label", 1u << RULE_FLOW_LABEL },
	{ NULL, 0 },
};

#define AT(type, member)                                                       \
	.offset = offsetof(struct type, member),                               \
	.size = sizeof(((struct type *)0)->member)
#define MARK(type, member) .mark = offsetof(struct type, member)
#define VALUE(section_, name_, set_, ...)                                      \
	{                                                                      \
		.section = SECTION_##section_, .shape = SHAPE_VALUE,           \
		.name = (name_), .set = (set_), __VA_ARGS__                    \
	}
#define VALUES(section_, name_, set_, ...)                                     \
	{                                                                      \
		.section = SECTION_##section_, .shape = SHAPE_VALUES,          \
		.name = (name_), .set = (set_), __VA_ARGS__                    \
	}
#define MAP(section_, name_, into_, required_)                                 \
	{                                                                      \
		.section = SECTION_##section_, .shape = SHAPE_MAP,             \
		.name = (name_), .into = SECTION_##into_,                      \
		.required = (required_)                                        \
	}
#define MAPS(section_, name_, into_)                                           \
	{                                                                      \
		.section = SECTION_##section_, .shape = SHAPE_MAPS,            \
		.name = (name_), .into = SECTION_##into_                       \
	}
#define LATER(section_, name_)                                                 \
	{                                                                      \
		.section = SECTION_##section_, .shape = SHAPE_LATER,           \
		.name = (name_)                                                \
	}

/* Rows of a section stand together. */
static const struct schema_key keys[] = {
	VALUES(TOP, "include", set_include, .min = 0),
	MAP(TOP, "router", ROUTER, true),
	MAP(TOP, "store", STORE, true),
	MAP(TOP, "control", CONTROL, true),
	MAP(TOP, "validation", VALIDATION, false),
	MAP(TOP, "brake", BRAKE, false),
	MAPS(TOP, "internal", INTERNAL),
	MAPS(TOP, "customers", CUSTOMER),
	MAP(TOP, "http", HTTP, false),
	MAP(TOP, "rpki", RPKI, false),
	MAP(TOP, "fleet", FLEET, false),
	MAPS(TOP, "protected", PROTECTED),
	VALUE(TOP, "protect_customers", set_protect_customers, .min = 0),
	MAP(TOP, "noc", NOC, false),
	MAP(TOP, "cosign", COSIGN, false),
	LATER(TOP, "irr"),
	LATER(TOP, "log"),
	LATER(TOP, "approval"),

	VALUE(
	    ROUTER, "asn", set_asn, .required = true, AT(msg_cfg_router, asn)),
	VALUE(ROUTER, "router_id", set_router_id, .required = true,
	    AT(msg_cfg_router, router_id)),
	MAPS(ROUTER, "listen", LISTEN),
	VALUE(ROUTER, "hold_time", set_seconds, AT(msg_cfg_router, hold_s),
	    .min = 3, .max = UINT16_MAX),
	VALUE(ROUTER, "local_pref", set_number, AT(msg_cfg_router, local_pref),
	    .min = 0, .max = UINT32_MAX),
	LATER(ROUTER, "cluster_id"),
	LATER(ROUTER, "communities"),
	LATER(ROUTER, "tcp_ao"),
	LATER(ROUTER, "bfd"),
	LATER(ROUTER, "vrf"),

	VALUE(LISTEN, "address", set_listen, .required = true,
	    AT(config_listen, msg.address)),
	VALUE(LISTEN, "port", set_number, AT(config_listen, msg.address.port),
	    .min = 1, .max = UINT16_MAX),
	LATER(LISTEN, "interface"),

	VALUE(STORE, "path", set_store_path, .required = true,
	    MARK(config_log, path_at)),
	VALUE(STORE, "name", set_log_name, AT(config_log, msg.name)),
	VALUE(STORE, "key", set_path, AT(config_log, msg.key_path),
	    MARK(config_log, key_at), .min = PATH_LEN),
	VALUE(STORE, "syslog", set_syslog, AT(config_log, msg.syslog_path),
	    .min = 108), /* sun_path */
	MAP(STORE, "retention", RETENTION, false),
	MAPS(STORE, "witnesses", WITNESS),
	LATER(STORE, "checkpoint"),

	VALUE(RETENTION, "age", set_time, AT(config_log, msg.retain_ms),
	    MARK(config_log, age_at), .max = UINT64_C(10000) * 86400),
	VALUE(RETENTION, "size", set_octets, AT(config_log, msg.retain_octets),
	    .min = UINT64_C(1) << 20, .max = UINT64_C(1) << 50),

	VALUE(WITNESS, "url", set_url, .required = true, .min = 0),
	VALUE(WITNESS, "key", set_witness_key, .required = true, .min = 0),

	VALUE(COSIGN, "listen", set_endpoint, .required = true,
	    AT(config_log, msg.listen), MARK(config_log, listen_at)),
	VALUES(COSIGN, "logs", set_cosigned, .required = true),

	/* sun_path holds 108 octets with the NUL. */
	VALUE(CONTROL, "socket", set_path, .required = true,
	    AT(msg_cfg_router, control_path), .min = 108),
	VALUE(CONTROL, "viewer", set_group, AT(msg_cfg_service, viewer)),
	VALUE(CONTROL, "noc", set_group, AT(msg_cfg_service, noc)),
	VALUE(CONTROL, "admin", set_group, AT(msg_cfg_service, admin)),

	VALUE(HTTP, "listen", set_endpoint, .required = true,
	    AT(msg_cfg_service, http)),

	VALUES(RPKI, "caches", set_cache, .min = 0),
	/* RFC 8210 6. */
	VALUE(RPKI, "refresh", set_seconds, AT(config_rpki, msg.refresh_s),
	    MARK(config_rpki, refresh_at), .min = 1, .max = 86400),
	VALUE(RPKI, "retry", set_seconds, AT(config_rpki, msg.retry_s),
	    MARK(config_rpki, retry_at), .min = 1, .max = 7200),
	VALUE(RPKI, "expire", set_seconds, AT(config_rpki, msg.expire_s),
	    MARK(config_rpki, expire_at), .min = 600, .max = 172800),
	VALUE(RPKI, "grace", set_seconds, AT(config_rpki, msg.grace_s),
	    .min = 0, .max = 604800),
	VALUE(RPKI, "shrink", set_number, AT(config_rpki, msg.shrink_percent),
	    .min = 1, .max = 100),

	VALUE(FLEET, "max_rules", set_limit, AT(config_fleet, msg.max_rules),
	    .min = 0, .max = 1000000),
	VALUE(FLEET, "max_cost", set_limit, AT(config_fleet, msg.max_cost),
	    .min = 0, .max = 100000000),
	VALUE(FLEET, "guaranteed", set_number, AT(config_fleet, msg.guaranteed),
	    MARK(config_fleet, guaranteed_at), .min = 0, .max = 1000000),
	VALUE(FLEET, "cost_profile", set_choice, AT(config_fleet, msg.profile),
	    .names = profiles),
	VALUE(FLEET, "pace", set_limit, AT(config_fleet, msg.pace), .min = 1,
	    .max = 1000000),
	VALUE(FLEET, "warn", set_number, AT(config_fleet, msg.warn_percent),
	    .min = 1, .max = 100),

	VALUE(PROTECTED, "prefix", set_protected_prefix, .required = true),
	VALUES(PROTECTED, "protocol", set_protocol, .min = 0),
	VALUES(PROTECTED, "port", set_ports, .min = 0),
	VALUE(PROTECTED, "preset", set_preset, .min = 0),
	VALUE(PROTECTED, "comment", set_comment, .min = 0),

	MAP(NOC, "actions", ACTIONS, false),
	MAP(NOC, "limits", LIMITS, false),
	MAP(NOC, "lifetime", LIFETIME, false),
	VALUES(NOC, "components", set_bit, .required = false,
	    AT(config_customer, msg.components), .names = components),
	MAP(NOC, "destination", DESTINATION, false),
	VALUES(NOC, "tag", set_tag, .min = 0),

	VALUES(
	    VALIDATION, "ignore_communities", set_ignore_community, .min = 0),
	VALUES(
	    VALIDATION, "ignore_originators", set_ignore_originator, .min = 0),
	VALUE(VALIDATION, "damping", set_time,
	    AT(msg_cfg_validation, damping_ms), .max = 3600),
	VALUE(VALIDATION, "max_routes", set_number,
	    AT(msg_cfg_validation, max_routes), .min = 1, .max = 64000000),

	VALUE(BRAKE, "percent", set_number,
	    AT(msg_cfg_validation, brake_percent), .min = 1, .max = 100),
	VALUE(BRAKE, "rules", set_number, AT(msg_cfg_validation, brake_rules),
	    .min = 1, .max = 1000000),
	VALUE(BRAKE, "customers", set_number,
	    AT(msg_cfg_validation, brake_customers), .min = 1,
	    .max = CONFIG_CUSTOMERS_MAX),

	VALUE(INTERNAL, "name", set_name, .required = true,
	    AT(config_neighbor, msg.name), MARK(config_neighbor, name_at)),
	VALUE(INTERNAL, "ip", set_address, .required = true,
	    AT(config_neighbor, msg.remote), MARK(config_neighbor, ip_at)),
	VALUE(INTERNAL, "asn", set_asn, AT(config_neighbor, msg.asn),
	    MARK(config_neighbor, asn_at)),
	VALUES(INTERNAL, "families", set_bit, .required = true,
	    AT(config_neighbor, msg.families), .names = families),
	VALUE(INTERNAL, "emit", set_choice, AT(config_neighbor, msg.emit),
	    .names = dialects),
	VALUE(INTERNAL, "port", set_number,
	    AT(config_neighbor, msg.remote.port), .min = 1, .max = UINT16_MAX),
	VALUE(INTERNAL, "local_address", set_address,
	    AT(config_neighbor, msg.local)),
	VALUE(INTERNAL, "password_file", set_password, .min = 0),
	MAPS(INTERNAL, "tcp_ao", KEY),
	VALUE(INTERNAL, "ttl_security", set_number,
	    AT(config_neighbor, msg.ttl_hops), .min = 0, .max = 254),
	VALUE(INTERNAL, "passive", set_flag, AT(config_neighbor, msg.passive),
	    MARK(config_neighbor, passive_at)),
	VALUE(INTERNAL, "hold_time", set_seconds,
	    AT(config_neighbor, msg.hold_s), .min = 3, .max = UINT16_MAX),
	VALUE(INTERNAL, "connect_retry", set_seconds,
	    AT(config_neighbor, msg.connect_retry_s), .min = 1,
	    .max = UINT16_MAX),
	LATER(INTERNAL, "route_reflector_client"),
	LATER(INTERNAL, "bfd"),
	LATER(INTERNAL, "pace"),

	VALUE(CUSTOMER, "name", set_name, .required = true,
	    AT(config_customer, msg.name), MARK(config_customer, name_at)),
	VALUE(CUSTOMER, "asn", set_asn, .required = true,
	    AT(config_customer, msg.asn), MARK(config_customer, asn_at)),
	VALUES(CUSTOMER, "asns", set_asns, .min = 0),
	VALUE(CUSTOMER, "mode", set_choice, AT(config_customer, msg.mode),
	    .names = modes),
	MAPS(CUSTOMER, "neighbors", NEIGHBOR),
	MAP(CUSTOMER, "own", OWN, false),
	VALUE(CUSTOMER, "validate", set_choice,
	    AT(config_customer, msg.validate),
	    MARK(config_customer, validate_at), .names = validates),
	VALUE(CUSTOMER, "best_match", set_choice,
	    AT(config_customer, msg.best_match), .names = best_matches),
	VALUE(CUSTOMER, "failover", set_choice,
	    AT(config_customer, msg.failover), .names = failovers),
	MAP(CUSTOMER, "destination", DESTINATION, false),
	VALUES(CUSTOMER, "components", set_bit, .required = false,
	    AT(config_customer, msg.components), .names = components),
	MAP(CUSTOMER, "actions", ACTIONS, false),
	MAP(CUSTOMER, "limits", LIMITS, false),
	VALUE(CUSTOMER, "local_pref", set_number,
	    AT(config_customer, msg.local_pref), .min = 0, .max = UINT32_MAX),
	VALUE(CUSTOMER, "linger", set_time, AT(config_customer, msg.linger_ms),
	    .max = UINT64_C(7) * 86400),
	VALUES(CUSTOMER, "tag", set_tag, .min = 0),
	MAP(CUSTOMER, "lifetime", LIFETIME, false),
	VALUE(CUSTOMER, "dry_run", set_community, AT(config_customer, dry_run),
	    MARK(config_customer, dry_run_at)),
	MAP(CUSTOMER, "approval", APPROVAL, false),
	VALUE(CUSTOMER, "flap_breaker", set_flag,
	    AT(config_customer, msg.flap_breaker)),

	VALUE(NEIGHBOR, "ip", set_address, .required = true, .instead = "range",
	    AT(config_neighbor, msg.remote), MARK(config_neighbor, ip_at)),
	VALUE(NEIGHBOR, "range", set_range, MARK(config_neighbor, ip_at)),
	VALUE(NEIGHBOR, "sessions", set_number, AT(config_neighbor, sessions),
	    .min = 1, .max = RANGE_SESSIONS_MAX),
	VALUE(NEIGHBOR, "port", set_number,
	    AT(config_neighbor, msg.remote.port), .min = 1, .max = UINT16_MAX),
	VALUE(NEIGHBOR, "local_address", set_address,
	    AT(config_neighbor, msg.local)),
	VALUE(NEIGHBOR, "password_file", set_password, .min = 0),
	MAPS(NEIGHBOR, "tcp_ao", KEY),
	VALUE(NEIGHBOR, "ttl_security", set_number,
	    AT(config_neighbor, msg.ttl_hops), .min = 0, .max = 254),
	VALUES(NEIGHBOR, "families", set_bit, .required = true,
	    AT(config_neighbor, msg.families),
	    MARK(config_neighbor, families_at), .names = families),
	VALUE(NEIGHBOR, "passive", set_flag, AT(config_neighbor, msg.passive),
	    MARK(config_neighbor, passive_at)),
	VALUE(NEIGHBOR, "hold_time", set_seconds,
	    AT(config_neighbor, msg.hold_s), .min = 3, .max = UINT16_MAX),
	VALUE(NEIGHBOR, "connect_retry", set_seconds,
	    AT(config_neighbor, msg.connect_retry_s), .min = 1,
	    .max = UINT16_MAX),
	VALUE(NEIGHBOR, "multihop", set_number,
	    AT(config_neighbor, msg.multihop), .min = 0, .max = 255),
	LATER(NEIGHBOR, "asn"),
	LATER(NEIGHBOR, "bfd"),

	VALUE(KEY, "send_id", set_number, .required = true,
	    AT(config_key, msg.send_id), MARK(config_key, send_at), .min = 0,
	    .max = UINT8_MAX),
	VALUE(KEY, "receive_id", set_number, .required = true,
	    AT(config_key, msg.receive_id), MARK(config_key, receive_at),
	    .min = 0, .max = UINT8_MAX),
	VALUE(KEY, "algorithm", set_choice, AT(config_key, msg.algorithm),
	    .names = algorithms),
	VALUE(KEY, "key_file", set_key_file, .required = true, .min = 0),
	VALUE(KEY, "from", set_key_time, AT(config_key, msg.from_s)),
	VALUE(KEY, "until", set_key_time, AT(config_key, msg.until_s)),
	VALUE(KEY, "exclude_options", set_flag,
	    AT(config_key, msg.exclude_options)),

	VALUES(OWN, "prefixes", set_prefix, .min = 0),
	VALUE(OWN, "irr", set_irr, MARK(config_customer, irr_at)),
	VALUE(OWN, "irr_max_age", set_time, AT(config_customer, irr_max_age_ms),
	    .max = UINT64_C(366) * 86400),
	VALUE(OWN, "match", set_choice, AT(config_customer, msg.match),
	    .names = matches),
	VALUE(OWN, "rpki", set_choice, AT(config_customer, msg.rpki),
	    MARK(config_customer, rpki_at), .names = rpkis),
	VALUE(OWN, "pa", set_flag, AT(config_customer, msg.pa)),
	VALUE(OWN, "shared", set_flag, AT(config_customer, msg.shared)),

	VALUE(LIFETIME, "max", set_lifetime,
	    AT(config_customer, msg.lifetime_ms)),
	MAPS(LIFETIME, "communities", WISH),

	VALUE(WISH, "community", set_community, .required = true,
	    AT(config_wish, msg.wish.community), MARK(config_wish, at)),
	VALUE(WISH, "lifetime", set_wish_time, .required = true,
	    AT(config_wish, msg.wish.wish.lifetime_s),
	    MARK(config_wish, lifetime_at)),

	VALUES(APPROVAL, "approved", set_class, .min = CLASS_APPROVED),
	VALUES(APPROVAL, "held", set_class, .min = CLASS_HELD),

	MAP(DESTINATION, "ipv4", IPV4, false),
	MAP(DESTINATION, "ipv6", IPV6, false),

	VALUE(IPV4, "min", set_number, AT(config_customer, msg.dst_min[0]),
	    .min = 1, .max = 32),
	VALUE(IPV4, "max", set_number, AT(config_customer, msg.dst_max[0]),
	    .min = 1, .max = 32),
	VALUE(IPV4, "hold_from", set_number,
	    AT(config_customer, msg.dst_hold[0]), .min = 1, .max = 32),

	VALUE(IPV6, "min", set_number, AT(config_customer, msg.dst_min[1]),
	    .min = 1, .max = 128),
	VALUE(IPV6, "max", set_number, AT(config_customer, msg.dst_max[1]),
	    .min = 1, .max = 128),
	VALUE(IPV6, "hold_from", set_number,
	    AT(config_customer, msg.dst_hold[1]), .min = 1, .max = 128),

	VALUE(ACTIONS, "discard", set_flag, AT(config_customer, msg.discard)),
	MAP(ACTIONS, "rate_limit", RATE, false),
	MAP(ACTIONS, "rate_limit_packets", PACKETS, false),
	VALUES(ACTIONS, "redirect", set_redirect, .min = 0),
	VALUES(ACTIONS, "redirect_ip", set_redirect_ip, .min = 0),
	VALUES(ACTIONS, "mark", set_dscp, .min = 0),
	VALUE(ACTIONS, "sample", set_traffic, .min = ACTION_SAMPLE),
	VALUE(ACTIONS, "continue", set_traffic, .min = ACTION_CONTINUE),
	VALUE(ACTIONS, "terminal", set_traffic, .min = 0),
	MAP(ACTIONS, "rewrite", REWRITE, false),
	LATER(ACTIONS, "interface_set"),
	LATER(ACTIONS, "copy"),

	VALUE(REWRITE, "raise_rates", set_flag,
	    AT(config_customer, msg.raise_rates)),
	MAPS(REWRITE, "redirect", REDIRECT),

	VALUE(REDIRECT, "from", set_target, .required = true,
	    AT(config_rewrite, msg.from)),
	VALUE(REDIRECT, "to", set_target, .required = true,
	    AT(config_rewrite, msg.to), MARK(config_rewrite, to_at)),

	VALUE(RATE, "min", set_rate, AT(config_customer, msg.rate_min)),
	VALUE(RATE, "max", set_rate, .required = true,
	    AT(config_customer, msg.rate_max)),

	VALUE(PACKETS, "min", set_rate, AT(config_customer, msg.packets_min)),
	VALUE(PACKETS, "max", set_rate, .required = true,
	    AT(config_customer, msg.packets_max)),

	VALUE(LIMITS, "rules", set_limit, AT(config_customer, msg.max_rules),
	    .min = 0, .max = 1000000),
	VALUE(LIMITS, "cost", set_limit, AT(config_customer, msg.max_cost),
	    .min = 0, .max = 100000000),
	VALUE(LIMITS, "new_per_second", set_limit,
	    AT(config_customer, msg.new_per_second), .min = 0, .max = 1000000),
	VALUE(LIMITS, "burst", set_limit, AT(config_customer, msg.burst),
	    .min = 0, .max = 1000000),
	VALUE(LIMITS, "strikes", set_number, AT(config_customer, msg.strikes),
	    .min = 0, .max = 1000000),
	VALUE(LIMITS, "addresses", set_limit,
	    AT(config_customer, msg.max_addresses), .min = 0,
	    .max = UINT64_C(1000000000000000)),
	VALUE(LIMITS, "addresses_percent", set_percent,
	    AT(config_customer, msg.max_addresses_percent), .min = 1,
	    .max = 100),
	VALUE(LIMITS, "prefixes", set_number,
	    AT(config_customer, msg.max_prefixes), .min = 1, .max = 1000000),
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static const struct schema_section sections[SECTION_COUNT] = {
	[SECTION_TOP] = { "the file", true, finish_none_begin, NULL },
	[SECTION_ROUTER] = { "router", true, finish_router_begin, NULL },
	[SECTION_LISTEN] = { "listen", false, finish_listen_begin, NULL },
	[SECTION_STORE] = { "store", true, finish_log_begin, NULL },
	[SECTION_CONTROL] = { "control", true, finish_router_begin, NULL },
	[SECTION_VALIDATION] = { "validation", true, finish_validation_begin,
	    NULL },
	[SECTION_BRAKE] = { "brake", true, finish_validation_begin, NULL },
	[SECTION_INTERNAL] = { "internal", false, finish_neighbor_begin,
	    finish_internal },
	[SECTION_CUSTOMER] = { "customers", false, finish_customer_begin,
	    finish_customer },
	[SECTION_NEIGHBOR] = { "neighbors", false, finish_neighbor_begin,
	    finish_neighbor },
	[SECTION_KEY] = { "tcp_ao", false, finish_key_begin, finish_key },
	[SECTION_OWN] = { "own", false, finish_none_begin, finish_own },
	[SECTION_DESTINATION] = { "destination", false, finish_none_begin,
	    NULL },
	[SECTION_IPV4] = { "ipv4", false, finish_none_begin, finish_ipv4 },
	[SECTION_IPV6] = { "ipv6", false, finish_none_begin, finish_ipv6 },
	[SECTION_ACTIONS] = { "actions", false, finish_actions_begin,
	    finish_actions },
	[SECTION_RATE] = { "rate_limit", false, finish_none_begin,
	    finish_rate },
	[SECTION_PACKETS] = { "rate_limit_packets", false, finish_none_begin,
	    finish_packets },
	[SECTION_LIMITS] = { "limits", false, finish_none_begin,
	    finish_limits },
	[SECTION_HTTP] = { "http", true, finish_service_begin, NULL },
	[SECTION_RPKI] = { "rpki", true, finish_rpki_begin, NULL },
	[SECTION_FLEET] = { "fleet", true, finish_fleet_begin, NULL },
	[SECTION_PROTECTED] = { "protected", false, finish_protected_begin,
	    finish_protected },
	[SECTION_NOC] = { "noc", false, finish_noc_begin, finish_noc },
	[SECTION_LIFETIME] = { "lifetime", false, finish_none_begin,
	    finish_lifetime },
	[SECTION_WISH] = { "communities", false, finish_wish_begin, NULL },
	[SECTION_APPROVAL] = { "approval", false, finish_none_begin, NULL },
	[SECTION_REWRITE] = { "rewrite", false, finish_none_begin, NULL },
	[SECTION_REDIRECT] = { "redirect", false, finish_redirect_begin,
	    finish_redirect },
	[SECTION_RETENTION] = { "retention", false, finish_none_begin,
	    finish_retention },
	[SECTION_WITNESS] = { "witnesses", false, finish_witness_begin, NULL },
	[SECTION_COSIGN] = { "cosign", true, finish_log_begin, NULL },
};

const struct schema_section *
schema_section(enum section section)
{
	return &sections[section];
}

const struct schema_key *
schema_rows(enum section section, unsigned *n)
{
	const struct schema_key *first = keys;
	const struct schema_key *end = keys + KEYS;

	while (first < end && first->section != section)
		first++;
	*n = 0;
	while (first + *n < end && first[*n].section == section)
		(*n)++;
	return first;
}

const struct schema_key *
schema_find(enum section section, const char *name)
{
	unsigned n;
	const struct schema_key *rows = schema_rows(section, &n);

	for (unsigned i = 0; i < n; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	return NULL;
}
