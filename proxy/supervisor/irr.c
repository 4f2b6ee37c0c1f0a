/* SPDX-License-Identifier: BSD-2-Clause */
/* IRR files: seen, read, adopted or put aside. */
#include "proxy/supervisor/irr.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proxy/common/log.h"

#define NOBODY UINT32_MAX

/* One file. */
struct irr_file {
	uint32_t customer;    /* index in the set */
	bool looked;          /* last is known */
	bool is_known;        /* known is what was read last */
	bool due;             /* to be read */
	unsigned wait_looks;  /* until it is tried again */
	struct irr_stat last; /* of the last look */
	struct irr_stat known;
};

struct irr {
	const struct irr_ops *ops;
	void *ctx;
	struct cfg_set *set; /* borrowed */
	struct irr_file *files;
	uint32_t n_files;
	uint32_t next;         /* to look at for something to read */
	uint32_t reading;      /* file, or NOBODY */
	struct irr_list *read; /* of that file, read, not yet dealt with */
	bool confirmed;        /* some list has been */
};

struct irr *
irr_new(const struct irr_ops *ops, void *ctx)
{
	struct irr *irr = calloc(1, sizeof(*irr));

	if (irr == NULL)
		return NULL;
	irr->ops = ops;
	irr->ctx = ctx;
	irr->reading = NOBODY;
	return irr;
}

static void
reading_end(struct irr *irr)
{
	irr_list_free(irr->read);
	irr->read = NULL;
	irr->reading = NOBODY;
}

void
irr_free(struct irr *irr)
{
	if (irr == NULL)
		return;
	reading_end(irr);
	free(irr->files);
	free(irr);
}

void
irr_watch(struct irr *irr, struct cfg_set *set)
{
	uint32_t n = set == NULL ? 0 : set->customers.n;

	if (irr->reading != NOBODY && irr->read == NULL)
		irr->ops->forget(irr->ctx);
	reading_end(irr);
	free(irr->files);
	irr->set = set;
	irr->n_files = 0;
	irr->next = 0;
	irr->confirmed = true; /* there may be one: look */
	irr->files = n == 0 ? NULL : calloc(n, sizeof(*irr->files));
	if (n > 0 && irr->files == NULL)
		log_line(LOG_ERROR, "irr: files not watched: out of memory");
	for (uint32_t i = 0; irr->files != NULL && i < n; i++) {
		if (cfg_set_irr(set, i) != NULL)
			irr->files[irr->n_files++].customer = i;
	}
}

/* ---- looking ---- */

static bool
stat_equal(const struct irr_stat *a, const struct irr_stat *b)
{
	return a->exists == b->exists && a->dev == b->dev && a->ino == b->ino &&
	       a->size == b->size && a->written_ns == b->written_ns;
}

/* The loader read it with the configuration: need we read it again? */
static bool
stat_is_of(const struct irr_stat *stat, const struct irr_list *list)
{
	const struct irr_list *read = list->found != NULL ? list->found : list;

	if (!stat->exists)
		return read->head.status == IRR_MISSING;
	return read->head.status == IRR_USABLE &&
	       read->head.written_ns == stat->written_ns;
}

static void
file_look(struct irr *irr, struct irr_file *file)
{
	const struct irr_list *list = cfg_set_irr(irr->set, file->customer);
	struct irr_stat now = { 0 };
	bool still;

	irr->ops->look(irr->ctx, list->head.path, &now);
	still = file->looked && stat_equal(&now, &file->last);
	if (!file->looked && stat_is_of(&now, list)) {
		file->known = now;
		file->is_known = true;
	}
	file->looked = true;
	file->last = now;
	if (file->wait_looks > 0)
		file->wait_looks--;
	/* Not while it is being written. */
	file->due = still && file->wait_looks == 0 &&
		    !(file->is_known && stat_equal(&now, &file->known));
}

/* Begin to read the next file that is due, unless one is being read. */
static void
file_next(struct irr *irr)
{
	for (uint32_t n = 0; n < irr->n_files && irr->reading == NOBODY; n++) {
		uint32_t i = irr->next++ % irr->n_files;
		struct irr_file *file = &irr->files[i];
		const struct irr_list *list;

		irr->next %= irr->n_files;
		if (!file->due)
			continue;
		file->due = false;
		list = cfg_set_irr(irr->set, file->customer);
		irr->reading = i;
		file->known = file->last;
		file->is_known = true;
		if (irr->ops->read(irr->ctx, list->head.path) == 0)
			return;
		file->is_known = false;
		irr->reading = NOBODY;
		return; /* not now: at the next look */
	}
}

void
irr_look(struct irr *irr)
{
	for (uint32_t i = 0; i < irr->n_files; i++) {
		if (i != irr->reading)
			file_look(irr, &irr->files[i]);
	}
	irr_continue(irr);
}

