/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of errors. */
#include "proxy/loader/problem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool
printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* Copy what fits; what is not printable ASCII becomes '?'. */
static void
text_put(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; text[n] != '\0' && n + 1 < size; n++)
		out[n] = '?';
	out[n] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (printable(text[i]))
			out[i] = text[i];
	}
}

/* a stands before b in the files. */
static bool
before(const struct config *config, const struct place *at, size_t i)
{
	const struct msg_cfg_error *error = &config->errors[i];

	if (at->file != config->error_file[i])
		return at->file < config->error_file[i];
	if (at->line != error->line)
		return at->line < error->line;
	return at->column < error->column;
}

void
problem_add(struct config *config, const struct place *at, const char *key,
    const char *found, const char *wanted)
{
	struct msg_cfg_error *error;
	size_t i = config->n_errors;

	if (problem_full(config))
		return;
	for (; i > 0 && before(config, at, i - 1); i--) {
		config->errors[i] = config->errors[i - 1];
		config->error_file[i] = config->error_file[i - 1];
	}
	config->n_errors++;
	config->error_file[i] = at->file;
	error = &config->errors[i];
	memset(error, 0, sizeof(*error));
	error->head.len = sizeof(*error);
	error->head.kind = MSG_CFG_ERROR;
	error->line = at->line;
	error->column = at->column;
	if (at->file < config->n_files && config->files[at->file].name != NULL)
		text_put(error->file, sizeof(error->file),
		    config->files[at->file].name);
	text_put(error->key, sizeof(error->key), key);
	text_put(error->found, sizeof(error->found), found);
	text_put(error->wanted, sizeof(error->wanted), wanted);
}

bool
problem_full(const struct config *config)
{
	return config->n_errors >= CONFIG_ERRORS_MAX;
}

void
problem_quote(const char *text, char *buf, size_t size)
{
	size_t n = 1;

	buf[0] = '"';
	/* Room for the longest escape, the quote, the dots and the NUL. */
	for (; *text != '\0' && n + 4 + 1 + 3 + 1 <= size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\') {
			buf[n++] = '\\';
			buf[n++] = (char)c;
		} else if (printable(*text)) {
			buf[n++] = (char)c;
		} else {
			(void)snprintf(&buf[n], 5, "\\x%02x", c);
			n += 4;
		}
	}
	(void)snprintf(&buf[n], size - n, "%s", *text == '\0' ? "\"" : "\"...");
}

void
problem_place(
    const struct config *config, const struct place *at, char *buf, size_t size)
{
	const char *name = NULL;

	if (at->file < config->n_files)
		name = config->files[at->file].name;
	(void)snprintf(buf, size, "%" PRIu32 ":%" PRIu32 " of %s", at->line,
	    at->column, name == NULL ? "?" : name);
}
