/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configurations and what becomes of them: each NAME.yaml of the folder beside
 * its NAME.ok, which holds the messages as text or the errors. UPDATE_GOLDEN=1
 * writes the .ok files anew. What is printed of a good one must load to the
 * same messages.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/rule_text.h"
#include "proxy/loader/config.h"
#include "proxy/loader/output.h"

#define CASES_MAX 600
#define NAME_SIZE 80
#define IN_MEMORY "# in memory" /* first of a case */

static void
hex(FILE *out, const char *name, const uint8_t *octets, size_t n)
{
	(void)fprintf(out, " %s=", name);
	for (size_t i = 0; i < n; i++)
		(void)fprintf(out, "%02x", octets[i]);
}

static void
address_text(FILE *out, const char *name, const struct address *address)
{
	struct prefix prefix = { .afi = address->afi };
	char text[PREFIX_TEXT_MAX];

	memcpy(prefix.addr, address->addr, sizeof(prefix.addr));
	(void)fprintf(out, " %s=%s", name,
	    address->afi == AFI_NONE
		? "any"
		: prefix_print_address(&prefix, text, sizeof(text)));
	if (address->scope != 0)
		(void)fprintf(out, "%%%" PRIu32, address->scope);
	(void)fprintf(out, ",%u", address->port);
}

static void
router_text(FILE *out, const struct msg_cfg_router *msg)
{
	(void)fprintf(out, "router asn=%" PRIu32, msg->asn);
	hex(out, "id", msg->router_id, 4);
	(void)fprintf(out, " pref=%" PRIu32 " hold=%u store=%s control=%s",
	    msg->local_pref, msg->hold_s, msg->store_path, msg->control_path);
}

static void
customer_text(FILE *out, const struct msg_cfg_customer *msg)
{
	(void)fprintf(out,
	    "customer %" PRIu32 " name=%s asn=%" PRIu32 " mode=%u discard=%u"
	    " actions=%x components=%" PRIx32 " flags=%x",
	    msg->index, msg->name, msg->asn, msg->mode, msg->discard,
	    msg->actions, msg->components, msg->traffic_flags);
	for (unsigned i = 0; i < 2; i++)
		(void)fprintf(out, " dst%u=%u-%u,%u", i == 0 ? 4u : 6u,
		    msg->dst_min[i], msg->dst_max[i], msg->dst_hold[i]);
	(void)fprintf(out,
	    " marks=%" PRIx64 " rate=%.17g-%.17g packets=%.17g-%.17g"
	    " rules=%" PRIu32 " linger=%" PRIu64,
	    msg->marks, msg->rate_min, msg->rate_max, msg->packets_min,
	    msg->packets_max, msg->max_rules, msg->linger_ms);
	(void)fprintf(out,
	    " validate=%u,%u,%u prefixes=%" PRIu32 " pref=%" PRIu32,
	    msg->validate, msg->best_match, msg->failover, msg->max_prefixes,
	    msg->local_pref);
	(void)fprintf(out,
	    " lifetime=%" PRIu64 " addresses=%" PRIu64 ",%" PRIu32
	    "%% cost=%" PRIu32 " new=%" PRIu32 ",%" PRIu32 " strikes=%" PRIu32
	    " own=%u,%u,%u,%u raise=%u flap=%u%s",
	    msg->lifetime_ms, msg->max_addresses, msg->max_addresses_percent,
	    msg->max_cost, msg->new_per_second, msg->burst, msg->strikes,
	    msg->match, msg->rpki, msg->pa, msg->shared, msg->raise_rates,
	    msg->flap_breaker, msg->noc ? " noc" : "");
}

/* The file's time and folder are not what is tested. */
static void
irr_text(FILE *out, const struct msg_cfg_irr *msg)
{
	const char *slash = strrchr(msg->path, '/');

	(void)fprintf(out,
	    "irr %" PRIu32 " status=%" PRIu32 " n=%" PRIu32 " age=%" PRIu64,
	    msg->index, msg->status, msg->n, msg->max_age_ms);
	hex(out, "hash", msg->hash, sizeof(msg->hash));
	(void)fprintf(out, " file=%s written=%d why=%s",
	    slash == NULL ? "?" : slash + 1, msg->written_ns > 0, msg->why);
}

static void
prefix_text(FILE *out, const struct msg_cfg_prefix *msg)
{
	char text[PREFIX_TEXT_MAX];

	(void)fprintf(out, "prefix %" PRIu32 " %s%s", msg->index,
	    prefix_print(&msg->prefix, text, sizeof(text)),
	    msg->list == CFG_LIST_IRR ? " irr" : "");
}

