/* SPDX-License-Identifier: BSD-2-Clause */
/* An entry of what is protected, as the rule that matches its packets. */
#include <stdio.h>
#include <string.h>

#include "proxy/loader/finish.h"
#include "proxy/loader/model.h"
#include "proxy/loader/walk.h"

void *
finish_protected_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted)
{
	struct config_protected *entry;

	(void)outer;
	*wanted = "at most 4096 entries";
	if (config->protects.n >= CONFIG_PROTECTED_MAX)
		return NULL;
	*wanted = "more memory";
	entry = model_list_push(&config->protects, sizeof(*entry));
	if (entry == NULL)
		return NULL;
	entry->msg.head.kind = MSG_CFG_PROTECTED;
	entry->at = *at;
	return entry;
}

static void
term_add(struct rule *rule, unsigned type, unsigned op, uint64_t value)
{
	struct rule_term *term = &rule->terms[rule->n_terms++];

	term->type = (uint8_t)type;
	term->op = (uint8_t)op;
	term->value = value;
}

static void
rule_build(const struct config_protected *entry, struct rule *rule)
{
	const struct prefix *prefix = &entry->prefix;

	rule->afi = prefix->afi;
	rule->has = RULE_HAS_DST;
	rule->dst_len = prefix->len;
	memcpy(rule->dst, prefix->addr, sizeof(rule->dst));
	for (unsigned i = 0; i < entry->n_protocols; i++)
		term_add(rule, RULE_PROTO, RULE_OP_EQ, entry->protocols[i]);
	for (unsigned i = 0; i < entry->n_ports; i++) {
		uint16_t first = entry->ports[i].first;
		uint16_t last = entry->ports[i].last;

		if (first == last) {
			term_add(rule, RULE_PORT, RULE_OP_EQ, first);
			continue;
		}
		term_add(rule, RULE_PORT, RULE_OP_GT | RULE_OP_EQ, first);
		term_add(rule, RULE_PORT, RULE_OP_AND | RULE_OP_LT | RULE_OP_EQ,
		    last);
	}
	rule_canonical(rule);
}

void
finish_protected(struct walk *walk, void *into)
{
	struct config_protected *entry = into;
	struct msg_cfg_protected *msg = &entry->msg;
	bool protocols = walk_has(walk, "protocol");
	bool ports = walk_has(walk, "port");

	if (entry->preset && (protocols || ports))
		walk_complain(walk, "preset", NULL,
		    "either preset, or protocol and port");
	if (protocols && entry->n_protocols == 0)
		walk_complain(walk, "protocol", "an empty list",
		    "at least one, or not this key: all protocols");
	if (ports && entry->n_ports == 0)
		walk_complain(walk, "port", "an empty list",
		    "at least one, or not this key: all ports");
	if (entry->prefix.len == 0 && entry->n_protocols == 0 &&
	    entry->n_ports == 0)
		walk_complain(walk, "prefix", NULL,
		    "a prefix of at least one bit, or a preset, protocol or "
		    "port: no rule could ever pass");
	if (msg->name[0] == '\0')
		(void)prefix_print(
		    &entry->prefix, msg->name, sizeof(msg->name));
	rule_build(entry, &msg->rule);
	msg->head.len = (uint32_t)(offsetof(struct msg_cfg_protected, rule) +
				   rule_size(&msg->rule));
}
