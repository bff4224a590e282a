#include "mq/work/signed_reports.h"

#include <algorithm>

#include "minqing/model/v1/report.pb.h"
#include "mq/base/text.h"
#include "mq/wire/crypto.h"
#include "mq/work/directory.h"
#include "mq/work/month.h"
#include "mq/work/upward.h"
#include "rights.h"
#include "row_changes.h"

namespace mq::work {

namespace cpb = wire::pb;
using S = ::minqing::model::v1::ReportSnapshot;

namespace {

constexpr std::string_view kStreamLabel = "上报";
constexpr std::string_view kSql =
    "SELECT id, content, digest, version, signer, signed_at, reason FROM \"report_snapshot\" "
    "WHERE deleted = 0 ORDER BY \"from\", \"to\", report, version, signed_at, id";

// One of a township, the same whichever desk opens it first.
Result<vault::StreamIx> county_stream(const Workplace& place) {
  for (const vault::StreamInfo& info : place.vault.streams()) {
    if (info.kind == cpb::STREAM_KIND_COUNTY) return info.ix;
  }
  vault::StreamInfo info;
  wire::hash_into(info.id.data, {}, "mq/co1", {place.control.township().view()});
  info.kind = cpb::STREAM_KIND_COUNTY;
  info.label = std::string(kStreamLabel);
  return place.vault.add_stream(info);
}

void state_signing(Ledger& ledger) {
  const Signing& signing = *ledger.signing;
  std::erase_if(ledger.basis, [](const auto& each) {
    return each.first == "版本" || each.first == "签发人" || each.first == "更正原因";
  });
  ledger.basis.emplace_back("版本", cat("第 ", signing.version, " 版"));
  ledger.basis.emplace_back("签发人",
                            cat(signing.signer, ",", shanghai_minute(signing.at), "(本机时间)"));
  if (!signing.reason.empty()) ledger.basis.emplace_back("更正原因", signing.reason);
}

struct Author {
  RowId cadre;
  std::string name;
};
Result<Author> author(const Workplace& place) {
  MQ_TRY(const std::optional<Cadre> me, Directory(place).me());
  if (me) return Author{me->id, me->name};
  return Error{Code::kNotAllowed,
               "签发报表:干部名册里没有您的姓名,签发人写不上;请管理员用 cadre add 登记",
               "signing a report: you are not in the list of cadres, so nobody could be named"};
}

void put(const Workplace& place, const Author& by, const SignedReport& report,
         const std::optional<RowId>& replaces, vault::Draft& draft) {
  const Ledger& ledger = report.record.ledger;
  const Signing& signing = *ledger.signing;
  RowChanges row(place, "ReportSnapshot", report.row);
  row.set(S::kReportFieldNumber, ledger.id)
      .set(S::kTitleFieldNumber, ledger.title)
      .set(S::kFromFieldNumber, std::int64_t{ledger.period.from.days})
      .set(S::kToFieldNumber, std::int64_t{ledger.period.to.days})
      .set(S::kVersionFieldNumber, std::int64_t{signing.version})
      .set(S::kDigestFieldNumber, signing.digest)
      .set(S::kContentFieldNumber, write_ledger(report.record))
      .set_row(S::kSignedByFieldNumber, by.cadre)
      .set(S::kSignerFieldNumber, by.name)
      .set(S::kSignedAtFieldNumber, signing.at.ms);
  if (replaces) row.set_row(S::kReplacesFieldNumber, *replaces);
  if (!signing.reason.empty()) row.set(S::kReasonFieldNumber, signing.reason);
  row.into(draft);
}

Result<SignedReport> read_row(const sqlite::Query& q) {
  const std::string content(q.text(1));
  MQ_TRY(LedgerRecord record, read_ledger(content));
  Signing signing{std::string(q.text(4)), std::string(q.text(2)), WallTime{q.integer(5)},
                  static_cast<std::uint32_t>(q.integer(3)), std::string(q.text(6))};
  if (signing.digest != ledger_digest(content)) {
    return Error{Code::kCorrupt,
                 cat("签发的 ", record.ledger.id, " 第 ", signing.version,
                     " 版与它的校验码不符,不能采用;请乡镇重新签发"),
                 cat("the signed ", record.ledger.id, " version ", signing.version,
                     " does not fit its digest; have it signed again")};
  }
  record.ledger.signing = std::move(signing);
  return SignedReport{RowId::from(q.blob(0)).value_or(RowId{}), std::move(record), false};
}

bool same_period(const Period& a, const Period& b) { return a.from == b.from && a.to == b.to; }

bool same_version(const Ledger& a, const Ledger& b) {
  return a.id == b.id && same_period(a.period, b.period) &&
         a.signing->version == b.signing->version;
}

// Ordered as kSql says, so that twins stand one after the other and the last one stands.
void name_twins(std::vector<SignedReport>& all) {
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Ledger& other = all[i - 1].record.ledger;
    Ledger& standing = all[i].record.ledger;
    if (!same_version(other, standing)) continue;
    all[i - 1].outdone = true;
    standing.basis.emplace_back(
        "同一版",
        cat("另有 ", other.signing->signer, " ", shanghai_minute(other.signing->at),
            " 在别的设备上签发的第 ", other.signing->version, " 版;以签发时间在后的为准"));
  }
}

}  // namespace

