/* SPDX-License-Identifier: BSD-2-Clause */
/* Words into fields, along two tables: verbs and options. */
#include "proxy/cli/args.h"

#include <stdio.h>
#include <string.h>

#define BIT(verb) (1u << (verb))
#define ANY_VERB  UINT32_MAX

enum word_need {
	WORD_NONE,
	WORD_MAY, /* one word, or none */
	WORD_MUST,
	WORD_ID, /* a rule's number */
	WORD_MAY_ID,
	WORD_NAME_OR_ID, /* of a customer or a rule, or --customer */
	WORD_LIST,       /* the word "list" */
};

static const struct {
	const char *name;
	uint8_t need; /* enum word_need */
	const char *word;
} verbs[ARGS_VERBS] = {
	[ARGS_STATUS] = { "status", WORD_NONE, "" },
	[ARGS_SESSIONS] = { "sessions", WORD_MAY,
	    "the name of a customer or "
	    "an inward neighbour" },
	[ARGS_RULES] = { "rules", WORD_MAY_ID, "a rule's number" },
	[ARGS_ROUTE] = { "route", WORD_MUST, "a prefix or an address" },
	[ARGS_EXPLAIN] = { "explain", WORD_MUST, "a rule, in quotes" },
	[ARGS_APPROVE] = { "approve", WORD_ID, "a rule's number" },
	[ARGS_DENY] = { "deny", WORD_ID, "a rule's number" },
	[ARGS_WITHDRAW] = { "withdraw", WORD_ID, "a rule's number" },
	[ARGS_CONFIRM] = { "confirm", WORD_MAY, "brake, irr, rpki or reload" },
	[ARGS_AUDIT] = { "audit", WORD_LIST, "the word list" },
	[ARGS_CHECK] = { "check", WORD_MUST, "a file" },
	[ARGS_RELOAD] = { "reload", WORD_NONE, "" },
	[ARGS_CUSTOMERS] = { "customers", WORD_MAY, "a customer's name" },
	[ARGS_EXTEND] = { "extend", WORD_ID, "a rule's number" },
	[ARGS_QUARANTINE] = { "quarantine", WORD_MUST, "a customer's name" },
	[ARGS_RELEASE] = { "release", WORD_NAME_OR_ID,
	    "a customer's name or a rule's number" },
	[ARGS_FREEZE] = { "freeze", WORD_MAY, "a customer's name" },
	[ARGS_THAW] = { "thaw", WORD_MAY, "a customer's name" },
	[ARGS_PANIC] = { "panic", WORD_NONE, "" },
	[ARGS_RESUME] = { "resume", WORD_NONE, "" },
	[ARGS_ANNOUNCE] = { "announce", WORD_MUST, "a rule, in quotes" },
	[ARGS_RETRACT] = { "retract", WORD_ID, "a rule's number" },
	[ARGS_HELP] = { "help", WORD_MAY, "a verb" },
};

enum option_kind {
	OPTION_TEXT,
	OPTION_FLAG,
	OPTION_NUMBER
};

