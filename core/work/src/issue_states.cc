// Which state of an issue may follow which.
#include <algorithm>

#include "minqing/model/v1/issue.pb.h"
#include "mq/work/issue.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

// F2 of DOMAIN (b). The table only grows: an older program must not undo a move of a newer one.
constexpr std::pair<int, int> kMoves[] = {
    {0, mpb::ISSUE_STATE_REGISTERED},
    {0, mpb::ISSUE_STATE_ANSWERED},
    {mpb::ISSUE_STATE_REGISTERED, mpb::ISSUE_STATE_ANSWERED},
    {mpb::ISSUE_STATE_REGISTERED, mpb::ISSUE_STATE_WAITING},
    {mpb::ISSUE_STATE_REGISTERED, mpb::ISSUE_STATE_ACCEPTED},
    {mpb::ISSUE_STATE_REGISTERED, mpb::ISSUE_STATE_RETURNED},
    {mpb::ISSUE_STATE_REGISTERED, mpb::ISSUE_STATE_CLOSED},
    {mpb::ISSUE_STATE_REGISTERED, mpb::ISSUE_STATE_MERGED},
    {mpb::ISSUE_STATE_REGISTERED, mpb::ISSUE_STATE_NOT_NEEDED},
    {mpb::ISSUE_STATE_REGISTERED, mpb::ISSUE_STATE_WITHDRAWN},
    {mpb::ISSUE_STATE_REGISTERED, mpb::ISSUE_STATE_LEGAL},
    {mpb::ISSUE_STATE_WAITING, mpb::ISSUE_STATE_ACCEPTED},
    {mpb::ISSUE_STATE_WAITING, mpb::ISSUE_STATE_RETURNED},
    {mpb::ISSUE_STATE_WAITING, mpb::ISSUE_STATE_CLOSED},
    {mpb::ISSUE_STATE_WAITING, mpb::ISSUE_STATE_MERGED},
    {mpb::ISSUE_STATE_WAITING, mpb::ISSUE_STATE_NOT_NEEDED},
    {mpb::ISSUE_STATE_WAITING, mpb::ISSUE_STATE_WITHDRAWN},
    {mpb::ISSUE_STATE_WAITING, mpb::ISSUE_STATE_LEGAL},
    {mpb::ISSUE_STATE_RETURNED, mpb::ISSUE_STATE_WAITING},
    {mpb::ISSUE_STATE_RETURNED, mpb::ISSUE_STATE_MERGED},
    {mpb::ISSUE_STATE_RETURNED, mpb::ISSUE_STATE_WITHDRAWN},
    {mpb::ISSUE_STATE_ACCEPTED, mpb::ISSUE_STATE_ASSIGNED},
    {mpb::ISSUE_STATE_ACCEPTED, mpb::ISSUE_STATE_IN_PROGRESS},
    {mpb::ISSUE_STATE_ACCEPTED, mpb::ISSUE_STATE_SUSPENDED},
    {mpb::ISSUE_STATE_ACCEPTED, mpb::ISSUE_STATE_CLOSED},
    {mpb::ISSUE_STATE_ACCEPTED, mpb::ISSUE_STATE_MERGED},
    {mpb::ISSUE_STATE_ACCEPTED, mpb::ISSUE_STATE_NOT_NEEDED},
    {mpb::ISSUE_STATE_ACCEPTED, mpb::ISSUE_STATE_WITHDRAWN},
    {mpb::ISSUE_STATE_ACCEPTED, mpb::ISSUE_STATE_LEGAL},
    {mpb::ISSUE_STATE_ASSIGNED, mpb::ISSUE_STATE_SIGNED},
    {mpb::ISSUE_STATE_ASSIGNED, mpb::ISSUE_STATE_OBJECTED},
    {mpb::ISSUE_STATE_ASSIGNED, mpb::ISSUE_STATE_WITHDRAWN},
    {mpb::ISSUE_STATE_OBJECTED, mpb::ISSUE_STATE_ASSIGNED},
    {mpb::ISSUE_STATE_OBJECTED, mpb::ISSUE_STATE_NOT_NEEDED},
    {mpb::ISSUE_STATE_OBJECTED, mpb::ISSUE_STATE_WITHDRAWN},
    {mpb::ISSUE_STATE_OBJECTED, mpb::ISSUE_STATE_LEGAL},
    {mpb::ISSUE_STATE_SIGNED, mpb::ISSUE_STATE_IN_PROGRESS},
    {mpb::ISSUE_STATE_SIGNED, mpb::ISSUE_STATE_OBJECTED},
    {mpb::ISSUE_STATE_SIGNED, mpb::ISSUE_STATE_IN_REVIEW},
    {mpb::ISSUE_STATE_SIGNED, mpb::ISSUE_STATE_WITHDRAWN},
    {mpb::ISSUE_STATE_IN_PROGRESS, mpb::ISSUE_STATE_IN_REVIEW},
    {mpb::ISSUE_STATE_IN_PROGRESS, mpb::ISSUE_STATE_SUSPENDED},
    {mpb::ISSUE_STATE_IN_PROGRESS, mpb::ISSUE_STATE_CLOSED},
    {mpb::ISSUE_STATE_IN_PROGRESS, mpb::ISSUE_STATE_WITHDRAWN},
    {mpb::ISSUE_STATE_SUSPENDED, mpb::ISSUE_STATE_IN_PROGRESS},
    {mpb::ISSUE_STATE_SUSPENDED, mpb::ISSUE_STATE_IN_REVIEW},
    {mpb::ISSUE_STATE_SUSPENDED, mpb::ISSUE_STATE_CLOSED},
    {mpb::ISSUE_STATE_SUSPENDED, mpb::ISSUE_STATE_WITHDRAWN},
    {mpb::ISSUE_STATE_IN_REVIEW, mpb::ISSUE_STATE_IN_PROGRESS},
    {mpb::ISSUE_STATE_IN_REVIEW, mpb::ISSUE_STATE_CLOSED},
    {mpb::ISSUE_STATE_CLOSED, mpb::ISSUE_STATE_CALLED_BACK},
    {mpb::ISSUE_STATE_ANSWERED, mpb::ISSUE_STATE_CALLED_BACK},
    {mpb::ISSUE_STATE_CALLED_BACK, mpb::ISSUE_STATE_FINISHED},
    {mpb::ISSUE_STATE_CALLED_BACK, mpb::ISSUE_STATE_REOPENED},
    {mpb::ISSUE_STATE_MERGED, mpb::ISSUE_STATE_WAITING},
    {mpb::ISSUE_STATE_REOPENED, mpb::ISSUE_STATE_ASSIGNED},
    {mpb::ISSUE_STATE_REOPENED, mpb::ISSUE_STATE_IN_PROGRESS},
    {mpb::ISSUE_STATE_REOPENED, mpb::ISSUE_STATE_IN_REVIEW},
    {mpb::ISSUE_STATE_REOPENED, mpb::ISSUE_STATE_SUSPENDED},
    {mpb::ISSUE_STATE_REOPENED, mpb::ISSUE_STATE_CLOSED},
    {mpb::ISSUE_STATE_REOPENED, mpb::ISSUE_STATE_WITHDRAWN},
};

}  // namespace

bool issue_ended(std::int64_t state) {
  constexpr mpb::IssueState kEnds[] = {mpb::ISSUE_STATE_ANSWERED,    mpb::ISSUE_STATE_CLOSED,
                                       mpb::ISSUE_STATE_CALLED_BACK, mpb::ISSUE_STATE_FINISHED,
                                       mpb::ISSUE_STATE_MERGED,      mpb::ISSUE_STATE_NOT_NEEDED,
                                       mpb::ISSUE_STATE_WITHDRAWN,   mpb::ISSUE_STATE_LEGAL};
  return std::find(std::begin(kEnds), std::end(kEnds), state) != std::end(kEnds);
}

bool legal_issue_move(std::int64_t from, std::int64_t to) {
  return std::find(std::begin(kMoves), std::end(kMoves),
                   std::pair<int, int>(static_cast<int>(from), static_cast<int>(to))) !=
         std::end(kMoves);
}

}  // namespace mq::work
