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

/* What rule_print() writes where there is room for all of it. */
struct printed {
	const struct rule *rule;
	const struct action_set *actions;
	size_t len;
	char text[RULE_TEXT_MAX + ACTION_TEXT_MAX];
};

static void
print(struct printed *printed, const struct rule *rule,
    const struct action_set *actions)
{
	printed->rule = rule;
	printed->actions = actions;
	printed->len =
	    rule_print(rule, actions, printed->text, sizeof(printed->text));
	must(printed->len == strlen(printed->text), "length as told");
}

/* The same into a block of exactly size octets. */
static void
fits(const struct printed *printed, size_t size)
{
	char *block = malloc(size > 0 ? size : 1);
	const char *text = printed->text;
	size_t len = printed->len, shorter;

	must(block != NULL, "memory");
	shorter = rule_print(printed->rule, printed->actions, block, size);
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

/*
 * Every size at most is too slow where a rate has nine digits to find, so: the
 * smallest ones, one that the input picks, and those around the whole text.
 */
static void
fits_some(const struct printed *printed, unsigned pick)
{
	fits(printed, 0);
	fits(printed, 1);
	fits(printed, 2 + pick % (printed->len + 1));
	fits(printed, printed->len);
	fits(printed, printed->len + 1);
}

/* Values that passed no check at all. */
static void
raw_target(const uint8_t *data, size_t size, unsigned pick)
{
	struct action_set actions = { 0 };
	struct printed printed;
	struct rule rule;

	memset(&rule, 0, sizeof(rule));
	memcpy(&rule, data, size < sizeof(rule) ? size : sizeof(rule));
	memcpy(&actions, data, size < sizeof(actions) ? size : sizeof(actions));
	print(&printed, &rule, pick % 4 == 0 ? NULL : &actions);
	fits_some(&printed, pick / 4);
	print(&printed, NULL, &actions);
	fits(&printed, pick % (printed.len + 2));
	(void)rule_valid((const void *)data, size);
	(void)action_valid(&actions);
	rule_canonical(&rule);
}

/* A number that any octet of the input changes. */
static unsigned
pick_of(const uint8_t *data, size_t size)
{
	unsigned pick = (unsigned)size;

	for (size_t i = 0; i < size; i++)
		pick = pick * 31 + data[i];
	return pick;
}

/* Rules and actions that are sound, whatever the octets are. */
static void
value_target(const uint8_t *data, size_t size, unsigned pick)
{
	struct any_source source = { data, size, 0 };
	struct action_set actions;
	struct printed printed;
	struct rule rule;

	any_rule(&source, &rule);
	any_actions(&source, &actions);
	must(rule_valid(&rule, rule_size(&rule)), "canonical rule is valid");
	must(action_valid(&actions), "action set is valid");
	if (pick % 2 == 0) {
		reads_back(&rule, &actions);
		return;
	}
	print(&printed, &rule, &actions);
	fits(&printed, pick / 2 % (printed.len + 2));
}

/* Every input is read as a text; what else is done with it, the input says:
 * all of it each time would take most of the time for long rules. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned pick = pick_of(data, size) >> 8;

	text_target(data, size);
	if (pick % 8 < 2)
		value_target(data, size, pick / 8);
	else if (pick % 8 == 2)
		raw_target(data, size, pick / 8);
	return 0;
}
