/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines, JSON and frames. */
#include "proxy/loader/output.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
output_errors(const struct config *config, FILE *out)
{
	for (size_t i = 0; i < config_error_count(config); i++) {
		const struct msg_cfg_error *error = config_error(config, i);

		(void)fprintf(out, "%s:", error->file);
		if (error->line > 0)
			(void)fprintf(out, "%" PRIu32 ":%" PRIu32 ":",
			    error->line, error->column);
		if (error->key[0] != '\0')
			(void)fprintf(out, " %s:", error->key);
		(void)fprintf(
		    out, " found %s, wanted %s\n", error->found, error->wanted);
	}
	if (config_error_count(config) == CONFIG_ERRORS_MAX)
		(void)fprintf(out, "there may be more errors\n");
}

void
output_warnings(const struct config *config, FILE *out)
{
	struct config_warning warning;
	size_t at = 0;

	while (config_warning_next(config, &at, &warning))
		(void)fprintf(out,
		    "warning: %s:%" PRIu32 ":%" PRIu32 ": %s: %s\n",
		    warning.file, warning.line, warning.column, warning.key,
		    warning.text);
}

static void
json_text(FILE *out, const char *name, const char *text)
{
	(void)fprintf(out, "\"%s\": \"", name);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < ' ' || c > '~')
			(void)fprintf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			(void)fprintf(out, "\\%c", c);
		else
			(void)fputc(c, out);
	}
	(void)fputc('"', out);
}

void
output_json(const struct config *config, FILE *out)
{
	(void)fputc('[', out);
	for (size_t i = 0; i < config_error_count(config); i++) {
		const struct msg_cfg_error *error = config_error(config, i);

		(void)fprintf(out, "%s{", i == 0 ? "" : ",\n ");
		json_text(out, "file", error->file);
		(void)fprintf(out,
		    ", \"line\": %" PRIu32 ", \"column\": %" PRIu32 ", ",
		    error->line, error->column);
		json_text(out, "key", error->key);
		(void)fputs(", ", out);
		json_text(out, "found", error->found);
		(void)fputs(", ", out);
		json_text(out, "wanted", error->wanted);
		(void)fputc('}', out);
	}
	(void)fputs("]\n", out);
}

static void
count_print(FILE *out, const char *before, size_t n, const char *noun)
{
	(void)fprintf(out, "%s%zu %s%s", before, n, noun,
	    n == 1                        ? ""
	    : strcmp(noun, "prefix") == 0 ? "es"
					  : "s");
}

void
output_summary(const struct config *config, const char *path, FILE *out)
{
	struct config_counts counts = config_counts(config);

	(void)fprintf(out, "%s: ", path);
	count_print(out, "", counts.customers, "customer");
	count_print(out, ", ", counts.neighbors, "neighbour");
	count_print(out, ", ", counts.prefixes, "prefix");
	(void)fputs(": fine\n", out);
}

#define BATCH 65536u

struct output_frames {
	int fd;
	size_t used;
	_Alignas(8) uint8_t data[BATCH];
};

struct output_frames *
output_frames_new(int fd)
{
	struct output_frames *frames = malloc(sizeof(*frames));

	if (frames == NULL)
		return NULL;
	frames->fd = fd;
	frames->used = 0;
	return frames;
}

int
output_frames_flush(struct output_frames *frames)
{
	size_t done = 0;

	while (done < frames->used) {
		struct pollfd ready = { .fd = frames->fd, .events = POLLOUT };
		ssize_t n =
		    write(frames->fd, &frames->data[done], frames->used - done);

		if (n >= 0) {
			done += (size_t)n;
			continue;
		}
		if (errno == EAGAIN)
			(void)poll(&ready, 1, -1);
		else if (errno != EINTR)
			return -1;
	}
	frames->used = 0;
	return 0;
}

int
output_frame(void *ctx, const struct msg_head *head)
{
	struct output_frames *frames = ctx;
	size_t size = (head->len + 7u) & ~(size_t)7u;
	struct msg_head framed = *head;

	if (size > MSG_LEN_MAX)
		return -1;
	if (BATCH - frames->used < size && output_frames_flush(frames) < 0)
		return -1;
	memset(&frames->data[frames->used], 0, size);
	memcpy(&frames->data[frames->used], head, head->len);
	framed.len = (uint32_t)size;
	memcpy(&frames->data[frames->used], &framed, sizeof(framed));
	frames->used += size;
	return 0;
}

void
output_frames_free(struct output_frames *frames)
{
	free(frames);
}
