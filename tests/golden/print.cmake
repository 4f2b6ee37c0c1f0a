# SPDX-License-Identifier: BSD-2-Clause
# The printed form of FILE is what OK holds: cmake -DLOADER= -DFILE= -DOK= -P.
# UPDATE_GOLDEN=1 writes OK anew.
execute_process(COMMAND "${LOADER}" --print "${FILE}"
  OUTPUT_VARIABLE printed RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${FILE}: exit ${status}")
endif()
if(DEFINED ENV{UPDATE_GOLDEN})
  file(WRITE "${OK}" "${printed}")
endif()
file(READ "${OK}" wanted)
if(NOT printed STREQUAL wanted)
  message(FATAL_ERROR "${FILE} prints otherwise than ${OK}:\n${printed}")
endif()
