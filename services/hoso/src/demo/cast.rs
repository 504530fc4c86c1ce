//! Who acts in the demo: officials of every agency, each with a person, a role and a token.
//!
//! The persons are made up; the offices are the plan's.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::client::{Client, Seen};
use super::sample::Sample;

/// First day of every demo office: before the sample year begins.
pub(super) const IN_OFFICE_FROM: &str = "2021-01-01";

/// An official and the token that proves it.
#[derive(Debug, Clone)]
pub(super) struct Player {
    pub(super) official: String,
    pub(super) agency: String,
    pub(super) token: String,
}

/// Everybody, by a short name such as `so-y-te/head`.
#[derive(Debug, Default)]
pub(super) struct Cast {
    players: BTreeMap<String, Player>,
}

/// An office to fill: short name, agency, role.
struct Office {
    name: String,
    agency: String,
    role: &'static str,
}

/// The offices of the province.
const PROVINCE: &[(&str, &str, &str)] = &[
    ("home-affairs", "so-noi-vu", "HOME_AFFAIRS"),
    ("standing-office", "so-noi-vu", "STANDING_OFFICE"),
    (
        "standing-office-2",
        "van-phong-ubnd-tinh",
        "STANDING_OFFICE",
    ),
    ("member-3", "so-tu-phap", "STANDING_OFFICE"),
    ("member-4", "so-tai-chinh", "STANDING_OFFICE"),
    ("member-5", "so-khoa-hoc-va-cong-nghe", "STANDING_OFFICE"),
    ("member-6", "ubnd-tinh", "STANDING_OFFICE"),
    ("member-7", "ubnd-tinh", "STANDING_OFFICE"),
    ("member-8", "ubnd-tinh", "STANDING_OFFICE"),
    ("committee", "ban-chi-dao-cchc", "STEERING_COMMITTEE"),
    ("council", "hoi-dong-sang-kien", "INITIATIVE_COUNCIL"),
    ("inspectorate", "thanh-tra-tinh", "INSPECTORATE"),
    ("chairman", "ubnd-tinh", "CHAIRMAN"),
    ("records", "ubnd-tinh", "RECORDS"),
    ("auditor", "kiem-toan", "AUDITOR"),
];

/// The members of the Standing Office who come to its meeting; the ninth is excused.
pub(super) const MEMBERS_PRESENT: &[&str] = &[
    "standing-office",
    "standing-office-2",
    "member-3",
    "member-4",
    "member-5",
    "member-6",
    "member-7",
    "member-8",
];
/// All members of the Standing Office.
pub(super) const MEMBERS_TOTAL: usize = 9;

/// What a unit needs to hand in a dossier.
const UNIT: &[(&str, &str)] = &[
    ("staff", "UNIT_STAFF"),
    ("meeting", "UNIT_STANDING_OFFICE"),
    ("committee", "UNIT_COMMITTEE"),
    ("head", "UNIT_HEAD"),
];

/// Bodies that are agencies but are not assessed.
pub(super) const BODIES: &[(&str, &str, &str)] = &[
    (
        "ubnd-tinh",
        "Ủy ban nhân dân tỉnh",
        "Chủ tịch Ủy ban nhân dân tỉnh",
    ),
    (
        "ban-chi-dao-cchc",
        "Ban Chỉ đạo cải cách hành chính tỉnh",
        "Trưởng ban",
    ),
    (
        "hoi-dong-sang-kien",
        "Hội đồng Sáng kiến tỉnh",
        "Chủ tịch Hội đồng",
    ),
    ("kiem-toan", "Đoàn kiểm tra, kiểm toán (mẫu)", "Trưởng đoàn"),
];

impl Cast {
    /// Who plays a part.
    ///
    /// # Errors
    /// If nobody does.
    pub(super) fn get(&self, name: &str) -> Result<&Player> {
        self.players
            .get(name)
            .with_context(|| format!("nobody plays {name}"))
    }

    /// The token of a part.
    ///
    /// # Errors
    /// If nobody plays it.
    pub(super) fn token(&self, name: &str) -> Result<&str> {
        self.get(name).map(|player| player.token.as_str())
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.players.len()
    }

    /// The administrator appoints everybody and hands out the tokens.
    ///
    /// # Errors
    /// The first refusal.
    pub(super) async fn appoint(client: &Client, admin: &str, sample: &Sample) -> Result<Self> {
        let mut offices: Vec<Office> = PROVINCE
            .iter()
            .map(|&(name, agency, role)| Office {
                name: name.to_owned(),
                agency: agency.to_owned(),
                role,
            })
            .collect();
        let mut units: Vec<&str> = sample
            .dossiers
            .iter()
            .map(|d| d.submitted_by.as_str())
            .collect();
        units.sort_unstable();
        units.dedup();
        for unit in units {
            offices.extend(UNIT.iter().map(|&(part, role)| Office {
                name: format!("{unit}/{part}"),
                agency: unit.to_owned(),
                role,
            }));
        }
        let mut cast = Self::default();
        for (number, office) in offices.into_iter().enumerate() {
            let player = fill(client, admin, number + 1, &office).await?;
            cast.players.insert(office.name, player);
        }
        Ok(cast)
    }
}

async fn fill(client: &Client, admin: &str, number: usize, office: &Office) -> Result<Player> {
    let person = format!("can-bo-{number:03}");
    let official = office.name.replace('/', ".");
    let body = json!({
        "official": official,
        "person": person,
        "agency": office.agency,
        "role": office.role,
        "validFrom": IN_OFFICE_FROM,
    });
    client
        .post(admin, "/api/v1/officials", Seen::New, &body)
        .await?
        .success("appoint")?;
    let body = json!({ "official": official, "days": 30 });
    let issued = client
        .post(admin, "/api/v1/tokens", Seen::New, &body)
        .await?
        .success("issue a token")?;
    let token = issued
        .body
        .get("token")
        .and_then(|t| t.as_str())
        .context("no token in the answer")?;
    Ok(Player {
        official,
        agency: office.agency.clone(),
        token: token.to_owned(),
    })
}
