#include "api/world.h"

#include "api/description.h"
#include "catalog/schema.h"
#include "db/open_sqlite.h"
#include "db/sqlite.h"
#include "hls/names.h"

namespace vodmill {
namespace {

std::unique_ptr<db::Database> open(const Clock& clock) {
  return must(db::open_sqlite(std::string(db::kInMemory), clock, std::span(&catalog::kSchema, 1)));
}

}  // namespace

std::string Answer::header(const std::string& name) const {
  const std::string line = "\r\n" + name + ": ";
  const std::size_t at = head.find(line);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + line.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

json::object Answer::json() const {
  const Result<json::value> value = parse_json(body);
  EXPECT_TRUE(value && value->is_object()) << body;
  return value && value->is_object() ? value->as_object() : json::object();
}

Answer parse_answer(const std::string& bytes) {
  Answer answer;
  const std::size_t end = bytes.find("\r\n\r\n");
  if (!bytes.starts_with("HTTP/1.1 ") || end == std::string::npos) {
    ADD_FAILURE() << "no answer: " << bytes;
    return answer;
  }
  answer.status = std::stoi(bytes.substr(9));
  answer.head = bytes.substr(0, end + 2);
  answer.body = bytes.substr(end + 4);
  return answer;
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  EXPECT_TRUE(value && value->is_string()) << name << " of " << json::serialize(object);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

ApiTest::ApiTest()
    : database_(open(clock_)),
      videos_(*database_),
      generations_(*database_),
      tasks_(*database_),
      events_(*database_),
      outbox_(*database_),
      keys_(*database_),
      census_(*database_),
      jobs_(*database_),
      workers_(*database_),
      stills_(*database_) {
  clock_.advance(std::chrono::hours(1));
  start({});
}

void ApiTest::start(api::ApiOptions options, Extras extras) {
  server_.reset();
  router_ = net::Router();
  const api::Ports ports{
      videos_, *shown_events_, outbox_, keys_,    store_,  database_->bell(), clock_,       queue_,
      census_, registry_,      jobs_,   workers_, stills_, extras.space,      extras.worker};
  api_ = std::make_unique<api::Api>(ports, std::move(options));
  api_->add_routes(router_);
  server_ = std::make_unique<net::TestServer>(api_->hooks(router_), net::ServerOptions());
}

Answer ApiTest::ask(std::string_view method, std::string_view target, std::string_view headers,
                    std::string_view body) {
  std::string text(method);
  text.append(" ").append(target).append(" HTTP/1.1\r\nConnection: close\r\n").append(headers);
  if (!headers.contains("Host:")) text += "Host: localhost\r\n";
  const bool framed = headers.contains("Transfer-Encoding") || headers.contains("Content-Length");
  if (!framed && !body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text.append("\r\n").append(body);
  net::TestClient client = connect();
  client.send(text);
  return answer_to(method, target, client);
}

Answer ApiTest::answer_to(std::string_view method, std::string_view target,
                          net::TestClient& client) {
  Answer answer = parse_answer(client.read_all());
  for (const std::string& complaint : api_description().judge(method, target, answer)) {
    ADD_FAILURE() << method << " " << target << ": " << answer.status << ": " << complaint;
  }
  return answer;
}

net::TestClient ApiTest::begin(std::string_view target, std::string_view headers) {
  net::TestClient client = connect();
  std::string text("GET ");
  text.append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers).append("\r\n");
  client.send(text);
  return client;
}

VideoId ApiTest::upload() {
  clock_.advance(Milliseconds(1));  // so that the order of videos is known
  const Answer answer = ask("POST", "/v1/videos", "", "some bytes");
  EXPECT_EQ(answer.status, 201) << answer.body;
  return VideoId(text_of(answer.json(), "id"));
}

GenerationLease ApiTest::coordinate(const VideoId& id, int generation) {
  return must(run(generations_.coordinate(id, generation, WorkerId("worker"), kLease)));
}

void ApiTest::plan(const GenerationLease& lease) {
  const LeasedTask probe = lease_task();
  must(run(tasks_.finish(probe.task.id, probe.token, "{}")));
  must(run(generations_.store_plan(lease, small_info(), small_plan(), small_tasks())));
}

LeasedTask ApiTest::lease_task() {
  auto task = must(run(tasks_.lease(WorkerId("worker"), {.build = kBuild, .lease = kLease})));
  EXPECT_TRUE(task) << "no task to lease";
  return std::move(task).value();
}

BlobKey ApiTest::commit(const LeasedTask& task, std::string rendition, int index) {
  const BlobKey key = hls::segment_key(task.prefix, rendition, index, task.token);
  put(key.str(), key.str());
  const Segment row = segment(std::move(rendition), index, key.str());
  must(run(tasks_.commit_segment(task.task.id, task.token, row)));
  return key;
}

void ApiTest::put(std::string key, std::string text) {
  const ByteView bytes = as_bytes(text);
  must(run(store_.put(BlobKey(std::move(key)), Bytes(bytes.begin(), bytes.end()))));
}

void ApiTest::complete(const GenerationLease& lease) {
  const std::string prefix = lease.video.str() + "/";
  put(prefix + hls::final_media_playlist_name(lease.generation, "v0"), "final media playlist");
  put(prefix + "index.m3u8", "final of generation " + std::to_string(lease.generation));
  must(run(generations_.complete(lease, {.duration_seconds = 24, .partial = {}})));
}

}  // namespace vodmill
