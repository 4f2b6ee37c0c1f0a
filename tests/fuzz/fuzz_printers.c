/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts of ours, from values that may be anything, into blocks of exactly the
 * size that is told: never past the end, always a string, as much of the whole
 * text as fits or nothing. What has a parser is read back as what it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/line.h"
#include "policy/rule_text.h"
#include "proxy/control/filter.h"
#include "proxy/control/when.h"
#include "proxy/session/fsm.h"
#include "proxy/signer/rollover.h"
#include "proxy/common/endpoint.h"
#include "proxy/wire/notification.h"
#include "store/note.h"
#include "tests/lib/any_rule.h"

#define TEXT_MAX 16384

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is printed, drawn from the input. */
struct values {
	struct prefix prefix;
	struct address address;
	struct notification notification;
	struct action_set actions;
	struct rollover rollover;
	struct note_key key;
	struct checkpoint checkpoint;
	uint64_t number;
	const uint8_t *data;
	size_t size;
};

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void
say_prefix(const struct values *values, char *buf, size_t size)
{
	(void)prefix_print(&values->prefix, buf, size);
}

static void
say_prefix_address(const struct values *values, char *buf, size_t size)
{
	(void)prefix_print_address(&values->prefix, buf, size);
}

static void
say_endpoint(const struct values *values, char *buf, size_t size)
{
	(void)endpoint_print(
	    &values->address, values->number % 2 == 0, buf, size);
}

static void
say_words(const struct values *values, char *buf, size_t size)
{
	(void)notification_words(&values->notification, buf, size);
}

static void
say_actions(const struct values *values, char *buf, size_t size)
{
	must(action_print(&values->actions, buf, size) < size, "length");
}

static void
say_when(const struct values *values, char *buf, size_t size)
{
	(void)when_print(values->number, buf, size);
}

static void
say_age(const struct values *values, char *buf, size_t size)
{
	(void)when_age(values->number, buf, size);
}

static void
say_machine(const struct values *values, char *buf, size_t size)
{
	(void)values;
	(void)fsm_print(buf, size);
}

/* All that a line can hold, one behind the other. */
static void
say_line(const struct values *values, char *buf, size_t size)
{
	struct line line = line_new(buf, size);

	line_text(&line, "a ");
	line_number(&line, (uint32_t)values->number);
	line_hex(&line, values->data, values->size);
	line_date(&line, values->number);
	line = line_at_end(buf, size);
	if (prefix_valid(&values->prefix))
		line_prefix(&line, &values->prefix);
	must(line.len == strlen(buf) && line.len < size, "line's length");
}

static void
say_refusal(const struct values *values, char *buf, size_t size)
{
	struct filter_why why = { buf, size };
	char found[64] = "";

	if (values->size > 0)
		memcpy(
		    found, values->data, values->size < 63 ? values->size : 63);
	filter_refuse(&why, "name", found, "something else");
}

/* Those that write the whole text or fail. */
static void
say_rollover(const struct values *values, char *buf, size_t size)
{
	if (rollover_print(&values->rollover, buf, size) < 0)
		buf[0] = '\0';
}

static void
say_key(const struct values *values, char *buf, size_t size)
{
	if (note_key_print(&values->key, buf, size) < 0)
		buf[0] = '\0';
}

static void
say_checkpoint(const struct values *values, char *buf, size_t size)
{
	if (checkpoint_print(&values->checkpoint, buf, size) < 0)
		buf[0] = '\0';
}

static const struct {
	void (*say)(const struct values *values, char *buf, size_t size);
	bool whole; /* cut nowhere: all of it or nothing */
} printers[] = {
	{ say_prefix, false },
	{ say_prefix_address, false },
	{ say_endpoint, false },
	{ say_words, true },
	{ say_actions, false },
	{ say_when, false },
	{ say_age, false },
	{ say_machine, false },
	{ say_line, false },
	{ say_refusal, false },
	{ say_rollover, true },
	{ say_key, true },
	{ say_checkpoint, true },
};
#define PRINTERS (sizeof(printers) / sizeof(printers[0]))

/* The whole text, which the caller frees. */
static char *
printed(const struct values *values, size_t which)
{
	char *text = malloc(TEXT_MAX);

	must(text != NULL, "memory");
	memset(text, 'x', TEXT_MAX);
	printers[which].say(values, text, TEXT_MAX);
	must(memchr(text, '\0', TEXT_MAX) != NULL, "a text that ends");
	return text;
}

static void
fits(const struct values *values, size_t which, const char *text, size_t size)
{
	char *block = malloc(size);
	size_t len;

	must(block != NULL, "memory");
	memset(block, 'x', size);
	printers[which].say(values, block, size);
	must(memchr(block, '\0', size) != NULL, "ends inside its block");
	len = strlen(block);
	if (printers[which].whole)
		must(len <= strlen(text), "no more than the whole");
	else
		must(memcmp(block, text, len) == 0, "a start of the text");
	if (size > strlen(text))
		must(strcmp(block, text) == 0, "all of it, where it fits");
	free(block);
}

