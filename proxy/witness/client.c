/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libcurl in our loop: the only file that includes curl.h. Connections are kept
 * and used again. Nothing is taken from the environment, nothing followed.
 */
#include "proxy/witness/client.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "proxy/witness/request.h"

#define PATH      "/add-checkpoint"
#define SIZE_TYPE "text/x.tlog.size"

struct post {
	struct client *client;
	CURL *easy; /* NULL until there is something to post */
	bool busy;
	uint32_t request;
	size_t heads; /* octets of header lines so far */
	size_t len;   /* of the answer */
	bool too_long;
	char url[URL_LEN + sizeof(PATH)]; /* "": no such witness */
	char text[REQUEST_MAX];
	char answer[CLIENT_ANSWER_MAX];
};

/* A descriptor of the library. */
struct plug {
	struct client *client;
	struct watch *watch;
	curl_socket_t fd;
};

struct client {
	struct loop *loop;
	struct timer *timer;
	CURLM *multi;
	struct curl_slist *headers;
	client_done *done;
	void *ctx;
	struct post posts[WITNESSES_MAX];
};

/* ---- results ---- */

static void
result_give(const struct client *client, uint32_t witness, uint32_t request,
    const char *why)
{
	struct msg_submitted result = {
		.request = request, .witness = witness, .size = UINT64_MAX
	};

	(void)snprintf(result.text, sizeof(result.text), "%s", why);
	client->done(client->ctx, &result);
}

static bool
is_size(CURL *easy)
{
	const char *type = NULL;
	size_t len = strlen(SIZE_TYPE);

	if (curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK ||
	    type == NULL || strncmp(type, SIZE_TYPE, len) != 0)
		return false;
	return type[len] == '\0' || type[len] == ';' || type[len] == ' ';
}

/* What came, as far as it is text that fits. */
static void
answer_copy(const struct post *post, struct msg_submitted *result)
{
	const char *why = NULL;

	if (post->too_long || post->len > sizeof(result->body))
		why = "the answer is too long";
	else if (memchr(post->answer, '\0', post->len) != NULL)
		why = "the answer is no text";
	if (why != NULL) {
		(void)snprintf(result->text, sizeof(result->text), "%s", why);
		return;
	}
	memcpy(result->body, post->answer, post->len);
	result->body_len = (uint32_t)post->len;
}

/* An answer counts from its status on only when it has come whole, but for one
 * that is longer than we read. */
static void
post_done(struct post *post, CURLcode code)
{
	struct client *client = post->client;
	struct msg_submitted result = { .request = post->request,
		.witness = (uint32_t)(post - client->posts),
		.size = UINT64_MAX };
	long status = 0;

	post->busy = false;
	if (code != CURLE_OK &&
	    !(code == CURLE_WRITE_ERROR && post->too_long)) {
		result_give(client, result.witness, post->request,
		    post->heads > CLIENT_HEADS_MAX
			? "the answer's head is too long"
			: curl_easy_strerror(code));
		return;
	}
	(void)curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 100 || status > 999) {
		result_give(
		    client, result.witness, post->request, "no HTTP status");
		return;
	}
	result.status = (uint32_t)status;
	answer_copy(post, &result);
	if (status == 409 && is_size(post->easy) &&
	    request_parse_size(result.body, result.body_len, &result.size) < 0)
		result.size = UINT64_MAX;
	client->done(client->ctx, &result);
}

static void
client_reap(struct client *client)
{
	struct CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(client->multi, &left)) != NULL) {
		struct post *post = NULL;
		CURLcode code = msg->data.result;
		CURL *easy = msg->easy_handle;

		if (msg->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &post);
		(void)curl_multi_remove_handle(client->multi, easy);
		if (post != NULL && post->busy)
			post_done(post, code);
	}
}

/* ---- the library's view of the loop ---- */

static void
client_turn(struct client *client, curl_socket_t fd, int what)
{
	int running;

	(void)curl_multi_socket_action(client->multi, fd, what, &running);
	client_reap(client);
}

