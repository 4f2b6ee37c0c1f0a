# SPDX-License-Identifier: BSD-2-Clause
set(scene_lib lib/guard_scene.c lib/guard_scene_peers.c
  lib/guard_scene_store.c)
set(life_lib ${scene_lib} lib/random_life.c lib/random_life_check.c
  lib/random_rule.c)
# The guard with a queue to the log that is full after some 20 entries.
get_target_property(guard_folder guard_core SOURCE_DIR)
get_target_property(guard_files guard_core SOURCES)
list(TRANSFORM guard_files PREPEND "${guard_folder}/")
add_library(guard_core_tight STATIC ${guard_files})
target_link_libraries(guard_core_tight PUBLIC policy common flags)
target_compile_definitions(guard_core_tight PUBLIC
  JOURNAL_OCTETS=49152u JOURNAL_ENTRIES=40u)

sluice_test(flow test_accepted_rule_goes_inward_only_after_durable guard_core
  SOURCES ${scene_lib})
sluice_test(flow test_random_life guard_core SOURCES ${life_lib})
sluice_test(flow test_random_life_tight guard_core_tight SOURCES ${life_lib})
