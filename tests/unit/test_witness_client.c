/* SPDX-License-Identifier: BSD-2-Clause */
/* The witness role towards the witnesses: itself, and servers that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/witness/client.h"
#include "tests/lib/http_client.h"
#include "tests/lib/witness_scene.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

struct row {
	const char *name;
	const char *text;
	unsigned times;
	unsigned status;
	const char *body;
	uint64_t size;
};

static struct row rows[] = {
	{ "lines", OK_HEAD "Content-Length: 23\r\n\r\n" SCENE_LINES, 1, 200,
	    SCENE_LINES, UINT64_MAX },
	{ "body_to_the_end", OK_HEAD "Connection: close\r\n\r\nabc", 1, 200,
	    "abc", UINT64_MAX },
	{ "size",
	    "HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\n"
	    "Content-Length: 3\r\n\r\n17\n",
	    1, 409, "17\n", 17 },
	{ "size_with_a_charset",
	    "HTTP/1.1 409 Conflict\r\n"
	    "Content-Type: text/x.tlog.size; charset=utf-8\r\n"
	    "Content-Length: 3\r\n\r\n17\n",
	    1, 409, "17\n", 17 },
	{ "size_of_another_type",
	    "HTTP/1.1 409 Conflict\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 3\r\n\r\n17\n",
	    1, 409, "17\n", UINT64_MAX },
	{ "size_of_a_longer_type",
	    "HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.sizes\r\n"
	    "Content-Length: 3\r\n\r\n17\n",
	    1, 409, "17\n", UINT64_MAX },
	{ "size_that_is_none",
	    "HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\n"
	    "Content-Length: 3\r\n\r\n-7\n",
	    1, 409, "-7\n", UINT64_MAX },
	{ "size_with_a_200",
	    OK_HEAD "Content-Type: text/x.tlog.size\r\n"
		    "Content-Length: 3\r\n\r\n17\n",
	    1, 200, "17\n", UINT64_MAX },
	{ "not_found", "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", 1, 404,
	    "", UINT64_MAX },
	{ "redirect_is_not_followed",
	    "HTTP/1.1 301 Away\r\nLocation: http://127.0.0.1:1/\r\n"
	    "Content-Length: 0\r\n\r\n",
	    1, 301, "", UINT64_MAX },
	{ "endless_body",
	    OK_HEAD "\r\n"
		    "0123456789012345678901234567890123456789",
	    100000, 200, "", UINT64_MAX },
	{ "error_page_that_is_too_long",
	    "HTTP/1.1 500 Oh\r\n\r\n"
	    "0123456789012345678901234567890123456789",
	    1000, 500, "", UINT64_MAX },
	{ "cut_body", OK_HEAD "Content-Length: 100\r\n\r\nabc", 1, 0, "",
	    UINT64_MAX },
	{ "endless_head",
	    OK_HEAD "X-A: 0123456789012345678901234567890123456789"
		    "\r\n",
	    100000, 0, "", UINT64_MAX },
	{ "endless_continue", "HTTP/1.1 100 Continue\r\n\r\n", 100000, 0, "",
	    UINT64_MAX },
	{ "endless_line", "HTTP/1.1 200 0123456789012345678901234567890123", 0,
	    0, "", UINT64_MAX },
	{ "no_http", "SSH-2.0-OpenSSH_9.2\r\n", 1, 0, "", UINT64_MAX },
	{ "http_0_9", "hello\n", 1, 0, "", UINT64_MAX },
	{ "hang_up", "", 0, 0, "", UINT64_MAX },
};

/* ---- the stage ---- */

struct stage {
	struct witness_scene *scene;
	const void *row;
	struct bad_server server;
	char url[64];
};

static int
setup(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	assert_non_null(stage);
	stage->row = *state;
	stage->server.text = "";
	stage->scene = witness_scene_new();
	*state = stage;
	return 0;
}

static int
teardown(void **state)
{
	struct stage *stage = *state;

	witness_scene_free(stage->scene);
	free(stage);
	return 0;
}

