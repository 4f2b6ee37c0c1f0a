/* SPDX-License-Identifier: BSD-2-Clause */
/* Checkpoints out of notes and out of syslog. */
#include <setjmp.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* A file of our own with this text, n times; to be removed. */
static void
file_make(char path[32], const char *text, unsigned n)
{
	FILE *file;
	int fd;

	(void)snprintf(path, 32, "/tmp/sluice-cp-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	for (unsigned i = 0; i < n; i++)
		assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A note in a file is taken; a folder is none. */
static void
note_is_read_from_its_file(void **state)
{
	struct checkpoints *list = checkpoints_new();
	char path[32];
	size_t len;

	(void)state;
	file_make(path, NOTE_OF("3"), 1);
	assert_int_equal(checkpoints_read(list, path), 1);
	assert_string_equal(checkpoints_at(list, 0, &len), NOTE_OF("3"));
	assert_int_equal(checkpoints_read(list, "/tmp"), -EIO);
	assert_int_equal(checkpoints_count(list), 1);
	checkpoints_free(list);
	(void)unlink(path);
}

/* Of a syslog of any length each line is looked at; one that is longer than
 * any checkpoint is passed over, and the last needs no end. */
static void
syslog_of_any_length_is_read(void **state)
{
	struct checkpoints *list = checkpoints_new();
	char path[32], *text = malloc(3 * NOTE_MAX);
	size_t len;
	FILE *file;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', 3 * NOTE_MAX);
	text[3 * NOTE_MAX - 1] = '\0';
	file_make(path, "host sluice[7]: " WORDS_OF("5") "\n", 50);
	file = fopen(path, "a");
	assert_non_null(file);
	(void)fprintf(file, "%s%s\n\n%s", WORDS_OF("8"), text, WORDS_OF("9"));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(checkpoints_read(list, path), 51);
	assert_int_equal(checkpoints_count(list), 51);
	assert_string_equal(checkpoints_at(list, 50, &len), NOTE_OF("9"));
	checkpoints_free(list);
	free(text);
	(void)unlink(path);
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

/* Of lines that anybody may have written those are taken that a key has signed;
 * a whole note, which somebody chose, is taken as it is. */
static void
lines_of_others_are_passed_over(void **state)
{
	static const char strange[] =
	    WORDS_OF("9000000000000000000") "\n" WORDS_OF("9") "\n";
	struct checkpoint checkpoint = { .origin = "a.example/log", .size = 7 };
	struct checkpoints *list = checkpoints_new();
	struct seal_key *secret = seal_key_make();
	uint8_t public_key[SEAL_PUBLIC_LEN];
	char note[NOTE_MAX] = "", line[1024], root[64];
	struct note_key key;
	size_t len;

	(void)state;
	assert_non_null(secret);
	seal_key_public(secret, public_key);
	assert_int_equal(
	    note_key_make(&key, checkpoint.origin, NOTE_ED25519, public_key),
	    0);
	len = (size_t)checkpoint_print(&checkpoint, note, sizeof(note));
	assert_int_equal(
	    note_sign(note, sizeof(note), &len, len, &key, secret, 0), 0);
	(void)seal_base64(checkpoint.root, SEAL_LEN, root, sizeof(root));
	(void)snprintf(line, sizeof(line), "checkpoint %s 7 %s %.*s",
	    checkpoint.origin, root,
	    (int)(strlen(strstr(note, "\xe2\x80\x94")) - 5),
	    strstr(note, "\xe2\x80\x94") + 4);
	checkpoints_keys(list, &key, 1);
	assert_int_equal(checkpoints_take(list, strange, strlen(strange)), 0);
	assert_int_equal(checkpoints_take(list, line, strlen(line)), 1);
	assert_int_equal(
	    checkpoints_take(list, NOTE_OF("3"), strlen(NOTE_OF("3"))), 1);
	assert_int_equal(checkpoints_count(list), 2);
	checkpoints_free(list);
	seal_key_free(secret);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_becomes_its_note),
		cmocka_unit_test(files_of_both_kinds_are_read),
		cmocka_unit_test(note_is_read_from_its_file),
		cmocka_unit_test(syslog_of_any_length_is_read),
		cmocka_unit_test(many_are_thinned_out),
		cmocka_unit_test(lines_of_others_are_passed_over),
	};

	if (seal_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
