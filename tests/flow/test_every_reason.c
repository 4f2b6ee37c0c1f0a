/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every reason there is comes about in a guard, stands in a record or a row,
 * is counted, has its words in JSON, and is explained as in the file
 * tests/golden/explain/REASON.txt. UPDATE_GOLDEN=1 writes the files anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/rule_text.h"
#include "proxy/cli/show.h"
#include "proxy/common/entry_msg.h"
#include "proxy/control/view.h"
#include "tests/flow/every_reason.h"

#define TEXT_MAX 16384u

/* When all of it happened, in the files. */
#define THEN_NS UINT64_C(1767225600000000000)
#define HOUR_NS UINT64_C(3600000000000)

static void
parse(const char *text, struct rule *rule, struct action_set *actions)
{
	struct rule_text_error error;

	if (rule_parse(text, rule, actions, &error) < 0)
		fail_msg("%s: %s, not %s", text, error.wanted, error.found);
}

void
announce_text(
    struct scene *scene, size_t session, const char *text, enum reason wire)
{
	struct action_set actions;
	struct rule rule;

	parse(text, &rule, &actions);
	session_announce_rule(
	    &scene->sessions[session], &rule, &actions, (uint16_t)wire);
}

/* ---- what came of it ---- */

static const struct rib_rule *
rule_with(const struct scene *scene, enum reason reason)
{
	const struct rib_link *all = &scene->guard->in.all;

	for (struct rib_link *l = all->next; l != all; l = l->next) {
		const struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, all);

		if (rule->reason == reason && (rule->flags & RULE_WANTED))
			return rule;
	}
	return NULL;
}

static const struct msg_entry *
entry_with(const struct scene *scene, enum reason reason)
{
	for (size_t i = scene->store.durable; i-- > 0;) {
		if (scene->store.log[i]->reason == reason)
			return scene->store.log[i];
	}
	return NULL;
}

/* Does a command about this rule tell the reason? */
static bool
explains(struct scene *scene, const struct producer *row)
{
	struct msg_ctl_request msg = { .verb = CTL_EXPLAIN,
		.state = UINT8_MAX,
		.has_rule = 1,
		.customer = "acme" };

	if (row->rule == NULL || row->wire != 0)
		return false;
	parse(row->rule, &msg.rule, &msg.actions);
	control_ask_all(scene, &msg);
	scene_settle(scene);
	if (scene->n_rows != 1)
		return false;
	for (unsigned i = 0; i < CHECK_COUNT; i++) {
		if (row->reason == REASON_UNJUDGED &&
		    scene->check[i].reason == REASON_UNJUDGED)
			return true;
	}
	return scene->row.reason == row->reason;
}

/* ---- as an operator reads it ---- */

static uint64_t
as_then(uint64_t time_ns)
{
	return time_ns == 0 ? 0 : THEN_NS + HOUR_NS;
}

static void
check_json(const struct json *json, enum reason reason)
{
	uint64_t number = UINT64_MAX;

	assert_string_equal(json_text(json, "reason"), reason_name(reason));
	assert_true(json_number(json, "reason_number", &number));
	assert_int_equal(number, reason);
	assert_string_equal(json_text(json, "detail"), reason_text(reason));
}

static struct json *
row_of_rule(struct scene *scene, enum reason reason)
{
	struct msg_ctl_rule *msg = &scene->row;
	struct json *checks = json_list_new(), *row;

	msg->first_seen_ns = msg->since_ns = msg->now_ns = THEN_NS;
	msg->expires_ns = as_then(msg->expires_ns);
	msg->ends_ns = as_then(msg->ends_ns);
	row = view_rule(msg);
	if (reason != REASON_UNJUDGED)
		check_json(row, reason);
	for (unsigned i = 0; check_at(i) != CHECK_NONE; i++)
		json_add(checks, view_check(&scene->check[check_at(i)]));
	if (scene->checks > 0)
		json_put(row, "checks", checks);
	else
		json_free(checks);
	return row;
}

static struct json *
row_of_entry(const struct msg_entry *packed, enum reason reason)
{
	static struct entry entry;
	struct json *row;

	assert_int_equal(entry_msg_unpack(packed, &entry), 0);
	entry.wall_ns = THEN_NS;
	row = view_entry(&entry);
	check_json(row, reason);
	return row;
}

