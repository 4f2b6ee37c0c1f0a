/* SPDX-License-Identifier: BSD-2-Clause */
/* The role: requests of strangers to the signer, ours to the witnesses. */
#include "proxy/witness/witness.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/channel.h"
#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/guard/bucket.h"
#include "proxy/witness/client.h"
#include "proxy/witness/request.h"
#include "proxy/witness/server.h"
#include "proxy/witness/sources.h"

#define PATH       "/add-checkpoint"
#define TYPE_TEXT  "text/plain; charset=utf-8"
#define TYPE_SIZE  "text/x.tlog.size"
#define LINK_LIMIT (1u << 18)
#define HTTP_PORT  80
#define HTTPS_PORT 443
#define NAMES_PORT 53 /* over TCP, where an answer is long */

struct witness {
	struct loop *loop;
	struct channel *supervisor;
	struct channel *store;  /* NULL: not there */
	struct channel *signer; /* likewise */
	struct client *client;
	struct server *server; /* NULL: nobody is listened to */
	struct address listen;
	struct bucket bucket;
	struct sources sources;
	/* Names of the logs that are cosigned here. */
	uint32_t n_cosigned;
	char cosigned[COSIGNED_MAX][NOTE_NAME_MAX];
	sandbox_entry *enter;
	bool contained;
	struct sandbox_wants wants;
	bool failed;
};

/* ---- what other roles say ---- */

/* Of printable characters, and of a scheme that the client speaks. */
static bool
url_valid(const char *url)
{
	for (const char *c = url; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~')
			return false;
	}
	return strncmp(url, "http://", 7) == 0 ||
	       strncmp(url, "https://", 8) == 0;
}

static bool
config_valid(const struct msg_cfg_log *msg)
{
	if (!check_cfg_log(msg))
		return false;
	for (uint32_t i = 0; i < msg->n_witnesses; i++) {
		if (!url_valid(msg->witness[i].url))
			return false;
	}
	return true;
}

/* Only lines that are to go to a stranger are looked into. */
static bool
signed_valid(const struct msg_signed *msg)
{
	return check_signed(msg) &&
	       (msg->result != SIGN_DONE ||
		   request_is_signatures(msg->note, msg->note_len));
}

static void
witness_fail(struct witness *witness)
{
	witness->failed = true;
	loop_stop(witness->loop);
}

/* ---- requests of others ---- */

static struct server_reply
reply_text(unsigned status, const char *text)
{
	return (struct server_reply){ status, TYPE_TEXT, text, strlen(text) };
}

static bool
signer_ask(
    struct witness *witness, uint32_t ticket, const struct request *request)
{
	struct msg_cosign *msg;

	if (witness->signer == NULL)
		return false;
	msg = channel_reserve(witness->signer, MSG_COSIGN, sizeof(*msg));
	if (msg == NULL)
		return false;
	msg->request = ticket;
	msg->note_len = (uint32_t)request->note_len;
	msg->old_size = request->old_size;
	memset(&msg->proof, 0, sizeof(msg->proof));
	msg->proof.n = request->proof.n;
	memcpy(msg->proof.hash, request->proof.hash,
	    request->proof.n * sizeof(msg->proof.hash[0]));
	memset(msg->note, 0, sizeof(msg->note));
	memcpy(msg->note, request->note, request->note_len);
	channel_commit(witness->signer, sizeof(*msg));
	channel_flush(witness->signer);
	return true;
}

/* By the note's first line. */
static bool
is_cosigned(const struct witness *witness, const struct request *request)
{
	const char *end = memchr(request->note, '\n', request->note_len);
	size_t len = end == NULL ? 0 : (size_t)(end - request->note);

	for (uint32_t i = 0; i < witness->n_cosigned; i++) {
		if (strlen(witness->cosigned[i]) == len &&
		    memcmp(witness->cosigned[i], request->note, len) == 0)
			return true;
	}
	return false;
}

