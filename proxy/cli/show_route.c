/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "sluice route": the best match in a line, then what stands behind it and
 * what rests on it. The parts come as rows {"route"}, {"more_specific"} and
 * {"rule"}; as JSON they are put together.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/prefix.h"
#include "proxy/cli/show.h"
#include "proxy/cli/table.h"

#define WORDS_MAX 160

/* What has come. Rules may be many: only their lines in a table are kept. */
struct picture {
	const struct show *show;
	struct json *best; /* NULL: no route covers it */
	bool incomplete;   /* the view is not complete */
	size_t n_routes;
	size_t n_more;
	size_t n_rules;
	struct table *routes;
	struct table *more;
	struct table *rules;
};

/* ---- words ---- */

/* An AS, or what an AS_PATH has instead of one. */
static const char *
as_words(const struct json *route, const char *key, char buf[SHOW_NUMBER_MAX])
{
	uint64_t asn;

	if (json_number(route, key, &asn))
		return show_number(route, key, buf);
	return json_true_at(route, "internal") ? "inside" : "set";
}

/* "AS65001 (origin AS65101)". */
static void
leads_to(const struct json *route, char buf[WORDS_MAX])
{
	char left[SHOW_NUMBER_MAX], right[SHOW_NUMBER_MAX];
	uint64_t neighbor = 0, origin = 0;
	bool known = json_number(route, "neighbor_as", &neighbor);
	bool ends = json_number(route, "origin_as", &origin);

	(void)show_number(route, "neighbor_as", left);
	(void)show_number(route, "origin_as", right);
	if (json_true_at(route, "internal"))
		(void)snprintf(buf, WORDS_MAX, "the inside (empty AS_PATH)");
	else if (known && ends && neighbor == origin)
		(void)snprintf(buf, WORDS_MAX, "AS%s", left);
	else
		(void)snprintf(buf, WORDS_MAX, "%s%s (origin %s%s)",
		    known ? "AS" : "an AS_SET", known ? left : "",
		    ends ? "AS" : "an AS_SET", ends ? right : "");
}

/* "best by MED", "lost by MED" or "the only route". */
static void
why_words(const struct json *route, bool best, char buf[WORDS_MAX])
{
	const char *why = show_field(route, "why");
	bool only = strcmp(why, "only route") == 0;

	(void)snprintf(buf, WORDS_MAX, "%s%s%s",
	    only   ? "the "
	    : best ? "best by "
		   : "lost by ",
	    why, json_true_at(route, "stale") ? ", stale" : "");
}

/* As routers write it. */
static const char *
origin_words(const struct json *route)
{
	const char *origin = show_field(route, "origin");

	return strcmp(origin, "incomplete") == 0 ? "?" : origin;
}

/* ---- tables ---- */

static void
route_add(struct picture *picture, const struct json *route)
{
	char as[SHOW_NUMBER_MAX], origin_as[SHOW_NUMBER_MAX],
	    length[SHOW_NUMBER_MAX], pref[SHOW_NUMBER_MAX],
	    med[SHOW_NUMBER_MAX], why[WORDS_MAX];
	const char *cells[] = {
		show_field(route, "source"),
		json_text(route, "customer"),
		as_words(route, "neighbor_as", as),
		as_words(route, "origin_as", origin_as),
		show_number(route, "path_length", length),
		show_number(route, "local_pref", pref),
		show_number(route, "med", med),
		origin_words(route),
		json_text(route, "originator_id"),
	};

	why_words(route, picture->n_routes == 0, why);
	table_add(picture->routes, cells, why, NULL);
	picture->n_routes++;
}

static void
more_add(struct picture *picture, const struct json *route)
{
	char as[SHOW_NUMBER_MAX], origin_as[SHOW_NUMBER_MAX],
	    length[SHOW_NUMBER_MAX], pref[SHOW_NUMBER_MAX];
	const char *cells[] = {
		show_field(route, "prefix"),
		as_words(route, "neighbor_as", as),
		as_words(route, "origin_as", origin_as),
		show_number(route, "path_length", length),
		show_number(route, "local_pref", pref),
		show_field(route, "source"),
		json_text(route, "customer"),
	};

	table_add(picture->more, cells,
	    json_true_at(route, "stale") ? "stale" : NULL, NULL);
	picture->n_more++;
}

/* row is borrowed, but for the best route. */
static void
row_add(struct picture *picture, struct json *row)
{
	if (json_bool_at(row, "known"))
		picture->incomplete = !json_true_at(row, "known");
	if (json_object_at(row, "route")) {
		route_add(picture, json_get(row, "route"));
		if (picture->best == NULL)
			picture->best = json_take(row, "route");
	} else if (json_object_at(row, "more_specific")) {
		more_add(picture, json_get(row, "more_specific"));
	} else if (json_object_at(row, "rule")) {
		show_rules_add(
		    picture->show, picture->rules, json_get(row, "rule"));
		picture->n_rules++;
	}
}

