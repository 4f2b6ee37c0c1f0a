/* SPDX-License-Identifier: BSD-2-Clause */
/* UPDATEs under RFC 7606: what each fault costs, and what a path tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/attribute.h"
#include "proxy/wire/update.h"
#include "tests/lib/hex.h"

#define BODY_MAX 4096

/* Attributes as they are when all is well; the peer is AS 65001. */
#define ORIGIN        "400101 00"
#define PATH          "400206 0201 0000fde9"
#define OK            ORIGIN PATH
#define NEXT_HOP      "400304 c0000201"
#define REACH         "800e09 0001 85 00 00 03 038106"
#define REACH6        "800e09 0002 85 00 00 03 038106"
#define REACH_FOREIGN "800e09 0001 86 00 00 03 038106"
#define UNREACH       "800f07 0001 85 03 038106"
#define LIMIT         "c01008 8006000000000000"
#define LOCAL_PREF    "400504 000000c8"

/* One message by its fields; what a peer over eBGP gets for it. */
struct row {
	const char *name;
	const char *withdrawn;
	const char *attributes;
	const char *announced;
	enum update_outcome outcome;
	enum wire_fault fault;
};

#define USE   UPDATE_USE, WIRE_OK
#define TAW   UPDATE_WITHDRAW
#define RESET UPDATE_RESET

static struct row rows[] = {
	{ "empty_update", "", "", "", USE },
	{ "rule", "", OK REACH, "", USE },
	{ "rule_with_action", "", OK REACH LIMIT, "", USE },
	{ "rule_before_the_other_attributes", "", REACH OK LIMIT, "", USE },
	{ "withdrawal_alone", "", UNREACH, "", USE },
	{ "unicast", "08 0a", OK NEXT_HOP, "18 c00002", USE },
	{ "foreign_family_is_ignored", "", OK REACH_FOREIGN, "", USE },
	{ "broken_foreign_family_is_ignored", "",
	    OK "800e07 0001 86 00 00 ff 03", "", USE },
	{ "next_hop_of_any_length_is_skipped", "",
	    OK "800e0c 0001 85 03 aabbcc 00 03 038106", "", USE },
	{ "unknown_optional_attribute_is_ignored", "", OK REACH "80c8020000",
	    "", USE },
	{ "unknown_transitive_attribute_is_ignored", "", OK REACH "c0c8020000",
	    "", USE },
	{ "extended_length_of_a_short_attribute", "", "50010001 00" PATH REACH,
	    "", USE },
	{ "partial_bit_is_ignored", "", OK REACH "e01008 8006000000000000", "",
	    USE },

