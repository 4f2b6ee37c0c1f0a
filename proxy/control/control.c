/* SPDX-License-Identifier: BSD-2-Clause */
/* The control role: who is connected, and who answers what. */
#include "proxy/control/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/common/channel.h"
#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/control/access.h"
#include "proxy/control/listen.h"
#include "proxy/control/task.h"

#define CHANNEL_LIMIT 262144u /* octets of questions kept for a role */
#define TICK_MS       1000
#define HTTP_SEATS    4u /* of http, which has one thread that asks */

static const char too_many[] =
    "{\"end\":{\"exit\":1,\"text\":\"too many programs are connected; try "
    "again\"}}\n";

static const char no_group[] =
    "{\"end\":{\"exit\":1,\"text\":\"you are in none of the groups viewer, "
    "noc, admin\"}}\n";

/* A place for one connection. */
struct seat {
	struct control *control;
	struct client *client; /* NULL: free */
	struct task task;
	bool gone;      /* to be freed at the end of the turn */
	bool refused;   /* what it may not do was logged */
	bool http;      /* not a program, but our http role */
	uint8_t access; /* enum access, of the one at the other end */
	char operator_name[32];
};

struct control {
	struct loop *loop;
	struct timer *tick;
	struct task_roles roles;
	struct watch *watch; /* of fd */
	int fd;              /* the socket; -1: none yet */
	struct listen_mark mark;
	char path[PATH_LEN];
	struct access_rules access;
	access_look *look;
	sandbox_entry *enter;    /* NULL: not contained */
	struct access_peer peer; /* who connects now */
	uint32_t last_request;
	bool failed;
	struct seat seats[CONTROL_CLIENTS_MAX];
};

/* ---- requests ---- */

/* Numbers are not used again before 2^32 others; 0 is none. */
static uint32_t
next_request(struct control *control)
{
	control->last_request++;
	if (control->last_request == 0)
		control->last_request = 1;
	return control->last_request;
}

static void
on_line(void *ctx, const char *line, size_t len)
{
	struct seat *seat = ctx;
	struct control *control = seat->control;
	struct request request;
	char why[REQUEST_WHY_MAX];

	if (request_parse(line, len, clock_wall_ns(), &request, why) < 0) {
		task_end(&seat->task, 2, why);
		return;
	}
	if (!request_may(&request, (enum access)seat->access, why)) {
		/* Once a connection: those who look may not fill the log. */
		if (!seat->refused)
			log_line(LOG_WARN, "socket: refused: operator=%s: %s",
			    seat->operator_name, why);
		seat->refused = true;
		task_end(&seat->task, 1, why);
		return;
	}
	task_begin(&seat->task, &control->roles, &request,
	    next_request(control), seat->operator_name);
}

static struct task *
task_find(struct control *control, const struct msg_head *head)
{
	uint32_t request = task_number(head);

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX && request != 0; i++) {
		struct seat *seat = &control->seats[i];

		if (seat->client != NULL && !seat->gone &&
		    seat->task.request == request)
			return &seat->task;
	}
	return NULL;
}

/* ---- connections ---- */

static void
on_client_closed(void *ctx)
{
	struct seat *seat = ctx;

	seat->gone = true;
	task_drop(&seat->task);
}

static void
seat_free(struct seat *seat)
{
	task_drop(&seat->task);
	client_close(seat->client);
	memset(seat, 0, sizeof(*seat));
}

static struct seat *
seat_find(struct control *control)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (control->seats[i].client == NULL)
			return &control->seats[i];
	}
	return NULL;
}

/* Say why, if that can be done at once, and close. */
static void
client_refuse(int fd, const char *line, size_t len)
{
	ssize_t n = send(fd, line, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)n;
	(void)close(fd);
}

/* fd is taken; the seat stays free when there is no memory. */
static void
seat_take(
    struct control *control, struct seat *seat, int fd, enum access access)
{
	static const struct client_ops ops = { on_line, on_client_closed };

	seat->control = control;
	seat->access = (uint8_t)access;
	seat->client =
	    client_open(control->loop, fd, CLIENT_OUT_MAX, &ops, seat);
	seat->task.client = seat->client;
	if (seat->client == NULL)
		memset(seat, 0, sizeof(*seat));
}

static void
client_take(struct control *control, int fd)
{
	enum access access = ACCESS_NONE;
	struct seat *seat;

	/* Before they take a seat: everybody may be able to connect. */
	if (control->look(fd, &control->peer) == 0)
		access = access_of(&control->access, &control->peer);
	if (access == ACCESS_NONE) {
		client_refuse(fd, no_group, sizeof(no_group) - 1);
		return;
	}
	seat = seat_find(control);
	if (seat == NULL) {
		client_refuse(fd, too_many, sizeof(too_many) - 1);
		return;
	}
	if (listen_peer(fd, seat->operator_name, sizeof(seat->operator_name)) <
	    0) {
		(void)close(fd);
		return;
	}
	seat_take(control, seat, fd, access);
}

