/* SPDX-License-Identifier: BSD-2-Clause */
/* Checkpoints out of notes and out of syslog. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/cli/audit.h"

#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
/* A key id and 64 octets. */
#define SIGNATURE                                                              \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"     \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define NOTE_OF(size)                                                          \
	"a.example/log\n" size "\n" ROOT                                       \
	"\n\n\xe2\x80\x94 a.example/log " SIGNATURE "\n"
#define WORDS_OF(size)                                                         \
	"checkpoint a.example/log " size " " ROOT " a.example/log " SIGNATURE

/* A line becomes the note that it was made of. */
static void
line_becomes_its_note(void **state)
{
	static const char line[] =
	    "<85>Jan 31 03:04:05 sluice[7]: " WORDS_OF("12");
	char note[NOTE_MAX + 1];

	(void)state;
	assert_int_equal(
	    checkpoints_line(line, strlen(line), note, sizeof(note)),
	    (int)strlen(NOTE_OF("12")));
	assert_string_equal(note, NOTE_OF("12"));
	assert_int_equal(
	    checkpoints_line("no such words", 13, note, sizeof(note)), -1);
	assert_int_equal(checkpoints_line(line, strlen(line), note, 100), -1);
}

/* A note, and lines among others, are found. */
static void
files_of_both_kinds_are_read(void **state)
{
	static const char lines[] =
	    "Jan 31 host kernel: checkpoint this\n"
	    "host sluice[7]: " WORDS_OF("5") "\r\n"
					     "host sluice[7]: waiting\n"
					     "host sluice[7]: " WORDS_OF("9");
	struct checkpoints *list = checkpoints_new();
	size_t len;

	(void)state;
	assert_int_equal(
	    checkpoints_take(list, NOTE_OF("3"), strlen(NOTE_OF("3"))), 1);
	assert_int_equal(checkpoints_take(list, lines, strlen(lines)), 2);
	assert_int_equal(checkpoints_count(list), 3);
	assert_string_equal(checkpoints_at(list, 2, &len), NOTE_OF("9"));
	assert_int_equal(checkpoints_take(list, "nothing\n", 8), 0);
	assert_int_equal(checkpoints_read(list, "/nonexistent"), -2);
	checkpoints_free(list);
}

/* Of very many the greatest stays, and others spread over all. */
static void
many_are_thinned_out(void **state)
{
	struct checkpoints *list = checkpoints_new();
	uint64_t least = UINT64_MAX, greatest = 0, middle = 0;
	size_t len;

	(void)state;
	for (unsigned i = 1; i <= 10000; i++) {
		char line[512];
		int n = snprintf(line, sizeof(line),
		    "checkpoint a.example/log %u %s a.example/log %s", i, ROOT,
		    SIGNATURE);

		assert_int_equal(checkpoints_take(list, line, (size_t)n), 1);
	}
	assert_true(checkpoints_count(list) <= CHECKPOINTS_MAX);
	assert_true(checkpoints_count(list) >= CHECKPOINTS_MAX / 4);
	for (unsigned i = 0; i < checkpoints_count(list); i++) {
		struct checkpoint checkpoint;
		size_t text_len;
		const char *note = checkpoints_at(list, i, &len);

		assert_int_equal(
		    checkpoint_parse(note, len, &checkpoint, &text_len), 0);
		if (checkpoint.size < least)
			least = checkpoint.size;
		if (checkpoint.size > greatest)
			greatest = checkpoint.size;
		middle += checkpoint.size > 4000 && checkpoint.size < 6000;
	}
	assert_int_equal(greatest, 10000);
	assert_true(least < 1000);
	assert_true(middle > 0);
	checkpoints_free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_becomes_its_note),
		cmocka_unit_test(files_of_both_kinds_are_read),
		cmocka_unit_test(many_are_thinned_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
