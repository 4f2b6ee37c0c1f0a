/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice audit verify": a log against itself and against what was kept. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/cli/audit.h"
#include "proxy/cli/text.h"
#include "proxy/cli/torn.h"
#include "proxy/control/view.h"
#include "store/ledger.h"
#include "store/verify.h"

struct look {
	const struct audit *audit;
	struct verify *verify;
	struct torn *torn; /* instead of a source */
	struct checkpoints *brought;
	struct key_ring *ring;
	unsigned n_keys;   /* given, or the log's own */
	unsigned n_linked; /* that precede or follow them */
	bool own_keys;     /* the log's own word */
	unsigned bad;      /* checkpoints that were brought and are no use */
	struct source_seal seal;
};

/* ---- what is compared with ---- */

static int
keys_given(struct look *look)
{
	const struct args_list *list = &look->audit->args->vkeys;
	struct note_key key;

	for (unsigned i = 0; i < list->n; i++) {
		if (note_key_parse(list->text[i], &key) < 0)
			return audit_complain(look->audit, CLI_WRONG,
			    "--key: \"%.80s\" is no verifier key (NAME+ID+KEY)",
			    list->text[i]);
		look->n_keys += key_ring_add(look->ring, &key);
	}
	return 0;
}

/* Without any, those that the log names. */
static void
keys_own(struct look *look)
{
	const char *const texts[] = { look->seal.vkey, look->seal.old_vkey };

	struct note_key key;

	look->own_keys = true;
	for (size_t i = 0; i < 2; i++) {
		if (texts[i][0] != '\0' && note_key_parse(texts[i], &key) == 0)
			look->n_keys += key_ring_add(look->ring, &key);
	}
}

/* The log's entries lead from one key to another; each step is signed by both,
 * so it does not matter who tells of it. */
static int
keys_follow(struct look *look)
{
	unsigned n;

	if (look->n_keys == 0)
		return 0;
	if (look->torn != NULL)
		torn_keys(look->torn, key_ring_link, look->ring);
	else if (source_keys(look->audit->source, key_ring_link, look->ring) <
		 0)
		return audit_source_failed(look->audit);
	key_ring_follow(look->ring);
	(void)key_ring_keys(look->ring, &n);
	look->n_linked = n - look->n_keys;
	return 0;
}

static int
files_read(struct look *look)
{
	const struct args_list *list = &look->audit->args->checkpoints;

	for (unsigned i = 0; i < list->n; i++) {
		long n = checkpoints_read(look->brought, list->text[i]);

		if (n > 0)
			continue;
		return audit_complain(look->audit, CLI_WRONG, "%.200s: %s",
		    list->text[i],
		    n == 0 ? "there is no checkpoint of this log in it"
			   : strerror((int)-n));
	}
	return 0;
}

static void
brought_give(struct look *look)
{
	for (unsigned i = 0; i < checkpoints_count(look->brought); i++) {
		size_t len;
		const char *note = checkpoints_at(look->brought, i, &len);
		char why[128];

		if (verify_outside(look->verify, note, len, why) == 0)
			continue;
		look->bad++;
		(void)audit_complain(look->audit, CLI_NO, "%s", why);
	}
}

/* ---- the walk ---- */

static void
item_give(struct look *look, const struct source_item *item)
{
	struct verify *verify = look->verify;
	uint64_t block = item->seq / LEDGER_BLOCK;

	switch ((enum source_what)item->what) {
	case SOURCE_RECORD:
		verify_record(
		    verify, item->seq, item->record, item->len, item->hash);
		break;
	case SOURCE_BLOCK:
		verify_node(verify, block - 1, item->hash);
		break;
	case SOURCE_INDEX:
		verify_index(verify, block - 1, item->hash);
		break;
	case SOURCE_REMOVED:
		verify_block(verify, block, item->hash);
		break;
	case SOURCE_MISSING:
		verify_gap(verify, item->seq, item->to, VERIFY_MISSING);
		break;
	case SOURCE_DAMAGED:
		verify_gap(verify, item->seq, item->seq + 1, VERIFY_UNREADABLE);
		break;
	case SOURCE_END:
		break;
	}
}

