/* SPDX-License-Identifier: BSD-2-Clause */
/* Services, quotas, grounds and lifetimes as YAML. */
#include "proxy/loader/print_policy.h"

#include <inttypes.h>
#include <stdlib.h>

#include "policy/customer.h"
#include "policy/rule_text.h"
#include "proxy/loader/value.h"

static void
print_caches(FILE *out, const struct msg_cfg_rpki *msg)
{
	char text[VALUE_TEXT_MAX];

	(void)fputs("  caches: [", out);
	for (uint32_t i = 0; i < msg->n; i++) {
		bool first =
		    i == 0 || msg->cache[i - 1].group != msg->cache[i].group;

		value_print_endpoint(
		    &msg->cache[i].address, text, sizeof(text));
		if (first && i > 0)
			(void)fputs("\", ", out);
		(void)fprintf(out, "%s%s", first ? "\"" : " ", text);
	}
	(void)fputs(msg->n > 0 ? "\"]\n" : "]\n", out);
}

void
print_service(const struct config *config, FILE *out)
{
	const struct msg_cfg_service *msg = &config->service;
	const struct msg_cfg_rpki *rpki = &config->rpki.msg;
	char text[VALUE_TEXT_MAX];

	if (msg->viewer[0] != '\0')
		print_line(out, 2, "viewer", msg->viewer);
	if (msg->noc[0] != '\0')
		print_line(out, 2, "noc", msg->noc);
	if (msg->admin[0] != '\0')
		print_line(out, 2, "admin", msg->admin);
	if (msg->http.afi != AFI_NONE) {
		value_print_endpoint(&msg->http, text, sizeof(text));
		(void)fputs("http:\n", out);
		print_line(out, 2, "listen", text);
	}
	(void)fputs("rpki:\n", out);
	print_caches(out, rpki);
	print_number(out, 2, "refresh", rpki->refresh_s);
	print_number(out, 2, "retry", rpki->retry_s);
	print_number(out, 2, "expire", rpki->expire_s);
	print_number(out, 2, "grace", rpki->grace_s);
	print_number(out, 2, "shrink", rpki->shrink_percent);
}

static void
print_ports(FILE *out, const struct config_protected *entry)
{
	if (entry->n_ports == 0)
		return;
	(void)fputs("    port: [", out);
	for (unsigned i = 0; i < entry->n_ports; i++) {
		unsigned first = entry->ports[i].first;
		unsigned last = entry->ports[i].last;

		(void)fprintf(out, "%s%u", i == 0 ? "" : ", ", first);
		if (first != last)
			(void)fprintf(out, "-%u", last);
	}
	(void)fputs("]\n", out);
}

static void
print_protected(FILE *out, const struct config_protected *entry)
{
	char text[PREFIX_TEXT_MAX];

	print_line(out, 0, "  - prefix",
	    prefix_print(&entry->prefix, text, sizeof(text)));
	if (entry->n_protocols > 0)
		(void)fputs("    protocol: [", out);
	for (unsigned i = 0; i < entry->n_protocols; i++)
		(void)fprintf(
		    out, "%s%u", i == 0 ? "" : ", ", entry->protocols[i]);
	if (entry->n_protocols > 0)
		(void)fputs("]\n", out);
	print_ports(out, entry);
	print_line(out, 4, "comment", entry->msg.name);
}

void
print_shared(const struct config *config, FILE *out)
{
	const struct msg_cfg_fleet *msg = &config->fleet.msg;

	print_limit(out, "fleet: {", "max_rules", msg->max_rules, UINT32_MAX);
	print_limit(out, ", ", "max_cost", msg->max_cost, UINT32_MAX);
	(void)fprintf(out, ", guaranteed: %" PRIu32 ", cost_profile: %s",
	    msg->guaranteed,
	    print_choice_name(SECTION_FLEET, "cost_profile", msg->profile));
	print_limit(out, ", ", "pace", msg->pace, UINT32_MAX);
	(void)fprintf(out, ", warn: %u}\n", msg->warn_percent);
	if (config->protects.n > 0)
		(void)fputs("protected:\n", out);
	for (size_t i = 0; i < config->protects.n; i++)
		print_protected(out, model_protected(config, i));
	print_flag(out, 0, "protect_customers", msg->protect_customers);
}

void
print_ground(FILE *out, const struct config_customer *customer)
{
	const struct msg_cfg_customer *msg = &customer->msg;

	if (customer->irr[0] != '\0') {
		print_line(out, 6, "irr", customer->irr);
		(void)fprintf(out, "      irr_max_age: %" PRIu64 "s\n",
		    customer->irr_max_age_ms / 1000);
		(void)fprintf(out, "      match: %s\n",
		    print_choice_name(SECTION_OWN, "match", msg->match));
	}
	(void)fprintf(out, "      rpki: %s\n",
	    print_choice_name(SECTION_OWN, "rpki", msg->rpki));
	print_flag(out, 6, "pa", msg->pa);
	print_flag(out, 6, "shared", msg->shared);
}

