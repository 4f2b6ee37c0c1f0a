/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections that all customers share, spread over several files. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/loader/config.h"
#include "tests/lib/temp_folder.h"

#define BASE                                                                   \
	"include: [more.yaml]\n"                                               \
	"router: {asn: 64500, router_id: 192.0.2.1}\n"                         \
	"store: {path: store}\n"                                               \
	"control: {socket: c.sock}\n"

/* All messages of one kind, counted, and the last one kept. */
struct tally {
	unsigned kind;
	unsigned n;
	_Alignas(8) uint8_t last[MSG_LEN_MAX];
};

static void
put(const char *folder, const char *name, const char *text)
{
	char path[PATH_LEN];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* BASE with further lines, and the file that it includes. */
static struct config *
load(const char *lines, const char *more)
{
	char folder[TEMP_PATH_MAX];
	char text[512];
	char path[TEMP_PATH_MAX + 16];
	struct config *config = config_new();

	assert_non_null(config);
	temp_folder_make(folder);
	(void)snprintf(text, sizeof(text), "%s%s", BASE, lines);
	put(folder, "more.yaml", more);
	put(folder, "main.yaml", text);
	(void)snprintf(path, sizeof(path), "%s/main.yaml", folder);
	(void)config_load(config, path);
	temp_folder_remove(folder);
	return config;
}

static int
tally_take(void *ctx, const struct msg_head *head)
{
	struct tally *tally = ctx;

	if (head->kind != tally->kind)
		return 0;
	tally->n++;
	memcpy(tally->last, head, head->len);
	return 0;
}

static const void *
last_of(const struct config *config, unsigned kind, struct tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	tally->kind = kind;
	assert_int_equal(config_send(config, tally_take, tally), 0);
	return tally->last;
}

/* Rpki and fleet may be spread, and what is protected is appended. */
static void
services_are_merged(void **state)
{
	struct config *config =
	    load("rpki: {caches: ['127.0.0.1:323']}\nfleet: {pace: 5}\n"
		 "protected: [{prefix: 10.0.0.0/8, comment: a}]\n",
		"rpki: {refresh: 60}\nfleet: {warn: 50}\n"
		"protect_customers: true\nprotected: [{prefix: 10.0.0.0/8}]\n");
	struct tally tally;
	const struct msg_cfg_rpki *rpki;
	const struct msg_cfg_fleet *fleet;

	(void)state;
	assert_int_equal(config_error_count(config), 0);
	rpki = last_of(config, MSG_CFG_RPKI, &tally);
	assert_int_equal(tally.n, 1);
	assert_int_equal(rpki->n, 1);
	assert_int_equal(rpki->refresh_s, 60);
	fleet = last_of(config, MSG_CFG_FLEET, &tally);
	assert_int_equal(fleet->pace, 5);
	assert_int_equal(fleet->warn_percent, 50);
	assert_int_equal(fleet->protect_customers, 1);
	(void)last_of(config, MSG_CFG_PROTECTED, &tally);
	assert_int_equal(tally.n, 2);
	config_free(config);
}

/* One error, in the included file, at this key. */
static void
fails(const char *lines, const char *more, const char *key)
{
	struct config *config = load(lines, more);
	const struct msg_cfg_error *error = config_error(config, 0);

	assert_int_equal(config_error_count(config), 1);
	assert_non_null(strstr(error->file, "/more.yaml"));
	assert_string_equal(error->key, key);
	config_free(config);
}

/* The operators' own rules are described in one file. */
static void
noc_is_not_given_twice(void **state)
{
	(void)state;
	fails("noc: {}\n", "noc: {}\n", "noc");
}

/* Nor is a single value at the top given twice. */
static void
value_is_not_set_twice(void **state)
{
	(void)state;
	fails("protect_customers: true\n", "protect_customers: false\n",
	    "protect_customers");
}

/* Nor a key of a section that may be spread. */
static void
caches_are_not_given_twice(void **state)
{
	(void)state;
	fails("rpki: {caches: []}\n", "rpki: {caches: []}\n", "rpki.caches");
}

/* Caches in another file count for who requires ROAs. */
static void
caches_of_another_file_count(void **state)
{
	struct config *config =
	    load("customers: [{name: a, asn: 65001, own: {rpki: require}}]\n",
		"rpki: {caches: ['127.0.0.1:323']}\n");

	(void)state;
	assert_int_equal(config_error_count(config), 0);
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(services_are_merged),
		cmocka_unit_test(noc_is_not_given_twice),
		cmocka_unit_test(value_is_not_set_twice),
		cmocka_unit_test(caches_are_not_given_twice),
		cmocka_unit_test(caches_of_another_file_count),
	};

	return cmocka_run_group_tests_name("config_spread", tests, NULL, NULL);
}