/* How far an item reaches. */
static uint64_t
item_end(const struct source_item *item)
{
	switch ((enum source_what)item->what) {
	case SOURCE_REMOVED:
		return item->seq + LEDGER_BLOCK;
	case SOURCE_MISSING:
		return item->to;
	case SOURCE_BLOCK:
	case SOURCE_END:
		return item->seq;
	case SOURCE_INDEX: /* may be of a block that is not whole */
		return 0;
	case SOURCE_RECORD:
	case SOURCE_DAMAGED:
		break;
	}
	return item->seq + 1;
}

/* Give the entries from *at to before `to`. */
static int
piece_give(struct look *look, uint64_t *at, uint64_t to)
{
	struct source *source = look->audit->source;
	struct source_item item;

	if (source_range(source, *at, to) < 0)
		return -1;
	for (;;) {
		if (source_next(source, &item) < 0)
			return -1;
		if (item.what == SOURCE_END)
			return 0;
		item_give(look, &item);
		if (item_end(&item) > *at)
			*at = item_end(&item);
		audit_progress(look->audit, *at, look->seal.end, "verified");
	}
}

/* Up to the checkpoint that the log keeps of the greatest size <= to, if there
 * is one behind *at; then on. */
static int
stride_give(struct look *look, uint64_t *at, uint64_t to)
{
	struct source_seal kept;
	uint64_t from = *at;

	if (source_seal(look->audit->source, to, &kept) < 0)
		return -1;
	if (kept.note_len > 0 && kept.size > from && kept.size <= to) {
		if (piece_give(look, at, kept.size) < 0)
			return -1;
		if (*at == kept.size)
			verify_inside(look->verify, kept.note, kept.note_len);
	}
	if (*at < to && piece_give(look, at, to) < 0)
		return -1;
	if (*at <= from)
		*at = to; /* nothing more came: its end says so */
	return 0;
}

static int
walk(struct look *look)
{
	uint64_t end = look->seal.end, at = 0, stride;

	if (look->torn != NULL) {
		torn_verify(look->torn, look->verify);
		return CLI_DONE;
	}
	stride = look->audit->source->stride;
	while (at < end) {
		uint64_t to = end - at > stride ? at + stride : end;

		if (stride_give(look, &at, to) < 0)
			return audit_source_failed(look->audit);
	}
	audit_progress_end(look->audit);
	verify_end(look->verify, look->seal.log_size,
	    look->seal.has_root ? look->seal.root : NULL);
	return CLI_DONE;
}

/* ---- what came out ---- */

/* What is there may be sound, and yet not all that was signed. */
static bool
is_refused(const struct look *look)
{
	return strcmp(look->seal.state, "rolled-back") == 0 ||
	       strcmp(look->seal.state, "forked") == 0;
}

static bool
is_sound(const struct look *look, const struct verify_sums *sums)
{
	uint64_t total;
	unsigned n;

	(void)verify_findings(look->verify, &n, &total);
	/* What was brought and could not be compared at all proves nothing. */
	return look->torn == NULL && total == 0 && look->bad == 0 &&
	       !is_refused(look) && (sums->outside > 0 || sums->passed == 0);
}

static void
finding_say(const struct show *show, const struct verify_finding *finding)
{
	char range[64];

	if (finding->last == UINT64_MAX)
		(void)snprintf(range, sizeof(range), "from %" PRIu64 " on",
		    finding->first);
	else if (finding->first == finding->last)
		(void)snprintf(
		    range, sizeof(range), "entry %" PRIu64, finding->first);
	else
		(void)snprintf(range, sizeof(range),
		    "entries %" PRIu64 " to %" PRIu64, finding->first,
		    finding->last);
	SHOW(show, verify_fault_name(finding->fault), "  ", range, ": ",
	    verify_fault_text(finding->fault), "\n");
	SHOW(show, "    ", finding->text, "\n");
}

