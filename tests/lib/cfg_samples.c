/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages of a configuration that a cfg_set takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "policy/cost.h"
#include "policy/customer.h"
#include "tests/lib/cfg_samples.h"

struct msg_cfg_begin
begin_of(void)
{
	return (struct msg_cfg_begin){ .head = { sizeof(struct msg_cfg_begin),
					   MSG_CFG_BEGIN, 0 } };
}

struct msg_cfg_router
router_of(void)
{
	struct msg_cfg_router msg = { .head = { sizeof(msg), MSG_CFG_ROUTER,
					  0 },
		.asn = 64500,
		.store_path = "/var/lib/sluice",
		.control_path = "/run/sluice/control.sock" };

	return msg;
}

struct msg_cfg_validation
validation_of(void)
{
	return (struct msg_cfg_validation){
		.head = { sizeof(struct msg_cfg_validation), MSG_CFG_VALIDATION,
		    0 },
		.damping_ms = 60000,
		.max_routes = 4000000,
		.brake_percent = 20,
		.brake_rules = 50,
		.brake_customers = 3,
		.ignore = { .n_communities = 1,
		    .community = { { .kind = COMMUNITY_STANDARD } } },
	};
}

struct msg_cfg_fleet
fleet_of(void)
{
	return (struct msg_cfg_fleet){
		.head = { sizeof(struct msg_cfg_fleet), MSG_CFG_FLEET, 0 },
		.profile = COST_NONE + 1,
		.warn_percent = 75,
	};
}

struct msg_cfg_rpki
rpki_of(void)
{
	return (struct msg_cfg_rpki){
		.head = { sizeof(struct msg_cfg_rpki), MSG_CFG_RPKI, 0 },
		.n = 1,
		.cache = { { .address = { .afi = AFI_IPV4,
				 .port = 3323,
				 .addr = { 127, 0, 0, 1 } } } },
	};
}

struct msg_cfg_service
service_of(void)
{
	return (struct msg_cfg_service){
		.head = { sizeof(struct msg_cfg_service), MSG_CFG_SERVICE, 0 },
		.noc = "noc",
		.http = { .afi = AFI_IPV4, .port = 8080 },
	};
}

struct msg_cfg_log
log_of(void)
{
	return (struct msg_cfg_log){
		.head = { sizeof(struct msg_cfg_log), MSG_CFG_LOG, 0 },
		.name = "sluice/192.0.2.1",
		.key_path = "/var/lib/sluice-seal",
		.syslog_path = "/dev/log",
		.n_witnesses = 1,
		.n_cosigned = 1,
		.witness = { { .url = "https://w.example.net",
		    .vkey = "w.example.net+00000000+x" } },
		.cosigned = { "log.example.net+00000000+x" },
		.listen = { .afi = AFI_IPV4, .port = 9180 },
	};
}

struct msg_cfg_irr
irr_of(uint32_t index, uint32_t n)
{
	return (struct msg_cfg_irr){
		.head = { sizeof(struct msg_cfg_irr), MSG_CFG_IRR, 0 },
		.index = index,
		.status = n > 0 ? IRR_USABLE : IRR_EMPTY,
		.n = n,
		.path = "/etc/sluice/irr/acme.json",
	};
}

struct msg_cfg_prefix
prefix_of(uint32_t index, enum cfg_list list, uint8_t octet)
{
	return (struct msg_cfg_prefix){
		.head = { sizeof(struct msg_cfg_prefix), MSG_CFG_PREFIX, 0 },
		.index = index,
		.list = list,
		.prefix = { .afi = AFI_IPV4, .len = 8, .addr = { octet } },
	};
}

struct msg_cfg_wish
wish_of(uint32_t index)
{
	return (struct msg_cfg_wish){
		.head = { sizeof(struct msg_cfg_wish), MSG_CFG_WISH, 0 },
		.index = index,
		.wish = { .community = { .kind = COMMUNITY_STANDARD },
		    .wish = { .lifetime_s = 600 } },
	};
}

struct msg_cfg_rewrite
rewrite_of(uint32_t index)
{
	return (struct msg_cfg_rewrite){
		.head = { sizeof(struct msg_cfg_rewrite), MSG_CFG_REWRITE, 0 },
		.index = index,
	};
}

/* Of one destination; without terms. */
struct msg_cfg_class
class_of(uint32_t index)
{
	struct msg_cfg_class msg = {
		.head = { (offsetof(struct msg_cfg_class, rule) +
			      RULE_SIZE_MIN + 7) &
			      ~7u,
		    MSG_CFG_CLASS, 0 },
		.index = index,
		.kind = CLASS_HELD,
		.rule = { .afi = AFI_IPV4,
		    .has = RULE_HAS_DST,
		    .dst_len = 8,
		    .dst = { 10 } },
	};

	return msg;
}

struct msg_cfg_protected
protected_of(void)
{
	struct msg_cfg_protected msg = {
		.head = { (offsetof(struct msg_cfg_protected, rule) +
			      RULE_SIZE_MIN + 7) &
			      ~7u,
		    MSG_CFG_PROTECTED, 0 },
		.name = "loopbacks",
		.rule = { .afi = AFI_IPV4,
		    .has = RULE_HAS_DST,
		    .dst_len = 8,
		    .dst = { 10 } },
	};

	return msg;
}

struct msg_cfg_asn
asn_of(uint32_t index, uint32_t asn)
{
	return (struct msg_cfg_asn){
		.head = { sizeof(struct msg_cfg_asn), MSG_CFG_ASN, 0 },
		.index = index,
		.asn = asn,
	};
}

struct msg_cfg_customer
customer_of(uint32_t index, const char *name)
{
	struct msg_cfg_customer msg = { .head = { sizeof(msg), MSG_CFG_CUSTOMER,
					    0 },
		.index = index,
		.asn = 65001,
		.max_rules = 50,
		.validate = VALIDATE_NEIGHBOR_AS };

	(void)snprintf(msg.name, sizeof(msg.name), "%s", name);
	return msg;
}

struct msg_cfg_neighbor
neighbor_of(uint32_t index, const char *name, uint8_t host)
{
	struct msg_cfg_neighbor msg = { .head = { sizeof(msg), MSG_CFG_NEIGHBOR,
					    0 },
		.index = index,
		.asn = 65001,
		.families = FAMILY_FLOWSPEC,
		.remote = { .afi = AFI_IPV4, .addr = { 192, 0, 2, host } } };

	(void)snprintf(msg.name, sizeof(msg.name), "%s", name);
	return msg;
}

struct msg_cfg_end
end_of(void)
{
	return (struct msg_cfg_end){ .head = { sizeof(struct msg_cfg_end),
					 MSG_CFG_END, 0 } };
}

struct cfg_set *
begun(void)
{
	struct cfg_set *set = cfg_set_new();

	assert_non_null(set);
	TAKE(set, begin_of());
	TAKE(set, router_of());
	TAKE(set, validation_of());
	TAKE(set, fleet_of());
	TAKE(set, rpki_of());
	TAKE(set, service_of());
	TAKE(set, log_of());
	TAKE(set, customer_of(0, "acme"));
	return set;
}
