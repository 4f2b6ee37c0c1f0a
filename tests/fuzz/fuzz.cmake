# Fuzz targets that reach over several areas; the others stand in the list of
# the area that they belong to.
sluice_fuzz(judge wire SOURCES lib/judge_scene.c lib/fake_unicast.c lib/any_rule.c)
sluice_fuzz(printers session_core supervisor view rollover wire SOURCES lib/any_rule.c)
sluice_fuzz(show http_core cli common)
sluice_fuzz(value config)
