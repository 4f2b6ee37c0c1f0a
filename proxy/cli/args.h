/* SPDX-License-Identifier: BSD-2-Clause */
/* The words after "sluice". */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cli_exit {
	CLI_DONE = 0,
	CLI_NO = 1,        /* the answer is no */
	CLI_WRONG = 2,     /* wrong use, or a wrong file */
	CLI_NOT_THERE = 3, /* the daemon cannot be reached */
};

enum args_verb {
	ARGS_NONE = 0,
	ARGS_STATUS,
	ARGS_SESSIONS,
	ARGS_RULES,
	ARGS_ROUTE,
	ARGS_EXPLAIN,
	ARGS_APPROVE,
	ARGS_DENY,
	ARGS_WITHDRAW,
	ARGS_CONFIRM,
	ARGS_AUDIT,
	ARGS_CHECK,
	ARGS_RELOAD,
	ARGS_CUSTOMERS,
	ARGS_EXTEND,
	ARGS_QUARANTINE,
	ARGS_RELEASE,
	ARGS_FREEZE,
	ARGS_THAW,
	ARGS_PANIC,
	ARGS_RESUME,
	ARGS_ANNOUNCE,
	ARGS_RETRACT,
	ARGS_LOG_LEVEL,
	ARGS_HELP,
	ARGS_VERBS
};

/* What "audit" is to do: X(symbol, "word"). */
#define ARGS_AUDIT_MAP(X)                                                      \
	X(LIST, "list")                                                        \
	X(SHOW, "show")                                                        \
	X(VERIFY, "verify")                                                    \
	X(EXPORT, "export")                                                    \
	X(CHECKPOINT, "checkpoint")                                            \
	X(PROOF, "proof")                                                      \
	X(ROTATE, "rotate")                                                    \
	X(RENEW, "renew")                                                      \
	X(SCRUB, "scrub")
enum args_audit {
#define X(symbol, name) ARGS_AUDIT_##symbol,
	ARGS_AUDIT_MAP(X)
#undef X
	ARGS_AUDITS
};

/* An option that may be given several times. */
#define ARGS_LIST_MAX 64
struct args_list {
	unsigned n;
	const char *text[ARGS_LIST_MAX];
};

/* Texts are borrowed from argv; NULL: not given. */
struct args {
	uint8_t verb;  /* enum args_verb */
	uint8_t audit; /* enum args_audit */
	bool json;
	bool dry_run;
	bool yes;      /* nothing is asked */
	bool check;    /* status: is all well? */
	bool version;  /* --version: nothing else matters */
	bool has_id;   /* rules ID, approve ID … */
	bool has_rule; /* --rule ID */
	uint64_t id;
	uint64_t rule;
	uint64_t n;         /* 0: not given */
	uint64_t confirm_s; /* reload --confirm N; 0: not given */
	const char
	    *word; /* NAME, RULE, P, FILE, WHAT, or the verb to explain */
	const char *name; /* log-level CLASS NAME */
	const char *span; /* log-level --for */
	const char *lifetime;
	const char *socket;
	const char *customer;
	const char *state;
	const char *ground;
	const char *dst;
	const char *since;
	const char *until;
	const char *prefix;
	const char *reason;
	const char *kind;
	const char *operator_name;
	const char *message;
	const char *store;
	bool raw;             /* audit show */
	bool keys;            /* audit checkpoint */
	bool has_consistency; /* audit proof */
	uint64_t consistency;
	uint64_t size; /* of a checkpoint; 0: not given */
	const char *proof;
	const char *tiles;
	const char *output;
	struct args_list checkpoints;
	struct args_list vkeys;
};

#define ARGS_WHY_MAX 256

/*
 * Read argv[1] on. Returns 0, or -1 with why (ARGS_WHY_MAX octets); *out->verb
 * is then the verb that was meant, if that much is known.
 */
int args_parse(int argc, const char *const *argv, struct args *out, char *why);

/* "rules"; "?" when out of range. */
const char *args_verb_name(unsigned verb);

/* "list"; "?" when out of range. */
const char *args_audit_name(unsigned audit);

/* Done by somebody, who says why (-m); "audit rotate", too. */
bool args_acts(const struct args *args);

/* ARGS_NONE when there is none. */
unsigned args_verb_find(const char *name);