/* The best there is: explain, or the rule as it is, or its record. */
static enum args_verb
find(struct scene *scene, const struct producer *row, struct answer *answer)
{
	const struct rib_rule *rule;
	const struct msg_entry *entry;

	if (explains(scene, row)) {
		assert_int_equal(
		    answer_add_row(answer, row_of_rule(scene, row->reason)), 0);
		return ARGS_EXPLAIN;
	}
	rule = rule_with(scene, row->reason);
	if (rule != NULL) {
		/* Without a number there is the list alone. */
		control_ask(scene,
		    rule->id == RULE_ID_NONE ? CTL_RULES : CTL_RULE, rule->id);
		scene_settle(scene);
		assert_int_equal(scene->n_rows, 1);
		assert_int_equal(
		    answer_add_row(answer, row_of_rule(scene, row->reason)), 0);
		return ARGS_RULES;
	}
	entry = entry_with(scene, row->reason);
	if (entry == NULL)
		fail_msg("nothing says %s", reason_name(row->reason));
	assert_int_equal(
	    answer_add_row(answer, row_of_entry(entry, row->reason)), 0);
	return ARGS_AUDIT;
}

static char *
shown(struct scene *scene, const struct producer *row)
{
	static const char end[] = "{\"end\":{\"exit\":0,\"text\":\"\"}}";
	struct answer answer = { 0 };
	struct show show = { .width = 80, .now_ns = THEN_NS };
	struct args args = { 0 };
	char *text = NULL;
	size_t len;

	args.verb = (uint8_t)find(scene, row, &answer);
	args.has_id = args.verb == ARGS_RULES;
	assert_int_equal(answer_add(&answer, end, strlen(end)), 0);
	show.out = show.err = open_memstream(&text, &len);
	assert_non_null(show.out);
	(void)show_answer(&show, &args, &answer);
	assert_int_equal(fclose(show.out), 0);
	answer_fini(&answer);
	return text;
}

static void
check_file(const char *text, enum reason reason)
{
	char path[1024], wanted[TEXT_MAX];
	size_t n;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/explain/%s.txt", GOLDEN_FOLDER,
	    reason_name(reason));
	if (getenv("UPDATE_GOLDEN") != NULL) {
		file = fopen(path, "w");
		assert_non_null(file);
		(void)fputs(text, file);
		(void)fclose(file);
	}
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(wanted, 1, sizeof(wanted) - 1, file);
	(void)fclose(file);
	wanted[n] = '\0';
	assert_string_equal(text, wanted);
	assert_non_null(strstr(text, reason_name(reason)));
}

/* A row names each reason; this one was counted. */
static void
check_metrics(struct scene *scene, enum reason reason)
{
	size_t n = 0;

	control_ask_of(scene, CTL_METRICS, "");
	scene_settle(scene);
	for (size_t i = 0; i < scene->n_metrics; i++)
		n += scene->metrics[i].customer[0] == '\0' &&
		     scene->metrics[i].reason == reason;
	assert_int_equal(n, 1);
	/* A verdict that was not reached is none. */
	if (reason != REASON_UNJUDGED)
		assert_true(control_metric(scene, reason, "") > 0);
}

/* ---- one test each ---- */

static const struct producer *
producer_of(enum reason reason)
{
	for (size_t i = 0; i < judged_count; i++) {
		if (judged_rows[i].reason == reason)
			return &judged_rows[i];
	}
	for (size_t i = 0; i < event_count; i++) {
		if (event_rows[i].reason == reason)
			return &event_rows[i];
	}
	return NULL;
}

static void
step(struct scene *scene, void (*what)(struct scene *scene))
{
	if (what == NULL)
		return;
	what(scene);
	scene_settle(scene);
}

static void
comes_about(void **state)
{
	const enum reason reason = *(const enum reason *)*state;
	const struct producer *row = producer_of(reason);
	struct scene *scene;
	char *text;

	assert_non_null(row);
	scene = scene_prepare();
	if (row->prepare != NULL)
		row->prepare(scene);
	if (!row->unstarted)
		scene_start(scene);
	step(scene, row->before);
	if (row->rule != NULL)
		announce_text(scene, 0, row->rule,
		    row->wire != 0 ? row->wire : REASON_ACCEPTED);
	scene_settle(scene);
	step(scene, row->after);
	text = shown(scene, row);
	check_file(text, reason);
	free(text);
	check_metrics(scene, reason);
	scene_free(scene);
}

static const enum reason reasons[] = {
#define X(symbol, number, name, text) REASON_##symbol,
	REASON_MAP(X)
#undef X
};

int
main(void)
{
	enum {
		REASONS = sizeof(reasons) / sizeof(reasons[0])
	};
	struct CMUnitTest tests[REASONS];

	for (size_t i = 0; i < REASONS; i++) {
		tests[i] =
		    (struct CMUnitTest){ reason_name(reasons[i]), comes_about,
			    NULL, NULL, (void *)(uintptr_t)&reasons[i] };
	}
	return cmocka_run_group_tests_name("every reason", tests, NULL, NULL);
}
