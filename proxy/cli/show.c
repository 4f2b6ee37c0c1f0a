/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers: JSON as it came, or the verb's own text; then the end. */
#include "proxy/cli/show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/cli/text.h"
#include "proxy/control/when.h"

const char *
show_field(const struct json *object, const char *key)
{
	const char *text = json_text(object, key);

	return text != NULL ? text : "";
}

const char *
show_number(
    const struct json *object, const char *key, char buf[SHOW_NUMBER_MAX])
{
	uint64_t number;

	if (json_number(object, key, &number))
		(void)snprintf(buf, SHOW_NUMBER_MAX, "%" PRIu64, number);
	else
		(void)snprintf(buf, SHOW_NUMBER_MAX, "-");
	return buf;
}

const char *
show_age(const struct show *show, const struct json *object, const char *key,
    bool left, char buf[SHOW_AGE_MAX])
{
	const char *text = json_text(object, key);
	uint64_t when, from, to;

	if (text == NULL || when_parse(text, 0, &when) < 0) {
		(void)snprintf(buf, SHOW_AGE_MAX, "-");
		return buf;
	}
	from = left ? show->now_ns : when;
	to = left ? when : show->now_ns;
	if (left)
		to += 999999999; /* what is left is not 0 s before its end */
	return when_age(
	    to > from ? (to - from) / 1000000 : 0, buf, SHOW_AGE_MAX);
}

void
show_text(const struct show *show, const char *const *pieces)
{
	for (; *pieces != NULL; pieces++) {
		size_t lines = strcmp(*pieces, "\n") == 0;
		char *clean = lines > 0 ? NULL : text_clean(*pieces);

		(void)fputs(lines > 0 ? "\n" : clean, show->out);
		free(clean);
	}
}

void
show_json_line(const struct show *show, const struct json *json)
{
	size_t len;
	char *text = json_print(json, &len);

	(void)fprintf(show->out, "%s\n", text);
	free(text);
}

char *
show_end(const struct args *args, const struct answer *answer)
{
	const char *text = answer_text(answer);
	const char *asked = args->customer != NULL ? args->customer
			    : args->name != NULL   ? args->name
			    : args->word != NULL   ? args->word
						   : "?";
	char rule[128];
	const char *const rows[][4] = {
		{ "no such rule", rule, "", "" },
		{ "no such customer or inward neighbour",
		    "no customer or inward neighbour \"", asked, "\"" },
		{ "no such role, customer or neighbour",
		    "no role, customer or neighbour \"", asked, "\"" },
		{ "no such customer", "no customer \"", asked, "\"" },
		{ "no unicast route covers it", "no unicast route covers ",
		    asked, "" },
	};
	size_t size = strlen(text) + strlen(asked) + 160, said;
	char *out = text_alloc(NULL, size);

	(void)snprintf(rule, sizeof(rule),
	    "no rule %" PRIu64 " stands or waits now (`sluice audit list "
	    "--rule %" PRIu64 "` for its past)",
	    args->id, args->id);
	(void)snprintf(out, size, "%s", text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		said = strlen(rows[i][0]);
		if (strncmp(text, rows[i][0], said) != 0)
			continue;
		(void)snprintf(out, size, "%s%s%s%s", rows[i][1], rows[i][2],
		    rows[i][3], &text[said]);
		break;
	}
	return out;
}

/* Verbs whose answer is their end. */
static bool
ends_only(const struct args *args)
{
	return args_acts(args) || args->verb == ARGS_RELOAD;
}

/* Rows as they came. */
static void
rows_json(const struct show *show, const struct args *args,
    const struct answer *answer)
{
	bool backward = args->verb == ARGS_AUDIT;

	for (size_t i = 0; i < answer->n_rows; i++) {
		struct json *line =
		    answer_row(answer, backward ? answer->n_rows - 1 - i : i);

		if (json_object_at(line, "row"))
			show_json_line(show, json_get(line, "row"));
		json_free(line);
	}
}

static void
show_json(const struct show *show, const struct args *args,
    const struct answer *answer)
{
	if (args->verb == ARGS_ROUTE && answer->n_rows > 0) {
		struct json *route = show_route_json(args, answer);

		show_json_line(show, route);
		json_free(route);
	} else {
		rows_json(show, args, answer);
	}
	if (ends_only(args) ||
	    (answer_exit(answer) != 0 && answer->n_rows == 0))
		show_json_line(show, json_get(answer->end, "end"));
}

/* One row that is shown in full. */
static void
show_row(
    const struct show *show, const struct args *args, const struct json *row)
{
	switch ((enum args_verb)args->verb) {
	case ARGS_STATUS:
		show_status(show, row);
		return;
	case ARGS_SESSIONS:
		show_session(show, row);
		return;
	case ARGS_RULES:
		show_rule(show, row, false);
		return;
	case ARGS_EXPLAIN:
		show_rule(show, row, true);
		return;
	case ARGS_CUSTOMERS:
		show_customer(show, row);
		return;
	case ARGS_ANNOUNCE:
		show_rule(show, row, false);
		return;
	case ARGS_LOG_LEVEL:
	case ARGS_NONE:
	case ARGS_APPROVE:
	case ARGS_DENY:
	case ARGS_WITHDRAW:
	case ARGS_ROUTE:
	case ARGS_CONFIRM:
	case ARGS_AUDIT:
	case ARGS_CHECK:
	case ARGS_RELOAD:
	case ARGS_EXTEND:
	case ARGS_QUARANTINE:
	case ARGS_RELEASE:
	case ARGS_FREEZE:
	case ARGS_THAW:
	case ARGS_PANIC:
	case ARGS_RESUME:
	case ARGS_RETRACT:
	case ARGS_HELP:
	case ARGS_VERBS:
		return;
	}
}

