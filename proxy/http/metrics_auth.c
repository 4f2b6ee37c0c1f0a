/* SPDX-License-Identifier: BSD-2-Clause */
/* Metrics of how segments are signed: with TCP-AO by session; with MD5 the
 * kernel counts nothing by neighbour. Free places of ranges have none. */
#include <string.h>

#include "proxy/http/metrics_part.h"

/* What a session says under `auth`, and what it is called as a label. */
struct item {
	const char *key;
	const char *label;
};

static const struct item results[] = {
	{ "good", "good" },
	{ "bad", "bad" },
	{ "unknown_key", "unknown_key" },
	{ "unsigned", "unsigned" },
};

static const struct item keys[] = {
	{ "current_key", "current" },
	{ "next_key", "next" },
};

/* A sample for each of the n items that the session has. */
static void
items_say(struct body *body, const struct metric *metric,
    const struct json *row, const struct item *items, size_t n)
{
	const struct json *auth = json_get(row, "auth");
	const char *kind = json_text(auth, "kind");
	const char *customer = json_text(row, "customer");
	uint64_t value;

	if (kind == NULL || strcmp(kind, "tcp-ao") != 0 ||
	    json_true_at(row, "free"))
		return;
	for (size_t i = 0; i < n; i++) {
		const struct label labels[] = {
			{ "neighbor", json_text(row, "neighbor") },
			{ "customer", customer == NULL ? "" : customer },
			{ metric->path, items[i].label }, { NULL, NULL }
		};

		if (labels[0].value != NULL &&
		    json_number(auth, items[i].key, &value))
			metrics_sample(body, metric->name, labels, value);
	}
}

void
metrics_auth_md5(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	static const char *const names[] = { "bad", "unknown", "unsigned" };
	const struct json *md5 = json_get(from->status, metric->path);
	uint64_t value;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct label labels[] = { { "result", names[i] },
			{ NULL, NULL } };

		if (json_number(md5, names[i], &value))
			metrics_sample(body, metric->name, labels, value);
	}
}

void
metrics_auth_segments(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	for (size_t i = 0; i < json_length(from->sessions); i++)
		items_say(body, metric, json_at(from->sessions, i), results,
		    sizeof(results) / sizeof(results[0]));
}

void
metrics_auth_keys(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	for (size_t i = 0; i < json_length(from->sessions); i++)
		items_say(body, metric, json_at(from->sessions, i), keys,
		    sizeof(keys) / sizeof(keys[0]));
}
