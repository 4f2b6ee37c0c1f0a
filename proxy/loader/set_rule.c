/* SPDX-License-Identifier: BSD-2-Clause */
/* Setters of what becomes of a customer's rules: their ground, classes that
 * are approved or held, communities that ask for something. */
#include "proxy/loader/set.h"

#include <stdio.h>
#include <string.h>

#include "policy/customer.h"
#include "policy/rule_text.h"
#include "proxy/loader/value.h"

int
set_irr(struct set *set, const char *text)
{
	struct config_customer *customer = set->into;

	return set_resolve(set, text, customer->irr, sizeof(customer->irr));
}

int
set_target(struct set *set, const char *text)
{
	return set_read_target(set, text, set_field(set));
}

int
set_community(struct set *set, const char *text)
{
	struct community community;

	if (value_tag(text, &community) < 0)
		return set_refuse(set, SET_WANTED_COMMUNITY);
	memcpy(set_field(set), &community, sizeof(community));
	return 0;
}

/* The match part of a rule, alone. */
static int
class_read(struct set *set, const char *text, struct rule *rule)
{
	struct rule_text_error error;
	struct action_set actions;

	/* No other word of a rule has it in it. */
	if (strstr(text, "then") != NULL)
		return set_refuse(
		    set, "the match part of a rule alone, without \"then\"");
	if (rule_parse(text, rule, &actions, &error) < 0) {
		problem_quote(error.found, set->found, sizeof(set->found));
		(void)snprintf(set->wanted, sizeof(set->wanted),
		    "%s in column %zu of the rule", error.wanted, error.column);
		return -1;
	}
	if (!rule_valid(rule, rule_size(rule)))
		return set_refuse(set, "a rule with at least one component");
	return 0;
}

/* The same class of this customer is there already. */
static bool
class_is_there(
    const struct config *config, uint32_t index, const struct rule *rule)
{
	for (size_t i = config->classes.n; i > 0; i--) {
		const struct config_class *entry = model_class(config, i - 1);

		if (entry->msg.index != index)
			return false;
		if (rule_equal(&entry->msg.rule, rule))
			return true;
	}
	return false;
}

int
set_class(struct set *set, const char *text)
{
	struct config_customer *customer = set->into;
	struct model_list *classes = &set->config->classes;
	struct config_class *entry;
	struct rule rule;

	if (class_read(set, text, &rule) < 0)
		return -1;
	if (class_is_there(set->config, customer->msg.index, &rule))
		return set_refuse(set, "each rule once");
	if (customer->n_classes >= CUSTOMER_CLASSES_MAX)
		return set_refuse(set, "at most 64 rules of one customer");
	if (classes->n >= CONFIG_CLASSES_MAX)
		return set_refuse(set, "at most 20000 such rules in all");
	entry = model_list_push(classes, sizeof(*entry));
	if (entry == NULL)
		return set_refuse(set, "more memory");
	entry->msg.head.kind = MSG_CFG_CLASS;
	entry->msg.head.len =
	    (uint32_t)(offsetof(struct msg_cfg_class, rule) + rule_size(&rule));
	entry->msg.index = customer->msg.index;
	entry->msg.kind = (uint32_t)set->key->min;
	memcpy(&entry->msg.rule, &rule, rule_size(&rule));
	customer->n_classes++;
	return 0;
}
