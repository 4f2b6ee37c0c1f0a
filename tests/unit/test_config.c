/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading from files: includes, password files, sizes, the hash. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/loader/config.h"
#include "proxy/loader/output.h"
#include "store/seal.h"
#include "tests/lib/temp_folder.h"

#define BASE                                                                   \
	"router: {asn: 64500, router_id: 192.0.2.1}\n"                         \
	"store: {path: store}\n"                                               \
	"control: {socket: c.sock}\n"

struct fixture {
	char folder[TEMP_PATH_MAX];
	char path[PATH_LEN];
	struct config *config;
};

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (fixture == NULL)
		return -1;
	temp_folder_make(fixture->folder);
	fixture->config = config_new();
	*state = fixture;
	return fixture->config == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	config_free(fixture->config);
	temp_folder_remove(fixture->folder);
	free(fixture);
	return 0;
}

/* Write a file of the folder; its path, valid until the next call. */
static const char *
put(struct fixture *fixture, const char *name, const char *text)
{
	FILE *file;

	(void)snprintf(fixture->path, sizeof(fixture->path), "%s/%s",
	    fixture->folder, name);
	file = fopen(fixture->path, "w");
	assert_non_null(file);
	(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
	return fixture->path;
}

/* All messages of one kind, counted, and the last one kept. */
struct tally {
	unsigned kind;
	unsigned n;
	unsigned all;
	_Alignas(8) uint8_t last[MSG_LEN_MAX];
};

static int
tally_take(void *ctx, const struct msg_head *head)
{
	struct tally *tally = ctx;

	tally->all++;
	if (head->kind != tally->kind)
		return 0;
	tally->n++;
	memcpy(tally->last, head, head->len);
	return 0;
}

static const void *
last_of(const struct fixture *fixture, unsigned kind, struct tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	tally->kind = kind;
	assert_int_equal(config_send(fixture->config, tally_take, tally), 0);
	return tally->last;
}

static void
load_fine(struct fixture *fixture, const char *path)
{
	int status = config_load(fixture->config, path);

	output_errors(fixture->config, stderr);
	assert_int_equal(status, 0);
}

/* One error at this key, whose found text begins so. */
static void
load_fails(struct fixture *fixture, const char *path, const char *key,
    const char *found)
{
	const struct msg_cfg_error *error;
	struct tally tally;

	assert_int_equal(config_load(fixture->config, path), -1);
	assert_int_equal(config_error_count(fixture->config), 1);
	error = config_error(fixture->config, 0);
	assert_string_equal(error->key, key);
	assert_memory_equal(error->found, found, strlen(found));
	/* Errors are all that is sent. */
	(void)last_of(fixture, MSG_CFG_ERROR, &tally);
	assert_int_equal(tally.n, 1);
	assert_int_equal(tally.all, 1);
}

/* Lists of an included file follow those of the one that includes it. */
static void
included_lists_are_appended(void **state)
{
	struct fixture *fixture = *state;
	struct tally tally;
	const struct msg_cfg_customer *customer;

	(void)put(
	    fixture, "more.yaml", "customers: [{name: globex, asn: 65002}]\n");
	load_fine(fixture, put(fixture, "main.yaml",
			       "include: [more.yaml]\n" BASE
			       "customers: [{name: acme, asn: 65001}]\n"));
	customer = last_of(fixture, MSG_CFG_CUSTOMER, &tally);
	assert_int_equal(tally.n, 3);
	/* The operators' own come after all of them. */
	assert_string_equal(customer->name, "noc");
	assert_int_equal(customer->noc, 1);
	assert_int_equal(customer->index, 2);
	assert_int_equal(config_counts(fixture->config).customers, 2);
}

/* A map may be spread over files, and needs its keys only once. */
static void
included_maps_are_merged(void **state)
{
	struct fixture *fixture = *state;
	struct tally tally;
	const struct msg_cfg_router *router;

	(void)put(fixture, "router.yaml",
	    "router: {router_id: 192.0.2.7}\ncontrol: {socket: /c}\n");
	load_fine(fixture, put(fixture, "main.yaml",
			       "include: [router.yaml]\n"
			       "router: {asn: 64500}\nstore: {path: s}\n"));
	router = last_of(fixture, MSG_CFG_ROUTER, &tally);
	assert_int_equal(router->asn, 64500);
	assert_int_equal(router->router_id[3], 7);
}

/* Validation and brake may be spread over files too. */
static void
included_validation_is_merged(void **state)
{
	struct fixture *fixture = *state;
	struct tally tally;
	const struct msg_cfg_validation *validation;

	(void)put(fixture, "more.yaml",
	    "validation: {ignore_communities: ['1:1']}\nbrake: {rules: 7}\n");
	load_fine(fixture,
	    put(fixture, "main.yaml",
		"include: [more.yaml]\n" BASE "validation: {damping: 5s}\n"
		"brake: {percent: 30}\n"));
	validation = last_of(fixture, MSG_CFG_VALIDATION, &tally);
	assert_int_equal(tally.n, 1);
	assert_int_equal(validation->damping_ms, 5000);
	assert_int_equal(validation->brake_percent, 30);
	assert_int_equal(validation->brake_rules, 7);
	assert_int_equal(validation->brake_customers, 3);
	assert_int_equal(validation->ignore.n_communities, 1);
	assert_int_equal(validation->ignore.community[0].value[1], 1);
}

/* A list that two files give is an error in the second. */
static void
included_ignore_is_not_given_twice(void **state)
{
	struct fixture *fixture = *state;

	(void)put(fixture, "more.yaml",
	    "validation: {ignore_communities: ['2:2']}\n");
	load_fails(fixture,
	    put(fixture, "main.yaml",
		"include: [more.yaml]\n" BASE
		"validation: {ignore_communities: ['1:1']}\n"),
	    "validation.ignore_communities", "the key a second time");
}

/* A feed in another file counts, also one that is read after the customer. */
static void
included_feed_counts(void **state)
{
	struct fixture *fixture = *state;

	(void)put(fixture, "more.yaml",
	    "internal: [{name: rr1, ip: 192.0.2.10, "
	    "families: [ipv4-unicast]}]\n");
	load_fine(fixture,
	    put(fixture, "main.yaml",
		"include: [more.yaml]\n" BASE
		"customers: [{name: acme, asn: 65001, neighbors: "
		"[{ip: 198.51.100.2, families: [ipv4-flowspec]}]}]\n"));
}

/* A key that two files set is an error in the second. */
static void
included_key_is_not_set_twice(void **state)
{
	struct fixture *fixture = *state;

	(void)put(fixture, "more.yaml", "router: {asn: 64501}\n");
	load_fails(fixture,
	    put(fixture, "main.yaml", "include: [more.yaml]\n" BASE),
	    "router.asn", "the key a second time");
	assert_int_equal(config_error(fixture->config, 0)->column, 10);
	assert_non_null(
	    strstr(config_error(fixture->config, 0)->file, "/more.yaml"));
}

/* A neighbour of a customer in an included file is found at its own place. */
static void
included_error_names_its_file(void **state)
{
	struct fixture *fixture = *state;

	(void)put(fixture, "more.yaml",
	    "\ncustomers:\n  - {name: acme, asn: 65002}\n");
	load_fails(fixture,
	    put(fixture, "main.yaml",
		"include: [more.yaml]\n" BASE
		"customers: [{name: acme, asn: 65001}]\n"),
	    "customers[0].name", "\"acme\"");
	assert_int_equal(config_error(fixture->config, 0)->line, 3);
	assert_non_null(
	    strstr(config_error(fixture->config, 0)->wanted, "main.yaml"));
}

/* Paths in an included file start at its own folder. */
static void
included_paths_are_relative_to_their_file(void **state)
{
	struct fixture *fixture = *state;
	struct tally tally;
	const struct msg_cfg_router *router;
	char path[PATH_LEN];
	char *real;

	(void)snprintf(path, sizeof(path), "%s/sub", fixture->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)put(fixture, "sub/base.yaml", "include: [end.yaml]\n" BASE);
	(void)put(fixture, "sub/end.yaml", "customers: []\n");
	load_fine(
	    fixture, put(fixture, "main.yaml", "include: [sub/base.yaml]\n"));
	router = last_of(fixture, MSG_CFG_ROUTER, &tally);
	real = realpath(path, NULL);
	assert_non_null(real);
	(void)snprintf(path, sizeof(path), "%.200s/store", real);
	free(real);
	assert_string_equal(router->store_path, path);
}

/* A file that includes itself, or one above it, is refused. */
static void
include_loop_is_refused(void **state)
{
	struct fixture *fixture = *state;

	(void)put(fixture, "more.yaml", "include: [main.yaml]\n");
	load_fails(fixture,
	    put(fixture, "main.yaml", "include: [more.yaml]\n" BASE), "include",
	    "a file read already");
}

/* A loop is one by whatever name the file goes. */
static void
include_loop_through_a_link_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char link[PATH_LEN];

	(void)snprintf(link, sizeof(link), "%s/other.yaml", fixture->folder);
	assert_int_equal(symlink("main.yaml", link), 0);
	load_fails(fixture,
	    put(fixture, "main.yaml", "include: [other.yaml]\n" BASE),
	    "include", "a file read already");
}