static void
picture_init(struct picture *picture, const struct show *show)
{
	static const char *const routes[] = { "SOURCE", "CUSTOMER", "AS",
		"ORIGIN-AS", "PATH", "PREF", "MED", "ORIGIN", "ORIGINATOR" };
	static const char *const more[] = { "PREFIX", "AS", "ORIGIN-AS", "PATH",
		"PREF", "SOURCE", "CUSTOMER" };

	*picture = (struct picture){ .show = show };
	picture->routes =
	    table_new(routes, sizeof(routes) / sizeof(routes[0]), "WHY", 0x7c);
	picture->more =
	    table_new(more, sizeof(more) / sizeof(more[0]), NULL, 0x1e);
	picture->rules = show_rules_table();
}

static void
picture_fini(struct picture *picture)
{
	json_free(picture->best);
	table_free(picture->routes);
	table_free(picture->more);
	table_free(picture->rules);
}

/* ---- what is shown ---- */

static void
best_print(const struct picture *picture, const char *none)
{
	const struct show *show = picture->show;
	const char *customer = json_text(picture->best, "customer");
	char to[WORDS_MAX], why[WORDS_MAX];

	if (picture->best == NULL) {
		SHOW(show, none, "\n");
	} else {
		leads_to(picture->best, to);
		why_words(picture->best, true, why);
		SHOW(show, show_field(picture->best, "prefix"), " to ", to,
		    " from ", show_field(picture->best, "source"),
		    customer != NULL ? " of " : "",
		    customer != NULL ? customer : "", ", ", why, "\n");
	}
	if (json_true_at(picture->best, "stale"))
		SHOW(show, "STALE: the session of this route is lost", "\n");
	if (picture->incomplete)
		SHOW(show, "the view is not complete: new rules are refused",
		    "\n");
}

static void
part_print(const struct picture *picture, const struct table *table, size_t n,
    const char *title, const char *none)
{
	const struct show *show = picture->show;

	SHOW(show, "\n", n > 0 ? title : none, "\n");
	if (n > 0)
		table_print(table, show->out, show->width, false);
}

bool
show_route(const struct show *show, const struct args *args,
    const struct answer *answer)
{
	char *end = show_end(args, answer);
	struct picture picture;
	bool said;

	picture_init(&picture, show);
	for (size_t i = 0; i < answer->n_rows; i++) {
		struct json *line = answer_row(answer, i);
		struct json *row = json_take(line, "row");

		row_add(&picture, row);
		json_free(row);
		json_free(line);
	}
	best_print(&picture, end);
	free(end);
	said = picture.best == NULL;
	if (picture.n_routes > 0)
		part_print(&picture, picture.routes, picture.n_routes,
		    "routes to it, the best first", "");
	part_print(&picture, picture.more, picture.n_more,
	    "more-specifics through other ASes",
	    "no more-specifics through other ASes");
	part_print(&picture, picture.rules, picture.n_rules,
	    "rules that rest on it", "no rules rest on it");
	picture_fini(&picture);
	return said;
}

/* ---- JSON ---- */

/* What was asked for, in the one form that it has. */
static void
put_asked(struct json *to, const char *word)
{
	struct prefix prefix;
	char text[PREFIX_TEXT_MAX];

	if (prefix_parse(word, &prefix) == 0)
		word = prefix_print(&prefix, text, sizeof(text));
	json_put_text(to, "prefix", word);
}

/* Move a member of a row to the end of a list. */
static void
part_move(struct json *list, struct json *row, const char *part)
{
	struct json *value = json_take(row, part);

	if (value != NULL)
		json_add(list, value);
}

struct json *
show_route_json(const struct args *args, const struct answer *answer)
{
	struct json *json = json_new(), *routes = json_list_new(),
		    *more = json_list_new(), *rules = json_list_new();

	put_asked(json, args->word);
	json_put_null(json, "known");
	json_put_null(json, "best");
	for (size_t i = 0; i < answer->n_rows; i++) {
		struct json *line = answer_row(answer, i);
		struct json *row = json_take(line, "row");

		if (json_bool_at(row, "known"))
			json_put_bool(
			    json, "known", json_true_at(row, "known"));
		if (!json_object_at(json, "best") &&
		    json_object_at(row, "route"))
			json_put(json, "best", json_copy_of(row, "route"));
		part_move(routes, row, "route");
		part_move(more, row, "more_specific");
		part_move(rules, row, "rule");
		json_free(row);
		json_free(line);
	}
	json_put(json, "routes", routes);
	json_put(json, "more_specifics", more);
	json_put(json, "rules", rules);
	json_put_text(json, "text", answer_text(answer));
	return json;
}
