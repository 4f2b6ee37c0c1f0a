# SPDX-License-Identifier: BSD-2-Clause
# The scenes of other tests once more, while memory runs out: every n-th
# allocation fails in a child of its own (lib/failing_rows.c). A few of them
# in every run; all with SLUICE_ALLOC=all.
set(alloc_wraps ${alloc_calls})
if(SLUICE_SANITIZE)
  list(APPEND alloc_wraps ${alloc_texts})
endif()

# The test's own calls do not count.
function(alloc_spared target)
  foreach(call ${alloc_wraps})
    target_compile_definitions(${target} PRIVATE ${call}=__real_${call})
  endforeach()
endfunction()

add_library(scene_spared STATIC ${scene_files})
target_link_libraries(scene_spared PUBLIC guard_core flags PkgConfig::CMOCKA)
alloc_spared(scene_spared)

# sluice_alloc_failure(flow test_panic 20 scene_spared SOURCES …): so many
# children, more or less.
function(sluice_alloc_failure kind name runs)
  cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
  add_executable(alloc_${name} ${kind}/${name}.c lib/failing_alloc.c
    lib/failing_rows.c lib/temp_folder.c ${arg_SOURCES})
  target_link_libraries(alloc_${name} PRIVATE ${arg_UNPARSED_ARGUMENTS} flags
    PkgConfig::CMOCKA)
  target_compile_definitions(alloc_${name} PRIVATE SLUICE_ALLOC_RUNS=${runs})
  target_link_options(alloc_${name} PRIVATE
    -Wl,--wrap=_cmocka_run_group_tests)
  alloc_spared(alloc_${name})
  if(SLUICE_SANITIZE)
    failing_alloc_wraps(alloc_${name})
  endif()
  if("scene_spared" IN_LIST arg_UNPARSED_ARGUMENTS)
    target_compile_definitions(alloc_${name} PRIVATE FAILING_ROWS_SCENE)
    target_link_options(alloc_${name} PRIVATE -Wl,--wrap=disk_accepted)
  endif()
  add_test(NAME alloc/${name} COMMAND alloc_${name})
  set_tests_properties(alloc/${name} PROPERTIES LABELS alloc TIMEOUT 3600)
endfunction()

foreach(test panic customer_unicast)
  sluice_alloc_failure(flow test_${test} 24 scene_spared)
endforeach()
sluice_alloc_failure(unit test_irr_json 24 config)
sluice_alloc_failure(unit test_config 24 config store common)
sluice_alloc_failure(unit test_store 24 store
  SOURCES lib/random_entry.c)