	/* RFC 7606 3 (a), 4, 5.3: the shape of the message. */
	{ "mp_reach_twice", "", OK REACH REACH, "", RESET,
	    FAULT_ATTRIBUTE_MP_TWICE },
	{ "mp_reach_of_two_families", "", OK REACH REACH6, "", RESET,
	    FAULT_ATTRIBUTE_MP_TWICE },
	{ "mp_unreach_twice", "", UNREACH UNREACH, "", RESET,
	    FAULT_ATTRIBUTE_MP_TWICE },
	{ "other_attribute_twice_keeps_the_first", "",
	    OK REACH "400101 09" LIMIT "c01003 800600", "", USE },
	{ "mp_reach_of_4", "", OK "800e04 0001 85 00", "", RESET,
	    FAULT_MP_LENGTH },
	{ "mp_unreach_of_2", "", "800f02 0001", "", RESET, FAULT_MP_LENGTH },
	{ "mp_reach_flags", "", OK "c00e09 0001 85 00 00 03 038106", "", RESET,
	    FAULT_MP_FLAGS },
	{ "mp_unreach_flags", "", "400f07 0001 85 03 038106", "", RESET,
	    FAULT_MP_FLAGS },
	{ "next_hop_overruns", "", OK "800e06 0001 85 10 0000", "", RESET,
	    FAULT_MP_NEXT_HOP },
	{ "reserved_octet_missing", "", OK "800e05 0001 85 01 00", "", RESET,
	    FAULT_MP_NEXT_HOP },
	{ "rule_overruns", "", OK "800e09 0001 85 00 00 04 038106", "", RESET,
	    FAULT_NLRI_FRAMING },
	{ "second_rule_overruns", "", OK "800e0a 0001 85 00 00 03 038106 01",
	    "", RESET, FAULT_NLRI_FRAMING },
	{ "withdrawn_rule_overruns", "", "800f07 0001 85 04 038106", "", RESET,
	    FAULT_NLRI_FRAMING },
	{ "two_octet_length_cut_short", "", OK "800e06 0001 85 00 00 f0", "",
	    RESET, FAULT_NLRI_FRAMING },
	{ "mp_unicast_prefix_too_long", "",
	    OK "800e0a 0001 01 00 00 21 0a000000", "", RESET,
	    FAULT_NLRI_FRAMING },
	{ "announced_prefix_of_33", "", OK NEXT_HOP, "21 c000020100", RESET,
	    FAULT_NLRI_PREFIX },
	{ "withdrawn_prefix_cut_short", "18 c000", "", "", RESET,
	    FAULT_NLRI_PREFIX },
	{ "malformed_rule_in_a_good_frame", "",
	    OK "800e09 0001 85 00 00 03 ff8106", "", USE },
	{ "empty_rule_in_a_good_frame", "", OK "800e06 0001 85 00 00 00", "",
	    USE },

	/* RFC 7606 3 (c), (d), 4, 7: routes are withdrawn. */
	{ "origin_flags", "", "c00101 00" PATH REACH, "", TAW,
	    FAULT_ATTRIBUTE_FLAGS },
	{ "as_path_flags", "", ORIGIN "800206 0201 0000fde9" REACH, "", TAW,
	    FAULT_ATTRIBUTE_FLAGS },
	{ "communities_flags", "", OK REACH "801008 8006000000000000", "", TAW,
	    FAULT_ATTRIBUTE_FLAGS },
	{ "aggregate_flags", "", OK REACH "c00600", "", TAW,
	    FAULT_ATTRIBUTE_FLAGS },
	{ "origin_of_2", "", "400102 0000" PATH REACH, "", TAW,
	    FAULT_ATTRIBUTE_LENGTH },
	{ "origin_of_0", "", "400100" PATH REACH, "", TAW,
	    FAULT_ATTRIBUTE_LENGTH },
	{ "origin_3", "", "400101 03" PATH REACH, "", TAW,
	    FAULT_ATTRIBUTE_ORIGIN },
	{ "as_path_segment_overruns", "", ORIGIN "400206 0202 0000fde9" REACH,
	    "", TAW, FAULT_ATTRIBUTE_AS_PATH },
	{ "as_path_segment_of_0", "", ORIGIN "400202 0200" REACH, "", TAW,
	    FAULT_ATTRIBUTE_AS_PATH },
	{ "next_hop_of_3", "", OK "400303 c00002", "18 c00002", TAW,
	    FAULT_ATTRIBUTE_LENGTH },
	{ "med_of_3", "", OK REACH "800403 000000", "", TAW,
	    FAULT_ATTRIBUTE_LENGTH },
	{ "community_of_3", "", OK REACH "c00803 000000", "", TAW,
	    FAULT_ATTRIBUTE_LENGTH },
	{ "community_of_0", "", OK REACH "c00800", "", TAW,
	    FAULT_ATTRIBUTE_LENGTH },
	{ "extended_communities_of_6", "", OK REACH "c01006 800600000000", "",
	    TAW, FAULT_ATTRIBUTE_LENGTH },
	{ "extended_communities_of_0", "", OK REACH "c01000", "", TAW,
	    FAULT_ATTRIBUTE_LENGTH },
	{ "ipv6_communities_of_8", "", OK REACH "c01908 000d000000000000", "",
	    TAW, FAULT_ATTRIBUTE_LENGTH },
	{ "large_community_of_11", "", OK REACH "c0200b 0000000000000000000000",
	    "", TAW, FAULT_ATTRIBUTE_LENGTH },
	{ "otc_of_5", "", OK REACH "c02305 0000000000", "", TAW,
	    FAULT_ATTRIBUTE_LENGTH },
	{ "rate_is_no_number", "", OK REACH "c01008 800600007fc00000", "", TAW,
	    FAULT_RATE_NOT_FINITE },
	{ "unknown_well_known_attribute", "", OK REACH "40c80100", "", TAW,
	    FAULT_ATTRIBUTE_UNKNOWN },
	{ "origin_missing", "", PATH REACH, "", TAW, FAULT_ATTRIBUTE_MISSING },
	{ "as_path_missing", "", ORIGIN REACH, "", TAW,
	    FAULT_ATTRIBUTE_MISSING },
	{ "next_hop_missing", "", OK, "18 c00002", TAW,
	    FAULT_ATTRIBUTE_MISSING },
	{ "last_attribute_cut_short", "", OK REACH "c01008 80060000", "", TAW,
	    FAULT_ATTRIBUTE_OVERRUN },
	{ "last_attribute_header_cut_short", "", OK REACH "c0", "", TAW,
	    FAULT_ATTRIBUTE_OVERRUN },
	{ "mp_reach_cut_short", "", OK "800e09 0001 85 00 00 03", "", RESET,
	    FAULT_ATTRIBUTE_OVERRUN },