static void
rule_text(FILE *out, const struct rule *rule)
{
	char text[RULE_TEXT_MAX];

	(void)rule_print(rule, NULL, text, sizeof(text));
	(void)fprintf(out, " %s", text);
}

static void
class_text(FILE *out, const struct msg_cfg_class *msg)
{
	assert_true(rule_valid(
	    &msg->rule, msg->head.len - offsetof(struct msg_cfg_class, rule)));
	(void)fprintf(
	    out, "class %" PRIu32 " kind=%" PRIu32, msg->index, msg->kind);
	rule_text(out, &msg->rule);
}

static void
protected_text(FILE *out, const struct msg_cfg_protected *msg)
{
	assert_true(rule_valid(&msg->rule,
	    msg->head.len - offsetof(struct msg_cfg_protected, rule)));
	(void)fprintf(out, "protected <%s>", msg->name);
	rule_text(out, &msg->rule);
}

static void
rewrite_text(FILE *out, const struct msg_cfg_rewrite *msg)
{
	(void)fprintf(out, "rewrite %" PRIu32, msg->index);
	hex(out, "from", msg->from, sizeof(msg->from));
	hex(out, "to", msg->to, sizeof(msg->to));
}

static void
wish_text(FILE *out, const struct msg_cfg_wish *msg)
{
	(void)fprintf(out,
	    "wish %" PRIu32 " lifetime=%" PRIu32 " dry=%u community=%u",
	    msg->index, msg->wish.wish.lifetime_s, msg->wish.wish.dry_run,
	    msg->wish.community.kind);
	hex(out, "value", msg->wish.community.value, 12);
}

static void
fleet_text(FILE *out, const struct msg_cfg_fleet *msg)
{
	(void)fprintf(out,
	    "fleet rules=%" PRIu32 " cost=%" PRIu32 " guaranteed=%" PRIu32
	    " pace=%" PRIu32 " profile=%u warn=%u protect=%u",
	    msg->max_rules, msg->max_cost, msg->guaranteed, msg->pace,
	    msg->profile, msg->warn_percent, msg->protect_customers);
}

static void
rpki_text(FILE *out, const struct msg_cfg_rpki *msg)
{
	(void)fprintf(out,
	    "rpki times=%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32
	    " shrink=%" PRIu32,
	    msg->refresh_s, msg->retry_s, msg->expire_s, msg->grace_s,
	    msg->shrink_percent);
	for (uint32_t i = 0; i < msg->n; i++) {
		(void)fprintf(out, " group=%" PRIu32, msg->cache[i].group);
		address_text(out, "cache", &msg->cache[i].address);
	}
}

static void
service_text(FILE *out, const struct msg_cfg_service *msg)
{
	(void)fprintf(
	    out, "service groups=%s,%s,%s", msg->viewer, msg->noc, msg->admin);
	address_text(out, "http", &msg->http);
}

/* What a file says nothing of is not said here either. */
static bool
log_is_plain(const struct msg_cfg_log *msg)
{
	size_t len = strlen(msg->key_path);

	return strncmp(msg->name, "sluice/", 7) == 0 && len > 5 &&
	       strcmp(&msg->key_path[len - 5], "-seal") == 0 &&
	       strcmp(msg->syslog_path, "/dev/log") == 0 &&
	       msg->retain_ms == 0 && msg->retain_octets == 0 &&
	       msg->n_witnesses == 0 && msg->n_cosigned == 0 &&
	       msg->listen.afi == AFI_NONE;
}

static void
log_text(FILE *out, const struct msg_cfg_log *msg)
{
	(void)fprintf(out,
	    "log name=%s key=%s syslog=%s age=%" PRIu64 " size=%" PRIu64,
	    msg->name, msg->key_path, msg->syslog_path, msg->retain_ms,
	    msg->retain_octets);
	for (uint32_t i = 0; i < msg->n_witnesses; i++)
		(void)fprintf(out, " witness=%s,%s", msg->witness[i].url,
		    msg->witness[i].vkey);
	address_text(out, "listen", &msg->listen);
	for (uint32_t i = 0; i < msg->n_cosigned; i++)
		(void)fprintf(out, " log=%s", msg->cosigned[i]);
}

