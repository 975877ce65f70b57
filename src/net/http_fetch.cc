#include "net/http_fetch.h"

#include <curl/curl.h>

#include <algorithm>
#include <new>

namespace vodmill::net {
namespace {

constexpr long kMostRedirects = 5;
constexpr long kConnectSeconds = 10;
constexpr long kStandstillSeconds = 30;
constexpr const char* kProtocols = "http,https";
constexpr std::size_t kLongestHead = 64 * 1024;

// What an answer is collected in while it comes.
struct Collected {
  std::int64_t longest_body = 0;
  std::size_t head_bytes = 0;
  Headers headers;
  Bytes body;
};

// libcurl reads a count other than the given one as a refusal.
std::size_t take_body(char* data, std::size_t, std::size_t count, void* collected) noexcept {
  auto& into = *static_cast<Collected*>(collected);
  if (std::ssize(into.body) + static_cast<std::int64_t>(count) > into.longest_body) return 0;
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  into.body.insert(into.body.end(), bytes, bytes + count);
  return count;
}

std::size_t take_header(char* data, std::size_t, std::size_t count, void* collected) noexcept {
  auto& into = *static_cast<Collected*>(collected);
  const std::string_view line(data, count);
  into.head_bytes += count;
  if (into.head_bytes > kLongestHead) return 0;
  if (line.starts_with("HTTP/")) into.headers = {};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return count;
  std::string_view value = line.substr(colon + 1);
  while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
  into.headers.add(std::string(line.substr(0, colon)), std::string(trim(value)));
  return count;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

List list_of(const Headers& headers) {
  List list;
  for (const HeaderField& field : headers) {
    curl_slist* longer = curl_slist_append(list.get(), (field.name + ": " + field.value).c_str());
    if (!longer) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

std::optional<std::string> part_of(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string copy(text);
  curl_free(text);
  return copy;
}

}  // namespace

struct HttpFetch::Curl {
  Curl() : easy(curl_easy_init()) {
    if (!easy) throw std::bad_alloc();
  }
  ~Curl() { curl_easy_cleanup(easy); }
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;

  template <class T>
  void set(CURLoption option, T value) const {
    curl_easy_setopt(easy, option, value);
  }
  template <class T>
  T info(CURLINFO what) const {
    T value{};
    curl_easy_getinfo(easy, what, &value);
    return value;
  }

  CURL* const easy;
};

HttpFetch::HttpFetch() : curl_(std::make_unique<Curl>()) {}

HttpFetch::~HttpFetch() = default;

Result<Fetched> HttpFetch::get(const FetchRequest& request) {
  Collected collected{.longest_body = request.longest_body, .headers = {}, .body = {}};
  const List headers = list_of(request.headers);
  const Curl& curl = *curl_;
  curl_easy_reset(curl.easy);  // keeps the connections
  curl.set(CURLOPT_URL, request.url.c_str());
  curl.set(CURLOPT_PROTOCOLS_STR, kProtocols);
  curl.set(CURLOPT_REDIR_PROTOCOLS_STR, kProtocols);
  curl.set(CURLOPT_FOLLOWLOCATION, 1L);
  curl.set(CURLOPT_MAXREDIRS, kMostRedirects);
  curl.set(CURLOPT_NOSIGNAL, 1L);
  curl.set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl.set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl.set(CURLOPT_LOW_SPEED_TIME, kStandstillSeconds);
  curl.set(CURLOPT_HTTPHEADER, headers.get());
  curl.set(CURLOPT_ACCEPT_ENCODING, request.may_be_gzip ? "gzip" : nullptr);
  curl.set(CURLOPT_WRITEFUNCTION, &take_body);
  curl.set(CURLOPT_WRITEDATA, &collected);
  curl.set(CURLOPT_HEADERFUNCTION, &take_header);
  curl.set(CURLOPT_HEADERDATA, &collected);
  const CURLcode code = curl_easy_perform(curl.easy);
  if (code == CURLE_WRITE_ERROR) {
    return fail(ErrorCode::fetch_failed, "The answer is longer than what is read of one.");
  }
  if (code != CURLE_OK) {
    return fail(ErrorCode::fetch_failed, std::string(curl_easy_strerror(code)) + ".");
  }
  const char* url = curl.info<const char*>(CURLINFO_EFFECTIVE_URL);
  return Fetched{.status = static_cast<int>(curl.info<long>(CURLINFO_RESPONSE_CODE)),
                 .headers = std::move(collected.headers),
                 .redirects = static_cast<int>(curl.info<long>(CURLINFO_REDIRECT_COUNT)),
                 .url = url ? url : request.url,
                 .body = std::move(collected.body)};
}

std::optional<std::string> resolve_url(const std::string& base, const std::string& reference) {
  const Url url(curl_url());
  if (!url) throw std::bad_alloc();
  for (const std::string& text : {base, reference}) {
    if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return std::nullopt;
  }
  const std::optional<std::string> scheme = part_of(url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return std::nullopt;
  return part_of(url, CURLUPART_URL);
}

}  // namespace vodmill::net
