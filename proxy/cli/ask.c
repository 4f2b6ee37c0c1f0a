/* SPDX-License-Identifier: BSD-2-Clause */
/* A request as JSON, and one exchange over the socket. */
#include "proxy/cli/ask.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proxy/cli/text.h"

static void
put_some(struct json *to, const char *key, const char *text)
{
	if (text != NULL)
		json_put_text(to, key, text);
}

static void
put_audit(struct json *to, const struct args *args)
{
	put_some(to, "customer", args->customer);
	put_some(to, "since", args->since);
	put_some(to, "until", args->until);
	put_some(to, "prefix", args->prefix);
	put_some(to, "state", args->state);
	put_some(to, "reason", args->reason);
	put_some(to, "kind", args->kind);
	put_some(to, "operator", args->operator_name);
	if (args->has_rule)
		json_put_number(to, "rule", args->rule);
	if (args->n > 0)
		json_put_number(to, "n", args->n);
}

static void
put_rules(struct json *to, const struct args *args)
{
	if (args->has_id) {
		json_put_number(to, "id", args->id);
		return;
	}
	put_some(to, "customer", args->customer);
	put_some(to, "state", args->state);
	put_some(to, "ground", args->ground);
	put_some(to, "destination", args->dst);
}

/* What a verb acts on, and why. */
static void
put_act(struct json *to, const struct args *args)
{
	switch (args->verb) {
	case ARGS_QUARANTINE:
	case ARGS_FREEZE:
	case ARGS_THAW:
		put_some(to, "customer", args->word);
		break;
	case ARGS_ANNOUNCE:
		put_some(to, "rule", args->word);
		break;
	case ARGS_CONFIRM:
		put_some(to, "what", args->word);
		break;
	default:
		put_some(to, "customer", args->customer);
		if (args->has_id)
			json_put_number(to, "id", args->id);
		break;
	}
	put_some(to, "lifetime", args->lifetime);
	put_some(to, "reason", args->message);
}

static void
put_reload(struct json *to, const struct args *args)
{
	json_put_bool(to, "dry_run", args->dry_run);
	if (args->confirm_s > 0)
		json_put_number(to, "confirm", args->confirm_s);
}

/* The daemon's name of the verb; NULL when it is not asked. */
static const char *
put_args(struct json *to, const struct args *args)
{
	switch ((enum args_verb)args->verb) {
	case ARGS_SESSIONS:
	case ARGS_CUSTOMERS:
		put_some(to, "name", args->word);
		break;
	case ARGS_RULES:
		put_rules(to, args);
		return args->has_id ? "rule" : "rules";
	case ARGS_ROUTE:
		put_some(to, "prefix", args->word);
		break;
	case ARGS_EXPLAIN:
		put_some(to, "customer", args->customer);
		put_some(to, "rule", args->word);
		break;
	case ARGS_APPROVE:
	case ARGS_DENY:
	case ARGS_WITHDRAW:
	case ARGS_CONFIRM:
	case ARGS_EXTEND:
	case ARGS_QUARANTINE:
	case ARGS_RELEASE:
	case ARGS_FREEZE:
	case ARGS_THAW:
	case ARGS_PANIC:
	case ARGS_RESUME:
	case ARGS_ANNOUNCE:
	case ARGS_RETRACT:
		put_act(to, args);
		break;
	case ARGS_AUDIT:
		if (args_acts(args)) {
			put_some(to, "act", args_audit_name(args->audit));
			put_some(to, "reason", args->message);
			return "audit-act";
		}
		put_audit(to, args);
		break;
	case ARGS_RELOAD:
		put_reload(to, args);
		break;
	case ARGS_LOG_LEVEL:
		put_some(to, "class", args->word);
		put_some(to, "name", args->name);
		put_some(to, "for", args->span);
		break;
	case ARGS_STATUS:
		break;
	case ARGS_NONE:
	case ARGS_CHECK:
	case ARGS_HELP:
	case ARGS_VERBS:
		return NULL;
	}
	return args_verb_name(args->verb);
}

char *
ask_request(const struct args *args, size_t *len)
{
	struct json *json = json_new(), *inner = json_new();
	const char *verb = put_args(inner, args);
	char *text = NULL;

	*len = 0;
	if (verb != NULL) {
		json_put_text(json, "verb", verb);
		json_put(json, "args", inner);
		text = json_print(json, len);
		text = text_alloc(text, *len + 2);
		text[(*len)++] = '\n';
		text[*len] = '\0';
	} else {
		json_free(inner);
	}
	json_free(json);
	return text;
}

