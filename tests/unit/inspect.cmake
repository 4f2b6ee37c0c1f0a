# SPDX-License-Identifier: BSD-2-Clause
sluice_test(unit test_page store SOURCES lib/page_file.c lib/temp_folder.c)
sluice_test(unit test_page_changes store
  SOURCES lib/page_file.c lib/temp_folder.c)
sluice_test(unit test_store_damage store
  SOURCES lib/damage.c lib/random_entry.c lib/temp_folder.c)
sluice_test(unit test_inspect store
  SOURCES lib/random_entry.c lib/temp_folder.c)
sluice_fuzz(page store)
target_sources(replay_page PRIVATE 
  "${CMAKE_SOURCE_DIR}/tests/lib/temp_folder.c")
if(SLUICE_FUZZ)
  target_sources(fuzz_page PRIVATE 
  "${CMAKE_SOURCE_DIR}/tests/lib/temp_folder.c")
endif()