static const struct option {
	const char *name;
	uint32_t verbs;
	uint8_t kind; /* enum option_kind */
	size_t at;    /* in struct args */
} options[] = {
#define AT(member) offsetof(struct args, member)
#define ACTS                                                                   \
	(BIT(ARGS_APPROVE) | BIT(ARGS_DENY) | BIT(ARGS_WITHDRAW) |             \
	    BIT(ARGS_CONFIRM) | BIT(ARGS_EXTEND) | BIT(ARGS_QUARANTINE) |      \
	    BIT(ARGS_RELEASE) | BIT(ARGS_FREEZE) | BIT(ARGS_THAW) |            \
	    BIT(ARGS_PANIC) | BIT(ARGS_RESUME) | BIT(ARGS_ANNOUNCE) |          \
	    BIT(ARGS_RETRACT))
	{ "--json", ANY_VERB, OPTION_FLAG, AT(json) },
	{ "--socket", ANY_VERB, OPTION_TEXT, AT(socket) },
	{ "--customer",
	    BIT(ARGS_RULES) | BIT(ARGS_EXPLAIN) | BIT(ARGS_AUDIT) |
		BIT(ARGS_RELEASE),
	    OPTION_TEXT, AT(customer) },
	{ "--state", BIT(ARGS_RULES) | BIT(ARGS_AUDIT), OPTION_TEXT,
	    AT(state) },
	{ "--ground", BIT(ARGS_RULES), OPTION_TEXT, AT(ground) },
	{ "--dst", BIT(ARGS_RULES), OPTION_TEXT, AT(dst) },
	{ "--since", BIT(ARGS_AUDIT), OPTION_TEXT, AT(since) },
	{ "--until", BIT(ARGS_AUDIT), OPTION_TEXT, AT(until) },
	{ "--prefix", BIT(ARGS_AUDIT), OPTION_TEXT, AT(prefix) },
	{ "--reason", BIT(ARGS_AUDIT), OPTION_TEXT, AT(reason) },
	{ "--kind", BIT(ARGS_AUDIT), OPTION_TEXT, AT(kind) },
	{ "--operator", BIT(ARGS_AUDIT), OPTION_TEXT, AT(operator_name) },
	{ "--store", BIT(ARGS_AUDIT), OPTION_TEXT, AT(store) },
	{ "--rule", BIT(ARGS_AUDIT), OPTION_NUMBER, AT(rule) },
	{ "-n", BIT(ARGS_AUDIT), OPTION_NUMBER, AT(n) },
	{ "-m", ACTS, OPTION_TEXT, AT(message) },
	{ "--reason", ACTS, OPTION_TEXT, AT(message) },
	{ "--lifetime", BIT(ARGS_EXTEND) | BIT(ARGS_ANNOUNCE), OPTION_TEXT,
	    AT(lifetime) },
	{ "--dry-run", BIT(ARGS_RELOAD), OPTION_FLAG, AT(dry_run) },
	{ "--confirm", BIT(ARGS_RELOAD), OPTION_NUMBER, AT(confirm_s) },
	{ "--yes", BIT(ARGS_RELOAD) | BIT(ARGS_PANIC), OPTION_FLAG, AT(yes) },
	{ "--check", BIT(ARGS_STATUS), OPTION_FLAG, AT(check) },
};

/* What is read. */
struct scan {
	int argc;
	const char *const *argv;
	int at;
	bool only_words; /* after "--" */
	const char *words[2];
	size_t n_words;
	struct args *out;
	char *why;
};

const char *
args_verb_name(unsigned verb)
{
	return verb > ARGS_NONE && verb < ARGS_VERBS ? verbs[verb].name : "?";
}

bool
args_verb_acts(unsigned verb)
{
	return verb < ARGS_VERBS && (BIT(verb) & ACTS) != 0;
}

unsigned
args_verb_find(const char *name)
{
	for (unsigned i = ARGS_NONE + 1; i < ARGS_VERBS; i++) {
		if (strcmp(name, verbs[i].name) == 0)
			return i;
	}
	return ARGS_NONE;
}

static int
wrong(const struct scan *scan, const char *word, const char *text)
{
	(void)snprintf(scan->why, ARGS_WHY_MAX, "%.64s: %s", word, text);
	return -1;
}