	/* RFC 7606 7.5 to 7.10, RFC 6793: discarded. */
	{ "local_pref_from_outside", "", OK REACH "400503 000000", "", USE },
	{ "originator_from_outside", "", OK REACH "800903 000000", "", USE },
	{ "cluster_list_from_outside", "", OK REACH "800a03 000000", "", USE },
	{ "as4_path_from_a_new_speaker", "", OK REACH "c01106 0000 00000000",
	    "", USE },
	{ "aggregate_of_1", "", OK REACH "400601 00", "", USE },
	{ "aggregator_of_7", "", OK REACH "c00707 00000000000000", "", USE },
	{ "aggregator_of_as_0", "", OK REACH "c00708 0000000000000000", "",
	    USE },

	/* RFC 7606 5.2: nothing is announced. */
	{ "malformed_attribute_with_nothing_announced", "", "400101 03", "",
	    RESET, FAULT_ATTRIBUTE_ORIGIN },
	{ "malformed_attribute_with_a_withdrawal", "", UNREACH "400101 03", "",
	    RESET, FAULT_ATTRIBUTE_ORIGIN },
	{ "malformed_attribute_with_an_empty_mp_reach", "",
	    "800e05 0001 85 00 00 c01003 000000", "", RESET,
	    FAULT_ATTRIBUTE_LENGTH },
	{ "discarded_attribute_with_nothing_announced", "", "400601 00", "",
	    USE },
	{ "attributes_alone", "", OK, "", USE },