/* The plug may be gone when the library has had its turn. */
static void
on_plug(void *ctx, int events)
{
	const struct plug *plug = ctx;
	int what = 0;

	if (events & WATCH_READ)
		what |= CURL_CSELECT_IN;
	if (events & WATCH_WRITE)
		what |= CURL_CSELECT_OUT;
	client_turn(plug->client, plug->fd, what);
}

static void
on_timer(void *ctx)
{
	client_turn(ctx, CURL_SOCKET_TIMEOUT, 0);
}

/* NULL when memory is out: the library's own time limit ends the transfer. */
static struct plug *
plug_new(struct client *client, curl_socket_t fd)
{
	struct plug *plug = calloc(1, sizeof(*plug));

	if (plug == NULL)
		return NULL;
	plug->client = client;
	plug->fd = fd;
	plug->watch = watch_new(client->loop, fd, on_plug, plug);
	if (plug->watch == NULL) {
		free(plug);
		return NULL;
	}
	(void)curl_multi_assign(client->multi, fd, plug);
	return plug;
}

static int
set_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *fd_ctx)
{
	struct plug *plug = fd_ctx;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (plug != NULL)
			watch_free(plug->watch);
		free(plug);
		return 0;
	}
	if (plug == NULL)
		plug = plug_new(ctx, fd);
	if (plug == NULL)
		return 0;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= WATCH_READ;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= WATCH_WRITE;
	watch_set(plug->watch, events);
	return 0;
}

static int
set_timer(CURLM *multi, long after_ms, void *ctx)
{
	struct client *client = ctx;

	(void)multi;
	if (after_ms < 0)
		timer_stop(client->timer);
	else
		timer_start(client->timer, (uint64_t)after_ms, 0);
	return 0;
}

/* ---- one post ---- */

static size_t
on_answer(char *data, size_t one, size_t len, void *ctx)
{
	struct post *post = ctx;

	(void)one; /* is 1 */
	if (len > sizeof(post->answer) - post->len) {
		post->too_long = true;
		return CURL_WRITEFUNC_ERROR;
	}
	memcpy(&post->answer[post->len], data, len);
	post->len += len;
	return len;
}

/* However many lines, and however many answers of the kind "100". */
static size_t
on_head(char *data, size_t one, size_t len, void *ctx)
{
	struct post *post = ctx;

	(void)data;
	(void)one;
	post->heads += len;
	return post->heads > CLIENT_HEADS_MAX ? 0 : len;
}

/* What all posts of a witness have in common. */
static CURL *
easy_new(struct post *post)
{
	CURL *easy = curl_easy_init();
	bool good = easy != NULL;

#define SET(option, value)                                                     \
	good = good &&                                                         \
	       curl_easy_setopt(easy, CURLOPT_##option, (value)) == CURLE_OK
	SET(NOSIGNAL, 1L);
	SET(PRIVATE, post);
	SET(URL, post->url);
	SET(PROTOCOLS_STR, "http,https");
	SET(FOLLOWLOCATION, 0L);
	SET(PROXY, "");
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CONNECTTIMEOUT_MS, (long)CLIENT_CONNECT_MS);
	SET(TIMEOUT_MS, (long)CLIENT_TOTAL_MS);
	/* A name server that hangs is not waited for. */
	SET(QUICK_EXIT, 1L);
	SET(POST, 1L);
	SET(HTTPHEADER, post->client->headers);
	SET(USERAGENT, "sluice");
	SET(WRITEFUNCTION, on_answer);
	SET(WRITEDATA, post);
	SET(HEADERFUNCTION, on_head);
	SET(HEADERDATA, post);
#undef SET
	if (good)
		return easy;
	curl_easy_cleanup(easy);
	return NULL;
}