/* Four levels of includes are taken, the fifth is not. */
static void
include_depth_is_bounded(void **state)
{
	struct fixture *fixture = *state;

	(void)put(fixture, "5.yaml", "customers: []\n");
	(void)put(fixture, "4.yaml", "include: [5.yaml]\n");
	(void)put(fixture, "3.yaml", "include: [4.yaml]\n");
	(void)put(fixture, "2.yaml", "include: [3.yaml]\n");
	(void)put(fixture, "1.yaml", "include: [2.yaml]\n");
	load_fails(fixture,
	    put(fixture, "main.yaml", "include: [1.yaml]\n" BASE), "include[0]",
	    "\"5.yaml\"");
	assert_non_null(
	    strstr(config_error(fixture->config, 0)->file, "/4.yaml"));
}

/* A folder is no configuration, and a FIFO does not block. */
static void
include_of_no_regular_file_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_LEN];

	(void)snprintf(path, sizeof(path), "%s/fifo", fixture->folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	load_fails(fixture, put(fixture, "main.yaml", "include: [fifo]\n" BASE),
	    "include", "no regular file");
}

/* More than 16 MiB is not even read. */
static void
file_too_large_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const char *path = put(fixture, "main.yaml", BASE);

	assert_int_equal(truncate(path, (off_t)CONFIG_BYTES_MAX + 1), 0);
	load_fails(fixture, path, "", "too much");
}

