#include "conformance/catalog.h"

namespace vodmill {
namespace {

KeyClaim claim_for(const NewVideo& video, std::string fingerprint = "print") {
  return {.key = "key", .fingerprint = std::move(fingerprint), .video = video.id};
}

KeyState claim(IdempotencyKeys& keys, const KeyClaim& claim) {
  return must(run(keys.claim(claim, kLease))).state;
}

TEST_P(CatalogConformance, AKeyBelongsToOneAttemptUntilItIsReleased) {
  const KeyClaim first = claim_for(new_video()), second = claim_for(new_video());
  EXPECT_EQ(claim(keys(), first), KeyState::claimed);
  EXPECT_EQ(claim(keys(), second), KeyState::busy);
  EXPECT_EQ(claim(keys(), claim_for(new_video(), "other")), KeyState::mismatch);
  must(run(keys().release(second)));
  EXPECT_EQ(claim(keys(), second), KeyState::busy);
  must(run(keys().release(first)));
  EXPECT_EQ(claim(keys(), claim_for(new_video(), "other")), KeyState::claimed);
}

TEST_P(CatalogConformance, AKeyMeansTheVideoThatWasCreatedWithItForADay) {
  NewVideo video = new_video();
  video.claim = claim_for(video);
  ASSERT_EQ(claim(keys(), *video.claim), KeyState::claimed);
  must(run(videos().create(video)));
  must(run(keys().release(*video.claim)));
  must(run(keys().renew(*video.claim, Milliseconds(1))));
  advance(kKeyKept - Milliseconds(1));
  const KeyAnswer again = must(run(keys().claim(claim_for(new_video()), kLease)));
  EXPECT_EQ(again.state, KeyState::settled);
  EXPECT_EQ(again.video, video.id);
  EXPECT_EQ(claim(keys(), claim_for(new_video(), "other")), KeyState::mismatch);
  advance(Milliseconds(1));
  EXPECT_EQ(claim(keys(), claim_for(new_video(), "other")), KeyState::claimed);
}

TEST_P(CatalogConformance, AKeyKeepsWhatItsVideoWasCreatedWith) {
  NewVideo video = new_video();
  video.claim = claim_for(video);
  ASSERT_EQ(claim(keys(), *video.claim), KeyState::claimed);
  video.claim->details = "details";
  must(run(videos().create(video)));
  const KeyAnswer again = must(run(keys().claim(claim_for(new_video()), kLease)));
  EXPECT_EQ(again.state, KeyState::settled);
  EXPECT_EQ(again.video, video.id);
  EXPECT_EQ(again.details, "details");
  EXPECT_EQ(claim(keys(), claim_for(new_video(), "other")), KeyState::mismatch);
}

TEST_P(CatalogConformance, AClaimLapsesUnlessItIsRenewed) {
  const KeyClaim first = claim_for(new_video());
  ASSERT_EQ(claim(keys(), first), KeyState::claimed);
  advance(kLease - Milliseconds(1));
  must(run(keys().renew(first, kLease)));
  advance(kLease - Milliseconds(1));
  EXPECT_EQ(claim(keys(), claim_for(new_video())), KeyState::busy);
  advance(Milliseconds(1));
  EXPECT_EQ(claim(keys(), claim_for(new_video())), KeyState::claimed);
}

TEST_P(CatalogConformance, AnAttemptThatHasLostItsKeyCreatesNothing) {
  NewVideo late = new_video();
  late.claim = claim_for(late);
  ASSERT_EQ(claim(keys(), *late.claim), KeyState::claimed);
  advance(kLease);
  NewVideo other = new_video();
  other.claim = claim_for(other);
  ASSERT_EQ(claim(keys(), *other.claim), KeyState::claimed);
  EXPECT_EQ(code_of(run(videos().create(late))), ErrorCode::conflict);
  EXPECT_EQ(code_of(run(videos().get(late.id))), ErrorCode::not_found);
  must(run(videos().create(other)));
}

TEST_P(CatalogConformance, AnAttemptWhoseLapsedKeyNobodyTookMayStillCreate) {
  NewVideo late = new_video();
  late.claim = claim_for(late);
  ASSERT_EQ(claim(keys(), *late.claim), KeyState::claimed);
  advance(kLease);
  KeyClaim elsewhere = claim_for(new_video());
  elsewhere.key = "another key";
  ASSERT_EQ(claim(keys(), elsewhere), KeyState::claimed);  // which makes the store forget the first
  must(run(videos().create(late)));
  EXPECT_EQ(must(run(keys().claim(claim_for(new_video()), kLease))).video, late.id);
}

TEST_P(CatalogConformance, AKeyOutlivesTheVideoThatWasRemoved) {
  NewVideo video = new_video();
  video.claim = claim_for(video);
  ASSERT_EQ(claim(keys(), *video.claim), KeyState::claimed);
  must(run(videos().create(video)));
  must(run(videos().remove(video.id, kLease)));
  EXPECT_EQ(claim(keys(), claim_for(new_video())), KeyState::settled);
}

TEST_P(SharedCatalogConformance, AKeyIsOneForAllProcesses) {
  const auto other = world_->open();
  ASSERT_TRUE(other);
  NewVideo video = new_video();
  video.claim = claim_for(video);
  ASSERT_EQ(claim(keys(), *video.claim), KeyState::claimed);
  EXPECT_EQ(claim(other->keys(), claim_for(new_video())), KeyState::busy);
  must(run(videos().create(video)));
  EXPECT_EQ(must(run(other->keys().claim(claim_for(new_video()), kLease))).video, video.id);
}

}  // namespace
}  // namespace vodmill