/* NULL, or why it does not begin. */
static const char *
post_begin(struct post *post, const struct msg_submit *msg)
{
	struct request request = { .old_size = msg->old_size,
		.proof = msg->proof,
		.note = msg->note,
		.note_len = msg->note_len };
	int len = request_print(&request, post->text, sizeof(post->text));

	if (len < 0)
		return "the request is too long";
	if (post->easy == NULL)
		post->easy = easy_new(post);
	if (post->easy == NULL ||
	    curl_easy_setopt(post->easy, CURLOPT_POSTFIELDSIZE, (long)len) !=
		CURLE_OK ||
	    curl_easy_setopt(post->easy, CURLOPT_POSTFIELDS, post->text) !=
		CURLE_OK)
		return "out of memory";
	post->request = msg->request;
	post->heads = 0;
	post->len = 0;
	post->too_long = false;
	if (curl_multi_add_handle(post->client->multi, post->easy) != CURLM_OK)
		return "out of memory";
	post->busy = true;
	return NULL;
}

static void
post_end(struct post *post)
{
	if (post->busy)
		(void)curl_multi_remove_handle(post->client->multi, post->easy);
	post->busy = false;
	curl_easy_cleanup(post->easy);
	post->easy = NULL;
}

void
client_submit(struct client *client, const struct msg_submit *msg)
{
	uint32_t witness = msg->witness;
	const char *why;

	if (witness >= WITNESSES_MAX || client->posts[witness].url[0] == '\0')
		why = "no such witness";
	else if (client->posts[witness].busy)
		why = "the request before is not through";
	else
		why = post_begin(&client->posts[witness], msg);
	if (why != NULL)
		result_give(client, witness, msg->request, why);
}

/* ---- life ---- */

void
client_abort(struct client *client)
{
	for (size_t i = 0; i < WITNESSES_MAX; i++) {
		if (client->posts[i].busy)
			post_end(&client->posts[i]);
	}
}

void
client_configure(struct client *client, const struct msg_cfg_log *config)
{
	for (size_t i = 0; i < WITNESSES_MAX; i++) {
		struct post *post = &client->posts[i];
		char url[sizeof(post->url)] = "";
		size_t len;

		if (i < config->n_witnesses) {
			(void)snprintf(
			    url, sizeof(url), "%s", config->witness[i].url);
			len = strlen(url);
			if (len > 0 && url[len - 1] == '/')
				len--;
			(void)snprintf(
			    &url[len], sizeof(url) - len, "%s", PATH);
		}
		if (strcmp(url, post->url) == 0)
			continue;
		post_end(post);
		memcpy(post->url, url, sizeof(url));
	}
}

/* Without the wish for a "100 Continue", which not every server has. */
static struct curl_slist *
headers_new(void)
{
	struct curl_slist *list =
	    curl_slist_append(NULL, "Content-Type: text/plain");
	struct curl_slist *both = curl_slist_append(list, "Expect:");

	if (list == NULL || both == NULL) {
		curl_slist_free_all(list);
		return NULL;
	}
	return both;
}

struct client *
client_new(struct loop *loop, client_done *done, void *ctx)
{
	struct client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		return NULL;
	client->loop = loop;
	client->done = done;
	client->ctx = ctx;
	for (size_t i = 0; i < WITNESSES_MAX; i++)
		client->posts[i].client = client;
	client->timer = timer_new(loop, on_timer, client);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
		client->headers = headers_new();
		client->multi = curl_multi_init();
	}
	if (client->timer == NULL || client->headers == NULL ||
	    client->multi == NULL) {
		client_free(client);
		return NULL;
	}
	(void)curl_multi_setopt(
	    client->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	(void)curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	(void)curl_multi_setopt(
	    client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	(void)curl_multi_setopt(
	    client->multi, CURLMOPT_MAXCONNECTS, (long)WITNESSES_MAX);
	return client;
}

void
client_free(struct client *client)
{
	if (client == NULL)
		return;
	for (size_t i = 0; i < WITNESSES_MAX; i++)
		post_end(&client->posts[i]);
	(void)curl_multi_cleanup(client->multi);
	curl_slist_free_all(client->headers);
	timer_free(client->timer);
	free(client);
}
