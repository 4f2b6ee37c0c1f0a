/* SPDX-License-Identifier: BSD-2-Clause */
/* Filters, run here instead of in the kernel: which call of which role is let
 * through, fails, or is the end. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <linux/seccomp.h>

#include "proxy/sandbox/filter.h"
#include "proxy/sandbox/table.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH AUDIT_ARCH_RISCV64
#endif
#define OTHER_ARCH AUDIT_ARCH_I386

#define SELF         4711u
#define LET          SECCOMP_RET_ALLOW
#define KILLED       SECCOMP_RET_KILL_PROCESS
#define FAILS(error) (SECCOMP_RET_ERRNO | (error))

#define CALLS 1024 /* numbers that are tried */

static uint32_t
load(const struct seccomp_data *data, uint32_t at)
{
	uint32_t value;

	assert_true(at % 4 == 0 && at + 4 <= sizeof(*data));
	memcpy(&value, (const uint8_t *)data + at, sizeof(value));
	return value;
}

/* As the kernel does; what a filter must not do fails the test. */
static uint32_t
run(const struct sock_filter *filter, size_t n, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t i = 0; i < n; i++) {
		const struct sock_filter *at = &filter[i];

		switch (at->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = load(data, at->k);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= at->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			i += a == at->k ? at->jt : at->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			i += a > at->k ? at->jt : at->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			i += a >= at->k ? at->jt : at->jf;
			break;
		case BPF_RET | BPF_K:
			return at->k;
		default:
			fail_msg("instruction %x", at->code);
		}
	}
	fail_msg("the end is passed");
	return 0;
}

static uint32_t
answer(enum role role, int call, const uint64_t args[6])
{
	struct sock_filter filter[FILTER_MAX];
	struct seccomp_data data = { .nr = call, .arch = ARCH };
	size_t n = filter_make(role, SELF, filter);

	assert_in_range(n, 1, FILTER_MAX);
	for (unsigned i = 0; i < 6; i++)
		data.args[i] = args[i];
	return run(filter, n, &data);
}

/* ---- single calls ---- */

struct sample {
	const char *name;
	enum role role;
	int call;
	uint64_t args[6];
	uint32_t answer;
};

#define THREAD                                                                 \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |    \
	    CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |               \
	    CLONE_CHILD_CLEARTID)
#define FORK (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD)
#define HIGH ((uint64_t)1 << 32)

