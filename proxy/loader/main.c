/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sluice-loader: reads the configuration, says it, and ends.
 *
 *   sluice-loader FILE                 messages to the supervisor
 *   sluice-loader --check [--json] FILE
 *   sluice-loader --print FILE
 *   sluice-loader --irr FILE           one IRR list to the supervisor
 *
 * Exit 0: the configuration is good; 1: it could not be sent; 2: it is not
 * good, or wrong use.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/common/role.h"
#include "proxy/common/tcp_ao_abi.h"
#include "proxy/loader/config.h"
#include "proxy/loader/irr_file.h"
#include "proxy/loader/output.h"
#include "proxy/sandbox/sandbox.h"

#define EXIT_FINE   0
#define EXIT_FAILED 1
#define EXIT_WRONG  2

struct options {
	const char *path;
	bool check;
	bool json;
	bool print;
	bool irr;
};

static bool
options_read(struct options *options, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--check") == 0)
			options->check = true;
		else if (strcmp(argv[i], "--json") == 0)
			options->json = true;
		else if (strcmp(argv[i], "--print") == 0)
			options->print = true;
		else if (strcmp(argv[i], "--irr") == 0)
			options->irr = true;
		else if (options->path == NULL && argv[i][0] != '-')
			options->path = argv[i];
		else
			return false;
	}
	return options->path != NULL &&
	       options->check + options->print + options->irr <= 1 &&
	       (options->check || !options->json);
}

static int
send_all(const struct config *config)
{
	struct output_frames *frames = output_frames_new(ROLE_FD);
	int status;

	if (frames == NULL)
		return EXIT_FAILED;
	status = config_send(config, output_frame, frames);
	if (status == 0)
		status = output_frames_flush(frames);
	output_frames_free(frames);
	if (status != 0)
		return EXIT_FAILED;
	return config_error_count(config) == 0 ? EXIT_FINE : EXIT_WRONG;
}

/* The list, its prefixes, and END. */
static int
irr_give(const char *path, struct output_frames *frames)
{
	struct msg_cfg_end end = { .head = { .len = sizeof(end),
				       .kind = MSG_CFG_END } };
	struct msg_cfg_irr msg;
	struct prefix *prefixes;
	int status;

	irr_file_read(path, CONFIG_IRR_PREFIXES_MAX, &msg, &prefixes);
	status = output_frame(frames, &msg.head);
	if (status == 0)
		status = config_send_irr(&msg, prefixes, output_frame, frames);
	if (status == 0)
		status = output_frame(frames, &end.head);
	free(prefixes);
	return status;
}

static int
send_irr(const char *path)
{
	struct output_frames *frames = output_frames_new(ROLE_FD);
	int status;

	if (frames == NULL)
		return EXIT_FAILED;
	status = irr_give(path, frames);
	if (status == 0)
		status = output_frames_flush(frames);
	output_frames_free(frames);
	return status == 0 ? EXIT_FINE : EXIT_FAILED;
}

static int
say(const struct config *config, const struct options *options)
{
	bool good = config_error_count(config) == 0;

	if (good)
		output_warnings(config, stderr);

	if (options->json)
		output_json(config, stdout);
	else if (!good)
		output_errors(config, stderr);
	else if (options->print)
		config_print(config, stdout);
	else
		output_summary(config, options->path, stdout);
	if (fflush(stdout) != 0)
		return EXIT_FAILED;
	return good ? EXIT_FINE : EXIT_WRONG;
}

/* A new socket has no keys: that is what a kernel with TCP-AO says. */
static bool
kernel_lacks_ao(void)
{
	struct ao_info info = { 0 };
	socklen_t len = sizeof(info);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	bool lacks;

	if (fd < 0)
		return false; /* who knows */
	lacks = getsockopt(fd, IPPROTO_TCP, AO_INFO, &info, &len) == 0 ||
		errno != ENOENT;
	(void)close(fd);
	return lacks;
}

/* It reads: the file may name any other. */
static int
contain(void)
{
	const struct sandbox_wants wants = { .read = { "/" }, .n_read = 1 };

	if (sandbox_begin(ROLE_LOADER) < 0)
		return -1;
	return sandbox_enter(ROLE_LOADER, &wants, NULL);
}

int
main(int argc, char **argv)
{
	struct options options = { 0 };
	struct config *config;
	int status;

	if (!options_read(&options, argc, argv)) {
		(void)fprintf(stderr,
		    "usage: sluice-loader [--check [--json] | --print | --irr] "
		    "FILE\n");
		return EXIT_WRONG;
	}
	if (!options.check && !options.print &&
	    role_init("sluice-loader") < 0) {
		(void)fprintf(stderr,
		    "sluice-loader: no channel on descriptor %d; to look at a "
		    "file use --check\n",
		    ROLE_FD);
		return EXIT_WRONG;
	}
	/* Run by hand it is as good as who runs it. */
	if (!options.check && !options.print && contain() < 0)
		return EXIT_FAILED;
	if (options.irr)
		return send_irr(options.path);
	config = config_new();
	if (config == NULL)
		return EXIT_FAILED;
	if (options.check)
		config_as_user(config);
	(void)config_load(config, options.path);
	if (options.check && kernel_lacks_ao())
		config_lacks_ao(config);
	if (options.check || options.print)
		status = say(config, &options);
	else
		status = send_all(config);
	config_free(config);
	return status;
}
