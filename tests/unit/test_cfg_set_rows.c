/* SPDX-License-Identifier: BSD-2-Clause */
/* Configurations as messages: what of one message is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/customer.h"
#include "policy/protected.h"
#include "tests/lib/cfg_samples.h"

struct row {
	const char *name;
	void (*spoil)(struct msg_cfg_neighbor *msg);
};

static void
unknown_customer(struct msg_cfg_neighbor *m)
{
	m->index = 1;
}
static void
no_name(struct msg_cfg_neighbor *m)
{
	m->name[0] = 0;
}
static void
endless_name(struct msg_cfg_neighbor *m)
{
	memset(m->name, 'a', sizeof(m->name));
}
static void
no_asn(struct msg_cfg_neighbor *m)
{
	m->asn = 0;
}
static void
no_family(struct msg_cfg_neighbor *m)
{
	m->families = 0;
}
static void
unknown_families(struct msg_cfg_neighbor *m)
{
	m->families = 16;
}
static void
no_address(struct msg_cfg_neighbor *m)
{
	m->remote.afi = AFI_NONE;
	m->remote.addr[0] = 0;
}
static void
local_of_other_family(struct msg_cfg_neighbor *m)
{
	m->local.afi = AFI_IPV6;
}
static void
hold_time_of_two(struct msg_cfg_neighbor *m)
{
	m->hold_s = 2;
}
static void
key_without_file(struct msg_cfg_neighbor *m)
{
	m->authenticated = 1;
}
static void
key_file_relative(struct msg_cfg_neighbor *m)
{
	m->authenticated = 1;
	m->password_file[0] = 'x';
}

static void
validate_of_zero(struct msg_cfg_customer *m)
{
	m->validate = VALIDATE_NONE;
}
static void
validate_unknown(struct msg_cfg_customer *m)
{
	m->validate = VALIDATE_OFF + 1;
}
static void
best_match_unknown(struct msg_cfg_customer *m)
{
	m->best_match = BEST_MATCH_INTERNAL + 1;
}
static void
failover_unknown(struct msg_cfg_customer *m)
{
	m->failover = FAILOVER_KEEP + 1;
}

static void
match_unknown(struct msg_cfg_customer *m)
{
	m->match = OWN_MATCH_ANY + 1;
}
static void
rpki_unknown(struct msg_cfg_customer *m)
{
	m->rpki = OWN_RPKI_OFF + 1;
}
static void
noc_of_two(struct msg_cfg_customer *m)
{
	m->noc = 2;
}

static const struct {
	const char *name;
	void (*spoil)(struct msg_cfg_customer *msg);
} customer_rows[] = {
	{ "match_unknown_is_refused", match_unknown },
	{ "rpki_unknown_is_refused", rpki_unknown },
	{ "noc_of_two_is_refused", noc_of_two },
	{ "validate_of_zero_is_refused", validate_of_zero },
	{ "validate_unknown_is_refused", validate_unknown },
	{ "best_match_unknown_is_refused", best_match_unknown },
	{ "failover_unknown_is_refused", failover_unknown },
};

static void
damping_too_long(struct msg_cfg_validation *m)
{
	m->damping_ms = 3600001;
}
static void
no_routes(struct msg_cfg_validation *m)
{
	m->max_routes = 0;
}
static void
too_many_routes(struct msg_cfg_validation *m)
{
	m->max_routes = 64000001;
}
static void
brake_of_nothing(struct msg_cfg_validation *m)
{
	m->brake_percent = 0;
}
static void
brake_beyond_all(struct msg_cfg_validation *m)
{
	m->brake_percent = 101;
}
static void
too_many_communities(struct msg_cfg_validation *m)
{
	m->ignore.n_communities = IGNORE_COMMUNITIES_MAX + 1;
}
static void
endless_communities(struct msg_cfg_validation *m)
{
	m->ignore.n_communities = UINT32_MAX;
}
static void
community_of_no_kind(struct msg_cfg_validation *m)
{
	m->ignore.n_communities = 2;
}
static void
community_of_unknown_kind(struct msg_cfg_validation *m)
{
	m->ignore.community[0].kind = COMMUNITY_LARGE + 1;
}
static void
too_many_originators(struct msg_cfg_validation *m)
{
	m->ignore.n_originators = IGNORE_ORIGINATORS_MAX + 1;
}

static const struct {
	const char *name;
	void (*spoil)(struct msg_cfg_validation *msg);
} validation_rows[] = {
	{ "damping_too_long_is_refused", damping_too_long },
	{ "no_routes_are_refused", no_routes },
	{ "too_many_routes_are_refused", too_many_routes },
	{ "brake_of_nothing_is_refused", brake_of_nothing },
	{ "brake_beyond_all_is_refused", brake_beyond_all },
	{ "too_many_communities_are_refused", too_many_communities },
	{ "endless_communities_are_refused", endless_communities },
	{ "community_of_no_kind_is_refused", community_of_no_kind },
	{ "community_of_unknown_kind_is_refused", community_of_unknown_kind },
	{ "too_many_originators_are_refused", too_many_originators },
};

static const struct row rows[] = {
	{ "unknown_customer_is_refused", unknown_customer },
	{ "no_name_is_refused", no_name },
	{ "endless_name_is_refused", endless_name },
	{ "no_asn_is_refused", no_asn },
	{ "no_family_is_refused", no_family },
	{ "unknown_families_are_refused", unknown_families },
	{ "no_address_is_refused", no_address },
	{ "local_of_other_family_is_refused", local_of_other_family },
	{ "hold_time_of_two_is_refused", hold_time_of_two },
	{ "key_without_file_is_refused", key_without_file },
	{ "key_file_relative_is_refused", key_file_relative },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct cfg_set *set = begun();
	struct msg_cfg_neighbor msg = neighbor_of(0, "acme/192.0.2.1", 1);

	row->spoil(&msg);
	REFUSE(set, msg);
	cfg_set_free(set);
}

static void
check_customer_row(void **state)
{
	size_t i = *(const size_t *)*state;
	struct cfg_set *set = begun();
	struct msg_cfg_customer msg = customer_of(1, "globex");

	customer_rows[i].spoil(&msg);
	REFUSE(set, msg);
	cfg_set_free(set);
}

static void
check_validation_row(void **state)
{
	size_t i = *(const size_t *)*state;
	struct cfg_set *set = cfg_set_new();
	struct msg_cfg_validation msg = validation_of();

	TAKE(set, begin_of());
	TAKE(set, router_of());
	validation_rows[i].spoil(&msg);
	REFUSE(set, msg);
	cfg_set_free(set);
}

static void
log_without_a_name(struct msg_cfg_log *m)
{
	m->name[0] = 0;
}
static void
log_with_an_endless_name(struct msg_cfg_log *m)
{
	memset(m->name, 'a', sizeof(m->name));
}
static void
log_keys_in_a_relative_folder(struct msg_cfg_log *m)
{
	m->key_path[0] = 'x';
}
static void
log_syslog_relative(struct msg_cfg_log *m)
{
	m->syslog_path[0] = 'x';
}
static void
log_with_too_many_witnesses(struct msg_cfg_log *m)
{
	m->n_witnesses = WITNESSES_MAX + 1;
}
static void
log_witness_without_url(struct msg_cfg_log *m)
{
	m->witness[0].url[0] = 0;
}
static void
log_witness_with_an_endless_key(struct msg_cfg_log *m)
{
	memset(m->witness[0].vkey, 'a', sizeof(m->witness[0].vkey));
}
static void
log_cosigns_too_many(struct msg_cfg_log *m)
{
	m->n_cosigned = COSIGNED_MAX + 1;
}
static void
log_cosigns_nobody(struct msg_cfg_log *m)
{
	m->cosigned[0][0] = 0;
}
static void
log_cosigns_at_no_port(struct msg_cfg_log *m)
{
	m->listen.port = 0;
}

static const struct {
	const char *name;
	void (*spoil)(struct msg_cfg_log *msg);
} log_rows[] = {
	{ "log_without_a_name_is_refused", log_without_a_name },
	{ "log_with_an_endless_name_is_refused", log_with_an_endless_name },
	{ "log_keys_in_a_relative_folder_are_refused",
	    log_keys_in_a_relative_folder },
	{ "log_syslog_relative_is_refused", log_syslog_relative },
	{ "log_with_too_many_witnesses_is_refused",
	    log_with_too_many_witnesses },
	{ "log_witness_without_url_is_refused", log_witness_without_url },
	{ "log_witness_with_an_endless_key_is_refused",
	    log_witness_with_an_endless_key },
	{ "log_cosigns_too_many_is_refused", log_cosigns_too_many },
	{ "log_cosigns_nobody_is_refused", log_cosigns_nobody },
	{ "log_cosigns_at_no_port_is_refused", log_cosigns_at_no_port },
};

static void
check_log_row(void **state)
{
	size_t i = *(const size_t *)*state;
	struct cfg_set *set = cfg_set_new();
	struct msg_cfg_log msg = log_of();

	TAKE(set, begin_of());
	log_rows[i].spoil(&msg);
	REFUSE(set, msg);
	cfg_set_free(set);
}

static struct msg_cfg_listen
listen_of(uint16_t port)
{
	return (struct msg_cfg_listen){
		.head = { sizeof(struct msg_cfg_listen), MSG_CFG_LISTEN, 0 },
		.address = { .afi = AFI_IPV4,
		    .port = port,
		    .addr = { 192, 0, 2, 1 } },
	};
}

/* Listening addresses have a port, and a bound. */
static void
listeners_are_bounded(void **state)
{
	struct cfg_set *set = begun();

	(void)state;
	REFUSE(set, listen_of(0));
	for (uint16_t i = 0; i < CFG_SET_LISTENERS_MAX; i++)
		TAKE(set, listen_of((uint16_t)(179 + i)));
	REFUSE(set, listen_of(1));
	assert_int_equal(cfg_set_listen(set, 63)->address.port, 179 + 63);
	cfg_set_free(set);
}

