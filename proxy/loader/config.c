/* SPDX-License-Identifier: BSD-2-Clause */
/* Files into a configuration: includes, sizes, the hash. */
#include "proxy/loader/config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/loader/config_check.h"
#include "proxy/loader/config_irr.h"
#include "proxy/loader/defaults.h"
#include "proxy/loader/problem.h"
#include "proxy/loader/walk.h"
#include "proxy/loader/yaml_doc.h"
#include "store/seal.h"

#define HOLD_S     180 /* product default; RFC 4271 10 suggests 90 */
#define LOCAL_PREF 100

#define DAMPING_MS      60000
#define MAX_ROUTES      4000000
#define BRAKE_PERCENT   20
#define BRAKE_RULES     50
#define BRAKE_CUSTOMERS 3

static const struct msg_cfg_validation validation_defaults = {
	.head = { .len = sizeof(validation_defaults),
	    .kind = MSG_CFG_VALIDATION },
	.damping_ms = DAMPING_MS,
	.max_routes = MAX_ROUTES,
	.brake_percent = BRAKE_PERCENT,
	.brake_rules = BRAKE_RULES,
	.brake_customers = BRAKE_CUSTOMERS,
};

struct config *
config_new(void)
{
	struct config *config = calloc(1, sizeof(*config));

	if (config == NULL)
		return NULL;
	config->files = calloc(CONFIG_FILES_MAX, sizeof(*config->files));
	if (config->files == NULL) {
		free(config);
		return NULL;
	}
	config->begin.head.len = sizeof(config->begin);
	config->begin.head.kind = MSG_CFG_BEGIN;
	config->router.head.len = sizeof(config->router);
	config->router.head.kind = MSG_CFG_ROUTER;
	config->router.hold_s = HOLD_S;
	config->router.local_pref = LOCAL_PREF;
	config->validation = validation_defaults;
	defaults_fill(config);
	return config;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (unsigned i = 0; i < config->n_files; i++) {
		free(config->files[i].name);
		free(config->files[i].path);
		free(config->files[i].folder);
	}
	free(config->files);
	model_free(config);
	free(config->bytes);
	free(config);
}

/* Complain about file i: at the entry that includes it, if there is one. */
static int
file_problem(
    struct config *config, unsigned i, const char *found, const char *wanted)
{
	const struct config_file *file = &config->files[i];
	struct place at = file->included;
	char text[PROBLEM_FOUND_MAX];

	(void)snprintf(text, sizeof(text), "%s: %.90s", found,
	    file->path == NULL ? "?" : file->path);
	problem_add(config, &at, at.line > 0 ? "include" : "", text, wanted);
	return -1;
}

/* The absolute folder of an open file, without symbolic links. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	char *real;

	if (slash == NULL)
		return realpath(".", NULL);
	folder = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if (folder == NULL)
		return NULL;
	real = realpath(folder, NULL);
	free(folder);
	return real;
}

/* The same file twice: a loop, or two ways to one file. */
static bool
file_is_known(const struct config *config, unsigned i)
{
	for (unsigned k = 0; k < i; k++) {
		if (config->files[k].device == config->files[i].device &&
		    config->files[k].inode == config->files[i].inode)
			return true;
	}
	return false;
}

