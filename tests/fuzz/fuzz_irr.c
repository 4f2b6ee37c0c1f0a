/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as an IRR file: either a reason why not, or prefixes that are in
 * range and that are the same when they are written and read again.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/loader/irr_json.h"

#define MOST 100

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(int holds)
{
	if (!holds)
		abort();
}

/* The list as bgpq4 would write it; for free(). */
static char *
list_print(const struct irr_json *list, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	demand(out != NULL);
	(void)fputs("{ \"NN\": [", out);
	for (size_t i = 0; i < list->n; i++) {
		char prefix[PREFIX_TEXT_MAX];

		(void)fprintf(out,
		    "%s\n{ \"prefix\": \"%s\", \"exact\": true }",
		    i == 0 ? "" : ",",
		    prefix_print(&list->prefixes[i], prefix, sizeof(prefix)));
	}
	(void)fputs("\n] }\n", out);
	(void)fclose(out);
	return text;
}

static void
again_check(const struct irr_json *list)
{
	struct irr_json again;
	size_t len;
	char *text = list_print(list, &len);

	demand(irr_json_parse(text, len, MOST, &again) == IRR_USABLE);
	demand(again.n == list->n);
	for (size_t i = 0; i < list->n; i++)
		demand(prefix_cmp(&list->prefixes[i], &again.prefixes[i]) == 0);
	free(again.prefixes);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct irr_json list;
	enum irr_status status = irr_json_parse(data, size, MOST, &list);

	demand(memchr(list.why, '\0', sizeof(list.why)) != NULL);
	for (const char *c = list.why; *c != '\0'; c++)
		demand(*c >= ' ' && *c <= '~');
	if (status != IRR_USABLE) {
		demand(status == IRR_BROKEN || status == IRR_EMPTY);
		demand(list.n == 0 && list.prefixes == NULL);
		demand(list.why[0] != '\0');
		return 0;
	}
	demand(list.n > 0 && list.n <= MOST && list.why[0] == '\0');
	for (size_t i = 0; i < list.n; i++)
		demand(prefix_valid(&list.prefixes[i]) &&
		       list.prefixes[i].len > 0);
	again_check(&list);
	free(list.prefixes);
	return 0;
}
