# cmake -DSOURCE_DIR=... -DOUTPUT=... -P git_hash.cmake: writes the commit into a header, touching it only when it
# has changed, so that a build without changes compiles nothing.
set(hash unknown)
find_package(Git QUIET)
if(Git_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --dirty --abbrev=12 --exclude=*
    WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE described ERROR_QUIET RESULT_VARIABLE failed
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT failed AND described)
    set(hash ${described})
  endif()
endif()
set(text "#define SGDLIMITS_GIT_HASH \"${hash}\"\n")
set(old "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} old)
endif()
if(NOT old STREQUAL text)
  file(WRITE ${OUTPUT} "${text}")
endif()