	/* RFC 7606 3 (h): the costliest decides, whatever the order. */
	{ "reset_behind_withdraw", "", "400101 03" PATH REACH REACH, "", RESET,
	    FAULT_ATTRIBUTE_MP_TWICE },
	{ "first_of_equals_is_named", "",
	    "400101 03" PATH REACH "c01003 000000", "", TAW,
	    FAULT_ATTRIBUTE_ORIGIN },
	{ "withdraw_behind_reset", "",
	    OK "800e09 0001 85 00 00 04 038106 40010103", "", RESET,
	    FAULT_NLRI_FRAMING },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct update_context outside = { FAMILY_ALL, true, true, 64500,
	65001 };
static const struct update_context inside = { FAMILY_ALL, true, false, 64500,
	64500 };

static size_t
build(const char *withdrawn, const char *attributes, const char *announced,
    uint8_t *body)
{
	size_t n, at = 2;

	n = hex_read(withdrawn, &body[at], BODY_MAX - at);
	body[0] = (uint8_t)(n >> 8);
	body[1] = (uint8_t)n;
	at += n + 2;
	n = hex_read(attributes, &body[at], BODY_MAX - at);
	body[at - 2] = (uint8_t)(n >> 8);
	body[at - 1] = (uint8_t)n;
	at += n;
	return at + hex_read(announced, &body[at], BODY_MAX - at);
}

/* Each message is used, withdraws its routes, or ends the session. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	uint8_t body[BODY_MAX];
	size_t len =
	    build(row->withdrawn, row->attributes, row->announced, body);
	uint8_t *data = malloc(len), code, subcode;
	struct update update;

	assert_non_null(data);
	memcpy(data, body, len);
	assert_int_equal(
	    update_decode(&outside, data, len, &update), row->outcome);
	assert_string_equal(fault_name(update.fault), fault_name(row->fault));
	if (update.outcome != UPDATE_USE)
		assert_int_not_equal(update_reason(&update), REASON_ACCEPTED);
	if (update.outcome == UPDATE_RESET)
		assert_true(fault_notification(update.fault, &code, &subcode));
	free(data);
}

struct path_row {
	const char *name;
	const char *path; /* the AS_PATH attribute */
	bool from_inside;
	enum reason reason;
};

static struct path_row paths[] = {
	{ "path_from_the_neighbour", PATH, false, REASON_ACCEPTED },
	{ "empty_path_from_outside", "400200", false, REASON_AS_PATH_LENGTH },
	{ "empty_path_from_inside", "400200", true, REASON_ACCEPTED },
	{ "foreign_first_as", "400206 0201 0000fdea", false, REASON_FIRST_AS },
	{ "foreign_first_as_from_inside", "400206 0201 0000fdea", true,
	    REASON_ACCEPTED },
	{ "set_at_the_head", "400206 0101 0000fde9", false, REASON_FIRST_AS },
	{ "own_as_behind_the_neighbour", "40020a 0202 0000fde9 0000fbf4", false,
	    REASON_AS_PATH_INVALID },
	{ "own_as_from_inside", "40020a 0202 0000fde9 0000fbf4", true,
	    REASON_AS_PATH_INVALID },
	{ "confederation_from_outside", "40020c 0301 00000009 0201 0000fde9",
	    false, REASON_AS_PATH_INVALID },
	{ "confederation_alone_from_outside", "400206 0301 00000009", false,
	    REASON_AS_PATH_INVALID },
	{ "confederation_from_inside", "400206 0301 00000009", true,
	    REASON_ACCEPTED },
};
#define PATHS (sizeof(paths) / sizeof(paths[0]))

/* A path that is no fault costs the routes, never the session. */
static void
check_path(void **state)
{
	const struct path_row *row = *state;
	char attributes[256] = ORIGIN REACH LOCAL_PREF;
	uint8_t body[BODY_MAX];
	struct update update;
	size_t len;

	memcpy(
	    &attributes[strlen(attributes)], row->path, strlen(row->path) + 1);
	len = build("", attributes, "", body);
	assert_int_equal(update_decode(row->from_inside ? &inside : &outside,
			     body, len, &update),
	    row->reason == REASON_ACCEPTED ? UPDATE_USE : UPDATE_WITHDRAW);
	assert_int_equal(update.fault, WIRE_OK);
	assert_int_equal(update_reason(&update), row->reason);
}

/* 255 AS numbers are taken, 256 are refused. */
static void
path_of_256_numbers_is_refused(void **state)
{
	uint8_t body[BODY_MAX];
	struct update update;
	size_t at;

	(void)state;
	for (unsigned more = 0; more <= 1; more++) {
		size_t path = 2 + 4 * 255 + (more ? 6 : 0);

		at = build("", ORIGIN REACH "50020000", "", body);
		body[at - 2] = (uint8_t)(path >> 8);
		body[at - 1] = (uint8_t)path;
		body[at++] = 2;
		body[at++] = 255;
		for (unsigned i = 0; i < 255; i++)
			at += hex_read("0000fde9", &body[at], 4);
		if (more)
			at += hex_read("0201 00000001", &body[at], 6);
		body[2] = (uint8_t)((at - 4) >> 8);
		body[3] = (uint8_t)(at - 4);
		(void)update_decode(&outside, body, at, &update);
		assert_int_equal(update.fault, WIRE_OK);
		assert_int_equal(update_reason(&update),
		    more ? REASON_AS_PATH_LENGTH : REASON_ACCEPTED);
	}
}