static void
keys_say(const struct look *look)
{
	const struct show *show = look->audit->show;
	unsigned refused = key_ring_refused(look->ring);

	if (look->n_keys == 0)
		SHOW(show, "no key is known: signatures were not looked at",
		    "\n");
	else if (look->own_keys)
		SHOW(show,
		    "signatures were checked with the key that the log itself "
		    "names (--key for one that you trust)",
		    "\n");
	else
		SHOW(show, "signatures were checked with the key given", "\n");
	if (look->n_linked > 0)
		(void)fprintf(show->out,
		    "and with %u that precede or follow it: each change is "
		    "signed by both keys\n",
		    look->n_linked);
	if (refused > 0)
		(void)fprintf(show->out,
		    "changes of key that are not signed by both keys, and "
		    "count for nothing: %u\n",
		    refused);
}

static void
sums_say(const struct look *look, const struct verify_sums *sums)
{
	const struct show *show = look->audit->show;
	char root[2 * SEAL_LEN + 1];

	view_hex(sums->root, SEAL_LEN, root);
	(void)fprintf(show->out,
	    "%" PRIu64 " entries verified, %" PRIu64
	    " removed by retention (their blocks' hashes stand for them)\n",
	    sums->entries, sums->pruned);
	(void)fprintf(show->out,
	    "checkpoints compared: %" PRIu64 " of the log's own, %" PRIu64
	    " from outside\n",
	    sums->inside, sums->outside);
	if (sums->passed > 0)
		(void)fprintf(show->out,
		    "checkpoints from outside that cannot be compared, for "
		    "entries before them are gone: %" PRIu64 "\n",
		    sums->passed);
	(void)fprintf(show->out,
	    "signed checkpoints confirm the first %" PRIu64
	    " entries\nroot %s\n",
	    sums->signed_to, root);
	keys_say(look);
	if (sums->outside == 0)
		SHOW(show,
		    "no checkpoint from outside was compared: this cannot "
		    "show that the whole log was replaced",
		    "\n");
}

/* A daemon that does not sign says why. */
static void
state_say(const struct look *look)
{
	const struct source_seal *seal = &look->seal;
	const struct show *show = look->audit->show;

	if (seal->state[0] == '\0' || strcmp(seal->state, "signing") == 0)
		return;
	SHOW(show, "the daemon does not sign this log now: ", seal->state,
	    seal->text[0] != '\0' ? ": " : "", seal->text, "\n");
}

static void
result_say(const struct look *look, const struct verify_sums *sums)
{
	const struct show *show = look->audit->show;
	const struct verify_finding *findings;
	uint64_t total;
	unsigned n;

	findings = verify_findings(look->verify, &n, &total);
	for (unsigned i = 0; i < n; i++)
		finding_say(show, &findings[i]);
	sums_say(look, sums);
	state_say(look);
	if (is_sound(look, sums))
		SHOW(show, "sound", "\n");
	else if (total + look->bad == 0 && is_refused(look))
		SHOW(show, "not sound: ", look->seal.state, "\n");
	else
		(void)fprintf(show->out, "not sound: %" PRIu64 " finding%s\n",
		    total + look->bad, total + look->bad == 1 ? "" : "s");
}

static struct json *
finding_json(const struct verify_finding *finding)
{
	struct json *json = json_new();

	json_put_text(json, "fault", verify_fault_name(finding->fault));
	json_put_text(json, "detail", verify_fault_text(finding->fault));
	json_put_number(json, "first", finding->first);
	json_put_number(json, "last", finding->last);
	json_put_text(json, "text", finding->text);
	return json;
}