static bool
may_ask(struct witness *witness, uint64_t source)
{
	uint64_t now_ms = clock_boot_ms();

	return sources_take(&witness->sources, source, now_ms) &&
	       bucket_take(&witness->bucket, now_ms, 1);
}

/* What has no form, or is about another log, costs the signer nothing. */
static void
on_post(void *ctx, const struct server_post *post)
{
	struct witness *witness = ctx;
	struct request request;
	struct server_reply reply;

	if (request_parse(post->body, post->len, &request) < 0)
		reply = reply_text(400, "this is no add-checkpoint request\n");
	else if (witness->signer == NULL)
		reply = reply_text(503, "the signer is away\n");
	else if (!is_cosigned(witness, &request))
		reply = reply_text(404, "no such log is cosigned here\n");
	else if (!may_ask(witness, post->source))
		reply = reply_text(429, "too many requests\n");
	else if (!signer_ask(witness, post->ticket, &request))
		reply = reply_text(503, "the signer is busy\n");
	else
		return;
	server_answer(witness->server, post->ticket, &reply);
}

/* ---- the signer ---- */

static struct server_reply
reply_of(const struct msg_signed *msg, char *buf, size_t size)
{
	switch ((enum sign_result)msg->result) {
	case SIGN_DONE:
		return (struct server_reply){ 200, TYPE_TEXT, msg->note,
			msg->note_len };
	case SIGN_CONFLICT:
		(void)snprintf(buf, size, "%" PRIu64 "\n", msg->last_size);
		return (
		    struct server_reply){ 409, TYPE_SIZE, buf, strlen(buf) };
	case SIGN_UNPROVEN:
		return reply_text(422, "the proof does not hold\n");
	case SIGN_UNKNOWN:
		return reply_text(404, "no such log is cosigned here\n");
	case SIGN_FORBIDDEN:
		return reply_text(403, "not signed by the log's key\n");
	case SIGN_BAD:
		return reply_text(400, "this is no checkpoint to cosign\n");
	case SIGN_FORGOTTEN:
	case SIGN_FAILED:
		break;
	}
	return reply_text(503, "the signer cannot sign\n");
}

static void
on_signer(void *ctx, const struct msg_head *head, int fd)
{
	struct witness *witness = ctx;
	const struct msg_signed *msg = (const void *)head;
	struct server_reply reply;
	char buf[32];

	if (fd >= 0)
		(void)close(fd);
	if (head->kind != MSG_SIGNED || !signed_valid(msg)) {
		log_line(LOG_ERROR, "signer: a message that is none: kind=%u",
		    (unsigned)head->kind);
		return;
	}
	if (msg->result == SIGN_FAILED)
		log_line(LOG_WARN, "signer: cannot cosign: %s", msg->text);
	reply = reply_of(msg, buf, sizeof(buf));
	if (witness->server != NULL)
		server_answer(witness->server, msg->request, &reply);
}

static void
on_signer_closed(void *ctx)
{
	const struct server_reply reply =
	    reply_text(503, "the signer is away\n");
	struct witness *witness = ctx;

	channel_close(witness->signer);
	witness->signer = NULL;
	if (witness->server != NULL)
		server_answer_all(witness->server, &reply);
}

/* ---- the store ---- */

static void
on_submitted(void *ctx, const struct msg_submitted *result)
{
	struct witness *witness = ctx;
	struct msg_submitted *msg;

	if (witness->store == NULL)
		return;
	msg = channel_reserve(witness->store, MSG_SUBMITTED, sizeof(*msg));
	if (msg == NULL)
		return; /* it does not read: nor does it wait for this */
	memcpy(&msg->head + 1, &result->head + 1,
	    sizeof(*msg) - sizeof(msg->head));
	channel_commit(witness->store, sizeof(*msg));
	channel_flush(witness->store);
}

