# SPDX-License-Identifier: BSD-2-Clause
set(store_lib lib/random_entry.c lib/temp_folder.c)
sluice_test(unit test_rule_from_key policy SOURCES lib/random_entry.c)
sluice_test(unit test_seal store)
sluice_test(unit test_record store SOURCES lib/random_entry.c)
sluice_test(unit test_record_peek store)
sluice_test(unit test_db store SOURCES lib/temp_folder.c)
sluice_test(unit test_store store SOURCES ${store_lib})
sluice_test(unit test_store_full store SOURCES ${store_lib})
sluice_test(unit test_store_kill store SOURCES ${store_lib})
sluice_test(unit test_store_role store_role SOURCES lib/store_scene.c ${store_lib})
sluice_test(unit test_writer store_role SOURCES ${store_lib})
sluice_test(unit test_store_audit store_role SOURCES lib/store_scene.c ${store_lib})
sluice_test(golden test_golden_record store SOURCES lib/random_entry.c)
target_compile_definitions(test_golden_record PRIVATE
  GOLDEN_FOLDER="${CMAKE_CURRENT_SOURCE_DIR}/golden")
sluice_fuzz(record store)

# Not a test: prints entries per second beside bare LMDB.
add_executable(bench_store bench/bench_store.c ${store_lib})
target_link_libraries(bench_store PRIVATE store flags)
add_executable(bench_store_role bench/bench_store_role.c ${store_lib})
target_link_libraries(bench_store_role PRIVATE store_role flags)
