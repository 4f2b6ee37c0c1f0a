/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The roles there is one of, but for the guard: store and control always, rpki
 * where caches are configured, http where it has an address. Each gets its
 * configuration first, and again when it has changed. Signer and witness:
 * parts_log.c.
 */
#include "proxy/supervisor/supervisor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/supervisor/control_socket.h"

#define PART_CHANNEL 65536u /* octets that may wait */
#define PART_STOP_MS 3000   /* from MSG_STOP to the kill */
#define STOP_CEASE   2      /* administrative shutdown, RFC 4486 */
#define HTTP_ASK_MS  1000   /* in which http may ask .. */
#define HTTP_ASKS    32     /* .. so often for a connection */

int
part_init(struct supervisor *supervisor, struct part *part, const char *program,
    const struct process_ops *ops)
{
	part->supervisor = supervisor;
	part->process.program = program;
	part->process.limit = PART_CHANNEL;
	part->process.ops = ops;
	part->process.ctx = part;
	(void)snprintf(
	    part->process.name, sizeof(part->process.name), "%s", program);
	return process_init(&supervisor->processes, &part->process);
}

void
part_fini(struct part *part)
{
	if (part->process.timer != NULL)
		process_free(&part->process);
}

void
part_stop(struct part *part)
{
	struct msg_stop msg = { .head = { .kind = MSG_STOP },
		.subcode = STOP_CEASE };

	if (process_up(&part->process)) {
		(void)channel_send(
		    part->process.channel, &msg, sizeof(msg), -1);
		channel_flush(part->process.channel);
	}
	process_finish(&part->process, PART_STOP_MS);
}

void
part_config(struct part *part, const void *msg, size_t size)
{
	part->ready = channel_send(part->process.channel, msg, size, -1) == 0;
	channel_flush(part->process.channel);
	/* It does not read: a new one is told. */
	if (!part->ready)
		process_kill(&part->process);
}

void
part_unexpected(struct part *part, const struct msg_head *head, int fd)
{
	if (fd >= 0)
		(void)close(fd);
	/* Behind "sluice-". */
	log_line(LOG_ERROR, "%s: unexpected message: kind=%u",
	    &part->process.program[7], head->kind);
	process_kill(&part->process);
}

/* ---- store ---- */

static void
store_up(void *ctx)
{
	struct part *store = ctx;
	struct msg_store_config msg = { .head = { .kind = MSG_STORE_CONFIG } };

	memcpy(msg.path, store->supervisor->set->router.store_path,
	    sizeof(msg.path));
	part_config(store, &msg, sizeof(msg));
	log_parts_tell(store, MSG_STORE_LOG);
	supervisor_link(store->supervisor);
}

