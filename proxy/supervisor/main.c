/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sluiced: the daemon, in the foreground, its log on standard error.
 *
 *   sluiced [-d] -c FILE
 *
 * SIGHUP reads FILE again, SIGTERM and SIGINT stop. Exit 0: stopped; 1: could
 * not run; 2: the configuration is wrong, or wrong use.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "proxy/common/log.h"
#include "proxy/supervisor/supervisor.h"

#define EXIT_USE 2

static int
usage(void)
{
	(void)fprintf(stderr, "usage: sluiced [-d] -c FILE\n");
	return EXIT_USE;
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
	enum log_class least = LOG_INFO;
	const char *file = NULL;
	int option;

	while ((option = getopt(argc, argv, "c:d")) != -1) {
		if (option == 'c')
			file = optarg;
		else if (option == 'd')
			least = LOG_DEBUG;
		else
			return usage();
	}
	if (file == NULL || optind != argc)
		return usage();
	descriptors_fill();
	log_open("supervisor", least);
	return supervisor_run(file);
}
