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
	WORD_CLASS,      /* none; or a log's class, and a name or none */
	WORD_AUDIT,      /* what to do with the log, and an entry's number */
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
	[ARGS_AUDIT] = { "audit", WORD_AUDIT,
	    "list, show, verify, export, checkpoint, proof, rotate, renew or "
	    "scrub" },
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
	[ARGS_LOG_LEVEL] = { "log-level", WORD_CLASS,
	    "error, warn, remote, info or debug" },
	[ARGS_HELP] = { "help", WORD_MAY, "a verb" },
};

static const struct {
	const char *name;
} audits[ARGS_AUDITS] = {
#define X(symbol, name) [ARGS_AUDIT_##symbol] = { name },
	ARGS_AUDIT_MAP(X)
#undef X
};

enum option_kind {
	OPTION_TEXT,
	OPTION_FLAG,
	OPTION_NUMBER,
	OPTION_LIST, /* may come again */
};

static const struct option {
	const char *name;
	uint32_t verbs;
	uint8_t kind;    /* enum option_kind */
	size_t at;       /* in struct args */
	uint16_t audits; /* which of them; 0: only those that search */
} options[] = {
#define OF(audit) (1u << ARGS_AUDIT_##audit)
#define READS                                                                  \
	(OF(LIST) | OF(SHOW) | OF(VERIFY) | OF(EXPORT) | OF(CHECKPOINT) |      \
	    OF(PROOF))
#define CHANGES    (OF(ROTATE) | OF(RENEW) | OF(SCRUB))
#define SEARCHES   (OF(LIST) | OF(EXPORT))
#define AT(member) offsetof(struct args, member)
#define ACTS                                                                   \
	(BIT(ARGS_APPROVE) | BIT(ARGS_DENY) | BIT(ARGS_WITHDRAW) |             \
	    BIT(ARGS_CONFIRM) | BIT(ARGS_EXTEND) | BIT(ARGS_QUARANTINE) |      \
	    BIT(ARGS_RELEASE) | BIT(ARGS_FREEZE) | BIT(ARGS_THAW) |            \
	    BIT(ARGS_PANIC) | BIT(ARGS_RESUME) | BIT(ARGS_ANNOUNCE) |          \
	    BIT(ARGS_RETRACT))
	{ "--json", ANY_VERB, OPTION_FLAG, AT(json), READS | CHANGES },
	{ "--socket", ANY_VERB, OPTION_TEXT, AT(socket), READS | CHANGES },
	{ "--customer",
	    BIT(ARGS_RULES) | BIT(ARGS_EXPLAIN) | BIT(ARGS_AUDIT) |
		BIT(ARGS_RELEASE),
	    OPTION_TEXT, AT(customer), 0 },
	{ "--state", BIT(ARGS_RULES) | BIT(ARGS_AUDIT), OPTION_TEXT, AT(state),
	    0 },
	{ "--verdict", BIT(ARGS_AUDIT), OPTION_TEXT, AT(state), 0 },
	{ "--ground", BIT(ARGS_RULES), OPTION_TEXT, AT(ground), 0 },
	{ "--dst", BIT(ARGS_RULES), OPTION_TEXT, AT(dst), 0 },
	{ "--since", BIT(ARGS_AUDIT), OPTION_TEXT, AT(since), 0 },
	{ "--until", BIT(ARGS_AUDIT), OPTION_TEXT, AT(until), 0 },
	{ "--prefix", BIT(ARGS_AUDIT), OPTION_TEXT, AT(prefix), 0 },
	/* Searched for, or why an act is done. */
	{ "--reason", BIT(ARGS_AUDIT), OPTION_TEXT, AT(reason),
	    SEARCHES | CHANGES },
	{ "--kind", BIT(ARGS_AUDIT), OPTION_TEXT, AT(kind), 0 },
	{ "--operator", BIT(ARGS_AUDIT), OPTION_TEXT, AT(operator_name), 0 },
	{ "--store", BIT(ARGS_AUDIT), OPTION_TEXT, AT(store), READS },
	{ "--raw", BIT(ARGS_AUDIT), OPTION_FLAG, AT(raw), OF(SHOW) },
	{ "--checkpoint", BIT(ARGS_AUDIT), OPTION_LIST, AT(checkpoints),
	    OF(VERIFY) },
	{ "--key", BIT(ARGS_AUDIT), OPTION_LIST, AT(vkeys), OF(VERIFY) },
	{ "--proof", BIT(ARGS_AUDIT), OPTION_TEXT, AT(proof), OF(VERIFY) },
	{ "--tiles", BIT(ARGS_AUDIT), OPTION_TEXT, AT(tiles), OF(EXPORT) },
	{ "--size", BIT(ARGS_AUDIT), OPTION_NUMBER, AT(size),
	    OF(CHECKPOINT) | OF(PROOF) },
	{ "--keys", BIT(ARGS_AUDIT), OPTION_FLAG, AT(keys), OF(CHECKPOINT) },
	{ "--consistency", BIT(ARGS_AUDIT), OPTION_NUMBER, AT(consistency),
	    OF(PROOF) },
	{ "-o", BIT(ARGS_AUDIT), OPTION_TEXT, AT(output), OF(PROOF) },
	{ "--rule", BIT(ARGS_AUDIT), OPTION_NUMBER, AT(rule), 0 },
	{ "-n", BIT(ARGS_AUDIT), OPTION_NUMBER, AT(n), OF(LIST) },
	{ "-m", ACTS | BIT(ARGS_AUDIT), OPTION_TEXT, AT(message), CHANGES },
	{ "--reason", ACTS, OPTION_TEXT, AT(message), 0 },
	{ "--lifetime", BIT(ARGS_EXTEND) | BIT(ARGS_ANNOUNCE), OPTION_TEXT,
	    AT(lifetime), 0 },
	{ "--for", BIT(ARGS_LOG_LEVEL), OPTION_TEXT, AT(span), 0 },
	{ "--dry-run", BIT(ARGS_RELOAD), OPTION_FLAG, AT(dry_run), 0 },
	{ "--confirm", BIT(ARGS_RELOAD), OPTION_NUMBER, AT(confirm_s), 0 },
	{ "--yes", BIT(ARGS_RELOAD) | BIT(ARGS_PANIC) | BIT(ARGS_AUDIT),
	    OPTION_FLAG, AT(yes), CHANGES },
	{ "--check", BIT(ARGS_STATUS), OPTION_FLAG, AT(check), 0 },
};