static void
on_store(void *ctx, const struct msg_head *head, int fd)
{
	struct witness *witness = ctx;
	const struct msg_submit *msg = (const void *)head;

	if (fd >= 0)
		(void)close(fd);
	if (head->kind == MSG_SUBMIT && check_submit(msg))
		client_submit(witness->client, msg);
	else
		log_line(LOG_ERROR, "store: a message that is none: kind=%u",
		    (unsigned)head->kind);
}

static void
on_store_closed(void *ctx)
{
	struct witness *witness = ctx;

	channel_close(witness->store);
	witness->store = NULL;
	client_abort(witness->client);
}

/* ---- the supervisor ---- */

static void
listen_take(struct witness *witness, const struct address *listen)
{
	static const struct server_ops ops = { .on_post = on_post };

	if (memcmp(&witness->listen, listen, sizeof(*listen)) == 0)
		return;
	server_free(witness->server);
	witness->server = NULL;
	witness->listen = *listen;
	if (listen->afi == AFI_NONE)
		return;
	witness->server =
	    server_new(witness->loop, listen, PATH, &ops, witness);
	if (witness->server == NULL) {
		log_line(LOG_ERROR, "listen: %s: port=%u", strerror(errno),
		    (unsigned)listen->port);
		witness_fail(witness);
		return;
	}
	log_line(LOG_INFO, "listening: port=%u", (unsigned)listen->port);
}

/* A key's name is what stands before its "+". */
static void
cosigned_take(struct witness *witness, const struct msg_cfg_log *msg)
{
	witness->n_cosigned = msg->n_cosigned;
	for (uint32_t i = 0; i < msg->n_cosigned; i++) {
		const char *vkey = msg->cosigned[i];
		size_t len = strcspn(vkey, "+");

		if (len >= NOTE_NAME_MAX)
			len = 0;
		memcpy(witness->cosigned[i], vkey, len);
		witness->cosigned[i][len] = '\0';
	}
}

/* The port of a URL that is valid. */
static uint16_t
url_port(const char *url)
{
	bool secure = strncmp(url, "https://", 8) == 0;
	const char *host = &url[secure ? 8 : 7];
	size_t len = strcspn(host, "/?#");
	const char *colon = memrchr(host, ':', len);
	unsigned long port;

	/* Of "[2001:db8::1]" the colon is in brackets. */
	if (colon != NULL &&
	    memchr(colon, ']', len - (size_t)(colon - host)) != NULL)
		colon = NULL;
	port = colon == NULL ? 0 : strtoul(&colon[1], NULL, 10);
	if (port > 0 && port <= UINT16_MAX)
		return (uint16_t)port;
	return secure ? HTTPS_PORT : HTTP_PORT;
}

/* Ports of witnesses and, for their names, of name servers; what is needed to
 * find them and to trust them. */
static void
wants_take(struct sandbox_wants *wants, const struct msg_cfg_log *msg)
{
	*wants = (struct sandbox_wants){
		.read = { "/etc", "/run/systemd/resolve", "/run/resolvconf",
		    "/usr/share/ca-certificates",
		    "/usr/local/share/ca-certificates", "/usr/lib/ssl" },
		.n_read = 6,
		.connect = { NAMES_PORT },
		.n_connect = 1,
	};
	if (msg->n_witnesses == 0)
		*wants = (struct sandbox_wants){ 0 };
	for (uint32_t i = 0; i < msg->n_witnesses; i++)
		wants->connect[wants->n_connect++] =
		    url_port(msg->witness[i].url);
}

/* Is another process needed for this? */
static bool
is_new(const struct witness *witness, const struct msg_cfg_log *msg)
{
	struct sandbox_wants wants;

	if (memcmp(&witness->listen, &msg->listen, sizeof(msg->listen)) != 0)
		return true;
	wants_take(&wants, msg);
	for (size_t i = 0; i < wants.n_connect; i++) {
		size_t at = 0;

		while (at < witness->wants.n_connect &&
		       witness->wants.connect[at] != wants.connect[i])
			at++;
		if (at == witness->wants.n_connect)
			return true;
	}
	return false;
}