/* Lengths that overrun the message end the session (3/1). */
static void
overrunning_lengths_end_the_session(void **state)
{
	uint8_t body[BODY_MAX], copy[BODY_MAX];
	size_t len = build("08 0a", OK NEXT_HOP, "", body);
	struct update update;

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(
		    update_decode(&outside, body, cut, &update), UPDATE_RESET);
		assert_int_equal(update.fault, FAULT_ATTRIBUTE_LIST);
	}
	memcpy(copy, body, len);
	copy[0] = 0xff;
	assert_int_equal(
	    update_decode(&outside, copy, len, &update), UPDATE_RESET);
}

/* The fault's attribute is quoted, header and all. */
static void
fault_data_is_the_attribute(void **state)
{
	uint8_t body[BODY_MAX];
	char hex[256];
	size_t len = build("", OK "800e09 0001 85 00 00 04 038106", "", body);
	struct update update;

	(void)state;
	assert_int_equal(
	    update_decode(&outside, body, len, &update), UPDATE_RESET);
	assert_int_equal(update.fault_attribute, ATTRIBUTE_MP_REACH);
	assert_string_equal(
	    hex_print(update.fault_data.data, update.fault_data.len, hex),
	    "800e09000185000004038106");
}

/* What unicast routes need is there; what may not come from outside is not. */
static void
internal_attributes_count_from_inside_only(void **state)
{
	const char *attributes =
	    OK NEXT_HOP "800404 00000007 400504 000000c8 800904 c0000202 "
			"800a04 c0000203 400600 c00708 0000fde9 c0000201";
	uint8_t body[BODY_MAX];
	size_t len = build("", attributes, "18 c00002", body);
	struct update update;

	(void)state;
	assert_int_equal(
	    update_decode(&inside, body, len, &update), UPDATE_USE);
	assert_true(update.has_local_pref && update.has_originator);
	assert_int_equal(update.local_pref, 200);
	assert_int_equal(update.originator_id, 0xc0000202);
	assert_int_equal(update.med, 7);
	assert_int_equal(update.path.origin_as, 65001);
	assert_int_equal(update.next_hop.len, 4);
	assert_int_equal(update.announced.family, FAMILY_IPV4_UNICAST);
	assert_int_equal(update.discarded, 0);
	assert_int_equal(update.cluster_length, 1);
	assert_int_equal(update.announced.n, 1);

	assert_int_equal(
	    update_decode(&outside, body, len, &update), UPDATE_USE);
	assert_false(update.has_local_pref || update.has_originator);
	assert_int_equal(update.local_pref | update.originator_id, 0);
	assert_int_equal(update.cluster_length, 0);
	assert_true(update.has_med);
}

/* RFC 4271 5.1.5: inside an AS every announcement has a LOCAL_PREF; what
 * announces nothing needs none. */
static void
missing_local_pref_from_inside_withdraws(void **state)
{
	uint8_t body[BODY_MAX];
	size_t len = build("", OK NEXT_HOP, "18 c00002", body);
	struct update update;

	(void)state;
	assert_int_equal(
	    update_decode(&inside, body, len, &update), UPDATE_WITHDRAW);
	assert_int_equal(update.fault, FAULT_ATTRIBUTE_MISSING);
	assert_int_equal(
	    update_decode(&outside, body, len, &update), UPDATE_USE);
	len = build("18 c00002", UNREACH, "", body);
	assert_int_equal(
	    update_decode(&inside, body, len, &update), UPDATE_USE);
}

