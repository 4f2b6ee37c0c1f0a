/* SPDX-License-Identifier: BSD-2-Clause */
/* Metrics of the log's signature. Without a word of the store there are none:
 * no sample says that all is well. */
#include <string.h>

#include "proxy/common/message.h"
#include "proxy/control/view.h"
#include "proxy/control/when.h"
#include "proxy/http/metrics_part.h"

void
metrics_sealed(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	const char *now = metrics_text(from->status, metric->path);

	if (now != NULL)
		metrics_sample(body, metric->name, NULL,
		    strcmp(now, view_seal_state(SEAL_SIGNING)) == 0);
}

void
metrics_seal_state(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	const char *now = metrics_text(from->status, metric->path);

	for (unsigned i = SEAL_AWAY; i <= SEAL_FAILED && now != NULL; i++) {
		const struct label labels[] = { { "state", view_seal_state(i) },
			{ NULL, NULL } };

		metrics_sample(body, metric->name, labels,
		    strcmp(now, view_seal_state(i)) == 0);
	}
}

static void
time_at(struct body *body, const struct metric *metric,
    const struct label *labels, const char *text, uint64_t now_ns)
{
	uint64_t at_ns;

	if (text != NULL && when_parse(text, now_ns, &at_ns) == 0)
		metrics_sample(
		    body, metric->name, labels, at_ns / UINT64_C(1000000000));
}

void
metrics_time(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	time_at(body, metric, NULL, metrics_text(from->status, metric->path),
	    from->now_ns);
}

void
metrics_damaged(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	const struct json *scrub =
	    json_get(json_get(from->status, "log"), "scrub");

	/* Before the first look nothing is known. */
	if (json_text(scrub, "time") != NULL)
		metrics_sample(
		    body, metric->name, NULL, json_true_at(scrub, "damaged"));
}

/* The witness number i with its name as label; NULL: it has none. */
static const struct json *
witness_at(
    const struct metrics_from *from, size_t i, struct label labels[static 2])
{
	const struct json *row =
	    json_at(json_get(json_get(from->status, "log"), "witnesses"), i);

	labels[0] = (struct label){ "witness", json_text(row, "name") };
	labels[1] = (struct label){ NULL, NULL };
	return labels[0].value == NULL ? NULL : row;
}

void
metrics_witness_size(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	uint64_t size;

	for (size_t i = 0; i < WITNESSES_MAX; i++) {
		struct label labels[2];
		const struct json *row = witness_at(from, i, labels);

		if (metrics_number(row, metric->path, &size))
			metrics_sample(body, metric->name, labels, size);
	}
}

void
metrics_witness_time(struct body *body, const struct metric *metric,
    const struct metrics_from *from)
{
	for (size_t i = 0; i < WITNESSES_MAX; i++) {
		struct label labels[2];
		const struct json *row = witness_at(from, i, labels);

		if (row != NULL)
			time_at(body, metric, labels,
			    metrics_text(row, metric->path), from->now_ns);
	}
}
