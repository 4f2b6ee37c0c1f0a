/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table that all filters are made of. To read a role's part, look for its
 * letter; the program sandbox_list prints it.
 *
 * A call is here because the role, a library of its, or the C library was seen
 * to make it, or does where memory is short or a lock is waited for. What runs
 * before sandbox_enter() needs no row but the supervisor's: its filter is in
 * force already when a role starts.
 */
#include "proxy/sandbox/table.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proxy/sandbox/table_calls.h"

#define V   (1u << ROLE_SUPERVISOR)
#define S   (1u << ROLE_SESSION)
#define G   (1u << ROLE_GUARD)
#define T   (1u << ROLE_STORE)
#define C   (1u << ROLE_CONTROL)
#define L   (1u << ROLE_LOADER)
#define R   (1u << ROLE_RPKI)
#define H   (1u << ROLE_HTTP)
#define K   (1u << ROLE_SIGNER) /* has the keys */
#define W   (1u << ROLE_WITNESS)
#define ALL (V | S | G | T | C | L | R | H | K | W)

#define THREADS (T | R | H | W)     /* that have some */
#define FILES   (T | C | L | K | W) /* that open some */
#define FOLDERS (T | K)             /* that write some */
#define CALLERS (R | W)             /* that connect */
#define NAMES   W                   /* that look host names up */
#define SERVERS (C | H | W)         /* that accept connections */

/* Rows. */
#define CALL(name) SYS_##name, #name
#define ANY(name, roles)                                                       \
	{                                                                      \
		CALL(name), (roles), 0,                                        \
		{                                                              \
			{                                                      \
				0                                              \
			}                                                      \
		}                                                              \
	}
#define IF(name, roles, a)                                                     \
	{                                                                      \
		CALL(name), (roles), 1,                                        \
		{                                                              \
			a                                                      \
		}                                                              \
	}
#define IF2(name, roles, a, b)                                                 \
	{                                                                      \
		CALL(name), (roles), 2,                                        \
		{                                                              \
			a, b                                                   \
		}                                                              \
	}
#define FAILS(name, roles, error)                                              \
	{                                                                      \
		CALL(name), (roles), (error)                                   \
	}
#define ENDS(name)                                                             \
	{                                                                      \
		CALL(name), ALL, TABLE_KILL                                    \
	}

/* Of an int the kernel sees the lower half. */
#define INT UINT32_MAX
#define IS(n, v)                                                               \
	{                                                                      \
		(n), false, false, INT, (v)                                    \
	}
#define HAS(n, m, v)                                                           \
	{                                                                      \
		(n), false, false, (m), (v)                                    \
	}
#define SELF(n)                                                                \
	{                                                                      \
		(n), true, false, INT, 0                                       \
	}
/* A descriptor that is not all roles' together, as the log is: what one sets
 * there, or shuts down, holds for all of them. */
#define OWN_FD(n)                                                              \
	{                                                                      \
		(n), false, true, INT, STDERR_FILENO                           \
	}

/* A thread, as the C library makes it: what it shares with us is all. */
#define THREAD_SHARES                                                          \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |    \
	    CLONE_SYSVSEM)
#define THREAD_MAY                                                             \
	(CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |           \
	    CLONE_DETACHED)
/* A process, as fork() makes it. */
#define FORK (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD)

#define SOCKET_TYPE (INT & ~(uint32_t)(SOCK_CLOEXEC | SOCK_NONBLOCK))

/* Newer than the C library's headers (RFC 5925, Linux 6.7). */
#define AO_INFO 40

