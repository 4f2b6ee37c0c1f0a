/* SPDX-License-Identifier: BSD-2-Clause */
/* Help: every verb has some, on 80 columns, and its examples are right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/rule_text.h"
#include "proxy/cli/args.h"
#include "proxy/cli/help.h"

/* The caller frees it. */
static char *
help_text(unsigned verb)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	help_print(verb, out);
	(void)fclose(out);
	return text;
}

/* Every verb says how it is used, in lines that fit. */
static void
every_verb_has_help(void **state)
{
	char *general = help_text(ARGS_NONE);

	(void)state;
	for (unsigned i = ARGS_NONE + 1; i < ARGS_VERBS; i++) {
		char *text = help_text(i), usage[64];

		(void)snprintf(usage, sizeof(usage), "usage: sluice %s",
		    args_verb_name(i));
		if (strncmp(text, usage, strlen(usage)) != 0)
			fail_msg("no help: %s", args_verb_name(i));
		assert_non_null(strstr(general, args_verb_name(i)));
		for (const char *line = text; *line != '\0';) {
			size_t len = strcspn(line, "\n");

			if (len > 80)
				fail_msg("too wide: %.*s", (int)len, line);
			line += len + 1;
		}
		free(text);
	}
	free(general);
}

/* What the help about rules gives as examples: it is there, and it parses. */
static void
examples_are_rules(void **state)
{
	static const char *const parts[] = { "source 198.51.100.0/24",
		"protocol =17", "port =53", "destination-port =80 =443",
		"source-port >=1024&<=65535", "icmp-type =8", "icmp-code =0",
		"tcp-flags =S", "packet-length >=40&<=60", "dscp =46",
		"fragment is-fragment" };
	static const char *const actions[] = { "discard", "rate-limit 125000",
		"rate-limit-packets 1000", "redirect 64500:666", "mark 8",
		"action sample" };
	char *text = help_text(ARGS_EXPLAIN), line[256];
	struct rule_text_error error;
	struct action_set set;
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		assert_non_null(strstr(text, parts[i]));
		(void)snprintf(line, sizeof(line),
		    "match destination 203.0.113.7/32 %s then discard",
		    parts[i]);
		if (rule_parse(line, &rule, &set, &error) < 0)
			fail_msg("%s: found %s", line, error.found);
	}
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		assert_non_null(strstr(text, actions[i]));
		(void)snprintf(line, sizeof(line),
		    "match destination 203.0.113.7/32 then %s", actions[i]);
		if (rule_parse(line, &rule, &set, &error) < 0)
			fail_msg("%s: found %s", line, error.found);
	}
	assert_int_equal(
	    rule_parse("match destination 2001:db8::1/128 label =7 then "
		       "discard",
		&rule, &set, &error),
	    0);
	free(text);
}

/* A line that shows how "audit" is used for something is a good one. */
static void
example_is_parsed(char *line)
{
	const char *argv[16] = { NULL };
	char why[ARGS_WHY_MAX] = "", *rest = line;
	struct args args;
	int argc = 0;

	for (char *word; (word = strsep(&rest, " ")) != NULL;) {
		assert_in_range(argc, 0, 15);
		if (*word != '\0')
			argv[argc++] = word;
	}
	if (args_parse(argc, argv, &args, why) < 0 || args.verb != ARGS_AUDIT)
		fail_msg("%s ... %s", line, why);
}

/* The help about the log begins with what it is asked for most. */
static void
examples_of_audit_are_commands(void **state)
{
	char *text = help_text(ARGS_AUDIT), *rest = text;
	unsigned n = 0;

	(void)state;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		if (strncmp(line, "  sluice audit ", 15) != 0)
			continue;
		example_is_parsed(line);
		n++;
	}
	assert_in_range(n, 5, 20);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_has_help),
		cmocka_unit_test(examples_are_rules),
		cmocka_unit_test(examples_of_audit_are_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
