sluice_test(unit test_value config)
sluice_test(unit test_value_url config)
sluice_test(unit test_yaml_doc config SOURCES lib/failing_alloc.c)
failing_alloc_wraps(test_yaml_doc)
sluice_test(unit test_config config store common SOURCES lib/temp_folder.c)
sluice_test(unit test_config_memory config)
sluice_test(unit test_config_spread config SOURCES lib/temp_folder.c)
sluice_test(unit test_config_keys config SOURCES lib/temp_folder.c)
sluice_test(unit test_irr_json config)
sluice_test(unit test_irr_file config store common SOURCES lib/temp_folder.c)
target_link_options(test_irr_file PRIVATE -Wl,--wrap=seal_init)

sluice_test(golden test_config_golden config common policy)
target_compile_definitions(test_config_golden PRIVATE
  CONFIG_CASES="${CMAKE_CURRENT_LIST_DIR}/../golden/config")

# What we ship is good, as it is tracked.
foreach(example sluice two-customers)
  add_test(NAME golden/example-${example} COMMAND sluice-loader --check
    "${CMAKE_CURRENT_LIST_DIR}/../../examples/${example}.yaml")
  add_test(NAME golden/example-${example}-print COMMAND "${CMAKE_COMMAND}"
    "-DLOADER=$<TARGET_FILE:sluice-loader>"
    "-DFILE=${CMAKE_CURRENT_LIST_DIR}/../../examples/${example}.yaml"
    "-DOK=${CMAKE_CURRENT_LIST_DIR}/../golden/example-${example}.ok"
    -P "${CMAKE_CURRENT_LIST_DIR}/../golden/print.cmake")
  set_tests_properties(golden/example-${example}
    golden/example-${example}-print PROPERTIES LABELS golden TIMEOUT 60)
endforeach()
add_test(NAME unit/loader-program COMMAND sh
  "${CMAKE_CURRENT_LIST_DIR}/loader_program.sh" $<TARGET_FILE:sluice-loader>)
set_tests_properties(unit/loader-program PROPERTIES LABELS unit TIMEOUT 60)

sluice_fuzz(config config store policy)
sluice_fuzz(irr config policy)