static void
store_message(void *ctx, const struct msg_head *head, int fd)
{
	const struct msg_peer_broken *broken = (const void *)head;
	struct part *store = ctx;
	struct supervisor *supervisor = store->supervisor;
	struct part *part = NULL;

	if (head->kind == MSG_PEER_BROKEN)
		part = broken->role == ROLE_CONTROL   ? &supervisor->control
		       : broken->role == ROLE_SIGNER  ? &supervisor->signer
		       : broken->role == ROLE_WITNESS ? &supervisor->witness
						      : NULL;
	if (part == NULL) {
		part_unexpected(store, head, fd);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	process_kill(&part->process);
}

static void
store_down(void *ctx, int status)
{
	struct part *store = ctx;

	(void)status;
	store->ready = false;
	store->supervisor->guard_store = false;
	store->supervisor->control_store = false;
	store->supervisor->store_signer = false;
	store->supervisor->store_witness = false;
	if (store->supervisor->phase > PHASE_RUN)
		stop_progress(store->supervisor);
}

static const struct process_ops store_ops = {
	.on_up = store_up,
	.on_message = store_message,
	.on_down = store_down,
};

/* ---- control ---- */

static struct msg_control_config
control_config(const struct cfg_set *set)
{
	struct msg_control_config msg = {
		.head = { .kind = MSG_CONTROL_CONFIG },
	};

	memcpy(msg.path, set->router.control_path, sizeof(msg.path));
	memcpy(msg.viewer, set->service.viewer, sizeof(msg.viewer));
	memcpy(msg.noc, set->service.noc, sizeof(msg.noc));
	memcpy(msg.admin, set->service.admin, sizeof(msg.admin));
	return msg;
}

static void
control_tell(struct supervisor *supervisor)
{
	supervisor->control_config = control_config(supervisor->set);
	part_config(&supervisor->control, &supervisor->control_config,
	    sizeof(supervisor->control_config));
}

static void
control_up(void *ctx)
{
	struct part *control = ctx;

	control_tell(control->supervisor);
	supervisor_link(control->supervisor);
}

static void
socket_mode(const struct msg_control_config *config)
{
	int err = control_socket_mode(config);

	if (err < 0)
		log_line(LOG_ERROR, "control: mode is not set: path=%s: %s",
		    config->path, strerror(-err));
}

/* A configuration that it has taken, perhaps not the last one. */
static void
control_took(
    struct supervisor *supervisor, const struct msg_control_config *msg)
{
	const struct msg_control_config *config = &supervisor->control_config;

	if (memcmp(msg->path, config->path, sizeof(msg->path)) == 0 &&
	    control_socket_open(msg) == control_socket_open(config))
		socket_mode(config);
	supervisor->answers = true;
	supervisor_tell_ready(supervisor);
}

static void
control_message(void *ctx, const struct msg_head *head, int fd)
{
	struct part *control = ctx;

	if (head->kind != MSG_RELOAD && head->kind != MSG_CONTROL_CONFIG &&
	    head->kind != MSG_LOG_ASK) {
		part_unexpected(control, head, fd);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	if (head->kind == MSG_RELOAD)
		reload_start(control->supervisor, (const void *)head);
	else if (head->kind == MSG_LOG_ASK)
		levels_ask(control->supervisor, (const void *)head);
	else
		control_took(control->supervisor, (const void *)head);
}

static void
control_down(void *ctx, int status)
{
	struct part *control = ctx;

	(void)status;
	control->supervisor->guard_control = false;
	control->supervisor->control_store = false;
	control_socket_remove(control->supervisor->control_config.path);
	/* Sessions do not hang on it: why it ended is in the log. */
	control->supervisor->answers = true;
	supervisor_tell_ready(control->supervisor);
	part_down(control, true);
}

static const struct process_ops control_ops = {
	.on_up = control_up,
	.on_message = control_message,
	.on_down = control_down,
};

/* ---- rpki and http: there or not ---- */

static bool
rpki_wanted(const struct supervisor *supervisor)
{
	return supervisor->set != NULL && supervisor->set->rpki.n > 0;
}

static bool
http_wanted(const struct supervisor *supervisor)
{
	return supervisor->set != NULL &&
	       supervisor->set->service.http.afi != AFI_NONE;
}

static void
part_message(void *ctx, const struct msg_head *head, int fd)
{
	part_unexpected(ctx, head, fd);
}

static struct msg_cfg_rpki
rpki_config(const struct cfg_set *set)
{
	struct msg_cfg_rpki msg = set->rpki;

	msg.head = (struct msg_head){ .kind = MSG_RPKI_CONFIG };
	return msg;
}

static void
rpki_tell(struct supervisor *supervisor)
{
	supervisor->rpki_config = rpki_config(supervisor->set);
	part_config(&supervisor->rpki, &supervisor->rpki_config,
	    sizeof(supervisor->rpki_config));
}

static void
rpki_up(void *ctx)
{
	struct part *rpki = ctx;

	rpki_tell(rpki->supervisor);
	supervisor_link(rpki->supervisor);
}

static struct msg_http_config
http_config(const struct cfg_set *set)
{
	return (struct msg_http_config){ .head = { .kind = MSG_HTTP_CONFIG },
		.address = set->service.http };
}

/* It needs a few connections, one after the other. One that asks for more than
 * that has been taken over. */
static bool
http_may_ask(struct http_asks *asks)
{
	uint64_t now_ms = clock_boot_ms();

	if (now_ms - asks->since_ms >= HTTP_ASK_MS)
		*asks = (struct http_asks){ .since_ms = now_ms };
	asks->wanted = true;
	return ++asks->n <= HTTP_ASKS;
}

static void
http_message(void *ctx, const struct msg_head *head, int fd)
{
	struct part *http = ctx;
	struct supervisor *supervisor = http->supervisor;

	if (head->kind != MSG_HTTP_ASK || fd >= 0 ||
	    !http_may_ask(&supervisor->http_asks)) {
		part_unexpected(http, head, fd);
		return;
	}
	supervisor_link(supervisor);
}

static void
http_up(void *ctx)
{
	struct part *http = ctx;
	struct supervisor *supervisor = http->supervisor;

	supervisor->http_config = http_config(supervisor->set);
	part_config(
	    http, &supervisor->http_config, sizeof(supervisor->http_config));
}

void
part_down(struct part *part, bool wanted)
{
	struct supervisor *supervisor = part->supervisor;

	part->ready = false;
	if (supervisor->phase > PHASE_RUN)
		stop_progress(supervisor);
	else if (wanted && !part->process.wanted)
		process_start(&part->process);
}

static void
rpki_down(void *ctx, int status)
{
	struct part *rpki = ctx;

	(void)status;
	rpki->supervisor->guard_rpki = false;
	part_down(rpki, rpki_wanted(rpki->supervisor));
}

static void
http_down(void *ctx, int status)
{
	struct part *http = ctx;

	(void)status;
	http->supervisor->http_asks = (struct http_asks){ 0 };
	part_down(http, http_wanted(http->supervisor));
}

static const struct process_ops rpki_ops = {
	.on_up = rpki_up,
	.on_message = part_message,
	.on_down = rpki_down,
};

static const struct process_ops http_ops = {
	.on_up = http_up,
	.on_message = http_message,
	.on_down = http_down,
};

void
part_want(struct part *part, bool wanted)
{
	if (wanted && process_gone(&part->process))
		process_start(&part->process);
	else if (!wanted && part->process.wanted)
		part_stop(part);
}

static void
rpki_update(struct supervisor *supervisor)
{
	struct part *rpki = &supervisor->rpki;
	struct msg_cfg_rpki config = rpki_config(supervisor->set);

	part_want(rpki, rpki_wanted(supervisor));
	if (rpki->process.wanted && process_up(&rpki->process) &&
	    memcmp(&config, &supervisor->rpki_config, sizeof(config)) != 0)
		rpki_tell(supervisor);
}

static void
http_update(struct supervisor *supervisor)
{
	struct part *http = &supervisor->http;
	struct msg_http_config config = http_config(supervisor->set);

	part_want(http, http_wanted(supervisor));
	if (http->process.wanted && process_up(&http->process) &&
	    memcmp(&config, &supervisor->http_config, sizeof(config)) != 0)
		part_stop(http);
}

static void
control_update(struct supervisor *supervisor)
{
	const struct msg_control_config *before = &supervisor->control_config;
	struct msg_control_config config = control_config(supervisor->set);

	if (!process_up(&supervisor->control.process) ||
	    memcmp(&config, before, sizeof(config)) == 0)
		return;
	/* It cannot listen again: the next one does, elsewhere. */
	if (strcmp(config.path, before->path) != 0) {
		part_stop(&supervisor->control);
		return;
	}
	/* Closed to others before there are no rules for them, and opened when
	 * it has said that it has the rules. */
	if (!control_socket_open(&config))
		socket_mode(&config);
	control_tell(supervisor);
}

/* ---- all ---- */

int
parts_init(struct supervisor *supervisor)
{
	if (part_init(supervisor, &supervisor->store, "sluice-store",
		&store_ops) < 0 ||
	    part_init(supervisor, &supervisor->control, "sluice-control",
		&control_ops) < 0 ||
	    part_init(supervisor, &supervisor->rpki, "sluice-rpki", &rpki_ops) <
		0 ||
	    part_init(supervisor, &supervisor->http, "sluice-http", &http_ops) <
		0)
		return -1;
	return log_parts_init(supervisor);
}

void
parts_fini(struct supervisor *supervisor)
{
	log_parts_fini(supervisor);
	part_fini(&supervisor->http);
	part_fini(&supervisor->rpki);
	part_fini(&supervisor->control);
	part_fini(&supervisor->store);
}

void
parts_start(struct supervisor *supervisor)
{
	log_parts_start(supervisor);
	process_start(&supervisor->store.process);
	process_start(&supervisor->guard.process);
	process_start(&supervisor->control.process);
}

void
parts_update(struct supervisor *supervisor)
{
	control_update(supervisor);
	rpki_update(supervisor);
	http_update(supervisor);
	log_parts_update(supervisor);
}

void
parts_link(struct supervisor *supervisor)
{
	struct part *guard = &supervisor->guard;
	struct part *store = &supervisor->store;
	struct part *control = &supervisor->control;
	struct part *rpki = &supervisor->rpki;
	struct part *http = &supervisor->http;

	if (!supervisor->guard_store && guard->ready && store->ready)
		supervisor->guard_store = supervisor_connect(&guard->process,
		    ROLE_GUARD, &store->process, ROLE_STORE, 0);
	if (!supervisor->guard_control && guard->ready && control->ready)
		supervisor->guard_control = supervisor_connect(&guard->process,
		    ROLE_GUARD, &control->process, ROLE_CONTROL, 0);
	if (!supervisor->guard_rpki && guard->ready && rpki->ready)
		supervisor->guard_rpki = supervisor_connect(
		    &guard->process, ROLE_GUARD, &rpki->process, ROLE_RPKI, 0);
	if (!supervisor->control_store && control->ready && store->ready)
		supervisor->control_store =
		    supervisor_connect(&control->process, ROLE_CONTROL,
			&store->process, ROLE_STORE, 0);
	/* As often as it asks, once each. */
	if (supervisor->http_asks.wanted && control->ready && http->ready)
		supervisor->http_asks.wanted =
		    !supervisor_connect(&http->process, ROLE_HTTP,
			&control->process, ROLE_CONTROL, 0);
	log_parts_link(supervisor);
}

void
parts_release(struct supervisor *supervisor)
{
	process_release(&supervisor->store.process);
	process_release(&supervisor->control.process);
	process_release(&supervisor->rpki.process);
	process_release(&supervisor->http.process);
	log_parts_release(supervisor);
}

void
parts_stop(struct supervisor *supervisor)
{
	part_stop(&supervisor->http);
	part_stop(&supervisor->rpki);
	part_stop(&supervisor->control);
	part_stop(&supervisor->store);
}

void
parts_kill(struct supervisor *supervisor)
{
	process_kill(&supervisor->http.process);
	process_kill(&supervisor->rpki.process);
	process_kill(&supervisor->control.process);
	process_kill(&supervisor->store.process);
}

bool
parts_gone(const struct supervisor *supervisor)
{
	return process_gone(&supervisor->http.process) &&
	       process_gone(&supervisor->rpki.process) &&
	       process_gone(&supervisor->control.process) &&
	       process_gone(&supervisor->store.process);
}
