# SPDX-License-Identifier: BSD-2-Clause
# What a role can still do: the table, its filters, the rules in force.
sluice_test(unit test_sandbox_filter sandbox)
sluice_test(unit test_sandbox_roles sandbox SOURCES lib/temp_folder.c)
if(SLUICE_SANDBOX)
  target_compile_definitions(test_sandbox_roles PRIVATE SLUICE_SANDBOX)
endif()
