/* SPDX-License-Identifier: BSD-2-Clause */
/* sandbox_list: what each role may still call, for people. */
#include <stdio.h>
#include <string.h>

#include "proxy/common/role.h"
#include "proxy/sandbox/table.h"

static void
row_print(const struct table_row *row)
{
	(void)printf("  %s", row->name);
	for (unsigned i = 0; i < row->n_tests; i++) {
		const struct table_test *test = &row->tests[i];

		(void)printf(
		    "%s arg%u", i == 0 ? " where" : ",", (unsigned)test->arg);
		if (test->self)
			(void)printf(" is its own number");
		else if (test->above)
			(void)printf(" is above 0x%llx",
			    (unsigned long long)test->value);
		else if (test->mask == UINT32_MAX || test->mask == UINT64_MAX)
			(void)printf(
			    " is 0x%llx", (unsigned long long)test->value);
		else
			(void)printf(" & 0x%llx is 0x%llx",
			    (unsigned long long)test->mask,
			    (unsigned long long)test->value);
	}
	(void)printf("\n");
}

static void
role_print(enum role role)
{
	(void)printf("%s: lets through\n", role_name(role));
	for (size_t i = 0; i < table_n_rows; i++) {
		if (table_row_is_of(&table_rows[i], role))
			row_print(&table_rows[i]);
	}
}

static bool
is_listed(enum role role, int call)
{
	for (size_t i = 0; i < table_n_rows; i++) {
		if (table_rows[i].call == call &&
		    table_row_is_of(&table_rows[i], role))
			return true;
	}
	return false;
}

/* What is not let through, but does not merely fail as if it were not there. */
static void
answers_print(enum role role)
{
	const char *begin = "ends at";

	for (size_t i = 0; i < table_n_answers; i++) {
		const struct table_answer *answer = &table_answers[i];

		if (answer->call == TABLE_NO_CALL ||
		    (answer->roles & 1u << role) == 0 ||
		    is_listed(role, answer->call) ||
		    table_error(role, answer->call, false) != TABLE_KILL)
			continue;
		(void)printf("%s %s", begin, answer->name);
		begin = ",";
	}
	(void)printf("\n\n");
}

int
main(void)
{
	for (unsigned role = ROLE_SUPERVISOR; role < ROLE_COUNT; role++) {
		role_print((enum role)role);
		answers_print((enum role)role);
	}
	return 0;
}
