# SPDX-License-Identifier: BSD-2-Clause
sluice_test(unit test_index query store common SOURCES lib/random_entry.c)
sluice_test(unit test_ledger store SOURCES lib/ledger_world.c ${store_lib})
sluice_test(unit test_ledger_walk store SOURCES lib/ledger_world.c ${store_lib})

# Not a test: what a large log takes on disk, and how long an auditor waits.
add_executable(bench_audit bench/bench_audit.c lib/random_entry.c)
target_link_libraries(bench_audit PRIVATE store flags)