/* The hash is the SHA-256 of all files, one after the other. */
static void
hash_is_of_all_files(void **state)
{
	static const char first[] = "include: [more.yaml]\n" BASE;
	static const char second[] = "customers: []\n";
	char both[sizeof(first) + sizeof(second)];
	struct fixture *fixture = *state;
	struct tally tally;
	const struct msg_cfg_begin *begin;
	uint8_t hash[SEAL_LEN];

	(void)put(fixture, "more.yaml", second);
	load_fine(fixture, put(fixture, "main.yaml", first));
	begin = last_of(fixture, MSG_CFG_BEGIN, &tally);
	(void)snprintf(both, sizeof(both), "%s%s", first, second);
	assert_int_equal(seal_init(), 0);
	seal_sha256(both, strlen(both), hash);
	assert_memory_equal(begin->hash, hash, sizeof(hash));
}

#define SECRET                                                                 \
	BASE "internal: [{name: rr1, ip: 192.0.2.10, "                         \
	     "families: [ipv4-flowspec], password_file: secret}]\n"

static void
secret_put(struct fixture *fixture, size_t len, mode_t mode)
{
	char text[128] = { 0 };

	memset(text, 'k', len);
	assert_int_equal(chmod(put(fixture, "secret", text), mode), 0);
}

/* A secret of 80 octets that only its owner reads is fine. */
static void
password_file_is_taken(void **state)
{
	struct fixture *fixture = *state;
	struct tally tally;
	const struct msg_cfg_neighbor *neighbor;
	char path[PATH_LEN];

	secret_put(fixture, 80, 0400);
	load_fine(fixture, put(fixture, "main.yaml", SECRET));
	neighbor = last_of(fixture, MSG_CFG_NEIGHBOR, &tally);
	assert_int_equal(neighbor->authenticated, 1);
	(void)snprintf(path, sizeof(path), "%s/secret", fixture->folder);
	assert_string_equal(neighbor->password_file, path);
}

/* One that the group may read is not. */
static void
password_file_of_a_group_is_refused(void **state)
{
	struct fixture *fixture = *state;

	secret_put(fixture, 8, 0440);
	load_fails(fixture, put(fixture, "main.yaml", SECRET),
	    "internal[0].password_file", "mode 0440: ");
}

/* Nor one that others may write. */
static void
password_file_of_others_is_refused(void **state)
{
	struct fixture *fixture = *state;

	secret_put(fixture, 8, 0602);
	load_fails(fixture, put(fixture, "main.yaml", SECRET),
	    "internal[0].password_file", "mode 0602: ");
}

