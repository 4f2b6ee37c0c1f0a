/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration in force as YAML. */
#include <inttypes.h>
#include <string.h>

#include "policy/customer.h"
#include "policy/dialect.h"
#include "proxy/loader/model.h"
#include "proxy/loader/print_key.h"
#include "proxy/loader/print_log.h"
#include "proxy/loader/print_policy.h"
#include "proxy/loader/schema.h"
#include "proxy/loader/value.h"

static void
print_router(const struct config *config, FILE *out)
{
	const struct msg_cfg_router *router = &config->router;
	const uint8_t *id = router->router_id;

	(void)fprintf(out, "router:\n  asn: %" PRIu32 "\n", router->asn);
	(void)fprintf(out, "  router_id: %u.%u.%u.%u\n  listen:%s\n", id[0],
	    id[1], id[2], id[3], config->listens.n == 0 ? " []" : "");
	for (size_t i = 0; i < config->listens.n; i++) {
		const struct address *address =
		    &model_listen(config, i)->msg.address;

		print_address(out, 0, "    - address", address);
		print_number(out, 6, "port", address->port);
	}
	print_number(out, 2, "hold_time", router->hold_s);
	print_number(out, 2, "local_pref", router->local_pref);
	print_store(config, out);
	(void)fputs("control:\n", out);
	print_line(out, 2, "socket", router->control_path);
	print_service(config, out);
	print_cosign(config, out);
}

static void
print_validation(const struct config *config, FILE *out)
{
	const struct msg_cfg_validation *msg = &config->validation;
	const struct ignore *ignore = &msg->ignore;

	(void)fputs("validation:\n  ignore_communities: [", out);
	for (uint32_t i = 0; i < ignore->n_communities; i++) {
		(void)fputs(i == 0 ? "" : ", ", out);
		print_tag(out, &ignore->community[i]);
	}
	(void)fputs("]\n  ignore_originators: [", out);
	for (uint32_t i = 0; i < ignore->n_originators; i++) {
		uint32_t id = ignore->originator[i];

		(void)fprintf(out, "%s%u.%u.%u.%u", i == 0 ? "" : ", ",
		    id >> 24, id >> 16 & 0xff, id >> 8 & 0xff, id & 0xff);
	}
	(void)fprintf(
	    out, "]\n  damping: %" PRIu64 "s\n", msg->damping_ms / 1000);
	print_number(out, 2, "max_routes", msg->max_routes);
	(void)fprintf(out,
	    "brake: {percent: %" PRIu32 ", rules: %" PRIu32
	    ", customers: %" PRIu32 "}\n",
	    msg->brake_percent, msg->brake_rules, msg->brake_customers);
}

/* All but the first key, at an indent of n. */
static void
print_neighbor(const struct config *config, FILE *out, int n,
    const struct config_neighbor *neighbor)
{
	const struct msg_cfg_neighbor *msg = &neighbor->msg;
	bool internal = msg->index == CFG_INTERNAL;
	bool range = msg->range_len > 0;

	print_names(out, n, SECTION_NEIGHBOR, "families", msg->families);
	if (range)
		print_number(out, n, "sessions", neighbor->sessions);
	else
		print_number(out, n, "port", msg->remote.port);
	if (msg->local.afi != AFI_NONE)
		print_address(out, n, "local_address", &msg->local);
	if (msg->authenticated == AUTH_MD5)
		print_line(out, n, "password_file", msg->password_file);
	if (msg->authenticated == AUTH_AO)
		print_keys(config, out, n, neighbor);
	print_number(out, n, "ttl_security", msg->ttl_hops);
	if (!internal)
		print_number(out, n, "multihop", msg->multihop);
	print_flag(out, n, "passive", msg->passive);
	print_number(out, n, "hold_time", msg->hold_s);
	if (!range)
		print_number(out, n, "connect_retry", msg->connect_retry_s);
}

static void
print_internals(const struct config *config, FILE *out)
{
	(void)fputs("internal:\n", out);
	for (size_t i = 0; i < config->neighbors.n; i++) {
		const struct config_neighbor *neighbor =
		    model_neighbor(config, i);
		const struct msg_cfg_neighbor *msg = &neighbor->msg;

		if (msg->index != CFG_INTERNAL)
			continue;
		print_line(out, 0, "  - name", msg->name);
		print_address(out, 4, "ip", &msg->remote);
		print_number(out, 4, "asn", msg->asn);
		(void)fprintf(out, "    emit: %s\n",
		    print_choice_name(SECTION_INTERNAL, "emit", msg->emit));
		print_neighbor(config, out, 4, neighbor);
	}
}