static void
validation_text(FILE *out, const struct msg_cfg_validation *msg)
{
	const struct ignore *ignore = &msg->ignore;

	(void)fprintf(out,
	    "validation damping=%" PRIu64 " routes=%" PRIu32 " brake=%" PRIu32
	    "%%,%" PRIu32 ",%" PRIu32,
	    msg->damping_ms, msg->max_routes, msg->brake_percent,
	    msg->brake_rules, msg->brake_customers);
	for (uint32_t i = 0; i < ignore->n_communities; i++) {
		(void)fprintf(out, " ignore=%u", ignore->community[i].kind);
		hex(out, "value", ignore->community[i].value, 12);
	}
	for (uint32_t i = 0; i < ignore->n_originators; i++)
		(void)fprintf(
		    out, " originator=%08" PRIx32, ignore->originator[i]);
}

static void
target_text(FILE *out, const struct msg_cfg_target *msg)
{
	char text[PREFIX_TEXT_MAX];

	(void)fprintf(out, "target %" PRIu32, msg->index);
	if (msg->target == CFG_TARGET_REDIRECT)
		hex(out, "redirect", msg->redirect, 8);
	else if (msg->target == CFG_TARGET_IP)
		(void)fprintf(out, " ip=%s",
		    prefix_print(&msg->prefix, text, sizeof(text)));
	else
		(void)fprintf(out, " tag=%u", msg->community.kind);
	if (msg->target == CFG_TARGET_TAG)
		hex(out, "value", msg->community.value, 12);
}

static void
neighbor_text(FILE *out, const struct msg_cfg_neighbor *msg)
{
	(void)fprintf(out,
	    "neighbor %" PRId32 " name=%s asn=%" PRIu32 " families=%x emit=%u"
	    " passive=%u ttl=%u multihop=%u hold=%u retry=%u key=%u,%s",
	    (int32_t)msg->index, msg->name, msg->asn, msg->families, msg->emit,
	    msg->passive, msg->ttl_hops, msg->multihop, msg->hold_s,
	    msg->connect_retry_s, msg->authenticated, msg->password_file);
	address_text(out, "remote", &msg->remote);
	address_text(out, "local", &msg->local);
	if (msg->range_len > 0)
		(void)fprintf(out, " range=%u", msg->range_len);
}

static void
key_text(FILE *out, const struct msg_cfg_key *msg)
{
	(void)fprintf(out,
	    "key send=%u receive=%u algorithm=%u exclude=%u from=%" PRIu64
	    " until=%" PRIu64 " file=%s",
	    msg->send_id, msg->receive_id, msg->algorithm, msg->exclude_options,
	    msg->from_s, msg->until_s, msg->file);
}

static void
listen_text(FILE *out, const struct msg_cfg_listen *msg)
{
	(void)fputs("listen", out);
	address_text(out, "address", &msg->address);
}

static void
asn_text(FILE *out, const struct msg_cfg_asn *msg)
{
	(void)fprintf(out, "asn %" PRIu32 " %" PRIu32, msg->index, msg->asn);
}

/* A sink: one line a message. ctx is a FILE. */
static int
message_text(void *ctx, const struct msg_head *head)
{
	const void *msg = head;
	FILE *out = ctx;

	assert_in_range((head->len + 7u) & ~7u, msg_len_min(head->kind),
	    msg_len_max(head->kind));
	if (head->kind == MSG_CFG_LOG && log_is_plain(msg))
		return 0;
#define SAID(kind_, call)                                                      \
	case MSG_CFG_##kind_:                                                  \
		call;                                                          \
		break
	switch (head->kind) {
		SAID(BEGIN, (void)fputs("begin", out));
		SAID(ROUTER, router_text(out, msg));
		SAID(LISTEN, listen_text(out, msg));
		SAID(CUSTOMER, customer_text(out, msg));
		SAID(IRR, irr_text(out, msg));
		SAID(PREFIX, prefix_text(out, msg));
		SAID(TARGET, target_text(out, msg));
		SAID(ASN, asn_text(out, msg));
		SAID(CLASS, class_text(out, msg));
		SAID(REWRITE, rewrite_text(out, msg));
		SAID(WISH, wish_text(out, msg));
		SAID(PROTECTED, protected_text(out, msg));
		SAID(VALIDATION, validation_text(out, msg));
		SAID(FLEET, fleet_text(out, msg));
		SAID(RPKI, rpki_text(out, msg));
		SAID(SERVICE, service_text(out, msg));
		SAID(LOG, log_text(out, msg));
		SAID(NEIGHBOR, neighbor_text(out, msg));
		SAID(KEY, key_text(out, msg));
		SAID(END, (void)fputs("end", out));
	default:
		return -1;
	}
#undef SAID
	(void)fputc('\n', out);
	return 0;
}