/* ---- adoption ---- */

static const char *
customer_name(const struct irr *irr, uint32_t customer)
{
	return cfg_set_customer(irr->set, customer)->name;
}

/* The list goes into force; it is taken. What is of the configuration stays. */
static void
list_adopt(struct irr *irr, uint32_t customer, struct irr_list *list)
{
	const struct irr_list *old = cfg_set_irr(irr->set, customer);

	memcpy(list->head.path, old->head.path, sizeof(list->head.path));
	list->head.max_age_ms = old->head.max_age_ms;
	list->head.index = customer;
	list->told = old->told;
	list->dirty = true;
	if (list->head.status == IRR_USABLE)
		log_line(LOG_INFO,
		    "customer %s: irr list adopted: prefixes=%u was=%u",
		    customer_name(irr, customer), list->n, old->n);
	else
		log_line(LOG_WARN,
		    "customer %s: irr list not usable: status=%s path=%s: %s",
		    customer_name(irr, customer),
		    irr_status_name(list->head.status), list->head.path,
		    list->head.why);
	cfg_set_irr_replace(irr->set, customer, list);
}

static void
hold_log(const char *name, const struct irr_list *list)
{
	const struct irr_list *found = list->found;

	if (found->head.status == IRR_USABLE)
		log_line(LOG_WARN,
		    "customer %s: irr list held, the one in force stays until "
		    "sluice confirm: have=%u found=%u path=%s",
		    name, list->n, found->n, list->head.path);
	else
		log_line(LOG_WARN,
		    "customer %s: irr file not usable, the list in force "
		    "stays; it cannot be confirmed, only replaced: status=%s "
		    "have=%u path=%s: %s",
		    name, irr_status_name(found->head.status), list->n,
		    list->head.path, found->head.why);
}

/* What was found is put aside; it is taken. */
static void
list_hold(struct irr *irr, uint32_t customer, struct irr_list *found)
{
	struct irr_list *list = cfg_set_irr(irr->set, customer);

	irr_list_free(list->found);
	list->found = found;
	list->confirmed = false;
	list->told = IRR_TOLD_STALE;
	hold_log(customer_name(irr, customer), list);
}

/* The file holds again what is in force: nothing waits any more. */
static void
list_settle(struct irr *irr, uint32_t customer)
{
	struct irr_list *list = cfg_set_irr(irr->set, customer);

	irr_list_free(list->found);
	list->found = NULL;
	list->confirmed = false;
}

static void
list_deal(struct irr *irr, uint32_t customer, struct irr_list *found)
{
	const struct irr_list *list = cfg_set_irr(irr->set, customer);

	switch (irr_list_compare(list, found)) {
	case IRR_TAKE:
		list_adopt(irr, customer, found);
		break;
	case IRR_HOLD:
	case IRR_KEEP:
		list_hold(irr, customer, found);
		break;
	case IRR_SAME:
		list_settle(irr, customer);
		irr_list_free(found);
		break;
	}
}

/* Deal with what has been read. False: not now. */
static bool
read_deal(struct irr *irr)
{
	uint32_t customer;

	if (irr->read == NULL)
		return true;
	if (!irr->ops->may_change(irr->ctx))
		return false;
	customer = irr->files[irr->reading].customer;
	list_deal(irr, customer, irr->read);
	irr->read = NULL;
	irr->reading = NOBODY;
	irr->ops->changed(irr->ctx);
	return true;
}

void
irr_loaded(struct irr *irr, struct irr_list *list)
{
	struct irr_file *file;
	struct irr_stat now = { 0 };

	if (irr->reading == NOBODY || irr->read != NULL) {
		irr_list_free(list);
		return;
	}
	file = &irr->files[irr->reading];
	irr->ops->look(
	    irr->ctx, cfg_set_irr(irr->set, file->customer)->head.path, &now);
	if (list == NULL)
		file->wait_looks = IRR_RETRY_LOOKS;
	if (list == NULL || !stat_equal(&now, &file->known)) {
		/* Half of it may be the old file: it is read again. */
		irr_list_free(list);
		file->is_known = false;
		file->last = now;
		irr->reading = NOBODY;
	} else {
		irr->read = list;
	}
	irr_continue(irr);
}

/* ---- confirmation ---- */

/* Adopt all lists that a person has confirmed. */
static void
confirmed_adopt(struct irr *irr)
{
	bool any = false;

	if (!irr->confirmed || irr->set == NULL ||
	    !irr->ops->may_change(irr->ctx))
		return;
	irr->confirmed = false;
	for (uint32_t i = 0; i < irr->n_files; i++) {
		uint32_t customer = irr->files[i].customer;
		struct irr_list *list = cfg_set_irr(irr->set, customer);
		struct irr_list *found = list->found;

		if (found == NULL || !list->confirmed)
			continue;
		list->found = NULL;
		list_adopt(irr, customer, found);
		any = true;
	}
	if (any)
		irr->ops->changed(irr->ctx);
}

