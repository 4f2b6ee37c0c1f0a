/* SPDX-License-Identifier: BSD-2-Clause */
/* The log read directly, with the filters of the daemon. */
#include "proxy/cli/offline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/query.h"
#include "proxy/control/filter.h"
#include "proxy/control/view.h"
#include "store/inspect.h"
#include "store/ledger.h"

struct search {
	struct msg_audit_query query;
	struct answer *answer;
	uint64_t left;
	bool full;
};

/* Stops the walk with 1 when enough was found. */
static int
visit(void *ctx, const struct entry *entry)
{
	struct search *search = ctx;

	if (!query_wants(&search->query, entry))
		return 0;
	if (answer_add_row(search->answer, view_entry(entry)) < 0) {
		search->full = true;
		return 1;
	}
	search->left--;
	return search->left == 0;
}

int
offline_filter(const struct args *args, uint64_t now_ns,
    struct msg_audit_query *query, char *why)
{
	struct filter_words words = {
		.customer = args->customer,
		.since = args->since,
		.until = args->until,
		.prefix = args->prefix,
		.state = args->state,
		.reason = args->reason,
		.kind = args->kind,
		.operator_name = args->operator_name,
	};

	if (filter_parse(&words, now_ns, query, why, ARGS_WHY_MAX) < 0)
		return -1;
	if (args->has_rule)
		query->rule_id = args->rule;
	return 0;
}

void
offline_query(const struct msg_audit_query *query, struct index_query *out)
{
	*out = (struct index_query){
		.customer = query->customer,
		.operator_name = query->operator_name,
		.rule_id = query->rule_id,
		.from_ns = query->from_ns,
		.to_ns = query->to_ns,
		.prefix = query->prefix,
		.reason = query->reason,
		.kind = query->kind,
		.state = query->state,
	};
}

static int
search_init(
    struct search *search, const struct args *args, uint64_t now_ns, char *why)
{
	search->left = args->n > 0 ? args->n : FILTER_MAX_DEFAULT;
	if (search->left > FILTER_MAX_LIMIT) {
		(void)snprintf(
		    why, ARGS_WHY_MAX, "n: wanted a number from 1 to 100000");
		return -1;
	}
	return offline_filter(args, now_ns, &search->query, why);
}

/* Walk down, over entries that are damaged: those are said at the end. */
static int
search_run(struct search *search, struct ledger *log, char *why)
{
	struct index_query query;
	struct ledger_range range = {
		.to = UINT64_MAX, .backward = true, .query = &query
	};
	uint64_t damaged = 0, first = 0;
	struct ledger_head head;
	int status = ledger_head_read(log, &head);

	offline_query(&search->query, &query);
	range.to = status == 0 ? head.size : 0;
	while (status == 0 && range.to > 0) {
		uint64_t seq = 0;

		status = ledger_walk(log, &range, visit, search, &seq);
		if (status != DB_CORRUPT || seq >= range.to)
			break;
		first = seq;
		damaged++;
		range.to = seq;
		status = 0;
	}
	if (status < 0)
		(void)snprintf(why, ARGS_WHY_MAX, "%s", db_error_text(status));
	else if (search->full)
		(void)snprintf(why, ARGS_WHY_MAX, "too much for one answer");
	else if (damaged > 0)
		(void)snprintf(why, ARGS_WHY_MAX,
		    "%" PRIu64 " %s damaged, the first is %" PRIu64, damaged,
		    damaged == 1 ? "entry is" : "entries are", first);
	return status < 0 || search->full || damaged > 0 ? CLI_NO : CLI_DONE;
}

int
offline_look(const char *path, char *why, size_t why_size)
{
	struct inspect_report report;
	int used;

	inspect_store(path, INSPECT_PAGES, 0, &report);
	/* Whoever opens it can say more of the rest. */
	if (report.error != DB_CORRUPT && report.error != DB_SHORT)
		return 0;
	used = snprintf(why, why_size,
	    "--store %.100s: data.mdb cannot be read: %s", path, report.why);
	if (report.size > 0 && used > 0 && (size_t)used < why_size)
		(void)snprintf(&why[used], why_size - (size_t)used,
		    " (it had %" PRIu64 " entries)", report.size);
	return CLI_NO;
}

int
offline_audit(
    const struct args *args, uint64_t now_ns, struct answer *answer, char *why)
{
	static const char end[] = "{\"end\":{\"exit\":0,\"text\":\"\"}}";
	struct search search = { .answer = answer };
	struct ledger *log = NULL;
	int status;

	if (search_init(&search, args, now_ns, why) < 0)
		return CLI_WRONG;
	status = offline_look(args->store, why, ARGS_WHY_MAX);
	if (status != 0)
		return status;
	status = ledger_open_readonly(args->store, &log);
	if (status < 0) {
		(void)snprintf(why, ARGS_WHY_MAX, "--store %.100s: %s",
		    args->store,
		    access(args->store, R_OK | X_OK) < 0
			? strerror(errno)
			: db_error_text(status));
		return CLI_WRONG;
	}
	status = search_run(&search, log, why);
	ledger_close(log);
	(void)answer_add(answer, end, sizeof(end) - 1);
	return status;
}
