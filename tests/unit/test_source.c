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
#include "proxy/cli/audit.h"
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

struct state_row {
	const char *name;
	const char *answer;
	int status;
	const char *said;
};

#define SEALED(state)                                                          \
	ROW("\"size\":0,\"log_size\":0,\"state\":\"" state                     \
	    "\",\"text\":\"because\"")                                         \
	END
#define REFUSED(state)                                                         \
	"the daemon does not sign this log now: " state                        \
	": because\nnot sound: " state "\n"
#define QUIET(state)                                                           \
	"the daemon does not sign this log now: " state ": because\nsound\n"

static const struct state_row state_rows[] = {
	{ "signing is sound", SEALED("signing"), CLI_DONE, "sound\n" },
	{ "rolled back is not sound", SEALED("rolled-back"), CLI_NO,
	    REFUSED("rolled-back") },
	{ "forked is not sound", SEALED("forked"), CLI_NO, REFUSED("forked") },
	{ "forgotten is told", SEALED("forgotten"), CLI_DONE,
	    QUIET("forgotten") },
	{ "failed is told", SEALED("failed"), CLI_DONE, QUIET("failed") },
};

/* What a daemon serves may verify, and yet be less than was signed. */
static void
seal_state_is_told(void **state)
{
	const struct state_row *row = *state;
	const char *const answers[] = { row->answer, NULL };
	const struct args args = { .verb = ARGS_AUDIT,
		.audit = ARGS_AUDIT_VERIFY };
	struct show show = { .width = 80 };
	struct audit audit = { .args = &args, .show = &show };
	struct scene scene;
	char *text = NULL;
	size_t len;

	scene_open(&scene, answers);
	show.out = show.err = open_memstream(&text, &len);
	assert_non_null(show.out);
	audit.source = scene.source;
	assert_int_equal(audit_verify(&audit), row->status);
	assert_int_equal(fclose(show.out), 0);
	assert_non_null(strstr(text, row->said));
	assert_true((strstr(text, "does not sign") == NULL) ==
		    (strcmp(row->name, "signing is sound") == 0));
	free(text);
	scene_close(&scene);
}

int
main(void)
{
#define NO(name, text)                                                         \
	{                                                                      \
		name, is_no_answer, NULL, NULL, (void *)(uintptr_t)(text)      \
	}
#define STATE(i)                                                               \
	{                                                                      \
		state_rows[i].name, seal_state_is_told, NULL, NULL,            \
		    (void *)(uintptr_t)&state_rows[i]                          \
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
		STATE(0),
		STATE(1),
		STATE(2),
		STATE(3),
		STATE(4),
		NO("a refusal", "{\"end\":{\"exit\":2,\"text\":\"x\"}}\n"),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
