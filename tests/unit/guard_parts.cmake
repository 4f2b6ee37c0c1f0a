# SPDX-License-Identifier: BSD-2-Clause
foreach(file bucket strikes suspects)
  sluice_test(unit test_${file} guard_tables)
endforeach()
# Every allocation can be made to fail.
foreach(file deadline coverage)
  sluice_test(unit test_${file} guard_tables SOURCES lib/failing_alloc.c)
  failing_alloc_wraps(test_${file})
endforeach()