#define OPTIONS (sizeof(options) / sizeof(options[0]))
_Static_assert(OPTIONS <= 64, "a bit for each");

/* What is read. */
struct scan {
	int argc;
	const char *const *argv;
	int at;
	bool only_words; /* after "--" */
	const char *words[2];
	size_t n_words;
	uint64_t given; /* bits of options */
	struct args *out;
	char *why;
};

const char *
args_verb_name(unsigned verb)
{
	return verb > ARGS_NONE && verb < ARGS_VERBS ? verbs[verb].name : "?";
}

const char *
args_audit_name(unsigned audit)
{
	return audit < ARGS_AUDITS ? audits[audit].name : "?";
}

bool
args_acts(const struct args *args)
{
	return (args->verb < ARGS_VERBS && (BIT(args->verb) & ACTS) != 0) ||
	       (args->verb == ARGS_AUDIT && (1u << args->audit & CHANGES) != 0);
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

	for (size_t i = 0; i < OPTIONS; i++) {
		if (strlen(options[i].name) != len ||
		    memcmp(options[i].name, word, len) != 0)
			continue;
		found = &options[i];
		if ((found->verbs & BIT(verb)) != 0)
			break;
	}
	return found;
}

static int
list_add(const struct scan *scan, const struct option *option,
    struct args_list *list, const char *value)
{
	if (list->n == ARGS_LIST_MAX)
		return wrong(scan, option->name, "comes too often");
	list->text[list->n++] = value;
	return 0;
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
	if (option->kind == OPTION_LIST)
		return list_add(scan, option, (void *)field, value);
	if (!number_parse(value, &number))
		return wrong(scan, option->name, "wanted a number");
	memcpy(field, &number, sizeof(number));
	if (option->at == AT(rule))
		scan->out->has_rule = true;
	else if (option->at == AT(consistency))
		scan->out->has_consistency = true;
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
	scan->given |= (uint64_t)1 << (option - options);
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
	if (scan->n_words >=
	    (verbs[scan->out->verb].need >= WORD_CLASS ? 2 : 1))
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

/* Is anything said about which entries are wanted? */
static bool
filters_given(const struct scan *scan)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		if ((scan->given >> i & 1) != 0 &&
		    (options[i].audits == 0 || options[i].at == AT(reason)))
			return true;
	}
	return false;
}

