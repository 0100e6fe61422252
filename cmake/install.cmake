include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(layers core models solvers validation)
foreach(layer IN LISTS layers)
  install(TARGETS sgdlimits_${layer} EXPORT sgdlimits-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY ${layer} DESTINATION include/sgdlimits
    FILES_MATCHING PATTERN "*.hpp" PATTERN "*_kernel.hpp" EXCLUDE PATTERN "formula" EXCLUDE)
endforeach()
install(EXPORT sgdlimits-targets NAMESPACE sgdlimits:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/sgdlimits)

if(SGDLIMITS_APPS)
  # a second export set, so that find_package(sgdlimits) asks for GiNaC only when the component is wanted
  install(TARGETS sgdlimits_formula EXPORT sgdlimits-formula-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY models/formula DESTINATION include/sgdlimits/models
    FILES_MATCHING PATTERN "*.hpp" PATTERN "*_kernel.hpp" EXCLUDE)
  install(EXPORT sgdlimits-formula-targets NAMESPACE sgdlimits::
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/sgdlimits)
endif()

configure_package_config_file(cmake/sgdlimits-config.cmake.in ${PROJECT_BINARY_DIR}/sgdlimits-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/sgdlimits)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sgdlimits-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sgdlimits-config.cmake ${PROJECT_BINARY_DIR}/sgdlimits-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/sgdlimits)
