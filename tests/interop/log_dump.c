/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints a store's log for tests, one JSON object a line, without asking any
 * role: beside a running daemon or on a copy.
 *
 *   log_dump FOLDER [FROM]    the entries from number FROM on; then the head,
 *                             {"size":N,"root":"hex"}
 *   log_dump -r FOLDER        sizes from standard input, rising, one a line:
 *                             prints the tree's root at each, made anew from
 *                             the records
 *
 * Exits 1 when the log cannot be read or is not whole.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger.h"
#include "store/record.h"

static void
print_hex(const char *name, const uint8_t *octets, size_t len)
{
	(void)printf(",\"%s\":\"", name);
	for (size_t i = 0; i < len; i++)
		(void)printf("%02x", octets[i]);
	(void)printf("\"");
}

/* Texts of the log are a stranger's: only what needs no escape is shown. */
static void
print_text(const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	(void)printf(",\"%s\":\"", name);
	for (; *text != '\0'; text++)
		(void)putchar(
		    *text < ' ' || *text > '~' || *text == '"' || *text == '\\'
			? '?'
			: *text);
	(void)printf("\"");
}

static int
print_entry(void *ctx, const struct entry *entry)
{
	uint8_t key[RULE_KEY_MAX];

	(void)ctx;
	(void)printf("{\"seq\":%" PRIu64 ",\"wall\":%" PRIu64
		     ",\"kind\":\"%s\",\"state\":\"%s\",\"reason\":\"%s\""
		     ",\"id\":%" PRIu64 ",\"count\":%" PRIu64,
	    entry->seq, entry->wall_ns, entry_kind_name(entry->kind),
	    state_name(entry->state), reason_name(entry->reason),
	    entry->rule_id, entry->count);
	print_text("customer", entry->customer);
	print_text("session", entry->session);
	print_text("text", entry->text);
	if (entry->has_rule) {
		(void)printf(",\"afi\":%u,\"rate\":%.9g", entry->rule.afi,
		    action_rate(entry->actions.rate_bytes));
		print_hex("nlri", key, rule_key(&entry->rule, key));
	}
	(void)printf("}\n");
	return 0;
}

static int
dump(struct ledger *ledger, uint64_t from)
{
	struct ledger_range range = { .from = from };
	struct ledger_head head;
	uint64_t seq = 0;
	int err = ledger_head_read(ledger, &head);

	range.to = head.size;
	if (err == 0)
		err = ledger_walk(ledger, &range, print_entry, NULL, &seq);
	if (err != 0) {
		(void)fprintf(stderr, "log_dump: entry %" PRIu64 ": %s\n", seq,
		    db_error_text(err));
		return -1;
	}
	(void)printf("{\"size\":%" PRIu64, head.size);
	print_hex("root", head.root, sizeof(head.root));
	(void)printf("}\n");
	return 0;
}

/* One walk, and a stop at every size that is asked for. */
struct roots {
	struct seal_tree tree;
	uint64_t next; /* the size asked for; UINT64_MAX: no more */
};

static void
root_next(struct roots *roots)
{
	char line[32];

	roots->next = UINT64_MAX;
	if (fgets(line, sizeof(line), stdin) != NULL)
		roots->next = strtoull(line, NULL, 10);
}

static void
roots_print(struct roots *roots)
{
	while (roots->next == roots->tree.size) {
		uint8_t root[SEAL_LEN];

		seal_tree_root(&roots->tree, root);
		(void)printf("{\"size\":%" PRIu64, roots->next);
		print_hex("root", root, sizeof(root));
		(void)printf("}\n");
		root_next(roots);
	}
}

static int
root_entry(void *ctx, const struct entry *entry)
{
	struct roots *roots = ctx;
	uint8_t record[RECORD_MAX], leaf[SEAL_LEN];
	int len = record_encode(entry, record);

	if (len < 0)
		return -1;
	seal_leaf(record, (size_t)len, leaf);
	seal_tree_add(&roots->tree, leaf);
	roots_print(roots);
	return 0;
}

static int
roots_all(struct ledger *ledger)
{
	static struct roots roots;
	struct ledger_range range = { .to = UINT64_MAX };

	seal_tree_init(&roots.tree);
	root_next(&roots);
	roots_print(&roots);
	return ledger_walk(ledger, &range, root_entry, &roots, NULL);
}

int
main(int argc, char **argv)
{
	bool roots = argc == 3 && strcmp(argv[1], "-r") == 0;
	struct ledger *ledger;
	int err;

	if (argc != 2 && argc != 3) {
		(void)fprintf(stderr, "usage: log_dump FOLDER [FROM]\n");
		return 2;
	}
	if (seal_init() != 0)
		return 1;
	err = ledger_open_readonly(roots ? argv[2] : argv[1], &ledger);
	if (err != 0) {
		(void)fprintf(stderr, "log_dump: %s\n", db_error_text(err));
		return 1;
	}
	if (roots)
		err = roots_all(ledger);
	else
		err = dump(ledger, argc == 3 ? strtoull(argv[2], NULL, 10) : 0);
	ledger_close(ledger);
	return err == 0 ? 0 : 1;
}
