#include <chrono>

#include "api/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHandshake =
    "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

// A frame as a client sends it, with a mask of zeros.
std::string client_frame(unsigned opcode, std::string_view payload) {
  std::string frame{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size())};
  return frame.append(4, '\0').append(payload);
}

class Socket {
 public:
  struct Frame {
    unsigned opcode = 0;
    std::string payload;

    // Of a close.
    int code() const {
      EXPECT_EQ(opcode, 8U) << payload;
      if (payload.size() < 2) return 0;
      return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
    }
    json::object json() const {
      EXPECT_EQ(opcode, 1U);
      const Result<json::value> value = parse_json(payload);
      EXPECT_TRUE(value) << payload;
      return value ? value->as_object() : json::object();
    }
  };

  explicit Socket(net::TestClient client) : client_(std::move(client)) {
    head_ = client_.read_until("\r\n\r\n");
  }

  const std::string& head() const { return head_; }
  bool send(std::string_view bytes) { return client_.send(bytes); }

  void end() { client_.close(); }

  // Everything until the server ends the connection.
  std::string rest() { return client_.read_all(); }

  Frame next() {
    const std::string start = client_.read_exactly(2);
    if (start.size() < 2) {
      ADD_FAILURE() << "no frame";
      return {};
    }
    std::size_t length = static_cast<unsigned char>(start[1]);
    EXPECT_LT(length, 0x80U) << "a server masks nothing";
    const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (more > 0) length = 0;
    for (const char byte : client_.read_exactly(more)) {
      length = length << 8 | static_cast<unsigned char>(byte);
    }
    return {static_cast<unsigned char>(start[0]) & 0x0fU, client_.read_exactly(length)};
  }

  // The data of the next message, which is of that event and has that id (none: progress).
  json::object next(std::string_view event, std::optional<int> id) {
    const json::object message = next().json();
    EXPECT_EQ(text_of(message, "event"), event);
    EXPECT_EQ(message.at("id"), id ? json::value(*id) : json::value());
    return message.at("data").as_object();
  }

 private:
  net::TestClient client_;
  std::string head_;
};

class WebSocket : public ApiTest {
 protected:
  Socket open(const std::string& query, std::string_view headers = "") {
    Socket socket(begin("/v1/ws" + query, std::string(kHandshake).append(headers)));
    EXPECT_THAT(socket.head(), HasSubstr("HTTP/1.1 101 Switching Protocols\r\n"));
    return socket;
  }
};

