/* SPDX-License-Identifier: BSD-2-Clause */
/* Attempts: the table. What a role may is in as few rows as possible. */
#include "proxy/sandbox/attempts.h"

#define V    (1u << ROLE_SUPERVISOR)
#define S    (1u << ROLE_SESSION)
#define G    (1u << ROLE_GUARD)
#define T    (1u << ROLE_STORE)
#define C    (1u << ROLE_CONTROL)
#define L    (1u << ROLE_LOADER)
#define R    (1u << ROLE_RPKI)
#define H    (1u << ROLE_HTTP)
#define K    (1u << ROLE_SIGNER)
#define W    (1u << ROLE_WITNESS)
#define ALL  (V | S | G | T | C | L | R | H | K | W)
#define NONE 0u

/* Who opens files at all: what they open is Landlock's. */
#define FILES (T | C | L | R | K | W)

const struct attempt attempts[] = {
	/* ---- its work ---- */
	{ "send on its channel", try_send, ALL, NONE, NONE, 0 },
	{ "take memory", try_memory, ALL, NONE, NONE, 0 },
	{ "write the log", try_log_write, T, V, NONE, 0 },
	{ "keep a key", try_keys_write, K, V, NONE, 0 },
	{ "connect where it was told", try_tcp_wanted, V | R | W, NONE, NONE,
	    0 },
	{ "tell the system log", try_journal, V | T, NONE, NONE, 0 },
	{ "accept a connection", try_accept, V | C | H | W, NONE, NONE, 0 },
	{ "start a thread", try_thread, V | T | R | H | W, NONE, NONE, 0 },

	/* ---- files ---- */
	{ "read /etc/passwd", try_passwd, V | C | L | W, NONE, T | R | K, 1 },
	{ "read /etc/shadow", try_shadow, NONE, V | L, C | T | R | K | W, 1 },
	{ "read a password file", try_secret, V | L, NONE, FILES & ~L, 1 },
	{ "list the log's folder", try_log_list, T, V | L, FILES & ~T, 1 },
	{ "read the log", try_log_read, T, V | L, FILES & ~T, 1 },
	{ "read the keys", try_keys_read, K, V | L, FILES & ~K, 1 },
	{ "write to /etc", try_etc_write, NONE, V, FILES, 1 },
	{ "write to /tmp", try_temp_write, NONE, V, FILES, 1 },
	{ "make a folder there", try_mkdir, NONE, V, FILES, 1 },
	{ "make a link", try_link, NONE, V, FILES, 1 },
	{ "make a symbolic link", try_symlink, NONE, V, FILES, 1 },
	{ "make a pipe in a folder", try_fifo, NONE, NONE, V, 1 },
	{ "change a file's mode", try_chmod, NONE, V, K, ABI_NONE },
	{ "give a file away", try_chown, NONE, V, NONE, 0 },
	{ "read a disk", try_device, NONE, V | L, FILES, 1 },
	{ "open by handle", try_handle, NONE, NONE, NONE, 0 },
	{ "read another role's memory", try_memory_other, NONE, V, NONE, 0 },
	{ "read the supervisor's memory", try_memory_supervisor, NONE, V, NONE,
	    0 },
	{ "mount", try_mount, NONE, NONE, NONE, 0 },
	{ "change the root folder", try_chroot, NONE, NONE, NONE, 0 },

	/* ---- network ---- */
	{ "connect elsewhere (TCP)", try_tcp_other, V, NONE, R | W, 4 },
	{ "send a datagram", try_udp, V | W, R, NONE, 0 },
	{ "connect to the control socket", try_control, V, NONE, NONE, 0 },
	{ "connect to an abstract socket", try_abstract, V, NONE, T, 6 },
	{ "bind a port (TCP)", try_bind, V, NONE, R | W, 4 },
	{ "listen", try_listen, V, NONE, NONE, 0 },
	/* A unit may refuse it to all: names are resolved without. */
	{ "ask for routes (netlink)", try_netlink, NONE, V | R | W, NONE, 0 },
	{ "open a raw socket", try_raw, NONE, NONE, NONE, 0 },
	{ "make a socket pair", try_pair, W, V | T, NONE, 0 },
	{ "read TCP-AO keys", try_ao_get, NONE, V, NONE, 0 },
	{ "add a TCP-AO key", try_ao_add, NONE, V, NONE, 0 },
	{ "set a TCP MD5 key", try_md5, NONE, V, NONE, 0 },

	/* ---- processes ---- */
	{ "start a process", try_fork, V | T, NONE, NONE, 0 },
	{ "run a shell", try_shell, NONE, NONE, V, 1 },
	{ "run code from memory", try_memory_run, NONE, V, NONE, 0 },
	{ "make data code (mprotect)", try_code_protect, NONE, V, NONE, 0 },
	{ "make data code (mmap)", try_code_map, NONE, V, NONE, 0 },
	{ "trace another role", try_trace_other, NONE, NONE, NONE, 0 },
	{ "trace the supervisor", try_trace_supervisor, NONE, NONE, NONE, 0 },
	{ "read over process_vm_readv", try_read_other, NONE, NONE, NONE, 0 },
	{ "look for another role (kill 0)", try_look_other, V, NONE, NONE, 0 },
	{ "look for the supervisor", try_look_supervisor, V, NONE, NONE, 0 },
	{ "end another role (SIGTERM)", try_end_other, NONE, V, NONE, 0 },
	{ "hold another role (pidfd)", try_handle_other, NONE, NONE, NONE, 0 },
	{ "become root", try_root, NONE, V, NONE, 0 },
	{ "take all capabilities", try_capability, NONE, NONE, NONE, 0 },
	{ "raise the limit of descriptors", try_files_limit, NONE, NONE, NONE,
	    0 },
	{ "raise the limit of cores", try_core_limit, NONE, NONE, NONE, 0 },
	{ "let itself be dumped", try_dumpable, NONE, V, NONE, 0 },
	{ "make a user namespace", try_namespace, NONE, NONE, NONE, 0 },

	/* ---- the kernel ---- */
	{ "load a BPF program", try_program, NONE, NONE, NONE, 0 },
	{ "use kernel keys", try_keys_of_kernel, NONE, NONE, NONE, 0 },
	{ "open performance counters", try_counters, NONE, NONE, NONE, 0 },
	{ "set up an io_uring", try_ring, NONE, NONE, NONE, 0 },
	{ "handle page faults", try_faults, NONE, NONE, NONE, 0 },
	{ "load a module", try_module, NONE, NONE, NONE, 0 },
	{ "set the clock", try_clock, NONE, NONE, NONE, 0 },
	{ "rename the host", try_name, NONE, NONE, NONE, 0 },
	{ "change personality", try_personality, NONE, NONE, NONE, 0 },
};

const size_t n_attempts = sizeof(attempts) / sizeof(attempts[0]);
