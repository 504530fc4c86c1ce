//! R37 to R41: what a dossier must hold (thành phần hồ sơ), checked by rule.
//!
//! Says what is missing, each thing with its rule and item, in the words the unit will read. Does
//! not decide what follows; lateness (R42) is another question.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Rule, Source, entry};
use crate::dossier::content::{Addressee, DossierContent};
use crate::evaluation::vocabulary::RuleId;
use crate::ids::ItemId;
use crate::rulebook::DossierDemands;

/// The entries.
pub const RULES: &[Rule] = &[
    entry(
        RuleId::R37,
        Source::Plan,
        "III.5.a",
        "Thành phần: tờ trình kèm danh sách, báo cáo có xác nhận, biên bản họp",
        "Parts: proposal with list, confirmed reports, minutes of the review meeting",
    ),
    entry(
        RuleId::R38,
        Source::Inferred,
        "III.5.a",
        "Danh sách, báo cáo và biên bản khớp nhau",
        "List, reports and minutes agree",
    ),
    entry(
        RuleId::R39,
        Source::Inferred,
        "III.5.a",
        "Thứ tự: biên bản, tờ trình, nộp hồ sơ; báo cáo xác nhận trước khi nộp",
        "Order: minutes, proposal, submission; reports confirmed before submission",
    ),
    entry(
        RuleId::R40,
        Source::Plan,
        "III.5.b",
        "02 bộ bản chính",
        "Two sets, originals",
    ),
    entry(
        RuleId::R41,
        Source::Plan,
        "III.5.b",
        "Gửi Thường trực Ban Chỉ đạo qua Sở Nội vụ",
        "Addressed to the Standing Office through Home Affairs",
    ),
];

/// One thing that is missing from a dossier or wrong in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// The rule that asks for it, R37 to R41.
    pub rule: RuleId,
    /// The item it is about; absent where it is about the whole dossier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// What, in Vietnamese, for the unit.
    pub text: String,
}

/// The rules about a dossier's content.
pub const DOSSIER_RULES: [RuleId; 5] = [
    RuleId::R37,
    RuleId::R38,
    RuleId::R39,
    RuleId::R40,
    RuleId::R41,
];

/// Everything that is missing, by rule; empty for a complete dossier.
///
/// `handed_in_on` is the day the dossier, or its last supplement, was handed in.
#[must_use]
pub fn completeness(
    content: &DossierContent,
    demands: &DossierDemands,
    handed_in_on: NaiveDate,
) -> Vec<Missing> {
    let mut missing = components(content);
    missing.extend(consistency(content));
    missing.extend(order(content, handed_in_on));
    missing.extend(sets(content, demands));
    missing.extend(addressee(content));
    missing
}

fn of_item(rule: RuleId, item: &ItemId, text: String) -> Missing {
    Missing {
        rule,
        item: Some(item.clone()),
        text,
    }
}

fn of_dossier(rule: RuleId, text: impl Into<String>) -> Missing {
    Missing {
        rule,
        item: None,
        text: text.into(),
    }
}

/// R37: a report a listed subject, confirmed; minutes of the review meeting.
fn components(content: &DossierContent) -> Vec<Missing> {
    let mut missing = Vec::new();
    for item in content.proposal.list.iter().collect::<BTreeSet<_>>() {
        match content.reports.iter().find(|r| r.item == *item) {
            None => missing.push(of_item(
                RuleId::R37,
                item,
                format!("Thiếu báo cáo thành tích của {item}"),
            )),
            Some(report) if !report.confirmed => missing.push(of_item(
                RuleId::R37,
                item,
                format!("Báo cáo thành tích của {item} chưa được Ban Chỉ đạo cấp trình xác nhận"),
            )),
            Some(_) => {}
        }
    }
    if content.minutes.is_none() {
        let text = "Thiếu biên bản họp xét của Thường trực Ban Chỉ đạo cấp trình";
        missing.push(of_dossier(RuleId::R37, text));
    }
    missing
}

/// R38: the list, the items, the reports and the minutes name the same subjects. What only lacks
/// its report is R37's to name.
fn consistency(content: &DossierContent) -> Vec<Missing> {
    let list: BTreeSet<&ItemId> = content.proposal.list.iter().collect();
    let items: BTreeSet<&ItemId> = content.items.iter().map(|p| &p.item).collect();
    let reports: BTreeSet<&ItemId> = content.reports.iter().map(|r| &r.item).collect();
    let mut missing = Vec::new();
    let mut differ = |left: &BTreeSet<&ItemId>, right: &BTreeSet<&ItemId>, says: &str| {
        for item in left.difference(right) {
            missing.push(of_item(RuleId::R38, item, format!("{item} {says}")));
        }
    };
    differ(&items, &list, "không có trong danh sách kèm Tờ trình");
    differ(
        &list,
        &items,
        "có trong danh sách nhưng không có mục đề nghị",
    );
    differ(&reports, &list, "có báo cáo nhưng không có trong danh sách");
    if let Some(minutes) = &content.minutes {
        let covers: BTreeSet<&ItemId> = minutes.covers.iter().collect();
        differ(
            &list,
            &covers,
            "có trong danh sách nhưng không có trong biên bản",
        );
        differ(
            &covers,
            &list,
            "có trong biên bản nhưng không có trong danh sách",
        );
    }
    missing
}

/// R39: minutes, then proposal, then submission; reports confirmed before submission.
fn order(content: &DossierContent, handed_in_on: NaiveDate) -> Vec<Missing> {
    let mut missing = Vec::new();
    if let Some(minutes) = &content.minutes
        && minutes.date > content.proposal.date
    {
        let text = "Biên bản lập sau Tờ trình, phải họp xét và trình lại";
        missing.push(of_dossier(RuleId::R39, text));
    }
    if content.proposal.date > handed_in_on {
        let text = "Tờ trình ghi ngày sau ngày nộp";
        missing.push(of_dossier(RuleId::R39, text));
    }
    for report in &content.reports {
        if report.confirmed_on.is_some_and(|on| on > handed_in_on) {
            let text = format!("Báo cáo của {} được xác nhận sau ngày nộp", report.item);
            missing.push(of_item(RuleId::R39, &report.item, text));
        }
    }
    missing
}

/// R40: so many sets, all originals.
fn sets(content: &DossierContent, demands: &DossierDemands) -> Vec<Missing> {
    let mut missing = Vec::new();
    let lacking = demands.sets.saturating_sub(content.sets);
    if lacking > 0 {
        let text = format!("Còn thiếu {lacking:02} bộ bản chính");
        missing.push(of_dossier(RuleId::R40, text));
    }
    if !content.originals {
        missing.push(of_dossier(RuleId::R40, "Hồ sơ phải là bản chính"));
    }
    missing
}

/// R41: to the Standing Office through Home Affairs.
fn addressee(content: &DossierContent) -> Vec<Missing> {
    match content.addressee {
        Addressee::HomeAffairs => Vec::new(),
        Addressee::Direct => {
            let text =
                "Tờ trình phải gửi Thường trực Ban Chỉ đạo cải cách hành chính tỉnh qua Sở Nội vụ";
            vec![of_dossier(RuleId::R41, text)]
        }
    }
}

#[cfg(test)]
mod tests;