/* clang-format off */
static const struct sample samples[] = {
	{ "session_reads", ROLE_SESSION, SYS_read, { 5 }, LET },
	{ "session_is_nodelay", ROLE_SESSION, SYS_setsockopt, { 5, IPPROTO_TCP, TCP_NODELAY }, LET },
	{ "session_sets_no_md5_key", ROLE_SESSION, SYS_setsockopt, { 5, IPPROTO_TCP, TCP_MD5SIG }, FAILS(EPERM) },
	{ "session_adds_no_ao_key", ROLE_SESSION, SYS_setsockopt, { 5, IPPROTO_TCP, 38 }, FAILS(EPERM) },
	{ "session_deletes_no_ao_key", ROLE_SESSION, SYS_setsockopt, { 5, IPPROTO_TCP, 39 }, FAILS(EPERM) },
	{ "session_sees_ao_counters", ROLE_SESSION, SYS_getsockopt, { 5, IPPROTO_TCP, 40 }, LET },
	{ "session_sees_no_ao_keys", ROLE_SESSION, SYS_getsockopt, { 5, IPPROTO_TCP, 41 }, FAILS(EPERM) },
	{ "session_shuts_its_connection_down", ROLE_SESSION, SYS_shutdown, { 5, SHUT_WR }, LET },
	{ "session_shuts_no_log_down", ROLE_SESSION, SYS_shutdown, { 2, SHUT_RDWR }, FAILS(EPERM) },
	{ "session_sets_its_flags", ROLE_SESSION, SYS_fcntl, { 5, F_SETFL, O_NONBLOCK }, LET },
	{ "session_sets_no_flags_of_the_log", ROLE_SESSION, SYS_fcntl, { 2, F_SETFL, O_NONBLOCK }, FAILS(EPERM) },
	{ "session_has_no_second_log", ROLE_SESSION, SYS_fcntl, { HIGH | 1, F_DUPFD_CLOEXEC, 5 }, FAILS(EPERM) },
	{ "session_sends", ROLE_SESSION, SYS_sendmsg, { 5, 0, MSG_NOSIGNAL }, LET },
	{ "rpki_sends", ROLE_RPKI, SYS_sendto, { 5, 0, 1, MSG_NOSIGNAL }, LET },
	{ "rpki_opens_nothing_by_sendto", ROLE_RPKI, SYS_sendto, { 5, 0, 1, MSG_FASTOPEN }, FAILS(EPERM) },
	{ "rpki_opens_nothing_by_sendmsg", ROLE_RPKI, SYS_sendmsg, { 5, 0, MSG_FASTOPEN }, FAILS(EPERM) },
	{ "witness_opens_nothing_by_sendmmsg", ROLE_WITNESS, SYS_sendmmsg, { 5, 0, 1, MSG_FASTOPEN }, FAILS(EPERM) },
	{ "rpki_waits_for_so_long", ROLE_RPKI, SYS_setsockopt, { 5, SOL_SOCKET, SO_RCVTIMEO }, LET },
	{ "http_takes_an_address_again", ROLE_HTTP, SYS_setsockopt, { 5, SOL_SOCKET, SO_REUSEADDR }, LET },
	{ "http_has_no_filter", ROLE_HTTP, SYS_setsockopt, { 5, SOL_SOCKET, SO_ATTACH_FILTER }, FAILS(EPERM) },
	{ "rpki_chooses_no_device", ROLE_RPKI, SYS_setsockopt, { 5, SOL_SOCKET, SO_BINDTODEVICE }, FAILS(EPERM) },
	{ "session_makes_no_socket", ROLE_SESSION, SYS_socket, { AF_INET, SOCK_STREAM }, KILLED },
	{ "session_does_not_connect", ROLE_SESSION, SYS_connect, { 5 }, KILLED },
	{ "session_opens_nothing", ROLE_SESSION, SYS_openat, { 0 }, FAILS(EACCES) },
	{ "session_runs_nothing", ROLE_SESSION, SYS_execve, { 0 }, KILLED },
	{ "session_has_no_thread", ROLE_SESSION, SYS_clone, { THREAD }, KILLED },
	{ "session_has_no_child", ROLE_SESSION, SYS_clone, { FORK }, KILLED },
	{ "session_ends_itself", ROLE_SESSION, SYS_tgkill, { SELF, SELF, SIGABRT }, LET },
	{ "session_ends_no_other", ROLE_SESSION, SYS_tgkill, { SELF + 1, SELF + 1, SIGABRT }, FAILS(EPERM) },
	{ "session_kills_nobody", ROLE_SESSION, SYS_kill, { SELF + 1, SIGKILL }, KILLED },
	{ "session_traces_nobody", ROLE_SESSION, SYS_ptrace, { 0 }, KILLED },
	{ "session_has_no_code_of_its_own", ROLE_SESSION, SYS_mmap, { 0, 4096, PROT_READ | PROT_EXEC }, FAILS(EPERM) },
	{ "session_makes_no_code", ROLE_SESSION, SYS_mprotect, { 0, 4096, PROT_EXEC }, FAILS(EPERM) },
	{ "session_has_memory", ROLE_SESSION, SYS_mmap, { 0, 4096, PROT_READ | PROT_WRITE }, LET },
	{ "guard_looks_at_a_descriptor", ROLE_GUARD, SYS_newfstatat, { 5, 0, 0, AT_EMPTY_PATH }, LET },
	{ "guard_looks_at_no_path", ROLE_GUARD, SYS_newfstatat, { 5, 0, 0, 0 }, FAILS(EACCES) },
	{ "store_has_threads", ROLE_STORE, SYS_clone, { THREAD }, LET },
	{ "store_forks", ROLE_STORE, SYS_clone, { FORK }, LET },
	{ "store_makes_no_name_space", ROLE_STORE, SYS_clone, { FORK | CLONE_NEWUSER }, KILLED },
	{ "store_runs_nothing", ROLE_STORE, SYS_execve, { 0 }, KILLED },
	{ "store_logs", ROLE_STORE, SYS_socket, { AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK }, LET },
	{ "store_has_no_network", ROLE_STORE, SYS_socket, { AF_INET, SOCK_DGRAM }, KILLED },
	{ "store_has_no_network_by_high_bits", ROLE_STORE, SYS_socket, { AF_INET | HIGH, SOCK_DGRAM }, KILLED },
	{ "http_has_a_thread", ROLE_HTTP, SYS_clone, { THREAD }, LET },
	{ "http_has_no_child", ROLE_HTTP, SYS_clone, { FORK }, KILLED },
	{ "http_threads_stay_in_its_name_space", ROLE_HTTP, SYS_clone, { THREAD | CLONE_NEWNET }, KILLED },
	{ "http_makes_no_socket", ROLE_HTTP, SYS_socket, { AF_UNIX, SOCK_STREAM }, KILLED },
	{ "control_has_no_name_cache", ROLE_CONTROL, SYS_socket, { AF_UNIX, SOCK_STREAM }, FAILS(EACCES) },
	{ "rpki_connects", ROLE_RPKI, SYS_socket, { AF_INET6, SOCK_STREAM }, LET },
	{ "rpki_has_no_raw_socket", ROLE_RPKI, SYS_socket, { AF_INET, SOCK_RAW }, FAILS(EACCES) },
	{ "rpki_listens_to_nobody", ROLE_RPKI, SYS_listen, { 5 }, KILLED },
	{ "signer_has_no_network", ROLE_SIGNER, SYS_socket, { AF_INET, SOCK_STREAM }, KILLED },
	{ "signer_runs_nothing", ROLE_SIGNER, SYS_execve, { 0 }, KILLED },
	{ "supervisor_runs_roles", ROLE_SUPERVISOR, SYS_execve, { 0 }, LET },
	{ "supervisor_ends_roles", ROLE_SUPERVISOR, SYS_kill, { 1234, SIGKILL }, LET },
	{ "supervisor_traces_nobody", ROLE_SUPERVISOR, SYS_ptrace, { 0 }, KILLED },
	{ "supervisor_mounts_nothing", ROLE_SUPERVISOR, SYS_mount, { 0 }, KILLED },
	{ "aborting_role_is_in_the_supervisors_filter", ROLE_SUPERVISOR, SYS_tgkill, { 9, 9, SIGABRT }, LET },
};
/* clang-format on */

