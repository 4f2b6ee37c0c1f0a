/* SPDX-License-Identifier: BSD-2-Clause */
/* What is asked of the log's level. */
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/control/request_part.h"
#include "proxy/control/when.h"

static bool
class_find(const char *name, uint8_t *out)
{
	for (unsigned i = 0; i < LOG_CLASSES; i++) {
		if (strcmp(name, log_class_name(i)) != 0)
			continue;
		*out = (uint8_t)i;
		return true;
	}
	return false;
}

/* For how long; parts of a second count as one. */
static int
parse_for(const struct parse *parse, struct msg_log_ask *ask)
{
	const char *text;
	uint64_t ms;

	if (request_text(parse, "for", &text) < 0)
		return -1;
	if (text == NULL) {
		ask->for_s = LOG_FOR_S;
		return 0;
	}
	if (when_span(text, LOG_FOR_MAX_S * UINT64_C(1000), &ms) < 0)
		return request_refuse_word(parse, "for", text,
		    "how long (45s, 10m, 2h, 1h30m), at most 24h");
	ask->for_s = (uint32_t)((ms + 999) / 1000);
	return 0;
}

int
request_level(const struct parse *parse)
{
	struct msg_log_ask *ask = &parse->out->level;
	const char *class;

	if (request_text(parse, "class", &class) < 0)
		return -1;
	if (class == NULL) {
		if (json_get(parse->args, "for") != NULL ||
		    json_get(parse->args, "name") != NULL)
			return request_refuse(parse, "class",
			    "error, warn, remote, info or debug");
		return 0;
	}
	if (!class_find(class, &ask->class))
		return request_refuse_word(parse, "class", class,
		    "error, warn, remote, info or debug");
	ask->set = 1;
	if (request_copy(parse, "name", ask->name, sizeof(ask->name)) < 0)
		return -1;
	return parse_for(parse, ask);
}
