/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and ranges of neighbours: key files, what is sent, what is warned of. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/loader/config.h"
#include "tests/lib/temp_folder.h"

#define NOBODY 65534

#define BASE                                                                   \
	"router: {asn: 64500, router_id: 192.0.2.1, "                          \
	"listen: [{address: 192.0.2.1}]}\n"                                    \
	"store: {path: store}\n"                                               \
	"control: {socket: c.sock}\n"
#define CUSTOMER BASE "customers: [{name: acme, asn: 65001, validate: off"
#define FAMILIES "families: [ipv4-flowspec]"
#define KEYED(keys)                                                            \
	BASE "internal: [{name: rr1, ip: 192.0.2.10, " FAMILIES                \
	     ", tcp_ao: [" keys "]}]\n"
#define KEY(id) "{send_id: " #id ", receive_id: " #id ", key_file: key}"

/* ---- files ---- */

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

struct tally {
	unsigned neighbors;
	unsigned keys;
	unsigned keys_of_last;
	struct msg_cfg_neighbor last;
	struct msg_cfg_key key;
};

static int
tally_take(void *ctx, const struct msg_head *head)
{
	struct tally *tally = ctx;

	if (head->kind == MSG_CFG_NEIGHBOR) {
		tally->neighbors++;
		tally->keys_of_last = 0;
		memcpy(&tally->last, head, sizeof(tally->last));
	} else if (head->kind == MSG_CFG_KEY) {
		tally->keys++;
		tally->keys_of_last++;
		memcpy(&tally->key, head, sizeof(tally->key));
	}
	return 0;
}

static void
load_fails(struct fixture *fixture, const char *found)
{
	const struct msg_cfg_error *error;

	assert_int_equal(config_load(fixture->config,
			     put(fixture, "main.yaml", KEYED(KEY(1)))),
	    -1);
	assert_int_equal(config_error_count(fixture->config), 1);
	error = config_error(fixture->config, 0);
	assert_string_equal(error->key, "internal[0].tcp_ao[0].key_file");
	assert_memory_equal(error->found, found, strlen(found));
}

/* A key file that only its owner reads is fine; what is sent is its path. */
static void
key_file_is_taken(void **state)
{
	struct fixture *fixture = *state;
	struct tally tally = { 0 };
	char path[PATH_LEN];

	assert_int_equal(chmod(put(fixture, "key", "secret"), 0400), 0);
	assert_int_equal(config_load(fixture->config,
			     put(fixture, "main.yaml", KEYED(KEY(1)))),
	    0);
	assert_int_equal(config_send(fixture->config, tally_take, &tally), 0);
	assert_int_equal(tally.last.authenticated, AUTH_AO);
	assert_int_equal(tally.keys, 1);
	(void)snprintf(path, sizeof(path), "%s/key", fixture->folder);
	assert_string_equal(tally.key.file, path);
}

/* The key of an owner who may not read it; root, who may, is nobody for this.
 */
static int
load_as_nobody(struct fixture *fixture, bool as_user)
{
	bool root = geteuid() == 0;
	int loaded;

	(void)put(fixture, "main.yaml", KEYED(KEY(1)));
	assert_int_equal(chmod(fixture->folder, 0755), 0);
	if (as_user)
		config_as_user(fixture->config);
	assert_true(!root || seteuid(NOBODY) == 0);
	loaded = config_load(fixture->config, fixture->path);
	assert_true(!root || seteuid(0) == 0);
	return loaded;
}

/* Who checks as the user of sluiced is told what that may not read. */
static void
key_file_that_the_user_cannot_read_is_refused(void **state)
{
	static const char denied[] = "Permission denied";
	struct fixture *fixture = *state;
	const struct msg_cfg_error *error;

	assert_int_equal(
	    chmod(put(fixture, "key", "secret"), geteuid() == 0 ? 0400 : 0200),
	    0);
	assert_int_equal(load_as_nobody(fixture, true), -1);
	assert_int_equal(config_error_count(fixture->config), 1);
	error = config_error(fixture->config, 0);
	assert_string_equal(error->key, "internal[0].tcp_ao[0].key_file");
	assert_memory_equal(error->found, denied, sizeof(denied) - 1);
}

/* In a role without rights of its own it is not asked: the supervisor reads. */
static void
key_file_that_the_role_cannot_read_is_taken(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
	    chmod(put(fixture, "key", "secret"), geteuid() == 0 ? 0400 : 0200),
	    0);
	assert_int_equal(load_as_nobody(fixture, false), 0);
}

/* One that others may read is not. */
static void
key_file_of_others_is_refused(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(chmod(put(fixture, "key", "secret"), 0404), 0);
	load_fails(fixture, "mode 0404: ");
}

/* Nor an empty one, nor one longer than the kernel takes. */
static void
key_file_empty_is_refused(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(chmod(put(fixture, "key", ""), 0400), 0);
	load_fails(fixture, "0 octets: ");
}

