/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading from memory: how much, errors in order, no file touched. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/loader/config.h"

#define BASE                                                                   \
	"router: {asn: 64500, router_id: 192.0.2.1}\n"                         \
	"store: {path: store}\n"                                               \
	"control: {socket: c.sock}\n"

#define SECRET                                                                 \
	BASE "internal: [{name: rr1, ip: 192.0.2.10, "                         \
	     "families: [ipv4-flowspec], password_file: secret}]\n"

/* n customers, each with a prefix of its own. */
static char *
customers_text(size_t n, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	assert_non_null(out);
	(void)fputs(BASE "fleet: {guaranteed: 0}\ncustomers:\n", out);
	for (size_t i = 0; i < n; i++)
		(void)fprintf(out,
		    "- {name: c%zu, asn: 65001, "
		    "own: {prefixes: [1.%zu.%zu.0/24]}}\n",
		    i, i / 256, i % 256);
	(void)fclose(out);
	return text;
}

static int
load_text(struct config *config, char *text, size_t len)
{
	int status =
	    config_load_memory(config, "memory", (const uint8_t *)text, len);

	free(text);
	return status;
}

/* The most customers that may be are all there; one more is an error. */
static void
customers_are_bounded(void **state)
{
	struct config *config = config_new();
	size_t len;
	char *text = customers_text(CONFIG_CUSTOMERS_MAX, &len);

	(void)state;
	assert_int_equal(load_text(config, text, len), 0);
	assert_int_equal(config_counts(config).customers, CONFIG_CUSTOMERS_MAX);
	config_free(config);
	config = config_new();
	text = customers_text(CONFIG_CUSTOMERS_MAX + 1, &len);
	assert_int_equal(load_text(config, text, len), -1);
	assert_int_equal(config_error_count(config), 1);
	assert_string_equal(config_error(config, 0)->key, "customers[10000]");
	config_free(config);
}

static char *
prefixes_text(size_t n, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	(void)fputs(BASE "customers:\n- name: acme\n  asn: 65001\n"
			 "  own: {prefixes: [",
	    out);
	for (size_t i = 0; i < n; i++)
		(void)fprintf(out, "%s10.%zu.%zu.%zu/32\n", i == 0 ? "" : ", ",
		    i / 65536, i / 256 % 256, i % 256);
	(void)fputs("]}\n", out);
	(void)fclose(out);
	return text;
}

/* The most prefixes that may be are all there; one more is an error. */
static void
prefixes_are_bounded(void **state)
{
	struct config *config = config_new();
	size_t len;
	char *text = prefixes_text(CONFIG_PREFIXES_MAX, &len);

	(void)state;
	assert_int_equal(load_text(config, text, len), 0);
	assert_int_equal(config_counts(config).prefixes, CONFIG_PREFIXES_MAX);
	config_free(config);
	config = config_new();
	text = prefixes_text(CONFIG_PREFIXES_MAX + 1, &len);
	assert_int_equal(load_text(config, text, len), -1);
	assert_string_equal(
	    config_error(config, 0)->key, "customers[0].own.prefixes[200000]");
	config_free(config);
}

/* 200,000 prefixes of customers who share them, all the same few: looked
 * through without comparing each with each. */
static void
shared_prefixes_are_bounded(void **state)
{
	struct config *config = config_new();
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	(void)fputs(BASE "fleet: {guaranteed: 0}\ncustomers:\n", out);
	for (size_t i = 0; i < 2000; i++) {
		(void)fprintf(out,
		    "- {name: c%zu, asn: 65001, own: {shared: true, "
		    "prefixes: [",
		    i);
		for (size_t k = 0; k < 100; k++)
			(void)fprintf(
			    out, "%s1.%zu.0.0/16\n", k == 0 ? "" : ", ", k);
		(void)fputs("]}}\n", out);
	}
	(void)fclose(out);
	assert_int_equal(load_text(config, text, len), 0);
	assert_int_equal(config_counts(config).prefixes, 200000);
	config_free(config);
}