/* More than 255 clusters count as 255. */
static void
long_cluster_list_counts_to_255(void **state)
{
	static char attributes[4096] = OK NEXT_HOP LOCAL_PREF "900a0400";
	uint8_t body[BODY_MAX];
	struct update update;
	size_t len;

	(void)state;
	for (unsigned i = 0; i < 256; i++)
		memcpy(&attributes[strlen(attributes)], "0a000001", 9);
	len = build("", attributes, "18 c00002", body);
	assert_int_equal(
	    update_decode(&inside, body, len, &update), UPDATE_USE);
	assert_int_equal(update.cluster_length, 255);
}

/* Every part says how many NLRI it has. */
static void
nlri_are_counted(void **state)
{
	uint8_t body[BODY_MAX];
	size_t len = build("08 0a 00",
	    OK NEXT_HOP LOCAL_PREF "800e0d 0001 85 00 00 03 038106 03 038106"
				   "800f05 0002 01 00 00",
	    "18 c00002 20 c0000301 00", body);
	struct update update;

	(void)state;
	assert_int_equal(
	    update_decode(&inside, body, len, &update), UPDATE_USE);
	assert_int_equal(update.withdrawn.n, 2);
	assert_int_equal(update.mp_reach.n, 2);
	assert_int_equal(update.mp_unreach.n, 2);
	assert_int_equal(update.announced.n, 3);
}

/* Communities of any kind are counted as stripped. */
static void
communities_are_counted_as_stripped(void **state)
{
	uint8_t body[BODY_MAX];
	size_t len = build("",
	    OK REACH "c00808 ffffff01 ffff029a"
		     "c0200c 000000010000000200000003"
		     "c01010 0002fde900000001 8006000000000000",
	    "", body);
	struct update update;

	(void)state;
	assert_int_equal(
	    update_decode(&outside, body, len, &update), UPDATE_USE);
	assert_int_equal(update.actions.stripped, 4);
	assert_int_equal(update.communities.len, 8);
	assert_int_equal(update.large_communities.len, 12);
	assert_int_equal(update.ext_communities.len, 16);
	assert_int_equal(update.actions.unknown, 0);
	assert_int_equal(update.actions.present, ACTION_BIT(ACTION_RATE_BYTES));
}

/* A two-octet speaker: numbers of two octets, AS4_PATH merged. */
static void
two_octet_speaker_is_understood(void **state)
{
	struct update_context old = outside;
	uint8_t body[BODY_MAX];
	size_t len =
	    build("", ORIGIN "400206 0202 fde9 5ba0 c01106 0201 00011170" REACH,
		"", body);
	struct update update;

	(void)state;
	old.as4 = false;
	assert_int_equal(update_decode(&old, body, len, &update), UPDATE_USE);
	assert_int_equal(update.path.first_as, 65001);
	assert_int_equal(update.path.origin_as, 70000);
	assert_int_equal(update.path.length, 2);
}

/* Families that were not negotiated are named and left alone. */
static void
families_not_negotiated_are_left_alone(void **state)
{
	struct update_context none = outside;
	uint8_t body[BODY_MAX];
	size_t len = build("08 0a",
	    OK NEXT_HOP "800e09 0001 85 00 00 ff 038106 800f04 0002 85 ff",
	    "ff", body);
	struct update update;

	(void)state;
	none.families = FAMILY_IPV6_UNICAST;
	assert_int_equal(update_decode(&none, body, len, &update), UPDATE_USE);
	assert_int_equal(update.mp_reach.family, FAMILY_NONE);
	assert_int_equal(update.mp_reach.safi, 133);
	assert_int_equal(update.mp_unreach.family, FAMILY_NONE);
	assert_int_equal(update.withdrawn.family, FAMILY_NONE);
	assert_int_equal(update.announced.family, FAMILY_NONE);
}

struct end_row {
	const char *name;
	const char *withdrawn;
	const char *attributes;
	const char *announced;
	unsigned family;
};