/* The inside of a file, for free(); "" when there is none. */
static char *
slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1u << 20);

	assert_non_null(text);
	if (file == NULL)
		return text;
	assert_true(fread(text, 1, (1u << 20) - 1, file) < (1u << 20) - 1);
	(void)fclose(file);
	return text;
}

/* Load it; files that say so are given as octets, so that no file that they
 * name is looked at. */
static bool
load(struct config *config, const char *path, bool in_memory)
{
	char *text;
	bool good;

	if (!in_memory)
		return config_load(config, path) == 0;
	text = slurp(path);
	good = config_load_memory(
		   config, path, (const uint8_t *)text, strlen(text)) == 0;
	free(text);
	return good;
}

/* What becomes of the file, as text for free(). */
static char *
outcome(const char *path, bool in_memory, bool *good, char **printed)
{
	struct config *config = config_new();
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(config);
	assert_non_null(out);
	*good = load(config, path, in_memory);
	if (*good)
		assert_int_equal(config_send(config, message_text, out), 0);
	else
		output_errors(config, out);
	(void)fclose(out);
	if (*good && printed != NULL) {
		out = open_memstream(printed, &size);
		assert_non_null(out);
		config_print(config, out);
		(void)fclose(out);
	}
	config_free(config);
	return text;
}

static void
dump(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Printed and loaded again, it gives the same messages and the same print. */
static void
check_printed(const char *text, const char *printed, bool in_memory)
{
	char path[] = "/tmp/sluice-config-XXXXXX";
	char *again_printed = NULL;
	char *again;
	bool good;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	(void)close(fd);
	dump(path, printed);
	again = outcome(path, in_memory, &good, &again_printed);
	(void)unlink(path);
	assert_string_equal(again, text);
	assert_true(good);
	assert_string_equal(again_printed, printed);
	free(again);
	free(again_printed);
}

/* The file becomes what its .ok says. */
static void
case_is_as_written(void **state)
{
	const char *name = *state;
	char path[NAME_SIZE + 8];
	char *printed = NULL;
	char *text;
	char *wanted;
	bool in_memory;
	bool good;

	(void)snprintf(path, sizeof(path), "%s.yaml", name);
	wanted = slurp(path);
	in_memory = strncmp(wanted, IN_MEMORY, sizeof(IN_MEMORY) - 1) == 0;
	free(wanted);
	text = outcome(path, in_memory, &good, &printed);
	(void)snprintf(path, sizeof(path), "%s.ok", name);
	if (getenv("UPDATE_GOLDEN") != NULL)
		dump(path, text);
	wanted = slurp(path);
	assert_string_equal(text, wanted);
	if (good)
		check_printed(text, printed, in_memory);
	free(printed);
	free(wanted);
	free(text);
}

static int
name_order(const void *a, const void *b)
{
	return strcmp(a, b);
}

static size_t
names_read(char names[CASES_MAX][NAME_SIZE])
{
	DIR *folder = opendir(".");
	struct dirent *entry;
	size_t n = 0;

	if (folder == NULL)
		return 0;
	while ((entry = readdir(folder)) != NULL && n < CASES_MAX) {
		size_t len = strlen(entry->d_name);

		if (len < 6 || len >= NAME_SIZE ||
		    strcmp(&entry->d_name[len - 5], ".yaml") != 0)
			continue;
		(void)snprintf(
		    names[n++], NAME_SIZE, "%.*s", (int)len - 5, entry->d_name);
	}
	(void)closedir(folder);
	qsort(names, n, NAME_SIZE, name_order);
	return n;
}

int
main(void)
{
	char(*names)[NAME_SIZE] = calloc(CASES_MAX, NAME_SIZE);
	struct CMUnitTest *tests = calloc(CASES_MAX, sizeof(*tests));
	size_t n = 0;
	int failed = 1;

	if (names != NULL && tests != NULL && chdir(CONFIG_CASES) == 0)
		n = names_read(names);
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ .name = names[i],
			.test_func = case_is_as_written,
			.initial_state = names[i] };
	if (n > 0)
		failed =
		    _cmocka_run_group_tests("config", tests, n, NULL, NULL);
	free(tests);
	free(names);
	return failed;
}
