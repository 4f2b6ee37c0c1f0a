/* SPDX-License-Identifier: BSD-2-Clause */
/* sluice: the operator's command. "sluice help" says what it does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "proxy/cli/ask.h"
#include "proxy/cli/audit.h"
#include "proxy/cli/check_file.h"
#include "proxy/cli/help.h"
#include "proxy/cli/offline.h"
#include "proxy/cli/prompt.h"
#include "proxy/cli/show.h"
#include "proxy/cli/text.h"

#define WIDTH_DEFAULT 80

/* Columns of the terminal; 0 when there is none. */
static size_t
terminal_width(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) == 0)
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return WIDTH_DEFAULT;
}

static uint64_t
wall_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Say what went wrong, cleaned; returns status. */
static int
complain(int status, const char *what, const char *text)
{
	char *clean = text_clean(what), *clean_text = text_clean(text);

	(void)fprintf(stderr, "sluice: %s%s%s\n", clean,
	    what[0] != '\0' ? ": " : "", clean_text);
	free(clean);
	free(clean_text);
	return status;
}

static const char *
socket_path(const struct args *args)
{
	const char *from_environment = getenv("SLUICE_SOCKET");

	return args->socket != NULL       ? args->socket
	       : from_environment != NULL ? from_environment
					  : ASK_PATH;
}

/* The daemon's answer, 0; or an exit status, and it has been said. */
static int
answer_get(const struct args *args, struct answer *answer)
{
	const char *path = socket_path(args);
	size_t len;
	char *request = ask_request(args, &len);
	int fd, status;

	if (request == NULL || len > ASK_REQUEST_MAX) {
		free(request);
		return complain(CLI_WRONG, "", "that is too long");
	}
	fd = ask_open(path);
	if (fd < 0) {
		free(request);
		return complain(CLI_NOT_THERE, path,
		    fd == -ENOENT || fd == -ECONNREFUSED
			? "nobody answers; is sluiced running?"
			: strerror(-fd));
	}
	status = ask(fd, request, len, ASK_SILENCE_MS, answer);
	free(request);
	(void)close(fd);
	if (status == -ECONNRESET)
		return complain(
		    CLI_NOT_THERE, path, "the daemon ended before its answer");
	if (status < 0)
		return complain(CLI_NOT_THERE, path, strerror(-status));
	return 0;
}

static int
ask_and_show(const struct args *args)
{
	struct show show = { stdout, stderr, terminal_width(), wall_ns() };
	struct answer answer = { 0 };
	char why[ARGS_WHY_MAX] = "";
	int status;

	if (args->store != NULL)
		status = offline_audit(args, show.now_ns, &answer, why);
	else
		status = answer_get(args, &answer);
	if (answer.end != NULL) {
		int shown = show_answer(&show, args, &answer);

		status = status != 0 ? status : shown;
	}
	if (why[0] != '\0')
		(void)complain(status, "", why);
	answer_fini(&answer);
	return status;
}

/* What is asked before it is done; NULL: nothing ends. */
static const char *
reload_question(const struct answer *answer)
{
	const struct json *end = json_get(answer->end, "end");
	uint64_t withdrawn = 0;
	bool drops = json_length(json_get(end, "restarts")) > 0 ||
		     json_length(json_get(end, "ends")) > 0;

	(void)json_number(end, "withdrawn", &withdrawn);
	if (withdrawn == 0)
		return drops ? "drop these sessions, and apply it?" : NULL;
	return drops ? "withdraw these, drop these sessions, and apply it?"
		     : "withdraw these, and apply it?";
}

/* What a reload would do, and whether a person wants that. 0 to go on, or an
 * exit status. */
static int
reload_preview(const struct args *args, const struct prompt *prompt)
{
	struct show show = { stdout, stderr, terminal_width(), wall_ns() };
	struct answer answer = { 0 };
	struct args dry = *args;
	const char *question;
	int status;

	dry.dry_run = true;
	dry.confirm_s = 0;
	status = answer_get(&dry, &answer);
	if (status == 0)
		status = show_answer(&show, &dry, &answer);
	question = reload_question(&answer);
	answer_fini(&answer);
	if (status != 0 || question == NULL || args->yes || prompt->in == NULL)
		return status;
	(void)fflush(stdout);
	return prompt_yes(prompt, question)
		   ? 0
		   : complain(CLI_NO, "reload", "nothing is changed");
}

static int
act(struct args *args)
{
	struct prompt prompt = { isatty(STDIN_FILENO) != 0 ? stdin : NULL,
		stderr };
	char reason[PROMPT_MAX];
	int status = 0;

	if (args->verb == ARGS_PANIC && !args->yes && prompt.in != NULL &&
	    !prompt_yes(&prompt, "withdraw everything?"))
		return complain(CLI_NO, "panic", "nothing is changed");
	if (args->verb == ARGS_AUDIT && args->audit == ARGS_AUDIT_RENEW &&
	    !args->yes &&
	    !prompt_yes(&prompt, "set this log aside, and begin another?"))
		return complain(CLI_NO, "audit renew",
		    prompt.in == NULL ? "wanted --yes: nobody can be asked"
				      : "nothing is changed");
	if (args_acts(args) && args->message == NULL &&
	    !prompt_reason(&prompt, args, reason))
		return complain(CLI_WRONG, args_verb_name(args->verb),
		    "wanted -m and why it is done");
	/* A program asks for its dry run itself. */
	if (args->verb == ARGS_RELOAD && !args->dry_run && !args->json)
		status = reload_preview(args, &prompt);
	if (status == 0)
		status = ask_and_show(args);
	args->message = NULL; /* may be reason */
	return status;
}

/* What reads the log record by record. */
static int
audit(const struct args *args)
{
	struct show show = { stdout, stderr, terminal_width(), wall_ns() };

	return audit_run(
	    args, &show, socket_path(args), isatty(STDERR_FILENO) != 0);
}

static int
run(struct args *args)
{
	int error;

	if (args->version) {
		(void)fputs("sluice " SLUICE_VERSION "\n", stdout);
		return CLI_DONE;
	}
	if (args->verb == ARGS_HELP) {
		unsigned verb = args->word == NULL ? (unsigned)ARGS_NONE
						   : args_verb_find(args->word);

		if (args->word != NULL && verb == ARGS_NONE)
			return complain(CLI_WRONG, args->word, "unknown verb");
		help_print(verb, stdout);
		return CLI_DONE;
	}
	if (args->verb == ARGS_CHECK) {
		error = check_file(args->word, args->json);
		return complain(CLI_WRONG, "sluice-loader", strerror(-error));
	}
	if (args->verb == ARGS_AUDIT && args->audit != ARGS_AUDIT_LIST &&
	    !args_acts(args))
		return audit(args);
	return act(args);
}

int
main(int argc, char **argv)
{
	struct args args;
	char why[ARGS_WHY_MAX];
	int status;

	if (argc < 2) {
		help_print(ARGS_NONE, stderr);
		return CLI_WRONG;
	}
	if (args_parse(argc, (const char *const *)argv, &args, why) < 0) {
		(void)complain(CLI_WRONG, "", why);
		(void)fprintf(stderr, "try: sluice help%s%s\n",
		    args.verb != ARGS_NONE ? " " : "",
		    args.verb != ARGS_NONE ? args_verb_name(args.verb) : "");
		return CLI_WRONG;
	}
	status = run(&args);
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return complain(CLI_NO, "standard output", strerror(errno));
	return status;
}