/* An empty one would be no secret. */
static void
password_file_empty_is_refused(void **state)
{
	struct fixture *fixture = *state;

	secret_put(fixture, 0, 0400);
	load_fails(fixture, put(fixture, "main.yaml", SECRET),
	    "internal[0].password_file", "0 octets: ");
}

/* The kernel takes keys of up to 80 octets. */
static void
password_file_too_long_is_refused(void **state)
{
	struct fixture *fixture = *state;

	secret_put(fixture, 81, 0400);
	load_fails(fixture, put(fixture, "main.yaml", SECRET),
	    "internal[0].password_file", "81 octets: ");
}

/* A folder is no secret. */
static void
password_folder_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_LEN];

	(void)snprintf(path, sizeof(path), "%s/secret", fixture->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	load_fails(fixture, put(fixture, "main.yaml", SECRET),
	    "internal[0].password_file", "no regular file: ");
}

/* One that is not there is named. */
static void
password_file_missing_is_refused(void **state)
{
	struct fixture *fixture = *state;

	load_fails(fixture, put(fixture, "main.yaml", SECRET),
	    "internal[0].password_file", "No such file or directory: ");
}

/* A sink that refuses a message gets no further one. */
static int
refuse_second(void *ctx, const struct msg_head *head)
{
	unsigned *n = ctx;

	(void)head;
	return ++*n == 2 ? 7 : 0;
}

static void
sending_ends_when_the_sink_does(void **state)
{
	struct fixture *fixture = *state;
	unsigned n = 0;

	load_fine(fixture, put(fixture, "main.yaml", BASE));
	assert_int_equal(config_send(fixture->config, refuse_second, &n), 7);
	assert_int_equal(n, 2);
}

/* Frames on a descriptor: each a multiple of 8, in order, none lost. */
static void
frames_are_what_was_sent(void **state)
{
	struct fixture *fixture = *state;
	struct output_frames *frames;
	struct tally tally;
	_Alignas(8) uint8_t got[16384];
	size_t at = 0;
	unsigned n = 0;
	int fds[2];
	ssize_t len;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	load_fine(fixture,
	    put(fixture, "main.yaml",
		BASE "internal: [{name: rr1, ip: 192.0.2.10, "
		     "families: [ipv4-flowspec]}]\n"
		     "customers: [{name: acme, asn: 65001, asns: [65002], "
		     "tag: ['1:2'], "
		     "own: {prefixes: [10.0.0.0/8]}}]\n"));
	frames = output_frames_new(fds[0]);
	assert_non_null(frames);
	assert_int_equal(config_send(fixture->config, output_frame, frames), 0);
	assert_int_equal(output_frames_flush(frames), 0);
	output_frames_free(frames);
	(void)close(fds[0]);
	len = read(fds[1], got, sizeof(got));
	assert_true(len > 0 && (size_t)len < sizeof(got));
	while (at < (size_t)len) {
		struct msg_head head;

		memcpy(&head, &got[at], sizeof(head));
		assert_true(head.len > 0 && head.len % 8 == 0);
		assert_in_range(
		    head.len, msg_len_min(head.kind), msg_len_max(head.kind));
		at += head.len;
		n++;
	}
	assert_int_equal(at, len);
	(void)last_of(fixture, MSG_CFG_END, &tally);
	assert_int_equal(n, tally.all);
	(void)close(fds[1]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(included_lists_are_appended),
		TEST(included_maps_are_merged),
		TEST(included_validation_is_merged),
		TEST(included_ignore_is_not_given_twice),
		TEST(included_feed_counts),
		TEST(included_key_is_not_set_twice),
		TEST(included_error_names_its_file),
		TEST(included_paths_are_relative_to_their_file),
		TEST(include_loop_is_refused),
		TEST(include_loop_through_a_link_is_refused),
		TEST(include_depth_is_bounded),
		TEST(include_of_no_regular_file_is_refused),
		TEST(file_too_large_is_refused),
		TEST(hash_is_of_all_files),
		TEST(password_file_is_taken),
		TEST(password_file_of_a_group_is_refused),
		TEST(password_file_of_others_is_refused),
		TEST(password_file_empty_is_refused),
		TEST(password_file_too_long_is_refused),
		TEST(password_folder_is_refused),
		TEST(password_file_missing_is_refused),
		TEST(sending_ends_when_the_sink_does),
		TEST(frames_are_what_was_sent),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