static void
server_begin(struct stage *stage)
{
	const char *urls[] = { stage->url };

	bad_server_start(&stage->server);
	(void)snprintf(stage->url, sizeof(stage->url), "http://127.0.0.1:%u",
	    (unsigned)stage->server.port);
	witness_scene_configure(stage->scene, urls, 1);
}

/* ---- servers ---- */

/* What a server says, and what the store hears. */
static void
test_row(void **state)
{
	struct stage *stage = *state;
	const struct row *row = stage->row;
	const struct msg_submitted *result = &stage->scene->result;

	stage->server.text = row->text;
	stage->server.times = row->times;
	server_begin(stage);
	witness_scene_submit(stage->scene, 0, true);
	assert_int_equal(result->request, 77);
	assert_int_equal(result->witness, 0);
	assert_int_equal(result->status, row->status);
	assert_int_equal(result->body_len, strlen(row->body));
	assert_memory_equal(result->body, row->body, strlen(row->body));
	assert_true(result->size == row->size);
	assert_true(row->status != 0 || result->text[0] != '\0');
	bad_server_stop(&stage->server);
}

/* An answer with a NUL is no text, and goes no further. */
static void
nul_in_the_answer_is_told(void **state)
{
	static const char text[] = OK_HEAD "Content-Length: 3\r\n\r\na\0b";
	struct stage *stage = *state;
	const struct msg_submitted *result = &stage->scene->result;

	stage->server.text = text;
	stage->server.len = sizeof(text) - 1;
	stage->server.times = 1;
	server_begin(stage);
	witness_scene_submit(stage->scene, 0, true);
	assert_int_equal(result->status, 200);
	assert_int_equal(result->body_len, 0);
	assert_non_null(strstr(result->text, "no text"));
	bad_server_stop(&stage->server);
}

/* A connection that the witness has closed meanwhile is made anew. */
static void
closed_connection_is_made_anew(void **state)
{
	struct stage *stage = *state;

	stage->server.text = "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n";
	stage->server.times = 1;
	server_begin(stage);
	for (unsigned i = 0; i < 5; i++) {
		witness_scene_submit(stage->scene, 0, true);
		assert_int_equal(stage->scene->result.status, 404);
	}
	bad_server_stop(&stage->server);
}

/* When the store is gone, nobody is told; the next one may ask. */
static void
store_that_goes_leaves_nothing(void **state)
{
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;

	stage->server.hold = true;
	server_begin(stage);
	witness_scene_submit(scene, 0, false);
	witness_scene_store_anew(scene);
	assert_int_equal(scene->results, 0);
	witness_scene_submit(scene, 0, false);
	witness_scene_submit(scene, 0, true);
	assert_non_null(strstr(scene->result.text, "not through"));
	assert_int_equal(scene->results, 1);
	witness_free(scene->witness);
	scene->witness = NULL;
	bad_server_stop(&stage->server);
}

/* One that says nothing is given up, and may be asked again. */
static void
hanging_witness_is_given_up(void **state)
{
	struct stage *stage = *state;

	stage->server.hold = true;
	server_begin(stage);
	for (unsigned i = 0; i < 2; i++) {
		witness_scene_submit(stage->scene, 0, true);
		assert_int_equal(stage->scene->result.status, 0);
		assert_int_not_equal(stage->scene->result.text[0], '\0');
		stage->server.hold = false;
	}
	bad_server_stop(&stage->server);
}

/* Two under way at the same one are not: the second is told so. */
static void
second_submission_is_told_so(void **state)
{
	struct stage *stage = *state;

	stage->server.hold = true;
	server_begin(stage);
	witness_scene_submit(stage->scene, 0, false);
	witness_scene_submit(stage->scene, 0, true);
	assert_int_equal(stage->scene->result.status, 0);
	assert_non_null(strstr(stage->scene->result.text, "not through"));
	witness_free(stage->scene->witness);
	stage->scene->witness = NULL;
	bad_server_stop(&stage->server);
}

/* ---- itself ---- */

/* The role's own listener is a witness as any other. */
static void
itself_and(struct stage *stage, const char *other)
{
	char url[64];
	const char *urls[] = { other, url };

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/",
	    (unsigned)stage->scene->port);
	/* It stays where it is: the same listener, other witnesses. */
	witness_scene_witnesses(stage->scene, urls, 2);
}

