# SPDX-License-Identifier: BSD-2-Clause
# Users, and every role's sandbox from inside; a sanitizer's build has none.
sluice_test(unit test_user sandbox SOURCES lib/temp_folder.c)
if(SLUICE_SANDBOX AND NOT SLUICE_SANDBOX_TRACE)
  add_test(NAME unit/selftest_sandbox COMMAND sluiced --selftest-sandbox)
  set_tests_properties(unit/selftest_sandbox PROPERTIES LABELS unit TIMEOUT 120)
endif()
