/* SPDX-License-Identifier: BSD-2-Clause */
/* Pieces of YAML. Every text is quoted, so that no name is ever taken for a
 * number. */
#include "proxy/loader/print.h"

#include <inttypes.h>
#include <string.h>

#include "proxy/loader/value.h"

void
print_text(FILE *out, const char *text)
{
	(void)fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			(void)fputc('\\', out);
		(void)fputc(*text, out);
	}
	(void)fputc('"', out);
}

void
print_line(FILE *out, int n, const char *key, const char *text)
{
	(void)fprintf(out, "%*s%s: ", n, "", key);
	print_text(out, text);
	(void)fputc('\n', out);
}

void
print_number(FILE *out, int n, const char *key, uint64_t value)
{
	(void)fprintf(out, "%*s%s: %" PRIu64 "\n", n, "", key, value);
}

void
print_flag(FILE *out, int n, const char *key, bool value)
{
	(void)fprintf(out, "%*s%s: %s\n", n, "", key, value ? "true" : "false");
}

void
print_names(
    FILE *out, int n, enum section section, const char *key, uint32_t bits)
{
	const struct schema_key *row = schema_find(section, key);
	const char *comma = "";

	(void)fprintf(out, "%*s%s: [", n, "", key);
	for (const struct schema_name *name = row->names; name->name != NULL;
	     name++) {
		if (!(bits & name->value))
			continue;
		(void)fprintf(out, "%s%s", comma, name->name);
		comma = ", ";
	}
	(void)fputs("]\n", out);
}

const char *
print_choice_name(enum section section, const char *key, uint32_t value)
{
	const struct schema_name *name = schema_find(section, key)->names;

	while (name->name != NULL && name->value != value)
		name++;
	return name->name == NULL ? "?" : name->name;
}

void
print_address(FILE *out, int n, const char *key, const struct address *address)
{
	char text[VALUE_TEXT_MAX];

	value_print_address(address, text, sizeof(text));
	print_line(out, n, key, text);
}

void
print_limit(FILE *out, const char *before, const char *key, uint64_t value,
    uint64_t none)
{
	(void)fprintf(out, "%s%s: ", before, key);
	if (value == none)
		(void)fputs("unlimited", out);
	else
		(void)fprintf(out, "%" PRIu64, value);
}

void
print_tag(FILE *out, const struct community *tag)
{
	char text[VALUE_TEXT_MAX];

	value_print_tag(tag, text, sizeof(text));
	print_text(out, text);
}

void
print_redirect(FILE *out, const uint8_t redirect[8])
{
	struct value_target target = { .form = redirect[0] & 0x7f };
	char text[VALUE_TEXT_MAX];

	memcpy(target.octets, &redirect[2], sizeof(target.octets));
	value_print_target(&target, text, sizeof(text));
	print_text(out, text);
}
