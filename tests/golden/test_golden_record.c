/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record format as files: tests/golden/record/NAME.hex decodes to
 * NAME.txt, and what is listed below encodes to NAME.hex. A change here is a
 * change of a format that auditors hold copies of.
 * UPDATE_GOLDEN=1 writes the files anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/record.h"
#include "store/seal.h"
#include "tests/lib/random_entry.h"

#define TEXT_MAX 65536

/* ---- entry to text ---- */

static void
print_octets(FILE *out, const char *name, const uint8_t *octets, size_t len)
{
	(void)fprintf(out, "%s ", name);
	for (size_t i = 0; i < len; i++)
		(void)fprintf(out, "%02x", octets[i]);
	(void)fputc('\n', out);
}

static void
print_rule(FILE *out, const struct rule *rule)
{
	(void)fprintf(out, "rule afi=%u\n", rule->afi);
	if (rule->has & RULE_HAS_DST) {
		(void)fprintf(
		    out, "  dst %u..%u ", rule->dst_offset, rule->dst_len);
		print_octets(out, "", rule->dst, ADDRESS_MAX);
	}
	if (rule->has & RULE_HAS_SRC) {
		(void)fprintf(
		    out, "  src %u..%u ", rule->src_offset, rule->src_len);
		print_octets(out, "", rule->src, ADDRESS_MAX);
	}
	for (unsigned i = 0; i < rule->n_terms; i++)
		(void)fprintf(out, "  term type=%u op=%02x value=%llu\n",
		    rule->terms[i].type, rule->terms[i].op,
		    (unsigned long long)rule->terms[i].value);
}

static void
print_actions(FILE *out, const struct action_set *set)
{
	(void)fprintf(out,
	    "actions present=%03x repeated=%03x flags=%02x dscp=%u unknown=%u "
	    "stripped=%u\n",
	    set->present, set->repeated, set->flags, set->dscp, set->unknown,
	    set->stripped);
	(void)fprintf(
	    out, "  rates %08x %08x\n", set->rate_bytes, set->rate_packets);
	print_octets(out, "  redirect", set->redirect, 8);
	print_octets(out, "  interface-set", set->interface_set, 8);
	print_octets(out, "  redirect-ip", set->redirect_ip4, 8);
	print_octets(out, "  redirect-rt6", set->redirect_rt6, 20);
	print_octets(out, "  redirect-ip6", set->redirect_ip6, 20);
}

static void
print_entry(FILE *out, const struct entry *entry)
{
	(void)fprintf(out, "seq %llu kind %s state %s reason %u check %s\n",
	    (unsigned long long)entry->seq, entry_kind_name(entry->kind),
	    state_name(entry->state), entry->reason, check_name(entry->check));
	(void)fprintf(out, "wall %llu mono %llu\n",
	    (unsigned long long)entry->wall_ns,
	    (unsigned long long)entry->mono_ns);
	(void)fprintf(out, "rule-id %llu count %llu approved %u\n",
	    (unsigned long long)entry->rule_id,
	    (unsigned long long)entry->count, entry->approved);
	print_octets(out, "boot", entry->boot_id, sizeof(entry->boot_id));
	print_octets(
	    out, "config", entry->config_hash, sizeof(entry->config_hash));
	(void)fprintf(out, "customer '%s' session '%s' operator '%s'\n",
	    entry->customer, entry->session, entry->operator_name);
	(void)fprintf(
	    out, "evidence '%s'\ntext '%s'\n", entry->evidence, entry->text);
	if (entry->has_rule) {
		print_rule(out, &entry->rule);
		print_actions(out, &entry->actions);
	}
	if (entry->raw_len > 0) {
		(void)fprintf(out, "received afi=%u ", entry->rule.afi);
		print_octets(out, "", entry->raw, entry->raw_len);
	}
}

/* ---- the entries ---- */

static void
make_accepted(struct entry *entry)
{
	usual_entry(4711, entry);
}

/* Refused, IPv6 with offsets, several actions, other octets than ours. */
static void
make_refused(struct entry *entry)
{
	static const uint8_t raw[] = { 5, RULE_DST, 16, 0, 0x20, 0x01 };

	usual_entry(4712, entry);
	entry->state = STATE_REFUSED;
	entry->check = CHECK_FORM;
	entry->reason = REASON_IPV6_OFFSET;
	(void)snprintf(
	    entry->evidence, sizeof(entry->evidence), "destination offset 12");
	memset(&entry->rule, 0, sizeof(entry->rule));
	entry->rule.afi = AFI_IPV6;
	entry->rule.has = RULE_HAS_DST | RULE_HAS_SRC;
	entry->rule.dst_len = 64;
	entry->rule.dst_offset = 12;
	memset(entry->rule.dst, 0x5a, sizeof(entry->rule.dst));
	entry->rule.src_len = 17;
	memset(entry->rule.src, 0xff, sizeof(entry->rule.src));
	entry->rule.n_terms = 2;
	entry->rule.terms[0] = (struct rule_term){ 17, RULE_PROTO, 1, { 0 } };
	entry->rule.terms[1] =
	    (struct rule_term){ 0xfffff, RULE_FLOW_LABEL, 3, { 0 } };
	rule_canonical(&entry->rule);
	entry->actions.present =
	    ACTION_BIT(ACTION_RATE_BYTES) | ACTION_BIT(ACTION_TRAFFIC) |
	    ACTION_BIT(ACTION_REDIRECT) | ACTION_BIT(ACTION_MARK);
	entry->actions.repeated = ACTION_BIT(ACTION_MARK);
	entry->actions.flags = ACTION_SAMPLE;
	entry->actions.dscp = 46;
	entry->actions.rate_bytes = action_rate_bits(1000000);
	memcpy(entry->actions.redirect, "\x80\x08\xfb\xf4\x00\x00\x02\x9a", 8);
	entry->actions.stripped = 3;
	memcpy(entry->raw, raw, sizeof(raw));
	entry->raw_len = sizeof(raw);
}

