// Precompiled for the folders that run on Asio.
#pragma once
#include <boost/asio.hpp>
#include <boost/json.hpp>

#include "pch_std.h"
