# One CMake target for each folder of the tree, so that its link line states the arrows of docs/architecture.md.

add_library(sgdlimits_flags INTERFACE)
add_library(sgdlimits::flags ALIAS sgdlimits_flags)
target_compile_options(sgdlimits_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # false alarms from Eigen with AVX-512 and from std::string
  target_compile_options(sgdlimits_flags INTERFACE -Wno-uninitialized -Wno-maybe-uninitialized -Wno-array-bounds -Wno-restrict
    -Wno-stringop-overflow)
endif()
if(SGDLIMITS_WARNINGS_AS_ERRORS)
  target_compile_options(sgdlimits_flags INTERFACE -Werror)
endif()
if(SGDLIMITS_ARCH)
  target_compile_options(sgdlimits_flags INTERFACE -march=${SGDLIMITS_ARCH})
endif()
if(SGDLIMITS_SANITIZE)
  # A finding ends the program, or its test would pass.
  target_compile_options(sgdlimits_flags INTERFACE
    -fsanitize=${SGDLIMITS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS)
  if(SGDLIMITS_SANITIZE MATCHES undefined)
    # The four that go fault anyway or are seen by the address sanitizer, and they more than double the time to compile.
    target_compile_options(sgdlimits_flags INTERFACE -fsanitize=float-cast-overflow -fno-sanitize=null,object-size,alignment,vptr)
  endif()
  target_link_options(sgdlimits_flags INTERFACE -fsanitize=${SGDLIMITS_SANITIZE})
endif()

# Headers of other people's libraries, parsed once a target: most of the time to compile a file is spent in Eigen/Core.
# A compiler cache does the same better and cannot take these. Preset tsan compiles without, so that a missing include
# is seen.
set(precompile ${PROJECT_IS_TOP_LEVEL})
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set(precompile OFF)
endif()
option(SGDLIMITS_PRECOMPILE "Precompile the headers of Eigen and GoogleTest" ${precompile})
function(sgdlimits_precompile target)
  if(SGDLIMITS_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

# sgdlimits_layer(NAME [FOLDER folder] [EXCLUDE folder...] LINKS target...)
# A static library of all sources below FOLDER (NAME unless said), exported as sgdlimits::NAME.
function(sgdlimits_layer name)
  cmake_parse_arguments(ARG "" "FOLDER" "LINKS;EXCLUDE" ${ARGN})
  if(NOT ARG_FOLDER)
    set(ARG_FOLDER ${name})
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
    ${PROJECT_SOURCE_DIR}/${ARG_FOLDER}/*.cpp)
  foreach(excluded IN LISTS ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "^${excluded}")
  endforeach()
  list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE paths)
  add_library(sgdlimits_${name} STATIC ${paths})
  add_library(sgdlimits::${name} ALIAS sgdlimits_${name})
  set_target_properties(sgdlimits_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(sgdlimits_${name} PUBLIC cxx_std_20)
  # The alignment of Eigen's memory is part of the binary interface: fixed, whatever -march a user takes.
  target_compile_definitions(sgdlimits_${name} PUBLIC EIGEN_MAX_ALIGN_BYTES=64)
  target_include_directories(sgdlimits_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/sgdlimits>)
  target_link_libraries(sgdlimits_${name} PUBLIC ${ARG_LINKS} PRIVATE $<BUILD_INTERFACE:sgdlimits::flags>)
  sgdlimits_precompile(sgdlimits_${name} <Eigen/Core>)
  # Fast flags in *_kernel.cpp alone: vector exp, log, sin, cos exist only under fast-math, and linking with it
  # would set flush-to-zero for the whole process.
  foreach(source IN LISTS sources)
    if(source MATCHES "_kernel\\.cpp$")
      set_source_files_properties(${PROJECT_SOURCE_DIR}/${source} TARGET_DIRECTORY sgdlimits_${name}
        PROPERTIES COMPILE_OPTIONS "${SGDLIMITS_KERNEL_FLAGS}" SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endfunction()

# glibc declares its vector functions under __FAST_MATH__ alone, which -fno-finite-math-only (NaN must stay visible)
# takes away again.
set(SGDLIMITS_KERNEL_FLAGS -O3 -ffast-math -fno-finite-math-only -fno-math-errno -ffp-contract=fast -D__FAST_MATH__)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND SGDLIMITS_KERNEL_FLAGS -mprefer-vector-width=512)
endif()
