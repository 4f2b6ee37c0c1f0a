# SPDX-License-Identifier: BSD-2-Clause
# Metrics and the read-only view over HTTP.
sluice_test(unit test_fetch http_core SOURCES lib/fake_control.c lib/temp_folder.c)
sluice_test(unit test_metrics http_core)
sluice_test(unit test_http http_core SOURCES lib/fake_control.c lib/http_client.c
  lib/temp_folder.c)
sluice_test(golden test_golden_http http_core SOURCES lib/ctl_samples.c)
target_compile_definitions(test_golden_http PRIVATE
  GOLDEN_FOLDER="${CMAKE_CURRENT_SOURCE_DIR}/golden")