Result<std::vector<SignedReport>> signed_reports(const Workplace& place) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(kSql));
  std::vector<SignedReport> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    MQ_TRY(SignedReport one, read_row(q));
    out.push_back(std::move(one));
  }
  name_twins(out);
  return out;
}

const SignedReport* signed_of_month(const std::vector<SignedReport>& all, std::string_view report,
                                    const Month& month, std::uint32_t version) {
  const SignedReport *exact = nullptr, *named = nullptr;
  for (const SignedReport& each : all) {
    const Ledger& ledger = each.record.ledger;
    if (ledger.id != report || (version != 0 && ledger.signing->version != version)) continue;
    if (ledger.period.to == month.period.to) exact = &each;
    if (ledger.period.to.iso().starts_with(month.label)) named = &each;
  }
  return exact != nullptr ? exact : named;
}

const SignedReport* last_signed(const std::vector<SignedReport>& all, std::string_view report,
                                const Period& period) {
  const SignedReport* last = nullptr;
  for (const SignedReport& each : all) {
    const Ledger& ledger = each.record.ledger;
    if (ledger.id == report && same_period(ledger.period, period)) last = &each;
  }
  return last;
}

Result<std::vector<SignedReport>> sign_reports(const Workplace& place,
                                               std::vector<LedgerRecord> records,
                                               const std::string& reason) {
  const vault::View seen = place.vault.view();
  MQ_CHECK(need_desk(place));
  MQ_TRY(const Author by, author(place));
  MQ_TRY(const std::vector<SignedReport> before, signed_reports(place));
  MQ_TRY(const vault::StreamIx stream, county_stream(place));
  std::vector<SignedReport> out;
  vault::Draft draft{stream, {}};
  for (LedgerRecord& record : records) {
    record.ledger = upward(std::move(record.ledger));
    const SignedReport* last = last_signed(before, record.ledger.id, record.ledger.period);
    Signing signing;
    signing.signer = by.name;
    signing.at = place.clock.wall();
    signing.version = last == nullptr ? 1 : last->record.ledger.signing->version + 1;
    if (last != nullptr) signing.reason = reason;
    record.ledger.signing = std::move(signing);
    state_signing(record.ledger);
    record.ledger.signing->digest = ledger_digest(write_ledger(record));
    out.push_back({new_id<RowId>(place.clock, place.random), std::move(record), false});
    put(place, by, out.back(), last == nullptr ? std::nullopt : std::optional(last->row), draft);
  }
  if (!draft.changes.empty()) MQ_CHECK(place.vault.commit({draft}, seen));
  return out;
}

}  // namespace mq::work