/* Parts that there is one of are refused when they are not sound. */
static void
unsound_single_parts_are_refused(void **state)
{
	struct cfg_set *set = cfg_set_new();
	struct msg_cfg_router router = router_of();
	struct msg_cfg_fleet fleet = fleet_of();
	struct msg_cfg_rpki rpki = rpki_of();
	struct msg_cfg_service service = service_of();

	(void)state;
	TAKE(set, begin_of());
	router.asn = 0;
	REFUSE(set, router);
	fleet.warn_percent = 101;
	REFUSE(set, fleet);
	rpki.n = RPKI_CACHES_MAX + 1;
	REFUSE(set, rpki);
	memset(service.noc, 'a', sizeof(service.noc));
	REFUSE(set, service);
	TAKE(set, router_of());
	TAKE(set, fleet_of());
	TAKE(set, rpki_of());
	TAKE(set, service_of());
	cfg_set_free(set);
}

/* A target belongs to a customer and is of a kind that there is. */
static void
unsound_targets_are_refused(void **state)
{
	struct msg_cfg_target msg = {
		.head = { sizeof(msg), MSG_CFG_TARGET, 0 },
		.target = CFG_TARGET_REDIRECT,
	};
	struct cfg_set *set = begun();

	(void)state;
	TAKE(set, msg);
	msg.target = CFG_TARGET_TAG;
	TAKE(set, msg);
	msg.target = CFG_TARGET_TAG + 1;
	REFUSE(set, msg);
	msg.target = CFG_TARGET_REDIRECT - 1;
	REFUSE(set, msg);
	msg.target = CFG_TARGET_REDIRECT;
	msg.index = 1;
	REFUSE(set, msg);
	cfg_set_free(set);
}