static void
show_each(const struct show *show, const struct args *args,
    const struct answer *answer)
{
	bool first = true;

	for (size_t i = 0; i < answer->n_rows; i++) {
		struct json *line = answer_row(answer, i);

		if (args->verb == ARGS_SESSIONS &&
		    show_session_hidden(json_get(line, "row"))) {
			json_free(line);
			continue;
		}
		if (!first)
			SHOW(show, "\n");
		first = false;
		if (json_object_at(line, "row"))
			show_row(show, args, json_get(line, "row"));
		json_free(line);
	}
}

/* Returns whether the sentence at the end was shown, too. */
static bool
show_rows(const struct show *show, const struct args *args,
    const struct answer *answer)
{
	bool table = (args->verb == ARGS_RULES && !args->has_id) ||
		     args->verb == ARGS_RELOAD;

	if (args->verb == ARGS_AUDIT)
		show_entries(show, answer);
	else if (args->verb == ARGS_ROUTE)
		return show_route(show, args, answer);
	else if (args->verb == ARGS_LOG_LEVEL)
		show_levels(show, answer);
	else if (args->verb == ARGS_CUSTOMERS && args->word == NULL)
		show_customers(show, answer);
	else if (args->verb == ARGS_SESSIONS && args->word == NULL)
		show_sessions(show, answer);
	else if (table)
		show_rules(show, answer);
	else
		show_each(show, args, answer);
	return false;
}

/* "status --check": the one row decides; without one nothing is known. */
static int
check_answer(const struct show *show, const struct args *args,
    const struct answer *answer)
{
	struct json *line = answer_row(answer, 0);
	/* Of a row that did not come nothing is well. */
	bool well = show_status_check(show, json_get(line, "row"), args->json);

	json_free(line);
	return well ? CLI_DONE : CLI_NO;
}

/* " (password_file, families)", of a session. */
static void
show_whys(const struct show *show, const struct json *whys)
{
	for (size_t i = 0; i < json_length(whys); i++) {
		const char *why = json_text_at(whys, i);

		SHOW(show, i == 0 ? " (" : ", ", why != NULL ? why : "?");
	}
	if (json_length(whys) > 0)
		SHOW(show, ")");
}

/* Sessions that a reload ends: one line, or none. */
static void
show_reloaded(const struct show *show, const struct json *end,
    const char *const keys[2], const char *const verbs[2])
{
	const struct json *list = json_get(end, keys[0]);
	char number[SHOW_NUMBER_MAX];
	uint64_t more = 0, n = json_length(list);

	if (n == 0)
		return;
	(void)json_number(end, keys[1], &more);
	n += more;
	(void)snprintf(number, sizeof(number), "%" PRIu64, n);
	SHOW(show, number, n == 1 ? " session " : " sessions ",
	    verbs[n == 1 ? 0 : 1], ": ");
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *one = json_at(list, i);

		SHOW(show, i > 0 ? ", " : "", show_field(one, "name"));
		show_whys(show, json_get(one, "why"));
	}
	if (more > 0) {
		(void)snprintf(number, sizeof(number), "%" PRIu64, more);
		SHOW(show, " and ", number, " more");
	}
	SHOW(show, "\n");
}

static void
show_sessions_reloaded(const struct show *show, const struct answer *answer)
{
	static const char *const keys[][2] = {
		{ "restarts", "restarts_more" },
		{ "ends", "ends_more" },
	};
	static const char *const verbs[][2] = {
		{ "starts anew", "start anew" },
		{ "ends", "end" },
	};
	const struct json *end = json_get(answer->end, "end");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		show_reloaded(show, end, keys[i], verbs[i]);
}

/* A reload that waits: until when, and for what. */
static void
show_rollback(const struct show *show, const struct answer *answer)
{
	const char *until = json_text(json_get(answer->end, "end"), "rollback");

	if (until != NULL)
		SHOW(show, "it is rolled back at ", until,
		    " unless `sluice confirm reload` comes", "\n");
}

/* Rows that are not all: why, beside them. */
static int
end_of_json(const struct show *show, const struct args *args,
    const struct answer *answer)
{
	char *clean = text_clean(answer_text(answer));
	unsigned status = answer_exit(answer);

	if (status != 0 && answer->n_rows > 0 && !ends_only(args) &&
	    clean[0] != '\0')
		(void)fprintf(show->err, "sluice: %s\n", clean);
	free(clean);
	return (int)status;
}

int
show_answer(const struct show *show, const struct args *args,
    const struct answer *answer)
{
	unsigned status = answer_exit(answer);
	char *text, *clean;

	if (args->check && status == 0)
		return check_answer(show, args, answer);
	if (args->json) {
		show_json(show, args, answer);
		return end_of_json(show, args, answer);
	}
	/* Nothing found is said, unless it was a mistake to ask. */
	if ((answer->n_rows > 0 || (status == 0 && !ends_only(args))) &&
	    show_rows(show, args, answer))
		return (int)status;
	text = show_end(args, answer);
	clean = text_clean(text);
	if (text[0] != '\0')
		(void)fprintf(status == 0 ? show->out : show->err, "%s%s\n",
		    status == 0 ? "" : "sluice: ", clean);
	free(clean);
	free(text);
	if (args->verb == ARGS_RELOAD)
		show_sessions_reloaded(show, answer);
	show_rollback(show, answer);
	return (int)status;
}
