/* SPDX-License-Identifier: BSD-2-Clause */
/* The witness role towards those whose logs it cosigns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>

#include <cmocka.h>

#include "proxy/witness/server.h"
#include "tests/lib/http_client.h"
#include "tests/lib/witness_scene.h"

#define POST "POST /add-checkpoint HTTP/1.1\r\nHost: a\r\n"

/* A test's own row goes along. */
struct stage {
	struct witness_scene *scene;
	const void *row;
	struct stranger stranger;
};

static int
setup(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	assert_non_null(stage);
	stage->row = *state;
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

/* ---- what the signer says ---- */

struct sign_row {
	const char *name;
	uint32_t result;
	const char *note;
	uint64_t last_size;
	unsigned status;
	const char *type;
	const char *body; /* NULL: whatever it is */
};

static struct sign_row sign_rows[] = {
	{ "signed_is_200", SIGN_DONE, SCENE_LINES, 8, 200, "text/plain",
	    SCENE_LINES },
	{ "two_signatures_are_200", SIGN_DONE, SCENE_LINES SCENE_LINES, 8, 200,
	    "text/plain", SCENE_LINES SCENE_LINES },
	{ "conflict_is_409", SIGN_CONFLICT, "", 20852163, 409,
	    "text/x.tlog.size\r\n", "20852163\n" },
	{ "conflict_with_nothing_is_409", SIGN_CONFLICT, "", 0, 409,
	    "text/x.tlog.size\r\n", "0\n" },
	{ "unproven_is_422", SIGN_UNPROVEN, "", 0, 422, "text/plain", NULL },
	{ "unknown_is_404", SIGN_UNKNOWN, "", 0, 404, "text/plain", NULL },
	{ "forbidden_is_403", SIGN_FORBIDDEN, "", 0, 403, "text/plain", NULL },
	{ "bad_is_400", SIGN_BAD, "", 0, 400, "text/plain", NULL },
	{ "forgotten_is_503", SIGN_FORGOTTEN, "", 0, 503, "text/plain", NULL },
	{ "failed_disk_is_503", SIGN_FAILED, "", 0, 503, "text/plain", NULL },
};

/* Each result has its status. */
static void
test_sign(void **state)
{
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;
	const struct sign_row *row = stage->row;
	char type[64];

	scene->answer.result = row->result;
	scene->answer.last_size = row->last_size;
	scene->answer.note_len = (uint32_t)strlen(row->note);
	memcpy(scene->answer.note, row->note, strlen(row->note));
	assert_int_equal(
	    witness_scene_post(scene, SCENE_BODY, &stage->stranger),
	    row->status);
	(void)snprintf(type, sizeof(type), "Content-Type: %s", row->type);
	assert_non_null(strstr(stage->stranger.answer, type));
	if (row->body != NULL)
		assert_string_equal(
		    strstr(stage->stranger.answer, "\r\n\r\n") + 4, row->body);
	assert_int_equal(scene->cosigns, 1);
}

/* What was asked comes to the signer as it was. */
static void
signer_gets_the_request(void **state)
{
	static const char body[] =
	    "old 7\n"
	    "//////////////////////////////////////////8=\n"
	    "\n" SCENE_NOTE;
	uint8_t ones[SEAL_LEN];
	struct stage *stage = *state;
	const struct msg_cosign *cosign = &stage->scene->cosign;

	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(
	    witness_scene_post(stage->scene, body, &stage->stranger), 200);
	assert_true(cosign->old_size == 7 && cosign->proof.n == 1);
	assert_memory_equal(cosign->proof.hash[0], ones, SEAL_LEN);
	assert_int_equal(cosign->note_len, strlen(SCENE_NOTE));
	assert_memory_equal(cosign->note, SCENE_NOTE, cosign->note_len);
}

/* ---- what never comes to the signer ---- */

struct row {
	const char *name;
	const char *text; /* the whole request */
	unsigned status;
};

static struct row rows[] = {
	{ "get", "GET /add-checkpoint HTTP/1.1\r\nHost: a\r\n\r\n", 405 },
	{ "head", "HEAD /add-checkpoint HTTP/1.1\r\nHost: a\r\n\r\n", 405 },
	{ "put",
	    "PUT /add-checkpoint HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 2\r\n\r\nab",
	    405 },
	{ "other_page",
	    "POST /metrics HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 2\r\n\r\nab",
	    404 },
	{ "root", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 404 },
	{ "path_below",
	    "POST /add-checkpoint/x HTTP/1.1\r\nHost: a\r\n"
	    "Content-Length: 2\r\n\r\nab",
	    404 },
	{ "empty_body", POST "Content-Length: 0\r\nConnection: close\r\n\r\n",
	    400 },
	{ "no_body", POST "Connection: close\r\n\r\n", 400 },
	{ "body_that_is_none",
	    POST "Content-Length: 6\r\nConnection: close\r\n\r\nold 0\n", 400 },
	{ "empty_chunks",
	    POST "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
		 "0\r\n\r\n",
	    400 },
	{ "body_too_long", POST "Content-Length: 16385\r\n\r\nold 0\n", 413 },
	{ "body_far_too_long",
	    POST "Content-Length: 99999999999999\r\n\r\nold 0\n", 413 },
};

/* Refused without the signer. */
static void
test_refused(void **state)
{
	struct stage *stage = *state;
	const struct row *row = stage->row;

	stranger_start(
	    &stage->stranger, stage->scene->port, row->text, strlen(row->text));
	assert_int_equal(
	    stranger_status(&stage->stranger, stage->scene), row->status);
	assert_int_equal(stage->scene->cosigns, 0);
	assert_int_equal(
	    witness_scene_post(stage->scene, SCENE_BODY, &stage->stranger),
	    200);
}

/* Chunks that never end cost their connection alone. */
static void
endless_chunks_are_cut(void **state)
{
	static const char head[] = POST "Transfer-Encoding: chunked\r\n\r\n";
	static char text[200000];
	struct stage *stage = *state;
	size_t len = strlen(head);
	unsigned status;

	memcpy(text, head, len);
	while (len < sizeof(text) - 64)
		len += (size_t)snprintf(
		    &text[len], sizeof(text) - len, "20\r\n%032d\r\n", 7);
	stranger_start(&stage->stranger, stage->scene->port, text, len);
	status = stranger_status(&stage->stranger, stage->scene);
	assert_true(status == 0 || status / 100 == 4);
	assert_int_equal(stage->scene->cosigns, 0);
	assert_int_equal(
	    witness_scene_post(stage->scene, SCENE_BODY, &stage->stranger),
	    200);
}

/* A request in small chunks is one. */
static void
chunks_are_a_body(void **state)
{
	static const char head[] =
	    POST "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
	struct stage *stage = *state;
	char text[4096];
	size_t len = strlen(head);

	memcpy(text, head, len);
	for (const char *c = SCENE_BODY; *c != '\0'; c++)
		len += (size_t)snprintf(
		    &text[len], sizeof(text) - len, "1\r\n%c\r\n", *c);
	len += (size_t)snprintf(&text[len], sizeof(text) - len, "0\r\n\r\n");
	stranger_start(&stage->stranger, stage->scene->port, text, len);
	assert_int_equal(stranger_status(&stage->stranger, stage->scene), 200);
}

/* A connection that is kept serves again. */
static void
connection_is_kept(void **state)
{
	struct stage *stage = *state;
	char text[4096];
	int len = snprintf(text, sizeof(text),
	    POST "Content-Length: %zu\r\n\r\n%s" POST
		 "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
	    strlen(SCENE_BODY), SCENE_BODY, strlen(SCENE_BODY), SCENE_BODY);

	stranger_start(&stage->stranger, stage->scene->port, text, (size_t)len);
	assert_int_equal(stranger_status(&stage->stranger, stage->scene), 200);
	assert_int_equal(stage->scene->cosigns, 2);
}

/* ---- a signer that is not there ---- */

/* No signer, no waiting. */
static void
signer_away_is_503(void **state)
{
	struct stage *stage = *state;

	channel_close(stage->scene->signer);
	stage->scene->signer = NULL;
	assert_int_equal(
	    witness_scene_post(stage->scene, SCENE_BODY, &stage->stranger),
	    503);
}

/* One that says nothing is not waited for without end, and what it says later
 * goes to nobody. */
static void
silent_signer_is_503(void **state)
{
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;

	scene->silent = true;
	assert_int_equal(
	    witness_scene_post(scene, SCENE_BODY, &stage->stranger), 503);
	assert_int_equal(scene->cosigns, 1);
	scene->answer.head.kind = MSG_SIGNED;
	scene->answer.request = scene->cosign.request;
	assert_int_equal(channel_send(scene->signer, &scene->answer,
			     sizeof(scene->answer), -1),
	    0);
	scene->silent = false;
	assert_int_equal(
	    witness_scene_post(scene, SCENE_BODY, &stage->stranger), 200);
}

/* Its end is the end of what was asked of it. */
static void
signer_that_dies_is_503(void **state)
{
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;
	char text[1024];
	int len = snprintf(text, sizeof(text),
	    POST "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
	    strlen(SCENE_BODY), SCENE_BODY);

	scene->silent = true;
	stranger_start(&stage->stranger, scene->port, text, (size_t)len);
	witness_scene_until(scene, &scene->cosigns, 1);
	channel_close(scene->signer);
	scene->signer = NULL;
	assert_int_equal(stranger_status(&stage->stranger, scene), 503);
}

/* Signature lines that are none are not handed on. */
static void
signer_that_babbles_is_not_handed_on(void **state)
{
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;

	memcpy(scene->answer.note, "HTTP/1.1 200 OK\n", 16);
	scene->answer.note_len = 16;
	assert_int_equal(
	    witness_scene_post(scene, SCENE_BODY, &stage->stranger), 503);
}

/* ---- too much ---- */

/* The signer is asked so many times, and no more. */
static void
flood_is_429(void **state)
{
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;
	unsigned refused = 0;

	for (unsigned i = 0; i < 10 * WITNESS_BURST && refused == 0; i++) {
		unsigned status =
		    witness_scene_post(scene, SCENE_BODY, &stage->stranger);

		assert_true(status == 200 || status == 429);
		refused += status == 429;
	}
	assert_int_equal(refused, 1);
	assert_true(scene->cosigns >= WITNESS_BURST);
}

/* What one source asks too much is not held against another. */
static void
flood_of_one_source_leaves_others(void **state)
{
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;
	unsigned status = 0;

	for (unsigned i = 0; i < 10 * WITNESS_BURST && status != 429; i++)
		status =
		    witness_scene_post(scene, SCENE_BODY, &stage->stranger);
	assert_int_equal(status, 429);
	assert_int_equal(
	    witness_scene_post_elsewhere(scene, SCENE_BODY, &stage->stranger),
	    200);
}

/* Logs that are not cosigned here are the signer's matter as little. */
static void
flood_about_another_log_costs_no_token(void **state)
{
	static const char other[] =
	    "old 0\n\na.example/2\n8\nAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
	    "\xe2\x80\x94 a.example/1 AAAAAAA=\n";
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;

	for (unsigned i = 0; i < 2 * WITNESS_BURST; i++)
		assert_int_equal(
		    witness_scene_post(scene, other, &stage->stranger), 404);
	assert_int_equal(scene->cosigns, 0);
	assert_int_equal(
	    witness_scene_post(scene, SCENE_BODY, &stage->stranger), 200);
}

/* Without a form it is refused as such, however many there are. */
static void
flood_of_garbage_costs_no_token(void **state)
{
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;

	for (unsigned i = 0; i < 2 * WITNESS_BURST; i++)
		assert_int_equal(
		    witness_scene_post(scene, "old 0\n", &stage->stranger),
		    400);
	assert_int_equal(
	    witness_scene_post(scene, SCENE_BODY, &stage->stranger), 200);
}

/* Half requests of one address leave room for another's. */
static void
one_address_does_not_keep_others_out(void **state)
{
	static const char half[] = POST "Content-Length: 100\r\n\r\nold ";
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;
	int fds[SERVER_CONNECTIONS_MAX];

	for (size_t i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		fds[i] = http_dial(scene->port);
		assert_true(fds[i] >= 0);
		(void)!send(fds[i], half, sizeof(half) - 1, MSG_NOSIGNAL);
	}
	assert_int_equal(
	    witness_scene_post_elsewhere(scene, SCENE_BODY, &stage->stranger),
	    200);
	for (size_t i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		(void)close(fds[i]);
}

/* From 127.0.1.host. */
static int
dial_from(uint16_t port, uint32_t host)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	at.sin_addr.s_addr = htonl(0x7f000100 + host);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons(port);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* Half requests of many addresses give way to whole ones. */
static void
slow_ones_give_way(void **state)
{
	static const char half[] = POST "Content-Length: 100\r\n\r\nold ";
	enum {
		ROUND = 48,
		SLOW = 3 * ROUND
	};
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;
	int fds[SLOW];

	for (unsigned i = 0; i < SLOW; i++) {
		fds[i] = dial_from(scene->port, i / SERVER_ADDRESS_MAX + 1);
		(void)!send(fds[i], half, sizeof(half) - 1, MSG_NOSIGNAL);
		/* No more than the kernel keeps for us meanwhile. */
		if (i % ROUND == ROUND - 1)
			assert_int_equal(witness_scene_post(scene, SCENE_BODY,
					     &stage->stranger),
			    200);
	}
	for (unsigned i = 0; i < SLOW; i++)
		(void)close(fds[i]);
}

/* A line that has no end costs its connection alone. */
static void
long_header_is_refused(void **state)
{
	static char text[100000];
	struct stage *stage = *state;
	unsigned status;

	memset(text, 'a', sizeof(text));
	memcpy(text, POST "X: ", strlen(POST "X: "));
	stranger_start(
	    &stage->stranger, stage->scene->port, text, sizeof(text));
	status = stranger_status(&stage->stranger, stage->scene);
	assert_true(status == 0 || status / 100 == 4);
	assert_int_equal(
	    witness_scene_post(stage->scene, SCENE_BODY, &stage->stranger),
	    200);
}

/* ---- the supervisor ---- */

static void
ends_after(struct witness_scene *scene, const void *msg, size_t size)
{
	assert_int_equal(channel_send(scene->supervisor, msg, size, -1), 0);
	channel_flush(scene->supervisor);
	loop_run(scene->loop);
}

/* It does not wait for a signer that says nothing. */
static void
stop_ends_the_role(void **state)
{
	struct msg_stop stop = { .head.kind = MSG_STOP };
	struct stage *stage = *state;
	struct witness_scene *scene = stage->scene;
	char text[1024];
	int len =
	    snprintf(text, sizeof(text), POST "Content-Length: %zu\r\n\r\n%s",
		strlen(SCENE_BODY), SCENE_BODY);

	scene->silent = true;
	stranger_start(&stage->stranger, scene->port, text, (size_t)len);
	witness_scene_until(scene, &scene->cosigns, 1);
	ends_after(scene, &stop, sizeof(stop));
	assert_false(witness_failed(scene->witness));
	witness_free(scene->witness);
	scene->witness = NULL;
	assert_int_equal(http_dial(scene->port), -1);
	(void)stranger_status(&stage->stranger, scene);
}

/* Another port is listened on, the one before no longer. */
static void
another_configuration_moves_it(void **state)
{
	struct stage *stage = *state;
	uint16_t before = stage->scene->port;

	witness_scene_configure(stage->scene, NULL, 0);
	assert_int_equal(http_dial(before), -1);
	assert_int_equal(
	    witness_scene_post(stage->scene, SCENE_BODY, &stage->stranger),
	    200);
}

/* A URL that is none, a number that is too large. */
static void
configuration_that_is_none_ends_the_role(void **state)
{
	struct msg_cfg_log msg = { .head.kind = MSG_WITNESS_CONFIG,
		.name = "sluice/test",
		.key_path = "/nowhere",
		.n_witnesses = 1,
		.witness[0] = { "file:///etc/passwd", "w+0+A" } };
	struct stage *stage = *state;

	ends_after(stage->scene, &msg, sizeof(msg));
	assert_true(witness_failed(stage->scene->witness));
}

#define STAGE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest single[] = {
		STAGE_TEST(signer_gets_the_request),
		STAGE_TEST(endless_chunks_are_cut),
		STAGE_TEST(chunks_are_a_body),
		STAGE_TEST(connection_is_kept),
		STAGE_TEST(signer_away_is_503),
		STAGE_TEST(silent_signer_is_503),
		STAGE_TEST(signer_that_dies_is_503),
		STAGE_TEST(signer_that_babbles_is_not_handed_on),
		STAGE_TEST(flood_is_429),
		STAGE_TEST(flood_of_garbage_costs_no_token),
		STAGE_TEST(flood_of_one_source_leaves_others),
		STAGE_TEST(flood_about_another_log_costs_no_token),
		STAGE_TEST(slow_ones_give_way),
		STAGE_TEST(one_address_does_not_keep_others_out),
		STAGE_TEST(long_header_is_refused),
		STAGE_TEST(stop_ends_the_role),
		STAGE_TEST(another_configuration_moves_it),
		STAGE_TEST(configuration_that_is_none_ends_the_role),
	};
	enum {
		K = sizeof(sign_rows) / sizeof(sign_rows[0]),
		N = sizeof(rows) / sizeof(rows[0]),
		M = sizeof(single) / sizeof(single[0])
	};
	struct CMUnitTest tests[K + N + M];

	for (size_t i = 0; i < K; i++)
		tests[i] = (struct CMUnitTest){ sign_rows[i].name, test_sign,
			setup, teardown, &sign_rows[i] };
	for (size_t i = 0; i < N; i++)
		tests[K + i] = (struct CMUnitTest){ rows[i].name, test_refused,
			setup, teardown, &rows[i] };
	memcpy(&tests[K + N], single, sizeof(single));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