static void
call_is_answered(void **state)
{
	const struct sample *sample = *state;

	assert_int_equal(
	    answer(sample->role, sample->call, sample->args), sample->answer);
}

/* ---- all roles ---- */

/* Calls by the 32-bit and x32 ways in are the end, whatever they are. */
static void
other_ways_in_are_the_end(void **state)
{
	(void)state;
	for (unsigned role = ROLE_SUPERVISOR; role < ROLE_COUNT; role++) {
		struct sock_filter filter[FILTER_MAX];
		size_t n = filter_make((enum role)role, SELF, filter);
		struct seccomp_data data = { .nr = SYS_read,
			.arch = OTHER_ARCH };

		assert_int_equal(run(filter, n, &data), KILLED);
#ifdef __x86_64__
		data.arch = ARCH;
		data.nr = SYS_read | 0x40000000;
		assert_int_equal(run(filter, n, &data), KILLED);
#endif
	}
}

/* io_uring and clone3 are as if they were not there; so is what is newer than
 * we are. */
static void
new_calls_do_not_exist(void **state)
{
	static const uint64_t none[6];

	(void)state;
	for (unsigned role = ROLE_SUPERVISOR; role < ROLE_COUNT; role++) {
		assert_int_equal(answer((enum role)role, 425, none),
		    FAILS(ENOSYS)); /* io_uring_setup */
		assert_int_equal(
		    answer((enum role)role, 435, none), FAILS(ENOSYS));
		assert_int_equal(
		    answer((enum role)role, 999, none), FAILS(ENOSYS));
	}
}

/* A role's filter is met by what the supervisor's lets through: with any of
 * these arguments. */
static void
supervisor_lets_through_what_roles_may(void **state)
{
	static const uint64_t tried[] = { 0, 1, 2, 6, SELF, THREAD, FORK };

	(void)state;
	for (unsigned role = ROLE_SESSION; role < ROLE_COUNT; role++) {
		struct sock_filter ours[FILTER_MAX], all[FILTER_MAX];
		size_t n = filter_make((enum role)role, SELF, ours);
		size_t n_all = filter_make(ROLE_SUPERVISOR, 1, all);

		for (int call = 0; call < CALLS; call++) {
			struct seccomp_data data = { .nr = call, .arch = ARCH };

			for (size_t i = 0; i < 49; i++) {
				data.args[0] = tried[i % 7];
				data.args[1] = tried[i / 7];
				if (run(ours, n, &data) == LET)
					assert_int_equal(
					    run(all, n_all, &data), LET);
			}
		}
	}
}

/* Only the supervisor runs a program or mends its own rights. */
static void
no_role_runs_programs(void **state)
{
	static const int calls[] = { SYS_execve, SYS_execveat, SYS_ptrace,
		SYS_setresuid, SYS_capset, SYS_unshare, SYS_mount, SYS_bpf,
		SYS_kill, SYS_process_vm_writev, SYS_perf_event_open,
		SYS_keyctl };
	static const uint64_t none[6];

	(void)state;
	for (unsigned role = ROLE_SESSION; role < ROLE_COUNT; role++) {
		for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
			assert_int_equal(
			    answer((enum role)role, calls[i], none), KILLED);
	}
}

int
main(void)
{
	static const size_t n = sizeof(samples) / sizeof(samples[0]);
	struct CMUnitTest tests[sizeof(samples) / sizeof(samples[0]) + 4] = {
		cmocka_unit_test(other_ways_in_are_the_end),
		cmocka_unit_test(new_calls_do_not_exist),
		cmocka_unit_test(supervisor_lets_through_what_roles_may),
		cmocka_unit_test(no_role_runs_programs),
	};

	for (size_t i = 0; i < n; i++)
		tests[4 + i] =
		    (struct CMUnitTest){ samples[i].name, call_is_answered,
			    NULL, NULL, (void *)(uintptr_t)&samples[i] };
	return cmocka_run_group_tests_name("sandbox_filter", tests, NULL, NULL);
}