static void
print_target(FILE *out, const struct msg_cfg_target *msg)
{
	char text[PREFIX_TEXT_MAX];

	if (msg->target == CFG_TARGET_REDIRECT)
		print_redirect(out, msg->redirect);
	else if (msg->target == CFG_TARGET_TAG)
		print_tag(out, &msg->community);
	else
		print_text(out, prefix_print(&msg->prefix, text, sizeof(text)));
}

/* The customer's targets of one kind, from number *i on, as a list. */
static void
print_targets(const struct config *config, FILE *out, const char *key,
    size_t first, enum cfg_target kind)
{
	const char *comma = "";
	uint32_t index = first < config->targets.n
			     ? model_target(config, first)->msg.index
			     : 0;

	(void)fprintf(out, "%s: [", key);
	for (size_t i = first; i < config->targets.n; i++) {
		const struct msg_cfg_target *msg =
		    &model_target(config, i)->msg;

		if (msg->index != index)
			break;
		if (msg->target != (uint32_t)kind)
			continue;
		(void)fputs(comma, out);
		print_target(out, msg);
		comma = ", ";
	}
	(void)fputs("]\n", out);
}

static void
print_rate(FILE *out, const char *key, double min, double max)
{
	if (max > 0)
		(void)fprintf(
		    out, "      %s: {min: %.17g, max: %.17g}\n", key, min, max);
}

static void
print_actions(const struct config *config, FILE *out,
    const struct msg_cfg_customer *msg, struct print_cursor *cursor)
{
	size_t targets = cursor->first_target;
	const char *comma = "";

	(void)fputs("    actions:\n", out);
	print_flag(out, 6, "discard", msg->discard);
	print_rate(out, "rate_limit", msg->rate_min, msg->rate_max);
	print_rate(
	    out, "rate_limit_packets", msg->packets_min, msg->packets_max);
	print_targets(
	    config, out, "      redirect", targets, CFG_TARGET_REDIRECT);
	print_targets(config, out, "      redirect_ip", targets, CFG_TARGET_IP);
	(void)fputs("      mark: [", out);
	for (unsigned dscp = 0; dscp < 64; dscp++) {
		if (!(msg->marks & UINT64_C(1) << dscp))
			continue;
		(void)fprintf(out, "%s%u", comma, dscp);
		comma = ", ";
	}
	(void)fputs("]\n", out);
	print_flag(out, 6, "sample", msg->traffic_flags & ACTION_SAMPLE);
	print_flag(out, 6, "continue", msg->traffic_flags & ACTION_CONTINUE);
	print_flag(
	    out, 6, "terminal", msg->actions & ACTION_BIT(ACTION_TRAFFIC));
	print_rewrite(config, out, msg, cursor);
}

static void
print_asns(const struct config *config, FILE *out, uint32_t index,
    struct print_cursor *cursor)
{
	const char *comma = "";

	(void)fputs("    asns: [", out);
	for (; cursor->asn < config->asns.n; cursor->asn++) {
		const struct msg_cfg_asn *msg =
		    &model_asn(config, cursor->asn)->msg;

		if (msg->index != index)
			break;
		(void)fprintf(out, "%s%" PRIu32, comma, msg->asn);
		comma = ", ";
	}
	(void)fputs("]\n", out);
}

/* Only what has an effect: the rest may not be said. */
static void
print_validate(FILE *out, const struct msg_cfg_customer *msg)
{
	(void)fprintf(out, "    validate: %s\n",
	    print_choice_name(SECTION_CUSTOMER, "validate", msg->validate));
	if (msg->validate == VALIDATE_NEIGHBOR_AS)
		(void)fprintf(out, "    best_match: %s\n",
		    print_choice_name(
			SECTION_CUSTOMER, "best_match", msg->best_match));
	if (msg->validate != VALIDATE_OFF)
		(void)fprintf(out, "    failover: %s\n",
		    print_choice_name(
			SECTION_CUSTOMER, "failover", msg->failover));
}

static void
print_own(const struct config *config, FILE *out, uint32_t index,
    struct print_cursor *cursor)
{
	char text[PREFIX_TEXT_MAX];