/* Append size octets of fd to config->bytes. */
static int
bytes_read(struct config *config, int fd, size_t size)
{
	uint8_t *bytes = realloc(config->bytes, config->n_bytes + size + 1);
	size_t got = 0;

	if (bytes == NULL)
		return -1;
	config->bytes = bytes;
	while (got < size) {
		ssize_t n = read(fd, &bytes[config->n_bytes + got], size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		got += (size_t)n;
	}
	config->n_bytes += size;
	return 0;
}

static int
file_look(struct config *config, unsigned i, int fd)
{
	struct config_file *file = &config->files[i];
	struct stat st;

	if (fstat(fd, &st) != 0)
		return file_problem(config, i, strerrordesc_np(errno),
		    "a file that can be read");
	if (!S_ISREG(st.st_mode))
		return file_problem(
		    config, i, "no regular file", "a regular file");
	file->device = st.st_dev;
	file->inode = st.st_ino;
	file->owner = st.st_uid;
	if (file_is_known(config, i))
		return file_problem(
		    config, i, "a file read already", "each file once");
	if (st.st_size < 0 || st.st_size > CONFIG_BYTES_MAX ||
	    config->n_bytes + (size_t)st.st_size > CONFIG_BYTES_MAX)
		return file_problem(
		    config, i, "too much", "at most 16 MiB in all files");
	if (bytes_read(config, fd, (size_t)st.st_size) < 0)
		return file_problem(config, i, "a file that ends too early",
		    "a file that can be read");
	return 0;
}

/* Read file i behind what has been read. */
static int
file_read(struct config *config, unsigned i)
{
	struct config_file *file = &config->files[i];
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int status;

	if (fd < 0)
		return file_problem(config, i, strerrordesc_np(errno),
		    "a file that can be read");
	status = file_look(config, i, fd);
	(void)close(fd);
	if (status < 0)
		return -1;
	file->folder = folder_of(file->path);
	if (file->folder == NULL)
		return file_problem(config, i, strerrordesc_np(errno),
		    "a folder that can be read");
	return 0;
}

/* Read one document into the model; -1 when it could not be parsed. */
static int
document_take(
    struct config *config, uint32_t file, const uint8_t *bytes, size_t len)
{
	struct yaml_doc_fault fault;
	struct yaml_doc *doc = yaml_doc_parse(bytes, len, &fault);
	int status;
	struct place at = {
		.file = file, .line = fault.line, .column = fault.column
	};

	if (doc == NULL) {
		problem_add(config, &at, "", fault.found, fault.wanted);
		return -1;
	}
	status = walk_document(config, file, yaml_doc_root(doc));
	yaml_doc_free(doc);
	return status;
}

static int
file_add(struct config *config, const char *name, const char *path)
{
	struct config_file *file = &config->files[config->n_files++];

	file->name = strdup(name);
	file->path = strdup(path);
	return file->name == NULL || file->path == NULL ? -1 : 0;
}

static int
config_end(struct config *config, bool complete)
{
	struct place nowhere = { 0 };

	if (complete)
		config_check(config);
	if (complete && config->n_errors == 0)
		config_irr_read(config);
	if (seal_init() < 0)
		problem_add(config, &nowhere, "", "no hash function",
		    "a working libsodium");
	else
		seal_sha256(config->bytes, config->n_bytes, config->begin.hash);
	return config->n_errors == 0 ? 0 : -1;
}

int
config_load(struct config *config, const char *path)
{
	bool complete = true;
	struct place nowhere = { 0 };

	if (file_add(config, path, path) < 0)
		problem_add(config, &nowhere, "", "too little memory", "more");
	/* Includes are appended while files are read. */
	for (unsigned i = 0; i < config->n_files; i++) {
		size_t start = config->n_bytes;

		if (problem_full(config) || config->files[i].path == NULL ||
		    config->files[i].name == NULL || file_read(config, i) < 0) {
			complete = false;
			continue;
		}
		if (document_take(config, i, &config->bytes[start],
			config->n_bytes - start) < 0)
			complete = false;
	}
	return config_end(config, complete);
}

int
config_load_memory(
    struct config *config, const char *name, const uint8_t *bytes, size_t len)
{
	struct place nowhere = { 0 };
	bool complete = false;

	config->in_memory = true;
	if (file_add(config, name, name) == 0)
		config->files[0].folder = strdup("/");
	config->bytes = malloc(len + 1);
	if (config->files[0].folder == NULL || config->bytes == NULL) {
		problem_add(config, &nowhere, "", "too little memory", "more");
		return -1;
	}
	memcpy(config->bytes, bytes, len);
	config->n_bytes = len;
	if (len > CONFIG_BYTES_MAX)
		problem_add(config, &nowhere, "", "too much",
		    "at most 16 MiB in all files");
	else
		complete = document_take(config, 0, config->bytes, len) == 0;
	return config_end(config, complete);
}

size_t
config_error_count(const struct config *config)
{
	return config->n_errors;
}

const struct msg_cfg_error *
config_error(const struct config *config, size_t i)
{
	return i < config->n_errors ? &config->errors[i] : NULL;
}

struct config_counts
config_counts(const struct config *config)
{
	return (struct config_counts){ .customers = config->customers.n,
		.neighbors = config->neighbors.n,
		.prefixes = config->prefixes.n };
}
