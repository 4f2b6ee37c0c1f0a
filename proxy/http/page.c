/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths, and what was asked and made of late. */
#include "proxy/http/page.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/clock.h"
#include "proxy/common/message.h"
#include "proxy/http/api.h"
#include "proxy/http/fetch.h"
#include "proxy/http/metrics.h"

#define ROUTES_PATH "/api/v1/routes/protocol/"

static const char type_json[] = "application/json";
static const char type_note[] = "text/plain; charset=utf-8";
static const char type_metrics[] = "text/plain; version=0.0.4; charset=utf-8";

/* What control is asked. */
enum question {
	ASK_STATUS,
	ASK_SESSIONS,
	ASK_CUSTOMERS,
	ASK_METRICS,
	ASK_RULES,
	ASK_SEAL,
	ASK_COUNT
};

struct answer {
	uint64_t until_ms; /* boot time; 0: not asked */
	uint64_t asked_ns; /* wall */
	int status;        /* of fetch() */
	struct rows rows;
};

enum place {
	PLACE_METRICS,
	PLACE_STATUS,
	PLACE_PROTOCOLS,
	PLACE_CUSTOMERS,
	PLACE_RULES,
	PLACE_CHECKPOINT,
	PLACE_ROUTES,
	PLACE_COUNT
};

/* The page at a place, as made last. */
struct kept {
	struct page *page;
	uint64_t until_ms;
	char name[API_NAME_MAX]; /* ROUTES: whose */
};

struct pages {
	struct link *link;
	int stop_fd;
	struct answer answers[ASK_COUNT];
	struct kept kept[PLACE_COUNT];
};

struct pages *
pages_new(struct link *link, int stop_fd)
{
	struct pages *pages = calloc(1, sizeof(*pages));

	if (pages == NULL)
		return NULL;
	pages->link = link;
	pages->stop_fd = stop_fd;
	return pages;
}

void
pages_free(struct pages *pages)
{
	if (pages == NULL)
		return;
	for (size_t i = 0; i < ASK_COUNT; i++)
		rows_fini(&pages->answers[i].rows);
	for (size_t i = 0; i < PLACE_COUNT; i++)
		page_drop(pages->kept[i].page);
	free(pages);
}

/* ---- pages ---- */

static struct page *
page_new(unsigned status, const char *type)
{
	struct page *page = calloc(1, sizeof(*page));

	if (page == NULL)
		return NULL;
	page->refs = 1;
	page->status = status;
	page->type = type;
	return page;
}

void
page_drop(struct page *page)
{
	if (page == NULL || --page->refs > 0)
		return;
	body_fini(&page->body);
	free(page);
}

struct page *
page_error(unsigned status, const char *text)
{
	struct page *page = page_new(status, type_json);

	if (page != NULL)
		body_print(&page->body, "{\"error\":\"%s\"}\n", text);
	return page;
}

/* ---- answers ---- */

static const struct answer *
answer_get(struct pages *pages, enum question question)
{
	static const struct {
		const char *verb;
		size_t max;
	} asked[ASK_COUNT] = {
		[ASK_STATUS] = { "status", 1 },
		[ASK_SESSIONS] = { "sessions", SIZE_MAX },
		[ASK_CUSTOMERS] = { "customers", SIZE_MAX },
		[ASK_METRICS] = { "metrics", SIZE_MAX },
		[ASK_RULES] = { "rules", PAGE_RULES_MAX },
		[ASK_SEAL] = { "audit-seal", 1 },
	};
	struct answer *answer = &pages->answers[question];

	if (clock_boot_ms() < answer->until_ms)
		return answer;
	rows_fini(&answer->rows);
	answer->asked_ns = clock_wall_ns();
	answer->status = fetch(pages->link, pages->stop_fd,
	    asked[question].verb, asked[question].max, &answer->rows);
	if (answer->status < 0)
		rows_fini(&answer->rows);
	answer->until_ms = clock_boot_ms() + PAGE_TTL_MS;
	return answer;
}

/* Rows are many octets: none is kept for longer than it counts. */
static void
answers_tidy(struct pages *pages)
{
	uint64_t now_ms = clock_boot_ms();

	for (size_t i = 0; i < ASK_COUNT; i++) {
		if (now_ms >= pages->answers[i].until_ms)
			rows_fini(&pages->answers[i].rows);
	}
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		if (now_ms < pages->kept[i].until_ms)
			continue;
		page_drop(pages->kept[i].page);
		pages->kept[i].page = NULL;
	}
}

/* ---- metrics ---- */

/* The rows as a list, the caller's; those that are no objects are left out. */
static struct json *
list_of(const struct rows *rows)
{
	struct json *list = json_list_new();
	char why[128];

	for (size_t i = 0; i < rows->n; i++) {
		size_t len;
		const char *text = rows_at(rows, i, &len);
		struct json *row = json_read(text, len, why, sizeof(why));

		if (row != NULL)
			json_add(list, row);
	}
	return list;
}