/* Which "audit", and the number of an entry. */
static int
audit_check(const struct scan *scan)
{
	struct args *out = scan->out;
	const char *word = scan->words[0], *seq = scan->words[1];
	bool may = out->audit == ARGS_AUDIT_SHOW ||
		   (out->audit == ARGS_AUDIT_PROOF && !out->has_consistency);

	if (seq == NULL && may)
		return wrong(scan, word,
		    out->audit == ARGS_AUDIT_SHOW
			? "wanted an entry's number"
			: "wanted an entry's number or --consistency OLD");
	if (seq != NULL && !may)
		return wrong(scan, seq, "one word too many");
	if (seq != NULL) {
		out->has_id = number_parse(seq, &out->id);
		if (!out->has_id)
			return wrong(scan, seq, "wanted an entry's number");
	}
	if (out->proof != NULL &&
	    (out->checkpoints.n > 0 || out->store != NULL))
		return wrong(scan, "--proof", "stands alone, with --key VKEY");
	if (out->proof != NULL && out->vkeys.n == 0)
		return wrong(scan, "--proof", "wanted --key VKEY, too");
	if (out->audit == ARGS_AUDIT_EXPORT && !out->json && out->tiles == NULL)
		return wrong(scan, "export", "wanted --json or --tiles DIR");
	if (out->tiles != NULL && filters_given(scan))
		return wrong(scan, "--tiles", "takes no filters");
	return 0;
}

/* The first word after "audit", and what goes with it. */
static int
audit_take(const struct scan *scan)
{
	struct args *out = scan->out;
	char text[64];

	while (out->audit < ARGS_AUDITS &&
	       strcmp(scan->words[0], audits[out->audit].name) != 0)
		out->audit++;
	if (out->audit == ARGS_AUDITS) {
		(void)snprintf(scan->why, ARGS_WHY_MAX, "audit: wanted %s",
		    verbs[ARGS_AUDIT].word);
		return -1;
	}
	for (size_t i = 0; i < OPTIONS; i++) {
		unsigned fits =
		    options[i].audits != 0 ? options[i].audits : SEARCHES;

		if ((scan->given >> i & 1) == 0 ||
		    (fits & 1u << out->audit) != 0)
			continue;
		(void)snprintf(text, sizeof(text), "not an option of audit %s",
		    audits[out->audit].name);
		return wrong(scan, options[i].name, text);
	}
	if (args_acts(out) && out->reason != NULL) {
		out->message = out->reason;
		out->reason = NULL;
	}
	return audit_check(scan);
}

/* The word that the verb needs. */
static int
word_check(const struct scan *scan)
{
	struct args *out = scan->out;
	enum word_need need = verbs[out->verb].need;
	const char *word = scan->words[0];
	bool wanted =
	    need == WORD_MUST || need == WORD_ID || need == WORD_AUDIT;

	if (word == NULL ? wanted : need == WORD_NONE) {
		(void)snprintf(scan->why, ARGS_WHY_MAX, "%s: wanted %s",
		    verbs[out->verb].name,
		    verbs[out->verb].word[0] != '\0' ? verbs[out->verb].word
						     : "nothing more");
		return -1;
	}
	out->word = word;
	if (need == WORD_NAME_OR_ID)
		return name_or_id(scan);
	if (need == WORD_AUDIT)
		return audit_take(scan);
	out->name = scan->words[1];
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
	if (out->span != NULL && out->word == NULL)
		return wrong(scan, "--for",
		    "wanted error, warn, remote, info or debug with it");
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