/* What is submitted arrives as it was, and so does the answer. */
static void
submission_arrives(void **state)
{
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;
	uint8_t ones[SEAL_LEN];

	memset(ones, 0xff, sizeof(ones));
	itself_and(stage, "http://127.0.0.1:1");
	witness_scene_submit(scene, 1, true);
	assert_int_equal(scene->result.status, 200);
	assert_int_equal(scene->result.body_len, strlen(SCENE_LINES));
	assert_memory_equal(
	    scene->result.body, SCENE_LINES, strlen(SCENE_LINES));
	assert_true(scene->cosign.old_size == 4 && scene->cosign.proof.n == 2);
	assert_memory_equal(scene->cosign.proof.hash[1], ones, SEAL_LEN);
	assert_int_equal(scene->cosign.note_len, strlen(SCENE_NOTE));
	assert_memory_equal(scene->cosign.note, SCENE_NOTE, strlen(SCENE_NOTE));
}

/* And so does its size. */
static void
conflict_arrives(void **state)
{
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;

	itself_and(stage, "http://127.0.0.1:1");
	scene->answer.result = SIGN_CONFLICT;
	scene->answer.note_len = 0;
	scene->answer.last_size = 20852163;
	witness_scene_submit(scene, 1, true);
	assert_int_equal(scene->result.status, 409);
	assert_true(scene->result.size == 20852163);
}

/* A witness that hangs delays no other. */
static void
hanging_witness_delays_no_other(void **state)
{
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;

	stage->server.hold = true;
	bad_server_start(&stage->server);
	(void)snprintf(stage->url, sizeof(stage->url), "http://127.0.0.1:%u",
	    (unsigned)stage->server.port);
	itself_and(stage, stage->url);
	witness_scene_submit(scene, 0, false);
	for (unsigned i = 0; i < 5; i++) {
		witness_scene_submit(scene, 1, true);
		assert_int_equal(scene->result.witness, 1);
		assert_int_equal(scene->result.status, 200);
	}
	assert_int_equal(scene->results, 5);
	witness_free(scene->witness);
	scene->witness = NULL;
	bad_server_stop(&stage->server);
}

/* ---- nobody ---- */

/* Nobody listens there. */
static void
refused_connection_is_told(void **state)
{
	struct stage *stage = *state;
	const char *urls[] = { stage->url };

	(void)snprintf(stage->url, sizeof(stage->url), "http://127.0.0.1:%u",
	    (unsigned)http_free_port());
	witness_scene_configure(stage->scene, urls, 1);
	witness_scene_submit(stage->scene, 0, true);
	assert_int_equal(stage->scene->result.status, 0);
	assert_int_not_equal(stage->scene->result.text[0], '\0');
}

/* No witness has that number. */
static void
witness_that_is_none_is_told(void **state)
{
	static const uint32_t numbers[] = { 0, 1, WITNESSES_MAX - 1 };
	struct stage *stage = *state;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		witness_scene_submit(stage->scene, numbers[i], true);
		assert_int_equal(stage->scene->result.status, 0);
		assert_int_equal(stage->scene->result.witness, numbers[i]);
		assert_non_null(
		    strstr(stage->scene->result.text, "no such witness"));
	}
}

#define STAGE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest single[] = {
		STAGE_TEST(nul_in_the_answer_is_told),
		STAGE_TEST(closed_connection_is_made_anew),
		STAGE_TEST(store_that_goes_leaves_nothing),
		STAGE_TEST(hanging_witness_is_given_up),
		STAGE_TEST(second_submission_is_told_so),
		STAGE_TEST(submission_arrives),
		STAGE_TEST(conflict_arrives),
		STAGE_TEST(hanging_witness_delays_no_other),
		STAGE_TEST(refused_connection_is_told),
		STAGE_TEST(witness_that_is_none_is_told),
	};
	enum {
		N = sizeof(rows) / sizeof(rows[0]),
		M = sizeof(single) / sizeof(single[0])
	};
	struct CMUnitTest tests[N + M];

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, test_row, setup,
			teardown, &rows[i] };
	memcpy(&tests[N], single, sizeof(single));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