/* clang-format off */
const struct table_row table_rows[] = {
	/* ---- every role: channels, the loop, memory, time ---- */
	ANY(read, ALL),
	ANY(write, ALL),
	ANY(recvmsg, ALL),
	ANY(sendmsg, ALL & ~CALLERS),
	IF(sendmsg, CALLERS, HAS(2, MSG_FASTOPEN, 0)),
	ANY(epoll_wait, ALL),
	ANY(epoll_pwait, ALL),
	ANY(epoll_ctl, ALL),
	ANY(futex, ALL),
	ANY(readv, ALL),
	ANY(writev, ALL),
	ANY(recvfrom, ALL),
	ANY(sendto, ALL & ~CALLERS),
	/* It would connect to ports that Landlock does not see. */
	IF(sendto, CALLERS, HAS(3, MSG_FASTOPEN, 0)),
	ANY(close, ALL),
	ANY(poll, ALL),
	ANY(ppoll, ALL),
	ANY(brk, ALL),
	ANY(munmap, ALL),
	ANY(mremap, ALL),
	ANY(madvise, ALL),
	IF(mmap, ALL, HAS(2, PROT_EXEC, 0)),
	IF(mprotect, ALL, HAS(2, PROT_EXEC, 0)),
	ANY(clock_gettime, ALL),
	ANY(clock_getres, ALL),
	ANY(clock_nanosleep, ALL),
	ANY(nanosleep, ALL),
	ANY(gettimeofday, ALL),
	ANY(time, ALL),
	ANY(getrandom, ALL),
	ANY(getpid, ALL),
	ANY(getppid, ALL),
	ANY(gettid, ALL),
	ANY(getuid, ALL),
	ANY(geteuid, ALL),
	ANY(getgid, ALL),
	ANY(getegid, ALL),
	ANY(sysinfo, ALL), /* qsort() asks how much memory there is */
	ANY(sched_yield, ALL),
	ANY(alarm, ALL), /* an orphan's last seconds */
	ANY(setitimer, ALL),
	ANY(rt_sigaction, ALL),
	ANY(rt_sigprocmask, ALL),
	ANY(rt_sigreturn, ALL),
	ANY(restart_syscall, ALL),
	ANY(exit, ALL),
	ANY(exit_group, ALL),
	IF(shutdown, ALL, OWN_FD(0)),
	IF(tgkill, ALL, SELF(0)), /* abort() */
	IF(prlimit64, ALL, HAS(2, UINT64_MAX, 0)),
	ANY(getrlimit, ALL),
	IF(fcntl, ALL, IS(1, F_GETFL)),
	IF2(fcntl, ALL, IS(1, F_SETFL), OWN_FD(0)),
	IF(fcntl, ALL, IS(1, F_GETFD)),
	IF(fcntl, ALL, IS(1, F_SETFD)),
	IF2(fcntl, ALL, IS(1, F_DUPFD_CLOEXEC), OWN_FD(0)),
	IF2(ioctl, ALL, IS(1, FIONBIO), OWN_FD(0)),
	IF(ioctl, ALL, IS(1, FIONREAD)),

	/* ---- the session: its connections, handed to it ---- */
	IF2(setsockopt, S, IS(1, SOL_SOCKET), IS(2, SO_KEEPALIVE)),
	IF2(setsockopt, S | R | W, IS(1, IPPROTO_TCP), IS(2, TCP_NODELAY)),
	IF2(setsockopt, S, IS(1, IPPROTO_TCP), IS(2, TCP_KEEPIDLE)),
	IF2(setsockopt, S, IS(1, IPPROTO_TCP), IS(2, TCP_KEEPINTVL)),
	IF2(setsockopt, S, IS(1, IPPROTO_TCP), IS(2, TCP_KEEPCNT)),
	IF2(getsockopt, S, IS(1, SOL_SOCKET), IS(2, SO_ERROR)),
	IF2(getsockopt, S, IS(1, IPPROTO_TCP), IS(2, TCP_INFO)),
	/* Numbers of keys and counters; never the keys. */
	IF2(getsockopt, S, IS(1, IPPROTO_TCP), IS(2, AO_INFO)),

	/* ---- threads ---- */
	IF(clone, THREADS, HAS(0, ~(uint64_t)THREAD_MAY, THREAD_SHARES)),
	ANY(set_robust_list, THREADS),
	ANY(rseq, THREADS),
	ANY(sched_getaffinity, THREADS), /* malloc: how many arenas */
	ANY(sigaltstack, THREADS),
	ANY(membarrier, THREADS),
	IF(prctl, THREADS, IS(0, PR_SET_NAME)),
	ANY(eventfd2, THREADS),
	ANY(pipe2, THREADS),
	ANY(epoll_create1, THREADS),

	/* ---- files ---- */
	ANY(fstat, ALL),
	IF(newfstatat, G | R | H, IS(3, AT_EMPTY_PATH)), /* fstat() */
	ANY(newfstatat, FILES),
	ANY(statx, FILES),
	ANY(stat, FILES),
	ANY(lstat, FILES),
	ANY(open, FILES),
	ANY(openat, FILES),
	ANY(access, FILES),
	ANY(faccessat, FILES),
	ANY(faccessat2, FILES),
	ANY(readlink, FILES),
	ANY(readlinkat, FILES),
	ANY(getcwd, FILES),
	ANY(lseek, FILES),
	ANY(pread64, FILES),
	ANY(getdents64, FILES),
	ANY(fadvise64, FILES),
	IF(ioctl, FILES | R | H, IS(1, TCGETS)), /* is it a terminal? */

	/* ---- the folders of store and signer ---- */
	ANY(pwrite64, FOLDERS),
	ANY(preadv, FOLDERS),
	ANY(pwritev, FOLDERS),
	ANY(fsync, FOLDERS),
	ANY(fdatasync, FOLDERS),
	ANY(sync_file_range, FOLDERS),
	ANY(msync, FOLDERS),
	ANY(ftruncate, FOLDERS),
	ANY(fallocate, FOLDERS),
	ANY(flock, FOLDERS),
	ANY(fstatfs, FOLDERS),
	ANY(statfs, FOLDERS),
	ANY(unlink, FOLDERS | C), /* control: its socket */
	ANY(unlinkat, FOLDERS | C),
	ANY(rename, FOLDERS),
	ANY(renameat, FOLDERS),
	ANY(renameat2, FOLDERS),
	ANY(mkdir, FOLDERS),
	ANY(mkdirat, FOLDERS),
	ANY(umask, FOLDERS),
	ANY(fchmod, FOLDERS),
	IF(fcntl, FOLDERS, IS(1, F_SETLK)),
	IF(fcntl, FOLDERS, IS(1, F_SETLKW)),
	IF(fcntl, FOLDERS, IS(1, F_GETLK)),
	IF(fcntl, FOLDERS, IS(1, F_OFD_SETLK)),
	ANY(mlock, FOLDERS),
	ANY(munlock, FOLDERS),

	/* ---- the store: the system log, and who looks at damage ---- */
	IF2(socket, T, IS(0, AF_UNIX), HAS(1, SOCKET_TYPE, SOCK_DGRAM)),
	ANY(connect, T),
	IF(clone, T, HAS(0, UINT64_MAX, FORK)),
	ANY(fork, T),
	ANY(wait4, T),
	ANY(close_range, T),
	ANY(dup2, T),
	ANY(dup3, T),
	IF(prctl, T, IS(0, PR_SET_PDEATHSIG)),
	ANY(setpriority, T),
	ANY(set_robust_list, T),
	IF(prlimit64, T, IS(0, 0)),
	ANY(setrlimit, T),

	/* ---- control: operators' connections ---- */
	ANY(accept, SERVERS),
	ANY(accept4, SERVERS),
	IF(getsockopt, C, IS(1, SOL_SOCKET)), /* who is it? */
	ANY(fchmodat, K), /* to overwrite a key */

	/* ---- http and witness: the library's connections ---- */
	ANY(getsockname, H | W | R),
	ANY(getpeername, H | W | R),
	IF(getsockopt, H | W | R, IS(1, SOL_SOCKET)),
	/* Below 16: addresses, buffers, keep-alive. No filter, no device. */
	IF2(setsockopt, H | W | R, IS(1, SOL_SOCKET), HAS(2, INT & ~15u, 0)),
	IF2(setsockopt, H | W | R, IS(1, SOL_SOCKET), IS(2, SO_RCVTIMEO)),
	IF2(setsockopt, H | W | R, IS(1, SOL_SOCKET), IS(2, SO_SNDTIMEO)),
	IF2(setsockopt, H | W | R, IS(1, IPPROTO_TCP), IS(2, TCP_NODELAY)),
	IF2(setsockopt, H | W | R, IS(1, IPPROTO_TCP), IS(2, TCP_CORK)),
	IF2(setsockopt, W, IS(1, IPPROTO_TCP), IS(2, TCP_KEEPIDLE)),
	IF2(setsockopt, W, IS(1, IPPROTO_TCP), IS(2, TCP_KEEPINTVL)),
	ANY(sendfile, H | W),

	/* ---- rpki and witness: caches, witnesses, their names ---- */
	IF2(socket, CALLERS, IS(0, AF_INET), HAS(1, SOCKET_TYPE, SOCK_STREAM)),
	IF2(socket, CALLERS, IS(0, AF_INET6), HAS(1, SOCKET_TYPE, SOCK_STREAM)),
	IF2(socket, NAMES, IS(0, AF_INET), HAS(1, SOCKET_TYPE, SOCK_DGRAM)),
	IF2(socket, NAMES, IS(0, AF_INET6), HAS(1, SOCKET_TYPE, SOCK_DGRAM)),
	/* Which addresses have we? */
	IF2(socket, CALLERS, IS(0, AF_NETLINK), HAS(1, SOCKET_TYPE, SOCK_RAW)),
	ANY(bind, CALLERS),
	ANY(connect, CALLERS),
	ANY(socketpair, T | NAMES),
	IF2(setsockopt, NAMES, IS(1, IPPROTO_IP), IS(2, IP_RECVERR)),
	IF2(setsockopt, NAMES, IS(1, IPPROTO_IPV6), IS(2, IPV6_RECVERR)),
	IF(sendmmsg, NAMES, HAS(3, MSG_FASTOPEN, 0)),
	ANY(recvmmsg, NAMES),
	ANY(select, CALLERS),
	ANY(pselect6, CALLERS),
	ANY(uname, ALL),

	/* ---- the loader: a numbered scope of "fe80::1%eth0" ---- */
	IF2(socket, L, IS(0, AF_UNIX), HAS(1, SOCKET_TYPE, SOCK_DGRAM)),
	IF(ioctl, L, IS(1, 0x8933)), /* SIOCGIFINDEX */

	/* ---- the supervisor: processes, sockets, keys ---- */
	ANY(clone, V),
	ANY(vfork, V),
	ANY(execve, V),
	ANY(wait4, V),
	ANY(waitid, V),
	ANY(kill, V),
	ANY(tgkill, V),
	ANY(socket, V),
	ANY(socketpair, V),
	ANY(bind, V),
	ANY(listen, V),
	ANY(connect, V),
	ANY(accept4, V),
	ANY(getsockname, V),
	ANY(getpeername, V),
	ANY(setsockopt, V),
	ANY(getsockopt, V),
	ANY(memfd_create, V),
	ANY(fcntl, V),
	ANY(dup, V),
	ANY(dup2, V),
	ANY(dup3, V),
	ANY(pipe2, V),
	ANY(eventfd2, V),
	ANY(setpgid, V),
	ANY(getsid, V),
	ANY(getpgrp, V),

	/* ---- and what a role does between its start and sandbox_enter() ---- */
	ANY(mmap, V),
	ANY(mprotect, V),
	ANY(arch_prctl, V),
	ANY(set_tid_address, V),
	ANY(prlimit64, V),
	ANY(prctl, V),
	ANY(seccomp, V),
	ANY(landlock_create_ruleset, V),
	ANY(landlock_add_rule, V),
	ANY(landlock_restrict_self, V),
	ANY(capget, V),
	ANY(capset, V),
	ANY(setgroups, V),
	ANY(getgroups, V),
	ANY(setresuid, V),
	ANY(setresgid, V),
	ANY(getresuid, V),
	ANY(getresgid, V),
	ANY(setuid, V),
	ANY(setgid, V),
	ANY(setfsuid, V),
	ANY(setfsgid, V),
	ANY(chown, V),
	ANY(lchown, V),
	ANY(fchown, V),
	ANY(fchownat, V),
	ANY(fchdir, V),
	ANY(chmod, V), /* the control socket's mode */
};
const size_t table_n_rows = sizeof(table_rows) / sizeof(table_rows[0]);
const struct table_answer table_answers[] = {
	/* The C library asks a name server cache before it reads a
	 * file, and goes on without. */
	FAILS(socket, C | L | CALLERS, EACCES),
	FAILS(connect, C | L, EACCES),
	/* A library that asks for a file lives without it. */
	FAILS(open, ALL, EACCES),
	FAILS(openat, ALL, EACCES),
	FAILS(openat2, ALL, ENOSYS),
	FAILS(creat, ALL, EACCES),
	FAILS(stat, ALL, EACCES),
	FAILS(lstat, ALL, EACCES),
	FAILS(newfstatat, ALL, EACCES),
	FAILS(statx, ALL, EACCES),
	FAILS(access, ALL, EACCES),
	FAILS(faccessat, ALL, EACCES),
	FAILS(faccessat2, ALL, EACCES),
	FAILS(readlink, ALL, EACCES),
	FAILS(readlinkat, ALL, EACCES),
	FAILS(unlink, ALL, EACCES),
	FAILS(unlinkat, ALL, EACCES),
	FAILS(rename, ALL, EACCES),
	FAILS(renameat, ALL, EACCES),
	FAILS(renameat2, ALL, EACCES),
	FAILS(mkdir, ALL, EACCES),
	FAILS(mkdirat, ALL, EACCES),
	FAILS(rmdir, ALL, EACCES),
	FAILS(chdir, ALL, EACCES),
	FAILS(chmod, ALL, EACCES),
	FAILS(fchmodat, ALL, EACCES),
	FAILS(truncate, ALL, EACCES),
	FAILS(getcwd, ALL, EACCES),
	/* Their flags are out of a filter's sight: the C library then
	 * takes those whose flags are not. */
	FAILS(clone3, ALL, ENOSYS),
	FAILS(io_uring_setup, ALL, ENOSYS),
	/* No role does that: whoever does is not the role any more. */
	ENDS(execve),
	ENDS(execveat),
	ENDS(fork),
	ENDS(vfork),
	ENDS(clone),
	ENDS(socket),
	ENDS(connect),
	ENDS(bind),
	ENDS(listen),
	ENDS(accept),
	ENDS(accept4),
	ENDS(ptrace),
	ENDS(process_vm_readv),
	ENDS(process_vm_writev),
	ENDS(process_madvise),
	ENDS(kcmp),
	ENDS(kill),
	ENDS(tkill),
	ENDS(rt_sigqueueinfo),
	ENDS(rt_tgsigqueueinfo),
	ENDS(pidfd_open),
	ENDS(pidfd_getfd),
	ENDS(pidfd_send_signal),
	ENDS(bpf),
	ENDS(perf_event_open),
	ENDS(userfaultfd),
	ENDS(keyctl),
	ENDS(add_key),
	ENDS(request_key),
	ENDS(mount),
	ENDS(umount2),
	ENDS(move_mount),
	ENDS(open_tree),
	ENDS(fsopen),
	ENDS(fsmount),
	ENDS(pivot_root),
	ENDS(chroot),
	ENDS(unshare),
	ENDS(setns),
	ENDS(setuid),
	ENDS(setgid),
	ENDS(setreuid),
	ENDS(setregid),
	ENDS(setresuid),
	ENDS(setresgid),
	ENDS(setgroups),
	ENDS(setfsuid),
	ENDS(setfsgid),
	ENDS(capset),
	ENDS(chown),
	ENDS(lchown),
	ENDS(fchown),
	ENDS(fchownat),
	ENDS(mknod),
	ENDS(mknodat),
	ENDS(memfd_create),
	ENDS(open_by_handle_at),
	ENDS(init_module),
	ENDS(finit_module),
	ENDS(delete_module),
	ENDS(kexec_load),
	ENDS(kexec_file_load),
	ENDS(reboot),
	ENDS(swapon),
	ENDS(swapoff),
	ENDS(acct),
	ENDS(quotactl),
	ENDS(syslog),
	ENDS(sethostname),
	ENDS(setdomainname),
	ENDS(settimeofday),
	ENDS(clock_settime),
	ENDS(adjtimex),
	ENDS(clock_adjtime),
	ENDS(iopl),
	ENDS(ioperm),
	ENDS(modify_ldt),
	ENDS(personality),
	ENDS(fanotify_init),
	ENDS(name_to_handle_at),
};
/* clang-format on */
const size_t table_n_answers = sizeof(table_answers) / sizeof(table_answers[0]);

bool
table_row_is_of(const struct table_row *row, enum role role)
{
	return row->call != TABLE_NO_CALL &&
	       (role == ROLE_SUPERVISOR || (row->roles & 1u << role) != 0);
}

uint16_t
table_error(enum role role, int call, bool tested)
{
	for (size_t i = 0; i < table_n_answers; i++) {
		const struct table_answer *answer = &table_answers[i];

		if (answer->call == call && (answer->roles & 1u << role) != 0)
			return answer->error;
	}
	return tested ? TABLE_ERROR_ARGUMENTS : TABLE_ERROR_UNKNOWN;
}