static struct end_row ends[] = {
	{ "end_of_ipv4_unicast", "", "", "", FAMILY_IPV4_UNICAST },
	{ "end_of_ipv4_flowspec", "", "800f03 000185", "",
	    FAMILY_IPV4_FLOWSPEC },
	{ "end_of_ipv6_flowspec", "", "900f0003 000285", "",
	    FAMILY_IPV6_FLOWSPEC },
	{ "end_of_ipv6_unicast", "", "800f03 000201", "", FAMILY_IPV6_UNICAST },
	{ "end_of_a_foreign_family_is_none", "", "800f03 000186", "",
	    FAMILY_NONE },
	{ "withdrawal_is_no_end", "", UNREACH, "", FAMILY_NONE },
	{ "attributes_are_no_end", "", "800f03 000185 400101 00", "",
	    FAMILY_NONE },
	{ "attributes_alone_are_no_end", "", OK, "", FAMILY_NONE },
	{ "unknown_attribute_is_no_end", "", "80c800", "", FAMILY_NONE },
	{ "withdrawn_prefix_is_no_end", "08 0a", "", "", FAMILY_NONE },
	{ "withdrawn_prefix_and_empty_unreach_is_no_end", "08 0a",
	    "800f03 000185", "", FAMILY_NONE },
	{ "announcement_is_no_end", "", OK REACH, "", FAMILY_NONE },
};
#define ENDS (sizeof(ends) / sizeof(ends[0]))

/* End-of-RIB is what RFC 4724 2 says, and nothing else. */
static void
check_end(void **state)
{
	const struct end_row *row = *state;
	uint8_t body[BODY_MAX], family;
	size_t len =
	    build(row->withdrawn, row->attributes, row->announced, body);
	struct update update;

	(void)update_decode(&outside, body, len, &update);
	assert_int_equal(
	    update_is_end_of_rib(&update, &family), row->family != FAMILY_NONE);
	assert_int_equal(family, row->family);
}

/* The attribute list has names; other numbers have none. */
static void
attributes_have_names(void **state)
{
	(void)state;
	assert_string_equal(
	    attribute_name(ATTRIBUTE_MP_REACH), "MP_REACH_NLRI");
	assert_string_equal(attribute_name(0), "?");
	assert_string_equal(attribute_name(255), "?");
	assert_null(attribute_row(13));
}

#define SINGLE 11

static void
add_rows(struct CMUnitTest *tests)
{
	for (size_t i = 0; i < ROWS; i++)
		*tests++ = (struct CMUnitTest){ rows[i].name, check_row, NULL,
			NULL, &rows[i] };
	for (size_t i = 0; i < PATHS; i++)
		*tests++ = (struct CMUnitTest){ paths[i].name, check_path, NULL,
			NULL, &paths[i] };
	for (size_t i = 0; i < ENDS; i++)
		*tests++ = (struct CMUnitTest){ ends[i].name, check_end, NULL,
			NULL, &ends[i] };
}

int
main(void)
{
	struct CMUnitTest tests[SINGLE + ROWS + PATHS + ENDS] = {
		cmocka_unit_test(path_of_256_numbers_is_refused),
		cmocka_unit_test(overrunning_lengths_end_the_session),
		cmocka_unit_test(fault_data_is_the_attribute),
		cmocka_unit_test(internal_attributes_count_from_inside_only),
		cmocka_unit_test(missing_local_pref_from_inside_withdraws),
		cmocka_unit_test(long_cluster_list_counts_to_255),
		cmocka_unit_test(nlri_are_counted),
		cmocka_unit_test(communities_are_counted_as_stripped),
		cmocka_unit_test(two_octet_speaker_is_understood),
		cmocka_unit_test(families_not_negotiated_are_left_alone),
		cmocka_unit_test(attributes_have_names),
	};

	add_rows(&tests[SINGLE]);
	return cmocka_run_group_tests_name("update", tests, NULL, NULL);
}