/* A message of another kind is no part of a configuration. */
static void
other_message_is_refused(void **state)
{
	struct msg_cfg_begin msg = begin_of();
	struct cfg_set *set = begun();

	(void)state;
	msg.head.kind = MSG_CONFIRMED;
	REFUSE(set, msg);
	msg.head.kind = UINT16_MAX;
	REFUSE(set, msg);
	cfg_set_free(set);
}

/* There is a bound to customers, and to protected entries. */
static void
long_lists_are_bounded(void **state)
{
	struct cfg_set *set = begun();

	(void)state;
	for (uint32_t i = 1; i < CFG_SET_CUSTOMERS_MAX; i++)
		TAKE(set, customer_of(i, "a"));
	REFUSE(set, customer_of(CFG_SET_CUSTOMERS_MAX, "a"));
	for (uint32_t i = 0; i < PROTECTED_MAX; i++)
		TAKE(set, protected_of());
	REFUSE(set, protected_of());
	cfg_set_free(set);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int
main(void)
{
	enum {
		ROWS = COUNT(rows),
		CUSTOMERS = COUNT(customer_rows),
		VALIDATIONS = COUNT(validation_rows),
		LOGS = COUNT(log_rows),
		FIXED = 5
	};
	struct CMUnitTest
	    tests[ROWS + CUSTOMERS + VALIDATIONS + LOGS + FIXED] = {
		    cmocka_unit_test(listeners_are_bounded),
		    cmocka_unit_test(unsound_single_parts_are_refused),
		    cmocka_unit_test(unsound_targets_are_refused),
		    cmocka_unit_test(other_message_is_refused),
		    cmocka_unit_test(long_lists_are_bounded),
	    };
	size_t numbers[COUNT(tests)];
	size_t n = FIXED;

	for (size_t i = 0; i < COUNT(tests); i++)
		numbers[i] = i;
	for (size_t i = 0; i < ROWS; i++)
		tests[n++] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < CUSTOMERS; i++)
		tests[n++] = (struct CMUnitTest){ .name = customer_rows[i].name,
			.test_func = check_customer_row,
			.initial_state = &numbers[i] };
	for (size_t i = 0; i < VALIDATIONS; i++)
		tests[n++] =
		    (struct CMUnitTest){ .name = validation_rows[i].name,
			    .test_func = check_validation_row,
			    .initial_state = &numbers[i] };
	for (size_t i = 0; i < LOGS; i++)
		tests[n++] = (struct CMUnitTest){ .name = log_rows[i].name,
			.test_func = check_log_row,
			.initial_state = &numbers[i] };
	return cmocka_run_group_tests_name("cfg_set_rows", tests, NULL, NULL);
}