/* http looks, whatever user it is, and takes no seats from programs. */
static void
http_take(struct control *control, int fd)
{
	static const char name[] = "http";
	struct seat *seat = seat_find(control);
	unsigned taken = 0;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (control->seats[i].client != NULL && control->seats[i].http)
			taken++;
	}
	if (seat == NULL || taken >= HTTP_SEATS) {
		(void)close(fd);
		return;
	}
	memcpy(seat->operator_name, name, sizeof(name));
	seat->http = true;
	seat_take(control, seat, fd, ACCESS_VIEWER);
}

static void
on_connection(void *ctx, int events)
{
	struct control *control = ctx;

	(void)events;
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		int fd = listen_accept(control->fd);

		if (fd == -EINTR || fd == -ECONNABORTED)
			continue;
		if (fd == -EAGAIN)
			return;
		if (fd < 0) {
			/* Out of descriptors: the tick looks again. */
			log_line(LOG_WARN, "socket: accept: %s", strerror(-fd));
			watch_set(control->watch, 0);
			return;
		}
		client_take(control, fd);
	}
}

static void
listen_start(struct control *control, const char *path, enum listen_to to)
{
	memcpy(control->path, path, sizeof(control->path));
	control->fd = listen_open(control->path, to, &control->mark);
	if (control->fd >= 0)
		control->watch = watch_new(
		    control->loop, control->fd, on_connection, control);
	if (control->watch == NULL) {
		log_line(LOG_ERROR, "socket: cannot listen: path=%s: %s",
		    control->path,
		    control->fd < 0 ? strerror(-control->fd) : "memory");
		control->failed = true;
		loop_stop(control->loop);
		return;
	}
	watch_set(control->watch, WATCH_READ);
	log_line(LOG_INFO, "socket: listening: path=%s", control->path);
}

/* To take the socket away; and who is in which group. */
static void
contain(struct control *control)
{
	struct sandbox_wants wants = { .n_write = 1,
		.read = { "/etc", "/usr/share/zoneinfo" },
		.n_read = 2 };
	char folder[PATH_LEN];
	char *slash;

	if (control->enter == NULL || control->failed)
		return;
	memcpy(folder, control->path, sizeof(folder));
	slash = strrchr(folder, '/');
	if (slash == NULL)
		wants.write[0] = ".";
	else
		wants.write[0] = slash == folder ? "/" : folder;
	if (slash != NULL && slash != folder)
		*slash = '\0';
	if (control->enter(ROLE_CONTROL, &wants, NULL) == 0)
		return;
	control->failed = true;
	loop_stop(control->loop);
}

/* Connections that stand keep the role that they have. */
static void
config_take(struct control *control, const struct msg_control_config *msg)
{
	if (!check_text(msg->path, sizeof(msg->path)) ||
	    !check_text(msg->viewer, sizeof(msg->viewer)) ||
	    !check_text(msg->noc, sizeof(msg->noc)) ||
	    !check_text(msg->admin, sizeof(msg->admin))) {
		log_line(LOG_ERROR, "supervisor: configuration is not sound");
		return;
	}
	access_rules_make(&control->access, msg);
	/* With groups the mode cannot be the check: a file has one group, and
	 * there are three. Who it is decides, at each connection. Later the
	 * supervisor changes it, and another path is for another process. */
	if (control->fd < 0) {
		listen_start(control, msg->path,
		    control->access.open ? LISTEN_GROUP : LISTEN_ALL);
		contain(control);
	}
	/* Whoever it lets in from now on meets the new rules. */
	if (!control->failed)
		(void)channel_send(
		    control->roles.supervisor, msg, sizeof(*msg), -1);
}

/* ---- other roles ---- */

static void
role_lost(struct control *control, enum role role, struct channel **channel)
{
	channel_close(*channel);
	*channel = NULL;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct seat *seat = &control->seats[i];

		if (seat->client != NULL && !seat->gone)
			task_lost(&seat->task, role);
	}
}

/* A role that is none of ours is not linked with us again: the next process
 * is. */
static void
role_look(struct control *control, const char *name, struct channel *channel)
{
	if (!channel_misused(channel))
		return;
	log_line(LOG_ERROR, "%s: broken frame; ending", name);
	control->failed = true;
	loop_stop(control->loop);
}

static void
on_guard(void *ctx, const struct msg_head *head, int fd)
{
	struct task *task = task_find(ctx, head);

	(void)fd;
	if (task != NULL)
		task_guard(task, head);
}

static void
on_guard_closed(void *ctx)
{
	struct control *control = ctx;

	role_look(control, "guard", control->roles.guard);
	role_lost(control, ROLE_GUARD, &control->roles.guard);
}