static void
key_file_too_long_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char text[82];

	memset(text, 'k', 81);
	text[81] = '\0';
	assert_int_equal(chmod(put(fixture, "key", text), 0400), 0);
	load_fails(fixture, "81 octets: ");
}

/* A stranger's file is the stranger's to change. */
static void
key_file_of_a_stranger_is_refused(void **state)
{
	struct fixture *fixture = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(put(fixture, "key", "secret"), 0400), 0);
	assert_int_equal(chown(fixture->path, 12345, 12345), 0);
	load_fails(fixture, "owner uid 12345: ");
}

/* Whoever owns the configuration owns what it names, too. */
static void
key_file_of_the_configuration_s_owner_is_taken(void **state)
{
	struct fixture *fixture = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(put(fixture, "key", "secret"), 0400), 0);
	assert_int_equal(chown(fixture->path, 12345, 12345), 0);
	(void)put(fixture, "main.yaml", KEYED(KEY(1)));
	assert_int_equal(chown(fixture->path, 12345, 12345), 0);
	assert_int_equal(config_load(fixture->config, fixture->path), 0);
}

/* ---- in memory ---- */

static int
load_text(struct config *config, const char *text)
{
	return config_load_memory(
	    config, "memory", (const uint8_t *)text, strlen(text));
}

/* Each session of a range is a neighbour with a number, and all the keys. */
static void
range_is_sent_for_each_session(void **state)
{
	struct config *config = config_new();
	struct tally tally = { 0 };

	(void)state;
	assert_int_equal(load_text(config,
			     CUSTOMER ", neighbors: [{range: 198.51.100.0/24, "
				      "sessions: 64, " FAMILIES
				      ", tcp_ao: [" KEY(1) ", " KEY(2) "]}]}]"),
	    0);
	assert_int_equal(config_send(config, tally_take, &tally), 0);
	assert_int_equal(tally.neighbors, 64);
	assert_int_equal(tally.keys, 128);
	assert_int_equal(tally.keys_of_last, 2);
	assert_string_equal(tally.last.name, "acme/198.51.100.0/24#64");
	assert_int_equal(tally.last.range_len, 24);
	assert_int_equal(config_counts(config).neighbors, 1);
	config_free(config);
}

/* Ranges of 64 sessions each, as text for free(). */
static char *
ranges_text(unsigned ranges)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	(void)fputs(CUSTOMER ", neighbors: [\n", out);
	for (unsigned i = 0; i < ranges; i++)
		(void)fprintf(out,
		    "{range: 10.%u.%u.0/24, sessions: %u, " FAMILIES "},\n",
		    i / 256, i % 256, i < 312 ? 64u : 32u);
	(void)fputs("]}]\n", out);
	(void)fclose(out);
	return text;
}

