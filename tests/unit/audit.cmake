# The log as an auditor sees it.
sluice_test(unit test_verify store SOURCES lib/random_entry.c lib/log_scene.c)
sluice_test(unit test_checkpoints cli)
sluice_test(unit test_audit cli SOURCES lib/random_entry.c lib/temp_folder.c
  lib/audit_scene.c)
sluice_test(unit test_tiles cli SOURCES lib/random_entry.c lib/temp_folder.c
  lib/audit_scene.c)
sluice_test(unit test_source cli SOURCES lib/temp_folder.c)
sluice_test(golden test_golden_audit cli SOURCES lib/random_entry.c
  lib/temp_folder.c lib/audit_scene.c)
target_compile_definitions(test_golden_audit PRIVATE
  GOLDEN_FOLDER="${CMAKE_CURRENT_SOURCE_DIR}/golden")
sluice_fuzz(checkpoints cli)
