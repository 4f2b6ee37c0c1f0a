/* SPDX-License-Identifier: BSD-2-Clause */
/* The scene's control role asks and collects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

static void
control_hear(void *ctx, const struct msg_head *head, int fd)
{
	struct scene *scene = ctx;
	const void *msg = head;

	assert_int_equal(fd, -1);
	switch (head->kind) {
	case MSG_CTL_RULE:
		if (scene->n_rows < SCENE_ROWS)
			memcpy(&scene->rows[scene->n_rows], msg,
			    offsetof(struct msg_ctl_rule, rule));
		memcpy(&scene->row, msg,
		    offsetof(struct msg_ctl_rule, rule) +
			rule_size(&((const struct msg_ctl_rule *)msg)->rule));
		scene->n_rows++;
		break;
	case MSG_CTL_CHECK:
		memcpy(
		    &scene->check[((const struct msg_ctl_check *)msg)->check],
		    msg, sizeof(scene->check[0]));
		scene->checks++;
		break;
	case MSG_CTL_STATUS:
		memcpy(&scene->status, msg, sizeof(scene->status));
		break;
	case MSG_CTL_SESSION:
		scene->sessions_shown++;
		memcpy(&scene->shown, msg, sizeof(scene->shown));
		break;
	case MSG_CTL_ROUTE:
		if (scene->n_paths < SCENE_ROWS)
			memcpy(&scene->paths[scene->n_paths], msg,
			    sizeof(scene->paths[0]));
		scene->n_paths++;
		break;
	case MSG_CTL_CUSTOMER:
		if (scene->customers_shown < SCENE_NOC)
			memcpy(&scene->customer_rows[scene->customers_shown],
			    msg, sizeof(scene->customer_rows[0]));
		scene->customers_shown++;
		break;
	case MSG_CTL_METRIC:
		if (scene->n_metrics < SCENE_METRICS)
			memcpy(&scene->metrics[scene->n_metrics], msg,
			    sizeof(scene->metrics[0]));
		scene->n_metrics++;
		break;
	case MSG_CTL_END:
		memcpy(&scene->end, msg, sizeof(scene->end));
		scene->ended = true;
		break;
	default:
		fail_msg("control hears kind %u", (unsigned)head->kind);
	}
}

static void
control_closed(void *ctx)
{
	struct scene *scene = ctx;

	channel_close(scene->control);
	scene->control = NULL;
}

static const struct channel_ops control_ops = {
	.on_message = control_hear,
	.on_closed = control_closed,
};

void
scene_give_control(struct scene *scene)
{
	channel_close(scene->control);
	scene->control_stalled = false;
	scene->control = scene_role_channel(
	    scene, ROLE_CONTROL, &control_ops, scene, &scene->control_fd);
}

static void
ask(struct scene *scene, struct msg_ctl_request *msg, size_t size)
{
	msg->head.kind = MSG_CTL_REQUEST;
	msg->request = ++scene->request;
	(void)snprintf(msg->operator_name, sizeof(msg->operator_name), "%s",
	    scene->operator_name);
	(void)snprintf(msg->text, sizeof(msg->text), "because");
	scene->ended = false;
	scene->n_rows = 0;
	scene->n_paths = 0;
	scene->checks = 0;
	scene->sessions_shown = 0;
	scene->customers_shown = 0;
	scene->n_metrics = 0;
	assert_non_null(scene->control);
	assert_int_equal(channel_send(scene->control, msg, size, -1), 0);
	channel_flush(scene->control);
}

void
control_ask(struct scene *scene, enum ctl_verb verb, uint64_t id)
{
	struct msg_ctl_request msg = {
		.verb = verb, .id = id, .state = UINT8_MAX
	};

	ask(scene, &msg, offsetof(struct msg_ctl_request, rule));
}

void
control_ask_prefix(struct scene *scene, enum ctl_verb verb, const char *prefix)
{
	struct msg_ctl_request msg = { .verb = verb, .state = UINT8_MAX };

	assert_int_equal(prefix_parse(prefix, &msg.prefix), 0);
	ask(scene, &msg, offsetof(struct msg_ctl_request, rule));
}

void
control_ask_of(struct scene *scene, enum ctl_verb verb, const char *customer)
{
	struct msg_ctl_request msg = { .verb = verb, .state = UINT8_MAX };

	(void)snprintf(msg.customer, sizeof(msg.customer), "%s", customer);
	ask(scene, &msg, offsetof(struct msg_ctl_request, rule));
}

void
control_ask_ground(struct scene *scene, enum rule_ground ground)
{
	struct msg_ctl_request msg = {
		.verb = CTL_RULES, .state = UINT8_MAX, .ground = (uint8_t)ground
	};

	ask(scene, &msg, offsetof(struct msg_ctl_request, rule));
}

void
control_ask_all(struct scene *scene, const struct msg_ctl_request *from)
{
	struct msg_ctl_request msg = *from;
	size_t size = offsetof(struct msg_ctl_request, rule);

	ask(scene, &msg, size + (msg.has_rule ? rule_size(&msg.rule) : 0));
}

void
control_extend(struct scene *scene, uint64_t id, uint64_t lifetime_ms)
{
	const struct msg_ctl_request msg = { .verb = CTL_EXTEND,
		.id = id,
		.state = UINT8_MAX,
		.lifetime_ms = lifetime_ms };

	control_ask_all(scene, &msg);
}

void
control_confirm(struct scene *scene, enum confirm what, const char *customer)
{
	struct msg_ctl_request msg = {
		.verb = CTL_CONFIRM, .state = UINT8_MAX, .what = (uint8_t)what
	};

	(void)snprintf(msg.customer, sizeof(msg.customer), "%s", customer);
	control_ask_all(scene, &msg);
}

void
control_explain(
    struct scene *scene, const char *customer, const char *dst, double rate)
{
	struct msg_ctl_request msg = { .verb = CTL_EXPLAIN,
		.state = UINT8_MAX,
		.has_rule = 1,
		.actions = scene_rate(rate) };

	scene_rule(dst, &msg.rule);
	(void)snprintf(msg.customer, sizeof(msg.customer), "%s", customer);
	control_ask_all(scene, &msg);
}

void
control_announce_rule(struct scene *scene, const struct rule *rule,
    const struct action_set *actions, uint64_t lifetime_ms)
{
	struct msg_ctl_request msg = { .verb = CTL_ANNOUNCE,
		.state = UINT8_MAX,
		.has_rule = 1,
		.lifetime_ms = lifetime_ms,
		.actions = *actions };

	memcpy(&msg.rule, rule, rule_size(rule));
	control_ask_all(scene, &msg);
}

void
control_announce(
    struct scene *scene, const char *dst, double rate, uint64_t lifetime_ms)
{
	const struct action_set actions = scene_rate(rate);
	struct rule rule;

	scene_rule(dst, &rule);
	control_announce_rule(scene, &rule, &actions, lifetime_ms);
}

const struct msg_ctl_customer *
control_customer(const struct scene *scene, const char *name)
{
	for (size_t i = 0; i < scene->customers_shown && i < SCENE_NOC; i++) {
		if (strcmp(scene->customer_rows[i].name, name) == 0)
			return &scene->customer_rows[i];
	}
	return NULL;
}

uint64_t
control_metric(
    const struct scene *scene, enum reason reason, const char *customer)
{
	for (size_t i = 0; i < scene->n_metrics && i < SCENE_METRICS; i++) {
		const struct msg_ctl_metric *m = &scene->metrics[i];

		if (m->reason == reason && strcmp(m->customer, customer) == 0)
			return m->count;
	}
	return 0;
}

const struct rib_rule *
scene_known(const struct scene_session *s, const char *dst)
{
	struct rule rule;

	scene_rule(dst, &rule);
	return rib_in_find(&s->scene->guard->in, s->peer, &rule);
}