static void
contain(struct witness *witness, const struct msg_cfg_log *msg)
{
	if (witness->enter == NULL || witness->contained || witness->failed)
		return;
	witness->contained = true;
	wants_take(&witness->wants, msg);
	if (witness->enter(ROLE_WITNESS, &witness->wants, NULL) < 0)
		witness_fail(witness);
}

static void
config_take(struct witness *witness, const struct msg_cfg_log *msg)
{
	if (!config_valid(msg)) {
		log_line(LOG_ERROR, "supervisor: a configuration that is none");
		witness_fail(witness);
		return;
	}
	if (witness->contained && is_new(witness, msg)) {
		log_line(LOG_INFO, "another address: starting anew");
		loop_stop(witness->loop);
		return;
	}
	client_configure(witness->client, msg);
	cosigned_take(witness, msg);
	listen_take(witness, &msg->listen);
	contain(witness, msg);
}

/* fd is taken. The one before, if it still seems to be there, is not. */
static void
channel_take(struct witness *witness, uint32_t role, int fd)
{
	static const struct channel_ops to_store = { .on_message = on_store,
		.on_closed = on_store_closed };
	static const struct channel_ops to_signer = { .on_message = on_signer,
		.on_closed = on_signer_closed };

	if (role == ROLE_STORE) {
		on_store_closed(witness);
		witness->store = role_channel(
		    witness->loop, fd, LINK_LIMIT, &to_store, witness);
	} else if (role == ROLE_SIGNER) {
		on_signer_closed(witness);
		witness->signer = role_channel(
		    witness->loop, fd, LINK_LIMIT, &to_signer, witness);
	} else {
		(void)close(fd);
	}
}

static void
on_supervisor(void *ctx, const struct msg_head *head, int fd)
{
	struct witness *witness = ctx;
	const void *msg = head;
	const struct msg_channel *channel = msg;

	if (head->kind == MSG_CHANNEL && fd >= 0) {
		channel_take(witness, channel->role, fd);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	if (head->kind == MSG_WITNESS_CONFIG)
		config_take(witness, msg);
	else if (head->kind == MSG_STOP)
		loop_stop(witness->loop);
	else
		log_line(LOG_ERROR, "supervisor: message out of turn: kind=%u",
		    (unsigned)head->kind);
}

static void
on_supervisor_closed(void *ctx)
{
	struct witness *witness = ctx;

	loop_stop(witness->loop);
}

/* ---- life ---- */

struct witness *
witness_new(struct loop *loop, int fd)
{
	static const struct channel_ops ops = { .on_message = on_supervisor,
		.on_closed = on_supervisor_closed };
	struct witness *witness = calloc(1, sizeof(*witness));

	if (witness == NULL) {
		(void)close(fd);
		return NULL;
	}
	witness->loop = loop;
	bucket_limit(&witness->bucket, WITNESS_RATE_ALL, WITNESS_BURST_ALL);
	sources_init(&witness->sources, WITNESS_RATE, WITNESS_BURST);
	witness->supervisor = channel_open(loop, fd, LINK_LIMIT, &ops, witness);
	witness->client = client_new(loop, on_submitted, witness);
	if (witness->supervisor == NULL || witness->client == NULL) {
		witness_free(witness);
		return NULL;
	}
	return witness;
}

void
witness_contain(struct witness *witness, sandbox_entry *enter)
{
	witness->enter = enter;
}

void
witness_free(struct witness *witness)
{
	if (witness == NULL)
		return;
	server_free(witness->server);
	client_free(witness->client);
	channel_close(witness->store);
	channel_close(witness->signer);
	channel_close(witness->supervisor);
	free(witness);
}

bool
witness_failed(const struct witness *witness)
{
	return witness->failed;
}
