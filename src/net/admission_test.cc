#include "net/admission.h"

#include <gtest/gtest.h>

namespace vodmill::net {
namespace {

// The status of the refusal; 0 when the connection is admitted.
int status(const std::optional<Refusal>& refusal) { return refusal ? refusal->status : 0; }

TEST(Admission, HasALimitForAllAndOneForEachClient) {
  ServerOptions options;
  options.max_connections = 3;
  options.max_client_connections = 2;
  Admission admission(options);
  EXPECT_EQ(status(admission.enter("192.0.2.1")), 0);
  EXPECT_EQ(status(admission.enter("192.0.2.1")), 0);
  const std::optional<Refusal> refusal = admission.enter("192.0.2.1");
  ASSERT_EQ(status(refusal), 429);
  EXPECT_EQ(problem_code_name(refusal->code), "rate_limited");
  EXPECT_TRUE(refusal->retry_after);
  EXPECT_EQ(status(admission.enter("192.0.2.2")), 0);
  EXPECT_EQ(status(admission.enter("192.0.2.3")), 503);
  admission.leave("192.0.2.1");
  EXPECT_EQ(status(admission.enter("192.0.2.3")), 0);
}

TEST(Admission, TakesANetworkOfIpv6AddressesForOneClient) {
  ServerOptions options;
  options.max_client_connections = 1;
  Admission admission(options);
  EXPECT_EQ(status(admission.enter("2001:db8::1")), 0);
  EXPECT_EQ(status(admission.enter("2001:db8::2")), 429);
  EXPECT_EQ(status(admission.enter("2001:db8:0:1::2")), 0);
}

TEST(Admission, LetsATrustedProxyHaveAllThereAre) {
  ServerOptions options;
  options.max_connections = 3;
  options.max_client_connections = 1;
  options.trusted_proxies = {"127.0.0.1"};
  Admission admission(options);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status(admission.enter("127.0.0.1")), 0);
  EXPECT_EQ(status(admission.enter("127.0.0.1")), 503);
  admission.leave("127.0.0.1");
  EXPECT_EQ(status(admission.enter("127.0.0.1")), 0);
}

TEST(Admission, RemembersNobodyWhoHasLeft) {
  ServerOptions options;
  options.max_client_connections = 0;
  Admission closed(options);
  EXPECT_EQ(status(closed.enter("192.0.2.1")), 429);
  EXPECT_EQ(closed.clients(), 0U);
  options.max_client_connections = 2;
  Admission admission(options);
  for (int i = 0; i < 200; ++i) admission.enter("192.0.2." + std::to_string(i));
  EXPECT_EQ(admission.clients(), 200U);
  for (int i = 0; i < 200; ++i) admission.leave("192.0.2." + std::to_string(i));
  EXPECT_EQ(admission.clients(), 0U);
}

}  // namespace
}  // namespace vodmill::net
