/* SPDX-License-Identifier: BSD-2-Clause */
/* What is tried from inside a role's sandbox, and whose work it is. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proxy/common/message_base.h"

#define STAGE_PATH_MAX 96

/* What there is to attack. Paths are in a folder of the self-test's own. */
struct stage {
	char folder[STAGE_PATH_MAX];
	char log[STAGE_PATH_MAX];     /* the store's folder, with data.mdb */
	char keys[STAGE_PATH_MAX];    /* the signer's, with key */
	char secret[STAGE_PATH_MAX];  /* a file, mode 0400 */
	char control[STAGE_PATH_MAX]; /* a socket that is listened on */
	char journal[STAGE_PATH_MAX]; /* a datagram socket */
	uint16_t port_wanted;         /* TCP, on 127.0.0.1, listened on */
	uint16_t port_other;
	int connected;    /* a TCP connection */
	int listening;    /* .. and a listener, with one that waits */
	pid_t supervisor; /* whoever runs the self-test */
	pid_t other;      /* a process of another role's user */
};

/* What came of it: 0, it was let; or -errno. */
typedef int attempt_run(const struct stage *stage);

/*
 * Roles as bits, 1 << enum role. Of a role that may, the attempt must succeed;
 * of one in open it is not asked; of all others it must fail. held: those that
 * Landlock alone keeps from it, with this ABI at least (ABI_NONE: none does,
 * users of their own do).
 */
#define ABI_NONE 1000

struct attempt {
	const char *name;
	attempt_run *run;
	uint32_t may;
	uint32_t open;
	uint32_t held;
	int abi;
};

extern const struct attempt attempts[];
extern const size_t n_attempts;

/* ---- attempts_file.c ---- */
attempt_run try_passwd, try_shadow, try_secret, try_temp_write, try_log_list,
    try_log_read, try_log_write, try_keys_read, try_keys_write, try_etc_write,
    try_memory_other, try_memory_supervisor, try_device, try_mkdir, try_link,
    try_symlink, try_fifo, try_chmod, try_chown, try_mount, try_chroot,
    try_handle;

/* ---- attempts_net.c ---- */
attempt_run try_tcp_wanted, try_tcp_other, try_udp, try_control, try_journal,
    try_abstract, try_bind, try_listen, try_accept, try_netlink, try_raw,
    try_pair, try_ao_get, try_ao_add, try_md5, try_send;

/* ---- attempts_process.c ---- */
attempt_run try_fork, try_thread, try_shell, try_memory_run, try_code_protect,
    try_code_map, try_trace_other, try_trace_supervisor, try_read_other,
    try_look_other, try_look_supervisor, try_end_other, try_handle_other,
    try_root, try_capability, try_files_limit, try_core_limit, try_dumpable,
    try_namespace, try_program, try_keys_of_kernel, try_counters, try_ring,
    try_faults, try_module, try_clock, try_name, try_personality, try_memory;