static void
result_json(const struct look *look, const struct verify_sums *sums)
{
	struct json *json = json_new(), *list = json_list_new();
	const struct verify_finding *findings;
	char root[2 * SEAL_LEN + 1];
	uint64_t total;
	unsigned n;

	findings = verify_findings(look->verify, &n, &total);
	for (unsigned i = 0; i < n; i++)
		json_add(list, finding_json(&findings[i]));
	view_hex(sums->root, SEAL_LEN, root);
	json_put_bool(json, "sound", is_sound(look, sums));
	json_put_number(json, "size", look->seal.log_size);
	json_put_number(json, "verified", sums->entries);
	json_put_number(json, "removed", sums->pruned);
	json_put_number(json, "inside", sums->inside);
	json_put_number(json, "outside", sums->outside);
	json_put_number(json, "not_compared", sums->passed);
	json_put_number(json, "bad_checkpoints", look->bad);
	json_put_number(json, "signed", sums->signed_to);
	json_put_text(json, "root", root);
	json_put_text(json, "keys",
	    look->n_keys == 0 ? "none"
	    : look->own_keys  ? "own"
			      : "given");
	json_put_number(json, "keys_linked", look->n_linked);
	json_put_number(json, "keys_refused", key_ring_refused(look->ring));
	if (look->seal.state[0] != '\0')
		json_put_text(json, "seal_state", look->seal.state);
	else
		json_put_null(json, "seal_state");
	json_put_number(json, "findings_total", total);
	json_put(json, "findings", list);
	show_json_line(look->audit->show, json);
	json_free(json);
}

static int
check_run(struct look *look)
{
	const struct note_key *keys;
	struct verify_sums sums;
	unsigned n_keys;
	int status = keys_given(look);

	if (status != 0)
		return status;
	if (look->torn != NULL)
		torn_seal(look->torn, &look->seal);
	else if (source_seal(look->audit->source, UINT64_MAX, &look->seal) < 0)
		return audit_source_failed(look->audit);
	if (look->n_keys == 0)
		keys_own(look);
	status = keys_follow(look);
	if (status != 0)
		return status;
	keys = key_ring_keys(look->ring, &n_keys);
	/* A key that only the log names must not hide those of another. */
	if (!look->own_keys)
		checkpoints_keys(look->brought, keys, n_keys);
	status = files_read(look);
	if (status != 0)
		return status;
	look->verify = verify_new(keys, n_keys);
	if (look->verify == NULL)
		return audit_complain(look->audit, CLI_NO, "out of memory");
	if (n_keys > 0)
		verify_replaced(look->verify, key_ring_replaced(look->ring));
	brought_give(look);
	status = walk(look);
	if (status != 0)
		return status;
	verify_sums(look->verify, &sums);
	if (look->audit->args->json)
		result_json(look, &sums);
	else
		result_say(look, &sums);
	return is_sound(look, &sums) ? CLI_DONE : CLI_NO;
}

static int
look_run(const struct audit *audit, struct torn *torn)
{
	struct look *look = text_alloc(NULL, sizeof(*look));
	int status;

	memset(look, 0, sizeof(*look));
	look->audit = audit;
	look->torn = torn;
	look->ring = key_ring_new();
	look->brought = checkpoints_new();
	status = look->brought != NULL
		     ? check_run(look)
		     : audit_complain(audit, CLI_NO, "out of memory");
	verify_free(look->verify);
	checkpoints_free(look->brought);
	key_ring_free(look->ring);
	free(look);
	return status;
}

int
audit_verify(const struct audit *audit)
{
	return look_run(audit, NULL);
}

int
audit_verify_torn(const struct audit *audit, const char *why)
{
	struct torn *torn = torn_open(audit->args->store);
	struct json *json;
	int status;

	(void)audit_complain(audit, CLI_NO, "%s", why);
	if (torn != NULL) {
		status = look_run(audit, torn);
		torn_close(torn);
		/* Whatever could be read: it is not the whole store. */
		return status == CLI_DONE ? CLI_NO : status;
	}
	if (audit->args->json) {
		json = json_new();
		json_put_bool(json, "sound", false);
		json_put_text(json, "text", why);
		show_json_line(audit->show, json);
		json_free(json);
	}
	return audit_complain(
	    audit, CLI_NO, "nothing of it can be read, so nothing verified");
}
