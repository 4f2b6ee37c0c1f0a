# Fuzz targets that reach over several areas; the others stand in the list of
# the area that they belong to.
sluice_fuzz(judge wire SOURCES lib/judge_scene.c lib/fake_unicast.c lib/any_rule.c)
sluice_fuzz(printers session_core supervisor view rollover wire SOURCES lib/any_rule.c)
sluice_fuzz(show http_core cli common)
sluice_fuzz(value config)
# A session without a kernel beneath: fakes stand in the place of its calls.
sluice_fuzz(session session_core common wire SOURCES lib/session_script.c
  lib/session_model.c lib/session_model_guard.c lib/fake_loop.c lib/fake_channel.c lib/fake_socket.c)
foreach(program replay_session fuzz_session)
  if(TARGET ${program})
    foreach(call recv send shutdown close ioctl getsockopt setsockopt getrandom
        write)
      target_link_options(${program} PRIVATE -Wl,--wrap=${call})
    endforeach()
  endif()
endforeach()
