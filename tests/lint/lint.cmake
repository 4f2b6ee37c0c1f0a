# Structure as tests.
add_test(NAME lint/includes COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR}
  -P ${CMAKE_CURRENT_SOURCE_DIR}/lint/includes.cmake)
add_test(NAME lint/house COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR}
  -P ${CMAKE_CURRENT_SOURCE_DIR}/lint/house.cmake)
add_test(NAME lint/headers COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR}
  -DCC=${CMAKE_C_COMPILER} -DOUT=${CMAKE_BINARY_DIR}
  -P ${CMAKE_CURRENT_SOURCE_DIR}/lint/headers.cmake)
add_test(NAME lint/reasons COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR}
  -P ${CMAKE_CURRENT_SOURCE_DIR}/lint/reasons.cmake)
set_tests_properties(lint/includes lint/house lint/headers lint/reasons PROPERTIES LABELS lint)

find_program(CLANG_FORMAT NAMES clang-format-14 clang-format)
if(CLANG_FORMAT)
  add_test(NAME lint/format COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/lint/format ${CLANG_FORMAT})
  set_tests_properties(lint/format PROPERTIES LABELS lint
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endif()

# systemd gives its own units a score; it need not run for that.
find_program(SYSTEMD_ANALYZE systemd-analyze)
if(SYSTEMD_ANALYZE)
  add_test(NAME lint/exposure COMMAND ${CMAKE_COMMAND}
    -DUNIT=${CMAKE_SOURCE_DIR}/examples/sluice.service
    -P ${CMAKE_CURRENT_SOURCE_DIR}/lint/exposure.cmake)
  set_tests_properties(lint/exposure PROPERTIES LABELS lint)
endif()

function(lint_libraries role may)
  add_test(NAME lint/libraries_${role} COMMAND ${CMAKE_COMMAND}
    -DBIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY} -DROLE=${role} "-DMAY=${may}"
    -P ${CMAKE_CURRENT_SOURCE_DIR}/lint/libraries.cmake)
  set_tests_properties(lint/libraries_${role} PROPERTIES LABELS lint)
endfunction()
# A sanitizer's run-time libraries are not what is shipped.
if(NOT SLUICE_SANITIZE)
  lint_libraries(sluice-session "libuv.*")
  lint_libraries(sluice-guard "libuv.*")
  lint_libraries(sluiced "libuv.*")
  lint_libraries(sluice-store "lib(uv|lmdb|sodium|nettle).*")
  lint_libraries(sluice-rpki "lib(uv|rtr).*")
  lint_libraries(sluice-http "lib(uv|jansson|microhttpd).*")
  lint_libraries(sluice-control "lib(uv|jansson|sodium|nettle).*")
  lint_libraries(sluice-loader "lib(uv|yaml|jansson|sodium|nettle).*")
  # The keys are where no HTTP is, and the other way round.
  if(TARGET sluice-signer)
    lint_libraries(sluice-signer "lib(uv|sodium|nettle).*")
  endif()
  lint_libraries(sluice-witness "lib(uv|curl|microhttpd).*")
endif()
