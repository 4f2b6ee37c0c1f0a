/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions, and the lines typed in answer. */
#include "proxy/cli/prompt.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/cli/text.h"

/* What is about to be done, in words. */
static void
act_say(const struct args *args, FILE *out)
{
	const char *name = args_verb_name(args->verb);
	const char *whom = args->customer != NULL ? args->customer : args->word;
	char *clean;

	if (args->verb == ARGS_PANIC) {
		(void)fputs("panic: every rule is withdrawn", out);
		return;
	}
	if (args->verb == ARGS_AUDIT) {
		(void)fprintf(out, "audit %s", args_audit_name(args->audit));
		return;
	}
	if (args->verb == ARGS_CONFIRM && whom == NULL) {
		(void)fputs("confirm what waits (see sluice status)", out);
		return;
	}
	if (args->has_id) {
		(void)fprintf(out, "%s rule %" PRIu64, name, args->id);
		return;
	}
	if (whom == NULL && args->verb != ARGS_RESUME)
		whom = "everybody";
	clean = text_clean(whom);
	(void)fprintf(out, "%s%s%s", name, clean[0] != '\0' ? " " : "", clean);
	free(clean);
}

/* A line without its newline; false at the end of what there is. */
static bool
line_read(const struct prompt *prompt, char buf[PROMPT_MAX])
{
	(void)fflush(prompt->out);
	if (fgets(buf, PROMPT_MAX, prompt->in) == NULL)
		return false;
	buf[strcspn(buf, "\n")] = '\0';
	return true;
}

bool
prompt_reason(
    const struct prompt *prompt, struct args *args, char buf[PROMPT_MAX])
{
	if (prompt->in == NULL)
		return false;
	act_say(args, prompt->out);
	(void)fputs("; why? ", prompt->out);
	if (!line_read(prompt, buf))
		return false;
	args->message = buf;
	return buf[0] != '\0';
}

bool
prompt_yes(const struct prompt *prompt, const char *question)
{
	char buf[PROMPT_MAX];

	if (prompt->in == NULL)
		return false;
	(void)fprintf(prompt->out, "%s [y/N] ", question);
	if (!line_read(prompt, buf))
		return false;
	return strcmp(buf, "y") == 0 || strcmp(buf, "yes") == 0;
}