/* Sessions of ranges count as neighbours: 312 * 64 and 32 are 20,000. */
static void
sessions_of_ranges_are_bounded(void **state)
{
	static const struct {
		unsigned ranges;
		const char *key; /* of the error, or NULL */
	} rows[] = {
		{ 313, NULL },
		{ 314, "customers[0].neighbors[313].range" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config *config = config_new();
		char *text = ranges_text(rows[i].ranges);
		bool good = rows[i].key == NULL;

		assert_int_equal(load_text(config, text), good ? 0 : -1);
		if (!good)
			assert_string_equal(
			    config_error(config, 0)->key, rows[i].key);
		free(text);
		config_free(config);
	}
}

/* ---- warnings ---- */

struct warned {
	const char *name;
	const char *text; /* the configuration */
	const char *key;  /* of the only warning; NULL: there is none */
	const char *said; /* how it begins */
};

#define NEIGHBOR(rest)                                                         \
	CUSTOMER ", neighbors: [{ip: 198.51.100.2, " FAMILIES rest "}]}]\n"
#define AT(id, times)                                                          \
	"{send_id: " #id ", receive_id: " #id ", key_file: key" times "}"

static const struct warned warned[] = {
	{ "bare_neighbor_is_warned_of", NEIGHBOR(""),
	    "customers[0].neighbors[0].ip",
	    "neither tcp_ao, password_file nor ttl_security: anyone" },
	{ "bare_range_is_warned_of",
	    CUSTOMER ", neighbors: [{range: 198.51.100.0/24, " FAMILIES
		     ", sessions: 3}]}]\n",
	    "customers[0].neighbors[0].range",
	    "neither tcp_ao, password_file nor ttl_security: anyone on the "
	    "path can speak as these" },
	{ "ttl_security_is_something", NEIGHBOR(", ttl_security: 1"), NULL,
	    NULL },
	{ "password_is_something", NEIGHBOR(", password_file: p"), NULL, NULL },
	{ "endless_key_is_fine", NEIGHBOR(", tcp_ao: [" KEY(1) "]"), NULL,
	    NULL },
	{ "bare_router_is_not_warned_of",
	    BASE "internal: [{name: rr1, ip: 192.0.2.10, " FAMILIES "}]\n",
	    NULL, NULL },
	{ "chain_that_is_over", KEYED(AT(1, ", until: 2001-01-01T00:00:00Z")),
	    "internal[0].tcp_ao[0]",
	    "it is no key's time now: this one, which ended last, stays in "
	    "use; to retire it, add a key and take it out" },
	{ "chain_whose_second_ended_last",
	    KEYED(AT(1, ", until: 2001-01-01T00:00:00Z") ", " AT(
		2, ", until: 2002-01-01T00:00:00Z")),
	    "internal[0].tcp_ao[1]", "it is no key's time now: this one" },
	{ "chain_between_two_keys",
	    KEYED(AT(1, ", from: 2901-01-01T00:00:00Z") ", " AT(
		2, ", until: 2002-01-01T00:00:00Z")),
	    "internal[0].tcp_ao[1]",
	    "it is no key's time before 2901-01-01T00:00:00Z: this one, which "
	    "ended last, stays in use" },
	{ "chain_that_has_not_begun",
	    KEYED(AT(1, ", from: 2902-01-01T00:00:00Z") ", " AT(
		2, ", from: 2901-01-01T00:00:00Z")),
	    "internal[0].tcp_ao[1]",
	    "it is no key's time before 2901-01-01T00:00:00Z: this one, the "
	    "first to begin, is used before" },
	{ "chain_that_ends",
	    KEYED(AT(1, ", until: 2901-01-01T00:00:00Z") ", " AT(2,
		", from: 2900-12-31T00:00:00Z, until: 2902-01-01T00:00:00Z")),
	    "internal[0].tcp_ao[1]",
	    "it is no key's time from 2902-01-01T00:00:00Z on: this one, which "
	    "ended last, stays in use" },
	{ "chain_with_a_hole",
	    KEYED(AT(1, ", until: 2901-01-01T00:00:00Z") ", " AT(
		2, ", from: 2901-01-01T00:00:01Z")),
	    "internal[0].tcp_ao[0]",
	    "it is no key's time from 2901-01-01T00:00:00Z until "
	    "2901-01-01T00:00:01Z: this one, which ended last" },
	{ "chain_without_a_hole",
	    KEYED(AT(2, ", from: 2901-01-01T00:00:00Z") ", " AT(
		1, ", until: 2901-01-01T00:00:00Z")),
	    NULL, NULL },
};
#define WARNED (sizeof(warned) / sizeof(warned[0]))

static void
warning_is_said(void **state)
{
	const struct warned *row = *state;
	struct config *config = config_new();
	struct config_warning warning;
	size_t at = 0;
	bool any;

	assert_int_equal(load_text(config, row->text), 0);
	any = config_warning_next(config, &at, &warning);
	assert_int_equal(any, row->key != NULL);
	if (any) {
		assert_string_equal(warning.key, row->key);
		assert_memory_equal(warning.text, row->said, strlen(row->said));
		assert_int_equal(warning.line, 4);
		assert_false(config_warning_next(config, &at, &warning));
	}
	config_free(config);
}

/* Where the kernel has no TCP-AO sluiced would not start: said of each
 * neighbour that has it, at its keys, and of no other. */
static void
kernel_without_ao_is_warned_of(void **state)
{
	static const char said[] = "this kernel has no TCP-AO";
	struct config *config = config_new();
	struct config_warning warning;
	size_t at = 0;

	(void)state;
	assert_int_equal(load_text(config, KEYED(AT(1, "") ", " AT(2, ""))), 0);
	assert_false(config_warning_next(config, &at, &warning));
	config_lacks_ao(config);
	at = 0;
	assert_true(config_warning_next(config, &at, &warning));
	assert_string_equal(warning.key, "internal[0].tcp_ao");
	assert_memory_equal(warning.text, said, sizeof(said) - 1);
	assert_int_equal(warning.line, 4);
	assert_true(warning.column > 1);
	assert_false(config_warning_next(config, &at, &warning));
	config_free(config);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define ALONE   11

int
main(void)
{
	struct CMUnitTest tests[ALONE + WARNED] = {
		TEST(key_file_is_taken),
		TEST(key_file_that_the_user_cannot_read_is_refused),
		TEST(key_file_that_the_role_cannot_read_is_taken),
		TEST(key_file_of_others_is_refused),
		TEST(key_file_empty_is_refused),
		TEST(key_file_too_long_is_refused),
		TEST(key_file_of_a_stranger_is_refused),
		TEST(key_file_of_the_configuration_s_owner_is_taken),
		cmocka_unit_test(range_is_sent_for_each_session),
		cmocka_unit_test(sessions_of_ranges_are_bounded),
		cmocka_unit_test(kernel_without_ao_is_warned_of),
	};

	for (size_t i = 0; i < WARNED; i++)
		tests[ALONE + i] = (struct CMUnitTest){ .name = warned[i].name,
			.test_func = warning_is_said,
			.initial_state = (void *)(uintptr_t)&warned[i] };
	return cmocka_run_group_tests_name("config keys", tests, NULL, NULL);
}
