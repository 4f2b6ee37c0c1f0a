/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests that the store answers. */
#include <string.h>

#include "proxy/control/filter.h"
#include "proxy/control/request_part.h"

static int
audit_words(const struct parse *parse, struct filter_words *words)
{
	const struct {
		const char *name;
		const char **to;
	} rows[] = {
		{ "customer", &words->customer },
		{ "since", &words->since },
		{ "until", &words->until },
		{ "prefix", &words->prefix },
		{ "state", &words->state },
		{ "reason", &words->reason },
		{ "kind", &words->kind },
		{ "operator", &words->operator_name },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (request_text(parse, rows[i].name, rows[i].to) < 0)
			return -1;
	}
	return 0;
}

int
request_audit(const struct parse *parse)
{
	struct msg_audit_query *query = &parse->out->audit;
	struct filter_words words = { 0 };
	uint64_t n = FILTER_MAX_DEFAULT;

	if (audit_words(parse, &words) < 0 ||
	    filter_parse(
		&words, parse->now_ns, query, parse->why, REQUEST_WHY_MAX) < 0)
		return -1;
	if (json_get(parse->args, "rule") != NULL &&
	    !json_number(parse->args, "rule", &query->rule_id))
		return request_refuse(parse, "rule", "the number of a rule");
	if (json_get(parse->args, "n") != NULL &&
	    (!json_number(parse->args, "n", &n) || n == 0 ||
		n > FILTER_MAX_LIMIT))
		return request_refuse(parse, "n", "a number from 1 to 100000");
	query->backward = 1;
	parse->out->audit_max = (uint32_t)n;
	return 0;
}

/* A number that may be there; *out stays as it is without it. */
static int
number_get(const struct parse *parse, const char *name, uint64_t *out)
{
	if (json_get(parse->args, name) == NULL)
		return 0;
	if (!json_number(parse->args, name, out))
		return request_refuse(parse, name, "a number from 0 on");
	return 0;
}

int
request_audit_raw(const struct parse *parse)
{
	struct request_log *log = &parse->out->log;

	log->to = UINT64_MAX;
	if (number_get(parse, "from", &log->from) < 0 ||
	    number_get(parse, "to", &log->to) < 0)
		return -1;
	if (log->to < log->from)
		return request_refuse(parse, "to", "a number from from on");
	return 0;
}

int
request_audit_seal(const struct parse *parse)
{
	parse->out->log.to = UINT64_MAX;
	return number_get(parse, "at_most", &parse->out->log.to);
}

int
request_audit_proof(const struct parse *parse)
{
	struct request_log *log = &parse->out->log;

	if (!json_number(parse->args, "index", &log->from))
		return request_refuse(parse, "index", "the number of an entry");
	if (json_get(parse->args, "consistency") != NULL &&
	    !json_bool_at(parse->args, "consistency"))
		return request_refuse(parse, "consistency", "true or false");
	log->consistency = json_true_at(parse->args, "consistency");
	return number_get(parse, "size", &log->to);
}

int
request_audit_act(const struct parse *parse)
{
	static const char *const names[] = {
		[AUDIT_ROTATE] = "rotate",
		[AUDIT_RENEW] = "renew",
		[AUDIT_SCRUB] = "scrub",
	};
	static const char wanted[] = "rotate, renew or scrub";
	struct request_log *log = &parse->out->log;
	const char *act = json_text(parse->args, "act");

	if (act == NULL)
		return request_refuse(parse, "act", wanted);
	for (unsigned i = AUDIT_ROTATE; i <= AUDIT_SCRUB; i++) {
		if (strcmp(act, names[i]) == 0)
			log->act = i;
	}
	if (log->act == 0)
		return request_refuse_word(parse, "act", act, wanted);
	if (request_copy(parse, "reason", log->text, sizeof(log->text)) < 0)
		return -1;
	if (log->text[0] == '\0')
		return request_refuse(parse, "reason", "why it is done");
	return 0;
}
