/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rule texts: what parses is a rule, prints, and parses to itself again; every
 * rule prints and parses to itself; no printer writes past its buffer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/rule_text.h"
#include "tests/lib/any_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void
reads_back(const struct rule *rule, const struct action_set *actions)
{
	char text[RULE_TEXT_MAX + ACTION_TEXT_MAX];
	struct rule_text_error error;
	struct action_set actions_back;
	struct rule rule_back;
	size_t len = rule_print(rule, actions, text, sizeof(text));

	must(len == strlen(text) && len + 1 < sizeof(text), "length");
	must(rule_parse(text, &rule_back, &actions_back, &error) == 0,
	    "printed rule parses");
	must(rule_equal(rule, &rule_back), "same rule");
	must(action_equal(actions, &actions_back), "same actions");
}

/* Text into blocks of exactly size octets. */
static void
fits(const struct rule *rule, const struct action_set *actions, size_t size)
{
	char *block = malloc(size > 0 ? size : 1);
	char text[RULE_TEXT_MAX + ACTION_TEXT_MAX];
	size_t len = rule_print(rule, actions, text, sizeof(text)), shorter;

	must(block != NULL, "memory");
	shorter = rule_print(rule, actions, block, size);
	must(size == 0 ? shorter == 0 : shorter < size, "room for the NUL");
	must(shorter == len || shorter + 1 == size || size == 0,
	    "all that fits");
	if (size > 0)
		must(
		    memcmp(block, text, shorter) == 0 && block[shorter] == '\0',
		    "a start of the text");
	free(block);
}

static void
text_target(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct rule_text_error error;
	struct action_set actions;
	struct rule rule;

	must(text != NULL, "memory");
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (rule_parse(text, &rule, &actions, &error) == 0) {
		must(rule_valid(&rule, rule_size(&rule)), "valid rule");
		must(action_valid(&actions), "valid actions");
		reads_back(&rule, &actions);
	} else {
		must(error.column > 0 && error.column <= strlen(text) + 1,
		    "column inside the text");
		must(error.wanted[0] != '\0' && error.found[0] != '\0',
		    "found and wanted are said");
		must(rule.afi == AFI_NONE && actions.present == 0,
		    "nothing comes of a text that failed");
	}
	free(text);
}

/* Values that passed no check at all. */
static void
raw_target(const uint8_t *data, size_t size)
{
	struct action_set actions = { 0 };
	struct rule rule;

	memset(&rule, 0, sizeof(rule));
	memcpy(&rule, data, size < sizeof(rule) ? size : sizeof(rule));
	memcpy(&actions, data, size < sizeof(actions) ? size : sizeof(actions));
	for (size_t i = 0; i < 80; i++)
		fits(&rule, &actions, i);
	fits(&rule, NULL, 4096);
	fits(NULL, &actions, 4096);
	(void)rule_valid((const void *)data, size);
	(void)action_valid(&actions);
	rule_canonical(&rule);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct any_source source = { data, size, 0 };
	struct action_set actions;
	struct rule rule;

	text_target(data, size);
	any_rule(&source, &rule);
	any_actions(&source, &actions);
	must(rule_valid(&rule, rule_size(&rule)), "canonical rule is valid");
	must(action_valid(&actions), "action set is valid");
	reads_back(&rule, &actions);
	fits(&rule, &actions, size % 512);
	if (size > 0)
		raw_target(data, size);
	return 0;
}
