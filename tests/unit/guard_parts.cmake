# SPDX-License-Identifier: BSD-2-Clause
foreach(file bucket deadline coverage strikes suspects)
  sluice_test(unit test_${file} guard_tables)
endforeach()
# Every allocation can be made to fail.
foreach(file deadline coverage)
  target_link_options(test_${file} PRIVATE
    -Wl,--wrap=malloc,--wrap=realloc,--wrap=aligned_alloc)
endforeach()