/* All customers together have 20,000 approved or held classes at most. */
static void
classes_are_bounded(void **state)
{
	struct config *config = config_new();
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	(void)fputs(BASE "fleet: {guaranteed: 0}\ncustomers:\n", out);
	for (size_t i = 0; i < 313; i++) {
		(void)fprintf(
		    out, "- {name: c%zu, asn: 65001, approval: {held: [", i);
		for (size_t k = 0; k < 64; k++)
			(void)fprintf(out, "%smatch destination 1.2.3.%zu/32\n",
			    k == 0 ? "" : ", ", k);
		(void)fputs("]}}\n", out);
	}
	(void)fclose(out);
	assert_int_equal(load_text(config, text, len), -1);
	assert_string_equal(
	    config_error(config, 0)->key, "customers[312].approval.held[32]");
	config_free(config);
}

/* customers customers with n further AS numbers each. */
static char *
asns_text(size_t customers, size_t n, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	assert_non_null(out);
	(void)fputs(BASE "customers:\n", out);
	for (size_t i = 0; i < customers; i++) {
		(void)fprintf(out, "- {name: c%zu, asn: 65001, asns: [", i);
		for (size_t k = 0; k < n; k++)
			(void)fprintf(
			    out, "%s%zu\n", k == 0 ? "" : ", ", 70000 + k);
		(void)fputs("]}\n", out);
	}
	(void)fclose(out);
	return text;
}

/* One customer has 4096 further AS numbers at most, and all customers
 * together 200,000. */
static void
asns_are_bounded(void **state)
{
	static const struct {
		size_t customers;
		size_t n;
		const char *key; /* of the error, or NULL */
	} rows[] = {
		{ 1, 4096, NULL },
		{ 1, 4097, "customers[0].asns[4096]" },
		{ 50, 4000, NULL },
		{ 50, 4001, "customers[49].asns[3951]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config *config = config_new();
		bool good = rows[i].key == NULL;
		size_t len;
		char *text = asns_text(rows[i].customers, rows[i].n, &len);

		assert_int_equal(load_text(config, text, len), good ? 0 : -1);
		if (!good)
			assert_string_equal(
			    config_error(config, 0)->key, rows[i].key);
		config_free(config);
	}
}

/* Errors come in the order of the file, whichever check found them. */
static void
errors_are_in_file_order(void **state)
{
	static const char text[] = "nonsense: 1\ncustomers:\n"
				   "- {name: a, asn: x, mode: y}\n"
				   "router: {asn: 0}\n";
	struct config *config = config_new();
	uint32_t line = 0;

	(void)state;
	assert_int_equal(config_load_memory(config, "memory",
			     (const uint8_t *)text, sizeof(text) - 1),
	    -1);
	assert_true(config_error_count(config) >= 5);
	for (size_t i = 0; i < config_error_count(config); i++) {
		assert_true(config_error(config, i)->line >= line);
		line = config_error(config, i)->line;
	}
	assert_null(config_error(config, config_error_count(config)));
	config_free(config);
}

/* In memory no file is looked at. */
static void
memory_reads_no_files(void **state)
{
	static const char text[] = SECRET "include: [/etc/passwd]\n";
	struct config *config = config_new();

	(void)state;
	assert_int_equal(config_load_memory(config, "memory",
			     (const uint8_t *)text, sizeof(text) - 1),
	    -1);
	assert_int_equal(config_error_count(config), 1);
	assert_string_equal(config_error(config, 0)->key, "include[0]");
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(customers_are_bounded),
		cmocka_unit_test(prefixes_are_bounded),
		cmocka_unit_test(shared_prefixes_are_bounded),
		cmocka_unit_test(classes_are_bounded),
		cmocka_unit_test(asns_are_bounded),
		cmocka_unit_test(errors_are_in_file_order),
		cmocka_unit_test(memory_reads_no_files),
	};

	return cmocka_run_group_tests_name("config_memory", tests, NULL, NULL);
}
