# Third-party libraries, all from Debian 12. Each is linked only by the folder that may include it (tools/lint_layers.py).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
pkg_check_modules(LIBAV REQUIRED IMPORTED_TARGET libavformat libavcodec libavfilter libswscale libswresample libavutil)
pkg_check_modules(X264 REQUIRED IMPORTED_TARGET x264)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)

add_library(vodmill_boost INTERFACE)
target_link_libraries(vodmill_boost INTERFACE Boost::json Threads::Threads OpenSSL::Crypto)
target_compile_definitions(vodmill_boost INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED)