/* Framed octets that no rule could be made of. */
static void
make_malformed(struct entry *entry)
{
	static const uint8_t raw[] = { 3, RULE_PROTO, 0x01, 17 };

	usual_entry(4713, entry);
	entry->has_rule = 0;
	memset(&entry->actions, 0, sizeof(entry->actions));
	memset(&entry->rule, 0, sizeof(entry->rule));
	entry->state = STATE_REFUSED;
	entry->check = CHECK_FORM;
	entry->reason = REASON_MALFORMED;
	(void)snprintf(entry->evidence, sizeof(entry->evidence),
	    "the operator list has no end");
	entry->rule.afi = AFI_IPV4;
	memcpy(entry->raw, raw, sizeof(raw));
	entry->raw_len = sizeof(raw);
}

static void
make_operator(struct entry *entry)
{
	usual_entry(4714, entry);
	entry->kind = ENTRY_OPERATOR;
	entry->rule_id = 4000;
	entry->approved = 1;
	(void)snprintf(
	    entry->operator_name, sizeof(entry->operator_name), "noc");
	(void)snprintf(entry->text, sizeof(entry->text),
	    "ticket 17: attack confirmed by phone");
	entry->evidence[0] = '\0';
}

static void
make_start(struct entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	entry->kind = ENTRY_START;
	entry->wall_ns = UINT64_C(1700000000123456789);
}

static void
make_summary(struct entry *entry)
{
	usual_entry(UINT64_C(0x123456789a), entry);
	entry->kind = ENTRY_SUMMARY;
	entry->has_rule = 0;
	memset(&entry->actions, 0, sizeof(entry->actions));
	entry->rule_id = 0;
	entry->count = 70000;
	entry->state = STATE_REFUSED;
	entry->reason = REASON_NOT_REGISTERED;
	entry->check = CHECK_OWNERSHIP;
}

struct row {
	const char *name;
	void (*make)(struct entry *entry);
};

static const struct row rows[] = {
	{ "accepted", make_accepted },
	{ "refused", make_refused },
	{ "malformed", make_malformed },
	{ "operator", make_operator },
	{ "start", make_start },
	{ "summary", make_summary },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Sixteen octets a line, and the leaf hash under it. */
static size_t
make_hex(const uint8_t *record, size_t len, char *out)
{
	uint8_t leaf[SEAL_LEN];
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		(void)snprintf(&out[at], 4, "%02x%c", record[i],
		    i % 16 == 15 || i + 1 == len ? '\n' : ' ');
		at += 3;
	}
	seal_leaf(record, len, leaf);
	memcpy(&out[at], "leaf ", 5);
	at += 5;
	for (size_t i = 0; i < SEAL_LEN; i++, at += 2)
		(void)snprintf(&out[at], 3, "%02x", leaf[i]);
	out[at++] = '\n';
	out[at] = '\0';
	return at;
}

static void
compare(const char *name, const char *kind, const char *text, size_t len)
{
	static char wanted[TEXT_MAX];
	char path[1024];
	FILE *file;
	size_t n;

	(void)snprintf(
	    path, sizeof(path), GOLDEN_FOLDER "/record/%s.%s", name, kind);
	if (getenv("UPDATE_GOLDEN") != NULL) {
		file = fopen(path, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(text, 1, len, file), len);
		assert_int_equal(fclose(file), 0);
		return;
	}
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("%s is missing", path);
	n = fread(wanted, 1, sizeof(wanted) - 1, file);
	(void)fclose(file);
	wanted[n] = '\0';
	assert_string_equal(text, wanted);
}

/* Entry to octets to text, each as it was. */
static void
check_row(void **state)
{
	static char hex[TEXT_MAX];
	static struct entry entry, back;
	const struct row *row = *state;
	uint8_t record[RECORD_MAX];
	char *text = NULL;
	size_t len, size = 0;
	FILE *out;
	int got;

	row->make(&entry);
	got = record_encode(&entry, record);
	assert_true(got > 0);
	len = (size_t)got;
	compare(row->name, "hex", hex, make_hex(record, len, hex));

	assert_int_equal(record_decode(record, len, &back), 0);
	out = open_memstream(&text, &size);
	assert_non_null(out);
	print_entry(out, &back);
	assert_int_equal(fclose(out), 0);
	compare(row->name, "txt", text, size);
	free(text);
}

int
main(void)
{
	struct CMUnitTest tests[ROWS] = { { NULL, NULL, NULL, NULL, NULL } };
	char names[ROWS][64];

	for (size_t i = 0; i < ROWS; i++) {
		(void)snprintf(names[i], sizeof(names[i]),
		    "%s_record_is_as_it_was", rows[i].name);
		tests[i].name = names[i];
		tests[i].test_func = check_row;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	if (seal_init() != 0)
		return 1;
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