static void
metrics_make(struct pages *pages, struct body *body)
{
	static const enum question asked[] = { ASK_STATUS, ASK_SESSIONS,
		ASK_CUSTOMERS, ASK_METRICS };
	struct json *lists[4] = { NULL };
	struct metrics_from from = { .up = true, .version = SLUICE_VERSION };

	for (size_t i = 0; i < 4 && from.up; i++) {
		const struct answer *answer = answer_get(pages, asked[i]);

		from.up = answer->status == 0;
		lists[i] = list_of(&answer->rows);
	}
	from.up = from.up && json_length(lists[0]) == 1;
	if (from.up) {
		from.status = json_at(lists[0], 0);
		from.sessions = lists[1];
		from.customers = lists[2];
		from.verdicts = lists[3];
		from.now_ns = pages->answers[ASK_STATUS].asked_ns;
	}
	metrics_add(body, &from);
	for (size_t i = 0; i < 4; i++)
		json_free(lists[i]);
}

/* ---- JSON ---- */

static struct api_head
head_of(const struct answer *answer)
{
	return (struct api_head){ .version = SLUICE_VERSION,
		.fetched_ns = answer->asked_ns,
		.now_ns = clock_wall_ns(),
		.ttl_ns = (uint64_t)PAGE_TTL_MS * 1000000 };
}

/* The JSON of a place from one answer. */
static struct page *
list_make(struct pages *pages, enum question question,
    void (*add)(struct body *, const struct api_head *, const struct rows *))
{
	const struct answer *answer = answer_get(pages, question);
	const struct api_head head = head_of(answer);
	struct page *page;

	if (answer->status < 0)
		return page_error(503, "the guard does not answer");
	page = page_new(200, type_json);
	if (page != NULL)
		add(&page->body, &head, &answer->rows);
	return page;
}

static struct page *
routes_make(struct pages *pages, const char *name)
{
	const struct answer *sessions = answer_get(pages, ASK_SESSIONS);
	const struct answer *rules = answer_get(pages, ASK_RULES);
	const struct api_head head = head_of(rules);
	struct page *page;

	if (sessions->status < 0 || rules->status < 0)
		return page_error(503, "the guard does not answer");
	page = page_new(200, type_json);
	if (page == NULL || api_routes(&page->body, &head, name,
				&sessions->rows, &rules->rows) == 0)
		return page;
	page_drop(page);
	return page_error(404, "no such protocol");
}

/* The last signed note as it is, with its cosignatures. */
static struct page *
checkpoint_make(struct pages *pages)
{
	const struct answer *answer = answer_get(pages, ASK_SEAL);
	struct json *rows;
	struct page *page;
	const char *note;

	if (answer->status < 0)
		return page_error(503, "the store does not answer");
	rows = list_of(&answer->rows);
	note = json_text(json_at(rows, 0), "note");
	page = note != NULL ? page_new(200, type_note)
			    : page_error(404, "no checkpoint is signed yet");
	if (page != NULL && note != NULL)
		body_text(&page->body, note);
	json_free(rows);
	return page;
}

static struct page *
page_make(struct pages *pages, enum place place, const char *name)
{
	struct page *page;

	switch (place) {
	case PLACE_METRICS:
		page = page_new(200, type_metrics);
		if (page != NULL)
			metrics_make(pages, &page->body);
		return page;
	case PLACE_STATUS:
		return list_make(pages, ASK_STATUS, api_status);
	case PLACE_PROTOCOLS:
		return list_make(pages, ASK_SESSIONS, api_protocols);
	case PLACE_CUSTOMERS:
		return list_make(pages, ASK_CUSTOMERS, api_customers);
	case PLACE_RULES:
		return list_make(pages, ASK_RULES, api_rules);
	case PLACE_CHECKPOINT:
		return checkpoint_make(pages);
	case PLACE_ROUTES:
		return routes_make(pages, name);
	case PLACE_COUNT:
		break;
	}
	return NULL;
}

/* ---- paths ---- */

/* PLACE_COUNT: there is nothing. *name is what follows the place. */
static enum place
place_find(const char *path, const char **name)
{
	static const char *const places[] = {
		[PLACE_METRICS] = "/metrics",
		[PLACE_STATUS] = "/api/v1/status",
		[PLACE_PROTOCOLS] = "/api/v1/protocols",
		[PLACE_CUSTOMERS] = "/api/v1/customers",
		[PLACE_RULES] = "/api/v1/rules",
		[PLACE_CHECKPOINT] = "/checkpoint",
	};
	size_t len = strlen(ROUTES_PATH);

	*name = "";
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strcmp(path, places[i]) == 0)
			return (enum place)i;
	}
	if (strncmp(path, ROUTES_PATH, len) != 0 ||
	    strlen(path) >= len + API_NAME_MAX)
		return PLACE_COUNT;
	*name = &path[len];
	return PLACE_ROUTES;
}

struct page *
pages_get(struct pages *pages, const char *path)
{
	const char *name;
	enum place place = place_find(path, &name);
	struct kept *kept;
	struct page *page;

	if (place == PLACE_COUNT)
		return page_error(404, "no such page");
	kept = &pages->kept[place];
	answers_tidy(pages);
	if (kept->page != NULL && strcmp(kept->name, name) == 0) {
		kept->page->refs++;
		return kept->page;
	}
	page = page_make(pages, place, name);
	if (page != NULL && page->body.full) {
		page_drop(page);
		return page_error(500, "the answer is too long");
	}
	if (page == NULL || page->status != 200)
		return page;
	page_drop(kept->page);
	kept->page = page;
	kept->until_ms = clock_boot_ms() + PAGE_TTL_MS;
	(void)snprintf(kept->name, sizeof(kept->name), "%s", name);
	page->refs++;
	return page;
}