int
ask_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strnlen(path, sizeof(address.sun_path));
	int fd, error;

	if (len == sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
	    0) {
		error = errno;
		(void)close(fd);
		return -error;
	}
	return fd;
}

static int
request_send(int fd, const char *request, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, request, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		request += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Lines that have come in part. */
struct input {
	char *text;
	size_t len;
	size_t size;
};

/* Read what is there to read. Octets, 0 at the end, or -errno. */
static ssize_t
input_read(struct input *input, int fd, int silence_ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	ssize_t n;

	do {
		n = poll(&ready, 1, silence_ms);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -errno : -ETIMEDOUT;
	if (input->size - input->len < 65536) {
		input->size += 65536;
		input->text = text_alloc(input->text, input->size);
	}
	n = recv(fd, &input->text[input->len], input->size - input->len, 0);
	if (n < 0)
		return -errno;
	input->len += (size_t)n;
	return n;
}

/* Take the whole lines. 1 when the end was among them, 0, or -errno. */
static int
input_lines(struct input *input, struct answer *answer)
{
	size_t at = 0;

	while (answer->end == NULL) {
		const char *line = &input->text[at];
		const char *newline = memchr(line, '\n', input->len - at);

		if (newline == NULL)
			break;
		if (answer_add(answer, line, (size_t)(newline - line)) < 0)
			return -EPROTO;
		at += (size_t)(newline - line) + 1;
	}
	input->len -= at;
	memmove(input->text, &input->text[at], input->len);
	if (input->len > ANSWER_LINE_MAX)
		return -EPROTO;
	return answer->end != NULL;
}

int
ask(int fd, const char *request, size_t len, int silence_ms,
    struct answer *answer)
{
	struct input input = { text_alloc(NULL, 65536), 0, 65536 };
	int status = request_send(fd, request, len);

	/* A daemon that closed may have said why before: read on. */
	if (status == -EPIPE)
		status = 0;
	while (status == 0) {
		ssize_t n = input_read(&input, fd, silence_ms);

		if (n <= 0)
			status = n < 0 ? (int)n : -ECONNRESET;
		else
			status = input_lines(&input, answer);
	}
	free(input.text);
	return status > 0 ? 0 : status;
}

struct ask_stream {
	struct input input;
	size_t at; /* lines before it have been handed out */
	int fd;
};

int
ask_stream_open(const char *path, struct ask_stream **out)
{
	int fd = ask_open(path);

	*out = NULL;
	if (fd < 0)
		return fd;
	*out = text_alloc(NULL, sizeof(**out));
	**out = (struct ask_stream){ .fd = fd };
	return 0;
}

void
ask_close(struct ask_stream *stream)
{
	if (stream == NULL)
		return;
	(void)close(stream->fd);
	free(stream->input.text);
	free(stream);
}

int
ask_send(struct ask_stream *stream, const char *request, size_t len)
{
	int err = request_send(stream->fd, request, len);

	if (err == 0)
		err = request_send(stream->fd, "\n", 1);
	/* A daemon that closed may have said why before: read on. */
	return err == -EPIPE ? 0 : err;
}

int
ask_line(
    struct ask_stream *stream, int silence_ms, const char **line, size_t *len)
{
	struct input *input = &stream->input;
	size_t looked = stream->at;

	for (;;) {
		const char *newline = input->len > looked
					  ? memchr(&input->text[looked], '\n',
						input->len - looked)
					  : NULL;
		ssize_t n;

		if (newline != NULL) {
			*line = &input->text[stream->at];
			*len = (size_t)(newline - *line);
			stream->at += *len + 1;
			return 0;
		}
		if (stream->at > 0) {
			input->len -= stream->at;
			memmove(
			    input->text, &input->text[stream->at], input->len);
			stream->at = 0;
		}
		looked = input->len;
		if (input->len > ANSWER_LINE_MAX)
			return -EPROTO;
		n = input_read(input, stream->fd, silence_ms);
		if (n <= 0)
			return n < 0 ? (int)n : -ECONNRESET;
	}
}
