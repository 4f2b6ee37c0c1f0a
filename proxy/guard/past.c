/* SPDX-License-Identifier: BSD-2-Clause */
/* What the guards before this one ended of, and what this one works on. */
#include "proxy/guard/past.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/common/log.h"

/* A page that is too small would kill who writes to it. */
static struct past_page *
page_map(int fd)
{
	struct stat st;
	void *page;

	if (fstat(fd, &st) < 0 || st.st_size < (off_t)PAST_PAGE_SIZE)
		return NULL;
	page = mmap(
	    NULL, PAST_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return NULL;
	return page;
}

void
past_open(struct past *past, const struct msg_guard_past *msg, int fd,
    uint64_t now_ms, uint64_t now_ns)
{
	past_close(past);
	past->page = fd < 0 ? NULL : page_map(fd);
	if (fd >= 0)
		(void)close(fd);
	past->crashes = msg->crashes;
	if (msg->safe_ms == 0)
		return;
	past->safe_ms = now_ms + msg->safe_ms;
	past->safe_ns = now_ns + msg->safe_ms * UINT64_C(1000000);
	log_line(LOG_ERROR,
	    "SAFE MODE for %" PRIu32 " s: the guard has crashed %" PRIu32
	    " times: nothing new goes inward and nothing that routers do not "
	    "hold; withdrawals work",
	    msg->safe_ms / 1000, msg->crashes);
}

void
past_close(struct past *past)
{
	if (past->page != NULL)
		(void)munmap(past->page, PAST_PAGE_SIZE);
	past->page = NULL;
}

bool
past_second(struct past *past, uint64_t now_ms)
{
	if (past->safe_ms == 0 || now_ms < past->safe_ms)
		return false;
	past->safe_ms = past->safe_ns = 0;
	log_line(LOG_ERROR, "SAFE MODE ends: rules are judged again");
	return true;
}

/* ---- suspects ---- */

/* Its place; n: not there. */
static uint32_t
suspect_at(const struct past *past, uint32_t customer, const struct rule *rule)
{
	uint32_t i = 0;

	while (i < past->n && (past->suspects[i].customer != customer ||
				  !rule_equal(&past->suspects[i].rule, rule)))
		i++;
	return i;
}

void
past_suspect_add(struct past *past, uint32_t customer, const struct rule *rule)
{
	struct past_suspect *to;

	if (suspect_at(past, customer, rule) < past->n)
		return;
	if (past->n < PAST_SUSPECTS)
		to = &past->suspects[past->n++];
	else
		to = &past->suspects[past->next++ % PAST_SUSPECTS];
	to->customer = customer;
	memcpy(&to->rule, rule, rule_size(rule));
}

bool
past_suspects(
    const struct past *past, uint32_t customer, const struct rule *rule)
{
	return past->n > 0 && suspect_at(past, customer, rule) < past->n;
}

void
past_suspect_forget(
    struct past *past, uint32_t customer, const struct rule *rule)
{
	uint32_t at = suspect_at(past, customer, rule);
	const struct past_suspect *last;

	if (at == past->n)
		return;
	last = &past->suspects[--past->n];
	if (at == past->n)
		return;
	past->suspects[at].customer = last->customer;
	memcpy(&past->suspects[at].rule, &last->rule, rule_size(&last->rule));
}

/* ---- work ---- */

/* The word comes last, and goes first: a signal may come between any two. */
void
past_work(struct past *past, uint32_t peer, uint32_t customer,
    const struct rule *rule)
{
	struct past_page *page = past->page;

	if (page == NULL)
		return;
	atomic_store_explicit(&page->working, 0, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	page->peer = peer;
	page->customer = customer;
	memcpy(&page->rule, rule, rule_size(rule));
	atomic_store_explicit(
	    &page->working, PAST_WORKING, memory_order_release);
}

void
past_idle(struct past *past)
{
	if (past->page != NULL)
		atomic_store_explicit(
		    &past->page->working, 0, memory_order_release);
}