	(void)fputs("    own:\n      prefixes:", out);
	if (cursor->prefix >= config->prefixes.n ||
	    model_prefix(config, cursor->prefix)->msg.index != index)
		(void)fputs(" []", out);
	(void)fputc('\n', out);
	for (; cursor->prefix < config->prefixes.n; cursor->prefix++) {
		const struct msg_cfg_prefix *msg =
		    &model_prefix(config, cursor->prefix)->msg;

		if (msg->index != index)
			break;
		(void)fputs("        - ", out);
		print_text(out, prefix_print(&msg->prefix, text, sizeof(text)));
		(void)fputc('\n', out);
	}
	print_ground(out, model_customer(config, index));
}

static void
print_neighbors(const struct config *config, FILE *out, uint32_t index,
    struct print_cursor *cursor)
{
	bool any = false;

	for (; cursor->neighbor < config->neighbors.n; cursor->neighbor++) {
		const struct config_neighbor *neighbor =
		    model_neighbor(config, cursor->neighbor);
		const struct msg_cfg_neighbor *msg = &neighbor->msg;

		if (msg->index == CFG_INTERNAL)
			continue;
		if (msg->index != index)
			break;
		if (!any)
			(void)fputs("    neighbors:\n", out);
		any = true;
		if (msg->range_len > 0)
			print_range(out, "      - range", msg);
		else
			print_address(out, 0, "      - ip", &msg->remote);
		print_neighbor(config, out, 8, neighbor);
	}
}

static void
print_destination(FILE *out, const struct msg_cfg_customer *msg)
{
	(void)fputs("    destination:\n", out);
	for (unsigned i = 0; i < 2; i++) {
		(void)fprintf(out, "      ipv%u: {", i == 0 ? 4u : 6u);
		if (msg->noc)
			(void)fprintf(out, "max: %u}\n", msg->dst_max[i]);
		else
			(void)fprintf(out, "min: %u, max: %u, hold_from: %u}\n",
			    msg->dst_min[i], msg->dst_max[i], msg->dst_hold[i]);
	}
}

/* Where this customer's targets begin; all of them count as printed. */
static void
targets_find(
    const struct config *config, uint32_t index, struct print_cursor *cursor)
{
	cursor->first_target = cursor->target;
	while (cursor->target < config->targets.n &&
	       model_target(config, cursor->target)->msg.index == index)
		cursor->target++;
	if (cursor->first_target == cursor->target)
		cursor->first_target = config->targets.n; /* it has none */
}

/* What customers and the operators both have. */
static void
print_rules(const struct config *config, FILE *out,
    const struct msg_cfg_customer *msg, struct print_cursor *cursor)
{
	targets_find(config, msg->index, cursor);
	print_destination(out, msg);
	print_names(out, 4, SECTION_CUSTOMER, "components", msg->components);
	print_actions(config, out, msg, cursor);
	print_limits(out, msg);
	print_lifetime(config, out, msg, cursor);
	print_targets(
	    config, out, "    tag", cursor->first_target, CFG_TARGET_TAG);
}

static void
print_customer(const struct config *config, FILE *out,
    const struct config_customer *customer, struct print_cursor *cursor)
{
	const struct msg_cfg_customer *msg = &customer->msg;

	print_line(out, 0, "  - name", msg->name);
	print_number(out, 4, "asn", msg->asn);
	print_asns(config, out, msg->index, cursor);
	(void)fprintf(out, "    mode: %s\n",
	    print_choice_name(SECTION_CUSTOMER, "mode", msg->mode));
	print_neighbors(config, out, msg->index, cursor);
	print_own(config, out, msg->index, cursor);
	print_validate(out, msg);
	print_rules(config, out, msg, cursor);
	print_approval(config, out, msg->index, cursor);
	print_flag(out, 4, "flap_breaker", msg->flap_breaker);
	print_number(out, 4, "local_pref", msg->local_pref);
	(void)fprintf(out, "    linger: %" PRIu64 "s\n", msg->linger_ms / 1000);
}

void
config_print(const struct config *config, FILE *out)
{
	struct print_cursor cursor = { 0 };
	size_t internals = 0;

	for (size_t i = 0; i < config->neighbors.n; i++)
		internals +=
		    model_neighbor(config, i)->msg.index == CFG_INTERNAL;
	print_router(config, out);
	print_validation(config, out);
	print_shared(config, out);
	if (internals > 0)
		print_internals(config, out);
	if (config->customers.n > 0)
		(void)fputs("customers:\n", out);
	for (size_t i = 0; i < config->customers.n; i++)
		print_customer(config, out, model_customer(config, i), &cursor);
	(void)fputs("noc:\n", out);
	print_rules(config, out, &config->noc.msg, &cursor);
}