static bool
number_parse(const char *text, uint64_t *out)
{
	uint64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (*text < '0' || *text > '9' ||
		    value > ((uint64_t)INT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

/* The option whose name is the first len octets of word: the verb's, where
 * several have this name. */
static const struct option *
option_find(const char *word, size_t len, unsigned verb)
{
	const struct option *found = NULL;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (strlen(options[i].name) != len ||
		    memcmp(options[i].name, word, len) != 0)
			continue;
		found = &options[i];
		if ((found->verbs & BIT(verb)) != 0)
			break;
	}
	return found;
}

/* Put the value where it belongs. */
static int
option_set(
    const struct scan *scan, const struct option *option, const char *value)
{
	char *field = (char *)scan->out + option->at;
	uint64_t number = 0;

	if (option->kind == OPTION_TEXT) {
		memcpy(field, &value, sizeof(value));
		return 0;
	}
	if (!number_parse(value, &number))
		return wrong(scan, option->name, "wanted a number");
	memcpy(field, &number, sizeof(number));
	if (option->at == AT(rule))
		scan->out->has_rule = true;
	else if (number == 0)
		return wrong(scan, option->name, "wanted a number from 1 on");
	return 0;
}

static int
option_take(struct scan *scan, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
	const struct option *option = option_find(word, len, scan->out->verb);

	if (option == NULL)
		return wrong(scan, word, "unknown option");
	if ((option->verbs & BIT(scan->out->verb)) == 0)
		return wrong(scan, word, "not an option of this verb");
	if (option->kind == OPTION_FLAG) {
		if (equals != NULL)
			return wrong(scan, word, "takes no value");
		*((bool *)(void *)((char *)scan->out + option->at)) = true;
		return 0;
	}
	if (equals != NULL)
		return option_set(scan, option, equals + 1);
	if (scan->at >= scan->argc)
		return wrong(scan, word, "wanted a value behind it");
	return option_set(scan, option, scan->argv[scan->at++]);
}

static int
word_take(struct scan *scan, const char *word)
{
	if (scan->out->verb == ARGS_NONE) {
		scan->out->verb = (uint8_t)args_verb_find(word);
		if (scan->out->verb == ARGS_NONE)
			return wrong(scan, word, "unknown verb");
		return 0;
	}
	if (scan->n_words > 0)
		return wrong(scan, word, "one word too many");
	scan->words[scan->n_words++] = word;
	return 0;
}

/* A word that is a number names a rule; a customer may have such a name, too:
 * then --customer names it. */
static int
name_or_id(const struct scan *scan)
{
	struct args *out = scan->out;

	if ((out->word != NULL) == (out->customer != NULL)) {
		(void)snprintf(scan->why, ARGS_WHY_MAX, "%s: wanted %s",
		    verbs[out->verb].name, verbs[out->verb].word);
		return -1;
	}
	if (out->word != NULL) {
		out->has_id = number_parse(out->word, &out->id);
		out->customer = out->has_id ? NULL : out->word;
	}
	return 0;
}

/* The word that the verb needs. */
static int
word_check(const struct scan *scan)
{
	struct args *out = scan->out;
	enum word_need need = verbs[out->verb].need;
	const char *word = scan->words[0];
	bool wanted = need == WORD_MUST || need == WORD_ID || need == WORD_LIST;

	if (word == NULL
		? wanted
		: need == WORD_NONE ||
		      (need == WORD_LIST && strcmp(word, "list") != 0)) {
		(void)snprintf(scan->why, ARGS_WHY_MAX, "%s: wanted %s",
		    verbs[out->verb].name,
		    verbs[out->verb].word[0] != '\0' ? verbs[out->verb].word
						     : "nothing more");
		return -1;
	}
	out->word = word;
	if (need == WORD_NAME_OR_ID)
		return name_or_id(scan);
	if (word == NULL || (need != WORD_ID && need != WORD_MAY_ID))
		return 0;
	out->has_id = number_parse(word, &out->id);
	return out->has_id ? 0 : wrong(scan, word, "wanted a rule's number");
}

/* What goes with what. */
static int
args_check(const struct scan *scan)
{
	const struct args *out = scan->out;

	if (out->verb == ARGS_NONE) {
		(void)snprintf(scan->why, ARGS_WHY_MAX, "wanted a verb");
		return -1;
	}
	if (word_check(scan) < 0)
		return -1;
	if (out->verb == ARGS_EXPLAIN && out->customer == NULL)
		return wrong(scan, "explain", "wanted --customer C");
	if (out->verb == ARGS_RULES && out->has_id &&
	    (out->customer != NULL || out->state != NULL ||
		out->ground != NULL || out->dst != NULL))
		return wrong(scan, "rules", "wanted a number or filters");
	if (out->dry_run && out->confirm_s > 0)
		return wrong(scan, "reload", "wanted --dry-run or --confirm");
	if (out->message != NULL && out->message[0] == '\0')
		return wrong(scan, "-m or --reason", "wanted why it is done");
	return 0;
}

int
args_parse(int argc, const char *const *argv, struct args *out, char *why)
{
	struct scan scan = {
		.argc = argc, .argv = argv, .at = 1, .out = out, .why = why
	};

	*out = (struct args){ 0 };
	why[0] = '\0';
	while (scan.at < argc) {
		const char *word = argv[scan.at++];
		int status;

		if (!scan.only_words &&
		    (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
			unsigned verb = out->verb;

			*out = (struct args){ .verb = ARGS_HELP,
				.word = verb == ARGS_NONE
					    ? NULL
					    : args_verb_name(verb) };
			return 0;
		}
		if (!scan.only_words && strcmp(word, "--version") == 0) {
			*out = (struct args){ .version = true };
			return 0;
		}
		if (!scan.only_words && strcmp(word, "--") == 0) {
			scan.only_words = true;
			continue;
		}
		if (!scan.only_words && word[0] == '-' && word[1] != '\0')
			status = option_take(&scan, word);
		else
			status = word_take(&scan, word);
		if (status < 0)
			return -1;
	}
	return args_check(&scan);
}
