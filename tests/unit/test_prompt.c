/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions at the terminal: how they are put, and which answers count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/cli/prompt.h"

struct row {
	const char *name;
	struct args args;
	const char *question;
};

static const struct row rows[] = {
	{ "approve", { .verb = ARGS_APPROVE, .has_id = true, .id = 17 },
	    "approve rule 17; why? " },
	{ "quarantine", { .verb = ARGS_QUARANTINE, .word = "acme" },
	    "quarantine acme; why? " },
	{ "release", { .verb = ARGS_RELEASE, .customer = "acme" },
	    "release acme; why? " },
	{ "freeze_all", { .verb = ARGS_FREEZE }, "freeze everybody; why? " },
	{ "thaw_one", { .verb = ARGS_THAW, .word = "a\x1b[2J" },
	    "thaw a?[2J; why? " },
	{ "panic", { .verb = ARGS_PANIC },
	    "panic: every rule is withdrawn; why? " },
	{ "resume", { .verb = ARGS_RESUME }, "resume; why? " },
	{ "confirm", { .verb = ARGS_CONFIRM },
	    "confirm what waits (see sluice status); why? " },
	{ "confirm_irr", { .verb = ARGS_CONFIRM, .word = "irr" },
	    "confirm irr; why? " },
};

/* Ask with this typed; what was asked is the caller's to free. */
static bool
asked(const char *typed, struct args *args, char buf[PROMPT_MAX], char **said)
{
	char line[2 * PROMPT_MAX];
	struct prompt prompt;
	size_t len;
	bool done;

	(void)snprintf(line, sizeof(line), "%s\n", typed);
	prompt.in = fmemopen(line, strlen(line), "r");
	prompt.out = open_memstream(said, &len);
	assert_non_null(prompt.in);
	assert_non_null(prompt.out);
	done = args != NULL ? prompt_reason(&prompt, args, buf)
			    : prompt_yes(&prompt, "really?");
	(void)fclose(prompt.in);
	(void)fclose(prompt.out);
	return done;
}

/* It is said what is about to be done; what is typed is the reason. */
static void
reason_is_asked(void **state)
{
	const struct row *row = *state;
	struct args args = row->args;
	char buf[PROMPT_MAX], *said = NULL;

	assert_true(asked("because", &args, buf, &said));
	assert_string_equal(said, row->question);
	assert_string_equal(args.message, "because");
	free(said);
}

/* No word is no reason. */
static void
empty_reason_is_none(void **state)
{
	struct args args = { .verb = ARGS_PANIC };
	char buf[PROMPT_MAX], *said = NULL;

	(void)state;
	assert_false(asked("", &args, buf, &said));
	free(said);
}

/* Only a plain yes is one. */
static void
only_yes_is_yes(void **state)
{
	static const struct {
		const char *typed;
		bool yes;
	} answers[] = { { "y", true }, { "yes", true }, { "", false },
		{ "n", false }, { "Y?", false }, { "yes please", false } };
	char *said;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		said = NULL;
		assert_int_equal(
		    asked(answers[i].typed, NULL, NULL, &said), answers[i].yes);
		assert_string_equal(said, "really? [y/N] ");
		free(said);
	}
}

/* Without a person there is no answer, and it is never yes. */
static void
nobody_says_no(void **state)
{
	struct prompt prompt = { NULL, stderr };
	struct args args = { .verb = ARGS_PANIC };
	char buf[PROMPT_MAX];

	(void)state;
	assert_false(prompt_yes(&prompt, "really?"));
	assert_false(prompt_reason(&prompt, &args, buf));
	assert_null(args.message);
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		FIRST = 3
	};
	struct CMUnitTest tests[FIRST + ROWS] = {
		cmocka_unit_test(empty_reason_is_none),
		cmocka_unit_test(only_yes_is_yes),
		cmocka_unit_test(nobody_says_no),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[FIRST + i] =
		    (struct CMUnitTest){ rows[i].name, reason_is_asked, NULL,
			    NULL, (void *)(uintptr_t)&rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
