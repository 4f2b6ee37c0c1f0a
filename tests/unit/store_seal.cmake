# SPDX-License-Identifier: BSD-2-Clause
sluice_test(unit test_sealing store_role SOURCES lib/seal_scene.c ${store_lib})
sluice_test(unit test_sealing_notes store_role SOURCES lib/seal_scene.c ${store_lib})
sluice_test(unit test_sealing_hello store_role SOURCES lib/seal_scene.c ${store_lib})
sluice_test(unit test_belief store_role SOURCES lib/seal_scene.c ${store_lib})
sluice_test(unit test_contained store_role SOURCES ${store_lib})
sluice_test(unit test_store_begin store_role SOURCES ${store_lib})
sluice_test(unit test_store_notes store_role SOURCES ${store_lib})
sluice_test(unit test_store_ask store_role SOURCES lib/store_scene.c ${store_lib})
sluice_test(unit test_store_publish store_role SOURCES lib/seal_scene.c ${store_lib})
sluice_test(unit test_store_spill store_role SOURCES lib/store_scene.c ${store_lib})
# The program itself, played the supervisor.
sluice_test(unit test_store_main store_role SOURCES ${store_lib})
target_compile_definitions(test_store_main PRIVATE
  STORE_PROGRAM="$<TARGET_FILE:sluice-store>")
add_dependencies(test_store_main sluice-store)
