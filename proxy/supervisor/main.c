/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sluiced: the daemon, in the foreground, its log on standard error.
 *
 *   sluiced [-d] -c FILE
 *   sluiced --selftest-sandbox | --help | --version
 *
 * SIGHUP reads FILE again, SIGTERM and SIGINT stop. Exit 0: stopped; 1: could
 * not run; 2: the configuration is wrong, or wrong use.
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/log.h"
#include "proxy/common/log_stream.h"
#include "proxy/sandbox/sandbox.h"
#include "proxy/sandbox/selftest.h"
#include "proxy/supervisor/supervisor.h"

#define EXIT_USE 2

static const char use[] =
    "usage: sluiced [-d] -c FILE\n"
    "       sluiced --selftest-sandbox | --help | --version\n";

static int
usage(void)
{
	(void)fputs(use, stderr);
	return EXIT_USE;
}

static int
help(void)
{
	(void)fputs(use, stdout);
	(void)fputs("\nRuns in the foreground, its log on standard error.\n\n"
		    "  -c FILE  the configuration; SIGHUP reads it anew\n"
		    "  -d       log more, all roles, for a search of errors\n"
		    "           (while it runs: sluice log-level)\n\n"
		    "--selftest-sandbox: a process for each role tries what "
		    "that role must not do,\nand what it must be able to do; "
		    "exit status 1: something is not as it must be.\n\n"
		    "Exit status: 0 stopped by a signal; 1 could not run; 2 "
		    "the configuration is\nwrong, or wrong use.\n",
	    stdout);
	return 0;
}

static int
version(void)
{
	(void)fputs("sluiced " SLUICE_VERSION "\n", stdout);
	return 0;
}

/* Descriptors 0 to 3 are taken, so that none of ours lands there: roles find
 * their channel at 3. */
static void
descriptors_fill(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < ROLE_FD);
	if (fd > ROLE_FD)
		(void)close(fd);
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "selftest-sandbox", no_argument, NULL, 's' },
		{ "version", no_argument, NULL, 'v' },
		{ 0 },
	};
	enum log_class least = LOG_INFO;
	const char *file = NULL;
	int option, err;

	while ((option = getopt_long(argc, argv, "c:dh", longs, NULL)) != -1) {
		if (option == 'c')
			file = optarg;
		else if (option == 'd')
			least = LOG_DEBUG;
		else if (option == 'h')
			return help();
		else if (option == 's')
			return sandbox_selftest();
		else if (option == 'v')
			return version();
		else
			return usage();
	}
	if (file == NULL || optind != argc)
		return usage();
	descriptors_fill();
	/* Nor does a role wait for the log's reader: it inherits this. */
	err = log_stream_unblock(STDERR_FILENO);
	log_open("supervisor", least);
	if (err < 0)
		log_line(LOG_WARN, "log: whoever reads it can hold us up: %s",
		    strerror(-err));
	if (sandbox_begin(ROLE_SUPERVISOR) < 0)
		return 1;
	return supervisor_run(file, sandbox_enter);
}