void
print_limits(FILE *out, const struct msg_cfg_customer *msg)
{
	print_limit(out, "    limits: {", "rules", msg->max_rules, UINT32_MAX);
	print_limit(out, ", ", "cost", msg->max_cost, UINT32_MAX);
	print_limit(
	    out, ", ", "new_per_second", msg->new_per_second, UINT32_MAX);
	print_limit(out, ", ", "burst", msg->burst, UINT32_MAX);
	(void)fputs(",\n      ", out);
	if (!msg->noc)
		(void)fprintf(out, "strikes: %" PRIu32 ", ", msg->strikes);
	print_limit(out, "", "addresses", msg->max_addresses, UINT64_MAX);
	if (!msg->noc) {
		print_limit(out, ", ", "addresses_percent",
		    msg->max_addresses_percent, 100);
		(void)fprintf(out, ", prefixes: %" PRIu32, msg->max_prefixes);
	}
	(void)fputs("}\n", out);
}

static void
print_dry_run(FILE *out, const struct community *dry_run)
{
	if (dry_run == NULL)
		return;
	(void)fputs("    dry_run: ", out);
	print_tag(out, dry_run);
	(void)fputc('\n', out);
}

/* The operators' rules have no communities. */
void
print_lifetime(const struct config *config, FILE *out,
    const struct msg_cfg_customer *msg, struct print_cursor *cursor)
{
	const struct community *dry_run = NULL;
	bool any = false;

	(void)fputs("    lifetime:\n      max: ", out);
	if (msg->lifetime_ms == 0)
		(void)fputs("unlimited\n", out);
	else
		(void)fprintf(out, "%" PRIu64 "s\n", msg->lifetime_ms / 1000);
	for (; cursor->wish < config->wishes.n; cursor->wish++) {
		const struct msg_cfg_wish *wish =
		    &model_wish(config, cursor->wish)->msg;

		if (wish->index != msg->index)
			break;
		if (wish->wish.wish.dry_run) {
			dry_run = &wish->wish.community; /* the last one */
			continue;
		}
		if (!any)
			(void)fputs("      communities:\n", out);
		any = true;
		(void)fputs("        - {community: ", out);
		print_tag(out, &wish->wish.community);
		(void)fprintf(out, ", lifetime: %" PRIu32 "s}\n",
		    wish->wish.wish.lifetime_s);
	}
	print_dry_run(out, dry_run);
}

void
print_rewrite(const struct config *config, FILE *out,
    const struct msg_cfg_customer *msg, struct print_cursor *cursor)
{
	const char *comma = "";

	(void)fputs("      rewrite:\n", out);
	print_flag(out, 8, "raise_rates", msg->raise_rates);
	(void)fputs("        redirect: [", out);
	for (; cursor->rewrite < config->rewrites.n; cursor->rewrite++) {
		const struct msg_cfg_rewrite *rewrite =
		    &model_rewrite(config, cursor->rewrite)->msg;

		if (rewrite->index != msg->index)
			break;
		(void)fprintf(out, "%s{from: ", comma);
		print_redirect(out, rewrite->from);
		(void)fputs(", to: ", out);
		print_redirect(out, rewrite->to);
		(void)fputc('}', out);
		comma = ", ";
	}
	(void)fputs("]\n", out);
}

static void
print_class(FILE *out, const struct rule *rule)
{
	char *text = malloc(RULE_TEXT_MAX);

	if (text == NULL)
		return;
	(void)rule_print(rule, NULL, text, RULE_TEXT_MAX);
	(void)fputs("        - ", out);
	print_text(out, text);
	(void)fputc('\n', out);
	free(text);
}

/* Each kind's rules stand together, the kinds in the order of the file. */
void
print_approval(const struct config *config, FILE *out, uint32_t index,
    struct print_cursor *cursor)
{
	uint32_t kind = 0;

	for (; cursor->class < config->classes.n; cursor->class ++) {
		const struct msg_cfg_class *msg =
		    &model_class(config, cursor->class)->msg;

		if (msg->index != index)
			break;
		if (kind == 0)
			(void)fputs("    approval:\n", out);
		if (kind != msg->kind)
			(void)fputs(msg->kind == CLASS_APPROVED
					? "      approved:\n"
					: "      held:\n",
			    out);
		kind = msg->kind;
		print_class(out, &msg->rule);
	}
}
