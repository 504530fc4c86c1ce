//! Three districts that meet every criterion and compete for the two certificates there are: by
//! score Vĩnh Châu, then Sóc Trăng and Ngã Năm, equal, of whom Sóc Trăng satisfies more people.

use e2e::office::{ANNUAL, Dossier, Office};

/// First in rank.
pub(crate) const VINH_CHAU: &str = "thi-xa-vinh-chau-1";
/// Second.
pub(crate) const SOC_TRANG: &str = "thanh-pho-soc-trang-1";
/// Third, one too many.
pub(crate) const NGA_NAM: &str = "thi-xa-nga-nam-1";

/// The annual round with the three in it, found to meet what people must find; in rank order.
pub(crate) async fn entered() -> (Office, Vec<Dossier>) {
    let office = Office::open().await;
    office.annual_round().await;
    let units = ["thi-xa-vinh-chau", "thanh-pho-soc-trang", "thi-xa-nga-nam"];
    office.staff(&units).await;
    office.staff(&["huyen-my-tu"]).await;
    office.day("2025-05-12");
    let mut dossiers = Vec::new();
    for unit in units {
        let dossier = Dossier::of(unit, ANNUAL).in_lane("CERT_DISTRICT");
        office.bring_in(&dossier).await;
        dossiers.push(dossier);
    }
    (office, dossiers)
}

/// The same, ranked, minuted, adopted and with the first two proposed on 30 July 2025.
pub(crate) async fn proposed() -> (Office, Vec<Dossier>) {
    let (office, dossiers) = entered().await;
    office.day("2025-07-30");
    office.rank(ANNUAL).await;
    office.meet(ANNUAL, &[VINH_CHAU, SOC_TRANG, NGA_NAM]).await;
    office.adopt(ANNUAL).await.done();
    office.propose(ANNUAL, &[VINH_CHAU, SOC_TRANG]).await;
    (office, dossiers)
}

/// The same, with the decision signed, issued and published on 15 August 2025.
pub(crate) async fn awarded(number: &str) -> (Office, Vec<Dossier>) {
    let (office, dossiers) = proposed().await;
    office.day("2025-08-15");
    let signed = office.sign(ANNUAL, number, "CHAIRMAN", &[VINH_CHAU, SOC_TRANG]);
    signed.await.done();
    office.proclaim(ANNUAL, number).await;
    (office, dossiers)
}
