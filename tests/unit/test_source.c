/* SPDX-License-Identifier: BSD-2-Clause */
/* A log read from a socket: what a daemon says, and what is no answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/cli/args.h"
#include "proxy/cli/source.h"
#include "tests/lib/temp_folder.h"

#define HASH      "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define END       "{\"end\":{\"exit\":0,\"text\":\"\"}}\n"
#define ROW(text) "{\"row\":{" text "}}\n"

struct scene {
	char folder[TEMP_PATH_MAX];
	char path[TEMP_PATH_MAX + 8];
	pid_t pid;
	struct source *source;
};

/* A daemon that gives one answer after another, a request each. */
static void
serve(int listening, const char *const *answers)
{
	int fd = accept(listening, NULL, NULL);

	for (; fd >= 0 && *answers != NULL; answers++) {
		char c = 0;

		while (c != '\n') {
			if (read(fd, &c, 1) != 1)
				_exit(0);
		}
		if (write(fd, *answers, strlen(*answers)) < 0)
			_exit(1);
	}
	_exit(0);
}

static void
scene_open(struct scene *scene, const char *const *answers)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), status;
	char why[SOURCE_WHY_MAX];

	temp_folder_make(scene->folder);
	(void)snprintf(scene->path, sizeof(scene->path), "%s/s", scene->folder);
	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%.100s", scene->path);
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	scene->pid = fork();
	if (scene->pid == 0)
		serve(fd, answers);
	(void)close(fd);
	scene->source = source_live_open(scene->path, why, &status);
	assert_non_null(scene->source);
}

static void
scene_close(struct scene *scene)
{
	source_close(scene->source);
	(void)waitpid(scene->pid, NULL, 0);
	temp_folder_remove(scene->folder);
}

/* Records, removed blocks, their hashes and gaps come as items. */
static void
items_come_in_order(void **state)
{
	static const char *const answers[] = {
		ROW("\"pruned\":0,\"hash\":\"" HASH "\"")
		    ROW("\"seq\":256,\"raw\":\"AQID\",\"hash\":\"" HASH "\"")
			ROW("\"missing\":257") END,
		END,
		NULL,
	};
	struct source_item item;
	struct scene scene;

	(void)state;
	scene_open(&scene, answers);
	assert_int_equal(source_range(scene.source, 0, 300), 0);
	assert_int_equal(source_next(scene.source, &item), 0);
	assert_int_equal(item.what, SOURCE_REMOVED);
	assert_int_equal(item.hash[1], 0x11);
	assert_int_equal(source_next(scene.source, &item), 0);
	assert_int_equal(item.what, SOURCE_RECORD);
	assert_int_equal(item.seq, 256);
	assert_int_equal(item.len, 3);
	assert_memory_equal(item.record, "\1\2\3", 3);
	assert_int_equal(source_next(scene.source, &item), 0);
	assert_int_equal(item.what, SOURCE_MISSING);
	assert_int_equal(item.to, 258);
	/* It is asked once more; an answer without rows is the log's end. */
	assert_int_equal(source_next(scene.source, &item), 0);
	assert_int_equal(item.what, SOURCE_END);
	scene_close(&scene);
}

/* What is no answer ends it, with a reason. */
static void
is_no_answer(void **state)
{
	const char *const answers[] = { *state, NULL };
	struct source_item item;
	struct scene scene;

	scene_open(&scene, answers);
	assert_int_equal(source_range(scene.source, 0, 300), 0);
	assert_int_equal(source_next(scene.source, &item), -1);
	assert_true(source_why(scene.source)[0] != '\0');
	assert_true(scene.source->status != CLI_DONE);
	scene_close(&scene);
}

/* The seal's row is read, and a refusal is told as it was said. */
static void
seal_is_read(void **state)
{
	static const char *const answers[] = {
		ROW("\"size\":5,\"log_size\":7,\"note\":\"n\",\"vkey\":\"k\","
		    "\"old_vkey\":null") END,
		"{\"end\":{\"exit\":1,\"text\":\"no, not now\"}}\n",
		NULL,
	};
	struct source_seal seal;
	struct scene scene;

	(void)state;
	scene_open(&scene, answers);
	assert_int_equal(source_seal(scene.source, UINT64_MAX, &seal), 0);
	assert_int_equal(seal.size, 5);
	assert_int_equal(seal.log_size, 7);
	assert_int_equal(seal.note_len, 1);
	assert_string_equal(seal.vkey, "k");
	assert_string_equal(seal.old_vkey, "");
	assert_int_equal(source_seal(scene.source, 3, &seal), -1);
	assert_non_null(strstr(source_why(scene.source), "no, not now"));
	assert_int_equal(scene.source->status, CLI_NO);
	scene_close(&scene);
}

int
main(void)
{
#define NO(name, text)                                                         \
	{                                                                      \
		name, is_no_answer, NULL, NULL, (void *)(uintptr_t)(text)      \
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_come_in_order),
		cmocka_unit_test(seal_is_read),
		NO("out of place", ROW("\"missing\":5") END),
		NO("record without a hash",
		    ROW("\"seq\":0,\"raw\":\"AQID\"") END),
		NO("record that is no base64",
		    ROW("\"seq\":0,\"raw\":\"A!\",\"hash\":\"" HASH "\"") END),
		NO("no JSON", "hello\n"),
		NO("cut off", "{\"row\":{"),
		NO("a refusal", "{\"end\":{\"exit\":2,\"text\":\"x\"}}\n"),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