static void
on_store(void *ctx, const struct msg_head *head, int fd)
{
	struct task *task = task_find(ctx, head);

	(void)fd;
	if (task != NULL)
		task_store(task, head);
}

static void
on_store_closed(void *ctx)
{
	struct control *control = ctx;

	role_look(control, "store", control->roles.store);
	role_lost(control, ROLE_STORE, &control->roles.store);
}

static void
role_attach(struct control *control, const struct msg_channel *msg, int fd)
{
	static const struct channel_ops guard_ops = { .on_message = on_guard,
		.on_closed = on_guard_closed };
	static const struct channel_ops store_ops = { .on_message = on_store,
		.on_closed = on_store_closed };
	bool guard = msg->role == ROLE_GUARD;
	struct channel **channel =
	    guard ? &control->roles.guard : &control->roles.store;

	if (msg->role == ROLE_HTTP) {
		http_take(control, fd);
		return;
	}
	if (!guard && msg->role != ROLE_STORE) {
		(void)close(fd);
		return;
	}
	role_lost(control, msg->role, channel);
	*channel = role_channel(control->loop, fd, CHANNEL_LIMIT,
	    guard ? &guard_ops : &store_ops, control);
}

static void
on_supervisor(void *ctx, const struct msg_head *head, int fd)
{
	struct control *control = ctx;
	struct task *task;

	switch (head->kind) {
	case MSG_CHANNEL:
		if (fd >= 0)
			role_attach(control, (const void *)head, fd);
		return;
	case MSG_CONTROL_CONFIG:
		config_take(control, (const void *)head);
		return;
	case MSG_RELOAD_RESULT:
		task = task_find(control, head);
		if (task != NULL)
			task_reload(task, (const void *)head);
		return;
	case MSG_LOG_SHOWN:
		task = task_find(control, head);
		if (task != NULL)
			task_level(task, (const void *)head);
		return;
	case MSG_STOP:
		loop_stop(control->loop);
		return;
	default:
		if (fd >= 0)
			(void)close(fd);
		log_line(LOG_ERROR, "supervisor: message out of turn: kind=%u",
		    (unsigned)head->kind);
		return;
	}
}

static void
on_supervisor_closed(void *ctx)
{
	struct control *control = ctx;

	loop_stop(control->loop);
}

/* ---- time ---- */

static void
on_tick(void *ctx)
{
	struct control *control = ctx;
	uint64_t now_ms = clock_boot_ms();

	if (control->watch != NULL)
		watch_set(control->watch, WATCH_READ);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct seat *seat = &control->seats[i];

		if (seat->client == NULL || seat->gone)
			continue;
		task_tick(&seat->task, now_ms);
		client_tick(seat->client);
	}
}

static void
on_turn(void *ctx)
{
	struct control *control = ctx;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct seat *seat = &control->seats[i];

		if (seat->client == NULL)
			continue;
		if (!seat->gone)
			client_flush(seat->client);
		if (!seat->gone)
			task_go_on(&seat->task, &control->roles);
		if (seat->gone)
			seat_free(seat);
	}
	if (control->roles.guard != NULL)
		channel_flush(control->roles.guard);
	if (control->roles.store != NULL)
		channel_flush(control->roles.store);
	if (control->roles.supervisor != NULL)
		channel_flush(control->roles.supervisor);
}

/* ---- life ---- */

struct control *
control_new(struct loop *loop, int fd)
{
	static const struct channel_ops ops = { .on_message = on_supervisor,
		.on_closed = on_supervisor_closed };
	struct control *control = calloc(1, sizeof(*control));

	if (control == NULL) {
		(void)close(fd);
		return NULL;
	}
	control->loop = loop;
	control->fd = -1;
	control->look = access_look_peer;
	control->tick = timer_new(loop, on_tick, control);
	control->roles.supervisor =
	    channel_open(loop, fd, CHANNEL_LIMIT, &ops, control);
	if (control->tick == NULL || control->roles.supervisor == NULL) {
		control_free(control);
		return NULL;
	}
	timer_start(control->tick, TICK_MS, TICK_MS);
	loop_on_turn(loop, on_turn, control);
	return control;
}

void
control_look(struct control *control, access_look *look)
{
	control->look = look;
}

void
control_contain(struct control *control, sandbox_entry *enter)
{
	control->enter = enter;
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	loop_on_turn(control->loop, NULL, NULL);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (control->seats[i].client != NULL)
			seat_free(&control->seats[i]);
	}
	watch_free(control->watch);
	listen_close(control->fd, control->path, &control->mark);
	timer_free(control->tick);
	channel_close(control->roles.guard);
	channel_close(control->roles.store);
	channel_close(control->roles.supervisor);
	free(control);
}

bool
control_failed(const struct control *control)
{
	return control->failed;
}