TEST_F(WebSocket, IsOpenedAsTheRfcSays) {
  const Socket socket = open("");
  EXPECT_THAT(socket.head(), HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(socket.head(), HasSubstr("Upgrade: websocket\r\n"));
  EXPECT_THAT(socket.head(), HasSubstr("Connection: Upgrade\r\n"));
  EXPECT_THAT(socket.head(), Not(HasSubstr("Content-Length")));
}

TEST_F(WebSocket, TellsOfOneVideoFromItsFirstEventOn) {
  const VideoId id = upload();
  Socket socket = open("?video=" + id.str());
  const json::object created = socket.next("video.created", 1);
  EXPECT_EQ(text_of(created, "id"), id.str());
  EXPECT_EQ(created.at("sequence"), 1);
  EXPECT_EQ(socket.next("progress", std::nullopt).at("status"), "pending");
  coordinate(id);
  EXPECT_EQ(socket.next("video.processing", 2).at("status"), "processing");
}

TEST_F(WebSocket, ResumesAfterTheLastEventWithoutAGap) {
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  plan(lease);
  Socket socket = open("?video=" + id.str() + "&last_event_id=2");
  socket.next("video.planned", 3);
  socket.next("progress", std::nullopt);
  must(run(generations_.mark_playable(lease)));
  EXPECT_EQ(socket.next("video.playable", 4).at("playable"), true);
}

TEST_F(WebSocket, TellsOfAllVideosFromNowOnOrFromWhereTheClientLeft) {
  const VideoId first = upload();
  Socket live = open("");
  Socket resumed = open("?last_event_id=0");
  EXPECT_EQ(text_of(resumed.next("video.created", 1), "id"), first.str());
  const VideoId second = upload();
  EXPECT_EQ(text_of(resumed.next("video.created", 2), "id"), second.str());
  EXPECT_EQ(text_of(live.next("video.created", 2), "id"), second.str());
}

TEST_F(WebSocket, TellsMoreThanOneBatchInOrder) {
  const VideoId id = upload();
  for (int i = 0; i < 250; ++i) {
    must(run(videos_.update(id, {.metadata_patch = "{}", .priority = i + 1})));
  }
  Socket socket = open("?last_event_id=1");
  for (int i = 2; i <= 251; ++i) socket.next("video.updated", i);
}

TEST_F(WebSocket, IsClosedWhenItsVideoIsDeleted) {
  const VideoId id = upload();
  Socket socket = open("?video=" + id.str() + "&last_event_id=1");
  socket.next("progress", std::nullopt);
  must(run(videos_.remove(id, kLease)));
  socket.next("video.deleted", 2);
  EXPECT_EQ(socket.next().code(), 1000);
  EXPECT_EQ(socket.rest(), "");
}

TEST_F(WebSocket, IsClosedWithAReasonWhenTheServerStops) {
  Socket socket = open("");
  auto stopped = server_->begin_stop(std::chrono::minutes(1));
  EXPECT_EQ(socket.next().code(), 1001);
  socket.send(client_frame(8, "\x03\xe9"));
  EXPECT_EQ(socket.rest(), "");
  socket.end();
  stopped.get();
}

TEST_F(WebSocket, AnswersPingsAndClosesWhenItIsAsked) {
  Socket socket = open("");
  socket.send(client_frame(9, "are you there?") + client_frame(10, "") +
              client_frame(8, "\x0f\xa0x"));
  const Socket::Frame pong = socket.next();
  EXPECT_EQ(pong.opcode, 10U);
  EXPECT_EQ(pong.payload, "are you there?");
  EXPECT_EQ(socket.next().code(), 4000);
  EXPECT_EQ(socket.rest(), "");
}

TEST_F(WebSocket, TakesAFrameInPieces) {
  Socket socket = open("");
  const std::string ping = client_frame(9, "slowly");
  socket.send(ping.substr(0, 3));
  coordinate(upload());
  socket.next("video.created", 1);
  socket.next("video.processing", 2);
  socket.send(ping.substr(3));
  EXPECT_EQ(socket.next().payload, "slowly");
}

TEST_F(WebSocket, TakesNoMessages) {
  Socket text = open("");
  text.send(client_frame(1, "{}"));
  EXPECT_EQ(text.next().code(), 1003);
  Socket endless = open("");
  endless.send("\x82\xff");
  EXPECT_EQ(endless.next().code(), 1003) << "however long it is going to be";
  Socket wrong = open("");
  wrong.send("\x89\x01x");
  EXPECT_EQ(wrong.next().code(), 1002);
}

TEST_F(WebSocket, AsksAClientThatIsQuietAndGivesItUp) {
  Socket socket = open("");
  clock_.advance(std::chrono::seconds(20));
  EXPECT_EQ(socket.next().opcode, 9U);
  socket.send(client_frame(10, ""));
  socket.send(client_frame(9, "x"));
  EXPECT_EQ(socket.next().opcode, 10U) << "the pong was heard before";
  clock_.advance(std::chrono::seconds(59));
  EXPECT_EQ(socket.next().opcode, 9U);
  clock_.advance(std::chrono::seconds(60));
  EXPECT_EQ(socket.rest(), "") << "a minute after it was asked";
}

TEST_F(WebSocket, OutlastsACatalogThatIsAway) {
  Socket socket = open("");
  database_->stop();
  clock_.advance(std::chrono::seconds(20));
  EXPECT_EQ(socket.next().opcode, 9U);
}

TEST_F(WebSocket, IsRefusedBeforeItIsOpened) {
  const auto ask_for = [&](const std::string& query, std::string_view headers) {
    return get("/v1/ws" + query, headers);
  };
  EXPECT_EQ(ask_for("?video=none", kHandshake).status, 404);
  EXPECT_EQ(ask_for("?video=", kHandshake).status, 404);
  EXPECT_EQ(ask_for("?last_event_id=x", kHandshake).status, 400);
  EXPECT_EQ(ask_for("", std::string(kHandshake) + "Origin: https://evil.example\r\n").status, 403);
  EXPECT_EQ(ask_for("", std::string(kHandshake) + "Sec-Fetch-Site: cross-site\r\n").status, 403);
  const Answer plain = ask_for("", "");
  EXPECT_EQ(plain.status, 426);
  EXPECT_EQ(plain.json().at("code"), "upgrade_required");
  EXPECT_EQ(plain.header("Upgrade"), "websocket");
  EXPECT_EQ(plain.header("Sec-WebSocket-Version"), "13");
  std::string old(kHandshake);
  old.replace(old.find("13"), 2, "8");
  EXPECT_EQ(ask_for("", old).status, 426);
  std::string keyless(kHandshake);
  keyless.replace(keyless.find("dGhl"), 4, "d*hl");
  EXPECT_EQ(ask_for("", keyless).status, 400);
}

TEST_F(WebSocket, IsOpenedByThisServersOwnPage) {
  open("", "Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n");
}

TEST_F(WebSocket, IsCountedWhileItIsOpen) {
  const auto count = [&] { return get("/metrics").body; };
  {
    Socket socket = open("");
    EXPECT_THAT(count(), HasSubstr("\nvodmill_websocket_subscribers 1\n"));
    socket.send(client_frame(8, ""));
    socket.rest();
  }
  EXPECT_THAT(count(), HasSubstr("\nvodmill_websocket_subscribers 0\n"));
}

}  // namespace
}  // namespace vodmill