void
irr_continue(struct irr *irr)
{
	if (!read_deal(irr))
		return;
	confirmed_adopt(irr);
	file_next(irr);
}

void
irr_confirm(struct irr *irr, uint32_t customer, const char *operator_name)
{
	for (uint32_t i = 0; i < irr->n_files; i++) {
		uint32_t index = irr->files[i].customer;
		struct irr_list *list = cfg_set_irr(irr->set, index);

		if (customer != UINT32_MAX &&
		    cfg_set_customer(irr->set, index)->customer != customer)
			continue;
		if (list->found == NULL ||
		    list->found->head.status != IRR_USABLE)
			continue;
		log_line(LOG_WARN,
		    "customer %s: irr list confirmed: have=%u found=%u "
		    "operator=%s",
		    customer_name(irr, index), list->n, list->found->n,
		    operator_name);
		list->confirmed = true;
		irr->confirmed = true;
	}
	irr_continue(irr);
}

/* ---- another set ---- */

/* What is in force in have goes on in set's customer, and what the loader
 * found there waits (or is taken for the same, and dropped). */
static int
list_carry(struct cfg_set *set, uint32_t customer, const struct irr_list *have,
    bool drop)
{
	struct irr_list *found = cfg_set_irr(set, customer);
	struct irr_list *copy = irr_list_copy(have);

	if (copy == NULL)
		return -1;
	memcpy(copy->head.path, found->head.path, sizeof(copy->head.path));
	copy->head.max_age_ms = found->head.max_age_ms;
	copy->head.index = customer;
	if (drop) {
		irr_list_free(found);
	} else {
		irr_list_free(copy->found);
		copy->found = found;
		copy->confirmed = false;
		hold_log(cfg_set_customer(set, customer)->name, copy);
	}
	set->parts[customer].irr = copy;
	return 0;
}

/* The customer's index in old by its number, by rows; NULL: no list. */
static const struct irr_list *
list_before(const struct cfg_set *set, uint32_t customer,
    const struct cfg_set *old, const uint32_t *rows, uint32_t max)
{
	uint32_t number = cfg_set_customer(set, customer)->customer;

	if (cfg_set_irr(set, customer) == NULL || number > max ||
	    rows[number] == 0)
		return NULL;
	return cfg_set_irr(old, rows[number] - 1);
}

static int
customer_carry(struct cfg_set *set, uint32_t customer,
    const struct irr_list *have, bool with_lists)
{
	struct irr_list *list = cfg_set_irr(set, customer);
	enum irr_change change;

	/* The guard may have been told of what waited. */
	list->told = have->told == IRR_TOLD_NO ? IRR_TOLD_NO : IRR_TOLD_STALE;
	if (with_lists) {
		if (strncmp(list->head.path, have->head.path, PATH_LEN) != 0)
			return 0;
		if (list_carry(set, customer, have, true) < 0)
			return -1;
	} else {
		change = irr_list_compare(have, list);
		if (change != IRR_HOLD && change != IRR_KEEP)
			return 0;
		if (list_carry(set, customer, have, false) < 0)
			return -1;
	}
	cfg_set_irr(set, customer)->told = IRR_TOLD_STALE;
	return 0;
}

int
irr_carry(struct cfg_set *set, const struct cfg_set *old, bool with_lists)
{
	uint32_t max = 0;
	uint32_t *rows;
	int status = 0;

	for (uint32_t i = 0; i < old->customers.n; i++) {
		uint32_t number = cfg_set_customer(old, i)->customer;

		max = number > max ? number : max;
	}
	rows = calloc((size_t)max + 1, sizeof(*rows));
	if (rows == NULL)
		return -1;
	for (uint32_t i = 0; i < old->customers.n; i++)
		rows[cfg_set_customer(old, i)->customer] = i + 1;
	for (uint32_t i = 0; i < set->customers.n && status == 0; i++) {
		const struct irr_list *have =
		    list_before(set, i, old, rows, max);

		if (have != NULL)
			status = customer_carry(set, i, have, with_lists);
	}
	free(rows);
	return status;
}

/* ---- the world ---- */

void
irr_stat(const char *path, struct irr_stat *out)
{
	struct stat st;

	*out = (struct irr_stat){ 0 };
	if (stat(path, &st) < 0)
		return;
	out->exists = true;
	out->dev = st.st_dev;
	out->ino = st.st_ino;
	out->size = (uint64_t)st.st_size;
	out->written_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000u +
			  (uint64_t)st.st_mtim.tv_nsec;
}