static void
print_one(const struct values *values, size_t which, size_t pick)
{
	char *text = printed(values, which);
	size_t len = strlen(text);

	fits(values, which, text, 1);
	fits(values, which, text, 1 + pick % (len + 1));
	fits(values, which, text, len + 1);
	free(text);
}

static void
prefix_back(const struct values *values)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix back;

	if (!prefix_valid(&values->prefix))
		return;
	must(prefix_parse(
		 prefix_print(&values->prefix, text, sizeof(text)), &back) == 0,
	    "a prefix is read back");
	must(prefix_cmp(&back, &values->prefix) == 0, "the same prefix");
}

/* To the millisecond, as far as years go. */
static void
when_back(const struct values *values)
{
	char text[WHEN_TEXT_MAX];
	uint64_t back, last = UINT64_C(9183110400) * 1000000000; /* 2261 */

	if (values->number > last)
		return;
	must(when_parse(
		 when_print(values->number, text, sizeof(text)), 0, &back) == 0,
	    "a time is read back");
	must(back / 1000000 == values->number / 1000000, "the same time");
}

static void
actions_back(const struct values *values)
{
	char text[ACTION_TEXT_MAX + 64] = "match protocol =17 then ";
	size_t start = strlen(text);
	struct rule_text_error error;
	struct action_set back, actions = values->actions;
	struct rule rule;

	if (!action_valid(&actions))
		return;
	/* What came beside the actions is only counted. */
	actions.repeated = 0;
	actions.unknown = actions.stripped = 0;
	(void)action_print(
	    &values->actions, &text[start], sizeof(text) - start);
	must(rule_parse(text, &rule, &back, &error) == 0,
	    "actions are read back");
	must(action_equal(&back, &actions), "the same actions");
}

static void
note_back(const struct values *values)
{
	char text[TEXT_MAX];
	struct note_key key;
	struct rollover rollover;
	char words[ENTRY_TEXT_MAX], evidence[EVIDENCE_MAX];

	if (note_key_print(&values->key, text, sizeof(text)) >= 0) {
		must(note_key_parse(text, &key) == 0, "a key is read back");
		must(strcmp(key.name, values->key.name) == 0 &&
			 memcmp(key.public_key, values->key.public_key,
			     SEAL_PUBLIC_LEN) == 0,
		    "the same key");
	}
	rollover_tell(&values->rollover, words, evidence);
	must(rollover_read(words, evidence, &rollover) == 0,
	    "a rollover is read back");
	must(rollover.until_s == values->rollover.until_s &&
		 memcmp(rollover.by_old, values->rollover.by_old,
		     SEAL_SIGNATURE_LEN) == 0,
	    "the same rollover");
}

/* The input as name of a log, where it can be one. */
static void
take_names(struct values *values, const uint8_t *data, size_t size)
{
	char name[NOTE_NAME_MAX] = "";
	size_t n = size < sizeof(name) - 1 ? size : sizeof(name) - 1;

	if (n > 0)
		memcpy(name, data, n);
	if (!note_name_valid(name))
		memcpy(name, "a/b", sizeof("a/b"));
	must(note_key_make(&values->key, name, NOTE_ED25519,
		 values->rollover.new_key) == 0,
	    "a key");
	memcpy(values->checkpoint.origin, name, sizeof(name));
	values->checkpoint.size = values->number >> 1;
}

static void
take(void *out, size_t n, const uint8_t *data, size_t size)
{
	memset(out, 0, n);
	if (size > 0)
		memcpy(out, data, size < n ? size : n);
}

static void
values_take(struct values *values, const uint8_t *data, size_t size)
{
	struct any_source source = { data, size, 0 };

	memset(values, 0, sizeof(*values));
	values->data = data;
	values->size = size;
	take(&values->number, sizeof(values->number), data, size);
	take(&values->prefix, sizeof(values->prefix), data, size);
	take(&values->address, sizeof(values->address), data, size);
	take(&values->rollover, sizeof(values->rollover), data, size);
	values->rollover.until_s >>= 1; /* as times of ours are */
	if (size > 0)
		values->notification = (struct notification){ 6,
			(uint8_t)(data[0] % 8), { &data[1], size - 1 } };
	if (size % 2 == 0)
		any_actions(&source, &values->actions);
	else
		take(&values->actions, sizeof(values->actions), data, size);
	take_names(values, data, size);
}

/* The first octet says which printer, the others are the values. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct values values;
	size_t pick = size;

	if (size == 0 || seal_init() != 0)
		return 0;
	for (size_t i = 0; i < size; i++)
		pick = pick * 31 + data[i];
	values_take(&values, &data[1], size - 1);
	if (data[0] % 32 < PRINTERS)
		print_one(&values, data[0] % 32, pick);
	prefix_back(&values);
	when_back(&values);
	actions_back(&values);
	if (data[0] % 32 >= 10)
		note_back(&values);
	return 0;
}
