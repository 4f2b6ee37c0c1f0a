/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who vouches for the log: the signer, always, and the witness where it has
 * somebody to talk to. Store, signer and witness are told the same.
 */
#include <string.h>
#include <unistd.h>

#include "proxy/common/log.h"
#include "proxy/supervisor/supervisor.h"

void
log_parts_tell(struct part *part, enum msg_kind kind)
{
	struct msg_cfg_log msg = part->supervisor->set->log;

	if (!process_up(&part->process))
		return;
	msg.head = (struct msg_head){ .kind = (uint16_t)kind };
	part_config(part, &msg, sizeof(msg));
}

/* ---- signer ---- */

static void
signer_up(void *ctx)
{
	struct part *signer = ctx;

	log_parts_tell(signer, MSG_SIGNER_CONFIG);
	supervisor_link(signer->supervisor);
}

/* It may find the witness to be none of ours; after a store that is, it ends
 * itself. */
static void
signer_message(void *ctx, const struct msg_head *head, int fd)
{
	const struct msg_peer_broken *broken = (const void *)head;
	struct part *signer = ctx;

	if (head->kind != MSG_PEER_BROKEN || broken->role != ROLE_WITNESS) {
		part_unexpected(signer, head, fd);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	process_kill(&signer->supervisor->witness.process);
}

static void
signer_down(void *ctx, int status)
{
	struct part *signer = ctx;

	(void)status;
	signer->supervisor->store_signer = false;
	signer->supervisor->witness_signer = false;
	part_down(signer, true);
}

static const struct process_ops signer_ops = {
	.on_up = signer_up,
	.on_message = signer_message,
	.on_down = signer_down,
};

/* ---- witness ---- */

static bool
witness_wanted(const struct supervisor *supervisor)
{
	return supervisor->set != NULL &&
	       (supervisor->set->log.n_witnesses > 0 ||
		   supervisor->set->log.listen.afi != AFI_NONE);
}

static void
witness_up(void *ctx)
{
	struct part *witness = ctx;

	log_parts_tell(witness, MSG_WITNESS_CONFIG);
	supervisor_link(witness->supervisor);
}

/* It talks with strangers: it has no say here. */
static void
witness_message(void *ctx, const struct msg_head *head, int fd)
{
	part_unexpected(ctx, head, fd);
}

static void
witness_down(void *ctx, int status)
{
	struct part *witness = ctx;

	(void)status;
	witness->supervisor->store_witness = false;
	witness->supervisor->witness_signer = false;
	part_down(witness, witness_wanted(witness->supervisor));
}

static const struct process_ops witness_ops = {
	.on_up = witness_up,
	.on_message = witness_message,
	.on_down = witness_down,
};

/* ---- both ---- */

int
log_parts_init(struct supervisor *supervisor)
{
	if (part_init(supervisor, &supervisor->signer, "sluice-signer",
		&signer_ops) < 0 ||
	    part_init(supervisor, &supervisor->witness, "sluice-witness",
		&witness_ops) < 0)
		return -1;
	/* Keys: nothing comes in but by its channel. */
	supervisor->signer.process.bare = true;
	return 0;
}

void
log_parts_fini(struct supervisor *supervisor)
{
	part_fini(&supervisor->witness);
	part_fini(&supervisor->signer);
}

void
log_parts_start(struct supervisor *supervisor)
{
	supervisor->log_config = supervisor->set->log;
	process_start(&supervisor->signer.process);
}

void
log_parts_update(struct supervisor *supervisor)
{
	const struct msg_cfg_log *log = &supervisor->set->log;
	bool wanted = witness_wanted(supervisor);

	/* Who is started below is told then. */
	if (memcmp(log, &supervisor->log_config, sizeof(*log)) != 0) {
		supervisor->log_config = *log;
		log_parts_tell(&supervisor->store, MSG_STORE_LOG);
		log_parts_tell(&supervisor->signer, MSG_SIGNER_CONFIG);
		if (wanted && supervisor->witness.process.wanted)
			log_parts_tell(
			    &supervisor->witness, MSG_WITNESS_CONFIG);
	}
	part_want(&supervisor->witness, wanted);
}

void
log_parts_link(struct supervisor *supervisor)
{
	struct part *store = &supervisor->store;
	struct part *signer = &supervisor->signer;
	struct part *witness = &supervisor->witness;

	if (!supervisor->store_signer && store->ready && signer->ready)
		supervisor->store_signer = supervisor_connect(&store->process,
		    ROLE_STORE, &signer->process, ROLE_SIGNER, 0);
	if (!supervisor->store_witness && store->ready && witness->ready)
		supervisor->store_witness = supervisor_connect(&store->process,
		    ROLE_STORE, &witness->process, ROLE_WITNESS, 0);
	if (!supervisor->witness_signer && witness->ready && signer->ready)
		supervisor->witness_signer =
		    supervisor_connect(&witness->process, ROLE_WITNESS,
			&signer->process, ROLE_SIGNER, 0);
}

void
log_parts_release(struct supervisor *supervisor)
{
	process_release(&supervisor->signer.process);
	process_release(&supervisor->witness.process);
}

void
log_parts_stop(struct supervisor *supervisor)
{
	part_stop(&supervisor->witness);
	part_stop(&supervisor->signer);
}

void
log_parts_kill(struct supervisor *supervisor)
{
	process_kill(&supervisor->witness.process);
	process_kill(&supervisor->signer.process);
}

bool
log_parts_gone(const struct supervisor *supervisor)
{
	return process_gone(&supervisor->witness.process) &&
	       process_gone(&supervisor->signer.process);
}
