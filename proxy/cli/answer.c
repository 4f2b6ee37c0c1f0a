/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeping the lines of an answer. */
#include "proxy/cli/answer.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/cli/text.h"

static int
row_keep(struct answer *answer, const char *line, size_t len)
{
	if (len >= ANSWER_MAX - answer->len)
		return -1;
	if (answer->size - answer->len <= len) {
		while (answer->size - answer->len <= len)
			answer->size =
			    answer->size == 0 ? 65536 : 2 * answer->size;
		answer->text = text_alloc(answer->text, answer->size);
	}
	if (answer->n_rows == answer->max_rows) {
		answer->max_rows =
		    answer->max_rows == 0 ? 256 : 2 * answer->max_rows;
		answer->rows = text_alloc(
		    answer->rows, answer->max_rows * sizeof(answer->rows[0]));
	}
	answer->rows[answer->n_rows++] = answer->len;
	memcpy(&answer->text[answer->len], line, len);
	answer->len += len;
	answer->text[answer->len++] = '\0';
	return 0;
}

int
answer_add(struct answer *answer, const char *line, size_t len)
{
	struct json *json;
	char why[128];
	int status = -1;

	if (answer->end != NULL || len > ANSWER_LINE_MAX ||
	    memchr(line, '\0', len) != NULL)
		return -1;
	/* Rows are many: they are read when they are shown. */
	if (len >= 7 && memcmp(line, "{\"row\":", 7) == 0)
		return row_keep(answer, line, len);
	json = json_read(line, len, why, sizeof(why));
	if (json != NULL && json_object_at(json, "end")) {
		answer->end = json;
		return 0;
	}
	json_free(json);
	return status;
}

int
answer_add_row(struct answer *answer, struct json *row)
{
	struct json *line = json_new();
	size_t len;
	char *text;
	int status;

	json_put(line, "row", row);
	text = json_print(line, &len);
	json_free(line);
	status = row_keep(answer, text, len);
	free(text);
	return status;
}

struct json *
answer_row(const struct answer *answer, size_t i)
{
	const char *line;
	char why[128];

	if (i >= answer->n_rows)
		return NULL;
	line = &answer->text[answer->rows[i]];
	return json_read(line, strlen(line), why, sizeof(why));
}

unsigned
answer_exit(const struct answer *answer)
{
	uint64_t number;

	if (!json_number(json_get(answer->end, "end"), "exit", &number) ||
	    number > 2)
		return 1;
	return (unsigned)number;
}

const char *
answer_text(const struct answer *answer)
{
	const char *text = json_text(json_get(answer->end, "end"), "text");

	return text != NULL ? text : "";
}

void
answer_fini(struct answer *answer)
{
	free(answer->text);
	free(answer->rows);
	json_free(answer->end);
	*answer = (struct answer){ 0 };
}
