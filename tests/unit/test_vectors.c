/* SPDX-License-Identifier: BSD-2-Clause */
/* Every row of golden/flowspec/vectors.tsv: octets, verdict and meaning. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/flow_action.h"
#include "proxy/wire/message.h"
#include "proxy/wire/update.h"
#include "tests/lib/hex.h"

#define ROWS_MAX   256
#define OCTETS_MAX 4096
#define TEXT_MAX   8192
#define PEER_ASN   65001

struct row {
	char *name;
	char *kind;
	char *octets;
	char *expected;
	char *canonical;
	char *meaning;
};

static struct row rows[ROWS_MAX];
static struct CMUnitTest tests[ROWS_MAX];
static size_t n_rows;

/* Text that grows at its end. */
struct text {
	char data[TEXT_MAX];
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
add(struct text *text, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(
	    &text->data[text->len], TEXT_MAX - text->len, format, args);
	va_end(args);
	assert_true(n >= 0 && (size_t)n < TEXT_MAX - text->len);
	text->len += (size_t)n;
}

static void
add_prefix(struct text *text, const char *name, const struct rule *rule,
    const uint8_t *addr, unsigned offset)
{
	char buf[INET6_ADDRSTRLEN];

	assert_non_null(inet_ntop(rule->afi == AFI_IPV4 ? AF_INET : AF_INET6,
	    addr, buf, sizeof(buf)));
	add(text, "%s%s %s/%d", text->len > 0 ? "; " : "", name, buf,
	    addr == rule->dst ? rule->dst_len : rule->src_len);
	if (offset != 0)
		add(text, " offset %u", offset);
}

static void
add_term(struct text *text, const struct rule_term *term)
{
	static const char *const numeric[] = { "false:", "=", ">", ">=", "<",
		"<=", "!=", "true:" };

	if (rule_type_is_bitmask(term->type))
		add(text, "%s%s:0x%llx", (term->op & RULE_OP_NOT) ? "!" : "",
		    (term->op & RULE_OP_MATCH) ? "all" : "any",
		    (unsigned long long)term->value);
	else
		add(text, "%s%llu", numeric[term->op & 7],
		    (unsigned long long)term->value);
}

static void
add_rule(struct text *out, const struct rule *rule)
{
	static const char *const names[] = { "", "", "", "protocol", "port",
		"destination-port", "source-port", "icmp-type", "icmp-code",
		"tcp-flags", "packet-length", "dscp", "fragment",
		"flow-label" };
	struct text text = { "", 0 };

	if (rule->has & RULE_HAS_DST)
		add_prefix(
		    &text, "destination", rule, rule->dst, rule->dst_offset);
	if (rule->has & RULE_HAS_SRC)
		add_prefix(&text, "source", rule, rule->src, rule->src_offset);
	for (unsigned i = 0; i < rule->n_terms; i++) {
		const struct rule_term *term = &rule->terms[i];

		if (i == 0 || rule->terms[i - 1].type != term->type)
			add(&text, "%s%s ", text.len > 0 ? "; " : "",
			    names[term->type]);
		else
			add(&text, (term->op & RULE_OP_AND) ? "&" : ",");
		add_term(&text, term);
	}
	add(out, "%s", text.data);
}

static bool
has(const struct action_set *set, enum action_kind kind)
{
	return (set->present & ACTION_BIT(kind)) != 0;
}

static void
add_octets(struct text *text, const char *name, const uint8_t *data, size_t len)
{
	char hex[64];

	add(text, "%s %s", name, hex_print(data, len, hex));
}

static void
add_actions(struct text *text, const struct action_set *set)
{
	if (has(set, ACTION_RATE_BYTES))
		add(text, "rate-limit %.9g", action_rate(set->rate_bytes));
	if (has(set, ACTION_RATE_PACKETS))
		add(text, "rate-limit-packets %.9g",
		    action_rate(set->rate_packets));
	if (has(set, ACTION_TRAFFIC))
		add(text, "action%s%s",
		    (set->flags & ACTION_SAMPLE) ? " sample" : "",
		    (set->flags & ACTION_CONTINUE) ? " continue" : "");
	if (has(set, ACTION_REDIRECT))
		add_octets(text, "redirect", set->redirect, 8);
	if (has(set, ACTION_MARK))
		add(text, "mark %d", set->dscp);
	if (has(set, ACTION_REDIRECT_NEXTHOP))
		add(text, "redirect-nexthop%s",
		    (set->flags & ACTION_COPY_NEXTHOP) ? " copy" : "");
	if (has(set, ACTION_REDIRECT_IP4))
		add_octets(text, "redirect-ip", set->redirect_ip4, 6);
	if (has(set, ACTION_REDIRECT_IP6))
		add_octets(text, "redirect-ip6", set->redirect_ip6, 20);
	if (has(set, ACTION_INTERFACE_SET))
		add_octets(text, "interface-set", set->interface_set, 8);
	if (set->unknown > 0)
		add(text, "unknown %d", set->unknown);
}

/* Whatever is cut off a rule, what is left is no rule, or a rule that ends
 * exactly there. */
static void
check_cuts(struct span value, unsigned afi, struct rule *rule)
{
	uint8_t longer[OCTETS_MAX + 1];

	for (size_t cut = 0; cut < value.len; cut++) {
		struct span part = { value.data, cut };

		if (flowspec_decode(part, afi, rule) != WIRE_OK) {
			assert_int_equal(rule->afi, 0);
			continue;
		}
		assert_true(rule_valid(rule, rule_size(rule)));
		memcpy(longer, value.data, cut);
		longer[cut] = 0;
		part.data = longer;
		part.len = cut + 1;
		assert_int_equal(
		    flowspec_decode(part, afi, rule), FAULT_FLOW_TYPE);
	}
}

static void
check_canonical(const struct row *row, const struct rule *rule, unsigned afi)
{
	uint8_t octets[FLOWSPEC_NLRI_MAX];
	char hex[2 * FLOWSPEC_NLRI_MAX + 1];
	struct writer writer;
	struct reader reader;
	struct span value;
	struct rule again;

	writer_init(&writer, octets, sizeof(octets));
	flowspec_encode(rule, &writer);
	assert_false(writer.failed);
	assert_string_equal(hex_print(octets, writer.len, hex), row->canonical);

	reader_init(&reader, octets, writer.len);
	assert_int_equal(flowspec_next(&reader, &value), WIRE_OK);
	assert_int_equal(flowspec_decode(value, afi, &again), WIRE_OK);
	assert_true(rule_equal(rule, &again));
}

static void
check_nlri(const struct row *row, const uint8_t *data, size_t len)
{
	unsigned afi = row->kind[1] == '4' ? AFI_IPV4 : AFI_IPV6;
	struct reader reader;
	struct span value;
	struct rule rule;
	struct text text = { "", 0 };
	enum wire_fault fault;

	reader_init(&reader, data, len);
	fault = flowspec_next(&reader, &value);
	if (fault == WIRE_OK) {
		assert_true(reader_done(&reader));
		fault = flowspec_decode(value, afi, &rule);
	}
	assert_string_equal(fault_name(fault), row->expected);
	if (fault != WIRE_OK)
		return;
	assert_true(rule_valid(&rule, rule_size(&rule)));
	add_rule(&text, &rule);
	assert_string_equal(text.data, row->meaning);
	check_canonical(row, &rule, afi);
	check_cuts(value, afi, &rule);
	for (size_t cut = 1; cut < len; cut++) {
		reader_init(&reader, data, cut);
		assert_int_equal(
		    flowspec_next(&reader, &value), FAULT_NLRI_FRAMING);
	}
}

static void
check_community(const struct row *row, const uint8_t *data, size_t len)
{
	bool six = row->kind[2] == '6';
	struct span value = { data, len };
	struct action_set set, again;
	struct text text = { "", 0 };
	struct writer writer;
	uint8_t octets[256];
	enum wire_fault fault;

	memset(&set, 0, sizeof(set));
	memset(&again, 0, sizeof(again));
	fault = six ? flow_action_decode6(value, &set)
		    : flow_action_decode(value, &set);
	assert_string_equal(fault_name(fault), row->expected);
	if (fault != WIRE_OK)
		return;
	assert_true(action_valid(&set));
	add_actions(&text, &set);
	assert_string_equal(text.data, row->meaning);

	writer_init(&writer, octets, sizeof(octets));
	(void)flow_action_encode(&set, &writer);
	(void)flow_action_encode6(&set, &writer);
	if (set.unknown > 0) {
		assert_int_equal(writer.len, 0);
		return;
	}
	value.data = octets;
	value.len = writer.len;
	assert_int_equal(six ? flow_action_decode6(value, &again)
			     : flow_action_decode(value, &again),
	    WIRE_OK);
	assert_true(action_equal(&set, &again));
}

/* Rules of one MP attribute, in brackets. */
static void
add_rules(struct text *text, const struct update_nlri *nlri)
{
	struct reader reader = nlri->nlri;
	struct span value;
	struct rule rule;

	while (reader.left > 0) {
		assert_int_equal(flowspec_next(&reader, &value), WIRE_OK);
		assert_int_equal(
		    flowspec_decode(value, nlri->afi, &rule), WIRE_OK);
		add(text, " [");
		add_rule(text, &rule);
		add(text, "]");
	}
}

static void
add_update(struct text *text, const struct update *update)
{
	uint8_t family;

	if (update_is_end_of_rib(update, &family)) {
		add(text, "end-of-rib %s", family_name(family));
		return;
	}
	if (update->mp_unreach.family != FAMILY_NONE) {
		add(text, "unreach %u/%u", update->mp_unreach.afi,
		    update->mp_unreach.safi);
		add_rules(text, &update->mp_unreach);
	}
	if (update->mp_reach.family != FAMILY_NONE) {
		add(text, "reach %u/%u next-hop %zu", update->mp_reach.afi,
		    update->mp_reach.safi, update->mp_reach.next_hop.len);
		add_rules(text, &update->mp_reach);
	}
	if (update->actions.present != 0)
		add(text, " ");
	add_actions(text, &update->actions);
}

/* An UPDATE body with this MP attribute. */
static size_t
wrap(uint8_t *body, unsigned type, const uint8_t *data, size_t len)
{
	struct writer writer;
	size_t place, attribute;
	uint8_t head[64];
	size_t n =
	    hex_read("400101 00 400206 0201 0000fde9", head, sizeof(head));

	writer_init(&writer, body, OCTETS_MAX);
	writer_u16(&writer, 0);
	place = writer_hold_u16(&writer);
	writer_bytes(&writer, head, n);
	writer_u8(&writer, 0x90);
	writer_u8(&writer, type);
	attribute = writer_hold_u16(&writer);
	writer_bytes(&writer, data, len);
	writer_patch_u16(&writer, attribute);
	writer_patch_u16(&writer, place);
	assert_false(writer.failed);
	return writer.len;
}

static void
check_wrapped(
    const struct row *row, unsigned type, const uint8_t *data, size_t len)
{
	const struct update_context context = { FAMILY_ALL, true, true, 64500,
		PEER_ASN };
	struct text text = { "", 0 };
	uint8_t body[OCTETS_MAX];
	struct update update;

	len = wrap(body, type, data, len);
	(void)update_decode(&context, body, len, &update);
	assert_string_equal(fault_name(update.fault), row->expected);
	assert_int_equal(update.outcome == UPDATE_USE, update.fault == WIRE_OK);
	if (update.fault != WIRE_OK)
		return;
	add_update(&text, &update);
	assert_string_equal(text.data,
	    strcmp(row->meaning, "ignored") == 0 ? "" : row->meaning);
}

/* A rule of a family that nobody negotiated, malformed or not. */
static void
check_foreign(const struct row *row, const uint8_t *data, size_t len)
{
	uint8_t body[OCTETS_MAX] = { 0, 1, 134, 0, 0 };

	memcpy(&body[5], data, len);
	check_wrapped(row, 14, body, 5 + len);
}

static void
check_message(const struct row *row, const uint8_t *data, size_t len)
{
	struct update_context context = { FAMILY_ALL, true, false, 64500, 0 };
	struct text text = { "", 0 };
	struct update update;
	size_t total;
	uint8_t type;

	assert_int_equal(
	    message_peek(data, len, MESSAGE_MAX, &type, &total), WIRE_OK);
	assert_int_equal(type, MESSAGE_UPDATE);
	assert_int_equal(total, len);
	data += MESSAGE_HEADER_LEN;
	len -= MESSAGE_HEADER_LEN;
	assert_int_equal(
	    update_decode(&context, data, len, &update), UPDATE_USE);
	add_update(&text, &update);
	assert_string_equal(text.data, row->meaning);

	/* From outside the same empty path is refused (RFC 9117 4.2). */
	if (update.mp_reach.family == FAMILY_NONE)
		return;
	context.external = true;
	context.peer_asn = PEER_ASN;
	assert_int_equal(
	    update_decode(&context, data, len, &update), UPDATE_WITHDRAW);
	assert_int_equal(update_reason(&update), REASON_AS_PATH_LENGTH);
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	uint8_t octets[OCTETS_MAX];
	size_t len = hex_read(row->octets, octets, sizeof(octets));
	/* Exactly as long as the octets, so that one too far is seen. */
	uint8_t *data = malloc(len);

	assert_non_null(data);
	memcpy(data, octets, len);
	if (strcmp(row->kind, "v4") == 0 || strcmp(row->kind, "v6") == 0)
		check_nlri(row, data, len);
	else if (strcmp(row->kind, "ec") == 0 || strcmp(row->kind, "ec6") == 0)
		check_community(row, data, len);
	else if (strcmp(row->kind, "mpreach") == 0)
		check_wrapped(row, 14, data, len);
	else if (strcmp(row->kind, "mpunreach") == 0)
		check_wrapped(row, 15, data, len);
	else if (strcmp(row->kind, "vpn4") == 0)
		check_foreign(row, data, len);
	else if (strcmp(row->kind, "update") == 0)
		check_message(row, data, len);
	else
		fail_msg("unknown kind %s", row->kind);
	free(data);
}

/* The next field of a line, which is cut at its tabulator. */
static char *
field(char **line)
{
	char *at = strsep(line, "\t\n");

	if (at == NULL || *at == '\0')
		abort();
	return at;
}

static void
read_rows(char *line)
{
	struct row *row;

	if (line[0] == '#' || line[0] == '\n' || n_rows == ROWS_MAX)
		return;
	line = strdup(line);
	if (line == NULL)
		abort();
	row = &rows[n_rows];
	row->name = field(&line);
	row->kind = field(&line);
	row->octets = field(&line);
	row->expected = field(&line);
	row->canonical = field(&line);
	row->meaning = field(&line);
	tests[n_rows].name = row->name;
	tests[n_rows].test_func = check_row;
	tests[n_rows].initial_state = row;
	n_rows++;
}

int
main(void)
{
	FILE *file = fopen(VECTORS, "r");
	static char line[TEXT_MAX];
	int failed;

	if (file == NULL) {
		perror(VECTORS);
		return 1;
	}
	while (fgets(line, sizeof(line), file) != NULL)
		read_rows(line);
	(void)fclose(file);
	failed = _cmocka_run_group_tests("vectors", tests, n_rows, NULL, NULL);
	for (size_t i = 0; i < n_rows; i++)
		free(rows[i].name);
	return failed != 0 || n_rows < 150;
}
