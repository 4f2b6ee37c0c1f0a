/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines from the control socket: what is taken is a message that the guard or
 * the store takes; what is refused says why; the same line means the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/control/filter.h"
#include "proxy/control/request.h"

#define NOW_NS (UINT64_C(1769828645) * 1000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void
guard_takes(const struct request *request)
{
	struct msg_ctl_request ctl = request->ctl;

	must(request->ctl_size >= offsetof(struct msg_ctl_request, rule) &&
		 request->ctl_size <= sizeof(ctl),
	    "size");
	ctl.head.len = (uint32_t)((request->ctl_size + 7) & ~(size_t)7);
	must(ctl.head.len >= msg_len_min(MSG_CTL_REQUEST) &&
		 ctl.head.len <= msg_len_max(MSG_CTL_REQUEST),
	    "length in range");
	must(check_ctl_request(&ctl), "the guard takes it");
	must(ctl.operator_name[0] == '\0', "nobody names himself");
	must(!request_acts(request->verb) || ctl.text[0] != '\0',
	    "who acts says why");
	must(ctl.lifetime_ms == 0 || ctl.verb == CTL_EXTEND ||
		 ctl.verb == CTL_ANNOUNCE,
	    "a lifetime where there is one");
	must(ctl.what == CONFIRM_ANY || ctl.verb == CTL_CONFIRM,
	    "confirmed where it is");
}

static void
store_takes(const struct request *request)
{
	const struct msg_audit_query *query = &request->audit;

	must(request->audit_max > 0 && request->audit_max <= FILTER_MAX_LIMIT,
	    "bounded");
	must(check_text(query->customer, sizeof(query->customer)) &&
		 check_text(query->operator_name, sizeof(query->operator_name)),
	    "texts end");
	must(query->prefix.afi == AFI_NONE || prefix_valid(&query->prefix),
	    "prefix");
	must(query->backward == 1, "newest first");
}

static void
supervisor_takes(const struct request *request)
{
	must(request->dry_run <= 1, "dry or not");
	must(request->confirm_s <= REQUEST_CONFIRM_MAX_S &&
		 (request->dry_run == 0 || request->confirm_s == 0),
	    "rolled back in time");
	must(check_log_ask(&request->level), "the supervisor takes it");
	must(request->level.set == 0 || request->verb == REQUEST_LOG_LEVEL,
	    "set where it is asked for");
	must(request->level.operator_name[0] == '\0', "nobody names himself");
}

/* Roles are ordered, nobody may do nothing, and a refusal says why. */
static void
roles_hold(const struct request *request)
{
	bool before = false;

	for (unsigned i = ACCESS_NONE; i <= ACCESS_ADMIN; i++) {
		char why[REQUEST_WHY_MAX] = "";
		bool may = request_may(request, (enum access)i, why);

		must(may || !before, "a higher role may do more");
		must(may == (why[0] == '\0'), "a refusal says why");
		must(i != ACCESS_NONE || !may, "without a role nothing");
		must(i != ACCESS_VIEWER || !may || !request_acts(request->verb),
		    "viewers do not act");
		must(i != ACCESS_ADMIN || may, "admins may do all");
		before = may;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[REQUEST_WHY_MAX], again_why[REQUEST_WHY_MAX];
	struct request *request = malloc(sizeof(*request));
	struct request *again = malloc(sizeof(*again));
	int status;

	must(request != NULL && again != NULL, "memory");
	memset(why, 0x55, sizeof(why));
	status = request_parse((const char *)data, size, NOW_NS, request, why);
	must(status == request_parse(
			   (const char *)data, size, NOW_NS, again, again_why),
	    "the same again");
	if (status == 0)
		roles_hold(request);
	if (status < 0) {
		must(memchr(why, 0, sizeof(why)) != NULL && why[0] != '\0',
		    "says why");
		must(strcmp(why, again_why) == 0, "the same words again");
	} else if (request->role == ROLE_GUARD) {
		guard_takes(request);
	} else if (request->role == ROLE_STORE) {
		store_takes(request);
	} else {
		must(request->role == ROLE_SUPERVISOR, "somebody answers");
		supervisor_takes(request);
	}
	free(request);
	free(again);
	return 0;
}
