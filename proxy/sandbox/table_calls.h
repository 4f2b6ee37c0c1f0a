/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that some processors, or older headers, do not have. */
#pragma once

#include <sys/syscall.h>

/* clang-format off */
#ifndef SYS_access
#define SYS_access TABLE_NO_CALL
#endif
#ifndef SYS_alarm
#define SYS_alarm TABLE_NO_CALL
#endif
#ifndef SYS_arch_prctl
#define SYS_arch_prctl TABLE_NO_CALL
#endif
#ifndef SYS_chmod
#define SYS_chmod TABLE_NO_CALL
#endif
#ifndef SYS_chown
#define SYS_chown TABLE_NO_CALL
#endif
#ifndef SYS_clone3
#define SYS_clone3 TABLE_NO_CALL
#endif
#ifndef SYS_close_range
#define SYS_close_range TABLE_NO_CALL
#endif
#ifndef SYS_creat
#define SYS_creat TABLE_NO_CALL
#endif
#ifndef SYS_dup2
#define SYS_dup2 TABLE_NO_CALL
#endif
#ifndef SYS_epoll_wait
#define SYS_epoll_wait TABLE_NO_CALL
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 TABLE_NO_CALL
#endif
#ifndef SYS_fadvise64
#define SYS_fadvise64 TABLE_NO_CALL
#endif
#ifndef SYS_fcntl
#define SYS_fcntl TABLE_NO_CALL
#endif
#ifndef SYS_fork
#define SYS_fork TABLE_NO_CALL
#endif
#ifndef SYS_fsmount
#define SYS_fsmount TABLE_NO_CALL
#endif
#ifndef SYS_fsopen
#define SYS_fsopen TABLE_NO_CALL
#endif
#ifndef SYS_fstat
#define SYS_fstat TABLE_NO_CALL
#endif
#ifndef SYS_getpgrp
#define SYS_getpgrp TABLE_NO_CALL
#endif
#ifndef SYS_getrlimit
#define SYS_getrlimit TABLE_NO_CALL
#endif
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup TABLE_NO_CALL
#endif
#ifndef SYS_ioperm
#define SYS_ioperm TABLE_NO_CALL
#endif
#ifndef SYS_iopl
#define SYS_iopl TABLE_NO_CALL
#endif
#ifndef SYS_kexec_file_load
#define SYS_kexec_file_load TABLE_NO_CALL
#endif
#ifndef SYS_landlock_add_rule
#define SYS_landlock_add_rule TABLE_NO_CALL
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset TABLE_NO_CALL
#endif
#ifndef SYS_landlock_restrict_self
#define SYS_landlock_restrict_self TABLE_NO_CALL
#endif
#ifndef SYS_lchown
#define SYS_lchown TABLE_NO_CALL
#endif
#ifndef SYS_lstat
#define SYS_lstat TABLE_NO_CALL
#endif
#ifndef SYS_memfd_create
#define SYS_memfd_create TABLE_NO_CALL
#endif
#ifndef SYS_mkdir
#define SYS_mkdir TABLE_NO_CALL
#endif
#ifndef SYS_mknod
#define SYS_mknod TABLE_NO_CALL
#endif
#ifndef SYS_mmap
#define SYS_mmap TABLE_NO_CALL
#endif
#ifndef SYS_modify_ldt
#define SYS_modify_ldt TABLE_NO_CALL
#endif
#ifndef SYS_move_mount
#define SYS_move_mount TABLE_NO_CALL
#endif
#ifndef SYS_newfstatat
#define SYS_newfstatat TABLE_NO_CALL
#endif
#ifndef SYS_open
#define SYS_open TABLE_NO_CALL
#endif
#ifndef SYS_open_tree
#define SYS_open_tree TABLE_NO_CALL
#endif
#ifndef SYS_openat2
#define SYS_openat2 TABLE_NO_CALL
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd TABLE_NO_CALL
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open TABLE_NO_CALL
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal TABLE_NO_CALL
#endif
#ifndef SYS_poll
#define SYS_poll TABLE_NO_CALL
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise TABLE_NO_CALL
#endif
#ifndef SYS_readlink
#define SYS_readlink TABLE_NO_CALL
#endif
#ifndef SYS_rename
#define SYS_rename TABLE_NO_CALL
#endif
#ifndef SYS_renameat
#define SYS_renameat TABLE_NO_CALL
#endif
#ifndef SYS_rmdir
#define SYS_rmdir TABLE_NO_CALL
#endif
#ifndef SYS_rseq
#define SYS_rseq TABLE_NO_CALL
#endif
#ifndef SYS_select
#define SYS_select TABLE_NO_CALL
#endif
#ifndef SYS_sendfile
#define SYS_sendfile TABLE_NO_CALL
#endif
#ifndef SYS_setrlimit
#define SYS_setrlimit TABLE_NO_CALL
#endif
#ifndef SYS_stat
#define SYS_stat TABLE_NO_CALL
#endif
#ifndef SYS_statx
#define SYS_statx TABLE_NO_CALL
#endif
#ifndef SYS_sync_file_range
#define SYS_sync_file_range TABLE_NO_CALL
#endif
#ifndef SYS_time
#define SYS_time TABLE_NO_CALL
#endif
#ifndef SYS_unlink
#define SYS_unlink TABLE_NO_CALL
#endif
#ifndef SYS_userfaultfd
#define SYS_userfaultfd TABLE_NO_CALL
#endif
#ifndef SYS_vfork
#define SYS_vfork TABLE_NO_CALL
#endif
/* clang-format on */
